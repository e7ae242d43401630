//! What the operator's keys and pasted text do.

use std::net::SocketAddr;

use crossterm::event::{Event, KeyEvent, KeyEventKind};

use super::explain::Behind;
use super::filter::Filter;
use super::notice::Notice;
use super::play::Stride;
use super::prompt::{self, Choice, Confirm, Input, Question};
use super::table::TableRow;
use super::{Action, Overlay, PACES, State};
use crate::clients::ClientKind;
use crate::dashboard::geometry;
use crate::dashboard::keys::{self, Id};
use crate::dashboard::panel::{Moves, Panel};
use crate::telemetry::{Command, ConnId, Fd, Mode, ServerKind, Step};
use crate::words::Language;

impl State {
    /// Takes an event of the terminal; what it wants done is returned.
    pub fn terminal_event(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Key(key) => return self.key(key),
            Event::Mouse(mouse) => return self.mouse(mouse),
            Event::Paste(text) => self.paste(&text),
            Event::Resize(width, height) => self.resize(width, height),
            Event::FocusGained | Event::FocusLost => {}
        }
        Vec::new()
    }

    /// A key was pressed.
    pub fn key(&mut self, key: KeyEvent) -> Vec<Action> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.changed = true;
        self.dismiss_read();
        let found = keys::find(key, self);
        let declared = keys::declared(key).map(|key| key.id);
        if declared != Some(Id::Explain) {
            self.pointer = None;
        }
        if let Some(Id::QuitNow) = found {
            return vec![Action::Quit];
        }
        if let Some(id @ (Id::Suspend | Id::Redraw)) = found {
            return self.act(id);
        }
        if self.overlay == Overlay::None && self.predicts(key) {
            return Vec::new();
        }
        if let Some(behind) = Behind::of(&self.overlay).filter(|_| declared == Some(Id::Explain)) {
            self.explain_box(behind);
            return Vec::new();
        }
        let actions = match std::mem::take(&mut self.overlay) {
            Overlay::None if found.is_none() => self.refuse(key),
            Overlay::None => found.map(|id| self.act(id)).unwrap_or_default(),
            Overlay::Confirm(confirm) => self.confirm_key(confirm, key, declared),
            Overlay::IdleSeconds(input) => self.idle_key(input, key),
            Overlay::HowMany(input) => self.how_many_key(input, key),
            Overlay::Keep(input) => self.keep_key(input, key),
            Overlay::Jump(input) => self.jump_key(input, key),
            Overlay::Filter(panel, input) => {
                self.filter_key(panel, input, key);
                Vec::new()
            }
            Overlay::Help(search, top) => {
                self.help_key(search, top, key);
                Vec::new()
            }
            Overlay::Choose(at) => {
                match prompt::choice(key, declared, at, ClientKind::ALL.len(), Id::Choose) {
                    Choice::Leave => {}
                    Choice::Mark(at) => self.overlay = Overlay::Choose(at),
                    Choice::Take(at) => self.choose(at),
                }
                Vec::new()
            }
            Overlay::Before(newer) => {
                self.before_key(newer, key, declared);
                Vec::new()
            }
            Overlay::Explain(explain) => {
                self.explain_key(explain, key, declared);
                Vec::new()
            }
            Overlay::Options(menu) => self.menu_key(menu, key, declared),
            Overlay::Lessons(list) => {
                self.lessons_key(list, key, declared);
                Vec::new()
            }
            Overlay::Join(shown) => self.join_key(shown, key, declared),
            Overlay::Servers(at) => {
                match prompt::choice(key, declared, at, ServerKind::ALL.len(), Id::Server) {
                    Choice::Leave => Vec::new(),
                    Choice::Mark(at) => {
                        self.overlay = Overlay::Servers(at);
                        Vec::new()
                    }
                    Choice::Take(at) => self.switch_to(ServerKind::ALL[at]),
                }
            }
        };
        self.fit();
        self.follow_code();
        actions
    }

    /// A key that does nothing now says why.
    fn refuse(&mut self, key: KeyEvent) -> Vec<Action> {
        let reason = keys::declared(key).and_then(|key| self.why_not(key.id));
        if let Some(reason) = reason.filter(|_| self.alive()) {
            self.notice(Notice::NotNow(reason));
        }
        Vec::new()
    }

    fn choose(&mut self, at: usize) {
        self.kind = ClientKind::ALL[at.min(ClientKind::ALL.len() - 1)];
        self.notice(Notice::Adds(self.kind));
    }

    fn act(&mut self, id: Id) -> Vec<Action> {
        if matches!(id, Id::Pause | Id::StepCall | Id::StepTurn | Id::Slower | Id::Faster) {
            // Where the loop goes is what is looked at.
            self.code.cursor = None;
            if matches!(id, Id::StepCall | Id::StepTurn) && self.is_paused() {
                self.scene_mut().stream.to_newest();
            }
        }
        if self.recording().is_some() {
            // What steers a server's loop steers the cursor.
            let id = match id {
                Id::Pause => Id::Play,
                Id::StepCall => Id::CallForth,
                Id::StepTurn => Id::TurnForth,
                Id::Slower => Id::PlaySlower,
                Id::Faster => Id::PlayFaster,
                id => id,
            };
            return self.act_in_time(id);
        }
        self.act_in_time(id)
    }

    fn act_in_time(&mut self, id: Id) -> Vec<Action> {
        match id {
            Id::Card if self.focus == Panel::Code => return self.run_until_line(),
            Id::Drop => return self.drop_selected(Question::Drop, Command::Drop),
            Id::Reset => return self.drop_selected(Question::Reset, Command::Reset),
            Id::DropAll => {
                let question = Question::DropAll(self.live.table.open());
                let action = Action::Send(Command::DropAll);
                return self.ask(Confirm { question, action, conn: None });
            }
            Id::DropIdle => self.overlay = Overlay::IdleSeconds(Input::proposing("10")),
            Id::Reading => {
                let Some(row) = self.scene().table.selected().map(TableRow::row) else {
                    return Vec::new();
                };
                return vec![Action::Send(if self.selected_is_stopped() {
                    Command::ResumeReading(row.id)
                } else {
                    Command::StopReading(row.id)
                })];
            }
            Id::Pause => return self.pause_or_run(),
            // What runs is stopped first, so that the step is one that was looked at.
            Id::StepCall | Id::StepTurn if !self.is_paused() => return self.pause_or_run(),
            Id::StepCall => return vec![Action::Send(Command::Step(Step::Call))],
            Id::StepTurn => return vec![Action::Send(Command::Step(Step::Turn))],
            Id::Slower => return self.pace(false),
            Id::Faster => return self.pace(true),
            Id::Server => {
                let now = self.live.listener.map(|listener| listener.server);
                let at = ServerKind::ALL.iter().position(|&server| Some(server) == now);
                self.overlay = Overlay::Servers(at.unwrap_or(0));
            }
            Id::Options => self.open_menu(),
            Id::Before => self.overlay = Overlay::Before(0),
            Id::Explain => return self.explain_this(),
            Id::LessonOn => self.lesson_on(),
            Id::LessonBack => self.lesson_back(),
            Id::Lessons => self.open_lessons(),
            Id::Join
            | Id::Serve
            | Id::Votes
            | Id::Burst
            | Id::Mute
            | Id::HideName
            | Id::SendAway
            | Id::Project => return self.teach(id),
            Id::Client => return vec![Action::AddClients(self.kind, 1)],
            Id::TenClients => return vec![Action::AddClients(self.kind, 10)],
            Id::ManyClients => self.overlay = Overlay::HowMany(Input::proposing("100")),
            Id::Choose => {
                let at = ClientKind::ALL.iter().position(|&kind| kind == self.kind);
                self.overlay = Overlay::Choose(at.unwrap_or(0));
            }
            Id::HangUp => {
                return self
                    .selected_client()
                    .map(|client| Action::StopClient(client.id))
                    .into_iter()
                    .collect();
            }
            Id::StopClients => return vec![Action::StopClients],
            Id::Filter => {
                let line = self.line_filter();
                let stream = self.focus == Panel::Stream || line.is_some();
                let panel = if stream { Panel::Stream } else { Panel::Table };
                if let Some(line) = line {
                    self.set_filter(panel, line);
                }
                if self.areas().of(panel).is_none() {
                    // What is filtered must be seen.
                    self.focus = panel;
                }
                let scene = self.scene();
                let text = match panel {
                    Panel::Stream => scene.stream.filter().as_str(),
                    _ => scene.table.filter().as_str(),
                };
                self.overlay = Overlay::Filter(panel, Input::new(text));
            }
            Id::Suspend => return vec![Action::Suspend],
            Id::Redraw => return vec![Action::Redraw],
            Id::Quit if self.cut_off() > 0 && self.alive() && !self.options.runs_on => {
                let question = Question::Quit(self.cut_off());
                return self.ask(Confirm { question, action: Action::Quit, conn: None });
            }
            Id::Quit | Id::QuitNow => return vec![Action::Quit],
            Id::SaveSettings => {
                if let Some(path) = self.options.settings.clone() {
                    // Also where connections are dropped unasked: a file is changed.
                    let question = Question::Save(path);
                    let confirm = Confirm { question, action: Action::Save, conn: None };
                    self.overlay = Overlay::Confirm(confirm);
                }
            }
            Id::Language => Language::spoken().other().speak(),
            Id::Mouse => {
                self.mouse = !self.mouse;
                self.notice(Notice::Mouse(self.mouse));
                return vec![Action::Mouse(self.mouse)];
            }
            _ => self.look(id),
        }
        Vec::new()
    }

    /// Keys that only change what is seen.
    fn look(&mut self, id: Id) {
        match id {
            Id::Card if self.focus == Panel::Card => self.close_card(),
            Id::Card => self.show(Panel::Card),
            Id::Back => self.back(),
            Id::Sort => {
                let (column, _) = self.scene().table.sorting();
                // Only by what is seen: else the rows would move and no heading say why.
                let shown = self.areas().of(Panel::Table).map_or_else(Vec::new, |area| {
                    geometry::columns(&self.scene().table, area.width.saturating_sub(2))
                });
                let all = self.scene().table.columns();
                let at = all.iter().position(|&c| c == column).unwrap_or(0);
                let next = (1..=all.len())
                    .map(|by| all[(at + by) % all.len()])
                    .find(|next| shown.iter().any(|(column, _)| column == next));
                self.scene_mut().table.sort_by(next.unwrap_or(column));
            }
            Id::Reverse => self.scene_mut().table.turn_round(),
            Id::Closed => {
                // What is listed must be seen.
                if self.areas().of(Panel::Table).is_none() {
                    self.show(Panel::Table);
                }
                self.scene_mut().table.list_closed();
            }
            Id::Errors => self.scene_mut().stream.toggle_errors(),
            Id::Own => {
                let scene = self.scene_mut();
                let own = scene.stream.toggle_own();
                scene.engine.show_own(own);
                if self.back.is_none() {
                    self.history.own(own);
                }
            }
            Id::Output => self.toggle_output(),
            Id::Textbook => self.toggle_textbook(),
            Id::Whose => self.toggle_whose(),
            Id::Epoll => {
                // What is chosen must be seen.
                if self.areas().of(Panel::Loop).is_none() {
                    self.show(Panel::Loop);
                }
                self.scene_mut().engine.choose_next();
            }
            Id::Time => self.wall_time = !self.wall_time,
            Id::Freeze => self.freeze_or_thaw(),
            Id::CallBack => self.step(Stride::Call, false),
            Id::CallForth => self.step(Stride::Call, true),
            Id::TurnBack => self.step(Stride::Turn, false),
            Id::TurnForth => self.step(Stride::Turn, true),
            Id::Play => self.play_or_stop(),
            Id::PlaySlower => self.play_at(false),
            Id::PlayFaster => self.play_at(true),
            Id::Keep => self.overlay = Overlay::Keep(Input::proposing("30")),
            Id::Jump => self.overlay = Overlay::Jump(Input::default()),
            Id::Zoom => self.zoom = !self.zoom,
            Id::Show(panel) => self.show(panel),
            Id::NextPanel => self.next_panel(1),
            Id::PreviousPanel => self.next_panel(-1),
            Id::Up => self.go(-1),
            Id::Down => self.go(1),
            Id::PageUp => self.go(-self.page()),
            Id::PageDown => self.go(self.page()),
            Id::First => self.go(isize::MIN),
            Id::Last => self.go(isize::MAX),
            Id::Help => self.overlay = Overlay::Help(Input::default(), 0),
            _ => {}
        }
    }

    fn drop_selected(
        &mut self,
        question: fn(Fd, SocketAddr) -> Question,
        command: fn(ConnId) -> Command,
    ) -> Vec<Action> {
        let Some(row) = self.scene().table.selected().map(TableRow::row) else {
            return Vec::new();
        };
        // A student is nobody's address.
        let question = match (question(row.fd, row.peer), self.live.class.whose(row.id)) {
            (Question::Drop(fd, _), Some(student)) => Question::DropStudent(fd, student),
            (Question::Reset(fd, _), Some(student)) => Question::ResetStudent(fd, student),
            (question, _) => question,
        };
        self.ask(Confirm { question, action: Action::Send(command(row.id)), conn: Some(row.id) })
    }

    pub(super) fn ask(&mut self, confirm: Confirm) -> Vec<Action> {
        if self.options.ask {
            self.overlay = Overlay::Confirm(confirm);
            Vec::new()
        } else {
            vec![confirm.action]
        }
    }

    fn switch_to(&mut self, server: ServerKind) -> Vec<Action> {
        if self.live.listener.is_some_and(|listener| listener.server == server) {
            self.notice(Notice::Already(server));
            return Vec::new();
        }
        let action = Action::Send(Command::Switch(server));
        if self.foreign() == 0 {
            // Clients of our own come back.
            return vec![action];
        }
        let question = Question::Switch(server, self.live.table.open());
        self.ask(Confirm { question, action, conn: None })
    }

    fn pause_or_run(&mut self) -> Vec<Action> {
        match self.mode() {
            Mode::Paused => match self.resume {
                Mode::Slow(calls) => self.set_mode(Mode::Slow(calls), Command::Slow(calls)),
                _ => self.set_mode(Mode::Run, Command::Run),
            },
            mode => {
                self.resume = mode;
                self.set_mode(Mode::Paused, Command::Pause)
            }
        }
    }

    /// Slower or faster. A pause stays one: then it is the pace of what follows it.
    fn pace(&mut self, faster: bool) -> Vec<Action> {
        let paused = self.mode() == Mode::Paused;
        let next = match (if paused { self.resume } else { self.mode() }, faster) {
            (Mode::Slow(calls), true) => PACES.iter().find(|&&pace| pace > calls),
            (Mode::Slow(calls), false) => {
                PACES.iter().rev().find(|&&pace| pace < calls).or(PACES.first())
            }
            (_, true) => None,
            (Mode::Run | Mode::Paused | Mode::Until(_), false) => PACES.last(),
        };
        if paused {
            self.resume = next.map_or(Mode::Run, |&calls| Mode::Slow(calls));
            self.notice(Notice::AfterThePause(next.copied()));
            return Vec::new();
        }
        match next {
            Some(&calls) => self.set_mode(Mode::Slow(calls), Command::Slow(calls)),
            None => self.set_mode(Mode::Run, Command::Run),
        }
    }

    fn set_mode(&mut self, mode: Mode, command: Command) -> Vec<Action> {
        self.asked = Some((mode, self.live.now));
        vec![Action::Send(command)]
    }

    pub(super) fn show(&mut self, panel: Panel) {
        self.focus = panel;
        if panel.is_side() {
            self.side = panel;
        }
        self.card_top = 0;
    }

    fn close_card(&mut self) {
        self.side = Panel::Loop;
        self.focus = Panel::Table;
    }

    fn back(&mut self) {
        let focus = self.focus;
        if self.reads_ahead() {
            self.stop_reading();
        } else if self.code.cursor.is_some() && focus == Panel::Code {
            self.code.cursor = None;
        } else if self.zoom {
            self.zoom = false;
        } else if self.side == Panel::Card {
            self.close_card();
        } else if focus == Panel::Stream && self.scrolled_back() {
            self.scene_mut().stream.to_newest();
        } else if self.back.is_some() {
            self.thaw();
        } else if focus == Panel::Stream && !self.scene().stream.filter().as_str().is_empty() {
            self.set_filter(Panel::Stream, Filter::default());
        } else {
            self.set_filter(Panel::Table, Filter::default());
        }
    }

    fn next_panel(&mut self, by: isize) {
        let areas = self.areas();
        // A single panel leads through all of them.
        let shown: Vec<Panel> = match areas.panels.len() {
            0 | 1 => Panel::shown(self.shows_class()).collect(),
            _ => areas.panels.iter().map(|(panel, _)| *panel).collect(),
        };
        let at = shown.iter().position(|&panel| panel == self.focus).unwrap_or(0);
        let next = (at + shown.len()).saturating_add_signed(by) % shown.len();
        self.show(shown[next]);
    }

    fn page(&self) -> isize {
        let rows = match self.focus {
            Panel::Table => self.table_rows(),
            panel => self.areas().rows(panel),
        };
        isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1)
    }

    pub(super) fn go(&mut self, by: isize) {
        let height = self.stream_rows();
        let now = self.scene().now;
        match self.focus.moves() {
            Moves::Events => self.scene_mut().stream.step(by, height),
            Moves::Text => {
                self.card_top = self.card_top.saturating_add_signed(by).min(200);
            }
            Moves::Lines => self.code.step(by),
            Moves::Students => self.mark_student(by),
            Moves::Selection => {
                self.scene_mut().table.step(by, now);
                // Whom the operator selects is looked at.
                self.code.of_loop = false;
            }
        }
    }

    /// The rows of the stream's panel.
    #[must_use]
    pub fn stream_rows(&self) -> usize {
        self.areas().rows(Panel::Stream)
    }
}
