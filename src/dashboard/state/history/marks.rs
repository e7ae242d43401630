//! What happened when, for the time line: the strongest thing of each tenth of a second.

use crate::dashboard::state::scene::Came;
use crate::telemetry::{Event, Nanos, What};

/// What happened; the later ones stand before the earlier ones where both did.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Mark {
    /// Something.
    Events,
    /// A client came.
    Accept,
    /// A connection was closed.
    Closed,
    /// Events are missing.
    Lost,
    /// What looks like a mistake was seen.
    Mistake,
}

/// How much time shares a mark.
const EACH: Nanos = 100_000_000;

/// Marks in order of their times.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<(Nanos, Mark)>);

impl Marks {
    /// Adds what an event is.
    pub(super) fn event(&mut self, event: &Event) {
        let mark = match event.what {
            What::Accept { ret, .. } if ret.get().is_ok() => Mark::Accept,
            What::Closed { .. } => Mark::Closed,
            _ => Mark::Events,
        };
        self.add(event.time, mark);
    }

    /// Adds what came of a batch or a measurement at that time.
    pub(super) fn came(&mut self, came: &Came, time: Nanos) {
        if !came.lints.is_empty() {
            self.add(time, Mark::Mistake);
        }
    }

    pub(super) fn add(&mut self, time: Nanos, mark: Mark) {
        match self.0.last_mut() {
            Some((begin, last)) if time < begin.saturating_add(EACH) => *last = mark.max(*last),
            _ => self.0.push((time, mark)),
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[(Nanos, Mark)] {
        &self.0
    }

    pub(super) fn claimed(&self) -> usize {
        self.0.capacity() * size_of::<(Nanos, Mark)>()
    }
}

/// In which of so many equal parts of a time another time is.
#[must_use]
pub fn part((from, to): (Nanos, Nanos), parts: usize, time: Nanos) -> Option<usize> {
    let (span, time) = (u128::from(to.saturating_sub(from)), u128::from(time.checked_sub(from)?));
    let at = usize::try_from(time * parts as u128 / span.max(1)).ok()?;
    Some(at.min(parts.checked_sub(1)?))
}
