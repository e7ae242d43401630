//! What happened in each whole second, from the exact totals that every batch carries.
//!
//! A server that sleeps sends nothing, so the time axis is moved by [`Rates::tick`] as well: a
//! second without a batch is a second in which nothing happened.

use std::collections::VecDeque;

use super::stretches::Change;
use crate::telemetry::{Batch, Counters, Errno, EventRef, Kind, Lost, Nanos, What, Work};

/// Seconds that are remembered.
pub const HISTORY: usize = 300;

/// How long after its end a second may still get batches: the reader's tick, and then some.
const SETTLE: Nanos = 150_000_000;

/// So many changes are remembered.
const MARKS: usize = 32;

const SECOND: Nanos = 1_000_000_000;

/// What is counted second by second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metric {
    /// Requests understood, or under the echo protocol what was sent back.
    Requests,
    /// Bytes received.
    BytesIn,
    /// Bytes sent.
    BytesOut,
    /// Connections accepted, refused ones included.
    Accepted,
    /// Connections closed, for whatever reason.
    Closed,
    /// Returns of the wait call that brought something; those that only brought own plumbing or a
    /// timer are left out.
    Wakeups,
    /// Fds reported by those returns.
    Ready,
    /// System calls, own plumbing included.
    Calls,
    /// Events that the stream left out.
    Lost,
    /// Fds that were asked whether they are ready.
    Examined,
    /// Bytes of descriptor lists copied in and out.
    Copied,
    /// Calls that ended in EAGAIN.
    Again,
    /// Nanoseconds in calls that wait.
    Waited,
    /// Threads, processes or tasks started.
    Started,
    /// Those that have ended.
    Ended,
}

impl Metric {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 15] = [
        Self::Requests,
        Self::BytesIn,
        Self::BytesOut,
        Self::Accepted,
        Self::Closed,
        Self::Wakeups,
        Self::Ready,
        Self::Calls,
        Self::Lost,
        Self::Examined,
        Self::Copied,
        Self::Again,
        Self::Waited,
        Self::Started,
        Self::Ended,
    ];
}

/// One number for each [`Metric`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally([u64; Metric::ALL.len()]);

impl Tally {
    /// The number for a metric.
    #[must_use]
    pub fn get(&self, metric: Metric) -> u64 {
        self.0[metric as usize]
    }

    /// `metric` for each `by`; `None` when there was no `by`.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown with two figures")]
    pub fn per(&self, metric: Metric, by: Metric) -> Option<f64> {
        let by = self.get(by);
        (by > 0).then(|| self.get(metric) as f64 / by as f64)
    }

    fn totals(counters: &Counters, lost: &Lost) -> Self {
        let sum = |numbers: &[u64]| numbers.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
        let mut tally = Self::default();
        for metric in Metric::ALL {
            tally.0[metric as usize] = match metric {
                Metric::Requests => counters.served(),
                Metric::BytesIn => counters.bytes_in,
                Metric::BytesOut => counters.bytes_out,
                Metric::Accepted => counters.accepted,
                Metric::Closed => sum(&counters.closed),
                Metric::Wakeups => counters.wakeups.saturating_sub(counters.own_wakeups),
                Metric::Ready => counters.ready,
                Metric::Calls => sum(&counters.calls),
                Metric::Lost => sum(&lost.events),
                Metric::Examined => counters.asked(),
                Metric::Copied => counters.copied,
                Metric::Again => counters.again,
                Metric::Waited => counters.waited,
                Metric::Started => counters.started,
                Metric::Ended => counters.ended,
            };
        }
        tally
    }

    /// What one event adds to the totals.
    fn of_event(event: EventRef<'_>) -> Self {
        let mut counters = Counters::default();
        let what = event.event.what;
        if what.kind().is_call() {
            counters.call(&what);
        } else {
            counters.fact(&what);
        }
        match what {
            What::EpollWait { ret, .. } | What::Select { ret, .. } | What::Poll { ret, .. }
                if !event.event.is_own() =>
            {
                counters.wakeups = 1;
                counters.ready = ret.get().unwrap_or(0);
            }
            What::Round { answered, .. } => {
                counters.wakeups = 1;
                counters.ready = answered.into();
                // Calls of all kinds are added up below.
                let folded = event.folded().count() as u64;
                counters.calls[Kind::Recv as usize] += folded;
                counters.again += folded;
            }
            _ => {}
        }
        Self::totals(&counters, &Lost::default())
    }

    fn add(&mut self, other: &Self) {
        for (mine, more) in self.0.iter_mut().zip(&other.0) {
            *mine = mine.saturating_add(*more);
        }
    }

    /// What has happened since `before`.
    #[must_use]
    pub fn since(mut self, before: &Self) -> Self {
        self.take(before);
        self
    }

    /// Takes away what is there of `other`, and returns it.
    fn take(&mut self, other: &Self) -> Self {
        let mut taken = Self::default();
        for ((mine, wanted), taken) in self.0.iter_mut().zip(&other.0).zip(&mut taken.0) {
            *taken = (*mine).min(*wanted);
            *mine -= *taken;
        }
        taken
    }

    /// The share `part / whole`, rounded down.
    fn share(&self, part: Nanos, whole: Nanos) -> Self {
        Self(self.0.map(|n| {
            let share = u128::from(n) * u128::from(part) / u128::from(whole.max(1));
            u64::try_from(share).unwrap_or(u64::MAX)
        }))
    }
}

/// A limit counts as reached for so long after the last refusal.
const REFUSING: Nanos = 2 * SECOND;

/// The last [`HISTORY`] seconds, and the totals.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    seconds: VecDeque<Tally>,
    /// The second of the front one, counted from the server's start.
    first: u64,
    now: Nanos,
    totals: Tally,
    resting: Option<Errno>,
    work: Work,
    /// Connections that got a 503 because a limit was reached.
    refused: u64,
    /// When the last of them came.
    refused_at: Option<Nanos>,
    /// When something was changed, and what: the newest last.
    marks: VecDeque<(Nanos, Change)>,
}

impl Rates {
    /// Before the first batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a batch in: its totals less those before it are what happened meanwhile.
    pub fn apply(&mut self, batch: &Batch) {
        let totals = Tally::totals(&batch.counters, &batch.lost);
        let mut fresh = totals;
        fresh.take(&self.totals);
        self.totals = totals;
        self.resting = batch.listener.and_then(|listener| listener.resting);
        self.work = batch.listener.map_or_else(Work::default, |listener| listener.work);
        if batch.counters.refused > self.refused {
            self.refused_at = Some(batch.time);
        }
        self.refused = batch.counters.refused;
        self.tick(batch.time);
        let end = batch.time / SECOND;
        let begin = batch.events().next().map_or(end, |event| event.event.time / SECOND);
        if begin < end {
            self.split(batch, &mut fresh, end);
        }
        self.add(end, &fresh);
    }

    /// A batch whose events span several seconds: each second gets what its events say. What the
    /// stream left out lies between the last event and the batch's time, and is spread over that.
    /// `fresh` keeps what belongs to the last second.
    fn split(&mut self, batch: &Batch, fresh: &mut Tally, end: u64) {
        let mut open: Option<(u64, Tally)> = None;
        let mut from = batch.time;
        for event in batch.events() {
            from = event.event.time.min(batch.time);
            let second = from / SECOND;
            let tally = Tally::of_event(event);
            match &mut open {
                Some((at, sum)) if *at == second => sum.add(&tally),
                _ => {
                    if let Some((at, full)) = open.replace((second, tally)) {
                        let taken = fresh.take(&full);
                        self.add(at, &taken);
                    }
                }
            }
        }
        if let Some((at, full)) = open {
            let taken = fresh.take(&full);
            self.add(at, &taken);
        }
        if fresh.get(Metric::Lost) == 0 {
            return;
        }
        let (rest, whole) = (*fresh, batch.time - from);
        // What is older than the history is dropped with it.
        let oldest = (end + 1).saturating_sub(HISTORY as u64);
        let start = (from / SECOND).max(oldest);
        let mut given = rest.share((start * SECOND).saturating_sub(from), whole);
        fresh.take(&given);
        for second in start..end {
            // Shares up to a time, less those before it: roundings do not add up.
            let mut share = rest.share((second + 1) * SECOND - from, whole);
            let upto = share;
            share.take(&given);
            given = upto;
            let taken = fresh.take(&share);
            self.add(second, &taken);
        }
    }

    /// Moves the time axis.
    pub fn tick(&mut self, now: Nanos) {
        self.now = self.now.max(now);
        let second = self.now / SECOND;
        let next = self.first + self.seconds.len() as u64;
        if second < next {
            return;
        }
        let grow = second - next + 1;
        if grow >= HISTORY as u64 {
            self.seconds.clear();
            self.first = second + 1 - HISTORY as u64;
            self.seconds.resize(HISTORY, Tally::default());
        } else {
            for _ in 0..grow {
                self.seconds.push_back(Tally::default());
                if self.seconds.len() > HISTORY {
                    self.seconds.pop_front();
                    self.first += 1;
                }
            }
        }
    }

    fn add(&mut self, second: u64, tally: &Tally) {
        let at = second.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        if let Some(slot) = at.and_then(|at| self.seconds.get_mut(at)) {
            slot.add(tally);
        }
    }

    /// The number of the last second that is over and complete, counted from the server's start.
    #[must_use]
    pub fn settled(&self) -> Option<u64> {
        (self.now.saturating_sub(SETTLE) / SECOND).checked_sub(1)
    }

    /// What happened in a second; `None` before the server's start and beyond the history.
    #[must_use]
    pub fn second(&self, second: u64) -> Option<&Tally> {
        let at = usize::try_from(second.checked_sub(self.first)?).ok()?;
        self.seconds.get(at)
    }

    /// What happened in the last complete second; `None` in the very first.
    #[must_use]
    pub fn last(&self) -> Option<&Tally> {
        self.second(self.settled()?)
    }

    /// The last `columns` times `each` complete seconds, oldest first: for each column the highest
    /// of its seconds. Columns hold still as time goes on: they begin at multiples of `each`.
    #[must_use]
    pub fn peaks(&self, metric: Metric, columns: usize, each: usize) -> Vec<Option<u64>> {
        let each = each.max(1) as u64;
        let Some(settled) = self.settled() else {
            return vec![None; columns];
        };
        let newest = settled / each;
        (0..columns as u64)
            .rev()
            .map(|back| {
                let from = newest.checked_sub(back)? * each;
                (from..(from + each).min(settled + 1))
                    .filter_map(|second| self.second(second))
                    .map(|tally| tally.get(metric))
                    .max()
            })
            .collect()
    }

    /// Notes that something was changed then.
    pub fn mark(&mut self, time: Nanos, what: &Change) {
        if self.marks.len() == MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back((time, what.clone()));
    }

    /// The columns of [`Rates::peaks`] in which something was changed, and what.
    #[must_use]
    pub fn marks(&self, columns: usize, each: usize) -> Vec<(usize, String)> {
        let each = each.max(1) as u64;
        let newest = self.settled().map_or(0, |settled| settled / each);
        let column = |time: Nanos| {
            let back = newest.checked_sub(time / SECOND / each)?;
            columns.checked_sub(1)?.checked_sub(usize::try_from(back).ok()?)
        };
        let marks = self.marks.iter();
        marks.filter_map(|(time, what)| Some((column(*time)?, what.short()))).collect()
    }

    /// What happened in the last complete seconds, at most so many and none that began before
    /// `from`; and how many seconds that are. `None` when there is none.
    #[must_use]
    pub fn recent(&self, seconds: u64, from: Nanos) -> Option<(Tally, u64)> {
        let end = self.settled()? + 1;
        let begin = end.saturating_sub(seconds).max(from.div_ceil(SECOND)).max(self.first);
        let mut sum = Tally::default();
        for second in begin..end {
            sum.add(self.second(second)?);
        }
        (begin < end).then(|| (sum, end - begin))
    }

    /// Totals since the server's start.
    #[must_use]
    pub fn totals(&self) -> &Tally {
        &self.totals
    }

    /// Connections open now.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.totals.get(Metric::Accepted).saturating_sub(self.totals.get(Metric::Closed))
    }

    /// What the server is asked for and gives.
    #[must_use]
    pub fn work(&self) -> Work {
        self.work
    }

    /// Why the listener rests, while it does.
    #[must_use]
    pub fn resting(&self) -> Option<Errno> {
        self.resting
    }

    /// How many connections were refused with a 503 so far, while it goes on.
    #[must_use]
    pub fn refusing(&self) -> Option<u64> {
        self.refused_at
            .is_some_and(|at| self.now.saturating_sub(at) < REFUSING)
            .then_some(self.refused)
    }
}

#[cfg(test)]
mod tests;
