//! The cost meter: what serving costs, in the same figures for all servers, each with how it was
//! obtained. What was not measured is `None`.

use std::collections::VecDeque;

use super::continuity::Continuity;
use super::explain::thing::Gauge;
use super::latency::Latencies;
use super::rates::{Metric, Rates, Tally};
use crate::inspect::{Snapshot, Usage};
use crate::telemetry::{Asks, Batch, Nanos, Stance, Work};
use crate::words::{CostText, strings, units};

const SECOND: Nanos = 1_000_000_000;
/// The figures are of so many seconds.
pub const WINDOW: u64 = 10;

/// A figure of the meter.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Which it is.
    pub gauge: Gauge,
    /// What it is, and how it was obtained.
    pub(in crate::dashboard) text: &'static CostText,
    /// How much; `None` where that was not measured.
    pub value: Option<String>,
}

/// A reading of `/proc`, and what the server had counted by then.
#[derive(Clone, Copy, Debug)]
struct Reading {
    time: Nanos,
    usage: Usage,
    requests: u64,
}

/// What the meter knows beside the rates.
#[derive(Clone, Debug, Default)]
pub struct Costs {
    continuity: Continuity,
    /// When this server took over.
    since: Nanos,
    readings: VecDeque<Reading>,
    /// Time waited until then, a wait that goes on included: one for each second.
    waits: VecDeque<(Nanos, Nanos)>,
    memory: Memory,
    /// The share of a CPU that the loop's thread uses.
    loop_cpu: Option<f32>,
    /// How long the requests of this server took.
    latencies: Latencies,
    /// Answers whose latency the wire had no room for; and before this server took over.
    missing: (u64, u64),
    requests: u64,
    open: u64,
    started: u64,
    ended: u64,
    /// Connections refused; and by the servers before this one.
    refused: (u64, u64),
    waited: Nanos,
    /// Since when a wait goes on.
    waiting: Option<Nanos>,
}

impl Costs {
    /// Takes a batch in.
    pub fn apply(&mut self, batch: &Batch) {
        if self.continuity.taken_over(batch) {
            self.readings.clear();
            self.waits.clear();
            self.since = batch.time;
            self.memory.begin();
            self.refused.1 = self.refused.0;
            self.loop_cpu = None;
            self.latencies = Latencies::default();
            self.missing.1 = self.missing.0;
        }
        self.missing.0 = batch.lost.answers;
        // The last of the server before may come with the first of this one.
        let server = self.continuity.server();
        for latency in batch.latencies.iter().filter(|latency| Some(latency.server) == server) {
            self.latencies.record(latency.took, latency.answers);
        }
        let counters = &batch.counters;
        self.requests = counters.served();
        self.open = counters
            .accepted
            .saturating_sub(counters.closed.iter().fold(0u64, |sum, n| sum.saturating_add(*n)));
        (self.started, self.ended) = (counters.started, counters.ended);
        self.refused.0 = counters.refused;
        self.waited = counters.waited;
        self.waiting = match batch.standing.stance {
            Stance::Waiting(_) | Stance::Within(_) => Some(batch.standing.since),
            _ => None,
        };
    }

    /// Takes a measurement in.
    pub fn kernel(&mut self, snapshot: &Snapshot, now: Nanos) {
        self.loop_cpu = snapshot.detail.loop_cpu.map(|cpu| cpu.share).or(self.loop_cpu);
        let Some(usage) = snapshot.usage else { return };
        self.memory.take(usage.anonymous, self.open);
        self.readings.push_back(Reading { time: now, usage, requests: self.requests });
        let old = |reading: &Reading| now.saturating_sub(reading.time) > WINDOW * SECOND;
        while self.readings.len() > 2 && self.readings.front().is_some_and(old) {
            self.readings.pop_front();
        }
    }

    /// Goes on to a time.
    pub fn tick(&mut self, now: Nanos) {
        if self.waits.back().is_some_and(|(last, _)| now < last.saturating_add(SECOND)) {
            return;
        }
        let going_on = self.waiting.map_or(0, |since| now.saturating_sub(since));
        self.waits.push_back((now, self.waited.saturating_add(going_on)));
        while self.waits.len() as u64 > WINDOW + 1 {
            self.waits.pop_front();
        }
    }

    /// The newest reading and the oldest in the window.
    fn ends(&self) -> Option<(&Reading, &Reading)> {
        let (from, to) = (self.readings.front()?, self.readings.back()?);
        (to.time > from.time).then_some((from, to))
    }

    /// The share of time spent waiting, in percent.
    #[expect(clippy::cast_precision_loss, reason = "shown with two figures")]
    fn waiting(&self) -> Option<f64> {
        let ((from, before), (to, now)) = (self.waits.front()?, self.waits.back()?);
        // A runtime's own waiting is out of sight; scan without a nap never waits.
        let told = self.continuity.server().is_some_and(|server| match server.asks() {
            Asks::Runtime => false,
            Asks::Each => true,
            _ => *now > 0,
        });
        (to > from && told)
            .then(|| (now.saturating_sub(*before) as f64 * 100.0 / (to - from) as f64).min(100.0))
    }

    /// Voluntary and involuntary context switches a second.
    fn switches(&self) -> Option<(u64, u64)> {
        let (from, to) = self.ends()?;
        let a_second = |from: u64, to: u64, time: Nanos| {
            let each = u128::from(to.saturating_sub(from)) * u128::from(SECOND) / u128::from(time);
            u64::try_from(each).unwrap_or(u64::MAX)
        };
        let time = to.time - from.time;
        Some((
            a_second(from.usage.voluntary, to.usage.voluntary, time),
            a_second(from.usage.involuntary, to.usage.involuntary, time),
        ))
    }

    /// Microseconds on a CPU for each request.
    #[expect(clippy::cast_precision_loss, reason = "shown with three figures")]
    fn cpu(&self) -> Option<f64> {
        let (from, to) = self.ends()?;
        let cpu = to.usage.cpu?.saturating_sub(from.usage.cpu?);
        let requests = to.requests.saturating_sub(from.requests);
        (requests > 0).then(|| cpu.as_secs_f64() * 1e6 / requests as f64)
    }

    /// The share of one CPU that the loop's thread uses: `97 %`.
    #[must_use]
    pub fn loop_cpu(&self) -> Option<String> {
        self.loop_cpu.map(|share| format!("{} %", units::rate(f64::from(share) * 100.0)))
    }

    /// Bytes of memory for each open connection, where they can be told apart.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        self.memory.each(self.open)
    }

    /// How long requests took, since this server took over.
    #[must_use]
    pub fn latencies(&self) -> &Latencies {
        &self.latencies
    }

    /// The times within which 50 and 99 of 100 requests were answered, each once enough were.
    fn percentiles(&self, ascii: bool) -> Option<String> {
        let time =
            |nanos| if ascii { units::ascii_duration(nanos) } else { units::duration(nanos) };
        let p50 = time(self.latencies.p50()?);
        let none = if ascii { "-" } else { "–" };
        let p99 = self.latencies.p99().map_or_else(|| none.to_owned(), time);
        let missing = self.missing.0.saturating_sub(self.missing.1);
        Some((strings().costs.percentiles)(&p50, &p99, missing))
    }

    /// Fds that each return of the wait call had asked, and how many of them were ready: `452 : 3.7`.
    #[must_use]
    pub fn examined(&self, rates: &Rates) -> Option<String> {
        // What a runtime asks is out of sight, and calls that sleep ask no other fd.
        self.continuity.server().filter(|server| super::by_server::has_turns(*server))?;
        let (tally, _) = rates.recent(WINDOW, self.since)?;
        let each = |metric| tally.per(metric, Metric::Wakeups).map(units::rate);
        Some(format!("{} : {}", each(Metric::Examined)?, each(Metric::Ready)?))
    }

    /// Threads, processes or tasks that serve a connection each.
    fn alive(&self) -> Option<String> {
        self.continuity.server().map(|_| units::count(self.started.saturating_sub(self.ended)))
    }

    /// The figures, most telling first.
    #[must_use]
    pub fn figures(&self, rates: &Rates, ascii: bool) -> Vec<Figure> {
        let recent = rates.recent(WINDOW, self.since);
        let per = |metric, by| recent.as_ref().and_then(|(tally, _)| tally.per(metric, by));
        let each = |metric, by| per(metric, by).map(units::rate);
        let a_second = |metric| {
            let (tally, seconds): &(Tally, u64) = recent.as_ref()?;
            (*seconds > 0).then(|| units::count(tally.get(metric).div_ceil(*seconds)))
        };
        let copied = per(Metric::Copied, Metric::Wakeups).map(units::rate);
        let asks = self.continuity.server().is_some_and(super::by_server::has_turns);
        let copied = copied.filter(|_| asks);
        let micros = if ascii { "us" } else { "µs" };
        let say = &strings().costs;
        let latency = match rates.work() {
            Work::Answers => &say.latency_of_answers,
            Work::Requests | Work::Echoes => &say.latency,
        };
        let (calls, cpu) = match rates.work() {
            Work::Requests => (&say.calls, &say.cpu),
            Work::Echoes => (&say.calls_per_echo, &say.cpu_per_echo),
            Work::Answers => (&say.calls_per_answer, &say.cpu_per_answer),
        };
        vec![
            Figure {
                gauge: Gauge::CallsPerRequest,
                text: calls,
                value: each(Metric::Calls, Metric::Requests),
            },
            Figure { gauge: Gauge::Latency, text: latency, value: self.percentiles(ascii) },
            Figure { gauge: Gauge::Examined, text: &say.examined, value: self.examined(rates) },
            Figure { gauge: Gauge::Copied, text: &say.copied, value: copied },
            Figure { gauge: Gauge::Again, text: &say.again, value: a_second(Metric::Again) },
            Figure { gauge: Gauge::LoopCpu, text: &say.loop_cpu, value: self.loop_cpu() },
            Figure {
                gauge: Gauge::Cpu,
                text: cpu,
                value: self.cpu().map(|time| format!("{} {micros}", units::figure(time))),
            },
            Figure {
                gauge: Gauge::Memory,
                text: &say.memory,
                value: self.memory().map(units::bytes),
            },
            Figure {
                gauge: Gauge::Waiting,
                text: &say.waiting,
                value: self.waiting().map(|share| format!("{} %", units::rate(share))),
            },
            Figure { gauge: Gauge::Workers, text: &say.workers, value: self.alive() },
            Figure {
                gauge: Gauge::Switches,
                text: &say.switches,
                value: self.switches().map(|(voluntary, involuntary)| {
                    format!("{} + {}", units::count(voluntary), units::count(involuntary))
                }),
            },
            Figure {
                gauge: Gauge::Refused,
                text: &say.refused,
                value: self
                    .continuity
                    .server()
                    .map(|_| units::count(self.refused.0.saturating_sub(self.refused.1))),
            },
            Figure {
                gauge: Gauge::Threads,
                text: &say.threads,
                value: self.readings.back().map(|last| units::count(last.usage.threads)),
            },
        ]
    }
}

/// What the connections of a server take of the program's memory, as far as that can be told apart
/// from what else grows.
#[derive(Clone, Copy, Debug, Default)]
struct Memory {
    /// The first reading since this server took over, when nobody was connected.
    base: Option<u64>,
    /// The last reading, and how many connections were open then.
    last: Option<(u64, u64)>,
    /// What was added while the number of connections stayed the same.
    drift: u64,
    /// The most connections of this server; and of those before it, whose memory may be in use again.
    most: u64,
    most_before: u64,
}

impl Memory {
    /// Fewer connections than this are lost in the noise.
    const FEW: u64 = 100;

    /// Another server takes over.
    fn begin(&mut self) {
        let most_before = self.most_before.max(self.most);
        *self = Self { most_before, ..Self::default() };
    }

    fn take(&mut self, bytes: u64, open: u64) {
        if self.base.is_none() && open == 0 {
            self.base = Some(bytes);
        }
        if let Some((before, then)) = self.last
            && then == open
        {
            self.drift = self.drift.saturating_add(bytes.saturating_sub(before));
        }
        self.last = Some((bytes, open));
        self.most = self.most.max(open);
    }

    /// Bytes for each open connection. `None` where that is not to be known: with few connections;
    /// after more of them, or after another server's, since freed memory is used again and stays
    /// with the program; and while what else grows is as much.
    fn each(&self, open: u64) -> Option<u64> {
        let (now, then) = self.last?;
        let grown = now.checked_sub(self.base?)?.saturating_sub(self.drift);
        let known = open == then
            && open >= Self::FEW
            && open >= self.most / 10 * 9
            && open / 10 >= self.most_before
            && grown >= self.drift;
        known.then(|| grown / open)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::dashboard::panels::sample::{MS, Script};
    use crate::telemetry::{Latency, ServerKind};

    fn reading(cpu: u64, voluntary: u64, resident: u64) -> Snapshot {
        Snapshot {
            usage: Some(Usage {
                taken: Instant::now(),
                cpu: Some(Duration::from_millis(cpu)),
                voluntary,
                involuntary: voluntary / 10,
                resident,
                anonymous: resident,
                threads: 14,
            }),
            ..Snapshot::empty(Instant::now())
        }
    }

    fn value(costs: &Costs, rates: &Rates, name: &str) -> Option<String> {
        let figures = costs.figures(rates, false);
        figures.into_iter().find(|figure| figure.text.name.contains(name)).unwrap().value
    }

    #[test]
    fn nothing_is_shown_that_was_not_measured() {
        let figures = Costs::default().figures(&Rates::new(), false);
        assert!(figures.iter().all(|figure| figure.value.is_none()), "{figures:?}");
        for figure in figures {
            assert!(figure.text.how.ends_with('.'), "{figure:?}");
        }
    }

    #[test]
    fn readings_are_taken_apart_into_seconds_and_requests() {
        let (mut costs, mut rates) = (Costs::default(), Rates::new());
        let mut script = Script::new(0);
        let mut go = |costs: &mut Costs, seconds: u64, requests: u64, open: u64| {
            script.time = seconds * 1000 * MS;
            let counters = &mut script.batch.counters;
            (counters.requests, counters.accepted) = (requests, open);
            counters.calls[0] = requests * 5;
            let batch = script.publish();
            costs.apply(&batch);
            rates.apply(&batch);
            costs.tick(batch.time);
        };
        go(&mut costs, 1, 0, 0);
        costs.kernel(&reading(100, 500, 5_000_000), 1000 * MS);
        go(&mut costs, 3, 400, 100);
        costs.kernel(&reading(300, 1500, 6_200_000), 3000 * MS);
        go(&mut costs, 4, 400, 100);
        assert_eq!(value(&costs, &rates, "context").as_deref(), Some("500 + 50"));
        assert_eq!(value(&costs, &rates, "CPU per").as_deref(), Some("500 µs"));
        assert_eq!(value(&costs, &rates, "memory").as_deref(), Some("12,000 B"));
        rates.tick(4200 * MS);
        assert_eq!(value(&costs, &rates, "calls").as_deref(), Some("5.0"));

        // What the dashboard gathers while no connection comes is not theirs.
        costs.kernel(&reading(300, 1500, 6_700_000), 4000 * MS);
        assert_eq!(value(&costs, &rates, "memory").as_deref(), Some("12,000 B"));
        costs.kernel(&reading(300, 1500, 9_000_000), 4000 * MS);
        assert_eq!(value(&costs, &rates, "memory"), None, "too much else has grown");

        // Another server: nothing of the one before is in its figures.
        script.server(ServerKind::Threads);
        costs.apply(&script.publish());
        assert_eq!(value(&costs, &rates, "context"), None);
        assert_eq!(value(&costs, &rates, "calls"), None);
    }

    #[test]
    fn latencies_are_those_of_this_server() {
        let (mut costs, mut script) = (Costs::default(), Script::new(0));
        let latency = |server, took, answers| Latency { took, answers, server };
        script.server(ServerKind::Epoll);
        script.batch.latencies.push(latency(ServerKind::Epoll, 2 * MS, 20));
        costs.apply(&script.publish());
        let shown = |costs: &Costs| value(costs, &Rates::new(), "latency");
        assert_eq!(shown(&costs).as_deref(), Some("2.0 ms, –"));
        script.batch.latencies.push(latency(ServerKind::Epoll, 3 * MS, 80));
        script.batch.lost.answers = 7;
        costs.apply(&script.publish());
        assert_eq!(shown(&costs).as_deref(), Some("3.0 ms, 3.0 ms; 7 missing"));
        // The last of it come with the first of the next.
        script.server(ServerKind::Threads);
        script.batch.latencies.push(latency(ServerKind::Epoll, 9 * MS, 100));
        script.batch.latencies.push(latency(ServerKind::Threads, 5 * MS, 100));
        costs.apply(&script.publish());
        assert_eq!(shown(&costs).as_deref(), Some("5.0 ms, 5.0 ms"));
        assert_eq!(costs.latencies().count(), 100);
    }

    #[test]
    fn memory_is_told_only_where_it_is_the_connections() {
        let mut memory = Memory::default();
        memory.take(5_000_000, 0);
        memory.take(5_990_000, 99);
        assert_eq!(memory.each(99), None, "few");
        memory.take(6_000_000, 100);
        assert_eq!(memory.each(100), Some(10_000));
        assert_eq!(memory.each(101), None, "one came since it was measured");
        memory.take(7_000_000, 200);
        memory.take(7_000_000, 110);
        assert_eq!(memory.each(110), None, "what the others had is still there");
        // What the threads had is used again by the next server's connections.
        memory.begin();
        memory.take(7_000_000, 0);
        memory.take(7_000_100, 1000);
        assert_eq!(memory.each(1000), None);
        memory.take(8_000_000, 2000);
        assert_eq!(memory.each(2000), Some(500));
    }

    #[test]
    fn a_wait_that_goes_on_counts() {
        let mut costs = Costs::default();
        let mut script = Script::new(1000 * MS);
        script.batch.counters.waited = 800 * MS;
        costs.apply(&script.publish());
        for second in 1..=30 {
            costs.tick(second * 1000 * MS);
        }
        assert_eq!(value(&costs, &Rates::new(), "wait").as_deref(), Some("100 %"));
        // Half of the time since then at work.
        script.time = 35_000 * MS;
        script.batch.counters.waited = 29_800 * MS;
        script.batch.standing.stance = Stance::Working;
        costs.apply(&script.publish());
        costs.tick(35_000 * MS);
        let share = value(&costs, &Rates::new(), "wait").unwrap();
        assert_eq!(share, "64 %", "nine of the last 14 seconds that were sampled");
    }
}
