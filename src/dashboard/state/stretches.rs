//! Before and after: what each server cost, under each set of options, in the stretch of time in
//! which it ran so. From the exact totals of the batches, and from readings of `/proc` within it.
//!
//! What is counted between the last batch of one and the first of the next is the change itself: it
//! belongs to neither.

use std::collections::VecDeque;

use super::by_server;
use super::latency::Latencies;
use crate::inspect::Snapshot;
use crate::telemetry::{Batch, Nanos, Options, ServerKind, Setting};
use crate::words::strings;

/// So many are remembered.
pub const KEPT: usize = 8;

/// Totals of the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Connections accepted.
    pub accepted: u64,
    /// Requests understood.
    pub requests: u64,
    /// System calls, the program's own plumbing included.
    pub calls: u64,
    /// Returns of the wait call that brought something.
    pub wakeups: u64,
    /// Fds that these had asked.
    pub examined: u64,
    /// Those of them that were ready.
    pub ready: u64,
}

impl Totals {
    fn of(batch: &Batch) -> Self {
        let counters = &batch.counters;
        Self {
            accepted: counters.accepted,
            requests: counters.requests,
            calls: counters.calls_all(),
            wakeups: counters.wakeups.saturating_sub(counters.own_wakeups),
            examined: counters.asked(),
            ready: counters.ready,
        }
    }

    fn since(self, before: Self) -> Self {
        Self {
            accepted: self.accepted.saturating_sub(before.accepted),
            requests: self.requests.saturating_sub(before.requests),
            calls: self.calls.saturating_sub(before.calls),
            wakeups: self.wakeups.saturating_sub(before.wakeups),
            examined: self.examined.saturating_sub(before.examined),
            ready: self.ready.saturating_sub(before.ready),
        }
    }
}

/// A reading of `/proc`: the time on a CPU so far, and the requests counted by then.
#[derive(Clone, Copy, Debug)]
struct Reading {
    time: Nanos,
    cpu: Nanos,
    requests: u64,
}

/// One server with one set of options.
#[derive(Clone, Debug)]
pub struct Stretch {
    setup: Setup,
    /// When it began.
    pub from: Nanos,
    /// When the next one began; until then, its last batch.
    pub to: Nanos,
    /// Connections that were open then.
    pub open: u64,
    base: Totals,
    last: Totals,
    readings: Option<(Reading, Reading)>,
    /// Bytes for each connection, as last measured.
    pub memory: Option<u64>,
    /// How long its requests took.
    pub latencies: Latencies,
    /// Answers whose latency the wire had no room for, before it and by now.
    missing: (u64, u64),
}

impl Stretch {
    /// What was counted in it.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.last.since(self.base)
    }

    /// CPU time for a request in ns, and the time over which that was read.
    #[must_use]
    pub fn cpu(&self) -> Option<(Nanos, Nanos)> {
        let (from, to) = self.readings?;
        let requests = to.requests.saturating_sub(from.requests);
        let each = to.cpu.saturating_sub(from.cpu).checked_div(requests)?;
        Some((each, to.time.saturating_sub(from.time)))
    }

    /// Answers whose latency is not in it.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.missing.1.saturating_sub(self.missing.0)
    }

    /// `epoll, drain off`
    #[must_use]
    pub fn name(&self) -> String {
        self.setup.name()
    }

    /// Which server it was.
    #[must_use]
    pub fn server(&self) -> ServerKind {
        self.setup.server
    }
}

/// A server, and its options that were not as usual, of those that have an effect on it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Setup {
    server: ServerKind,
    unusual: Vec<Setting>,
}

impl Setup {
    /// `epoll, drain off`
    fn name(&self) -> String {
        let short = |setting: &Setting| (strings().options.short)(*setting);
        let unusual = self.unusual.iter().map(short);
        let all: Vec<_> = std::iter::once(self.server.name().to_owned()).chain(unusual).collect();
        all.join(strings().marks.comma)
    }
}

/// What has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    before: Setup,
    after: Setup,
}

impl Change {
    /// `epoll → select`, or `epoll: drain off`.
    #[must_use]
    pub fn text(&self) -> String {
        let say = &strings().stretches;
        if self.before.server == self.after.server {
            (say.changed)(self.after.server.name(), &self.short())
        } else {
            (say.switched)(&self.before.name(), &self.after.name())
        }
    }

    /// `select`, or `drain off`.
    #[must_use]
    pub fn short(&self) -> String {
        let Self { before, after } = self;
        if before.server != after.server {
            return after.server.name().to_owned();
        }
        let new = after.unusual.iter().filter(|setting| !before.unusual.contains(setting));
        let mut changed: Vec<String> = new.map(|s| (strings().options.short)(*s)).collect();
        let named =
            |setting: &Setting| after.unusual.iter().any(|new| new.name() == setting.name());
        let gone = before.unusual.iter().filter(|setting| !named(setting));
        let as_usual = strings().stretches.as_usual;
        changed.extend(gone.map(|setting| as_usual(setting.name())));
        changed.join(strings().marks.comma)
    }
}

/// All that are remembered, the one that goes on last.
#[derive(Clone, Debug, Default)]
pub struct Stretches {
    all: VecDeque<Stretch>,
    /// What the last batch came from: while that is the same, so is the setup, which takes longer to
    /// find out.
    ran: Option<(ServerKind, Options)>,
}

impl Stretches {
    /// Takes a batch in; returns what has changed, where with it another begins.
    pub fn apply(&mut self, batch: &Batch) -> Option<Change> {
        let listener = batch.listener?;
        let server = listener.server;
        let totals = Totals::of(batch);
        let ran = self.ran.replace((server, listener.options));
        let setup = match self.all.back() {
            Some(_) if ran == self.ran => None,
            last => {
                let setup = Setup { server, unusual: by_server::unusual(&listener) };
                last.is_none_or(|stretch| stretch.setup != setup).then_some(setup)
            }
        };
        if let (None, Some(stretch)) = (&setup, self.all.back_mut()) {
            for latency in batch.latencies.iter().filter(|latency| latency.server == server) {
                stretch.latencies.record(latency.took, latency.answers);
            }
            stretch.last = totals;
            stretch.to = batch.time;
            stretch.open = batch.counters.open();
            stretch.missing.1 = batch.lost.answers;
            return None;
        }
        let fresh = Stretch {
            setup: setup?,
            from: batch.time,
            to: batch.time,
            open: batch.counters.open(),
            base: totals,
            last: totals,
            readings: None,
            memory: None,
            latencies: Latencies::default(),
            missing: (batch.lost.answers, batch.lost.answers),
        };
        let change = self.all.back_mut().map(|before| {
            // A server to which nothing happens publishes nothing.
            before.to = fresh.from;
            Change { before: before.setup.clone(), after: fresh.setup.clone() }
        });
        if self.all.len() == KEPT {
            self.all.pop_front();
        }
        self.all.push_back(fresh);
        change
    }

    /// Takes a measurement in, and what is known of the memory for a connection.
    pub fn kernel(&mut self, snapshot: &Snapshot, memory: Option<u64>, now: Nanos) {
        let Some(stretch) = self.all.back_mut() else { return };
        let Some(usage) = snapshot.usage else { return };
        stretch.memory = memory.or(stretch.memory);
        let Some(cpu) = usage.cpu.and_then(|cpu| u64::try_from(cpu.as_nanos()).ok()) else {
            return;
        };
        let reading = Reading { time: now, cpu, requests: stretch.last.requests };
        match &mut stretch.readings {
            Some((_, last)) => *last = reading,
            None => stretch.readings = Some((reading, reading)),
        }
    }

    /// Those that are remembered, the one that goes on last.
    #[must_use]
    pub fn all(&self) -> &VecDeque<Stretch> {
        &self.all
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::dashboard::panels::sample::{MS, Script};
    use crate::inspect::Usage;
    use crate::telemetry::{Latency, Mistake, Options};

    fn used(cpu: u64) -> Snapshot {
        let usage = Usage {
            taken: Instant::now(),
            cpu: Some(Duration::from_micros(cpu)),
            voluntary: 0,
            involuntary: 0,
            resident: 0,
            anonymous: 0,
            threads: 1,
        };
        Snapshot { usage: Some(usage), ..Snapshot::empty(Instant::now()) }
    }

    fn options(script: &mut Script, settings: &[Setting]) {
        let options = &mut script.batch.listener.as_mut().unwrap().options;
        *options = Options::default();
        for setting in settings {
            options.set(*setting);
        }
    }

    /// A second in which so much was done.
    fn second(script: &mut Script, requests: u64, calls: u64) {
        script.time += 1000 * MS;
        script.batch.counters.requests += requests;
        script.batch.counters.calls[0] += calls;
        script.batch.counters.wakeups += requests;
        script.batch.counters.examined += requests * 50;
        script.batch.counters.ready += requests * 2;
    }

    #[test]
    fn each_server_has_figures_of_its_own() {
        let (mut script, mut stretches) = (Script::new(1000 * MS), Stretches::default());
        script.server(ServerKind::Poll);
        assert_eq!(stretches.apply(&script.publish()), None);
        stretches.kernel(&used(1000), None, script.time);
        second(&mut script, 100, 500);
        script.batch.counters.accepted += 3;
        let latency = Latency { took: 2 * MS, answers: 100, server: ServerKind::Poll };
        script.batch.latencies.push(latency);
        assert_eq!(stretches.apply(&script.publish()), None);
        stretches.kernel(&used(5000), Some(394), script.time);

        // What the switch itself takes belongs to neither.
        second(&mut script, 0, 77);
        script.server(ServerKind::Epoll);
        script.batch.latencies.push(Latency { took: 9 * MS, ..latency });
        assert_eq!(stretches.apply(&script.publish()).unwrap().text(), "poll → epoll");
        stretches.kernel(&used(9000), None, script.time);
        second(&mut script, 10, 20);
        stretches.apply(&script.publish());
        stretches.kernel(&used(9500), None, script.time);

        let [poll, epoll] = [0, 1].map(|i| &stretches.all()[i]);
        let totals = |stretch: &Stretch| {
            let totals = stretch.totals();
            (totals.accepted, totals.requests, totals.calls, totals.examined, totals.ready)
        };
        assert_eq!((totals(poll), poll.to - poll.from), ((3, 100, 500, 5000, 200), 2000 * MS));
        assert_eq!((totals(epoll), epoll.to - epoll.from), ((0, 10, 20, 500, 20), 1000 * MS));
        assert_eq!(
            (poll.cpu(), epoll.cpu()),
            (Some((40_000, 1000 * MS)), Some((50_000, 1000 * MS)))
        );
        assert_eq!((poll.latencies.p99(), epoll.latencies.count()), (Some(2 * MS), 0));
        assert_eq!((poll.memory, epoll.memory), (Some(394), None));
    }

    #[test]
    fn a_change_of_an_option_that_has_an_effect_begins_another() {
        let (mut script, mut stretches) = (Script::new(1000 * MS), Stretches::default());
        script.server(ServerKind::Epoll);
        stretches.apply(&script.publish());
        let mut told = |settings: &[Setting]| {
            options(&mut script, settings);
            let told = stretches.apply(&script.publish()).map(|change| change.text());
            (told, stretches.all().back().unwrap().name())
        };
        let nap = Setting::Nap(Duration::from_secs(1));
        assert_eq!(told(&[nap]), (None, "epoll".into()), "epoll does not nap");
        let drain = Setting::Drain(false);
        assert_eq!(told(&[drain]), (Some("epoll: drain off".into()), "epoll, drain off".into()));
        let mistake = Setting::Mistake(Some(Mistake::NoBudget));
        let both = told(&[drain, mistake]);
        assert_eq!(both, (Some("epoll: no-budget".into()), "epoll, drain off, no-budget".into()));
        assert_eq!(told(&[mistake]).0.as_deref(), Some("epoll: drain as usual"));
        let other = Setting::Mistake(Some(Mistake::NoDrain));
        assert_eq!(told(&[other]).0.as_deref(), Some("epoll: no-drain"));
    }

    #[test]
    fn only_the_last_are_remembered_and_few_figures_are_none() {
        let (mut script, mut stretches) = (Script::new(0), Stretches::default());
        for i in 0..40 {
            script.server(ServerKind::ALL[i % 9]);
            stretches.apply(&script.publish());
        }
        assert_eq!(stretches.all().len(), KEPT);
        let last = stretches.all().back().unwrap();
        assert_eq!((last.cpu(), last.memory, last.latencies.p50()), (None, None, None));
        stretches.kernel(&used(5), None, 5);
        stretches.kernel(&used(9), None, 9);
        assert_eq!(stretches.all().back().unwrap().cpu(), None, "no request");
    }
}
