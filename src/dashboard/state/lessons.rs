//! The lessons that there are, those that were begun, and the one that is given.

mod drive;
mod list;
mod notes;
mod seen;
mod strip;

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use self::list::List;
use self::notes::{Clock, Edition};
pub use self::strip::{BEFORE_OPTION, Row, Tone, answers_at, option_width, rows, unmeasured};
use crate::lesson::{Act, Lesson, Look, Phase, Run, Seen};
use crate::telemetry::Batch;

/// Lessons. Where none runs they cost nothing.
#[derive(Debug, Default)]
pub struct Lessons {
    /// Each with how far it was given.
    all: Vec<(Arc<Lesson>, Option<Run>)>,
    /// The one that runs, or is just being left.
    at: Option<usize>,
    /// The one that begins when that is left, and its step.
    coming: Option<(usize, Option<usize>)>,
    /// What it wants done, and has to wait for an answer.
    waiting: VecDeque<Act>,
    /// Its time stands still, since then; and for how long it has stood.
    held: Option<Instant>,
    stood: Duration,
    /// What the picture was told to show last.
    look: Option<Look>,
    /// What the strip said at the last tick.
    said: Option<(usize, Phase, String)>,
    /// Since when it runs, and which page of the speaker's notes was the last.
    clock: Option<Clock>,
    edition: Option<Edition>,
}

impl Lessons {
    /// Those lessons; none runs.
    #[must_use]
    pub fn new(all: Vec<Arc<Lesson>>) -> Self {
        Self { all: all.into_iter().map(|lesson| (lesson, None)).collect(), ..Self::default() }
    }

    /// All of them, each with how far it was given.
    #[must_use]
    pub fn all(&self) -> &[(Arc<Lesson>, Option<Run>)] {
        &self.all
    }

    /// The one that runs.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        let run = self.all.get(self.at?)?.1.as_ref()?;
        (run.phase() != Phase::Left).then_some(run)
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
        self.all.iter().rposition(|(_, run)| run.is_some())
    }

    /// The one that runs, to be told something.
    pub(super) fn given(&mut self) -> Option<&mut Run> {
        let run = self.all.get_mut(self.at?)?.1.as_mut()?;
        (run.phase() != Phase::Left).then_some(run)
    }

    /// Whether something is being brought about.
    #[must_use]
    pub fn is_at_work(&self) -> bool {
        self.run().is_some_and(|run| matches!(run.phase(), Phase::Doing | Phase::Revealing))
    }

    /// Begins a lesson at a step, or goes on with it where it was left. One that runs is left.
    pub(super) fn begin(&mut self, at: usize, step: Option<usize>) {
        if at >= self.all.len() {
            return;
        }
        match (self.running() == Some(at), step, self.given()) {
            (true, Some(step), Some(run)) => run.start_at(step),
            (true, ..) => {}
            _ => {
                self.leave();
                self.coming = Some((at, step));
            }
        }
    }

    /// Leaves the lesson that runs.
    pub(super) fn leave(&mut self) {
        self.waiting.clear();
        self.coming = None;
        if let Some(run) = self.given() {
            run.leave();
        }
    }

    /// Takes over what the server published.
    pub(super) fn batch(&mut self, batch: &Batch) {
        if let Some(run) = self.given() {
            run.batch(batch);
        }
    }

    /// Goes on to a time; what is to be done, in that order. While it is `held` nothing is, and its
    /// time stands still.
    fn tick(&mut self, now: Instant, held: bool, seen: &impl Seen) -> VecDeque<Act> {
        if held && self.at.is_some() {
            self.held.get_or_insert(now);
            return VecDeque::new();
        }
        if let Some(since) = self.held.take() {
            self.stood += now.saturating_duration_since(since);
        }
        let mut acts = mem::take(&mut self.waiting);
        let now = now.checked_sub(self.stood).unwrap_or(now);
        if let Some(run) = self.at.and_then(|at| self.all[at].1.as_mut()) {
            acts.extend(run.tick(now, seen));
            if run.phase() == Phase::Left {
                self.at = None;
            }
        }
        if self.at.is_none()
            && let Some((at, step)) = self.coming.take()
        {
            let (lesson, begun) = &mut self.all[at];
            let over = begun.take_if(|run| run.phase() == Phase::Left);
            let mut run = over.unwrap_or_else(|| Run::new(lesson.clone()));
            match step {
                Some(step) => run.start_at(step),
                None if run.phase() == Phase::Left => run.resume(),
                None => {}
            }
            *begun = Some(run);
            self.at = Some(at);
        }
        acts
    }

    /// The speaker's notes, where they are others than at the last call; none when no lesson runs any
    /// more.
    pub(super) fn new_notes(&mut self, now: Instant) -> Option<Option<String>> {
        let Some(run) = self.run() else {
            self.clock = None;
            return self.edition.take().map(|_| None);
        };
        let mut clock = self.clock.unwrap_or_else(|| Clock::new(run, now));
        clock.go_on(run, now);
        let edition = Some(clock.edition(run, now));
        let page = (edition != self.edition).then(|| clock.page(run, now));
        self.clock = Some(clock);
        self.edition = edition;
        page.map(Some)
    }

    /// Whether the strip says something else than at the last call.
    fn says_else(&mut self) -> bool {
        let says = self.run().map(|run| (run.at(), run.phase(), run.say()));
        let news = says != self.said;
        self.said = says;
        news
    }
}
