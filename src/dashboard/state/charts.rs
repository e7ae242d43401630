//! Distributions that are gathered since the server that runs took over: how long a turn of the
//! loop takes, how many fds a wake-up brings, and what was left out.

use hdrhistogram::Histogram;

use crate::telemetry::{Batch, Kind, Lost, Nanos, ServerKind};

/// Turns are distinguished up to this; a longer one counts as this long (its true length is kept as
/// the maximum).
const LONGEST: Nanos = 100_000_000_000;

/// The classes of the ready-per-wake-up distribution: the smallest number in each.
pub const READY_CLASSES: [u32; 10] = [0, 1, 2, 3, 5, 9, 17, 33, 65, 129];

/// What the charts know beside the rates.
#[derive(Clone, Debug)]
pub struct Charts {
    turns: Histogram<u64>,
    longest: Nanos,
    ready: [u64; READY_CLASSES.len()],
    calls: u64,
    again: u64,
    requests: u64,
    lost: Lost,
    server: Option<ServerKind>,
    /// Whose turns these are, and how many were missing when it took over.
    of: Option<ServerKind>,
    missing_before: u64,
}

impl Default for Charts {
    fn default() -> Self {
        Self::new()
    }
}

impl Charts {
    /// Before the first batch.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "hdrhistogram accepts these constants")]
    pub fn new() -> Self {
        let turns = Histogram::new_with_bounds(1, LONGEST, 2).expect("the bounds are in order");
        Self {
            turns,
            longest: 0,
            ready: [0; READY_CLASSES.len()],
            calls: 0,
            again: 0,
            requests: 0,
            lost: Lost::default(),
            server: None,
            of: None,
            missing_before: 0,
        }
    }

    /// Takes a batch in.
    pub fn apply(&mut self, batch: &Batch) {
        // One that polls would hide the turns of the next. Those of the batch that brings the change
        // are of both and in neither.
        let server = batch.server().or(self.of);
        let taken_over = self.of.is_some() && server != self.of;
        self.of = server;
        if taken_over {
            self.turns.reset();
            (self.longest, self.ready) = (0, Default::default());
            self.missing_before = batch.lost.turns;
        }
        for turn in batch.turns.iter().filter(|_| !taken_over) {
            self.turns.saturating_record(turn.busy);
            self.longest = self.longest.max(turn.busy);
            let class = READY_CLASSES.partition_point(|least| *least <= turn.ready) - 1;
            self.ready[class] += 1;
        }
        let counters = &batch.counters;
        self.calls = counters.calls.iter().fold(0, |sum: u64, n| sum.saturating_add(*n));
        self.again = counters.again;
        self.requests = counters.served();
        self.lost.clone_from(&batch.lost);
        self.server = batch.server();
    }

    /// Which server it is; `None` before it listens.
    #[must_use]
    pub fn server(&self) -> Option<ServerKind> {
        self.server
    }

    /// Turns in the histogram.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.turns.len()
    }

    /// Turns that are missing from both distributions.
    #[must_use]
    pub fn missing_turns(&self) -> u64 {
        self.lost.turns.saturating_sub(self.missing_before)
    }

    /// The time that this share of all turns stayed within, to 1 %; `None` before the first.
    #[must_use]
    pub fn turn_quantile(&self, quantile: f64) -> Option<Nanos> {
        // The histogram answers with the upper end of a class, which may be over the maximum.
        (!self.turns.is_empty())
            .then(|| self.turns.value_at_quantile(quantile).min(self.longest.max(1)))
    }

    /// The longest turn, exactly; `None` before the first.
    #[must_use]
    pub fn longest_turn(&self) -> Option<Nanos> {
        (!self.turns.is_empty()).then_some(self.longest)
    }

    /// The decades of nanoseconds that hold all turns, as powers of ten `low..high`; three at
    /// least, so that the picture does not breathe with every turn.
    #[must_use]
    pub fn decades(&self) -> (u32, u32) {
        if self.turns.is_empty() {
            return (3, 6);
        }
        let low = self.turns.min().max(1).ilog10().min(9);
        let high = self.turns.max().max(1).ilog10() + 1;
        (low, high.max(low + 3))
    }

    /// How many turns took from `low` to below `high` nanoseconds.
    #[must_use]
    pub fn turns_between(&self, low: Nanos, high: Nanos) -> u64 {
        if high <= low || low >= LONGEST {
            return 0;
        }
        self.turns.count_between(low, (high - 1).min(LONGEST))
    }

    /// How many turns brought that many ready fds, by [`READY_CLASSES`].
    #[must_use]
    pub fn ready(&self) -> &[u64; READY_CLASSES.len()] {
        &self.ready
    }

    /// System calls for each request since the start; `None` before the first request.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown with two figures")]
    pub fn calls_per_request(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.calls as f64 / self.requests as f64)
    }

    /// The share of calls that ended in EAGAIN, in percent; `None` before the first call.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown with two figures")]
    pub fn again_percent(&self) -> Option<f64> {
        (self.calls > 0).then(|| self.again as f64 * 100.0 / self.calls as f64)
    }

    /// Events that the stream left out.
    #[must_use]
    pub fn lost(&self) -> &Lost {
        &self.lost
    }

    /// The same by kind: those of which some are missing, most first.
    #[must_use]
    pub fn lost_by_kind(&self) -> Vec<(Kind, u64)> {
        let mut kinds: Vec<_> = Kind::ALL
            .into_iter()
            .map(|kind| (kind, self.lost.events[kind as usize]))
            .filter(|(_, n)| *n > 0)
            .collect();
        kinds.sort_by_key(|(kind, n)| (std::cmp::Reverse(*n), *kind));
        kinds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::panels::sample::Script;
    use crate::telemetry::Turn;

    fn charts(turns: &[(Nanos, u32)]) -> Charts {
        let mut charts = Charts::new();
        let mut batch = Batch::default();
        batch.turns.extend(turns.iter().map(|&(busy, ready)| Turn { busy, ready }));
        charts.apply(&batch);
        charts
    }

    #[test]
    fn quantiles_are_within_a_percent_and_the_maximum_is_exact() {
        let all: Vec<_> = (1..=1000).map(|n| (n * 1000, 1)).collect();
        let charts = charts(&all);
        let half = charts.turn_quantile(0.5).unwrap();
        assert!((495_000..=505_000).contains(&half), "{half}");
        assert_eq!(charts.longest_turn(), Some(1_000_000));
        assert!(charts.turn_quantile(1.0).unwrap() <= 1_000_000);
        assert_eq!(charts.turns_between(1, 10_000_000), 1000);
    }

    #[test]
    fn a_turn_over_the_bound_is_counted_and_its_length_kept() {
        let charts = charts(&[(u64::MAX, 1), (0, 1)]);
        assert_eq!(charts.turns(), 2);
        assert_eq!(charts.longest_turn(), Some(u64::MAX));
        let (low, high) = charts.decades();
        assert_eq!(charts.turns_between(0, 10u64.pow(high)), 2);
        assert_eq!(low, 0);
    }

    #[test]
    fn a_wake_up_falls_into_the_class_of_its_size() {
        let charts = charts(&[(1, 0), (1, 1), (1, 4), (1, 5), (1, 128), (1, 129), (1, u32::MAX)]);
        assert_eq!(charts.ready(), &[1, 1, 0, 1, 1, 0, 0, 0, 1, 2]);
    }

    #[test]
    fn another_server_begins_anew_and_the_batch_of_the_change_is_in_neither() {
        let mut charts = Charts::new();
        let mut apply = |server, busy: Nanos, missing| {
            let mut script = Script::new(0);
            let mut batch = script.server(server).publish();
            batch.turns.push(Turn { busy, ready: 1 });
            batch.lost.turns = missing;
            charts.apply(&batch);
            (charts.turns(), charts.longest_turn(), charts.missing_turns(), charts.ready()[1])
        };
        assert_eq!(apply(ServerKind::Scan, 9000, 0), (1, Some(9000), 0, 1));
        assert_eq!(apply(ServerKind::Scan, 3000, 5), (2, Some(9000), 5, 2));
        assert_eq!(apply(ServerKind::Epoll, 7000, 6), (0, None, 0, 0));
        assert_eq!(apply(ServerKind::Epoll, 4000, 8), (1, Some(4000), 2, 1));
    }

    #[test]
    fn losses_are_told_by_kind_most_first() {
        let mut batch = Batch::default();
        batch.lost.events[Kind::Recv as usize] = 3;
        batch.lost.events[Kind::Send as usize] = 9;
        batch.lost.turns = 2;
        batch.counters.requests = 4;
        batch.counters.calls[Kind::Recv as usize] = 10;
        let mut charts = Charts::new();
        charts.apply(&batch);
        assert_eq!(charts.lost_by_kind(), [(Kind::Send, 9), (Kind::Recv, 3)]);
        assert_eq!(charts.missing_turns(), 2);
        assert_eq!(charts.calls_per_request(), Some(2.5));
    }
}
