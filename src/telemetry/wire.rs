//! The bounded way from the server to its readers.
//!
//! Events are gathered in a scratch batch and handed over before the wait call, with the rows
//! that changed and the totals: before every one as long as the loop wakes up a few thousand times
//! a second, once a millisecond when it is busier than that. A reader hands each drained batch
//! back to be filled again, so in a steady state nothing is allocated. The number of batches and
//! of events under way is bounded:
//!
//! * A reader that is late finds the events of many wake-ups in one batch, up to
//!   [`Capacity::events`]; what is over that is counted in [`Lost`].
//! * Rows and totals are never lost: rows stay marked as changed until they could be handed over.
//! * The server never waits here, and never wakes anybody. Only when it had to keep something
//!   back does the *reader*, having made room, ask for it with [`Command::Publish`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};

use super::{
    By, Command, ConnId, Control, Counters, Event, EventRef, Fd, Listener, Lost, Nanos, Ready, Row,
    Stance, Standing, What,
};

/// One turn of the loop: from a return of the wait call to the next call of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turn {
    /// How long the loop was at work.
    pub busy: Nanos,
    /// How many fds had been reported ready, own plumbing left out.
    pub ready: u32,
}

/// What a reader gets at once.
#[derive(Debug, Default)]
pub struct Batch {
    events: Vec<Event>,
    bytes: Vec<u8>,
    ready: Vec<Ready>,
    /// Rows that are new or have changed, each at most once.
    pub rows: Vec<Row>,
    /// The last rows of connections that were closed.
    pub gone: Vec<Row>,
    /// `rows` is the whole table: what is not in it is closed, though its last row was left out.
    pub whole: bool,
    /// The turns that were completed.
    pub turns: Vec<Turn>,
    /// Totals, at the time of publication.
    pub counters: Counters,
    /// What this reader has not got, since the start.
    pub lost: Lost,
    /// The listening socket; `None` before it listens.
    pub listener: Option<Listener>,
    /// Where the loop stood when this was published.
    pub standing: Standing,
    /// When it was published.
    pub time: Nanos,
}

impl Batch {
    /// The events with their payloads, in order.
    #[must_use]
    pub fn events(&self) -> impl ExactSizeIterator<Item = EventRef<'_>> + DoubleEndedIterator {
        self.events_from(0)
    }

    /// The same, from the one at that place on.
    #[must_use]
    pub fn events_from(
        &self,
        place: usize,
    ) -> impl ExactSizeIterator<Item = EventRef<'_>> + DoubleEndedIterator {
        let events = self.events.get(place..).unwrap_or_default();
        events.iter().map(|event| self.resolve(event))
    }

    fn resolve<'a>(&'a self, event: &'a Event) -> EventRef<'a> {
        let span = event.start as usize..event.start as usize + event.len as usize;
        if event.what.kind().is_wait() {
            EventRef { event, bytes: &[], ready: &self.ready[span] }
        } else {
            EventRef { event, bytes: &self.bytes[span], ready: &[] }
        }
    }

    /// Adds an event. For what the publisher does in bulk, and for feeding recorded events.
    pub fn push(&mut self, mut event: Event, bytes: &[u8], ready: &[Ready]) {
        // By kind, as `resolve` reads it: an empty ready list lies among the ready lists too.
        let (start, len) = if event.what.kind().is_wait() {
            (self.ready.len(), ready.len())
        } else {
            (self.bytes.len(), bytes.len())
        };
        // 4 GiB of payload do not gather in one batch: events and the payload of each are bounded.
        event.start = u32::try_from(start).unwrap_or(u32::MAX);
        event.len = u16::try_from(len).unwrap_or(u16::MAX);
        self.events.push(event);
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(usize::from(u16::MAX))]);
        self.ready.extend_from_slice(&ready[..ready.len().min(usize::from(u16::MAX))]);
    }

    fn append(&mut self, other: &Self) {
        let (bytes, ready) = (self.bytes.len(), self.ready.len());
        self.events.extend(other.events.iter().map(|event| {
            let base = if event.what.kind().is_wait() { ready } else { bytes };
            Event { start: event.start + u32::try_from(base).unwrap_or(u32::MAX), ..*event }
        }));
        self.bytes.extend_from_slice(&other.bytes);
        self.ready.extend_from_slice(&other.ready);
    }

    fn clear(&mut self) {
        self.clear_events();
        self.rows.clear();
        self.gone.clear();
        self.whole = false;
        self.turns.clear();
    }

    fn clear_events(&mut self) {
        self.events.clear();
        self.bytes.clear();
        self.ready.clear();
    }

    /// Gives memory back that a burst had claimed, so that the pool as a whole stays small.
    fn trim(&mut self) {
        const KEPT: usize = 1024;
        if self.events.capacity() > KEPT {
            self.events.shrink_to(KEPT);
        }
        if self.bytes.capacity() > KEPT * 128 {
            self.bytes.shrink_to(KEPT * 128);
        }
        if self.ready.capacity() > KEPT {
            self.ready.shrink_to(KEPT);
        }
        if self.rows.capacity() > KEPT {
            self.rows.shrink_to(KEPT);
        }
        if self.gone.capacity() > KEPT {
            self.gone.shrink_to(KEPT);
        }
    }
}

/// The bounds of one way from the server to a reader.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Batches under way or waiting to be filled.
    pub batches: usize,
    /// Events under way; reached, what follows is gathered in one more batch of at most as many.
    pub events: usize,
    /// Last rows of closed connections kept for a reader that is late. Over that they are left
    /// out, and the whole table is sent instead.
    pub gone: usize,
}

impl Default for Capacity {
    /// Enough for a reader that drains at 30 Hz a server that makes 500,000 calls a second.
    fn default() -> Self {
        Self { batches: 64, events: 32 * 1024, gone: 4096 }
    }
}

#[derive(Debug, Default)]
struct Shared {
    /// The publisher had to keep something back.
    kept: AtomicBool,
    /// Events drained so far; written by the reader only.
    drained: AtomicU64,
}

/// The publisher's end of one way to a reader.
#[derive(Debug)]
pub struct Sink {
    full: Sender<Box<Batch>>,
    free: Receiver<Box<Batch>>,
    shared: Arc<Shared>,
    capacity: Capacity,
    current: Box<Batch>,
    lost: Lost,
    /// Something is kept back.
    kept: bool,
    /// The current batch is full, and events after it were left out.
    overflowed: bool,
    /// Set aside so that the last publication has room.
    spare: Option<Box<Batch>>,
    /// Events handed over so far.
    sent: u64,
    /// Last rows had to be left out: the next batch carries the whole table.
    whole: bool,
}

/// The reader's end.
#[derive(Debug)]
pub struct Subscriber {
    full: Receiver<Box<Batch>>,
    free: Sender<Box<Batch>>,
    shared: Arc<Shared>,
    drained: u64,
}

/// A way from a publisher to a reader.
#[must_use]
pub fn wire(capacity: Capacity) -> (Sink, Subscriber) {
    let (full, inbox) = bounded(capacity.batches);
    let (back, free) = bounded(capacity.batches);
    for _ in 0..capacity.batches.saturating_sub(1) {
        // Cannot fail: the channel has room for all of them and its receiver is here.
        let _ = back.try_send(Box::default());
    }
    let shared = Arc::new(Shared::default());
    let sink = Sink {
        full,
        free,
        shared: shared.clone(),
        capacity,
        current: Box::default(),
        lost: Lost::default(),
        kept: false,
        overflowed: false,
        spare: None,
        sent: 0,
        whole: false,
    };
    (sink, Subscriber { full: inbox, free: back, shared, drained: 0 })
}

impl Subscriber {
    /// Hands every batch that has arrived to `each`, oldest first; never waits. What the server
    /// had to keep back for want of room is asked for through `control`.
    ///
    /// Returns whether the way is still open: `false` once the server has ended and everything
    /// was read.
    pub fn drain(&mut self, control: &Control, mut each: impl FnMut(&Batch)) -> bool {
        // No more than were there at the start: a fast server must not hold the reader here.
        let arrived = self.full.len();
        let mut budget = arrived.max(1);
        let mut open = true;
        while budget > 0 {
            budget -= 1;
            match self.full.try_recv() {
                Ok(mut batch) => {
                    each(&batch);
                    self.drained += batch.events.len() as u64;
                    self.shared.drained.store(self.drained, Ordering::Release);
                    batch.clear();
                    batch.trim();
                    // Fails only when the server has ended; then nobody needs it any more.
                    let _ = self.free.try_send(batch);
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    open = false;
                    break;
                }
            }
        }
        // A server that is busy publishes by itself what it kept back; one that sleeps on it has
        // sent nothing since the last time.
        if arrived == 0 && self.shared.kept.swap(false, Ordering::AcqRel) {
            // When the server has ended it takes no commands, and its last batch was its last.
            let _ = control.send(Command::Publish);
        }
        open
    }
}

/// Where the publisher finds the rows: the server's table.
pub trait Rows {
    /// Appends the rows changed since the last call, and forgets that they changed.
    fn take_changed(&mut self, into: &mut Vec<Row>);
    /// Appends all rows, and forgets which changed.
    fn take_all(&mut self, into: &mut Vec<Row>);
}

/// The server's end: counts everything, and tells its readers what they have room for.
#[derive(Debug)]
pub struct Publisher {
    start: Instant,
    now: Nanos,
    /// Calls told since the clock was read.
    since_clock: u32,
    seq: u64,
    table: Option<Sink>,
    streams: Vec<Sink>,
    scratch: Batch,
    allowance: Allowance,
    /// Rows are copied less often than events are handed over: each is the whole row again.
    rows: Allowance,
    /// Who made what is told from now on.
    pub by: By,
    /// Totals; those of calls are counted by [`Publisher::call`], the rest by the server.
    pub counters: Counters,
    /// The listening socket, once there is one.
    pub listener: Option<Listener>,
}

impl Publisher {
    /// A publisher for at most one reader of the table and any number of readers of the stream
    /// alone. With none, only the totals are kept.
    #[must_use]
    pub fn new(start: Instant, table: Option<Sink>, streams: Vec<Sink>) -> Self {
        Self {
            start,
            now: 0,
            since_clock: 0,
            seq: 0,
            table,
            streams,
            scratch: Batch::default(),
            allowance: Allowance::new(1_000_000),
            rows: Allowance::new(8_000_000),
            by: By::LOOP,
            counters: Counters::default(),
            listener: None,
        }
    }

    /// Reads the clock; events that follow carry this time.
    pub fn read_clock(&mut self) -> Nanos {
        self.since_clock = 0;
        // 2^64 ns are 584 years.
        self.now = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.now
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

    /// Tells and counts a system call.
    #[inline]
    pub fn call(&mut self, fd: Fd, conn: Option<ConnId>, what: What) {
        self.call_with(fd, conn, what, &[], &[], false);
    }

    /// Tells and counts a system call that has a payload, or is own plumbing.
    #[inline]
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
        self.tell(fd, conn, what, bytes, ready, own);
    }

    /// Tells a fact.
    #[inline]
    pub fn fact(&mut self, fd: Fd, conn: Option<ConnId>, what: What, bytes: &[u8]) {
        self.counters.fact(&what);
        self.tell(fd, conn, what, bytes, &[], false);
    }

    #[inline]
    fn tell(
        &mut self,
        fd: Fd,
        conn: Option<ConnId>,
        what: What,
        bytes: &[u8],
        ready: &[Ready],
        own: bool,
    ) {
        self.seq += 1;
        if self.has_reader() {
            let event = Event {
                seq: self.seq,
                time: self.now,
                fd,
                own,
                conn,
                what,
                by: self.by,
                start: 0,
                len: 0,
            };
            self.scratch.push(event, bytes, ready);
        }
    }

    /// Tells how long a turn of the loop took.
    #[inline]
    pub fn turn(&mut self, turn: Turn) {
        if self.has_reader() {
            self.scratch.turns.push(turn);
        }
    }

    /// Hands the last row of a closed connection to the reader of the table.
    pub fn gone(&mut self, row: Row) {
        if let Some(sink) = &mut self.table {
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
        let full = self.scratch.events.len() >= SCRATCH;
        let passing =
            matches!(standing.stance, Stance::Waiting | Stance::Within(_) | Stance::Working);
        if passing && !full && !self.allowance.take(self.now) {
            for sink in self.table.iter_mut().chain(&mut self.streams) {
                sink.keep();
            }
            return;
        }
        let (counters, listener, now) = (&self.counters, self.listener, self.now);
        let scratch = &mut self.scratch;
        let last = self.table.is_none().then(|| self.streams.len().wrapping_sub(1));
        let mut index = 0;
        self.streams.retain_mut(|sink| {
            sink.take(scratch, last == Some(index));
            index += 1;
            !sink.send(counters, listener, standing, now, None::<&mut NoRows>)
        });
        if let Some(sink) = &mut self.table {
            sink.take(scratch, true);
            let due = !passing || self.rows.take(now);
            if sink.send(counters, listener, standing, now, due.then_some(rows)) {
                self.table = None;
            } else if !due {
                // A reader to whom nothing more comes asks for them.
                sink.keep();
            }
        }
        self.scratch.clear();
    }

    /// Publishes for the last time. The server has ended, so now it may wait a moment for a
    /// reader to make room: the last totals, and what was lost, should arrive.
    pub fn finish(mut self, rows: &mut impl Rows, standing: Standing) {
        for sink in self.table.iter_mut().chain(&mut self.streams) {
            if let Ok(batch) = sink.free.recv_timeout(std::time::Duration::from_millis(500)) {
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

/// For readers of the stream alone.
struct NoRows;

impl Rows for NoRows {
    fn take_changed(&mut self, _: &mut Vec<Row>) {}
    fn take_all(&mut self, _: &mut Vec<Row>) {}
}

impl Sink {
    /// Adds the scratch batch to what will be sent next, or counts it as lost. The last reader
    /// may have the scratch batch's own memory.
    fn take(&mut self, scratch: &mut Batch, last: bool) {
        let batch = &mut self.current;
        if last && batch.events.is_empty() {
            std::mem::swap(&mut batch.events, &mut scratch.events);
            std::mem::swap(&mut batch.bytes, &mut scratch.bytes);
            std::mem::swap(&mut batch.ready, &mut scratch.ready);
        } else if !self.overflowed
            && (batch.events.is_empty()
                || batch.events.len() + scratch.events.len() <= self.capacity.events)
        {
            batch.append(scratch);
        } else {
            // A batch has no holes: what is left out lies between its last event and its time.
            self.overflowed = true;
            for event in &scratch.events {
                self.lost.events[event.what.kind() as usize] += 1;
            }
        }
        if batch.turns.len() + scratch.turns.len() <= self.capacity.events {
            batch.turns.extend_from_slice(&scratch.turns);
        } else {
            self.lost.turns += scratch.turns.len() as u64;
        }
    }

    /// Notes that something is kept back, so that the reader asks for it if nothing else comes.
    fn keep(&mut self) {
        self.kept = true;
        self.shared.kept.store(true, Ordering::Release);
    }

    /// Sends the current batch if the reader has room. Returns whether the reader has gone.
    fn send(
        &mut self,
        counters: &Counters,
        listener: Option<Listener>,
        standing: Standing,
        now: Nanos,
        rows: Option<&mut impl Rows>,
    ) -> bool {
        let under_way = self.sent - self.shared.drained.load(Ordering::Acquire);
        let next = match self.spare.take() {
            Some(spare) => Ok(spare),
            None if under_way > self.capacity.events as u64 => Err(TryRecvError::Empty),
            None => self.free.try_recv(),
        };
        let next = match next {
            Ok(next) => next,
            Err(TryRecvError::Empty) => {
                self.keep();
                return false;
            }
            Err(TryRecvError::Disconnected) => return true,
        };
        if std::mem::take(&mut self.kept) {
            self.shared.kept.store(false, Ordering::Release);
        }
        self.overflowed = false;
        let mut batch = std::mem::replace(&mut self.current, next);
        if let Some(rows) = rows {
            batch.whole = std::mem::take(&mut self.whole);
            if batch.whole {
                rows.take_all(&mut batch.rows);
            } else {
                rows.take_changed(&mut batch.rows);
            }
        }
        batch.counters.clone_from(counters);
        batch.lost.clone_from(&self.lost);
        batch.listener = listener;
        batch.standing = standing;
        batch.time = now;
        self.sent += batch.events.len() as u64;
        // There are no more batches than the channel has room for: this fails only when the
        // reader has gone.
        self.full.try_send(batch).is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Mask, Ret};

    #[test]
    fn a_wait_that_timed_out_may_follow_a_request() {
        let event = |seq, what| Event::new(seq, 0, 3, None, what);
        let wait = |n| What::EpollWait { ret: Ret::ok(n), waited: 0 };
        let list = [Ready { fd: 9, mask: Mask::IN, conn: None }];
        let mut first = Batch::default();
        first.push(event(1, What::Request { method: 3, target: 1, minor: 1 }), b"GET /", &[]);
        first.push(event(2, wait(0)), &[], &[]);
        let mut second = Batch::default();
        second.push(event(3, wait(1)), &[], &list);
        second.push(event(4, wait(0)), &[], &[]);
        first.append(&second);
        let payloads: Vec<_> =
            first.events().map(|event| (event.bytes.len(), event.ready.len())).collect();
        assert_eq!(payloads, [(5, 0), (0, 0), (0, 1), (0, 0)]);
    }
    struct Empty;

    impl Rows for Empty {
        fn take_changed(&mut self, _: &mut Vec<Row>) {}
        fn take_all(&mut self, _: &mut Vec<Row>) {}
    }

    /// Tells events in groups of these sizes, publishing after each; returns the batches' sequence
    /// numbers as a reader finds them who comes only at the end, and what was lost.
    fn late_reader(capacity: Capacity, groups: &[usize]) -> (Vec<Vec<u64>>, u64) {
        let (sink, mut subscriber) = wire(capacity);
        let (control, _commands) = crate::telemetry::control().unwrap();
        let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
        for &group in groups {
            for _ in 0..group {
                publisher.call(9, None, What::Recv { ret: Ret::ok(1) });
            }
            publisher.publish(&mut Empty, Standing::default());
        }
        let (mut batches, mut lost) = (Vec::new(), 0);
        let mut read = |batch: &Batch| {
            batches.push(batch.events().map(|event| event.event.seq).collect());
            lost = batch.lost.all();
        };
        subscriber.drain(&control, &mut read);
        publisher.finish(&mut Empty, Standing::default());
        while subscriber.drain(&control, &mut read) {}
        (batches, lost)
    }

    #[test]
    fn a_batch_has_no_holes_and_what_is_lost_is_counted() {
        // One batch may travel, the next is kept back and is full with 10 events: the third group
        // does not fit, and the fourth, which would, must not close up over the gap.
        let capacity = Capacity { batches: 2, events: 10, gone: 1 };
        let (batches, lost) = late_reader(capacity, &[4, 8, 5, 1, 1]);
        assert_eq!(batches, [vec![1, 2, 3, 4], (5..13).collect()]);
        assert_eq!(lost, 7);
    }

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
    fn a_reader_in_time_loses_nothing() {
        let (batches, lost) = late_reader(Capacity::default(), &[3, 2, 1]);
        assert_eq!(batches.concat(), (1..=6).collect::<Vec<_>>());
        assert_eq!(lost, 0);
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
