//! The bounded way from the server to its readers.
//!
//! Events are gathered in a scratch batch and handed over before the wait call, with the rows
//! that changed and the totals: before every one as long as the loop wakes up a few thousand times
//! a second, once a millisecond when it is busier than that. A reader hands each drained batch
//! back to be filled again, so in a steady state nothing is allocated. The number of batches, of
//! events and of bytes of their texts and ready lists under way is bounded:
//!
//! * A reader that is late finds the events of many wake-ups in one batch, up to
//!   [`Capacity::events`] and [`Capacity::bytes`]; what is over that is counted in [`Lost`].
//! * Rows and totals are never lost: rows stay marked as changed until they could be handed over.
//! * The server never waits here, and never wakes anybody. Only when it had to keep something
//!   back does the *reader*, having made room, ask for it with [`Command::Publish`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};

use super::made::Making;
use super::{
    Batch, Command, Control, Counters, Listener, Lost, Made, Nanos, Others, Rows, Site, Standing,
};

/// The bounds of one way from the server to a reader.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Batches under way or waiting to be filled.
    pub batches: usize,
    /// Events under way; reached, what follows is gathered in one more batch of at most as many.
    pub events: usize,
    /// Bytes of texts and ready lists under way; reached, what follows is gathered in one more
    /// batch of at most as many.
    pub bytes: usize,
    /// Last rows of closed connections kept for a reader that is late. Over that they are left
    /// out, and the whole table is sent instead.
    pub gone: usize,
}

impl Default for Capacity {
    /// Enough for a reader that drains at 30 Hz a server that makes 500,000 calls a second, one in
    /// four of them for a request whose head is a kilobyte long.
    fn default() -> Self {
        Self { batches: 64, events: 32 * 1024, bytes: 4 << 20, gone: 4096 }
    }
}

#[derive(Debug, Default)]
struct Shared {
    /// The publisher had to keep something back.
    kept: AtomicBool,
    /// Events drained so far; written by the reader only.
    drained: AtomicU64,
    /// Bytes of their payloads; likewise.
    drained_bytes: AtomicU64,
    /// How often each place has made its call; written by the publisher only.
    making: Making,
}

/// The publisher's end of one way to a reader.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state by itself")]
pub struct Sink {
    full: Sender<Box<Batch>>,
    pub(super) free: Receiver<Box<Batch>>,
    shared: Arc<Shared>,
    pub(super) capacity: Capacity,
    pub(super) current: Box<Batch>,
    lost: Lost,
    /// Something is kept back.
    kept: bool,
    /// The current batch is full, and events after it were left out.
    overflowed: bool,
    /// Set aside so that the last publication has room.
    pub(super) spare: Option<Box<Batch>>,
    /// Events handed over so far.
    sent: u64,
    /// Bytes of their payloads.
    sent_bytes: u64,
    /// Last rows had to be left out: the next batch carries the whole table.
    pub(super) whole: bool,
    /// Its reader gets rows and latencies too, of the stream as it is: see [`Sink::with_rows`].
    pub(super) has_rows: bool,
}

/// The reader's end.
#[derive(Debug)]
pub struct Subscriber {
    full: Receiver<Box<Batch>>,
    free: Sender<Box<Batch>>,
    shared: Arc<Shared>,
    drained: u64,
    drained_bytes: u64,
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
        sent_bytes: 0,
        whole: false,
        has_rows: false,
    };
    (sink, Subscriber { full: inbox, free: back, shared, drained: 0, drained_bytes: 0 })
}

impl Subscriber {
    /// How often each place in the source has made its call, until now.
    #[must_use]
    pub fn made(&self) -> Made {
        self.shared.making.read()
    }

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
                    self.drained_bytes += batch.payload() as u64;
                    self.shared.drained_bytes.store(self.drained_bytes, Ordering::Release);
                    batch.recycle();
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

impl Sink {
    /// The same for a reader of every event who wants to know what the reader of the table does.
    #[must_use]
    pub fn with_rows(self) -> Self {
        Self { has_rows: true, ..self }
    }

    /// Counts a call by its place, whatever becomes of its event.
    #[inline]
    pub(super) fn count(&self, site: Option<Site>) {
        self.shared.making.count(site);
    }

    /// Adds the scratch batch to what will be sent next, or counts it as lost. The last reader
    /// may have the scratch batch's own memory.
    pub(super) fn take(&mut self, scratch: &mut Batch, last: bool) {
        let batch = &mut self.current;
        if last && batch.events.is_empty() {
            std::mem::swap(&mut batch.events, &mut scratch.events);
            std::mem::swap(&mut batch.bytes, &mut scratch.bytes);
            std::mem::swap(&mut batch.ready, &mut scratch.ready);
        } else if !self.overflowed
            && (batch.events.is_empty()
                || (batch.events.len() + scratch.events.len() <= self.capacity.events
                    && batch.payload() + scratch.payload() <= self.capacity.bytes))
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

    /// Adds the latencies of the scratch batch, in as far as there is room.
    pub(super) fn take_latencies(&mut self, scratch: &Batch) {
        let batch = &mut self.current;
        if batch.latencies.len() + scratch.latencies.len() <= self.capacity.events {
            batch.latencies.extend_from_slice(&scratch.latencies);
        } else {
            let answers = scratch.latencies.iter().map(|latency| u64::from(latency.answers));
            self.lost.answers += answers.sum::<u64>();
        }
    }

    /// Notes that something is kept back, so that the reader asks for it if nothing else comes.
    pub(super) fn keep(&mut self) {
        self.kept = true;
        self.shared.kept.store(true, Ordering::Release);
    }

    /// Whether something is kept back.
    pub(super) fn keeps(&self) -> bool {
        self.kept
    }

    /// Whether as much is under way as may be.
    fn is_full(&self) -> bool {
        let events = self.sent - self.shared.drained.load(Ordering::Acquire);
        let bytes = self.sent_bytes - self.shared.drained_bytes.load(Ordering::Acquire);
        events > self.capacity.events as u64 || bytes > self.capacity.bytes as u64
    }

    /// Sends the current batch if the reader has room. Returns whether the reader has gone.
    pub(super) fn send(
        &mut self,
        counters: &Counters,
        (listener, others): (Option<Listener>, Option<Arc<Others>>),
        standing: Standing,
        now: Nanos,
        rows: Option<&mut impl Rows>,
    ) -> bool {
        let next = match self.spare.take() {
            Some(spare) => Ok(spare),
            None if self.is_full() => Err(TryRecvError::Empty),
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
            batch.epolls = rows.take_epolls().or(batch.epolls.take());
        }
        batch.counters.clone_from(counters);
        batch.lost.clone_from(&self.lost);
        batch.listener = listener;
        batch.others = others;
        batch.standing = standing;
        batch.time = now;
        self.sent += batch.events.len() as u64;
        self.sent_bytes += batch.payload() as u64;
        // There are no more batches than the channel has room for: this fails only when the
        // reader has gone.
        self.full.try_send(batch).is_err()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::telemetry::{Latency, Publisher, Ret, Row, ServerKind, Stance, What};

    #[test]
    fn latencies_without_room_are_counted_as_missing() {
        let (mut sink, _subscriber) = wire(Capacity { events: 8, ..Capacity::default() });
        let mut scratch = Batch::default();
        scratch.latencies.push(Latency { took: 5, answers: 3, server: ServerKind::Epoll });
        for _ in 0..10 {
            sink.take_latencies(&scratch);
        }
        assert_eq!((sink.current.latencies.len(), sink.lost.answers), (8, 6));
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
        let capacity = Capacity { batches: 2, events: 10, gone: 1, ..Capacity::default() };
        let (batches, lost) = late_reader(capacity, &[4, 8, 5, 1, 1]);
        assert_eq!(batches, [vec![1, 2, 3, 4], (5..13).collect()]);
        assert_eq!(lost, 7);
    }

    #[test]
    fn long_texts_to_a_late_reader_are_bounded_by_their_bytes() {
        const TEXT: &[u8] = &[b'x'; 1000];
        let (batches, bytes) = (64, 10_000);
        let (sink, mut subscriber) = wire(Capacity { batches, bytes, ..Capacity::default() });
        let (control, _commands) = crate::telemetry::control().unwrap();
        let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
        let mut seen = Vec::new();
        for round in 1..=3 {
            for _ in 0..100 {
                publisher.fact(9, None, What::Data { bytes: 1000 }, TEXT);
                publisher.publish(&mut Empty, Standing::default());
            }
            let (mut held, mut lost) = (0, 0);
            while subscriber.drain(&control, |batch| {
                held += batch.payload();
                seen.extend(batch.events().map(|event| event.event.seq));
                lost = batch.lost.all();
            }) && !subscriber.full.is_empty()
            {}
            // As much under way as may be and one batch more; the next is handed over afterwards.
            assert!((bytes..=2 * bytes + 2000).contains(&held), "{held} bytes in round {round}");
            assert!(lost > 0 || round == 1);
        }
        publisher.finish(&mut Empty, Standing::default());
        let mut lost = 0;
        while subscriber.drain(&control, |batch| {
            seen.extend(batch.events().map(|event| event.event.seq));
            lost = batch.lost.all();
        }) {}
        assert_eq!(seen.len() as u64 + lost, 300);
        assert!(seen.is_sorted());
    }

    #[test]
    fn what_a_burst_has_claimed_is_given_back_in_a_calm() {
        let (sink, mut subscriber) = wire(Capacity::default());
        let (control, _commands) = crate::telemetry::control().unwrap();
        let mut publisher = Publisher::new(Instant::now(), Some(sink), Vec::new());
        // Each batch of the pool comes round with so many events; returns the pool's memory.
        let mut rounds = |turns: usize, rounds: usize| {
            for _ in 0..rounds * Capacity::default().batches {
                for _ in 0..turns {
                    let event = What::Typed;
                    publisher.fact(9, None, event, b"GET / HTTP/1.1\r\nHost: localhost\r\n");
                    publisher.turn(crate::telemetry::Turn { busy: 1, ready: 1 });
                }
                publisher.read_clock();
                let standing = Standing { stance: Stance::Handling(""), ..Standing::default() };
                publisher.publish(&mut Empty, standing);
                subscriber.drain(&control, |_| {});
            }
            let pool: Vec<_> = publisher.table.as_ref().unwrap().free.try_iter().collect();
            let held = pool.iter().map(|batch| batch.capacity()).sum::<usize>();
            for batch in pool {
                subscriber.free.try_send(batch).unwrap();
            }
            held
        };
        let burst = rounds(900, 2);
        assert!(burst > 4 << 20, "{burst}");
        // A load that wavers keeps what it needs.
        assert_eq!(rounds(400, 1), burst);
        let calm = rounds(1, 2);
        assert!(calm < 1 << 20, "{calm} of {burst}");
    }

    #[test]
    fn a_reader_in_time_loses_nothing() {
        let (batches, lost) = late_reader(Capacity::default(), &[3, 2, 1]);
        assert_eq!(batches.concat(), (1..=6).collect::<Vec<_>>());
        assert_eq!(lost, 0);
    }
}
