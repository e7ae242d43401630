//! By how much calls are held up, as far as it can be measured here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Over which time the mean is taken.
const OVER: Duration = Duration::from_secs(1);

/// How calls are held up.
#[derive(Debug)]
pub(super) struct Delays {
    /// The mean of the last second, in nanoseconds, for whoever shows it.
    shown: Arc<AtomicU64>,
    since: Instant,
    sum: Duration,
    calls: u32,
}

impl Delays {
    pub(super) fn new(shown: Arc<AtomicU64>) -> Self {
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
            let nanos = u64::try_from(mean.as_nanos()).unwrap_or(u64::MAX);
            self.shown.store(nanos, Ordering::Relaxed);
            (self.since, self.sum, self.calls) = (now, Duration::ZERO, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_call_are_one_delay() {
        let shown = Arc::new(AtomicU64::new(0));
        let mut delays = Delays::new(shown.clone());
        delays.since = Instant::now().checked_sub(OVER).unwrap();
        let before = |millis| Instant::now().checked_sub(Duration::from_millis(millis)).unwrap();
        delays.note(before(30), false);
        assert_eq!(shown.load(Ordering::Relaxed), 0, "it is not over");
        delays.note(before(10), true);
        let mean = Duration::from_nanos(shown.load(Ordering::Relaxed));
        assert!((40..1000).contains(&mean.as_millis()), "{mean:?}");
    }
}
