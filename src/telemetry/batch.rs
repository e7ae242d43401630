//! What travels: events with their payloads side by side, and the rows and totals that go with them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Counters, Epolls, Event, EventRef, LARGEST, LONGEST, Listener, Lost, Nanos, Others, Ready, Row,
    ServerKind, Standing, Text,
};

/// One turn of the loop: from a return of the wait call to the next call of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Turn {
    /// How long the loop was at work.
    pub busy: Nanos,
    /// How many fds had been reported ready, own plumbing left out.
    pub ready: u32,
}

/// How long requests took whose last byte of answer went to the kernel in one call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Latency {
    /// From the time at which the server was told of them, to that call's return: see
    /// [`Publisher::answered`](super::Publisher::answered).
    pub took: Nanos,
    /// How many answers that were.
    pub answers: u32,
    /// Who answered.
    pub server: ServerKind,
}

/// What a reader gets at once.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) events: Vec<Event>,
    pub(super) bytes: Vec<u8>,
    pub(super) ready: Vec<Ready>,
    /// Rows that are new or have changed, each at most once.
    pub rows: Vec<Row>,
    /// The last rows of connections that were closed.
    pub gone: Vec<Row>,
    /// `rows` is the whole table: what is not in it is closed, though its last row was left out.
    pub whole: bool,
    /// The turns that were completed.
    pub turns: Vec<Turn>,
    /// The requests that were answered. For the reader of the table.
    pub latencies: Vec<Latency>,
    /// Totals, at the time of publication.
    pub counters: Counters,
    /// What this reader has not got, since the start.
    pub lost: Lost,
    /// The listening socket; `None` before it listens.
    pub listener: Option<Listener>,
    /// The other descriptors of a traced program.
    pub others: Option<Arc<Others>>,
    /// The epoll instances of a traced program, where something of them has changed.
    pub epolls: Option<Arc<Epolls>>,
    /// Where the loop stood when this was published.
    pub standing: Standing,
    /// When it was published.
    pub time: Nanos,
}

impl Batch {
    /// Which server published it; `None` before it listens.
    #[must_use]
    pub fn server(&self) -> Option<ServerKind> {
        self.listener.map(|listener| listener.server)
    }

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
        let start = event.start as usize;
        if event.what.kind().has_list() {
            let span = start..start + usize::from(event.len);
            return EventRef { event, bytes: &[], len: 0, ready: &self.ready[span] };
        }
        let span = start..start + usize::from(event.len & !Event::CUT);
        let mut len = span.len();
        if event.len & Event::CUT != 0
            && let Some(told) = self.bytes[span.end..].first_chunk()
        {
            len = u32::from_le_bytes(*told) as usize;
        }
        EventRef { event, bytes: &self.bytes[span], len, ready: &[] }
    }

    /// Bytes of the payloads: texts and ready lists.
    pub(super) fn payload(&self) -> usize {
        self.bytes.len() + size_of_val(&*self.ready)
    }

    /// Puts right what no server can have published: nothing in it is later than `time`, and no number
    /// too large to be added up. For what a file says.
    pub fn bound(&mut self, time: Nanos) {
        for event in &mut self.events {
            (event.time, event.seq) = (event.time.min(time), event.seq.min(LARGEST));
        }
        for row in self.rows.iter_mut().chain(&mut self.gone) {
            (row.opened, row.active) = (row.opened.min(time), row.active.min(time));
            for number in [
                &mut row.requests,
                &mut row.bytes_in,
                &mut row.bytes_out,
                &mut row.answer,
                &mut row.unsent,
            ] {
                *number = (*number).min(LARGEST);
            }
        }
        for turn in &mut self.turns {
            turn.busy = turn.busy.min(LONGEST);
        }
        for latency in &mut self.latencies {
            latency.took = latency.took.min(LONGEST);
        }
        self.standing.since = self.standing.since.min(time);
    }

    /// Leaves out the events from a place on.
    pub fn truncate(&mut self, events: usize) {
        self.events.truncate(events);
    }

    /// Adds an event. For what the publisher does in bulk, and for feeding recorded events. A long
    /// text is cut.
    #[inline]
    pub fn push(&mut self, event: Event, bytes: &[u8], ready: &[Ready]) {
        self.push_text(event, Text::of(&event.what, bytes), ready);
    }

    /// Adds an event that was told before, with its payload as it was.
    pub fn push_again(&mut self, told: EventRef<'_>) {
        self.push_text(*told.event, told.text(), told.ready);
    }

    pub(super) fn push_text(&mut self, mut event: Event, text: Text<'_>, ready: &[Ready]) {
        // By kind, as `resolve` reads it: an empty ready list lies among the ready lists too.
        let (start, len) = if event.what.kind().has_list() {
            (self.ready.len(), ready.len())
        } else {
            (self.bytes.len(), text.kept.len())
        };
        // 4 GiB of payload do not gather in one batch: they are bounded.
        event.start = u32::try_from(start).unwrap_or(u32::MAX);
        event.len = u16::try_from(len).unwrap_or(u16::MAX);
        if text.is_cut() {
            event.len |= Event::CUT;
        }
        self.events.push(event);
        self.bytes.extend_from_slice(text.kept);
        if text.is_cut() {
            let len = u32::try_from(text.len).unwrap_or(u32::MAX);
            self.bytes.extend_from_slice(&len.to_le_bytes());
        }
        self.ready.extend_from_slice(&ready[..ready.len().min(usize::from(u16::MAX))]);
    }

    pub(super) fn append(&mut self, other: &Self) {
        let (bytes, ready) = (self.bytes.len(), self.ready.len());
        self.events.extend(other.events.iter().map(|event| {
            let base = if event.what.kind().has_list() { ready } else { bytes };
            Event { start: event.start + u32::try_from(base).unwrap_or(u32::MAX), ..*event }
        }));
        self.bytes.extend_from_slice(&other.bytes);
        self.ready.extend_from_slice(&other.ready);
    }

    pub(super) fn clear(&mut self) {
        self.clear_events();
        self.rows.clear();
        self.gone.clear();
        self.whole = false;
        self.epolls = None;
        self.turns.clear();
        self.latencies.clear();
    }

    fn clear_events(&mut self) {
        self.events.clear();
        self.bytes.clear();
        self.ready.clear();
    }

    /// Bytes of memory for events and what comes with them.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.events.capacity() * size_of::<Event>()
            + self.bytes.capacity()
            + self.ready.capacity() * size_of::<Ready>()
            + self.turns.capacity() * size_of::<Turn>()
    }

    /// Empties it, and gives memory back that a burst had claimed, so that the pool as a whole stays
    /// small: all batches are used in turn, and each would keep what the fullest of them has needed.
    pub(super) fn recycle(&mut self) {
        /// Rows and what goes with them come a hundred times a second at most.
        const SELDOM: usize = 8;
        recycle(&mut self.events);
        recycle(&mut self.bytes);
        recycle(&mut self.ready);
        recycle(&mut self.turns);
        recycle(&mut self.latencies);
        self.clear();
        self.rows.shrink_to(SELDOM);
        self.gone.shrink_to(SELDOM);
    }
}

/// Empties a list, of whose memory at most 128 KiB stay. Where it held less than an eighth of what
/// there is room for, four times as much stays, and 4 KiB at least: a load that wavers allocates
/// nothing.
fn recycle<T>(list: &mut Vec<T>) {
    let (held, size) = (list.len(), size_of::<T>());
    let (least, most) = (4096 / size, 128 * 1024 / size);
    list.clear();
    let calm = held < list.capacity() / 8;
    list.shrink_to(if calm { (4 * held).clamp(least, most) } else { most });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Mask, Ret, What};

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

    #[test]
    fn a_cut_text_keeps_its_true_length() {
        let event = |seq, what| Event::new(seq, 0, 3, None, what);
        let open = What::Open { look: false, ret: Ret::ok(4) };
        let long = vec![b'p'; 60_000];
        let mut first = Batch::default();
        first.push(event(1, open), b"short", &[]);
        let mut second = Batch::default();
        second.push(event(2, open), &long, &[]);
        second.push(event(3, open), b"index.html", &[]);
        let request = What::Request { method: 5, target: 60_000, minor: 1 };
        second.push(event(4, request), &[&b"PATCH /"[..], &long[..900]].concat(), &[]);
        first.append(&second);
        let owned: Vec<_> = first.events().map(|event| event.to_owned()).collect();
        let texts: Vec<_> = owned.iter().map(|event| event.as_ref().text()).collect();
        let lengths: Vec<_> = texts.iter().map(|text| (text.kept.len(), text.len)).collect();
        assert_eq!(lengths, [(5, 5), (Text::KEPT, 60_000), (10, 10), (907, 907)]);
        assert_eq!((texts[0].kept, texts[2].kept), (&b"short"[..], &b"index.html"[..]));
        let (method, target) = owned[3].as_ref().request_line().unwrap();
        assert_eq!((method.kept, method.is_cut()), (&b"PATCH"[..], false));
        assert_eq!((target.kept.len(), target.len), (901, 60_000));
    }
}
