//! Two servers under the same load, side by side: `compare A B --split`.
//!
//! Each half is a whole dashboard's [`Session`] over a server of its own, with its own thread, port
//! and wire. Both loads begin at the same moment, when the connections of both are open; what is
//! compared is counted from then on.
//!
//! | file | what lives there |
//! |---|---|
//! | `mod` | both halves, when the loads begin, what the keys do |
//! | `live` | the servers and their loads |
//! | `measure` | what the load was for a server, in figures |
//! | `view` | what the picture shows |
//! | `draw` | the picture |

mod draw;
mod live;
mod measure;
#[cfg(test)]
mod tests;
mod view;

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyEvent, KeyEventKind};
use ratatui::Frame;

pub use self::live::{Setup, run};
use self::measure::Measure;
use super::backend::Backend;
use super::keys::{self, Id, Key};
use super::session::{Session, Show};
use super::state::notice::Notice;
use super::state::{Action, State};
use super::theme::Theme;
use crate::compare::Note;
use crate::compare::drive::Phase;
use crate::telemetry::Mode;

/// The load on a server.
trait Loaded {
    /// How far it is, and what has to be known to judge it.
    fn phase(&self) -> (Phase, Vec<Note>);
    /// Lets it begin.
    fn begin(&self);
    /// Stops it.
    fn stop(&self);
}

/// What both servers are put under.
#[derive(Clone, Debug)]
struct Load {
    idle: u32,
    active: u32,
    path: String,
    time: Duration,
}

/// How far the comparison is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// The connections are being opened.
    Opening,
    /// The loads have been under way since then.
    Running(Instant),
    /// They are over.
    Over,
}

/// One half.
#[derive(Debug)]
struct Half<W, L> {
    /// The server's name, with a number where both have the same.
    name: String,
    /// All that is known of it is too much to be moved about.
    session: Box<Session<W>>,
    /// Dropped after the server.
    load: L,
    phase: Phase,
    notes: Vec<Note>,
    measure: Option<Measure>,
}

impl<W: Backend, L: Loaded> Half<W, L> {
    fn new(name: String, session: Session<W>, load: L) -> Self {
        let (phase, notes) = (Phase::default(), Vec::new());
        Self { name, session: Box::new(session), load, phase, notes, measure: None }
    }

    fn state(&self) -> &State {
        self.session.state()
    }

    /// Whether all that its load has done so far was shown.
    fn has_settled(&self) -> bool {
        let requests = measure::requests(self.state());
        match &self.phase {
            Phase::Opening | Phase::Running => false,
            Phase::Ready(answered) => requests >= *answered,
            Phase::Over(round) => {
                self.measure.as_ref().is_none_or(|m| m.requests() >= round.requests)
            }
            Phase::Failed(_) => true,
        }
    }

    fn cpu(&self) -> Option<Duration> {
        self.session.backend().cpu(self.state().question()?.usage?)
    }

    /// Lets its load begin.
    fn begin(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Failed(_)) {
            return;
        }
        self.measure = Some(Measure::begin(self.state(), self.cpu(), now));
        self.load.begin();
        self.phase = Phase::Running;
    }

    /// Takes over what has happened; returns whether its load is another than before.
    fn gather(&mut self, now: Instant) -> bool {
        // In this order: what is shown of a load that is over has happened by then.
        let (phase, notes) = self.load.phase();
        self.session.gather(now);
        let changed = phase != self.phase || notes != self.notes;
        (self.phase, self.notes) = (phase, notes);
        changed
    }

    /// Goes on with what is measured; `started` is when the load began.
    fn measure(&mut self, started: Instant, now: Instant) {
        let over = match &self.phase {
            Phase::Over(round) => Some(round.time),
            _ => None,
        };
        let Some(mut measure) = self.measure.take() else { return };
        measure.go_on(self.state(), over.unwrap_or_else(|| now.duration_since(started)));
        if over.is_some() || measure.wants_cpu(now) {
            measure.cpu(self.cpu(), now);
        }
        self.measure = Some(measure);
    }
}

/// Whether a key concerns the terminal: it works whatever is shown.
fn is_of_terminal(key: KeyEvent) -> bool {
    [Id::QuitNow, Id::Redraw, Id::Suspend].into_iter().any(|id| keys::is(id, key))
}

/// Both halves, and everything of the loop but the terminal.
#[derive(Debug)]
struct Split<W, L> {
    halves: [Half<W, L>; 2],
    load: Load,
    stage: Stage,
    /// A server stood still, or went slowly, while the load was under way.
    held: bool,
    help: bool,
    changed: bool,
}

impl<W: Backend, L: Loaded> Split<W, L> {
    fn new(halves: [Half<W, L>; 2], load: Load) -> Self {
        Self { halves, load, stage: Stage::Opening, held: false, help: false, changed: true }
    }

    fn all(&self, holds: impl Fn(&Half<W, L>) -> bool) -> bool {
        self.halves.iter().all(holds)
    }

    /// Lets both loads begin.
    fn begin(&mut self, now: Instant) {
        self.halves.iter_mut().for_each(|half| half.begin(now));
        self.held = false;
        let running = self.halves.iter().any(|half| half.phase == Phase::Running);
        self.stage = if running { Stage::Running(now) } else { Stage::Over };
    }

    fn is_enabled(&self, key: &Key) -> bool {
        // A step is one of both together, so both stand before it.
        let steps = matches!(key.id, Id::StepCall | Id::StepTurn);
        self.all(|half| (key.enabled)(half.state()))
            && (!steps || self.is_paused())
            && (key.id != Id::LoadAgain || self.can_reload())
    }

    /// Whether the load may be put on both once more.
    fn can_reload(&self) -> bool {
        let can = |half: &Half<W, L>| matches!(half.phase, Phase::Over(_));
        self.stage == Stage::Over && self.halves.iter().any(can)
    }

    fn is_paused(&self) -> bool {
        self.all(|half| half.state().mode() == Mode::Paused)
    }

    fn act(&mut self, id: Id, key: KeyEvent) -> Vec<Action> {
        match id {
            Id::Quit => return vec![Action::Quit],
            Id::Help => self.help = true,
            Id::Language => return self.halves[0].session.terminal_event(Event::Key(key)),
            Id::LoadAgain => self.begin(Instant::now()),
            _ => {
                // One that stands already is not to be let go by the key that lets the other stand.
                let stands = |half: &Half<W, L>| half.state().mode() == Mode::Paused;
                let some = id == Id::Pause && !self.is_paused();
                for half in &mut self.halves {
                    if !(some && stands(half)) {
                        half.session.terminal_event(Event::Key(key));
                    }
                }
            }
        }
        Vec::new()
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Action> {
        self.changed = true;
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        if is_of_terminal(key) {
            return self.halves[0].session.terminal_event(Event::Key(key));
        }
        if std::mem::take(&mut self.help) {
            return Vec::new();
        }
        let found = keys::split().find(|found| found.is_pressed(key));
        match found.filter(|found| self.is_enabled(found)) {
            Some(found) => self.act(found.id, key),
            None => Vec::new(),
        }
    }
}

impl<W: Backend, L: Loaded> Show for Split<W, L> {
    fn tell(&mut self, notice: Notice) {
        self.halves[0].session.tell(notice);
    }

    fn gather(&mut self, now: Instant) {
        for half in &mut self.halves {
            self.changed |= half.gather(now);
        }
        let settled = self.all(|half| half.has_settled() || !half.state().alive());
        match self.stage {
            Stage::Opening if settled => self.begin(now),
            Stage::Opening | Stage::Over => return,
            Stage::Running(started) => {
                self.held |= !self.all(|half| half.state().mode() == Mode::Run);
                self.halves.iter_mut().for_each(|half| half.measure(started, now));
                if settled && self.all(|half| half.phase != Phase::Running) {
                    self.stage = Stage::Over;
                }
            }
        }
        self.changed = true;
    }

    fn resize(&mut self, width: u16, height: u16) {
        // What each half has of it is only a matter of drawing.
        self.halves.iter_mut().for_each(|half| half.session.resize(width, height));
        self.changed = true;
    }

    fn terminal_event(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Key(key) => return self.key(key),
            Event::Resize(width, height) => self.resize(width, height),
            _ => {}
        }
        Vec::new()
    }

    fn next_tick(&self, now: Instant) -> Duration {
        let [a, b] = self.halves.each_ref().map(|half| half.session.next_tick(now));
        a.min(b)
    }

    fn is_held(&self) -> bool {
        self.halves.iter().any(|half| half.session.is_held())
    }

    fn is_changed(&self) -> bool {
        let fades = |state: &State| state.live().seats.fades(state.live().now);
        self.changed || !self.all(|half| !half.session.is_changed() && !fades(half.state()))
    }

    fn take_changed(&mut self) {
        self.changed = false;
        self.halves.iter_mut().for_each(|half| half.session.take_changed());
    }

    fn draw(&self, frame: &mut Frame, theme: &Theme) {
        draw::draw(frame, &self.view(), theme);
    }

    /// The servers before the loads' connections: a socket that the server closes first leaves no
    /// port of ours in TIME-WAIT.
    fn end(self) -> io::Result<()> {
        self.halves.iter().for_each(|half| half.load.stop());
        let [a, b] = self.halves.map(|half| half.session.end());
        a.and(b)
    }
}
