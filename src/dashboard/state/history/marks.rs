//! What happened when, for the time line: the strongest thing of each tenth of a second.

use crate::dashboard::state::scene::Came;
use crate::telemetry::{Batch, Event, Nanos, What};

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
#[derive(Clone, Debug, Default)]
pub(in crate::dashboard::state) struct Marks(Vec<(Nanos, Mark)>);

impl Marks {
    /// Adds what a batch tells and what came of it; `lost` says whether events are missing in it.
    pub(in crate::dashboard::state) fn batch(&mut self, batch: &Batch, came: &Came, lost: bool) {
        self.came(came, batch.time);
        if lost {
            let time = batch.events().next().map_or(batch.time, |event| event.event.time);
            self.add(time, Mark::Lost);
        }
        batch.events().for_each(|event| self.event(event.event));
    }

    /// Adds what an event is.
    fn event(&mut self, event: &Event) {
        let mark = match event.what {
            What::Accept { ret, .. } if ret.get().is_ok() => Mark::Accept,
            What::Closed { .. } => Mark::Closed,
            _ => Mark::Events,
        };
        self.add(event.time, mark);
    }

    /// Adds what came of a batch or a measurement at that time.
    pub(in crate::dashboard::state) fn came(&mut self, came: &Came, time: Nanos) {
        if !came.lints.is_empty() {
            self.add(time, Mark::Mistake);
        }
    }

    fn add(&mut self, time: Nanos, mark: Mark) {
        match self.0.last_mut() {
            Some((begin, last)) if time < begin.saturating_add(EACH) => *last = mark.max(*last),
            _ => self.0.push((time, mark)),
        }
    }

    /// Takes over all of another, which goes on.
    pub(in crate::dashboard::state) fn append(&mut self, other: &mut Self) {
        let mut rest = other.0.drain(..);
        if let Some((time, mark)) = rest.next() {
            self.add(time, mark);
        }
        self.0.extend(rest);
    }

    /// Takes over what another has more, which has had all of this one.
    pub(in crate::dashboard::state) fn follow(&mut self, other: &Self) {
        // The last one may have become another since.
        self.0.pop();
        self.0.extend_from_slice(&other.0[self.0.len()..]);
    }

    /// Of so many equal parts of a time, what happened in each, where it is more than is known.
    pub(in crate::dashboard::state) fn show(
        &self,
        span: (Nanos, Nanos),
        parts: &mut [Option<Mark>],
    ) {
        for (time, mark) in &self.0 {
            if let Some(slot) = part(span, parts.len(), *time).and_then(|at| parts.get_mut(at)) {
                *slot = (*slot).max(Some(*mark));
            }
        }
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
