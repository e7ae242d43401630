//! When each key does something: the column `enabled` of the one list of keys.

use super::notice::WhyNot;
use super::{Overlay, State, by_server};
use crate::dashboard::keys::id::Id;
use crate::dashboard::panel::Panel;
use crate::telemetry::Mode;

/// When keys are enabled.
#[expect(missing_docs, reason = "the conditions by their names")]
impl State {
    pub fn alive(&self) -> bool {
        self.dead.is_none()
    }

    /// Whether there is a server that runs, to be steered.
    pub fn is_live(&self) -> bool {
        self.alive() && self.recording().is_none()
    }

    pub fn has_selection(&self) -> bool {
        self.alive() && self.scene().table.selected().is_some()
    }

    /// Whether there is a card to open, or in the code a line until which the loop may run.
    pub fn can_enter(&self) -> bool {
        if self.focus == Panel::Code {
            return self.is_live() && self.code.line().is_some();
        }
        self.has_selection()
    }

    pub fn can_drop(&self) -> bool {
        self.is_live()
            && self
                .scene()
                .table
                .selected()
                .and_then(|entry| self.live.table.get(entry.id()))
                .is_some_and(|entry| entry.closed.is_none())
    }

    pub fn can_drop_all(&self) -> bool {
        self.is_live() && self.live.table.open() > 0
    }

    pub fn selected_is_stopped(&self) -> bool {
        let selected = self.scene().table.selected();
        selected
            .and_then(|entry| self.live.table.get(entry.id()))
            .is_some_and(|entry| entry.row().stopped)
    }

    /// Whether the terminal can show either language.
    pub fn can_change_language(&self) -> bool {
        self.options.chinese
    }

    /// Why the server that runs now cannot do what a key asks for.
    pub fn refusal(&self, id: Id) -> Option<WhyNot> {
        let steers = matches!(
            id,
            Id::Drop
                | Id::Reset
                | Id::DropAll
                | Id::DropIdle
                | Id::Reading
                | Id::Server
                | Id::Options
                | Id::Lessons
                | Id::LessonOn
                | Id::Client
                | Id::TenClients
                | Id::ManyClients
                | Id::Choose
                | Id::HangUp
                | Id::StopClients
        );
        if steers && self.recording().is_some() {
            return Some(WhyNot::IsRecorded);
        }
        let ours = matches!(
            id,
            Id::Server | Id::Options | Id::Reading | Id::Lessons | Id::LessonOn | Id::Textbook
        );
        if ours && self.options.program.is_some() {
            return Some(WhyNot::AnotherProgram);
        }
        by_server::refusal(self.live.listener?.server, id)
    }

    /// Whether the server is our own: another program's cannot be switched.
    pub fn is_ours(&self) -> bool {
        self.is_live() && self.options.program.is_none()
    }

    pub fn can_stop_reading(&self) -> bool {
        self.can_drop() && self.refusal(Id::Reading).is_none()
    }

    pub fn is_paused(&self) -> bool {
        if self.recording().is_some() {
            return !self.play().on;
        }
        self.alive() && self.mode() == Mode::Paused
    }

    pub fn can_step(&self) -> bool {
        if self.recording().is_some() {
            return self.can_step_forth();
        }
        self.alive() && self.refusal(Id::StepCall).is_none()
    }

    pub fn can_step_turn(&self) -> bool {
        if self.recording().is_some() {
            return self.can_turn_forth();
        }
        self.alive() && self.refusal(Id::StepTurn).is_none()
    }

    pub fn can_slow(&self) -> bool {
        if self.recording().is_some() {
            return true;
        }
        self.alive() && self.mode() != Mode::Slow(1) && self.refusal(Id::Slower).is_none()
    }

    /// With every server: slow motion that was asked for as another took over would stay for ever.
    pub fn is_slow(&self) -> bool {
        if self.recording().is_some() {
            return true;
        }
        let slow = matches!(self.mode(), Mode::Slow(_));
        self.alive() && (slow || self.is_paused() && matches!(self.resume, Mode::Slow(_)))
    }

    pub fn has_lesson(&self) -> bool {
        self.is_live() && self.lesson().is_some()
    }

    pub fn can_teach(&self) -> bool {
        self.is_ours() && !self.course.all().is_empty()
    }

    pub fn can_hang_up(&self) -> bool {
        self.is_live() && self.selected_client().is_some()
    }

    pub fn has_clients(&self) -> bool {
        self.is_live() && self.clients.iter().any(|client| !client.ended)
    }

    pub fn can_filter(&self) -> bool {
        self.alive()
    }

    pub fn table_focused(&self) -> bool {
        self.alive() && self.focus == Panel::Table
    }

    pub fn can_list_closed(&self) -> bool {
        let table = &self.scene().table;
        self.alive() && (table.folded() > 0 || table.lists_closed())
    }

    pub fn stream_shown(&self) -> bool {
        self.alive() && self.areas().of(Panel::Stream).is_some()
    }

    pub fn code_shown(&self) -> bool {
        self.alive() && self.areas().of(Panel::Code).is_some()
    }

    /// Whether the code can show the selected connection's line as well as the loop's.
    pub fn has_two_lines(&self) -> bool {
        self.code_shown() && self.marks().other.is_some()
    }

    /// Whether the code of what runs is shown: that of another program is not known.
    pub fn has_source(&self) -> bool {
        self.is_ours() && self.code_shown()
    }

    /// Whether the program has several epolls, of which one is shown.
    pub fn has_several_epolls(&self) -> bool {
        self.alive() && self.scene().engine.has_several()
    }

    pub fn scrolled_back(&self) -> bool {
        self.focus == Panel::Stream && self.scene().stream.below(self.stream_rows()).is_some()
    }

    /// Everywhere but at the newest event, which is followed.
    pub fn can_go_last(&self) -> bool {
        self.focus != Panel::Stream || self.scrolled_back()
    }

    /// Connections that are open and not of our own clients. Which one is whose is known a little
    /// after it is accepted, so they are counted.
    pub fn foreign(&self) -> usize {
        let ours = self.clients.iter().filter(|client| !client.ended).count();
        self.live.table.open().saturating_sub(ours)
    }

    /// Who is cut off when the program ends: those, and students at a server beside.
    pub fn cut_off(&self) -> usize {
        let beside = if self.has_class_beside() { self.live.class.present() } else { 0 };
        self.foreign() + beside
    }

    /// Whether there is something to go back to.
    pub fn can_step_back(&self) -> bool {
        self.history.oldest().is_some()
    }

    /// Whether the picture is of another time than now.
    pub fn is_back(&self) -> bool {
        self.back.is_some()
    }

    /// Whether there is something that comes after the picture.
    pub fn can_step_forth(&self) -> bool {
        self.is_back() || self.recording().is_some_and(|recording| !recording.is_read)
    }

    /// Whether there is another time to go to.
    pub fn can_jump(&self) -> bool {
        self.can_step_back() || self.recording().is_some()
    }

    /// Whether there is something of the last minutes to be kept in a file.
    pub fn can_keep(&self) -> bool {
        self.history.oldest().is_some()
    }

    /// Whether the picture can go on in time by itself.
    pub fn can_play(&self) -> bool {
        self.is_back() && self.history.is_on() || self.recording().is_some()
    }

    pub fn can_turn_back(&self) -> bool {
        self.can_step_back() && self.refusal(Id::StepTurn).is_none()
    }

    pub fn can_turn_forth(&self) -> bool {
        self.can_step_forth() && self.refusal(Id::StepTurn).is_none()
    }

    /// Why a key does nothing now.
    pub fn why_not(&self, id: Id) -> Option<WhyNot> {
        if !self.alive() {
            return Some(WhyNot::ServerEnded);
        }
        let id = match id {
            // They stop where those do.
            Id::TurnBack | Id::TurnForth if self.refusal(Id::StepTurn).is_some() => Id::StepTurn,
            id => id,
        };
        self.refusal(id).or(match id {
            Id::CallBack | Id::TurnBack | Id::Jump | Id::Keep if !self.history.is_on() => {
                Some(WhyNot::NoHistory)
            }
            Id::CallBack | Id::TurnBack | Id::Jump | Id::Keep => Some(WhyNot::NothingBefore),
            Id::StepCall | Id::StepTurn | Id::CallForth | Id::TurnForth
                if self.recording().is_some() =>
            {
                Some(WhyNot::RecordingEnds)
            }
            Id::CallForth | Id::TurnForth | Id::Play | Id::PlaySlower | Id::PlayFaster => {
                Some(WhyNot::IsNow)
            }
            Id::Drop | Id::Reset | Id::Reading | Id::Card => Some(WhyNot::NoneSelected),
            Id::DropAll | Id::DropIdle => Some(WhyNot::NoneOpen),
            Id::Slower => Some(WhyNot::Slowest),
            Id::Faster => Some(WhyNot::NotSlow),
            Id::HangUp => Some(WhyNot::NoneOfOursSelected),
            Id::StopClients => Some(WhyNot::NoneOfOurs),
            Id::Sort | Id::Reverse => Some(WhyNot::NotInTheTable),
            Id::Closed => Some(WhyNot::NoneClosed),
            Id::Language => Some(WhyNot::NoChineseLetters),
            Id::SaveSettings => Some(WhyNot::NoSettings),
            Id::LessonOn | Id::LessonBack | Id::Lessons => Some(WhyNot::NoLesson),
            Id::Join if self.can_open() => Some(WhyNot::InLesson),
            Id::Join
            | Id::Serve
            | Id::Votes
            | Id::Burst
            | Id::Mute
            | Id::HideName
            | Id::SendAway
            | Id::Project
                if !self.has_class() =>
            {
                Some(if self.can_open() { WhyNot::NoClassYet } else { WhyNot::NoClass })
            }
            Id::Serve => Some(WhyNot::NoHand),
            Id::Votes => Some(WhyNot::NothingAsked),
            Id::Burst if self.has_students() => Some(WhyNot::PressElsewhere),
            Id::Burst => Some(WhyNot::NobodyIn),
            Id::Mute | Id::HideName | Id::SendAway => Some(WhyNot::NoStudent),
            Id::Textbook => Some(WhyNot::NoCodePanel),
            Id::Whose if !self.code_shown() => Some(WhyNot::NoCodePanel),
            Id::Whose => Some(WhyNot::OneLine),
            Id::Epoll => Some(WhyNot::OneEpoll),
            Id::Output if self.options.program.is_none() => Some(WhyNot::OursWritesNothing),
            Id::Output if self.stream_shown() => Some(WhyNot::WrittenElsewhere),
            Id::Errors | Id::Output | Id::Own | Id::Time => Some(WhyNot::NoStream),
            _ => None,
        })
    }

    pub fn can_save(&self) -> bool {
        self.options.settings.is_some()
    }

    pub fn can_go_back(&self) -> bool {
        self.overlay != Overlay::None
            || self.reads_ahead()
            || self.zoom
            || self.side == Panel::Card
            || self.focus == Panel::Code && self.code.cursor.is_some()
            || self.scrolled_back()
            || self.is_back()
            || !self.scene().stream.filter().as_str().is_empty()
            || !self.scene().table.filter().as_str().is_empty()
    }
}
