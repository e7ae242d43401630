//! The event stream as it is shown: a bounded history, a filter, and a place to read in it that
//! does not move while new events arrive.

mod view;

use std::collections::VecDeque;
use std::fmt::Write as _;

use super::continuity::Continuity;
use super::filter::{Filter, Flag, Number, Subject, Word, tables};
use super::lints::Lint;
use super::stretches::Change;
use crate::telemetry::{Batch, By, ConnId, EventRef, Kind, Nanos, OwnedEvent, Ring, Site, What};
use crate::words::{describe, is_error};

/// How many events are kept.
pub const HISTORY: usize = 20_000;
/// Bytes of their texts and ready lists that are kept; over that it is fewer events.
pub const HISTORY_BYTES: usize = 4 << 20;

/// A line of the stream.
#[derive(Clone, Debug)]
pub enum StreamEntry {
    /// Something that happened.
    Event(OwnedEvent),
    /// Events that the wire had no room for; their number.
    Lost(u64),
    /// Events that arrived too fast to be shown; their number.
    Skipped(u64),
    /// What looks like a mistake, and when it was seen.
    Lint(Lint, Nanos),
    /// Another server, or another option, from here on.
    Change(Change),
}

/// A line that is no event.
#[derive(Clone, Debug)]
enum Mark {
    Lost(u64),
    Skipped(u64),
    Lint(Lint, Nanos),
    Change(Box<Change>),
}

/// The stream.
#[derive(Clone, Debug)]
pub struct Stream {
    events: Ring,
    /// The lines between them, each with its number.
    marks: VecDeque<(u64, Mark)>,
    /// The number of the oldest line, counted from the start of the program.
    first: u64,
    /// The numbers of the lines that pass the filter, in order, modulo 2³²: see [`Stream::nth`].
    shown: VecDeque<u32>,
    filter: Filter,
    errors_only: bool,
    own: bool,
    /// The entry on the last line; `None` follows the newest.
    bottom: Option<u64>,
    /// The entry that is selected; `None` while the newest is followed, or the wheel alone was used.
    cursor: Option<u64>,
    continuity: Continuity,
    scratch: String,
    /// A change that comes with the next batch.
    coming: Option<Change>,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            coming: None,
            events: Ring::of_at_most(HISTORY),
            marks: VecDeque::new(),
            first: 0,
            shown: VecDeque::new(),
            filter: Filter::default(),
            errors_only: false,
            own: false,
            bottom: None,
            cursor: None,
            continuity: Continuity::default(),
            scratch: String::new(),
        }
    }
}

impl Stream {
    /// One that goes on with the line of that number, after the event of that number, and is looked at
    /// like another.
    pub(super) fn going_on(line: u64, last: u64, like: &Self) -> Self {
        let mut stream = Self {
            first: line,
            filter: like.filter.clone(),
            errors_only: like.errors_only,
            own: like.own,
            ..Self::default()
        };
        stream.continuity.skip_to(last);
        stream
    }

    /// Its last lines, so many, with nothing chosen of how it is looked at.
    pub(super) fn tail(&self, lines: usize) -> Self {
        let first = self.next().saturating_sub(lines as u64).max(self.first);
        let before = self.marks.partition_point(|(number, _)| *number < first);
        let skip = usize::try_from(first - self.first).unwrap_or(usize::MAX) - before;
        let mut batch = Batch::default();
        self.events.copy(skip, self.events.len(), &mut batch);
        let mut events = Ring::default();
        batch.events().for_each(|event| events.push(event));
        let mut tail = Self {
            events,
            marks: self.marks.range(before..).cloned().collect(),
            first,
            continuity: self.continuity,
            coming: self.coming.clone(),
            ..Self::default()
        };
        tail.filter_anew();
        tail
    }

    /// Takes over the events of a batch.
    pub fn apply(&mut self, batch: &Batch) {
        let events = batch.events();
        let skip = events.len().saturating_sub(HISTORY);
        for (i, event) in events.enumerate() {
            let missing = self.continuity.missing_before(event.event.seq);
            if missing > 0 {
                self.push_mark(Mark::Lost(missing));
            }
            if i >= skip {
                self.push(event);
                if matches!(event.event.what.kind(), Kind::Switched | Kind::Set) {
                    self.push_coming();
                }
            } else if i + 1 == skip {
                self.push_mark(Mark::Skipped(skip as u64));
            }
        }
        self.push_coming();
    }

    /// Something has changed with the batch that is taken over next: another server, or an option.
    pub fn mark(&mut self, what: Change) {
        self.coming = Some(what);
    }

    fn push_coming(&mut self) {
        if let Some(what) = self.coming.take() {
            self.push_mark(Mark::Change(Box::new(what)));
        }
    }

    /// Leaves the events of a batch out; there are no holes within it.
    pub fn pass_over(&mut self, batch: &Batch) {
        let count = batch.events().len() as u64;
        let mut events = batch.events();
        let Some(first) = events.next() else { return self.push_coming() };
        let missing = self.continuity.missing_before(first.event.seq);
        if missing > 0 {
            self.push_mark(Mark::Lost(missing));
        }
        self.continuity.skip_to(events.next_back().unwrap_or(first).event.seq);
        let next = self.next();
        match self.marks.back_mut() {
            Some((number, Mark::Skipped(skipped))) if *number + 1 == next => *skipped += count,
            _ => self.push_mark(Mark::Skipped(count)),
        }
        self.push_coming();
    }

    /// Adds what looks like a mistake where it was seen.
    pub fn lint(&mut self, lint: Lint, now: Nanos) {
        self.push_mark(Mark::Lint(lint, now));
    }

    /// Bytes of memory that it has claimed.
    pub(super) fn claimed(&self) -> usize {
        self.events.claimed()
            + self.marks.capacity() * size_of::<(u64, Mark)>()
            + self.shown.capacity() * size_of::<u32>()
    }

    /// Lines that are kept.
    fn kept(&self) -> usize {
        self.events.len() + self.marks.len()
    }

    /// The number of the next line.
    pub(super) fn next(&self) -> u64 {
        self.first + self.kept() as u64
    }

    fn push(&mut self, event: EventRef<'_>) {
        self.make_room(Ring::payload_of(event));
        if self.lets(event) {
            self.show(self.next());
        }
        self.events.push(event);
    }

    fn push_mark(&mut self, mark: Mark) {
        self.make_room(0);
        // A hole is a hole under every filter.
        let number = self.next();
        self.show(number);
        self.marks.push_back((number, mark));
    }

    fn show(&mut self, number: u64) {
        if self.shown.len() == self.shown.capacity() {
            // Doubling would hold as much again for nothing.
            let more = self.shown.len() / 8 + 64;
            self.shown.reserve_exact(more.min(HISTORY.saturating_sub(self.shown.len())));
        }
        self.shown.push_back(low(number));
    }

    /// Lets the oldest go until there is room for one with that payload.
    fn make_room(&mut self, more: usize) {
        while self.kept() > 0
            && (self.kept() >= HISTORY || self.events.payload() + more > HISTORY_BYTES)
        {
            match self.marks.front() {
                Some((number, _)) if *number == self.first => drop(self.marks.pop_front()),
                _ => self.events.pop_front(),
            }
            self.first += 1;
            if !self.shown.is_empty() && self.nth(0) < self.first {
                self.shown.pop_front();
            }
        }
    }

    /// The number of the n-th line that is shown.
    fn nth(&self, n: usize) -> u64 {
        self.whole(self.shown[n])
    }

    /// A number that is not far from those of the lines that are kept.
    fn whole(&self, number: u32) -> u64 {
        // One that has just gone lies before the first.
        let base = self.first.saturating_sub(1);
        base + u64::from(number.wrapping_sub(low(base)))
    }

    /// Where an event with that number is among the events; or the mark that has it.
    fn find(&self, number: u64) -> Result<usize, &Mark> {
        let before = self.marks.partition_point(|(mark, _)| *mark < number);
        match self.marks.get(before) {
            Some((mark, what)) if *mark == number => Err(what),
            _ => Ok(usize::try_from(number - self.first).unwrap_or(usize::MAX) - before),
        }
    }

    fn get(&self, number: u64) -> Option<StreamEntry> {
        Some(match self.find(number) {
            Ok(at) => StreamEntry::Event(self.events.get(at)?),
            Err(Mark::Lost(count)) => StreamEntry::Lost(*count),
            Err(Mark::Skipped(count)) => StreamEntry::Skipped(*count),
            Err(Mark::Lint(lint, seen)) => StreamEntry::Lint(*lint, *seen),
            Err(Mark::Change(what)) => StreamEntry::Change((**what).clone()),
        })
    }

    /// An empty one that is looked at in the same way but for the filter.
    pub(super) fn filtered_by(&self, filter: &Filter) -> Self {
        Self { filter: filter.clone(), errors_only: false, ..self.looked_at_alike() }
    }

    /// Whether another is looked at in the same way, wherever it stands.
    pub(super) fn is_looked_at_alike(&self, other: &Self) -> bool {
        (self.errors_only, self.own) == (other.errors_only, other.own)
            && self.filter.as_str() == other.filter.as_str()
    }

    /// An empty one that is looked at in the same way.
    pub(super) fn looked_at_alike(&self) -> Self {
        Self::going_on(0, 0, self)
    }

    /// Whether an event is shown.
    pub(super) fn lets(&mut self, event: EventRef<'_>) -> bool {
        (self.own || !event.event.is_own())
            && (!self.errors_only || is_error(event.event))
            && (self.filter.is_empty() || passes(&self.filter, event, &mut self.scratch))
    }

    fn filter_anew(&mut self) {
        self.shown.clear();
        for number in self.first..self.next() {
            let passes = match self.find(number) {
                Err(_) => true,
                Ok(at) if self.filter.is_empty() => {
                    let event = self.events.event(at);
                    event.is_some_and(|event| {
                        self.lets(EventRef { event: &event, bytes: &[], len: 0, ready: &[] })
                    })
                }
                Ok(at) => self.events.get(at).is_some_and(|event| self.lets(event.as_ref())),
            };
            if passes {
                self.show(number);
            }
        }
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

    /// The newest events of a connection, newest first.
    pub fn of(&self, conn: ConnId) -> impl Iterator<Item = OwnedEvent> {
        let of_it =
            move |at: &usize| self.events.event(*at).is_some_and(|event| event.conn == Some(conn));
        (0..self.events.len()).rev().filter(of_it).filter_map(|at| self.events.get(at))
    }

    /// The newest calls of the server's own thread, newest first.
    pub fn of_the_loop(&self) -> impl Iterator<Item = OwnedEvent> {
        let own = |at: &usize| {
            self.events.event(*at).is_some_and(|event| event.by == By::LOOP && event.site.is_some())
        };
        (0..self.events.len()).rev().filter(own).filter_map(|at| self.events.get(at))
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
        (self.bottom, self.cursor) = (other.bottom, other.cursor);
        self.filter_anew();
    }
}

fn low(number: u64) -> u32 {
    u32::try_from(number & 0xffff_ffff).unwrap_or_default()
}

/// Whether a filter lets the line of an event through.
pub fn passes(filter: &Filter, event: EventRef<'_>, scratch: &mut String) -> bool {
    filter.lets(&Line(event), scratch)
}

struct Line<'a>(EventRef<'a>);

impl Subject for Line<'_> {
    /// A wait call is a line of every fd that it reported.
    fn number(&self, which: Number, such: &dyn Fn(u64) -> bool) -> bool {
        let EventRef { event, ready, .. } = self.0;
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
                What::Closed { why, .. } => tables().any(|say| (say.why)(why).starts_with(start)),
                _ => false,
            },
            Word::State => false,
        }
    }

    fn flag(&self, which: Flag) -> bool {
        match which {
            Flag::Error => is_error(self.0.event),
            Flag::Closed => self.0.event.what.kind() == Kind::Closed,
            Flag::Ours | Flag::Stopped => false,
        }
    }

    fn site(&self) -> Option<Site> {
        self.0.event.site
    }

    fn text(&self, into: &mut String) {
        let told = describe(self.0);
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
        let held = stream.events.payload();
        assert!((HISTORY_BYTES / 2..=HISTORY_BYTES).contains(&held), "{held}");
        // The newest are there, and the numbers of those that are shown are right.
        let last = stream.lines(5).map(|entry| match entry {
            StreamEntry::Event(event) => event.event.seq,
            other => panic!("{other:?}"),
        });
        assert_eq!(last.collect::<Vec<_>>(), [9996, 9997, 9998, 9999, 10_000]);
        assert_eq!(stream.len(), stream.kept());
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
