//! What the dashboard knows and what the operator is doing: a pure function of the batches, keys
//! and times it was given. No terminal, no socket and no clock in it.
//!
//! [`Scene`] is what is known of the server; a frozen picture is a copy of it. [`State`] adds what
//! belongs to the operator: focus, questions, notices. What comes in is taken over in `incoming`, what
//! the operator does in `operate`, `mouse` and a file for each box.

pub mod action;
pub mod by_server;
pub mod card;
pub mod charts;
pub mod checkpoints;
pub mod chosen;
pub mod class;
pub mod code;
pub mod continuity;
pub mod costs;
pub mod diagnoses;
pub mod engine;
pub mod explain;
pub mod filter;
pub mod history;
pub mod jump;
pub mod latency;
pub mod lessons;
pub mod lints;
pub mod notice;
mod output;
pub mod prompt;
pub mod rate_limit;
pub mod rates;
pub mod seats;
pub mod stream;
pub mod stretches;
pub mod table;

mod asks;
mod back;
mod before;
mod enabled;
mod explaining;
mod filming;
mod incoming;
mod index;
pub mod menu;
mod mouse;
mod operate;
mod options;
pub mod play;
mod playing;
mod scene;
mod seeking;
mod teach;
mod travel;
mod typed;
mod ways;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

pub use self::action::Action;
use self::back::Back;
use self::checkpoints::Indexed;
pub use self::chosen::Chosen;
use self::code::Viewer;
use self::explain::Explain;
use self::history::History;
pub use self::lessons::Lessons;
use self::lessons::{Course, List};
use self::menu::Menu;
use self::notice::{Ended, Notice};
use self::output::Output;
use self::play::{Ahead, Play, Recorded};
use self::prompt::{Confirm, Input};
pub use self::scene::Scene;
use self::ways::Ways;
use super::geometry::{Position, Rect};
use super::layout::{self, Areas, Arrangement};
use super::panel::Panel;
use crate::class::{Host, Roll, Shown};
use crate::clients::{ClientInfo, ClientKind, Name};
use crate::lesson::Puppet;
use crate::telemetry::{Mode, Nanos};
use crate::trace::Legible;

/// How long a notice is shown.
const NOTICE_STAYS: Nanos = 6_000_000_000;
/// How long it stays whatever is pressed.
const NOTICE_READ: Nanos = 1_000_000_000;
/// The paces of slow motion, in calls a second.
const PACES: [u8; 7] = [1, 2, 5, 10, 20, 50, 100];
/// How long a mode that was asked for is taken for granted.
const ASKED_STANDS: Nanos = 1_000_000_000;

/// What the state knows from the start.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice by itself")]
pub struct Options {
    /// Ask before connections are dropped.
    pub ask: bool,
    /// The mouse is captured.
    pub mouse: bool,
    /// What is chosen of the picture from the start.
    pub choice: Chosen,
    /// The settings file, if there is a place for one.
    pub settings: Option<String>,
    /// The terminal has Chinese letters.
    pub chinese: bool,
    /// Where the server is reached: `http://127.0.0.1:7890/`.
    pub url: String,
    /// The name of the program that is traced, where the server is not our own.
    pub program: Option<String>,
    /// The server runs on when the dashboard is left.
    pub runs_on: bool,
    /// How many bytes of the last minutes are kept, to be gone back to.
    pub history: usize,
    /// When the server was started, since 1970 by the clocks of the place.
    pub zero: Duration,
}

/// Of another program: in which lines it makes its calls.
#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    /// The tracer was told to read them.
    asked: bool,
    legible: Legible,
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
    /// How many clients of our own are to come.
    HowMany(Input),
    /// Where to jump to in time.
    Jump(Input),
    /// How many of the last seconds are to be kept in a file.
    Keep(Input),
    /// The filter of a panel is being typed.
    Filter(Panel, Input),
    /// The kinds of client; the index of the marked one.
    Choose(usize),
    /// The nine servers; the index of the marked one.
    Servers(usize),
    /// The options of the running server.
    Options(Menu),
    /// What each server cost, before and after; how many newer ones are right of those shown.
    Before(usize),
    /// How the class joins.
    Join(Shown),
    /// The lessons.
    Lessons(List),
    /// What one thing on the screen is.
    Explain(Explain),
}

/// Everything that decides the picture.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own with a key of its own"
)]
pub struct State {
    options: Options,
    delay: Option<Nanos>,
    live: Scene,
    /// In place of the live one.
    back: Option<Box<Back>>,
    history: History,
    overlay: Overlay,
    focus: Panel,
    zoom: bool,
    side: Panel,
    wall_time: bool,
    mouse: bool,
    kind: ClientKind,
    clients: Arc<Vec<ClientInfo>>,
    /// What is to be told, one after another; the first since when.
    notices: VecDeque<Notice>,
    told: Option<Nanos>,
    asked: Option<(Mode, Nanos)>,
    /// What to go back to after a pause.
    resume: Mode,
    course: Course,
    dead: Option<Ended>,
    screen: (u16, u16),
    card_top: usize,
    /// What is looked at of the code.
    code: Viewer,
    /// Of another program's.
    lines: Lines,
    output: Output,
    /// Where the mouse was used, if no key was pressed since.
    pointer: Option<Position>,
    changed: bool,
    second: Nanos,
    puppets: BTreeMap<Name, Puppet>,
    play: Play,
    /// In place of a server that runs.
    recording: Option<Box<Recorded>>,
    ahead: Option<Ahead>,
    /// How far the recording is indexed.
    indexed: Option<Box<Indexed>>,
    /// The time where the picture is looked at: that of the server, but beside a recording.
    wall: Nanos,
    /// Who is in the room, beside what was published; `None` where no class can join.
    roll: Option<Roll>,
    /// Which server its telephones come to, and whether a class may be let in where there is none.
    telephones: Option<Host>,
    possible: bool,
    /// By what it joins.
    join: Box<Ways>,
}

impl State {
    /// The state at the start; `notices` are shown for a while.
    #[must_use]
    pub fn new(options: Options, notices: Vec<Notice>) -> Self {
        let choice = options.choice.clone();
        let mut state = Self {
            delay: None,
            mouse: options.mouse,
            options,
            live: Scene::default(),
            back: None,
            history: History::default(),
            overlay: Overlay::None,
            focus: Panel::Table,
            zoom: false,
            side: Panel::Loop,
            wall_time: false,
            kind: ClientKind::Steady,
            clients: Arc::default(),
            notices: notices.into(),
            told: None,
            asked: None,
            resume: Mode::Run,
            course: Course::default(),
            dead: None,
            screen: (80, 24),
            card_top: 0,
            code: Viewer::default(),
            lines: Lines::default(),
            output: Output::default(),
            pointer: None,
            changed: true,
            second: 0,
            puppets: BTreeMap::new(),
            play: Play::default(),
            recording: None,
            ahead: None,
            indexed: None,
            wall: 0,
            roll: None,
            telephones: Some(Host::None),
            possible: false,
            join: Box::default(),
        };
        state.choose_all(&choice);
        state.history = History::new(state.options.history, &mut state.live);
        state
    }

    /// Shows a notice for a while. Of several that answer keys only the newest is of interest.
    pub fn notice(&mut self, notice: Notice) {
        const MOST: usize = 20;
        if self.current_notice().is_some_and(|told| notice.replaces(told)) {
            self.told = Some(self.wall);
        }
        self.notices.retain(|waiting| !notice.replaces(waiting));
        if self.notices.len() < MOST {
            if self.notices.is_empty() {
                self.told = Some(self.wall);
            }
            self.notices.push_back(notice);
        }
        self.changed = true;
    }

    /// A key takes the notice away that is shown, if there was time to read it: the key may have
    /// been meant for a question that is gone.
    pub(super) fn dismiss_read(&mut self) {
        let read = |since: Nanos| self.wall >= since.saturating_add(NOTICE_READ);
        if self.told.is_some_and(read) {
            self.dismiss();
        }
    }

    fn dismiss(&mut self) {
        self.notices.pop_front();
        self.told = None;
    }

    /// Whether the picture is another one than the one that was drawn.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// The same; the picture counts as drawn from now on.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// What is shown: the live scene or one of before.
    #[must_use]
    pub fn scene(&self) -> &Scene {
        self.back.as_ref().map_or(&self.live, |back| &back.scene)
    }

    fn scene_mut(&mut self) -> &mut Scene {
        self.back.as_mut().map_or(&mut self.live, |back| &mut back.scene)
    }

    /// What is true now, also while the picture is frozen.
    #[must_use]
    pub fn live(&self) -> &Scene {
        &self.live
    }

    /// The size of the screen, as it was told last.
    #[must_use]
    pub fn screen(&self) -> (u16, u16) {
        self.screen
    }

    /// Where everything is on the screen, in its last known size.
    #[must_use]
    pub fn areas(&self) -> Areas {
        let (width, height) = self.screen;
        self.areas_of(Rect::new(0, 0, width, height))
    }

    /// Where everything is on a screen of another size.
    #[must_use]
    pub fn areas_of(&self, screen: Rect) -> Areas {
        let Self { focus, zoom, side, .. } = *self;
        let strip = u16::try_from(self.strip(screen).len()).unwrap_or(u16::MAX);
        layout::lay(screen, Arrangement { focus, zoom, side, strip, time: self.shows_time() })
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
        let joined = self.join.url.as_deref().filter(|_| !self.has_class_beside());
        joined.unwrap_or(&self.options.url)
    }

    /// By how much each call of a program that is traced is held up at least.
    #[must_use]
    pub fn delay(&self) -> Option<Nanos> {
        self.delay
    }

    /// So much each call is held up now.
    pub fn delayed(&mut self, delay: Option<Nanos>) {
        self.delay = delay;
    }

    /// The name of the program that is traced, where the server is not our own.
    #[must_use]
    pub fn program(&self) -> Option<&str> {
        self.options.program.as_deref()
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

    /// The client of our own at the other end of the selected connection, while it is at work.
    #[must_use]
    pub fn selected_client(&self) -> Option<&ClientInfo> {
        let entry = self.scene().table.selected()?;
        let (id, _) = entry.ours?;
        let client = self.clients.iter().find(|client| client.id == id && !client.ended)?;
        (client.local == Some(entry.peer())).then_some(client)
    }

    /// Whether the stream says something on its lower border: that events were left out, or that
    /// there are newer ones below.
    #[must_use]
    pub fn stream_says_something(&self) -> bool {
        let areas = self.areas();
        let below = self.scene().stream.below(areas.rows(Panel::Stream));
        areas.of(Panel::Stream).is_some() && (self.scene().lost.all() > 0 || below.is_some())
    }

    /// The notice to show now.
    #[must_use]
    pub fn current_notice(&self) -> Option<&Notice> {
        self.notices.front()
    }

    /// Why the server has ended, once it has.
    #[must_use]
    pub fn dead(&self) -> Option<&Ended> {
        self.dead.as_ref()
    }

    /// The first visible line of the card or of the costs.
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
