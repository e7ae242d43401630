//! The lessons that there are, those that were begun, and the one that is given.

mod drive;
mod entry;
mod list;
mod notes;
mod seen;
mod strip;
mod votes;

use std::mem;
use std::sync::Arc;
use std::time::Instant;

pub use self::entry::Entry;
pub use self::notes::News;
use self::notes::{Clock, Edition};
pub use self::strip::{BEFORE_OPTION, Row, Tone, answers_at, option_width, rows, unmeasured};
use crate::clients::Name;
use crate::lesson::{Act, Lesson, Look, Phase, Run, Seen, Shelf, Strip};
use crate::telemetry::{Batch, Command};

/// Lessons, and which of them is begun with.
#[derive(Clone, Debug, Default)]
pub struct Lessons {
    /// All of them.
    pub shelf: Shelf,
    /// The one that is begun with.
    pub first: Option<Arc<Lesson>>,
}

/// The lessons of a dashboard. Where none runs they cost nothing.
#[derive(Debug, Default)]
pub struct Course {
    all: Vec<Entry>,
    /// The one that runs, or is just being left.
    at: Option<usize>,
    /// The one that begins when that is left, and its step.
    coming: Option<(usize, Option<usize>)>,
    /// What it wants to send, and the operator is asked about first; and that they agreed.
    withheld: Option<Command>,
    granted: bool,
    /// What the picture was told to show last.
    look: Option<Look>,
    /// The client whose row is to be pointed at once it is there.
    row: Option<Name>,
    /// Where it was at the last tick.
    was: Option<(usize, Phase)>,
    /// Since when it runs, and which page of the speaker's notes was the last.
    clock: Option<Clock>,
    edition: Option<Edition>,
}

/// The list of lessons, while it is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct List {
    /// The marked lesson.
    pub at: usize,
    /// The marked one of its steps, while they are shown.
    pub step: Option<usize>,
    /// A digit was typed: the same once more means the next.
    pub typed: bool,
}

impl Course {
    /// Those lessons; none runs.
    pub(super) fn new(all: &[Arc<Lesson>]) -> Self {
        Self { all: all.iter().map(Entry::new).collect(), ..Self::default() }
    }

    /// The place of a lesson, which is there from now on.
    pub(super) fn place(&mut self, lesson: &Arc<Lesson>) -> usize {
        let at = self.all.iter().position(|entry| Arc::ptr_eq(&entry.lesson, lesson));
        at.unwrap_or_else(|| {
            self.all.push(Entry::new(lesson));
            self.all.len() - 1
        })
    }

    /// All of them, each with how far it was given.
    #[must_use]
    pub fn all(&self) -> &[Entry] {
        &self.all
    }

    /// The one that runs.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        self.at().filter(|run| run.phase() != Phase::Left)
    }

    /// Its place among all.
    #[must_use]
    pub fn running(&self) -> Option<usize> {
        self.at.filter(|_| self.run().is_some())
    }

    /// Whether one runs, is being left or is about to begin.
    pub(super) fn is_given(&self) -> bool {
        self.at.is_some() || self.coming.is_some()
    }

    /// The last of those that were begun, by their places.
    pub(super) fn last_begun(&self) -> Option<usize> {
        self.all.iter().rposition(|entry| entry.run.is_some())
    }

    /// The one that runs, to be told something.
    pub(super) fn given(&mut self) -> Option<&mut Run> {
        self.at_mut().filter(|run| run.phase() != Phase::Left)
    }

    /// The same, or the one that is just being left.
    pub(super) fn at_mut(&mut self) -> Option<&mut Run> {
        self.entry_mut()?.run.as_mut()
    }

    /// Whether it waits for something to happen.
    pub(super) fn is_at_work(&self) -> bool {
        self.coming.is_some() || self.at().is_some_and(Run::is_busy)
    }

    /// The one that runs, or is just being left.
    fn at(&self) -> Option<&Run> {
        self.all.get(self.at?)?.run.as_ref()
    }

    /// Whether the last one is just being left.
    fn is_being_left(&self) -> bool {
        self.at().is_some_and(|run| run.phase() == Phase::Left)
    }

    /// Begins a lesson at a step, or goes on with it where it was left. One that runs is left.
    pub(super) fn begin(&mut self, at: usize, step: Option<usize>) {
        if at >= self.all.len() {
            return;
        }
        let runs = self.running() == Some(at);
        match self.given().filter(|_| runs) {
            Some(run) if run.phase() == Phase::Over => run.start_at(step.unwrap_or(0)),
            Some(run) => step.into_iter().for_each(|step| run.start_at(step)),
            None => {
                self.leave();
                self.coming = Some((at, step));
            }
        }
    }

    /// Leaves the lesson that runs.
    pub(super) fn leave(&mut self) {
        self.withheld = None;
        self.coming = None;
        if let Some(at) = self.running()
            && let Some(run) = self.given()
        {
            let over = run.phase() == Phase::Over;
            run.leave();
            self.all[at].over = over;
        }
    }

    /// Takes over what the server published.
    pub(super) fn batch(&mut self, batch: &Batch) {
        if let Some(run) = self.at_mut() {
            run.batch(batch);
        }
    }

    /// The operator agrees that connections from outside are closed for this lesson. The time for what
    /// was to be done is over: its step begins again, or its end.
    pub(super) fn grant(&mut self) {
        self.withheld = None;
        self.granted = true;
        if let Some(run) = self.at_mut() {
            run.again();
        }
    }

    /// The operator does not. A lesson cannot go on without; one that is being left leaves the server
    /// that it has.
    pub(super) fn deny(&mut self) {
        self.withheld = None;
        match self.at_mut().filter(|run| run.phase() == Phase::Left) {
            Some(run) => run.let_be(),
            None => self.leave(),
        }
    }

    /// Goes on to a time; what is to be done, in that order.
    fn tick(&mut self, now: Instant, seen: &impl Seen) -> Vec<Act> {
        let mut acts = Vec::new();
        if let Some(run) = self.at_mut() {
            acts = run.tick(now, seen);
            if run.phase() == Phase::Left && !run.is_busy() {
                self.at = None;
            }
        }
        if self.at.is_none()
            && let Some((at, step)) = self.coming.take()
        {
            self.take_up(at, step);
        }
        acts
    }

    fn take_up(&mut self, at: usize, step: Option<usize>) {
        let Entry { lesson, run, over, otherwise } = &mut self.all[at];
        if mem::take(over) {
            *run = None;
            otherwise.clear();
        }
        let run = run.get_or_insert_with(|| Run::new(lesson.clone()));
        match step {
            Some(step) => run.start_at(step),
            None => run.resume(),
        }
        self.at = Some(at);
        self.granted = false;
    }

    /// What has become of the speaker's notes since the last call.
    pub(super) fn new_notes(&mut self, now: Instant) -> News {
        let Some(run) = self.run() else {
            self.clock = None;
            return self.edition.take().map_or(News::None, |_| News::Over);
        };
        let mut clock = self.clock.unwrap_or_else(|| Clock::new(run, now));
        clock.go_on(run, now);
        let edition = Some(clock.edition(run, now));
        let page = (edition != self.edition).then(|| clock.page(run, now));
        self.clock = Some(clock);
        self.edition = edition;
        page.map_or(News::None, News::Page)
    }

    /// Whether it is somewhere else in the lesson than at the last call.
    fn has_moved(&mut self) -> bool {
        let now = self.run().map(|run| (run.at(), run.phase()));
        let moved = mem::replace(&mut self.was, now) != now;
        if moved && let Some(Entry { run: Some(run), otherwise, .. }) = self.entry_mut() {
            match run.phase() {
                Phase::Shown if run.claims().iter().any(|claim| !claim.holds) => {
                    otherwise.insert(run.at());
                }
                Phase::Shown => {
                    otherwise.remove(&run.at());
                }
                _ => {}
            }
        }
        moved
    }

    fn entry_mut(&mut self) -> Option<&mut Entry> {
        self.all.get_mut(self.at?)
    }

    /// What the lesson that runs tells.
    #[must_use]
    pub fn strip(&self) -> Option<Strip> {
        let Entry { run, otherwise, .. } = self.all.get(self.running()?)?;
        Some(run.as_ref()?.strip(otherwise))
    }
}
