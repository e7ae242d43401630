//! The event stream as it is shown: a bounded history, a filter, and a place to read in it that
//! does not move while new events arrive.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::time::Duration;

use super::filter::{Filter, Flag, Number, Subject, Word};
use crate::dashboard::format;
use crate::telemetry::{
    Addr, Batch, By, ConnId, Errno, Event, EventRef, Kind, Mode, Nanos, OwnedEvent, Ret, What,
};

/// How many events are kept.
pub const HISTORY: usize = 20_000;

/// A line of the stream.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Something that happened.
    Event(OwnedEvent),
    /// Events that the wire had no room for; their number.
    Lost(u64),
    /// Events that arrived too fast to be shown; their number.
    Skipped(u64),
    /// What looks like a mistake.
    Lint(String),
}

/// The stream.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    entries: VecDeque<Entry>,
    /// The number of `entries[0]`, counted from the start of the program.
    first: u64,
    /// The numbers of the entries that pass the filter, in order.
    shown: VecDeque<u64>,
    filter: Filter,
    errors_only: bool,
    own: bool,
    /// The entry on the last line; `None` follows the newest.
    bottom: Option<u64>,
    last_seq: u64,
    scratch: String,
}

impl Stream {
    /// Takes over the events of a batch.
    pub fn apply(&mut self, batch: &Batch) {
        let events = batch.events();
        let skip = events.len().saturating_sub(HISTORY);
        for (i, event) in events.enumerate() {
            let seq = event.event.seq;
            let missing = seq.saturating_sub(self.last_seq + 1);
            if missing > 0 {
                self.push(Entry::Lost(missing));
            }
            self.last_seq = seq;
            if i >= skip {
                self.push(Entry::Event(event.to_owned()));
            } else if i + 1 == skip {
                self.push(Entry::Skipped(skip as u64));
            }
        }
    }

    /// Leaves the events of a batch out; there are no holes within it.
    pub fn pass_over(&mut self, batch: &Batch) {
        let count = batch.events().len() as u64;
        let mut events = batch.events();
        let Some(first) = events.next() else { return };
        let missing = first.event.seq.saturating_sub(self.last_seq + 1);
        if missing > 0 {
            self.push(Entry::Lost(missing));
        }
        self.last_seq = events.next_back().unwrap_or(first).event.seq;
        match self.entries.back_mut() {
            Some(Entry::Skipped(skipped)) => *skipped += count,
            _ => self.push(Entry::Skipped(count)),
        }
    }

    /// Tells what looks like a mistake where it was seen.
    pub fn lint(&mut self, text: String) {
        self.push(Entry::Lint(text));
    }

    fn push(&mut self, entry: Entry) {
        if self.entries.len() == HISTORY {
            self.entries.pop_front();
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

    fn lets(&self, entry: &Entry, scratch: &mut String) -> bool {
        match entry {
            // A hole is a hole under every filter.
            Entry::Lost(_) | Entry::Skipped(_) | Entry::Lint(_) => true,
            Entry::Event(event) => {
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

    /// Shows the program's own plumbing, or hides it again.
    pub fn toggle_own(&mut self) {
        self.own = !self.own;
        self.filter_anew();
    }

    /// The visible lines for that many rows, oldest first.
    pub fn lines(&self, height: usize) -> impl Iterator<Item = &Entry> {
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
            Entry::Event(event) if event.event.conn == Some(conn) => Some(event),
            _ => None,
        })
    }

    /// The newest event that is not own plumbing.
    #[must_use]
    pub fn newest(&self) -> Option<&OwnedEvent> {
        self.entries.iter().rev().find_map(|entry| match entry {
            Entry::Event(event) if !event.event.own => Some(event),
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

/// A failed call; EAGAIN is none.
#[must_use]
pub fn is_error(event: &Event) -> bool {
    match event.what {
        What::Rest { .. } | What::Missed | What::Refused => true,
        What::Response { status, .. } => status >= 400,
        _ => {
            event.what.ret().is_some_and(|ret| ret.get().is_err_and(|errno| errno != Errno::AGAIN))
        }
    }
}

struct Line<'a>(&'a OwnedEvent);

impl Subject for Line<'_> {
    /// A wait call is a line of everybody whom it reported.
    fn number(&self, which: Number, such: &dyn Fn(u64) -> bool) -> bool {
        let EventRef { event, ready, .. } = self.0.as_ref();
        let moved = |ret: Ret| ret.get().is_ok_and(such);
        match (which, event.what) {
            (Number::Fd, _) => {
                let mut fds = ready.iter().map(|ready| ready.fd).chain([event.fd]);
                fds.any(|fd| u64::try_from(fd).is_ok_and(such))
            }
            (Number::Conn, _) => {
                let mut conns = ready.iter().filter_map(|ready| ready.conn).chain(event.conn);
                conns.any(|conn| such(conn.get()))
            }
            (Number::In, What::Recv { ret }) => moved(ret),
            (Number::Out, What::Send { ret, .. } | What::Sendfile { ret, .. }) => moved(ret),
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
    }
}

/// An event in pieces, as a line of the stream shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// What it is.
    pub kind: Kind,
    /// On what: `fd 9`, `epfd 4`.
    pub subject: String,
    /// What came of it: `= 84 B`, `= EAGAIN`; for facts what it is about.
    pub result: String,
    /// What it means.
    pub note: String,
    /// It failed.
    pub error: bool,
}

/// Which thread or process it was; nothing for a task.
fn own_of(by: By) -> String {
    match (by.tid(), by.pid()) {
        (Some(tid), _) => format!("thread {tid}"),
        (_, Some(pid)) => format!("process {pid}"),
        _ => String::new(),
    }
}

/// Puts an event into words.
#[must_use]
pub fn describe(event: EventRef<'_>) -> Told {
    let Event { fd, what, .. } = *event.event;
    let (result, note) = match what {
        What::EpollWait { ret, waited } => wait(event, ret, waited),
        What::Request { .. } => request(event),
        What::Listen { addr, backlog, ret } => (equals(ret), format!("{addr}  backlog {backlog}")),
        What::EpollCtl { op, mask, ret, .. } => {
            let note = match op.name() {
                "DEL" => "DEL: the kernel watches it no more".to_owned(),
                name => format!("{name} {mask}"),
            };
            (equals(ret), note)
        }
        What::Accept { ret, peer } => (equals(ret), accepted(ret, peer)),
        What::Recv { ret } => (amount(ret), received(ret)),
        What::Send { ret, len } => (amount(ret), sent(ret, len)),
        What::Sendfile { file, offset, len, ret } => {
            let from = format!("from fd {file} at {}", format::count(offset));
            let note = match ret.get() {
                Ok(sent) if sent >= len => format!("{from}: all"),
                _ => format!("{}  {from}", sent(ret, len)),
            };
            (amount(ret), note)
        }
        What::Shutdown { how, ret } => (equals(ret), format!("SHUT_{}", how.name())),
        What::Close => (String::new(), "the number is free again".to_owned()),
        What::Setsockopt { name, ret } => (equals(ret), name.to_owned()),
        What::Open { ret } | What::Openat { ret } => (equals(ret), clean(event.bytes)),
        What::Getdents { ret } => (amount(ret), "names in the folder".to_owned()),
        What::Stat { ret } => (equals(ret), "size and time of the file".to_owned()),
        What::Read { offset, ret } => (amount(ret), format!("at {}", format::count(offset))),
        What::Select { ret, examined, copied, waited }
        | What::Poll { ret, examined, copied, waited } => {
            let (result, note) = wait(event, ret, waited);
            let (all, copied) = (format::count(examined.into()), format::bytes(copied.into()));
            // The list first: it is what a narrow line keeps.
            (result, note.replacen(" slept", &format!("of {all} asked, {copied} copied  slept"), 1))
        }
        What::Nap { ret, waited } => (equals(ret), format!("slept {}", format::duration(waited))),
        What::EpollCreate { ret } => (equals(ret), "an empty interest list".to_owned()),
        What::Input { ret } => (amount(ret), "from standard input".to_owned()),
        What::Wait4 { ret } => (equals(ret), "the worker's zombie is gone".to_owned()),
        What::Switched { to } => (to.name().to_owned(), to.summary().to_owned()),
        What::Round { asked, answered, .. } => (
            format!("{} asked", format::count(asked.into())),
            format!("{} had something to say", format::count(answered.into())),
        ),
        What::Started { stack } => {
            let note = if stack == 0 {
                String::new()
            } else {
                format!("stack of {}", format::bytes(stack))
            };
            (own_of(event.event.by), note)
        }
        What::Ended => (own_of(event.event.by), String::new()),
        What::Parked { on } => (String::new(), format!("until {on}")),
        What::Woken => (String::new(), "the runtime runs it again".to_owned()),
        What::Queued { route } => (String::new(), format!("{route} waits for the pool")),
        What::Typed => (String::new(), clean(event.bytes)),
        What::Response { status, body } => {
            (status.to_string(), format!("body {}", format::bytes(body)))
        }
        What::Refused => (String::new(), "over the limit: 503, then closed".to_owned()),
        What::Closed { why, bytes_in, bytes_out, requests } => (
            why.label().to_owned(),
            format!(
                "{} {}, {} in, {} out",
                format::count(requests),
                if requests == 1 { "request" } else { "requests" },
                format::bytes(bytes_in),
                format::bytes(bytes_out)
            ),
        ),
        What::Rest { errno } => (errno.to_string(), "no descriptor left: it rests".to_owned()),
        What::Resume => (String::new(), "the listener accepts again".to_owned()),
        What::Pace { mode } => (
            match mode {
                Mode::Run => "run".to_owned(),
                Mode::Paused => "paused".to_owned(),
                Mode::Slow(calls) => format!("{calls} calls/s"),
            },
            String::new(),
        ),
        What::Handler { route } => (route.to_owned(), "blocks the loop until it ends".to_owned()),
        What::Handled { took } => (String::new(), format!("after {}", format::duration(took))),
        What::Data { bytes } => (format!("{} B", format::count(bytes)), spoken(event.bytes)),
        What::Missed => (String::new(), "a command came too late: it is gone".to_owned()),
    };
    Told {
        kind: what.kind(),
        subject: subject(fd, what.kind()),
        result,
        note,
        error: is_error(event.event),
    }
}

fn subject(fd: i32, kind: Kind) -> String {
    match kind {
        _ if fd < 0 => String::new(),
        Kind::EpollWait => format!("epfd {fd}"),
        _ => format!("fd {fd}"),
    }
}

fn equals(ret: Ret) -> String {
    format!("= {ret:?}")
}

/// A result that counts bytes.
fn amount(ret: Ret) -> String {
    match ret.get() {
        Ok(bytes) => format!("= {}", format::count(bytes)),
        Err(errno) => format!("= {errno}"),
    }
}

fn wait(event: EventRef<'_>, ret: Ret, waited: Nanos) -> (String, String) {
    let mut note = String::new();
    // A long ready list would fill the line; the loop panel has it whole.
    for ready in event.ready.iter().take(12) {
        let _ = write!(note, "{}:{} ", ready.fd, ready.mask);
    }
    if event.ready.len() > 12 {
        let _ = write!(note, "+{} more ", event.ready.len() - 12);
    }
    if event.ready.is_empty() && ret.get() == Ok(0) {
        note.push_str("nobody: a timer ");
    }
    let _ = write!(note, " slept {}", format::duration(waited));
    let result = match ret.get() {
        Ok(ready) => format!("= {ready} ready"),
        Err(errno) => format!("= {errno}"),
    };
    (result, note)
}

fn request(event: EventRef<'_>) -> (String, String) {
    match (event.request_line(), event.event.what) {
        (Some((method, target)), What::Request { minor, .. }) => {
            (clean(method), format!("{} HTTP/1.{minor}", clean(target)))
        }
        _ => (String::new(), clean(event.bytes)),
    }
}

fn accepted(ret: Ret, peer: Option<Addr>) -> String {
    match (ret.get(), peer) {
        (Ok(fd), Some(peer)) => format!("{peer} is now fd {fd}"),
        (Ok(fd), None) => format!("a client is now fd {fd}"),
        (Err(Errno::AGAIN), _) => "nobody else waits".to_owned(),
        (Err(_), _) => "it could not be accepted".to_owned(),
    }
}

fn received(ret: Ret) -> String {
    match ret.get() {
        Ok(0) => "FIN: the peer sends no more".to_owned(),
        Ok(_) => "bytes from the peer".to_owned(),
        Err(Errno::AGAIN) => "drained: nothing more to read".to_owned(),
        Err(Errno::CONNRESET) => "RST: the peer broke it off".to_owned(),
        Err(_) => "reading failed".to_owned(),
    }
}

fn sent(ret: Ret, len: u64) -> String {
    match ret.get() {
        Ok(sent) if sent < len => format!("of {}: buffer full", format::count(len)),
        Ok(_) => "bytes: kernel took all".to_owned(),
        Err(Errno::AGAIN) => "no room: wait for OUT".to_owned(),
        Err(_) => "writing failed".to_owned(),
    }
}

/// Bytes of a peer as text: what is not printable ASCII cannot reach the terminal.
#[must_use]
pub fn clean(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// What came as text, in quotes and without control characters.
fn spoken(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(bytes))
}

/// The glyph of a kind, in UTF-8 and in ASCII; one column each.
#[must_use]
pub fn glyph(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::EpollWait | Kind::Select | Kind::Poll | Kind::Nap => ("◷", "w"),
        Kind::EpollCtl | Kind::Listen => ("◇", "*"),
        Kind::Accept => ("+", "+"),
        Kind::Recv | Kind::Input => ("←", "<"),
        Kind::Send | Kind::Sendfile => ("→", ">"),
        Kind::Close | Kind::Shutdown => ("×", "x"),
        Kind::Setsockopt | Kind::Open | Kind::Stat | Kind::Read => ("·", "."),
        Kind::Rest | Kind::Missed | Kind::Refused | Kind::Handler => ("!", "!"),
        _ => ("▪", "="),
    }
}

/// A time since the server's start: `1.204011`, `83:20.123`.
#[must_use]
pub fn relative(time: Nanos) -> String {
    let (seconds, micros) = (time / 1_000_000_000, time % 1_000_000_000 / 1000);
    if seconds < 1000 {
        format!("{seconds}.{micros:06}")
    } else {
        format!("{}:{:02}.{:03}", seconds / 60, seconds % 60, micros / 1000)
    }
}

/// A time of the day, `zero` after 1970 being the server's start: `09:00:01.204`.
#[must_use]
pub fn wall(zero: Duration, time: Nanos) -> String {
    let at = zero + Duration::from_nanos(time);
    let day = at.as_secs() % 86_400;
    format!("{:02}:{:02}:{:02}.{:03}", day / 3600, day / 60 % 60, day % 60, at.subsec_millis())
}
