//! The sentences of what the operator is told.

use std::fmt::Write as _;

use super::{Ended, NoChinese, Notice, Panic, WhyNot};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::state::by_server;
use crate::record::log;
use crate::telemetry::Nanos;
use crate::words::{plain, strings, units};

impl Notice {
    /// It as a sentence.
    #[must_use]
    pub fn text(&self) -> String {
        let (say, start) = (&strings().notices, &strings().start);
        match self {
            Self::LimitReached => say.limit_reached.to_owned(),
            Self::ServerNow(server) => {
                (say.server_now)(server.name(), (strings().servers.summary)(*server))
            }
            Self::Already(server) => (say.already)(by_server::title(*server)),
            Self::Gone => say.gone.to_owned(),
            Self::Adds(kind) => (say.adds)(&keys::name(Id::Client), kind.label()),
            Self::Mouse(true) => say.mouse_on.to_owned(),
            Self::Mouse(false) => say.mouse_off.to_owned(),
            Self::NothingToExplain => strings().explain.nothing.to_owned(),
            Self::ListensNot => strings().run.listens_not.to_owned(),
            Self::NotNow(why) => why.text().to_owned(),
            Self::Class { did, student, value } => {
                let say = &strings().class;
                (say.done)(&(say.who)(*student), &(say.did)(*did, *value))
            }
            Self::AfterThePause(calls) => (say.after_the_pause)(&keys::name(Id::Pause), *calls),
            Self::NeverCalled(line) => (say.never_called)(*line, &keys::name(Id::Pause)),
            Self::Panicked(panic) => panic.text(),
            Self::Mistake(mistake) => {
                (start.mistake)(mistake.name(), (strings().servers.mistake)(*mistake))
            }
            Self::FewerConnections { possible, asked, descriptors } => {
                (start.fewer_connections)(*possible, *asked, *descriptors)
            }
            Self::PortMoved { taken, port } => (start.port_moved)(*taken, *port),
            Self::NoChinese(NoChinese::Console) => say.no_chinese.to_owned(),
            Self::NoChinese(NoChinese::NotUtf8) => say.not_utf8.to_owned(),
            Self::WideSigns => say.wide_signs.to_owned(),
            Self::Saved { path, backup } => (say.saved)(path, backup.as_deref()),
            Self::NothingToSave { path } => (say.nothing_to_save)(path),
            Self::NotSaved(sentence) | Self::NotKept(sentence) | Self::Unread(sentence) => {
                sentence.clone()
            }
            Self::Kept(time, log, page) => {
                let time = Nanos::try_from(time.as_nanos()).unwrap_or(Nanos::MAX);
                (say.kept)(&units::duration(time), log, page.as_deref())
            }
            Self::NoNotes(why) => (strings().strip.no_notes)(why),
            Self::RecordingEnds => strings().back.recording_ends.to_owned(),
            Self::NoneSuch => strings().back.none_such.to_owned(),
            Self::Beginning => strings().back.beginning.to_owned(),
            Self::Oldest(age, most) => {
                (strings().back.oldest)(&units::duration(*age), &units::bytes(*most as u64))
            }
            Self::Log(log::Notice::Trouble(error)) => (start.log_stopped)(&plain(error)),
            Self::NoClassIn(why) => (strings().class.not_in)(why),
            Self::ClassStays(why) => (strings().class.stays)(why),
            Self::Log(log::Notice::Again(0)) => start.log_again.to_owned(),
            Self::Log(log::Notice::Again(lost)) => (start.log_again_lost)(*lost),
        }
    }
}

impl WhyNot {
    /// It in a few words.
    #[must_use]
    pub fn text(self) -> &'static str {
        let (say, servers) = (&strings().notices, &strings().servers);
        match self {
            Self::ServerEnded => say.no_commands,
            Self::NoneSelected => say.none_selected,
            Self::NoneClosed => say.none_closed,
            Self::NoneOpen => say.none_open,
            Self::Slowest => say.slowest,
            Self::NotSlow => say.not_slow,
            Self::NoneOfOursSelected => say.none_of_ours_selected,
            Self::NoneOfOurs => say.none_of_ours,
            Self::NotInTheTable => say.not_in_the_table,
            Self::NoStream => say.no_stream,
            Self::NoTurns => servers.no_turns,
            Self::ProcessSleeps => servers.process_sleeps,
            Self::ThreadSleeps => servers.thread_sleeps,
            Self::NoSingleCall => servers.no_single_call,
            Self::NotSlowed => servers.not_slowed,
            Self::NoChineseLetters => say.no_chinese,
            Self::NoSettings => say.no_settings,
            Self::NoLesson => strings().strip.none_runs,
            Self::UnderWay => strings().strip.not_yet,
            Self::NoCode => say.no_code,
            Self::NoCodePanel => say.no_code_panel,
            Self::NoClass => say.no_class,
            Self::NoClassYet => say.no_class_yet,
            Self::InLesson => say.in_lesson,
            Self::PressElsewhere => say.press_elsewhere,
            Self::NoHand => say.no_hand,
            Self::NothingAsked => say.nothing_asked,
            Self::NobodyIn => say.nobody_in,
            Self::NoStudent => say.no_student,
            Self::AnotherProgram => strings().run.is_another,
            Self::Textbook => say.textbook,
            Self::OneLine => say.one_line,
            Self::OneEpoll => say.one_epoll,
            Self::OursWritesNothing => strings().run.ours_writes_nothing,
            Self::NoHistory => strings().back.none,
            Self::NothingBefore => strings().back.nothing_before,
            Self::IsNow => strings().back.is_now,
            Self::IsRecorded => strings().back.is_recorded,
            Self::RecordingEnds => strings().back.recording_ends,
            Self::WrittenElsewhere => strings().run.written_elsewhere,
        }
    }
}

impl Panic {
    /// It in a sentence.
    #[must_use]
    pub fn text(&self) -> String {
        let say = &strings().notices;
        (say.panicked)(self.thread.as_deref().unwrap_or(say.a_thread), &self.info)
    }
}

impl Ended {
    /// It in a sentence or more, a line each.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Quit => strings().servers.stdin_quit.to_owned(),
            Self::Once => strings().servers.once.to_owned(),
            Self::Program(text) => text.clone(),
            Self::Failed(failure, panics) => {
                let mut text = match failure {
                    Some(failure) => failure.to_string(),
                    None => strings().notices.returned.to_owned(),
                };
                for panic in panics {
                    // A String takes everything.
                    let _ = write!(text, "\n{}", panic.text());
                }
                text
            }
        }
    }
}
