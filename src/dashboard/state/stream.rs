//! The event stream as it is shown: a bounded history, a filter, and a place to read in it that
//! does not move while new events arrive.

use std::collections::VecDeque;
use std::fmt::Write as _;

use super::continuity::Continuity;
use super::filter::{Filter, Flag, Number, Subject, Word};
use crate::telemetry::{Batch, ConnId, EventRef, Kind, OwnedEvent, What};
use crate::words::{describe, is_error};

/// How many events are kept.
pub const HISTORY: usize = 20_000;
/// Bytes of their texts and ready lists that are kept; over that it is fewer events.
pub const HISTORY_BYTES: usize = 8 << 20;

/// A line of the stream.
#[derive(Clone, Debug)]
pub enum StreamEntry {
    /// Something that happened.
    Event(OwnedEvent),
    /// Events that the wire had no room for; their number.
    Lost(u64),
    /// Events that arrived too fast to be shown; their number.
    Skipped(u64),
    /// What looks like a mistake.
    Lint(String),
    /// Another server, or another option, from here on.
    Mark(String),
}

impl StreamEntry {
    /// Bytes of memory beside the entry itself.
    fn payload(&self) -> usize {
        match self {
            Self::Event(event) => event.payload(),
            Self::Lint(text) | Self::Mark(text) => text.len(),
            Self::Lost(_) | Self::Skipped(_) => 0,
        }
    }
}

/// The stream.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    entries: VecDeque<StreamEntry>,
    /// What `entries` hold beside themselves.
    bytes: usize,
    /// The number of `entries[0]`, counted from the start of the program.
    first: u64,
    /// The numbers of the entries that pass the filter, in order.
    shown: VecDeque<u64>,
    filter: Filter,
    errors_only: bool,
    own: bool,
    /// The entry on the last line; `None` follows the newest.
    bottom: Option<u64>,
    continuity: Continuity,
    scratch: String,
    /// A change that comes with the next batch.
    coming: Option<String>,
}

impl Stream {
    /// Takes over the events of a batch.
    pub fn apply(&mut self, batch: &Batch) {
        let events = batch.events();
        let skip = events.len().saturating_sub(HISTORY);
        for (i, event) in events.enumerate() {
            let missing = self.continuity.missing_before(event.event.seq);
            if missing > 0 {
                self.push(StreamEntry::Lost(missing));
            }
            if i >= skip {
                self.push(StreamEntry::Event(event.to_owned()));
                if matches!(event.event.what.kind(), Kind::Switched | Kind::Set) {
                    self.push_mark();
                }
            } else if i + 1 == skip {
                self.push(StreamEntry::Skipped(skip as u64));
            }
        }
        self.push_mark();
    }

    /// Something has changed with the batch that is taken over next: another server, or an option.
    pub fn mark(&mut self, what: String) {
        self.coming = Some(what);
    }

    fn push_mark(&mut self) {
        if let Some(what) = self.coming.take() {
            self.push(StreamEntry::Mark(what));
        }
    }

    /// Leaves the events of a batch out; there are no holes within it.
    pub fn pass_over(&mut self, batch: &Batch) {
        let count = batch.events().len() as u64;
        let mut events = batch.events();
        let Some(first) = events.next() else { return self.push_mark() };
        let missing = self.continuity.missing_before(first.event.seq);
        if missing > 0 {
            self.push(StreamEntry::Lost(missing));
        }
        self.continuity.skip_to(events.next_back().unwrap_or(first).event.seq);
        match self.entries.back_mut() {
            Some(StreamEntry::Skipped(skipped)) => *skipped += count,
            _ => self.push(StreamEntry::Skipped(count)),
        }
        self.push_mark();
    }

    /// Adds what looks like a mistake where it was seen.
    pub fn lint(&mut self, text: String) {
        self.push(StreamEntry::Lint(text));
    }

    fn push(&mut self, entry: StreamEntry) {
        self.bytes += entry.payload();
        while (self.entries.len() >= HISTORY || self.bytes > HISTORY_BYTES)
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes -= oldest.payload();
            self.first += 1;
            if self.shown.front().is_some_and(|&n| n < self.first) {
                self.shown.pop_front();
            }
        }
        let number = self.first + self.entries.len() as u64;
        let mut scratch = std::mem::take(&mut self.scratch);
        if self.lets(&entry, &mut scratch) {
            self.shown.push_back(number);
        }
        self.scratch = scratch;
        self.entries.push_back(entry);
    }

    fn lets(&self, entry: &StreamEntry, scratch: &mut String) -> bool {
        match entry {
            // A hole is a hole under every filter.
            StreamEntry::Lost(_)
            | StreamEntry::Skipped(_)
            | StreamEntry::Lint(_)
            | StreamEntry::Mark(_) => true,
            StreamEntry::Event(event) => {
                (self.own || !event.event.own)
                    && (!self.errors_only || is_error(&event.event))
                    && (self.filter.is_empty() || self.filter.lets(&Line(event), scratch))
            }
        }
    }

    fn filter_anew(&mut self) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut shown = std::mem::take(&mut self.shown);
        shown.clear();
        for (entry, number) in self.entries.iter().zip(self.first..) {
            if self.lets(entry, &mut scratch) {
                shown.push_back(number);
            }
        }
        self.shown = shown;
        self.scratch = scratch;
    }

    /// Filters.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.filter_anew();
    }

    /// Shows errors only, or everything again. EAGAIN is no error: it says "drained".
    pub fn toggle_errors(&mut self) {
        self.errors_only = !self.errors_only;
        self.filter_anew();
    }

    /// Shows the program's own plumbing, or hides it again; returns whether it is shown.
    pub fn toggle_own(&mut self) -> bool {
        self.own = !self.own;
        self.filter_anew();
        self.own
    }

    /// The visible lines for that many rows, oldest first.
    pub fn lines(&self, height: usize) -> impl Iterator<Item = &StreamEntry> {
        let end = self.end(height);
        let start = end.saturating_sub(height);
        self.shown
            .range(start..end)
            .filter_map(|n| self.entries.get(usize::try_from(n - self.first).ok()?))
    }

    /// Past the last visible line, as a place in `shown`.
    fn end(&self, height: usize) -> usize {
        match self.bottom {
            None => self.shown.len(),
            // What was read has left the history: the oldest page is what remains.
            Some(bottom) => {
                self.shown.partition_point(|&n| n <= bottom).max(height).min(self.shown.len())
            }
        }
    }

    /// Goes back (negative) or forward by lines; at the newest it follows again.
    pub fn scroll(&mut self, by: isize, height: usize) {
        let end = self.end(height);
        let to = end.saturating_add_signed(by).max(height.min(self.shown.len()));
        self.bottom =
            if to >= self.shown.len() { None } else { to.checked_sub(1).map(|i| self.shown[i]) };
    }

    /// Goes to the oldest event kept.
    pub fn to_oldest(&mut self, height: usize) {
        self.scroll(isize::MIN, height);
    }

    /// Follows the newest again.
    pub fn to_newest(&mut self) {
        self.bottom = None;
    }

    /// How many newer lines there are below the visible ones; `None` while following.
    #[must_use]
    pub fn below(&self, height: usize) -> Option<usize> {
        self.bottom.map(|_| self.shown.len() - self.end(height))
    }

    /// The newest events of a connection, newest first.
    pub fn of(&self, conn: ConnId) -> impl Iterator<Item = &OwnedEvent> {
        self.entries.iter().rev().filter_map(move |entry| match entry {
            StreamEntry::Event(event) if event.event.conn == Some(conn) => Some(event),
            _ => None,
        })
    }

    /// The newest event that is not own plumbing.
    #[must_use]
    pub fn newest(&self) -> Option<&OwnedEvent> {
        self.entries.iter().rev().find_map(|entry| match entry {
            StreamEntry::Event(event) if !event.event.own => Some(event),
            _ => None,
        })
    }

    /// The filter.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Whether only errors are shown.
    #[must_use]
    pub fn errors_only(&self) -> bool {
        self.errors_only
    }

    /// Whether own plumbing is shown.
    #[must_use]
    pub fn shows_own(&self) -> bool {
        self.own
    }

    /// Lines that pass the filter.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether no line passes the filter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Takes over how another stream is looked at.
    pub fn look_like(&mut self, other: &Self) {
        self.filter = other.filter.clone();
        self.errors_only = other.errors_only;
        self.own = other.own;
        self.bottom = other.bottom;
        self.filter_anew();
    }
}

struct Line<'a>(&'a OwnedEvent);

impl Subject for Line<'_> {
    /// A wait call is a line of every fd that it reported.
    fn number(&self, which: Number, such: &dyn Fn(u64) -> bool) -> bool {
        let EventRef { event, ready, .. } = self.0.as_ref();
        match (which, event.what) {
            (Number::Fd, _) => {
                let mut fds = ready.iter().map(|ready| ready.fd).chain([event.fd]);
                fds.any(|fd| u64::try_from(fd).is_ok_and(such))
            }
            (Number::Conn, _) => {
                let mut conns = ready.iter().filter_map(|ready| ready.conn).chain(event.conn);
                conns.any(|conn| such(conn.get()))
            }
            (Number::In, What::Recv { ret })
            | (Number::Out, What::Send { ret, .. } | What::Sendfile { ret, .. }) => {
                ret.get().is_ok_and(such)
            }
            _ => false,
        }
    }

    fn word(&self, which: Word, start: &str) -> bool {
        match which {
            Word::Kind => self.0.event.what.kind().name().starts_with(start),
            Word::Peer => match self.0.event.what {
                What::Accept { peer: Some(peer), .. } => peer.to_string().starts_with(start),
                _ => false,
            },
            Word::Why => match self.0.event.what {
                What::Closed { why, .. } => why.label().starts_with(start),
                _ => false,
            },
            Word::State => false,
        }
    }

    fn flag(&self, which: Flag) -> bool {
        match which {
            Flag::Error => is_error(&self.0.event),
            Flag::Closed => self.0.event.what.kind() == Kind::Closed,
            Flag::Ours | Flag::Stopped => false,
        }
    }

    fn text(&self, into: &mut String) {
        let told = describe(self.0.as_ref());
        let _ = write!(into, "{} {} {} {}", told.kind.name(), told.subject, told.result, told.note);
        if let Some(waited) = told.waited {
            let _ = write!(into, "  {waited}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Event, Mask, Ready, Ret};

    #[test]
    fn the_history_is_bounded_by_bytes_too() {
        let text = [b'x'; 8000];
        let ready = [Ready { fd: 9, mask: Mask::IN, conn: None }; 1000];
        let mut stream = Stream::default();
        for batch in 0..100 {
            let mut told = Batch::default();
            for seq in 100 * batch + 1..=100 * (batch + 1) {
                let (what, text, ready): (_, &[u8], &[Ready]) = if seq % 2 == 0 {
                    (What::Typed, &text, &[])
                } else {
                    (What::EpollWait { ret: Ret::ok(1000), waited: 0 }, &[], &ready)
                };
                told.push(Event::new(seq, 0, 0, None, what), text, ready);
            }
            stream.apply(&told);
        }
        let held: usize = stream.entries.iter().map(StreamEntry::payload).sum();
        assert_eq!(held, stream.bytes);
        assert!((HISTORY_BYTES / 2..=HISTORY_BYTES).contains(&held), "{held}");
        // The newest are there, and the numbers of those that are shown are right.
        let last = stream.lines(5).map(|entry| match entry {
            StreamEntry::Event(event) => event.event.seq,
            other => panic!("{other:?}"),
        });
        assert_eq!(last.collect::<Vec<_>>(), [9996, 9997, 9998, 9999, 10_000]);
        assert_eq!(stream.len(), stream.entries.len());
    }
    #[test]
    fn a_round_is_a_line_of_everybody_whom_it_asked() {
        let asked = |fd, mask| Ready { fd, mask, conn: ConnId::new(3) };
        let list = [asked(9, Mask::IN), asked(10, Mask::NONE)];
        let round = What::Round { asked: 2, answered: 1, took: 0 };
        let mut told = Batch::default();
        told.push(Event::new(1, 0, -1, None, round), &[], &list);
        let mut stream = Stream::default();
        stream.apply(&told);
        for (filter, lines) in [("fd:9", 1), ("fd:10", 1), ("fd:11", 0), ("conn:3", 1), ("8", 0)] {
            stream.set_filter(Filter::parse(filter));
            assert_eq!(stream.len(), lines, "{filter}");
        }
    }
}
