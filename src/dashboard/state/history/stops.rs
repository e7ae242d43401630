//! Where a step goes: after which events the picture stands still.

use super::{History, Segment};
use crate::telemetry::{EventRef, Kind, Nanos};

/// What a step goes to.
pub(in crate::dashboard::state) enum Stops<'a> {
    /// Just before each call, as where a paused loop stands. Own plumbing counts where that is shown.
    Calls {
        /// It is shown.
        own: bool,
    },
    /// Just before each wait; in rounds after each.
    Turns {
        /// It is shown.
        own: bool,
    },
    /// After each event that is so.
    Events(&'a mut dyn FnMut(EventRef<'_>) -> bool),
}

impl History {
    /// After how many events a step back goes from that many, not to less than `least`; `None` where
    /// nothing is kept so far back.
    pub(in crate::dashboard::state) fn back(
        &self,
        from: u64,
        least: u64,
        mut to: Stops<'_>,
    ) -> Option<u64> {
        let oldest = self.oldest()?.max(least);
        let mut place = from.min(self.events);
        while place >= oldest {
            place -= 1;
            let stop = self.stop(place, &mut to);
            if stop.is_some_and(|stop| stop < from && stop >= oldest) {
                return stop;
            }
        }
        None
    }

    /// After how many events a step forth goes from that many; `None` where it goes to the newest.
    pub(in crate::dashboard::state) fn forth(&self, from: u64, mut to: Stops<'_>) -> Option<u64> {
        let from = from.max(self.oldest()?.saturating_sub(1));
        let mut stops = (from..self.events).filter_map(|place| self.stop(place, &mut to));
        stops.find(|stop| *stop > from)
    }

    /// After how many events the next thing that looks like a mistake was seen, or the last one before.
    pub(in crate::dashboard::state) fn mistake(&self, from: u64, forth: bool) -> Option<u64> {
        let all = self.oldest()?..=self.events;
        let mistakes = self.mistakes.iter().copied().filter(|at| all.contains(at));
        if forth {
            mistakes.filter(|at| *at > from).min()
        } else {
            mistakes.filter(|at| *at < from).max()
        }
    }

    /// After how many events the picture of a time is.
    ///
    /// # Errors
    /// That of the oldest that is kept, where the time is before it.
    pub(in crate::dashboard::state) fn at(&self, time: Nanos) -> Result<u64, Option<u64>> {
        let begun = |segment: &Segment| segment.events.event(0).is_some_and(|e| e.time <= time);
        let after = self.segments.partition_point(begun);
        let Some(segment) = after.checked_sub(1).and_then(|at| self.segments.get(at)) else {
            return Err(self.oldest());
        };
        let (mut least, mut most) = (0, segment.events.len());
        while least < most {
            let middle = usize::midpoint(least, most);
            match segment.events.event(middle) {
                Some(event) if event.time <= time => least = middle + 1,
                _ => most = middle,
            }
        }
        Ok(segment.first + least as u64)
    }

    /// After how many events the stop is that the event at a place makes, if it makes one.
    fn stop(&self, place: u64, to: &mut Stops<'_>) -> Option<u64> {
        let at = self.segments.partition_point(|segment| segment.first <= place).checked_sub(1)?;
        let segment = &self.segments[at];
        let within = usize::try_from(place - segment.first).ok()?;
        let event = segment.events.event(within)?;
        let kind = event.what.kind();
        match to {
            Stops::Calls { .. } | Stops::Turns { .. } if kind == Kind::Round => Some(place + 1),
            Stops::Calls { own } => (kind.is_call() && (*own || !event.is_own())).then_some(place),
            Stops::Turns { own } => (kind.is_wait() && (*own || !event.is_own())).then_some(place),
            Stops::Events(is_one) => {
                let event = segment.events.get(within)?;
                is_one(event.as_ref()).then_some(place + 1)
            }
        }
    }
}
