//! What the dashboard remembers is bounded: a great many events of each server, and then what each
//! part of its state holds in memory, byte for byte.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use epollscope::dashboard::state::{
    Options, State, charts::Charts, costs::Costs, engine::Engine, lints::Lints, rates::Rates,
    seats::Seats, stream::Stream, table::Table,
};
use epollscope::inspect::{AcceptQueue, Snapshot, Socket, TcpState, Usage};
use epollscope::telemetry::{
    Asks, Batch, By, ConnId, ConnState, CtlOp, Errno, Event, Fd, Form, Kind, Listener, Local, Mask,
    Mode, Nanos, Ready, Ret, Row, ServerKind, Stance, Standing, Turn, What, Why, Work,
};

/// Counts the bytes that each thread holds.
struct Counting;

thread_local!(static HELD: Cell<usize> = const { Cell::new(0) });

#[expect(unsafe_code, reason = "an allocator is unsafe by its nature; this one only counts")]
// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.set(HELD.get().wrapping_add(layout.size()));
        // SAFETY: the caller's promises are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.set(HELD.get().wrapping_sub(layout.size()));
        // SAFETY: the caller's promises are the same.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Events of each server: a million for all nine, or, where they are fast, for each.
const EVENTS: usize = if cfg!(debug_assertions) { 120_000 } else { 1_000_000 };
/// As many bytes more may be held at the end than after a third of them. What keeps a byte of
/// every fifth event, or nine of each connection, is over it.
const SLACK: usize = EVENTS / 8;
/// Connections open at a time; each is closed after some requests, and another comes.
const OPEN: usize = 64;
const LISTENER: Fd = 4;
const MS: Nanos = 1_000_000;
/// The history of the rates is whole when it begins.
const BEGIN: Nanos = 400_000 * MS;

/// A server that is made up.
struct Server {
    kind: ServerKind,
    seq: u64,
    now: Nanos,
    last: u64,
    /// How many numbers its connections have, one after the other.
    fds: u64,
    open: VecDeque<Row>,
    batch: Batch,
}

impl Server {
    fn new(kind: ServerKind) -> Self {
        let mut batch = Batch::default();
        let interest = matches!(kind.asks(), Asks::Interest);
        batch.listener = Some(Listener {
            fd: LISTENER,
            addr: SocketAddr::from(([127, 0, 0, 1], 7890)),
            backlog: 128,
            interest: Mask::IN,
            resting: None,
            server: kind,
            epfd: if interest { 5 } else { -1 },
            waker: if interest { 6 } else { -1 },
            stdin: None,
            handler_threads: 0,
            options: epollscope::telemetry::Options::default(),
            work: Work::Requests,
            sends_http: false,
            suits_lessons: true,
            run: 0,
        });
        batch.standing = Standing { stance: Stance::Waiting(None), since: 0, mode: Mode::Run };
        Self {
            kind,
            seq: 0,
            now: BEGIN,
            last: 0,
            fds: OPEN as u64 + 1,
            open: VecDeque::new(),
            batch,
        }
    }

    fn tell(&mut self, fd: Fd, of: Option<&Row>, what: What, bytes: &[u8], ready: &[Ready]) {
        self.seq += 1;
        let mut event = Event::new(self.seq, self.now, fd, of.map(|row| row.id), what);
        event.by = of.map_or(By::LOOP, |row| row.by);
        if what.kind().is_call() {
            self.batch.counters.calls[what.kind() as usize] += 1;
        }
        self.batch.push(event, bytes, ready);
    }

    fn accept(&mut self) {
        self.last += 1;
        let fd = LISTENER + 3 + Fd::try_from(self.last % self.fds).unwrap();
        let number = i32::try_from(self.last % 100_000).unwrap();
        let mut row = Row {
            id: ConnId::new(self.last).unwrap(),
            fd,
            peer: SocketAddr::from((
                [127, 0, 0, 1],
                1024 + u16::try_from(self.last % 60_000).unwrap(),
            )),
            // As of a program with two listeners.
            local: Local::of(([127, 0, 0, 1], 80 + u16::try_from(self.last % 2).unwrap()).into()),
            state: ConnState::Idle,
            half_closed: false,
            stopped: false,
            interest: Mask::IN,
            last: Kind::Recv,
            form: Form::Usual,
            last_ret: Ret::ok(84),
            requests: 0,
            bytes_in: 0,
            bytes_out: 0,
            answer: 0,
            unsent: 0,
            opened: self.now,
            active: self.now,
            by: By::LOOP,
            within: None,
            site: None,
            why: None,
        };
        let accept = What::Accept { ret: Ret::ok(7), peer: Some(row.peer.into()) };
        self.tell(LISTENER, Some(&row), accept, &[], &[]);
        row.by = match self.kind {
            ServerKind::Threads => By::thread(1_000_000 + number),
            ServerKind::Processes => By::process(1_000_000 + number),
            _ => By::LOOP,
        };
        if matches!(self.kind.asks(), Asks::Sleeps | Asks::Runtime) {
            self.tell(fd, Some(&row), What::Started { stack: 0 }, &[], &[]);
        }
        self.batch.counters.accepted += 1;
        self.open.push_back(row);
    }

    fn close(&mut self, told: bool) {
        let Some(mut row) = self.open.pop_front() else { return };
        self.tell(row.fd, Some(&row), What::Recv { ret: Ret::ok(0) }, &[], &[]);
        self.tell(row.fd, Some(&row), What::Close, &[], &[]);
        let Row { bytes_in, bytes_out, requests, .. } = row;
        let closed = What::Closed { why: Why::PeerClosed, bytes_in, bytes_out, requests };
        self.tell(row.fd, Some(&row), closed, &[], &[]);
        self.batch.counters.closed[Why::PeerClosed as usize] += 1;
        (row.state, row.why) = (ConnState::Closed, Some(Why::PeerClosed));
        if told {
            // Its fd is off the list.
            self.batch.gone.push(Row { interest: Mask::NONE, ..row });
        } else {
            self.batch.whole = true;
        }
    }

    /// The wait call, if there is one, brings everybody.
    fn wait(&mut self) {
        let ready: Vec<Ready> = self
            .open
            .iter()
            .map(|row| Ready { fd: row.fd, mask: Mask::IN, conn: Some(row.id) })
            .collect();
        let (ret, waited) = (Ret::ok(ready.len() as u64), MS / 100);
        let examined = u32::try_from(ready.len()).unwrap();
        let what = match self.kind {
            ServerKind::Select => What::Select { ret, examined, copied: 384, waited },
            ServerKind::Poll => What::Poll { ret, examined, copied: 8 * examined, waited },
            ServerKind::Epoll | ServerKind::EpollEt => What::EpollWait { ret, waited },
            ServerKind::Scan => {
                return self.tell(-1, None, What::Nap { ret: Ret::ZERO, waited }, &[], &[]);
            }
            _ => return,
        };
        self.tell(-1, None, what, &[], &ready);
        self.batch.turns.push(Turn { busy: 300_000, ready: examined });
        self.batch.counters.wakeups += 1;
    }

    fn serve(&mut self) {
        const HEAD: &[u8] = b"GET /hand HTTP/1.1\r\nHost: 127.0.0.1:7890\r\nAccept: */*\r\n\r\n";
        let again = What::Recv { ret: Ret::err(Errno::AGAIN) };
        for i in 0..self.open.len() {
            self.open[i].requests += 1;
            self.batch.counters.requests += 1;
            let row = self.open[i];
            let fd = row.fd;
            self.tell(fd, Some(&row), What::Recv { ret: Ret::ok(58) }, &[], &[]);
            let request = What::Request { method: 3, target: 5, minor: 1 };
            self.tell(fd, Some(&row), request, HEAD, &[]);
            self.tell(fd, Some(&row), What::Response { status: 200, body: 1024 }, &[], &[]);
            let send = What::Send { ret: Ret::ok(1290), len: 1290 };
            self.tell(fd, Some(&row), send, &[], &[]);
            self.tell(fd, Some(&row), again, &[], &[]);
        }
        if self.kind == ServerKind::Scan {
            let asked = u32::try_from(self.open.len()).unwrap();
            let round = What::Round { asked, answered: asked, took: MS };
            self.tell(-1, None, round, &[], &[]);
        }
    }

    /// One more turn: some come, all are served, some go. Now and then the wire has no room for
    /// some events, or for a connection's last row.
    fn turn(&mut self, n: u64) -> Batch {
        while self.open.len() < OPEN {
            self.accept();
        }
        self.wait();
        if n.is_multiple_of(7) {
            self.seq += 9;
            self.batch.lost.events[Kind::Recv as usize] += 9;
        }
        self.serve();
        for i in 0..8 {
            self.close(!(n + i).is_multiple_of(50));
        }
        if n.is_multiple_of(11) {
            self.seq += 5;
            self.batch.lost.events[Kind::Send as usize] += 5;
        }
        let mut batch = std::mem::take(&mut self.batch);
        batch.rows.extend(&self.open);
        batch.time = self.now;
        batch.standing.since = self.now;
        self.batch.counters.clone_from(&batch.counters);
        self.batch.lost.clone_from(&batch.lost);
        (self.batch.listener, self.batch.standing) = (batch.listener, batch.standing);
        batch
    }

    /// What the kernel would say: bytes wait everywhere.
    fn snapshot(&self) -> Snapshot {
        let mut sockets: Vec<Socket> = self
            .open
            .iter()
            .map(|row| Socket {
                peer: row.peer,
                local: row.local,
                state: TcpState::Established,
                recv_queue: 99,
                send_queue: 0,
                rtt: None,
                rtt_var: None,
                cwnd: 10,
                retransmits: 0,
                inode: 1,
            })
            .collect();
        sockets.sort_by_key(|socket| socket.peer);
        let usage = Usage {
            taken: Instant::now(),
            cpu: Some(Duration::from_nanos(self.now)),
            voluntary: 1,
            involuntary: 1,
            resident: 1 << 20,
            anonymous: 1 << 20,
            threads: 1,
        };
        Snapshot {
            accept_queue: Some(AcceptQueue { len: 3, limit: 128 }),
            sockets,
            usage: Some(usage),
            asleep: Some(true),
            ..Snapshot::empty(Instant::now())
        }
    }
}

/// The parts of the state, each with what it holds.
struct Parts {
    table: Table,
    stream: Stream,
    engine: Engine,
    charts: Charts,
    rates: Rates,
    costs: Costs,
    lints: Lints,
    seats: Seats,
    whole: State,
    held: [usize; 9],
}

/// One that keeps so many bytes to go back to.
fn state(history: usize) -> State {
    let options = Options {
        ask: true,
        mouse: true,
        choice: epollscope::dashboard::state::Chosen::default(),
        settings: None,
        chinese: true,
        url: String::new(),
        program: None,
        runs_on: false,
        history,
        zero: Duration::ZERO,
    };
    State::new(options, Vec::new())
}

const NAMES: [&str; 9] =
    ["table", "stream", "engine", "charts", "rates", "costs", "lints", "seats", "all of it"];

impl Parts {
    fn new() -> Self {
        Self {
            table: Table::default(),
            stream: Stream::default(),
            engine: Engine::new(),
            charts: Charts::new(),
            rates: Rates::new(),
            costs: Costs::default(),
            lints: Lints::default(),
            seats: Seats::default(),
            whole: state(0),
            held: [0; 9],
        }
    }

    fn take(&mut self, batch: &Batch, kernel: Option<&Snapshot>) {
        let Self { table, stream, engine, charts, rates, costs, lints, seats, whole, held } = self;
        let now = batch.time;
        let mut at = 0;
        let mut part = |take: &mut dyn FnMut()| {
            let before = HELD.get();
            take();
            held[at] = held[at].wrapping_add(HELD.get()).wrapping_sub(before);
            at += 1;
        };
        part(&mut || {
            table.apply(batch);
            table.requests(batch);
            if let Some(snapshot) = kernel {
                table.kernel(snapshot);
            }
            table.refresh(now, false);
            // As for the picture, so that it is held by the table in this account too.
            assert!(table.rows_by_fd().len() <= table.open());
        });
        part(&mut || stream.apply(batch));
        part(&mut || {
            engine.apply(batch);
            if let Some(snapshot) = kernel {
                engine.kernel(snapshot, table, u64::MAX);
            }
        });
        part(&mut || charts.apply(batch));
        part(&mut || rates.apply(batch));
        part(&mut || {
            costs.apply(batch);
            if let Some(snapshot) = kernel {
                costs.kernel(snapshot, now);
            }
            costs.tick(now);
        });
        part(&mut || {
            lints.apply(batch);
            if let Some(snapshot) = kernel {
                lints.kernel(snapshot, table, now);
            }
        });
        part(&mut || seats.apply(batch));
        part(&mut || {
            whole.apply(batch);
            if let Some(snapshot) = kernel {
                whole.kernel(snapshot.clone(), u64::MAX);
            }
            whole.tick(now);
        });
    }
}

/// Runs a server, and returns what each part holds after a third of its events and at the end.
fn run(kind: ServerKind) -> [[usize; 9]; 2] {
    let (mut server, mut parts) = (Server::new(kind), Parts::new());
    let (mut early, mut events) = (None, 0);
    for n in 0.. {
        let batch = server.turn(n);
        let snapshot = (n % 20 == 0).then(|| server.snapshot());
        parts.take(&batch, snapshot.as_ref());
        events += batch.events().len();
        // Twice as fast as events can be read, so that the whole state reads half of them.
        server.now += batch.events().len() as u64 * 8_000;
        if events > EVENTS / 3 {
            early.get_or_insert(parts.held);
        }
        if events > EVENTS {
            break;
        }
    }
    [early.unwrap(), parts.held]
}

#[test]
fn no_part_of_the_state_grows_with_the_events_of_any_server() {
    std::thread::scope(|scope| {
        let all = ServerKind::ALL.map(|kind| (kind, scope.spawn(move || run(kind))));
        for (kind, held) in all {
            let [early, late] = held.join().unwrap();
            for (name, (early, late)) in NAMES.iter().zip(early.into_iter().zip(late)) {
                assert!(late <= early + SLACK, "{kind}: {name} held {early} bytes, then {late}");
            }
        }
    });
}

#[test]
fn what_is_kept_to_go_back_to_is_what_it_says_and_no_more_than_that() {
    const MOST: usize = 4 << 20;
    let kept = |history: usize| {
        let (before, mut state, mut server) =
            (HELD.get(), state(history), Server::new(ServerKind::Epoll));
        // The server's part of the memory is not counted.
        let others = Cell::new(0usize);
        let count =
            |before: usize| others.set(others.get().wrapping_add(HELD.get().wrapping_sub(before)));
        for n in 0..3000 {
            let begin = HELD.get();
            let batch = server.turn(n);
            count(begin);
            state.apply(&batch);
            if n % 20 == 0 {
                state.kernel(server.snapshot(), u64::MAX);
            }
            state.tick(batch.time);
            server.now += batch.events().len() as u64 * 20_000;
            let begin = HELD.get();
            drop(batch);
            others.set(others.get().wrapping_sub(begin - HELD.get()));
        }
        let held = HELD.get().wrapping_sub(before).wrapping_sub(others.get());
        (held, state.history().held())
    };
    let ((without, none), (with, told)) = (kept(0), kept(MOST));
    let took = with - without;
    println!("{told} bytes told of, {took} taken");
    assert!(none == 0 && told <= MOST && told > MOST / 2, "{told}");
    assert!(took.abs_diff(told) < MOST / 8, "{told} bytes told of, {took} taken");
}

/// Connections that say nothing.
const QUIET: usize = 9_900;
/// What each of them may cost in each part, in bytes, the history of the stream included; the
/// last is all of them together.
const COST: [usize; 9] = [148, 98, 1, 0, 4, 0, 1, 34, 295];

/// What each part holds of ten thousand connections of a server.
fn quiet(kind: ServerKind) -> [usize; 9] {
    let (mut server, mut parts) = (Server::new(kind), Parts::new());
    server.fds = u64::MAX;
    for n in 0..=QUIET / 100 {
        if n > 0 {
            for _ in 0..100 {
                server.accept();
                let row = *server.open.back().unwrap();
                let add =
                    What::EpollCtl { epfd: 5, op: CtlOp::Add, mask: Mask::IN, ret: Ret::ZERO };
                server.tell(row.fd, Some(&row), add, &[], &[]);
            }
        }
        let mut batch = std::mem::take(&mut server.batch);
        batch.rows.extend(server.open.iter().rev().take(100));
        (batch.time, batch.standing.since) = (server.now, server.now);
        server.batch.counters.clone_from(&batch.counters);
        (server.batch.listener, server.batch.standing) = (batch.listener, batch.standing);
        let snapshot = Snapshot {
            accept_queue: Some(AcceptQueue { len: 0, limit: 128 }),
            quiet: server.open.iter().map(|row| (row.peer, row.local)).collect(),
            ..Snapshot::empty(Instant::now())
        };
        parts.take(&batch, Some(&snapshot));
        if n == 0 {
            // What is there for nobody.
            parts.held = [0; 9];
        }
        server.now += 20 * MS;
    }
    parts.held
}

#[test]
fn a_connection_that_says_nothing_costs_little() {
    let kinds = [ServerKind::Epoll, ServerKind::Poll, ServerKind::Threads, ServerKind::Coroutines];
    std::thread::scope(|scope| {
        let all = kinds.map(|kind| (kind, scope.spawn(move || quiet(kind))));
        for (kind, held) in all {
            let each = held.join().unwrap().map(|held| held / QUIET);
            println!("{kind}: {each:?}");
            for ((name, each), cost) in NAMES.iter().zip(each).zip(COST) {
                assert!(each <= cost, "{kind}: {name} holds {each} B of each, {cost} at most");
            }
        }
    });
}
