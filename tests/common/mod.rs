//! A server with a reader attached, for the tests over real sockets.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of it")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use epollscope::dashboard::state::State;
use epollscope::http::Site;
use epollscope::server::{self, Config, Handle, Trigger};
use epollscope::telemetry::{
    Capacity, Command, ConnId, Control, Counters, Fd, Kind, Latency, Listener, Lost, Made,
    OwnedEvent, Publisher, Row, ServerKind, Stance, Standing, Step, Subscriber, Why, control, wire,
};

/// How long a test waits for what must come.
pub const LIMIT: Duration = Duration::from_secs(20);

/// The program, which is also what a worker process runs.
pub const BINARY: &str = env!("CARGO_BIN_EXE_epollscope");

/// A server; `flags` are for its worker processes, where it has any.
pub fn with(server: ServerKind, flags: &[&str]) -> Config {
    let flags = flags.iter().map(Into::into).collect();
    let worker = server::Program { path: BINARY.into(), flags };
    Config { server, worker, ..Config::default() }
}

/// The five servers that are told who is ready, or ask; `epoll` in each of its ways.
pub fn servers() -> Vec<Config> {
    let of = |server| Config { server, ..Config::default() };
    let epoll = |trigger| Config { trigger, ..of(ServerKind::Epoll) };
    vec![
        of(ServerKind::EpollEt),
        epoll(Trigger::Level),
        epoll(Trigger::Edge),
        epoll(Trigger::Oneshot),
        of(ServerKind::Poll),
        of(ServerKind::Select),
        // Without a nap it would take a processor from the tests.
        Config { nap: Duration::from_millis(1), ..of(ServerKind::Scan) },
    ]
}

/// All nine; `epoll` in each of its ways.
pub fn all_servers() -> Vec<Config> {
    let others =
        ServerKind::ALL.into_iter().filter(|&kind| !servers().iter().any(|c| c.server == kind));
    servers().into_iter().chain(others.map(|kind| with(kind, &[]))).collect()
}

/// Which one it is, for messages.
pub fn name(config: &Config) -> String {
    match config.server {
        ServerKind::Epoll => format!("epoll, {}", config.trigger.name()),
        kind => kind.name().to_owned(),
    }
}

/// Runs a test over each of them, all at once. The name of the thread in a panic's message says
/// which it was.
pub fn on_each(test: impl Fn(Config) + Sync) {
    on_those(|_| true, test);
}

/// Runs a test over some of them.
pub fn on_those(which: impl Fn(&Config) -> bool, test: impl Fn(Config) + Sync) {
    at_once(servers().into_iter().filter(which), test);
}

/// Runs a test over all nine, at once.
pub fn on_all(test: impl Fn(Config) + Sync) {
    at_once(all_servers().into_iter(), test);
}

/// Runs a test over those that serve more than one client at a time.
pub fn on_many(test: impl Fn(Config) + Sync) {
    let many = |config: &Config| config.server != ServerKind::Blocking;
    at_once(all_servers().into_iter().filter(many), test);
}

fn at_once(configs: impl Iterator<Item = Config>, test: impl Fn(Config) + Sync) {
    std::thread::scope(|scope| {
        for config in configs {
            let (name, test) = (name(&config), &test);
            std::thread::Builder::new().name(name).spawn_scoped(scope, || test(config)).unwrap();
        }
    });
}

/// A running server and everything that its reader was told.
pub struct Watched {
    pub addr: SocketAddr,
    pub control: Control,
    pub handle: Option<Handle>,
    subscriber: Subscriber,
    /// The table, rebuilt from rows alone.
    pub table: BTreeMap<ConnId, Row>,
    pub gone: Vec<Row>,
    pub events: Vec<OwnedEvent>,
    pub counters: Counters,
    pub lost: Lost,
    pub latencies: Vec<Latency>,
    pub standing: Standing,
    pub resting: bool,
    waker: Option<Fd>,
    pub listener: Option<Listener>,
    /// A dashboard over the same batches, where one is wanted.
    pub screen: Option<State>,
    /// What arrives is left in the channel, as by a suspended dashboard.
    pub suspended: bool,
}

pub fn start(config: Config) -> Watched {
    start_with(config, Site::embedded(), Capacity::default())
}

pub fn start_with(config: Config, site: Site, capacity: Capacity) -> Watched {
    let bound = server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let (sink, subscriber) = wire(capacity);
    let (control, commands) = control().unwrap();
    let publisher = Publisher::new(Instant::now(), Some(sink), Vec::new());
    let handle = server::start(bound, config, site, publisher, commands).unwrap();
    Watched {
        addr: handle.addr,
        control,
        handle: Some(handle),
        subscriber,
        table: BTreeMap::new(),
        gone: Vec::new(),
        events: Vec::new(),
        counters: Counters::default(),
        lost: Lost::default(),
        latencies: Vec::new(),
        standing: Standing::default(),
        resting: false,
        waker: None,
        listener: None,
        screen: None,
        suspended: false,
    }
}

impl Watched {
    /// Reads what has arrived.
    pub fn drain(&mut self) -> bool {
        let Self {
            subscriber,
            table,
            gone,
            events,
            counters,
            lost,
            latencies,
            standing,
            resting,
            waker,
            listener,
            screen,
            control,
            ..
        } = self;
        subscriber.drain(control, |batch| {
            if let Some(screen) = screen {
                screen.apply(batch);
            }
            events.extend(batch.events().map(|event| event.to_owned()));
            if batch.whole {
                table.clear();
            }
            for row in &batch.rows {
                table.insert(row.id, *row);
            }
            for row in &batch.gone {
                table.remove(&row.id);
                gone.push(*row);
            }
            counters.clone_from(&batch.counters);
            latencies.extend_from_slice(&batch.latencies);
            lost.clone_from(&batch.lost);
            *standing = batch.standing;
            *waker = batch.listener.map(|listener| listener.waker);
            *listener = batch.listener;
            *resting = batch.listener.is_some_and(|listener| listener.resting.is_some());
        })
    }

    /// How often each line has made its call.
    pub fn made(&self) -> Made {
        self.subscriber.made()
    }

    /// Drains until something holds, and fails when it does not come to hold.
    #[track_caller]
    pub fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let begin = Instant::now();
        loop {
            if !self.suspended {
                self.drain();
            }
            if holds(self) {
                return;
            }
            assert!(
                begin.elapsed() < LIMIT,
                "waited in vain for: {what}\n{:?}\n{:?}\n{:?}",
                self.standing,
                self.table,
                self.counters
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn send(&self, command: Command) {
        self.control.send(command).unwrap();
    }

    /// A connected client. Its socket gives up after [`LIMIT`].
    pub fn client(&self) -> TcpStream {
        let socket = TcpStream::connect(self.addr).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        socket.set_write_timeout(Some(LIMIT)).unwrap();
        socket
    }

    /// The row of a client, once it is in the table.
    #[track_caller]
    pub fn row_of(&mut self, client: &TcpStream) -> Row {
        let peer = client.local_addr().unwrap();
        self.until("the client's row", |s| s.table.values().any(|row| row.peer == peer));
        *self.table.values().find(|row| row.peer == peer).unwrap()
    }

    /// Waits until a client's connection sleeps in one of these calls, or is parked for it.
    #[track_caller]
    pub fn until_within(&mut self, client: &TcpStream, kinds: &[Kind]) -> ConnId {
        let id = self.row_of(client).id;
        self.until("a call that sleeps", |s| {
            s.table[&id].within.is_some_and(|within| kinds.contains(&within))
        });
        id
    }

    /// Waits until nobody is connected any more, and no thread, process or task is left over;
    /// the last one ended for this reason.
    #[track_caller]
    pub fn ended(&mut self, why: Why) {
        self.until("the end", |s| {
            !s.gone.is_empty()
                && s.table.is_empty()
                && s.counters.open() == 0
                && s.counters.ended == s.counters.started
        });
        let last = self.gone.last().unwrap();
        assert_eq!((last.why, last.within), (Some(why), None));
        self.gone.clear();
    }

    /// The fd of the program's own plumbing, once the server listens.
    pub fn waker(&self) -> Option<Fd> {
        self.waker
    }

    /// Whether the loop stands before a call.
    pub fn is_held(&self) -> bool {
        matches!(self.standing.stance, Stance::Held(_))
    }

    /// Stops the loop.
    #[track_caller]
    pub fn pause(&mut self) {
        self.send(Command::Pause);
        self.until("the pause", Self::is_held);
    }

    /// One step, which is one call; returns which. Events from before are forgotten.
    #[track_caller]
    pub fn step(&mut self) -> Kind {
        let before = self.counters.calls_all();
        self.events.clear();
        self.send(Command::Step(Step::Call));
        self.until("one call", |s| s.counters.calls_all() > before && s.is_held());
        assert_eq!(self.counters.calls_all(), before + 1, "a step is one call");
        let mut calls = self.events.iter().map(|e| e.event.what.kind());
        calls.rfind(|kind| kind.is_call()).unwrap()
    }

    /// Ends the server; returns its totals.
    pub fn stop(mut self) -> Counters {
        let _ = self.control.send(Command::Shutdown);
        // The last batch needs room.
        while self.handle.as_ref().is_some_and(|handle| !handle.is_finished()) {
            self.drain();
            std::thread::yield_now();
        }
        let counters = self.handle.take().unwrap().join().unwrap();
        while self.drain() {}
        assert_eq!(self.counters, counters, "the last batch carries the final totals");
        counters
    }
}

pub fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")
}

/// The head of an answer.
pub struct Head {
    pub status: u16,
    text: String,
}

impl Head {
    /// The value of a header line.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.text.lines().skip(1).find_map(|line| {
            let (field, value) = line.split_once(": ")?;
            field.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// The length of what follows it.
    pub fn length(&self) -> u64 {
        self.field("Content-Length").map_or(0, |length| length.parse().unwrap())
    }
}

/// Reads the head of an answer and nothing beyond.
pub fn read_head(socket: &mut impl Read) -> Head {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        // A signal to the process, like that of a worker's end, may interrupt a read that has a limit.
        let read = socket.read_exact(&mut byte);
        read.unwrap_or_else(|error| panic!("{error} within a head: {head:?}"));
        head.push(byte[0]);
    }
    let text = String::from_utf8(head).unwrap();
    Head { status: text[9..12].parse().unwrap(), text }
}

/// Reads one response: status and body.
pub fn read_response(socket: &mut impl Read) -> (u16, Vec<u8>) {
    let head = read_head(socket);
    let mut body = vec![0; usize::try_from(head.length()).unwrap()];
    socket.read_exact(&mut body).unwrap();
    (head.status, body)
}

pub fn ask(socket: &mut TcpStream, target: &str) -> (u16, Vec<u8>) {
    socket.write_all(get(target).as_bytes()).unwrap();
    read_response(socket)
}

/// The state letter of a process (`proc_pid_stat(5)`); `None` when there is none.
pub fn state_of(pid: i32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}
