//! What the dashboard knows and what the operator is doing: a pure function of the batches, keys
//! and times it was given. No terminal, no socket and no clock in it.
//!
//! [`Scene`] is what is known of the server; a frozen picture is a copy of it. [`State`] adds what
//! belongs to the operator: focus, questions, notices.

pub mod card;
pub mod charts;
pub mod engine;
pub mod filter;
pub mod prompt;
pub mod rates;
pub mod stream;
pub mod table;

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use self::charts::Charts;
use self::engine::Engine;
use self::filter::Filter;
use self::prompt::{Answer, Confirm, Input};
use self::rates::Rates;
use self::stream::Stream;
use self::table::{Column, Table};
use super::keys::{self, Id};
use super::layout::{self, Areas, Arrangement, Panel};
use super::panels;
use crate::clients::{ClientInfo, ClientKind};
use crate::inspect::{Question, Snapshot};
use crate::telemetry::{
    Batch, Command, ConnId, Counters, Fd, Kind, Listener, Lost, Mode, Nanos, Next, Stance,
    Standing, Step,
};

/// How long a notice is shown.
const NOTICE_STAYS: Nanos = 6_000_000_000;
/// The paces of slow motion, in calls a second.
const PACES: [u8; 7] = [1, 2, 5, 10, 20, 50, 100];
/// How long a mode that was asked for is taken for granted.
const ASKED_STANDS: Nanos = 1_000_000_000;

/// What the state cannot do itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Tell the server.
    Send(Command),
    /// Add that many clients of our own.
    AddClients(ClientKind, usize),
    /// Stop all clients of our own.
    StopClients,
    /// Switch mouse capture.
    Mouse(bool),
    /// Draw everything anew.
    Redraw,
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// End.
    Quit,
}

/// What the state is told at the start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Ask before connections are dropped.
    pub ask: bool,
    /// The mouse is captured.
    pub mouse: bool,
    /// Where the server is reached: `http://127.0.0.1:7890/`.
    pub url: String,
    /// When the server was started, since 1970.
    pub zero: Duration,
}

/// What is known of the server.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The connections.
    pub table: Table,
    /// The events.
    pub stream: Stream,
    /// The loop's two sides.
    pub engine: Engine,
    /// Histograms since the start.
    pub charts: Charts,
    /// What happened each second.
    pub rates: Rates,
    /// Totals.
    pub counters: Counters,
    /// What the wire had no room for.
    pub lost: Lost,
    /// The listening socket.
    pub listener: Option<Listener>,
    /// Where the loop stands.
    pub standing: Standing,
    /// What the kernel said last.
    pub kernel: Option<Arc<Snapshot>>,
    /// The server's time.
    pub now: Nanos,
}

impl Scene {
    fn apply(&mut self, batch: &Batch) {
        self.table.apply(batch);
        for event in batch.events() {
            if event.event.what.kind() == Kind::Request {
                self.table.request(event);
            }
        }
        self.stream.apply(batch);
        self.engine.apply(batch);
        self.charts.apply(batch);
        self.rates.apply(batch);
        self.counters.clone_from(&batch.counters);
        self.lost.clone_from(&batch.lost);
        self.listener = batch.listener;
        self.standing = batch.standing;
    }

    /// The call before which the loop stands.
    #[must_use]
    pub fn next_call(&self) -> Option<Next> {
        match self.standing.stance {
            Stance::Held(next) => Some(next),
            _ => None,
        }
    }
}

/// What lies over the panels.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The keys; with a search and the first visible line.
    Help(Input, usize),
    /// A question about dropping.
    Confirm(Confirm),
    /// For how many seconds a client must have been idle to be dropped.
    IdleSeconds(Input),
    /// The filter of a panel is being typed.
    Filter(Panel, Input),
    /// The kinds of client; the index of the marked one.
    Choose(usize),
}

/// Everything that decides the picture.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own with a key of its own"
)]
pub struct State {
    options: Options,
    live: Scene,
    frozen: Option<Box<Scene>>,
    overlay: Overlay,
    focus: Panel,
    zoom: bool,
    side: Panel,
    wall_time: bool,
    mouse: bool,
    kind: ClientKind,
    clients: Arc<Vec<ClientInfo>>,
    notices: Vec<(String, Nanos)>,
    asked: Option<(Mode, Nanos)>,
    /// What to go back to after a pause.
    resume: Mode,
    dead: Option<String>,
    screen: (u16, u16),
    card_top: usize,
    changed: bool,
    second: Nanos,
}

impl State {
    /// The state at the start; `notices` are shown for a while.
    #[must_use]
    pub fn new(options: Options, notices: Vec<String>) -> Self {
        Self {
            mouse: options.mouse,
            options,
            live: Scene::default(),
            frozen: None,
            overlay: Overlay::None,
            focus: Panel::Table,
            zoom: false,
            side: Panel::Loop,
            wall_time: false,
            kind: ClientKind::Steady,
            clients: Arc::default(),
            notices: notices.into_iter().map(|text| (text, NOTICE_STAYS)).collect(),
            asked: None,
            resume: Mode::Run,
            dead: None,
            screen: (80, 24),
            card_top: 0,
            changed: true,
            second: 0,
        }
    }

    // What comes in.

    /// Takes over what the server told.
    pub fn apply(&mut self, batch: &Batch) {
        self.live.apply(batch);
        if self.asked.is_some_and(|(mode, _)| mode == batch.standing.mode) {
            self.asked = None;
        }
        self.changed |= self.frozen.is_none();
    }

    /// Takes over what the kernel told.
    pub fn kernel(&mut self, snapshot: Snapshot) {
        self.live.table.kernel(&snapshot);
        self.live.engine.kernel(&snapshot);
        let same = |last: &Snapshot| {
            (last.accept_queue, &last.sockets, &last.readable, last.ready_list, &last.trouble)
                == (
                    snapshot.accept_queue,
                    &snapshot.sockets,
                    &snapshot.readable,
                    snapshot.ready_list,
                    &snapshot.trouble,
                )
        };
        let news = !self.live.kernel.as_deref().is_some_and(same);
        self.changed |= news && self.frozen.is_none();
        self.live.kernel = Some(Arc::new(snapshot));
    }

    /// Takes over how the clients of our own are.
    pub fn clients(&mut self, list: Arc<Vec<ClientInfo>>) {
        if !Arc::ptr_eq(&list, &self.clients) && list != self.clients {
            self.live.table.clients(&list);
            self.clients = list;
            self.changed = true;
        }
    }

    /// The server has ended by itself; why, in a sentence or more.
    pub fn server_ended(&mut self, reason: String) {
        self.dead = Some(reason);
        self.overlay = Overlay::None;
        self.changed = true;
    }

    /// Shows a notice for a while.
    pub fn notice(&mut self, text: impl Into<String>) {
        const MOST: usize = 20;
        if self.notices.len() < MOST {
            self.notices.push((text.into(), self.live.now.saturating_add(NOTICE_STAYS)));
        }
        self.changed = true;
    }

    /// The size of the screen.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.screen = (width, height);
        self.changed = true;
        self.fit();
    }

    /// Goes on to a time of the server's clock. Sorts, at most once; lets old things go.
    pub fn tick(&mut self, now: Nanos) {
        // The clock is an estimate and may step back a little; the picture does not.
        let now = now.max(self.live.now);
        self.live.now = now;
        self.live.engine.tick(now);
        self.live.rates.tick(now);
        let hold = self.holds();
        self.live.table.refresh(now, hold && self.frozen.is_none());
        if let Some(scene) = &mut self.frozen {
            let then = scene.now;
            scene.table.refresh(then, hold);
        }
        let before = self.notices.len();
        self.notices.retain(|(_, until)| now < *until);
        self.changed |= before != self.notices.len();
        if self.asked.is_some_and(|(_, since)| now > since.saturating_add(ASKED_STANDS)) {
            self.asked = None;
            self.changed = true;
        }
        self.question_may_fall();
        // Idle times, rates and ages are shown in seconds.
        let second = now / 1_000_000_000;
        if second != self.second {
            self.second = second;
            self.changed = true;
        }
        self.fit();
    }

    fn holds(&self) -> bool {
        matches!(self.overlay, Overlay::Confirm(_) | Overlay::IdleSeconds(_))
    }

    /// A question about a connection that is gone has no answer any more.
    fn question_may_fall(&mut self) {
        let Overlay::Confirm(Confirm { conn: Some(id), .. }) = &self.overlay else { return };
        let gone = self.live.table.get(*id).is_none_or(|entry| entry.closed.is_some());
        if gone {
            self.overlay = Overlay::None;
            self.notice("it is gone already: nothing was dropped");
        }
    }

    fn fit(&mut self) {
        let rows = self.table_rows();
        self.live.table.fit(rows);
        if let Some(scene) = &mut self.frozen {
            scene.table.fit(rows);
        }
    }

    /// The table's rows for connections: inside its border, under its heading and the listener.
    fn table_rows(&self) -> usize {
        let rows = self.areas().rows(Panel::Table);
        rows.saturating_sub(panels::table::HEAD_ROWS).max(1)
    }

    /// A key was pressed.
    pub fn key(&mut self, key: KeyEvent) -> Vec<Action> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.changed = true;
        let found = keys::find(key, self);
        if let Some(Id::QuitNow) = found {
            return vec![Action::Quit];
        }
        if let Some(id @ (Id::Suspend | Id::Redraw)) = found {
            return self.act(id);
        }
        let actions = match std::mem::take(&mut self.overlay) {
            Overlay::None => found.map(|id| self.act(id)).unwrap_or_default(),
            Overlay::Confirm(confirm) => self.confirm_key(confirm, key),
            Overlay::IdleSeconds(input) => self.idle_key(input, key),
            Overlay::Filter(panel, input) => {
                self.filter_key(panel, input, key);
                Vec::new()
            }
            Overlay::Help(search, top) => {
                self.help_key(search, top, key);
                Vec::new()
            }
            Overlay::Choose(at) => {
                self.choose_key(at, key);
                Vec::new()
            }
        };
        self.fit();
        actions
    }

    /// Text was pasted: it goes where text is typed, and nowhere else.
    pub fn paste(&mut self, text: &str) {
        match &mut self.overlay {
            Overlay::Filter(_, input) | Overlay::IdleSeconds(input) | Overlay::Help(input, _) => {
                input.insert(text);
                self.changed = true;
            }
            _ => {}
        }
        if let Overlay::Filter(panel, input) = &self.overlay {
            let (panel, filter) = (*panel, Filter::parse(&input.text()));
            self.set_filter(panel, filter);
        }
    }

    fn confirm_key(&mut self, confirm: Confirm, key: KeyEvent) -> Vec<Action> {
        match prompt::answer(key) {
            Answer::Yes => vec![Action::Send(confirm.command)],
            Answer::No => Vec::new(),
            Answer::Neither => {
                self.overlay = Overlay::Confirm(confirm);
                Vec::new()
            }
        }
    }

    fn idle_key(&mut self, mut input: Input, key: KeyEvent) -> Vec<Action> {
        use crossterm::event::KeyCode;
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter => {
                if let Some(time) = prompt::seconds(&input.text()) {
                    return vec![Action::Send(Command::DropIdle(time))];
                }
            }
            _ => {
                input.key(key);
            }
        }
        self.overlay = Overlay::IdleSeconds(input);
        Vec::new()
    }

    fn filter_key(&mut self, panel: Panel, mut input: Input, key: KeyEvent) {
        use crossterm::event::KeyCode;
        match key.code {
            KeyCode::Enter => return,
            KeyCode::Esc => {
                self.set_filter(panel, Filter::default());
                return;
            }
            _ => {
                if input.key(key) {
                    self.set_filter(panel, Filter::parse(&input.text()));
                }
            }
        }
        self.overlay = Overlay::Filter(panel, input);
    }

    fn set_filter(&mut self, panel: Panel, filter: Filter) {
        let scene = self.scene_mut();
        match panel {
            Panel::Stream => scene.stream.set_filter(filter),
            _ => scene.table.set_filter(filter),
        }
    }

    fn help_key(&mut self, mut search: Input, top: usize, key: KeyEvent) {
        use crossterm::event::KeyCode;
        let page = usize::from(self.screen.1.saturating_sub(6)).max(1);
        let top = match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('?') => return,
            KeyCode::Up => top.saturating_sub(1),
            KeyCode::Down => top + 1,
            KeyCode::PageUp => top.saturating_sub(page),
            KeyCode::PageDown => top + page,
            _ => {
                search.key(key);
                0
            }
        };
        let most = panels::help::length(&search.text()).saturating_sub(page);
        self.overlay = Overlay::Help(search, top.min(most));
    }

    fn choose_key(&mut self, at: usize, key: KeyEvent) {
        use crossterm::event::KeyCode;
        let last = ClientKind::ALL.len() - 1;
        let at = match key.code {
            KeyCode::Esc | KeyCode::Char('q') => return,
            KeyCode::Up => at.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j' | 'k') if at == last => 0,
            KeyCode::Down | KeyCode::Char('j' | 'k') => at + 1,
            KeyCode::Enter | KeyCode::Char(' ') => {
                self.choose(at);
                return;
            }
            KeyCode::Char(digit) => {
                let number = digit.to_digit(10).and_then(|n| usize::try_from(n).ok());
                match number {
                    Some(n) if (1..=last + 1).contains(&n) => {
                        self.choose(n - 1);
                        return;
                    }
                    _ => at,
                }
            }
            _ => at,
        };
        self.overlay = Overlay::Choose(at);
    }

    fn choose(&mut self, at: usize) {
        self.kind = ClientKind::ALL[at.min(ClientKind::ALL.len() - 1)];
        self.notice(format!("c now adds a client of the kind \"{}\"", self.kind.label()));
    }

    fn act(&mut self, id: Id) -> Vec<Action> {
        match id {
            Id::Drop => return self.drop_selected("drop", Command::Drop),
            Id::Reset => return self.drop_selected("reset", Command::Reset),
            Id::DropAll => {
                let open = self.live.table.open();
                let question = match open {
                    1 => "drop the one open connection?".to_owned(),
                    open => format!("drop all {open} open connections?"),
                };
                return self.ask(Confirm { question, command: Command::DropAll, conn: None });
            }
            Id::DropIdle => self.overlay = Overlay::IdleSeconds(Input::new("10")),
            Id::Reading => {
                let Some(row) = self.scene().table.selected().map(|entry| entry.row) else {
                    return Vec::new();
                };
                return vec![Action::Send(if self.selected_is_stopped() {
                    Command::ResumeReading(row.id)
                } else {
                    Command::StopReading(row.id)
                })];
            }
            Id::Pause => return self.pause_or_run(),
            Id::StepCall => return vec![Action::Send(Command::Step(Step::Call))],
            Id::StepTurn => return vec![Action::Send(Command::Step(Step::Turn))],
            Id::Slower => return self.pace(false),
            Id::Faster => return self.pace(true),
            Id::Client => return vec![Action::AddClients(self.kind, 1)],
            Id::TenClients => return vec![Action::AddClients(self.kind, 10)],
            Id::Choose => {
                let at = ClientKind::ALL.iter().position(|&kind| kind == self.kind);
                self.overlay = Overlay::Choose(at.unwrap_or(0));
            }
            Id::StopClients => return vec![Action::StopClients],
            Id::Filter => {
                let panel = if self.focus == Panel::Stream { Panel::Stream } else { Panel::Table };
                let scene = self.scene();
                let text = match panel {
                    Panel::Stream => scene.stream.filter().as_str(),
                    _ => scene.table.filter().as_str(),
                };
                self.overlay = Overlay::Filter(panel, Input::new(text));
            }
            Id::Suspend => return vec![Action::Suspend],
            Id::Redraw => return vec![Action::Redraw],
            Id::Quit | Id::QuitNow => return vec![Action::Quit],
            Id::Mouse => {
                self.mouse = !self.mouse;
                self.notice(if self.mouse {
                    "mouse on: hold shift for the terminal's own selecting"
                } else {
                    "mouse off: the terminal's own selecting works"
                });
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
                let at = Column::ALL.iter().position(|&c| c == column).unwrap_or(0);
                let next = Column::ALL[(at + 1) % Column::ALL.len()];
                self.scene_mut().table.sort_by(next);
            }
            Id::Reverse => self.scene_mut().table.turn_round(),
            Id::Errors => self.scene_mut().stream.toggle_errors(),
            Id::Own => self.scene_mut().stream.toggle_own(),
            Id::Time => self.wall_time = !self.wall_time,
            Id::Freeze => self.freeze_or_thaw(),
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

    fn drop_selected(&mut self, verb: &str, command: fn(ConnId) -> Command) -> Vec<Action> {
        let Some(row) = self.scene().table.selected().map(|entry| entry.row) else {
            return Vec::new();
        };
        self.ask(Confirm {
            question: format!("{verb} fd {} · {}?", row.fd, row.peer),
            command: command(row.id),
            conn: Some(row.id),
        })
    }

    fn ask(&mut self, confirm: Confirm) -> Vec<Action> {
        if self.options.ask {
            self.overlay = Overlay::Confirm(confirm);
            Vec::new()
        } else {
            vec![Action::Send(confirm.command)]
        }
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

    fn pace(&mut self, faster: bool) -> Vec<Action> {
        let next = match (self.mode(), faster) {
            (Mode::Slow(calls), true) => PACES.iter().find(|&&pace| pace > calls),
            (Mode::Slow(calls), false) => {
                PACES.iter().rev().find(|&&pace| pace < calls).or(PACES.first())
            }
            (Mode::Paused, false) => PACES.first(),
            (_, true) => None,
            (Mode::Run, false) => PACES.last(),
        };
        match next {
            Some(&calls) => self.set_mode(Mode::Slow(calls), Command::Slow(calls)),
            None => self.set_mode(Mode::Run, Command::Run),
        }
    }

    fn set_mode(&mut self, mode: Mode, command: Command) -> Vec<Action> {
        self.asked = Some((mode, self.live.now));
        vec![Action::Send(command)]
    }

    fn freeze_or_thaw(&mut self) {
        match self.frozen.take() {
            Some(scene) => {
                self.live.table.look_like(&scene.table);
                self.live.stream.look_like(&scene.stream);
                let now = self.live.now;
                self.live.table.refresh(now, false);
            }
            None => self.frozen = Some(Box::new(self.live.clone())),
        }
    }

    fn show(&mut self, panel: Panel) {
        self.focus = panel;
        if matches!(panel, Panel::Loop | Panel::Charts | Panel::Card) {
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
        if self.zoom {
            self.zoom = false;
        } else if self.side == Panel::Card {
            self.close_card();
        } else if focus == Panel::Stream && self.scrolled_back() {
            self.scene_mut().stream.to_newest();
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
            0 | 1 => Panel::ALL.to_vec(),
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

    fn go(&mut self, by: isize) {
        let height = self.stream_rows();
        let now = self.scene().now;
        match self.focus {
            Panel::Stream => self.scene_mut().stream.scroll(by, height),
            Panel::Card => self.card_top = self.card_top.saturating_add_signed(by).min(200),
            _ => self.scene_mut().table.step(by, now),
        }
    }

    /// The rows of the stream's panel.
    #[must_use]
    pub fn stream_rows(&self) -> usize {
        self.areas().rows(Panel::Stream)
    }

    /// The mouse was used.
    pub fn mouse(&mut self, event: MouseEvent) -> Vec<Action> {
        if self.overlay != Overlay::None || self.dead.is_some() {
            return Vec::new();
        }
        let areas = self.areas();
        let at = Position::new(event.column, event.row);
        let Some(&(panel, area)) = areas.panels.iter().find(|(_, area)| area.contains(at)) else {
            return Vec::new();
        };
        let by = match event.kind {
            MouseEventKind::ScrollUp => -3,
            MouseEventKind::ScrollDown => 3,
            MouseEventKind::Down(MouseButton::Left) => {
                self.changed = true;
                self.show(panel);
                if panel == Panel::Table {
                    self.click(area, at);
                }
                return Vec::new();
            }
            _ => return Vec::new(),
        };
        self.changed = true;
        let focus = std::mem::replace(&mut self.focus, panel);
        self.go(by);
        self.focus = focus;
        self.fit();
        Vec::new()
    }

    fn click(&mut self, area: Rect, at: Position) {
        let now = self.scene().now;
        let table = &mut self.scene_mut().table;
        match panels::table::hit(table, area, at) {
            Some(panels::table::Hit::Heading(column)) => table.sort_by(column),
            Some(panels::table::Hit::Line(line)) => table.point_at(line, now),
            None => {}
        }
    }

    // What goes out.

    /// Whether the picture is another one than the one that was drawn.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// The same; the picture counts as drawn from now on.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// What to ask the inspector; `None` when no panel shows it.
    #[must_use]
    pub fn question(&self) -> Option<Question> {
        let areas = self.areas();
        let needed = self.dead.is_none()
            && self.frozen.is_none()
            && [Panel::Table, Panel::Loop, Panel::Card]
                .into_iter()
                .any(|panel| areas.of(panel).is_some());
        needed.then(|| Question { watch: self.watched() })
    }

    /// While the loop stands: the fds on its interest list.
    fn watched(&self) -> Option<Vec<Fd>> {
        self.live.next_call()?;
        let listener = self.live.listener.map(|listener| listener.fd);
        let open = self.live.table.entries().iter().filter(|entry| entry.closed.is_none());
        Some(listener.into_iter().chain(open.map(|entry| entry.row.fd)).collect())
    }

    /// What is shown: the live scene or the frozen one.
    #[must_use]
    pub fn scene(&self) -> &Scene {
        self.frozen.as_deref().unwrap_or(&self.live)
    }

    fn scene_mut(&mut self) -> &mut Scene {
        self.frozen.as_deref_mut().unwrap_or(&mut self.live)
    }

    /// What is true now, also while the picture is frozen.
    #[must_use]
    pub fn live(&self) -> &Scene {
        &self.live
    }

    /// For how long the picture has been frozen.
    #[must_use]
    pub fn frozen_for(&self) -> Option<Nanos> {
        self.frozen.as_ref().map(|scene| self.live.now.saturating_sub(scene.now))
    }

    /// Where everything is on the screen.
    #[must_use]
    pub fn areas(&self) -> Areas {
        let (width, height) = self.screen;
        let Self { focus, zoom, side, .. } = *self;
        layout::lay(Rect::new(0, 0, width, height), Arrangement { focus, zoom, side })
    }

    /// The pace: what was asked for just now, or what the server said.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.asked.map_or(self.live.standing.mode, |(mode, _)| mode)
    }

    /// What lies over the panels.
    #[must_use]
    pub fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// The panel that has the keyboard.
    #[must_use]
    pub fn focus(&self) -> Panel {
        self.focus
    }

    /// Whether times of the day are shown, and the server's start since 1970.
    #[must_use]
    pub fn wall_time(&self) -> Option<Duration> {
        self.wall_time.then_some(self.options.zero)
    }

    /// Where the server is reached.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.options.url
    }

    /// The kind of client that `c` adds.
    #[must_use]
    pub fn client_kind(&self) -> ClientKind {
        self.kind
    }

    /// The clients of our own.
    #[must_use]
    pub fn client_list(&self) -> &[ClientInfo] {
        &self.clients
    }

    /// The notice to show now.
    #[must_use]
    pub fn current_notice(&self) -> Option<&str> {
        self.notices.first().map(|(text, _)| text.as_str())
    }

    /// Why the server has ended, once it has.
    #[must_use]
    pub fn dead(&self) -> Option<&str> {
        self.dead.as_deref()
    }

    /// The first visible line of the card.
    #[must_use]
    pub fn card_top(&self) -> usize {
        self.card_top
    }

    /// How many open connections have been idle for that long.
    #[must_use]
    pub fn idle_for(&self, time: Duration) -> usize {
        let time = Nanos::try_from(time.as_nanos()).unwrap_or(Nanos::MAX);
        let open = self.live.table.entries().iter().filter(|entry| entry.closed.is_none());
        open.filter(|entry| entry.idle(self.live.now) > time).count()
    }
}

/// When keys are enabled.
#[expect(missing_docs, reason = "the conditions by their names")]
#[expect(clippy::must_use_candidate, reason = "they are the column `enabled` of the keys")]
impl State {
    pub fn alive(&self) -> bool {
        self.dead.is_none()
    }

    pub fn has_selection(&self) -> bool {
        self.alive() && self.scene().table.selected().is_some()
    }

    pub fn can_drop(&self) -> bool {
        self.alive()
            && self
                .scene()
                .table
                .selected()
                .and_then(|entry| self.live.table.get(entry.row.id))
                .is_some_and(|entry| entry.closed.is_none())
    }

    pub fn can_drop_all(&self) -> bool {
        self.alive() && self.live.table.open() > 0
    }

    pub fn selected_is_stopped(&self) -> bool {
        let selected = self.scene().table.selected();
        selected
            .and_then(|entry| self.live.table.get(entry.row.id))
            .is_some_and(|entry| entry.row.stopped)
    }

    pub fn is_paused(&self) -> bool {
        self.alive() && self.mode() == Mode::Paused
    }

    pub fn can_slow(&self) -> bool {
        self.alive() && self.mode() != Mode::Slow(1)
    }

    pub fn is_slow(&self) -> bool {
        self.alive() && matches!(self.mode(), Mode::Slow(_))
    }

    pub fn has_clients(&self) -> bool {
        self.alive() && self.clients.iter().any(|client| !client.ended)
    }

    pub fn can_filter(&self) -> bool {
        self.alive() && matches!(self.focus, Panel::Table | Panel::Stream)
    }

    pub fn table_focused(&self) -> bool {
        self.alive() && self.focus == Panel::Table
    }

    pub fn stream_shown(&self) -> bool {
        self.alive() && self.areas().of(Panel::Stream).is_some()
    }

    pub fn scrolled_back(&self) -> bool {
        self.focus == Panel::Stream && self.scene().stream.below(self.stream_rows()).is_some()
    }

    pub fn can_go_back(&self) -> bool {
        self.overlay != Overlay::None
            || self.zoom
            || self.side == Panel::Card
            || self.scrolled_back()
            || !self.scene().stream.filter().as_str().is_empty()
            || !self.scene().table.filter().as_str().is_empty()
    }
}
