//! The screen of `epollscope replay`: a recording in place of a server, on the same dashboard.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, TryRecvError};
use crossterm::event::Event;
use ratatui::Frame;

use super::geometry::Position;
use super::keep::Keeping;
use super::panels;
use super::run::{Options, show};
use super::session::{CALM_TICK, QUIET_TICK, Show};
use super::state::checkpoints::{Checkpoint, Index};
use super::state::notice::Notice;
use super::state::play::{PASSES, Point, ReadOn, Recorded};
use super::state::{self, Action, State};
use super::theme::Theme;
use crate::lesson::Strip;
use crate::record::playback::{Item, Place};
use crate::telemetry::Nanos;
use crate::words::strings;

/// How long what was read is taken in at once: keys are waited for, too.
const AT_ONCE: Duration = Duration::from_millis(30);

/// A recording that is read: what comes out of it, in order.
pub trait Source {
    /// What has been read.
    fn items(&self) -> &Receiver<io::Result<Item>>;
    /// When the last event happened, once that is known.
    fn end(&self) -> Option<Nanos>;
    /// Whether it may still be written.
    fn grows(&self) -> bool;
    /// When the last event happened that was there at first, of one whose newest is looked at.
    fn follows_from(&self) -> Option<Nanos> {
        None
    }
    /// Begins anew, from that place or from the begin; `false` where that cannot be.
    fn again(&mut self, from: Option<&Place>) -> bool;
    /// What is found out of it beside; `None` where it is known only as it is read.
    fn index(&self) -> Option<&Index>;
}

/// What the screen takes over.
pub struct Setup<S> {
    /// The recording.
    pub source: S,
    /// How it is called.
    pub name: String,
    /// The program that was traced, where it was none of our servers.
    pub program: Option<String>,
    /// When its server was started, since 1970 by the clocks of the place.
    pub zero: Duration,
    /// How the dashboard looks and behaves.
    pub options: Options,
}

/// Shows it until the operator quits.
///
/// # Errors
/// There is no terminal, or it fails.
pub fn run(setup: Setup<impl Source>) -> io::Result<()> {
    let Setup { source, name, program, zero, options } = setup;
    let mut state = State::new(
        state::Options {
            ask: false,
            mouse: options.mouse,
            choice: options.choice.clone(),
            settings: None,
            chinese: super::terminal::has_chinese(),
            url: name.clone(),
            program,
            runs_on: true,
            history: options.history,
            zero,
        },
        Vec::new(),
    );
    let seeks = source.index().is_some();
    state.replay(Recorded { name, seeks, ..Recorded::default() });
    let keeping = Keeping::by(options.keep.clone());
    let shown = Replayed { keeping, ..Replayed::new(source, state, Instant::now()) };
    show(shown, &options, None)
}

/// A recording and its picture.
#[derive(Debug)]
pub(super) struct Replayed<S> {
    source: S,
    state: State,
    /// What was read and is of a later time.
    next: Option<Item>,
    /// When time went on last.
    seen: Instant,
    /// Nothing has been taken in yet.
    fresh: bool,
    /// When the last thing happened that was taken in.
    reached: Nanos,
    /// It is read up to what is being written.
    catching_up: bool,
    keeping: Keeping,
}

impl<S: Source> Replayed<S> {
    pub(super) fn new(source: S, state: State, now: Instant) -> Self {
        let keeping = Keeping::by(None);
        Self {
            source,
            state,
            next: None,
            seen: now,
            fresh: true,
            reached: 0,
            catching_up: false,
            keeping,
        }
    }

    #[cfg(test)]
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    #[cfg(test)]
    pub(super) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Takes in what was read, as far as the picture has gone.
    fn read(&mut self, begin: Instant) {
        let is_known = self.state.recording().is_some_and(|recording| recording.end.is_some());
        if !is_known && self.source.end().is_some() {
            self.state.recording_ends(self.source.end(), false);
        }
        if let Some(index) = self.source.index() {
            self.state.follow_index(index);
        }
        if self.fresh
            && let Some(end) = self.source.follows_from()
        {
            (self.fresh, self.catching_up) = (false, true);
            self.state.read_up_to(end.saturating_sub(1));
        }
        if self.catching_up && !self.state.reads_ahead() {
            self.catching_up = false;
            self.state.plays_on();
        }
        while let Some(how_far) = self.state.reads_on() {
            match how_far {
                ReadOn::Again(point) => {
                    self.begin_before(point);
                    continue;
                }
                ReadOn::Skip(time) => {
                    self.skip(time);
                    continue;
                }
                ReadOn::Until(_) | ReadOn::Next => {}
            }
            let Some(item) = self.next.take().or_else(|| self.item()) else {
                // What is there is not read as fast as it is to be played; who waits for more to be
                // written sees time go on meanwhile.
                if !self.source.grows() {
                    self.fall_behind();
                }
                return;
            };
            if self.fresh
                && let Some(time) = item.time()
            {
                self.fresh = false;
                self.state.play_from(time);
            }
            let for_a_jump = self.state.reads_ahead();
            let until = match self.state.reads_on() {
                Some(ReadOn::Until(until)) => until,
                _ => 0,
            };
            if !for_a_jump && item.time().is_some_and(|time| time > until) {
                self.next = Some(item);
                return;
            }
            let read = item.time().filter(|_| matches!(item, Item::Batch(_)));
            self.take(item);
            // A batch tells of what has happened before it.
            if read.is_some() {
                self.state.was_read(read);
            }
            if begin.elapsed() > AT_ONCE {
                return self.fall_behind();
            }
        }
    }

    /// Begins at the last checkpoint before that, or anew.
    fn begin_before(&mut self, point: Point) {
        let checkpoint = self.source.index().and_then(|index| index.before(point, 0));
        if !self.begin(checkpoint) {
            self.state.cannot_read_again();
        }
    }

    /// The same for a time that is still to come, if that is nearer than what was read.
    fn skip(&mut self, time: Nanos) {
        let end = self.state.history().end();
        let index = self.source.index();
        let nearer = index.and_then(|index| index.before(Point::Time(time), end));
        if nearer.is_none() || !self.begin(nearer) {
            self.state.read_in_order();
        }
    }

    fn begin(&mut self, checkpoint: Option<Checkpoint>) -> bool {
        let begun = self.source.again(checkpoint.as_ref().map(Checkpoint::place));
        if begun {
            (self.next, self.reached) = (None, 0);
            self.state.read_from(checkpoint);
        }
        begun
    }

    /// Time goes no faster than what is taken in.
    fn fall_behind(&mut self) {
        if let Some(ReadOn::Until(until)) = self.state.reads_on()
            && !self.state.reads_ahead()
        {
            self.state.play_from(until.min(self.reached.max(self.state.live().now)));
        }
    }

    /// The next that was read; `None` where it is not there yet, or at the end.
    fn item(&mut self) -> Option<Item> {
        match self.source.items().try_recv() {
            Ok(Ok(item)) => Some(item),
            Ok(Err(error)) => {
                let text =
                    (strings().recorded.unread)(self.state.url(), &crate::words::plain(&error));
                self.state.notice(Notice::Unread(text));
                self.ends();
                None
            }
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                self.ends();
                None
            }
        }
    }

    fn ends(&mut self) {
        self.state.pass(self.reached);
        self.state.recording_ends(None, true);
        self.state.was_read(None);
    }

    fn take(&mut self, item: Item) {
        self.reached = self.reached.max(item.time().unwrap_or_default());
        take(&mut self.state, item);
    }
}

/// Takes in what was read.
pub(super) fn take(state: &mut State, item: Item) {
    match item {
        Item::Batch(batch) => {
            let passes = state.live().now.saturating_add(PASSES);
            if batch.time >= passes {
                state.pass(batch.time);
            }
            state.apply(&batch);
        }
        Item::Kernel(snapshot, taken) => state.kernel(*snapshot, taken),
        Item::Clients(clients) => state.clients(Arc::new(clients)),
        Item::Made(made) => state.count_calls(made),
        Item::Lesson(told) => state.lesson_tells(Strip::read(told)),
    }
}

impl<S: Source> Show for Replayed<S> {
    fn gather(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.seen);
        self.seen = now;
        self.keeping.tell(&mut self.state);
        self.state.play_on(passed);
        self.read(now);
        let now = match self.state.reads_on() {
            Some(ReadOn::Until(until)) if !self.state.reads_ahead() => until,
            _ => self.state.live().now,
        };
        self.state.tick(now);
    }

    fn tell(&mut self, notice: Notice) {
        self.state.notice(notice);
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.state.resize(width, height);
    }

    fn terminal_event(&mut self, event: Event) -> Vec<Action> {
        let mut actions = self.state.terminal_event(event);
        actions.retain(|action| {
            if let Action::Keep(time) = action {
                self.keeping.keep(&self.state, *time);
            }
            !matches!(action, Action::Keep(_))
        });
        actions
    }

    fn next_tick(&self, _: Instant) -> Duration {
        match self.state.reads_ahead() {
            true => Duration::from_millis(2),
            false if self.state.play().on => CALM_TICK,
            false => QUIET_TICK,
        }
    }

    fn is_held(&self) -> bool {
        self.state.recording().is_some() && !self.state.play().on
    }

    fn is_changed(&self) -> bool {
        self.state.is_changed()
    }

    fn take_changed(&mut self) {
        self.state.take_changed();
    }

    fn explain(&mut self, at: Position, theme: &Theme) {
        panels::explain_under(&mut self.state, theme, at);
    }

    fn draw(&self, frame: &mut Frame, theme: &Theme) {
        panels::draw(frame, &self.state, theme);
    }

    fn end(self) -> io::Result<()> {
        Ok(())
    }
}
