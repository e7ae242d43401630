//! What a load was for a server: exact totals and processor time, from its beginning on.

use std::time::{Duration, Instant};

use crate::compare::Unit;
use crate::dashboard::state::rates::{Metric, Tally};
use crate::dashboard::state::{State, by_server};
use crate::words;

/// How often the processor time is read while the load goes on; and one that took long is not
/// repeated before this many times as long.
const READ_EVERY: Duration = Duration::from_secs(1);
const REST: u32 = 50;

/// A figure of the comparison.
pub(super) struct Figure {
    /// What it is counted in.
    pub(super) unit: Unit,
    /// Its texts among those of the split screen.
    say: fn(&'static words::Split) -> &'static words::SplitFigure,
}

impl Figure {
    /// What it is, and how it is obtained.
    pub(super) fn texts(&self) -> &'static words::SplitFigure {
        (self.say)(&words::strings().split)
    }
}

/// The figures, in the order of [`Measure::values`].
pub(super) const FIGURES: [Figure; 5] = [
    Figure { unit: Unit::PerSecond, say: |split| &split.requests },
    Figure { unit: Unit::Number, say: |split| &split.calls },
    Figure { unit: Unit::Number, say: |split| &split.examined },
    Figure { unit: Unit::Bytes, say: |split| &split.copied },
    Figure { unit: Unit::Seconds, say: |split| &split.cpu },
];

/// A value for each of [`FIGURES`]; `None` where it was not measured.
pub(super) type Values = [Option<f64>; FIGURES.len()];

/// Requests that a server has understood.
pub(super) fn requests(state: &State) -> u64 {
    state.live().rates.totals().get(Metric::Requests)
}

/// Two readings of a server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    before: Tally,
    /// What has happened since.
    since: Tally,
    /// Of how long that is.
    time: Duration,
    /// Processor time at the beginning, and what came in addition for so many requests.
    cpu_before: Option<Duration>,
    cpu: Option<(Duration, u64)>,
    cpu_due: Instant,
    /// Whether one loop asks who is ready.
    asks: bool,
}

impl Measure {
    /// The load begins now.
    pub(super) fn begin(state: &State, cpu: Option<Duration>, now: Instant) -> Self {
        Self {
            before: *state.live().rates.totals(),
            since: Tally::default(),
            time: Duration::ZERO,
            cpu_before: cpu,
            cpu: None,
            cpu_due: now + READ_EVERY,
            asks: state
                .live()
                .listener
                .is_some_and(|listener| by_server::has_turns(listener.server)),
        }
    }

    /// It has gone on for so long.
    pub(super) fn go_on(&mut self, state: &State, time: Duration) {
        self.since = state.live().rates.totals().since(&self.before);
        self.time = time;
    }

    pub(super) fn wants_cpu(&self, now: Instant) -> bool {
        now >= self.cpu_due
    }

    /// Takes a reading of the processor time, which began at a moment.
    pub(super) fn cpu(&mut self, read: Option<Duration>, begun: Instant) {
        let more = read.zip(self.cpu_before).map(|(now, before)| now.saturating_sub(before));
        self.cpu = more.map(|more| (more, self.requests()));
        self.cpu_due = begun + READ_EVERY.max(begun.elapsed() * REST);
    }

    /// Requests since it began.
    pub(super) fn requests(&self) -> u64 {
        self.since.get(Metric::Requests)
    }

    /// For how long.
    pub(super) fn time(&self) -> Duration {
        self.time
    }

    /// A value for each figure.
    pub(super) fn values(&self) -> Values {
        #![expect(clippy::cast_precision_loss, reason = "shown with three figures")]
        let asked = |metric, by| self.since.per(metric, by).filter(|_| self.asks);
        let seconds = self.time.as_secs_f64();
        let cpu = self.cpu.filter(|(_, requests)| *requests > 0);
        [
            (seconds > 0.0).then(|| self.requests() as f64 / seconds),
            self.since.per(Metric::Calls, Metric::Requests),
            asked(Metric::Examined, Metric::Ready),
            asked(Metric::Copied, Metric::Wakeups),
            cpu.map(|(time, requests)| time.as_secs_f64() / requests as f64),
        ]
    }
}

/// Each value of the second as a multiple of the first's; `None` where that says nothing.
pub(super) fn ratios(first: &Values, second: &Values) -> Values {
    let mut ratios = *second;
    for (value, first) in ratios.iter_mut().zip(first) {
        *value = value.zip(first.filter(|first| *first > 0.0)).map(|(b, a)| b / a);
    }
    ratios
}
