//! A log as a trace that Perfetto and Chromium open: Chrome's Trace Event Format, in JSON.
//!
//! Each thread or process that made calls has a track, and so has each connection, below a process of their
//! own. The arguments of what stands on a track are the line of the log that tells of it.
//!
//! Nothing is drawn longer than it is known to be. A call that waits says how long it took, and is a slice; of
//! the others the log has one time, and they are instants. A turn goes from the return of the call that waits
//! to the next one, a request from where it was understood to where its answer was queued, a connection from
//! its accept to its end. What had not ended when the log did has `open` among its arguments, and reaches to
//! the last that is known; behind a gap in the log it is not known how what was open went on, and it ends there
//! likewise.
//!
//! The slices of a track nest: each is written when it has ended, as a whole (`X`), and of those that begin at
//! once readers take the longest for the outermost. Times of events are whole microseconds in the log: what
//! began at the end of another may seem to begin a little before it, and is moved there.

use std::io::{BufRead, Write};

use hashbrown::{HashMap, HashSet};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::Failed;
use crate::record::json::{self, Header};
use crate::record::playback::{Item, Playback};
use crate::telemetry::{
    Batch, By, ConnId, EventRef, Fd, Kind, Nanos, Ret, Row, ServerKind, Stance, Text, What, Why,
};

/// The process of the connections. No process of Linux has so large a number.
const CONNECTIONS: u64 = 1 << 22;
/// What a time may be too small for being cut off to the microsecond, twice.
const CUT_OFF: Nanos = 2000;
/// How much of a request's target is in the name of its slice, in bytes.
const TARGET: usize = 80;

/// Writes the trace of a log of which the first line was read.
///
/// # Errors
/// The log cannot be read, or what it is written to fails.
pub fn write<R: BufRead>(
    log: &mut Playback<R>,
    header: &Header,
    mut out: impl Write,
) -> Result<(), Failed> {
    let mut trace = Trace::begin(header);
    while let Some(item) = log.next_item().map_err(Failed::Read)? {
        if let Item::Batch(batch) = item {
            trace.batch(&batch);
        }
        out.write_all(&trace.paper.out).map_err(Failed::Write)?;
        trace.paper.out.clear();
    }
    trace.end(header);
    out.write_all(&trace.paper.out).and_then(|()| out.flush()).map_err(Failed::Write)
}

/// Where something stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Track {
    pid: u64,
    tid: u64,
}

impl Track {
    fn of(by: By, server: u64) -> Self {
        let number = |number: Option<i32>| number.map(|number| u64::from(number.unsigned_abs()));
        let pid = number(by.pid()).unwrap_or(server);
        Self { pid, tid: number(by.tid()).unwrap_or(pid) }
    }

    fn of_conn(id: ConnId) -> Self {
        Self { pid: CONNECTIONS, tid: CONNECTIONS.saturating_add(id.get()) }
    }
}

/// A line of the trace without its arguments.
#[derive(Serialize)]
struct Mark<'a> {
    ph: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    cat: &'static str,
    #[serde(serialize_with = "micros")]
    ts: Nanos,
    #[serde(serialize_with = "some_micros", skip_serializing_if = "Option::is_none")]
    dur: Option<Nanos>,
    pid: u64,
    tid: u64,
    /// Of an instant, how far it reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'static str>,
}

/// Microseconds with what is less; exact for a hundred days.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
#[expect(clippy::cast_precision_loss, reason = "exact for a hundred days")]
fn micros<S: serde::Serializer>(time: &Nanos, to: S) -> Result<S::Ok, S::Error> {
    if time.is_multiple_of(1000) {
        to.serialize_u64(time / 1000)
    } else {
        to.serialize_f64(*time as f64 / 1000.0)
    }
}

#[expect(clippy::ref_option, reason = "serde hands it over so")]
fn some_micros<S: serde::Serializer>(time: &Option<Nanos>, to: S) -> Result<S::Ok, S::Error> {
    micros(&time.unwrap_or_default(), to)
}

/// Of what stands on another track with all its arguments.
#[derive(Serialize)]
struct Brief {
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ret: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    err: Option<String>,
}

/// What the trace is written on, piece by piece.
#[derive(Debug, Default)]
struct Paper {
    out: Vec<u8>,
    /// The arguments of what is written next: an object, or nothing.
    args: Vec<u8>,
    begun: bool,
}

impl Paper {
    /// Takes an event's line as the arguments of what follows.
    fn of_event(&mut self, told: EventRef<'_>, waker: Option<Fd>) {
        self.args.clear();
        json::event(&mut self.args, told, waker);
        // Without the end of its line.
        self.args.pop();
    }

    /// Takes those.
    fn of(&mut self, args: &impl Serialize) {
        self.args.clear();
        append(&mut self.args, args);
    }

    fn mark(&mut self, mark: &Mark<'_>) {
        self.out.extend_from_slice(if self.begun { b",\n" } else { b"{\"traceEvents\":[\n" });
        self.begun = true;
        append(&mut self.out, mark);
        if !self.args.is_empty() {
            self.out.pop();
            self.out.extend_from_slice(b",\"args\":");
            self.out.extend_from_slice(&self.args);
            self.out.push(b'}');
        }
    }

    fn at(&mut self, ph: &'static str, (name, cat): Named<'_>, at: Track, ts: Nanos) {
        let s = (ph == "i").then_some("t");
        self.mark(&Mark { ph, name, cat, ts, dur: None, pid: at.pid, tid: at.tid, s });
    }

    fn slice(&mut self, (name, cat): Named<'_>, at: Track, (from, to): (Nanos, Nanos)) {
        let dur = Some(to.saturating_sub(from));
        self.mark(&Mark { ph: "X", name, cat, ts: from, dur, pid: at.pid, tid: at.tid, s: None });
    }

    /// The name of a process or a thread.
    fn named(&mut self, what: &str, at: Track, name: &str) {
        self.of(&json!({ "name": name }));
        self.at("M", (what, ""), at, 0);
    }

    fn counter(&mut self, (name, of): (&str, &str), at: Track, time: Nanos, value: u64) {
        self.of(&json!({ of: value }));
        self.at("C", (name, ""), at, time);
    }

    fn end(&mut self, header: &Header) {
        let start = Timestamp::try_from(header.start).unwrap_or_default().to_string();
        let Header { server, pid, part, mistake, .. } = header;
        self.of(&json!({
            "server": server, "pid": pid, "start": start, "part": part, "mistake": mistake,
        }));
        self.out.extend_from_slice(b"\n],\"displayTimeUnit\":\"ns\",\"otherData\":");
        self.out.extend_from_slice(&self.args);
        self.out.extend_from_slice(b"}\n");
    }
}

/// A name and a category.
type Named<'a> = (&'a str, &'static str);

fn append(out: &mut Vec<u8>, value: &impl Serialize) {
    // Writing to memory cannot fail.
    let _ = serde_json::to_writer(out, value);
}

/// Who makes calls.
#[derive(Clone, Copy, Debug)]
struct Line {
    track: Track,
    /// No slice of the track that is written from now on begins before.
    edge: Nanos,
    /// When the last event happened.
    last: Nanos,
    /// What it is in, and since when.
    within: Option<(Within, Nanos)>,
    /// In which handler it is.
    route: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Within {
    /// A turn of the loop, with so many fds that were ready, where that is known.
    Turn(Option<u64>),
    /// A task that runs, for that descriptor.
    Task(Fd),
}

impl Line {
    fn enter(&mut self, within: Within, time: Nanos) {
        self.edge = self.edge.max(time);
        self.within = Some((within, self.edge));
    }

    /// Leaves what it is in, if it is in something.
    fn leave(&mut self, paper: &mut Paper, time: Nanos) {
        let Some((within, since)) = self.within.take() else { return };
        self.edge = self.edge.max(time);
        let name = match within {
            Within::Turn(ready) => {
                paper.args.clear();
                if let Some(ready) = ready {
                    paper.of(&json!({ "ready": ready }));
                }
                "turn"
            }
            Within::Task(fd) => {
                paper.of(&json!({ "fd": fd }));
                "task"
            }
        };
        paper.slice((name, "turn"), self.track, (since, self.edge));
    }

    /// What took time, and nothing is in it; an instant where another is in its way: that of another thread
    /// of the same process, which is not told apart.
    fn span(&mut self, paper: &mut Paper, named: Named<'_>, (begin, end): (Nanos, Nanos)) {
        if begin + CUT_OFF < self.edge || end < self.edge {
            paper.at("i", named, self.track, end);
            return;
        }
        paper.slice(named, self.track, (begin.max(self.edge), end));
        self.edge = end;
    }
}

/// A connection that is open.
#[derive(Debug)]
struct Conn {
    track: Track,
    peer: String,
    accepted: Nanos,
    /// No slice of the track that is written from now on, but its own, begins before.
    edge: Nanos,
    /// When the last event happened.
    last: Nanos,
    /// The request that is not answered yet, and since when.
    request: Option<(String, Nanos)>,
}

impl Conn {
    fn asks(&mut self, request: String, time: Nanos) {
        self.edge = self.edge.max(time);
        self.request = Some((request, self.edge));
    }

    /// The end of a request, if there is one, with the arguments that are there.
    fn asks_no_more(&mut self, paper: &mut Paper, time: Nanos) {
        let Some((name, since)) = self.request.take() else { return };
        self.edge = self.edge.max(time);
        paper.slice((&name, "request"), self.track, (since, self.edge));
    }
}

/// The trace so far.
#[derive(Debug)]
struct Trace {
    paper: Paper,
    server: Track,
    /// What the server's own thread is called; that of a traced program need have no loop.
    main: &'static str,
    waker: Option<Fd>,
    /// The server asks each socket, so that its rounds are its turns.
    asks_all: bool,
    lines: HashMap<By, Line>,
    conns: HashMap<ConnId, Conn>,
    /// Those that were ever open: each has a name.
    seen: HashSet<ConnId>,
    /// Those of which a request is not answered.
    asking: HashSet<ConnId>,
    /// The number of the event that comes next where none is missing.
    next: u64,
    lost: u64,
    /// The last time that is known.
    last: Nanos,
    /// The counters as they were told last.
    open: Option<u64>,
    ready: Option<u64>,
}

impl Trace {
    fn begin(header: &Header) -> Self {
        let pid = u64::from(header.pid);
        let server = Track { pid, tid: pid };
        let traced = header.origin.as_ref().is_some_and(|origin| origin.traced);
        let mut paper = Paper::default();
        let connections = Track { pid: CONNECTIONS, tid: CONNECTIONS };
        let processes = [(0, server, header.server.as_str()), (1, connections, "connections")];
        for (place, track, name) in processes {
            paper.named("process_name", track, name);
            paper.of(&json!({ "sort_index": place }));
            paper.at("M", ("process_sort_index", ""), track, 0);
        }
        paper.counter(("lost", "events"), server, 0, 0);
        Self {
            paper,
            server,
            main: if traced { "main" } else { "loop" },
            waker: None,
            asks_all: false,
            lines: HashMap::new(),
            conns: HashMap::new(),
            seen: HashSet::new(),
            asking: HashSet::new(),
            next: 0,
            lost: 0,
            last: 0,
            open: None,
            ready: None,
        }
    }

    fn batch(&mut self, batch: &Batch) {
        if let Some(listener) = batch.listener {
            self.waker = Some(listener.waker);
            self.asks_all = listener.server == ServerKind::Scan;
        }
        batch.rows.iter().chain(&batch.gone).for_each(|row| self.row(row));
        for told in batch.events() {
            let event = told.event;
            if event.seq != std::mem::replace(&mut self.next, event.seq + 1) {
                self.gap();
            }
            self.event(told);
            self.of_conn(told);
            self.last = self.last.max(event.time);
        }
        self.last = self.last.max(batch.time);
        let lost = batch.lost.all();
        if lost > self.lost {
            self.gap();
            self.paper.of(&json!({ "events": lost - self.lost, "all": batch.lost }));
            self.paper.at("i", ("lost", "loss"), self.server, batch.time);
            self.paper.counter(("lost", "events"), self.server, batch.time, lost);
            self.lost = lost;
        }
        for row in &batch.gone {
            // When it was closed was left out; it was not later than this.
            self.paper.of(&json!({ "why": row.why.map(Why::label), "open": true }));
            self.end_conn(row.id, batch.time);
        }
        if batch.whole {
            let there: HashSet<ConnId> = batch.rows.iter().map(|row| row.id).collect();
            let gone = self.conns.keys().filter(|id| !there.contains(*id)).copied().collect();
            self.leave_open(gone);
        }
        let open = batch.counters.open();
        if self.open.replace(open) != Some(open) {
            self.paper.counter(("connections", "open"), self.server, batch.time, open);
        }
        if batch.standing.stance == Stance::Ended {
            self.leave_lines(batch.time);
        }
    }

    /// What happened between is not known: what is open ends with the last that is.
    fn gap(&mut self) {
        for line in self.lines.values_mut() {
            let last = line.last;
            line.leave(&mut self.paper, last);
        }
        for id in self.asking.drain() {
            if let Some(conn) = self.conns.get_mut(&id) {
                let last = conn.last;
                self.paper.of(&json!({ "open": true }));
                conn.asks_no_more(&mut self.paper, last);
            }
        }
    }

    /// The log ends here.
    fn end(&mut self, header: &Header) {
        self.leave_lines(self.last);
        self.leave_open(self.conns.keys().copied().collect());
        self.paper.end(header);
    }

    fn leave_lines(&mut self, time: Nanos) {
        for line in self.lines.values_mut() {
            line.leave(&mut self.paper, time);
        }
    }

    /// Of these it is not known how they went on.
    fn leave_open(&mut self, mut conns: Vec<ConnId>) {
        conns.sort_unstable();
        for id in conns {
            self.paper.of(&json!({ "open": true }));
            self.end_conn(id, self.last);
        }
    }

    /// The line of whoever did something.
    fn line(&mut self, by: By) -> Line {
        let (server, main, paper) = (self.server.pid, self.main, &mut self.paper);
        *self.lines.entry(by).or_insert_with(|| {
            let track = Track::of(by, server);
            if by.pid().is_some() {
                paper.named("process_name", track, &format!("process {}", track.pid));
            }
            let name = match by {
                By::LOOP => main.to_owned(),
                _ => format!("thread {}", track.tid),
            };
            paper.named("thread_name", track, &name);
            Line { track, edge: 0, last: 0, within: None, route: None }
        })
    }

    /// Puts an event on the track of whoever did it.
    fn event(&mut self, told: EventRef<'_>) {
        let event = told.event;
        let mut line = self.line(event.by);
        line.last = line.last.max(event.time);
        let is_loop = event.by == By::LOOP;
        let waited = match event.what {
            What::EpollWait { waited, .. }
            | What::Poll { waited, .. }
            | What::Select { waited, .. }
            | What::Nap { waited, .. } => Some(waited),
            _ => None,
        };
        let begin = event.time.saturating_sub(waited.unwrap_or_default());
        let scans = self.asks_all && is_loop;
        let kind = event.what.kind();
        let ends_turn = kind.is_wait() || kind == Kind::Nap && scans;
        match event.what {
            _ if ends_turn => line.leave(&mut self.paper, begin),
            What::Woken => {
                line.leave(&mut self.paper, event.time);
                line.enter(Within::Task(event.fd), event.time);
            }
            _ if scans && line.within.is_none() => line.enter(Within::Turn(None), event.time),
            _ => {}
        }
        let cat = match kind {
            _ if event.is_own() => "own",
            kind if kind.is_call() => "call",
            _ => "fact",
        };
        self.paper.of_event(told, self.waker);
        match (waited, event.what) {
            (Some(_), _) => line.span(&mut self.paper, (event.name(), cat), (begin, event.time)),
            (_, What::Handled { took }) => {
                let name = line.route.take().unwrap_or(event.name());
                let begin = event.time.saturating_sub(took);
                line.span(&mut self.paper, (name, "handler"), (begin, event.time));
            }
            _ => self.paper.at("i", (event.name(), cat), line.track, event.time),
        }
        match event.what {
            _ if ends_turn => {
                let ready = told.ready.iter().filter(|entry| Some(entry.fd) != self.waker).count();
                let ready = kind.is_wait().then_some(ready as u64);
                line.enter(Within::Turn(ready), event.time);
                if let Some(ready) = ready.filter(|_| is_loop && ready != self.ready) {
                    self.paper.counter(("fds", "ready"), self.server, event.time, ready);
                    self.ready = Some(ready);
                }
            }
            What::Handler { route } => line.route = Some(route),
            What::Round { .. } => line.leave(&mut self.paper, event.time),
            What::Parked { .. } | What::Ended if matches!(line.within, Some((Within::Task(fd), _)) if fd == event.fd) =>
            {
                line.leave(&mut self.paper, event.time);
            }
            _ => {}
        }
        self.lines.insert(event.by, line);
    }

    /// Puts an event on the track of its connection.
    fn of_conn(&mut self, told: EventRef<'_>) {
        let event = told.event;
        let Some(id) = event.conn else { return };
        if let What::Accept { peer, .. } = event.what {
            let peer = peer.map(|peer| peer.to_string());
            self.begin_conn(id, peer.unwrap_or_default(), event.time);
        }
        self.paper.of_event(told, self.waker);
        if let What::Closed { .. } = event.what {
            self.end_conn(id, event.time);
            return;
        }
        if let Some(conn) = self.conns.get_mut(&id) {
            conn.last = conn.last.max(event.time);
            match event.what {
                What::Request { .. } if conn.request.is_none() => {
                    conn.asks(request(told), event.time);
                    self.asking.insert(id);
                    return;
                }
                What::Response { .. } if conn.request.is_some() => {
                    conn.asks_no_more(&mut self.paper, event.time);
                    self.asking.remove(&id);
                    return;
                }
                _ => {}
            }
        }
        // Also of one that is closed.
        if self.seen.contains(&id) {
            let ret = event.what.ret().map(Ret::get);
            self.paper.of(&Brief {
                seq: event.seq,
                ret: ret.and_then(Result::ok),
                err: ret.and_then(Result::err).map(|errno| errno.to_string()),
            });
            let track = Track::of_conn(id);
            self.paper.at("i", (event.name(), "connection"), track, event.time);
        }
    }

    /// A connection of the table.
    fn row(&mut self, row: &Row) {
        // To the microsecond, as its accept is told.
        let opened = row.opened - row.opened % 1000;
        self.begin_conn(row.id, row.peer.to_string(), opened);
    }

    /// A connection, if it was not seen yet.
    fn begin_conn(&mut self, id: ConnId, peer: String, accepted: Nanos) {
        if !self.seen.insert(id) {
            return;
        }
        let track = Track::of_conn(id);
        self.paper.named("thread_name", track, &format!("conn {id}"));
        let (edge, last, request) = (accepted, accepted, None);
        self.conns.insert(id, Conn { track, peer, accepted, edge, last, request });
    }

    /// It has ended, with the arguments that are there.
    fn end_conn(&mut self, id: ConnId, time: Nanos) {
        let Some(mut conn) = self.conns.remove(&id) else { return };
        self.asking.remove(&id);
        conn.edge = conn.edge.max(time);
        let named = (conn.peer.as_str(), "connection");
        self.paper.slice(named, conn.track, (conn.accepted, conn.edge));
        // It is not answered any more.
        self.paper.of(&json!({ "open": true }));
        conn.asks_no_more(&mut self.paper, time);
    }
}

/// The name of a request's slice.
fn request(told: EventRef<'_>) -> String {
    let (method, target) = told.request_line().unwrap_or_default();
    let front = |text: Text<'_>| {
        String::from_utf8_lossy(&text.kept[..text.kept.len().min(TARGET)]).into_owned()
    };
    format!("{} {}", front(method), front(target))
}

#[cfg(test)]
mod tests;
