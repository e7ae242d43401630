//! By how much calls are held up, as far as it can be measured here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::telemetry::Nanos;

/// Over which time the mean is taken.
const OVER: Duration = Duration::from_secs(1);

/// How long a mean is true of what happens now.
const TRUE_FOR: Duration = Duration::from_secs(3);

/// The mean of the last second and when it was taken, for whoever shows it.
#[derive(Clone, Debug, Default)]
pub(in crate::trace) struct Delay(Arc<Mutex<Option<(Instant, Nanos)>>>);

impl Delay {
    /// The mean, unless nothing has happened since.
    pub(in crate::trace) fn get(&self) -> Option<Nanos> {
        let told = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.filter(|(taken, _)| taken.elapsed() < TRUE_FOR).map(|(_, mean)| mean)
    }

    fn set(&self, taken: Instant, mean: Duration) {
        let nanos = Nanos::try_from(mean.as_nanos()).unwrap_or(Nanos::MAX);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((taken, nanos));
    }
}

/// How calls are held up.
#[derive(Debug)]
pub(super) struct Delays {
    shown: Delay,
    since: Instant,
    sum: Duration,
    calls: u32,
}

impl Delays {
    pub(super) fn new(shown: Delay) -> Self {
        Self { shown, since: Instant::now(), sum: Duration::ZERO, calls: 0 }
    }

    /// A thread has stood at one end of a call from then until now; whether the call is over with that.
    pub(super) fn note(&mut self, from: Instant, over: bool) {
        let now = Instant::now();
        self.sum += now - from;
        self.calls += u32::from(over);
        if now - self.since >= OVER
            && let Some(mean) = self.sum.checked_div(self.calls)
        {
            self.shown.set(now, mean);
            (self.since, self.sum, self.calls) = (now, Duration::ZERO, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_call_are_one_delay() {
        let shown = Delay::default();
        let mut delays = Delays::new(shown.clone());
        delays.since = Instant::now().checked_sub(OVER).unwrap();
        let before = |millis| Instant::now().checked_sub(Duration::from_millis(millis)).unwrap();
        delays.note(before(30), false);
        assert_eq!(shown.get(), None, "it is not over");
        delays.note(before(10), true);
        let mean = Duration::from_nanos(shown.get().unwrap());
        assert!((40..1000).contains(&mean.as_millis()), "{mean:?}");
    }

    #[test]
    fn a_mean_of_long_ago_is_none() {
        let shown = Delay::default();
        shown.set(Instant::now().checked_sub(TRUE_FOR).unwrap(), OVER);
        assert_eq!(shown.get(), None);
        shown.set(Instant::now(), OVER);
        assert_eq!(shown.get(), Some(1_000_000_000));
    }
}
