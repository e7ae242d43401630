//! How long requests take, as a server tells it: a histogram of a fixed size.

use hdrhistogram::Histogram;

use crate::telemetry::Nanos;

/// Latencies are distinguished up to this; a longer one counts as this long (the longest is kept
/// exactly).
const LONGEST: Nanos = 100_000_000_000;

/// How long requests took.
#[derive(Clone, Debug)]
pub struct Latencies {
    /// To a hundredth of each value.
    histogram: Histogram<u64>,
    longest: Nanos,
}

impl Default for Latencies {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 2).expect("the bounds are in order");
        Self { histogram, longest: 0 }
    }
}

impl Latencies {
    /// So many requests took so long.
    pub fn record(&mut self, took: Nanos, requests: u32) {
        self.histogram.saturating_record_n(took, requests.into());
        if requests > 0 {
            self.longest = self.longest.max(took);
        }
    }

    /// How many were recorded.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The longest, exactly; `None` before the first.
    #[must_use]
    pub fn longest(&self) -> Option<Nanos> {
        (self.count() > 0).then_some(self.longest)
    }

    /// How many took from `low` to below `high` nanoseconds.
    #[must_use]
    pub fn between(&self, low: Nanos, high: Nanos) -> u64 {
        if high <= low || low >= LONGEST {
            return 0;
        }
        self.histogram.count_between(low, (high - 1).min(LONGEST))
    }

    /// The powers of ten of nanoseconds that hold all of them, three at least.
    #[must_use]
    pub fn decades(&self) -> (u32, u32) {
        if self.histogram.is_empty() {
            return (3, 6);
        }
        let low = self.histogram.min().max(1).ilog10().min(9);
        let high = self.histogram.max().max(1).ilog10() + 1;
        (low, high.max(low + 3))
    }

    /// The time within which half of them were answered; `None` before there are enough to say so.
    #[must_use]
    pub fn p50(&self) -> Option<Nanos> {
        self.quantile(0.5, 20)
    }

    /// The time within which 99 of 100 were answered; `None` before there are enough to say so.
    #[must_use]
    pub fn p99(&self) -> Option<Nanos> {
        self.quantile(0.99, 100)
    }

    /// Both, for where they stand side by side.
    #[must_use]
    pub fn percentiles(&self) -> [Option<Nanos>; 2] {
        [self.p50(), self.p99()]
    }

    fn quantile(&self, quantile: f64, least: u64) -> Option<Nanos> {
        // The histogram answers with the upper end of a class, which may be over the longest.
        let found = || self.histogram.value_at_quantile(quantile).min(self.longest);
        (self.count() >= least).then(found)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn few_requests_have_no_percentiles() {
        let mut latencies = Latencies::default();
        latencies.record(7, 19);
        assert_eq!((latencies.p50(), latencies.p99()), (None, None));
        latencies.record(7, 1);
        assert_eq!((latencies.p50(), latencies.p99()), (Some(7), None));
        latencies.record(7, 80);
        assert_eq!((latencies.count(), latencies.p99()), (100, Some(7)));
    }

    #[test]
    fn all_of_them_are_within_their_decades() {
        let mut latencies = Latencies::default();
        assert_eq!((latencies.longest(), latencies.decades()), (None, (3, 6)));
        for took in [40_000, 700_000, 2 * LONGEST] {
            latencies.record(took, 5);
        }
        let (low, high) = latencies.decades();
        assert_eq!(latencies.between(0, 10u64.pow(high)), 15);
        assert_eq!((low, latencies.between(10_000, 100_000)), (4, 5));
        assert_eq!(latencies.longest(), Some(2 * LONGEST));
    }

    proptest! {
        #[test]
        fn percentiles_are_those_of_the_sorted_latencies_to_a_hundredth(
            all in prop::collection::vec(
                (prop_oneof![0..1000_u64, 0..10_000_000_u64, 0..2 * LONGEST], 1..40_u32),
                1..200,
            ),
        ) {
            let mut latencies = Latencies::default();
            let mut sorted = Vec::new();
            for &(took, requests) in &all {
                latencies.record(took, requests);
                sorted.extend(std::iter::repeat_n(took, requests as usize));
            }
            sorted.sort_unstable();
            prop_assert_eq!(latencies.count(), sorted.len() as u64);
            for (found, share, least) in [(latencies.p50(), 50, 20), (latencies.p99(), 99, 100)] {
                prop_assert_eq!(found.is_some(), sorted.len() >= least);
                let Some(found) = found else { continue };
                // The smallest that so many of a hundred do not exceed.
                let exact = sorted[(sorted.len() * share).div_ceil(100) - 1];
                let (low, high) = (exact.min(LONGEST), exact + exact / 100);
                prop_assert!((low - low / 100..=high).contains(&found), "{found} for {exact}");
            }
        }
    }
}
