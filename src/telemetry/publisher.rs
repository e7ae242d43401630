//! The server's end of the wire: counts and numbers everything, and decides when it is handed over.

#![expect(
    clippy::inline_always,
    reason = "a caller knows the kind of its event: inlined, counting it is no search by kind"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::round::Rounds;
use super::{
    Batch, By, ConnId, ConnState, Counters, Epolls, Event, Fd, Form, Latency, Listener, Nanos,
    Next, Others, Ready, Row, Sink, Site, Stance, Standing, Text, Turn, What, Why,
};

/// Where the publisher finds the rows: the server's table.
pub trait Rows {
    /// Appends the rows changed since the last call, and forgets that they changed.
    fn take_changed(&mut self, into: &mut Vec<Row>);
    /// Appends all rows, and forgets which changed.
    fn take_all(&mut self, into: &mut Vec<Row>);
    /// The epoll instances of a traced program, where something of them has changed since the
    /// last call.
    fn take_epolls(&mut self) -> Option<Arc<Epolls>> {
        None
    }
}

/// The server's end: counts everything, and tells its readers what they have room for.
#[derive(Debug)]
pub struct Publisher {
    start: Instant,
    now: Nanos,
    /// Calls told since the clock was read.
    since_clock: u32,
    seq: u64,
    pub(super) table: Option<Sink>,
    streams: Vec<Sink>,
    scratch: Batch,
    rounds: Rounds,
    allowance: Allowance,
    /// Rows are copied less often than events are handed over: each is the whole row again.
    rows: Allowance,
    /// How many readers get them; and the rows themselves, while several do.
    readers: usize,
    shared: Shared,
    /// Who made what is told from now on.
    pub by: By,
    /// Totals; those of calls are counted by [`Publisher::call`], the rest by the server.
    pub counters: Counters,
    /// The listening socket, once there is one.
    pub listener: Option<Listener>,
    /// The other descriptors of a traced program.
    pub others: Option<Arc<Others>>,
}

impl Publisher {
    /// A publisher for at most one reader of the table, to whom a round is one event, and any number of
    /// readers of the stream, alone or with rows. With none, only the totals are kept.
    #[must_use]
    pub fn new(start: Instant, table: Option<Sink>, streams: Vec<Sink>) -> Self {
        let readers = streams.iter().filter(|sink| sink.has_rows).count();
        Self {
            readers: readers + usize::from(table.is_some()),
            shared: Shared::default(),
            start,
            now: 0,
            since_clock: 0,
            seq: 0,
            table,
            streams,
            scratch: Batch::default(),
            rounds: Rounds::default(),
            allowance: Allowance::new(1_000_000),
            rows: Allowance::new(8_000_000),
            by: By::LOOP,
            counters: Counters::default(),
            listener: None,
            others: None,
        }
    }

    /// Reads the clock; events that follow carry this time.
    pub fn read_clock(&mut self) -> Nanos {
        self.since_clock = 0;
        // 2^64 ns are 584 years.
        self.now = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.now
    }

    /// When the time of events began.
    #[must_use]
    pub fn start(&self) -> Instant {
        self.start
    }

    /// The clock's last reading.
    #[must_use]
    pub fn now(&self) -> Nanos {
        self.now
    }

    /// Whether anybody reads the stream; if not, its payloads need not be gathered.
    #[inline]
    #[must_use]
    pub fn has_reader(&self) -> bool {
        self.table.is_some() || !self.streams.is_empty()
    }

    /// Tells and counts a system call, which is made where this is called.
    #[inline(always)]
    #[track_caller]
    pub fn call(&mut self, fd: Fd, conn: Option<ConnId>, what: What) {
        self.call_with(fd, conn, what, &[], &[], false);
    }

    /// Tells and counts a system call that has a payload, or is own plumbing.
    #[inline(always)]
    #[track_caller]
    pub fn call_with(
        &mut self,
        fd: Fd,
        conn: Option<ConnId>,
        what: What,
        bytes: &[u8],
        ready: &[Ready],
        own: bool,
    ) {
        self.counters.call(&what);
        self.since_clock += 1;
        if self.since_clock >= CLOCK_EVERY {
            self.read_clock();
        }
        if self.count() {
            let site = self.count_at(Site::here());
            let form = if own { Form::Own } else { Form::Usual };
            let event = Event { form, site, ..self.event(self.now, fd, conn, what) };
            if bytes.is_empty() && ready.is_empty() {
                self.push_bare(event);
            } else {
                self.push(event, Text::of(&what, bytes), ready);
            }
        }
    }

    /// Tells and counts a system call of a program that is traced, and what has come of it.
    pub fn call_of(&mut self, call: Next, what: What, bytes: &[u8], ready: &[Ready]) {
        self.counters.call(&what);
        if self.count() {
            let Next { form, fd, conn, .. } = call;
            let site = self.count_at(call.site);
            let event = Event { form, site, ..self.event(self.now, fd, conn, what) };
            self.push(event, Text::of(&what, bytes), ready);
        }
    }

    /// Tells and counts a system call that another process made at that time and place.
    pub fn call_at(
        &mut self,
        time: Nanos,
        site: Option<Site>,
        fd: Fd,
        conn: Option<ConnId>,
        what: What,
        text: Text<'_>,
    ) {
        self.counters.call(&what);
        if self.count() {
            let site = self.count_at(site);
            let event = Event { site, ..self.event(time, fd, conn, what) };
            self.push(event, text, &[]);
        }
    }

    /// Tells a fact.
    #[inline(always)]
    pub fn fact(&mut self, fd: Fd, conn: Option<ConnId>, what: What, bytes: &[u8]) {
        self.fact_text(fd, conn, what, Text::of(&what, bytes));
    }

    /// The same, for a text that was cut already.
    #[inline(always)]
    pub fn fact_text(&mut self, fd: Fd, conn: Option<ConnId>, what: What, text: Text<'_>) {
        self.fact_at(self.now, fd, conn, what, text);
    }

    /// The same, for what another process concluded at that time.
    #[inline(always)]
    pub fn fact_at(
        &mut self,
        time: Nanos,
        fd: Fd,
        conn: Option<ConnId>,
        what: What,
        text: Text<'_>,
    ) {
        self.counters.fact(&what);
        if self.count() {
            let event = self.event(time, fd, conn, what);
            if text.len == 0 {
                self.push_bare(event);
            } else {
                self.push(event, text, &[]);
            }
        }
    }

    /// Numbers an event. Returns whether anybody reads it.
    #[inline]
    fn count(&mut self) -> bool {
        self.seq += 1;
        self.has_reader()
    }

    /// Counts a call by its place, for the reader of the table.
    #[inline]
    fn count_at(&self, site: Option<Site>) -> Option<Site> {
        if let Some(sink) = &self.table {
            sink.count(site);
        }
        site
    }

    #[inline]
    fn event(&self, time: Nanos, fd: Fd, conn: Option<ConnId>, what: What) -> Event {
        Event { by: self.by, ..Event::new(self.seq, time, fd, conn, what) }
    }

    /// Most calls have no payload.
    #[inline]
    fn push_bare(&mut self, event: Event) {
        self.rounds.note(self.scratch.events.len(), &event);
        self.scratch.events.push(event);
    }

    fn push(&mut self, event: Event, text: Text<'_>, ready: &[Ready]) {
        self.rounds.note(self.scratch.events.len(), &event);
        self.scratch.push_text(event, text, ready);
        if self.scratch.payload() >= TURN_BYTES {
            self.gather();
        }
    }

    /// Adds what was told to what each reader gets next.
    fn gather(&mut self) {
        let scratch = &mut self.scratch;
        let mut streams = self.streams.iter_mut().peekable();
        while let Some(sink) = streams.next() {
            if sink.has_rows {
                sink.take_latencies(scratch);
            }
            sink.take(scratch, streams.peek().is_none() && self.table.is_none());
        }
        if let Some(sink) = &mut self.table {
            self.rounds.fold(scratch);
            sink.take(scratch, true);
            sink.take_latencies(scratch);
        }
        scratch.clear();
    }

    /// A round of questions begins, which ends with [`What::Round`]. While nothing holds the loop
    /// up, those of them that get EAGAIN are no events of their own for the reader of the table.
    pub fn begin_round(&mut self, free: bool) {
        self.rounds.begin(free && self.table.is_some());
    }

    /// Every call of the round that goes on is an event of its own after all, for every reader.
    pub fn unfold_round(&mut self) {
        self.rounds.stop();
    }

    /// Tells how long a turn of the loop took.
    #[inline]
    pub fn turn(&mut self, turn: Turn) {
        if self.has_reader() {
            self.scratch.turns.push(turn);
        }
    }

    /// Whether anybody reads how long requests take; if not, no clock need be read for it.
    #[inline]
    #[must_use]
    pub fn wants_latencies(&self) -> bool {
        self.readers > 0
    }

    /// Tells that so many requests were answered, to the last byte, as long after the server was
    /// told of them: by the return of the wait call that reported them, or, where calls sleep and
    /// with a runtime, of the `recv` that brought them. How long they lay unread before that is
    /// known to nobody but the kernel.
    #[inline]
    pub fn answered(&mut self, took: Nanos, answers: u32) {
        if let Some(Listener { server, .. }) = self.listener
            && self.wants_latencies()
        {
            self.scratch.latencies.push(Latency { took, answers, server });
        }
    }

    /// Tells that a connection is closed, and hands its last row over.
    pub fn closed(&mut self, mut row: Row, why: Why) {
        (row.state, row.within, row.why) = (ConnState::Closed, None, Some(why));
        let Row { bytes_in, bytes_out, requests, .. } = row;
        let what = What::Closed { why, bytes_in, bytes_out, requests };
        self.fact(row.fd, Some(row.id), what, &[]);
        self.gone(row);
    }

    /// Hands the last row of a closed connection to whoever reads rows.
    fn gone(&mut self, row: Row) {
        let streams = self.streams.iter_mut().filter(|sink| sink.has_rows);
        for sink in self.table.iter_mut().chain(streams) {
            if sink.current.gone.len() < sink.capacity.gone {
                sink.current.gone.push(row);
            } else {
                sink.whole = true;
            }
        }
    }

    /// Publishes what was told, and the rows that changed. Called before the loop sleeps or
    /// stands; costs two channel operations for each reader, and never waits. A loop that wakes up
    /// too often for that keeps some wake-ups' events for the next time.
    pub fn publish(&mut self, rows: &mut impl Rows, standing: Standing) {
        let full = self.scratch.events.len() >= SCRATCH || self.scratch.payload() >= SCRATCH_BYTES;
        let passing =
            matches!(standing.stance, Stance::Waiting(_) | Stance::Within(_) | Stance::Working);
        if passing && !full && !self.allowance.take(self.now) {
            for sink in self.table.iter_mut().chain(&mut self.streams) {
                sink.keep();
            }
            return;
        }
        self.gather();
        let (counters, now) = (&self.counters, self.now);
        let known = || (self.listener, self.others.clone());
        let due = self.readers > 0 && (!passing || self.rows.take(now));
        let mut shared = std::mem::take(&mut self.shared);
        if due && self.readers > 1 {
            shared.take(rows, self.table.iter().chain(&self.streams).any(|sink| sink.whole));
        }
        let mut send = |sink: &mut Sink, with_rows: bool| {
            if !with_rows {
                return sink.send(counters, known(), standing, now, None::<&mut NoRows>);
            }
            if !due {
                let gone = sink.send(counters, known(), standing, now, None::<&mut NoRows>);
                // A reader to whom nothing more comes asks for them.
                sink.keep();
                return gone;
            }
            if self.readers == 1 {
                return sink.send(counters, known(), standing, now, Some(&mut *rows));
            }
            shared.send(sink, |sink, rows| sink.send(counters, known(), standing, now, Some(rows)))
        };
        if let Some(sink) = &mut self.table
            && send(sink, true)
        {
            self.table = None;
        }
        self.streams.retain_mut(|sink| {
            let with_rows = sink.has_rows;
            !send(sink, with_rows)
        });
        self.shared = shared;
        let readers = self.streams.iter().filter(|sink| sink.has_rows).count();
        self.readers = readers + usize::from(self.table.is_some());
    }

    /// Publishes for the last time. The server has ended, so now it may wait a moment for a
    /// reader to make room: the last totals, and what was lost, should arrive.
    pub fn finish(mut self, rows: &mut impl Rows, standing: Standing) {
        for sink in self.table.iter_mut().chain(&mut self.streams) {
            if let Ok(batch) = sink.free.recv_timeout(Duration::from_millis(500)) {
                sink.spare = Some(batch);
            }
        }
        self.publish(rows, standing);
    }
}

/// So many calls of one turn may share a reading of the clock.
const CLOCK_EVERY: u32 = 32;

/// Events gathered before they are handed over whatever the allowance says.
const SCRATCH: usize = 1024;
/// Bytes of their texts and ready lists, likewise.
const SCRATCH_BYTES: usize = 128 * 1024;
/// Such bytes that are gathered within one turn, during which nothing is handed over: over that
/// they count as under way.
const TURN_BYTES: usize = 4 << 20;

/// Spaces the publications of a busy loop: [`Allowance::BURST`] at once, then one in a while.
#[derive(Debug)]
struct Allowance {
    spacing: Nanos,
    /// When the burst would be used up (a leaky bucket, kept as a time).
    until: Nanos,
}

impl Allowance {
    const BURST: u64 = 32;

    fn new(spacing: Nanos) -> Self {
        Self { spacing, until: 0 }
    }

    fn take(&mut self, now: Nanos) -> bool {
        let allowed = self.until <= now + Self::BURST * self.spacing;
        if allowed {
            self.until = self.until.max(now) + self.spacing;
        }
        allowed
    }
}

/// The rows of one time, for more than one reader.
#[derive(Debug, Default)]
struct Shared {
    rows: Vec<Row>,
    whole: bool,
    epolls: Option<Arc<Epolls>>,
}

impl Shared {
    fn take(&mut self, rows: &mut impl Rows, whole: bool) {
        self.whole = whole;
        self.rows.clear();
        if whole {
            rows.take_all(&mut self.rows);
        } else {
            rows.take_changed(&mut self.rows);
        }
        self.epolls = rows.take_epolls();
    }

    /// Hands them to one of the readers. One who has no room gets all that there are the next time.
    fn send(&mut self, sink: &mut Sink, send: impl FnOnce(&mut Sink, &mut Self) -> bool) -> bool {
        if self.epolls.is_some() {
            sink.current.epolls.clone_from(&self.epolls);
        }
        sink.whole = self.whole;
        let gone = send(sink, self);
        sink.whole = sink.keeps();
        gone
    }
}

impl Rows for Shared {
    fn take_changed(&mut self, into: &mut Vec<Row>) {
        into.extend_from_slice(&self.rows);
    }

    fn take_all(&mut self, into: &mut Vec<Row>) {
        into.extend_from_slice(&self.rows);
    }
}

/// For readers of the stream alone.
struct NoRows;

impl Rows for NoRows {
    fn take_changed(&mut self, _: &mut Vec<Row>) {}
    fn take_all(&mut self, _: &mut Vec<Row>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_turn_does_not_share_one_time() {
        let mut publisher = Publisher::new(Instant::now(), None, Vec::new());
        let begin = publisher.read_clock();
        for _ in 1..CLOCK_EVERY {
            publisher.call(9, None, What::Close);
            assert_eq!(publisher.now(), begin);
        }
        publisher.call(9, None, What::Close);
        assert!(publisher.now() > begin);
    }

    #[test]
    fn one_turn_gathers_no_more_than_a_bounded_amount() {
        let (sink, _subscriber) = crate::telemetry::wire(crate::telemetry::Capacity::default());
        let mut publisher = Publisher::new(Instant::now(), Some(sink), Vec::new());
        let head = [b'x'; 8000];
        for _ in 0..20_000 {
            publisher.fact(9, None, What::Typed, &head);
        }
        let current = &publisher.table.as_ref().unwrap().current;
        let held = publisher.scratch.payload() + current.payload();
        assert!((TURN_BYTES..=2 * TURN_BYTES + head.len()).contains(&held), "{held}");
    }

    #[test]
    fn a_busy_loop_publishes_a_burst_and_then_once_a_millisecond() {
        let mut allowance = Allowance::new(1_000_000);
        let at_once = (0..1000).filter(|_| allowance.take(5_000_000_000)).count();
        assert_eq!(at_once, 33);
        let later = (0..1000).filter(|i| allowance.take(5_000_000_000 + i * 10_000)).count();
        assert_eq!(later, 9, "10 ms later");
        assert!(allowance.take(9_000_000_000));
    }
}
