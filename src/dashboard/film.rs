//! A recording as the pictures that its screen shows one after the other, without a screen and as fast
//! as they can be drawn.
//!
//! As long as calls are few there is a picture before each of them, as where a step goes; where they
//! come faster than anyone would step through them there is one for each moment.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::keys::press::Press;
use super::panels;
use super::replayed::take;
use super::state::play::Recorded;
use super::state::{self, Chosen, State};
use super::theme::{Depth, Palette, Theme};
use crate::export::Failed;
use crate::export::shot::{Shot, Step};
use crate::record::playback::Item;
use crate::telemetry::{EventRef, Nanos};
use crate::words::Language;

/// How many calls a second are shown one by one; and how many of those that were not there before may
/// come at once.
const CALLS: u64 = 40;
const CALLS_AT_ONCE: u64 = 200;
/// Bytes of what came in that are kept: a picture before each call is made of them, and the marks of the
/// time line.
const HISTORY: usize = 64 << 20;
const SECOND: Nanos = 1_000_000_000;

/// A way in which each picture is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Way {
    /// In that language.
    pub language: Language,
    /// In these colours.
    pub palette: Palette,
}

/// What is filmed, and how.
#[derive(Clone, Debug)]
pub struct Setup {
    /// How the recording is called.
    pub name: String,
    /// The program that was traced, where it was none of our servers.
    pub program: Option<String>,
    /// When its server was started, since 1970 by the clocks of the place.
    pub zero: Duration,
    /// When the last event happened, where that is known.
    pub end: Option<Nanos>,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The row of keys is shown.
    pub keys: bool,
    /// What is pressed before it begins.
    pub presses: Arc<[Press]>,
    /// ASCII only.
    pub ascii: bool,
    /// The ways in which each picture is drawn.
    pub ways: Vec<Way>,
    /// How many pictures a second there are at most of time that goes on.
    pub fps: u32,
    /// From when to when.
    pub span: (Nanos, Nanos),
}

/// Plays a recording, and hands its pictures over.
///
/// # Errors
/// It cannot be read, or they cannot be written.
pub fn roll(
    items: impl FnMut() -> io::Result<Option<Item>>,
    setup: &Setup,
    shoot: impl FnMut(&Shot<'_>) -> io::Result<()>,
) -> Result<(), Failed> {
    let (from, to) = setup.span;
    let mut state = opened(setup);
    let mut camera = Camera::new(setup, shoot);
    let mut items = Items { read: items, ahead: VecDeque::new() };
    while let Some(item) = items.next()? {
        if let Some(begin) = begin(&item) {
            camera.begin(begin);
            camera.wait(&mut state, begin.clamp(from, to))?;
            if begin > to {
                state.tick(to);
                break;
            }
        }
        let Item::Batch(batch) = item else {
            let time = item.time();
            take(&mut state, item);
            state.tick(time.unwrap_or_default());
            continue;
        };
        let (before, time) = (state.history().end(), batch.time);
        let told = batch.events().len() > 0;
        take(&mut state, Item::Batch(batch));
        if time < from {
            continue;
        }
        let calls = state.calls_since(before);
        let shows = camera.can_show(calls.len() as u64 + 1, time);
        for (at, step) in calls.into_iter().filter(|_| shows) {
            let shot = state.show_after(at, |state, now| {
                if (from..=to).contains(&now) { camera.shoot(state, now, step) } else { Ok(()) }
            });
            shot.unwrap_or(Ok(()))?;
        }
        if time <= to {
            state.tick(time);
            state.is_seen_at(time);
            // The next call is told of by the next batch.
            let next = if shows && told { items.event()? } else { None };
            match next.and_then(|event| state.stops_before(event.event)) {
                Some(step) => camera.shoot(&state, time, step)?,
                None => camera.look(&state, time)?,
            }
        }
    }
    let end = to.min(state.live().now.max(from));
    state.tick(end);
    // What was told last may go beyond.
    state.stands_at(to);
    camera.shoot(&state, end, Step::Time)
}

/// What is read, and what was read ahead.
struct Items<F> {
    read: F,
    ahead: VecDeque<Item>,
}

impl<F: FnMut() -> io::Result<Option<Item>>> Items<F> {
    fn next(&mut self) -> Result<Option<Item>, Failed> {
        match self.ahead.pop_front() {
            None => (self.read)().map_err(Failed::Read),
            item => Ok(item),
        }
    }

    /// The next event, of a batch that stays.
    fn event(&mut self) -> Result<Option<EventRef<'_>>, Failed> {
        fn first(item: &Item) -> Option<EventRef<'_>> {
            match item {
                Item::Batch(batch) => batch.events().next(),
                _ => None,
            }
        }
        while self.ahead.back().and_then(first).is_none() {
            let Some(item) = (self.read)().map_err(Failed::Read)? else { break };
            self.ahead.push_back(item);
        }
        Ok(self.ahead.iter().find_map(first))
    }
}

/// Plays a recording up to a time, and hands over the picture of it.
///
/// # Errors
/// It cannot be read, or it cannot be written.
pub fn still(
    mut items: impl FnMut() -> io::Result<Option<Item>>,
    setup: &Setup,
    shoot: impl FnMut(&Shot<'_>) -> io::Result<()>,
) -> Result<(), Failed> {
    let (_, at) = setup.span;
    let mut state = opened(setup);
    while let Some(item) = items().map_err(Failed::Read)? {
        if begin(&item).is_some_and(|time| time > at) {
            state.tick(at);
            break;
        }
        let time = item.time();
        take(&mut state, item);
        if let Some(time) = time {
            state.tick(time);
            state.is_seen_at(time);
        }
    }
    state.stands_at(at);
    let now = state.scene().now;
    state.is_seen_at(now);
    Camera::new(setup, shoot).shoot(&state, now, Step::Time)
}

/// When the first happened of what something tells.
fn begin(item: &Item) -> Option<Nanos> {
    let first = match item {
        Item::Batch(batch) => batch.events().map(|event| event.event.time).min(),
        _ => None,
    };
    first.or(item.time())
}

/// The state before anything was read.
fn opened(setup: &Setup) -> State {
    let Setup { name, program, zero, end, size, keys, presses, .. } = setup;
    let mut state = State::new(
        state::Options {
            ask: false,
            mouse: false,
            choice: Chosen::default(),
            settings: None,
            chinese: true,
            url: name.clone(),
            program: program.clone(),
            runs_on: true,
            history: HISTORY,
            zero: *zero,
        },
        Vec::new(),
    );
    state.replay(Recorded {
        name: name.clone(),
        end: *end,
        is_filmed: true,
        ..Recorded::default()
    });
    state.resize(size.0, size.1 + u16::from(!keys));
    for press in presses.iter() {
        state.key(press.event());
    }
    state
}

/// What draws them.
struct Camera<'a, F> {
    setup: &'a Setup,
    themes: Vec<Theme>,
    terminal: Terminal<TestBackend>,
    shoot: F,
    last: Vec<Buffer>,
    /// When it was taken.
    reached: Nanos,
    /// When the next picture of time that goes on is due.
    due: Nanos,
    /// How many calls may be shown one by one, and since when that is so.
    calls: u64,
    since: Nanos,
}

impl<'a, F: FnMut(&Shot<'_>) -> io::Result<()>> Camera<'a, F> {
    fn new(setup: &'a Setup, shoot: F) -> Self {
        let theme = |way: &Way| Theme::new(way.palette, setup.ascii).shown_in(Depth::True, true);
        let (width, height) = setup.size;
        let Ok(terminal) = Terminal::new(TestBackend::new(width, height + u16::from(!setup.keys)));
        Self {
            setup,
            themes: setup.ways.iter().map(theme).collect(),
            terminal,
            shoot,
            last: Vec::new(),
            reached: 0,
            due: setup.span.0,
            calls: CALLS_AT_ONCE,
            since: 0,
        }
    }

    fn step(&self) -> Nanos {
        SECOND / Nanos::from(self.setup.fps.clamp(1, 240))
    }

    /// There is something to be seen from that time on.
    fn begin(&mut self, time: Nanos) {
        if self.last.is_empty() {
            self.due = self.due.max(time);
        }
    }

    /// Lets time go on up to a time.
    fn wait(&mut self, state: &mut State, until: Nanos) -> Result<(), Failed> {
        while self.due < until {
            let due = self.due;
            if due >= state.live().now {
                state.tick(due);
                state.is_seen_at(due);
                if state.take_changed() {
                    self.shoot(state, due, Step::Time)?;
                }
            }
            self.due += self.step();
        }
        Ok(())
    }

    /// Whether so many calls are few enough to be shown one by one.
    fn can_show(&mut self, calls: u64, now: Nanos) -> bool {
        let passed = now.saturating_sub(self.since);
        let more = u128::from(passed) * u128::from(CALLS) / u128::from(SECOND);
        if let Some(more) = u64::try_from(more).ok().filter(|more| *more > 0) {
            self.calls = self.calls.saturating_add(more).min(CALLS_AT_ONCE);
            self.since = now;
        }
        let can = calls <= self.calls;
        self.calls -= calls.min(self.calls);
        can
    }

    /// Takes a picture if one is due.
    fn look(&mut self, state: &State, now: Nanos) -> Result<(), Failed> {
        if now < self.due {
            return Ok(());
        }
        self.due = now + self.step();
        self.shoot(state, now, Step::Time)
    }

    /// Takes a picture in each of the ways; of time that goes on only where it is another.
    fn shoot(&mut self, state: &State, at: Nanos, step: Step) -> Result<(), Failed> {
        let mut pictures = Vec::with_capacity(self.themes.len());
        for (theme, way) in self.themes.iter().zip(&self.setup.ways) {
            let terminal = &mut self.terminal;
            let Ok(drawn) = way
                .language
                .speak_while(|| terminal.draw(|frame| panels::draw(frame, state, theme)));
            pictures.push(cropped(drawn.buffer, self.setup.size));
        }
        if step > Step::Time || pictures != self.last {
            // What the kernel said may have been told before what happened earlier.
            self.reached = self.reached.max(at);
            (self.shoot)(&Shot { at: self.reached, step, ways: &pictures })
                .map_err(Failed::Write)?;
            self.last = pictures;
        }
        Ok(())
    }
}

/// As much of a picture as has that size.
fn cropped(picture: &Buffer, (width, height): (u16, u16)) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let cells = usize::from(width) * usize::from(height);
    let mut part = Buffer::empty(area);
    part.content.clone_from_slice(&picture.content[..cells]);
    part
}
