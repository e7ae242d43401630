//! How long a frame takes: what has arrived since the last one taken over, and the picture drawn.
//!
//!     cargo bench --bench frame [-- --back]
//!
//! The server is made up: 10 or 100,000 events a second are told in batches as the wire would, at
//! most one a millisecond, and the dashboard drains them each tick as it does in `run`. `--back` measures
//! only how long a step back in time takes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use epollscope::dashboard::panels;
use epollscope::dashboard::state::table::Column;
use epollscope::dashboard::state::{Chosen, Options, State};
use epollscope::dashboard::theme::{Palette, Theme};
use epollscope::inspect::{AcceptQueue, Snapshot, Socket, TcpState};
use epollscope::source::Source;
use epollscope::telemetry::{
    Asks, Batch, By, ConnId, ConnState, Event, Fd, Form, Kind, Listener, Local, Made, Mask, Nanos,
    Ready, Ret, Row, ServerKind, Site, Stance, Standing, Turn, What, Work,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];
const EVENTS_A_SECOND: u64 = 100_000;
/// Between two drains.
const TICK: Nanos = 16_000_000;
/// Between two frames: each shows what two drains took over.
const TICKS_A_FRAME: usize = 2;
const FRAMES: usize = 120;
/// How often the kernel's answer comes: every so many frames.
const FRAMES_A_SNAPSHOT: usize = 15;
const LISTENER: Fd = 5;

fn peer(number: usize) -> SocketAddr {
    let [_, _, high, low] = u32::try_from(number).unwrap_or(0).to_be_bytes();
    ([10, 0, high, low], 40_000).into()
}

fn conn(number: usize) -> ConnId {
    ConnId::new(number as u64 + 1).expect("from 1")
}

fn fd(number: usize) -> Fd {
    Fd::try_from(number + 9).expect("few")
}

/// The line of the loop with that text.
fn site(text: &str) -> Option<Site> {
    const FILE: &str = "src/server/reactor/turn.rs";
    let source = Source::of(FILE)?;
    let line = (1..=source.len()).find(|line| source.line(*line).contains(text))?;
    Site::named(FILE, u32::try_from(line).ok()?)
}

/// A server with so many connections, all of which are served in turn.
struct Server {
    rows: Vec<Row>,
    next: usize,
    seq: u64,
    now: Nanos,
    totals: Batch,
    /// Where its calls are made, as far as this goes.
    recv: Option<Site>,
}

impl Server {
    fn new(connections: usize, server: ServerKind) -> Self {
        let interest = Mask::IN.with(Mask::RDHUP).with(Mask::ET);
        let recv = site("state.recv(");
        let row = |number| Row {
            id: conn(number),
            fd: fd(number),
            peer: peer(number),
            local: Local::UNKNOWN,
            state: ConnState::Idle,
            half_closed: false,
            stopped: false,
            interest,
            last: Kind::Recv,
            form: Form::Usual,
            last_ret: Ret::ok(84),
            requests: 0,
            bytes_in: 0,
            bytes_out: 0,
            answer: 0,
            unsent: 0,
            opened: 0,
            active: 0,
            by: if server.asks() == Asks::Sleeps { By::thread(fd(number)) } else { By::LOOP },
            within: (server.asks() == Asks::Sleeps).then_some(Kind::Recv),
            site: recv,
            why: None,
        };
        let mut totals = Batch::default();
        totals.listener = Some(Listener {
            fd: LISTENER,
            addr: ([127, 0, 0, 1], 7890).into(),
            backlog: 1024,
            interest,
            resting: None,
            epfd: 4,
            waker: 3,
            server,
            stdin: None,
            handler_threads: 0,
            options: epollscope::telemetry::Options::default(),
            work: Work::Requests,
            sends_http: false,
            suits_lessons: true,
            run: 0,
        });
        totals.standing =
            Standing { stance: Stance::Waiting(site("state.wait(")), ..Standing::default() };
        Self { rows: (0..connections).map(row).collect(), next: 0, seq: 0, now: 0, totals, recv }
    }

    /// All rows, as the first batch tells them.
    fn whole(&mut self) -> Batch {
        let mut batch = self.publish(Batch::default());
        batch.rows.clone_from(&self.rows);
        batch.whole = true;
        batch
    }

    fn publish(&mut self, mut batch: Batch) -> Batch {
        batch.counters.clone_from(&self.totals.counters);
        batch.listener = self.totals.listener;
        batch.standing = self.totals.standing;
        batch.time = self.now;
        batch
    }

    /// What happens in a millisecond.
    fn millisecond(&mut self) -> Batch {
        let mut batch = Batch::default();
        let asks = self.totals.listener.map_or(Asks::Interest, |listener| listener.server.asks());
        let examined = u32::try_from(self.rows.len() + 1).unwrap_or(u32::MAX);
        let recv = self.recv;
        let head = b"GET /hand HTTP/1.1\r\nHost: localhost:7890\r\nAccept: */*\r\n\r\n";
        for _ in 0..EVENTS_A_SECOND / 1000 / 5 {
            let number = self.next % self.rows.len();
            self.next += 7919;
            let (fd, id) = (fd(number), Some(conn(number)));
            let mut tell = |fd, conn, what, bytes: &[u8], ready: &[Ready]| {
                self.seq += 1;
                self.now += 10_000;
                let mut event = Event::new(self.seq, self.now, fd, conn, what);
                event.site = recv;
                batch.push(event, bytes, ready);
            };
            let ready = [Ready { fd, mask: Mask::IN, conn: id }];
            let (ret, waited) = (Ret::ok(1), 9_000);
            match asks {
                Asks::List => {
                    let wait = What::Poll { ret, examined, copied: examined * 8, waited };
                    tell(-1, None, wait, b"", &ready);
                }
                Asks::Interest => {
                    tell(4, None, What::EpollWait { ret, waited }, b"", &ready);
                }
                _ => {}
            }
            tell(fd, id, What::Recv { ret: Ret::ok(84) }, b"", &[]);
            tell(fd, id, What::Request { method: 3, target: 5, minor: 1 }, head, &[]);
            tell(fd, id, What::Response { status: 200, body: 1024 }, b"", &[]);
            tell(fd, id, What::Send { ret: Ret::ok(1290), len: 1290 }, b"", &[]);
            batch.turns.push(Turn { busy: 40_000, ready: 1 });
            let row = &mut self.rows[number];
            row.requests += 1;
            row.bytes_in += 84;
            row.bytes_out += 1290;
            row.active = self.now;
            batch.rows.push(*row);
            let counters = &mut self.totals.counters;
            counters.wakeups += 1;
            counters.ready += 1;
            counters.examined += 1;
            counters.requests += 1;
            counters.responses[2] += 1;
            counters.bytes_in += 84;
            counters.bytes_out += 1290;
            for kind in [Kind::EpollWait, Kind::Recv, Kind::Send] {
                counters.calls[kind as usize] += 1;
            }
        }
        self.publish(batch)
    }

    fn snapshot(&self) -> Snapshot {
        let socket = |row: &Row| Socket {
            peer: row.peer,
            local: row.local,
            state: TcpState::Established,
            recv_queue: u32::from(row.requests.is_multiple_of(3)) * 84,
            send_queue: 0,
            rtt: Some(Duration::from_micros(340)),
            rtt_var: Some(Duration::from_micros(80)),
            cwnd: 10,
            retransmits: 0,
            inode: row.fd.unsigned_abs(),
        };
        let mut sockets: Vec<Socket> = self.rows.iter().map(socket).collect();
        sockets.sort_by_key(|socket| socket.peer);
        Snapshot {
            accept_queue: Some(AcceptQueue { len: 0, limit: 1024 }),
            sockets,
            ..Snapshot::empty(Instant::now())
        }
    }
}

/// Times of one thing, told as median and maximum.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn told(&mut self) -> String {
        self.0.sort();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let last = self.0.len() - 1;
        format!("{:8.2} {:8.2}", ms(self.0[last / 2]), ms(self.0[last]))
    }
}

fn state(size: (u16, u16), sort: Column) -> State {
    state_with(size, sort, 0)
}

/// One that keeps so many bytes to go back to.
fn state_with((width, height): (u16, u16), sort: Column, history: usize) -> State {
    let options = Options {
        ask: true,
        mouse: true,
        choice: Chosen { sort, ..Chosen::default() },
        settings: None,
        chinese: true,
        url: "http://127.0.0.1:7890/".into(),
        program: None,
        runs_on: false,
        history,
        zero: Duration::ZERO,
    };
    let mut state = State::new(options, Vec::new());
    state.resize(width, height);
    state
}

/// Every row is searched for a text.
fn filter(state: &mut State) {
    let mut press = |code| state.key(KeyEvent::new(code, KeyModifiers::NONE));
    "/10.0".chars().for_each(|c| drop(press(KeyCode::Char(c))));
    press(KeyCode::Enter);
}

/// Each way of waiting with 10,000 connections, its panels having the whole screen.
fn ways(theme: &Theme) {
    let size = (200, 50);
    for (server, panels) in
        [(ServerKind::EpollEt, "678"), (ServerKind::Poll, "26"), (ServerKind::Threads, "268")]
    {
        for panel in panels.chars() {
            let mut made_up = Server::new(10_000, server);
            let mut state = state(size, Column::Fd);
            for key in [panel, 'z'] {
                state.key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE));
            }
            let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("memory");
            state.apply(&made_up.whole());
            let [mut taken, mut drawn, mut frames] = <[Times; 3]>::default();
            for frame in 0..FRAMES {
                let batches: Vec<Batch> = (0..TICK / 1_000_000 * TICKS_A_FRAME as u64)
                    .map(|_| made_up.millisecond())
                    .collect();
                let snapshot = (frame % FRAMES_A_SNAPSHOT == 0).then(|| made_up.snapshot());
                let begin = Instant::now();
                for batch in &batches {
                    state.apply(batch);
                }
                if let Some(snapshot) = snapshot {
                    state.kernel(snapshot, u64::MAX);
                }
                let made = made_up.recv.map(|site| Made::default().with(site, made_up.seq));
                state.count_calls(made.unwrap_or_default());
                state.tick(made_up.now);
                taken.0.push(begin.elapsed());
                let half = Instant::now();
                terminal.draw(|frame| panels::draw(frame, &state, theme)).expect("memory");
                drawn.0.push(half.elapsed());
                frames.0.push(begin.elapsed());
            }
            let [taken, drawn, frames] = [&mut taken, &mut drawn, &mut frames].map(Times::told);
            let name = format!("{server}, panel {panel}");
            println!("{name:24}  {taken}{drawn}{frames}");
        }
    }
}

/// How many bytes of memory this program has.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or_default() * 4096
}

/// A step back and forth, with 10,000 connections and a history that is full; and what it costs to keep
/// that.
fn back() {
    const HISTORY: usize = 64 << 20;
    const MILLISECONDS: usize = 20_000;
    const STEPS: usize = 200;
    let press = |state: &mut State, key| {
        let begin = Instant::now();
        state.key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE));
        begin.elapsed()
    };
    println!("history    takes over a batch   keeps in memory           a step");
    println!("    MiB    median      max        s    MiB   RSS    key   median      max");
    for history in [0, HISTORY] {
        let mut made_up = Server::new(10_000, ServerKind::EpollEt);
        let mut state = state_with((120, 36), Column::Fd, history);
        state.apply(&made_up.whole());
        state.tick(made_up.now);
        let (before, mut taken) = (resident(), Times::default());
        for millisecond in 0..MILLISECONDS {
            let batch = made_up.millisecond();
            let begin = Instant::now();
            state.apply(&batch);
            taken.0.push(begin.elapsed());
            if millisecond % 500 == 0 {
                state.kernel(made_up.snapshot(), made_up.now);
            }
            if millisecond % 16 == 0 {
                state.tick(made_up.now);
            }
        }
        let kept = state.history();
        let mib = |bytes: usize| bytes >> 20;
        let seconds = kept.oldest_time().map_or(0, |oldest| (made_up.now - oldest) / 1_000_000_000);
        let rss = resident().saturating_sub(before);
        let (most, held) = (mib(history), mib(kept.held()));
        let line = format!("{most:7}  {}  {seconds:7}{held:7}{:6}", taken.told(), mib(rss));
        println!("{line}");
        for key in if history == 0 { "" } else { "[{]}" }.chars() {
            let mut steps = Times((0..STEPS).map(|_| press(&mut state, key)).collect());
            println!("{:57}{key}{}", "", steps.told());
        }
        if history == 0 {
            continue;
        }
        // As far back as it goes.
        for _ in 0..10_000 {
            if state.current_notice().is_some() {
                break;
            }
            press(&mut state, '{');
        }
        let mut steps = Times((0..STEPS).map(|_| press(&mut state, ']')).collect());
        println!("{:57}]{}  the oldest", "", steps.told());
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "--back") {
        return back();
    }
    println!(
        "milliseconds                 taking over      drawing          a frame          key to picture"
    );
    println!(
        "connections    size           median      max   median      max   median      max   median      max"
    );
    let theme = Theme::new(Palette::Dark, false);
    for (connections, hard) in [(100, false), (10_000, false), (10_000, true)] {
        for size in SIZES {
            let mut server = Server::new(connections, ServerKind::EpollEt);
            // What takes over the most: an order that changes with each event, and a text that is
            // looked for in every row.
            let mut state = state(size, if hard { Column::Idle } else { Column::Fd });
            if hard {
                filter(&mut state);
            }
            let backend = TestBackend::new(size.0, size.1);
            let mut terminal = Terminal::new(backend).expect("memory");
            state.apply(&server.whole());
            let [mut taken, mut drawn, mut frames, mut keys] = <[Times; 4]>::default();
            for frame in 0..FRAMES {
                // The server's part, which is not timed.
                let drains: Vec<Vec<Batch>> = (0..TICKS_A_FRAME)
                    .map(|_| (0..TICK / 1_000_000).map(|_| server.millisecond()).collect())
                    .collect();
                let snapshot = (frame % FRAMES_A_SNAPSHOT == 0).then(|| server.snapshot());
                let begin = Instant::now();
                for drain in &drains {
                    for batch in drain {
                        state.apply(batch);
                    }
                }
                if let Some(snapshot) = snapshot {
                    state.kernel(snapshot, u64::MAX);
                }
                state.tick(server.now);
                taken.0.push(begin.elapsed());
                let half = Instant::now();
                terminal.draw(|frame| panels::draw(frame, &state, &theme)).expect("memory");
                drawn.0.push(half.elapsed());
                frames.0.push(begin.elapsed());
                // A key comes while the next drain waits, and then a frame is drawn.
                let drain: Vec<Batch> =
                    (0..TICK / 1_000_000).map(|_| server.millisecond()).collect();
                let begin = Instant::now();
                state.key(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE));
                for batch in &drain {
                    state.apply(batch);
                }
                state.tick(server.now);
                terminal.draw(|frame| panels::draw(frame, &state, &theme)).expect("memory");
                keys.0.push(begin.elapsed());
            }
            let (width, height) = size;
            let [taken, drawn, frames, keys] =
                [&mut taken, &mut drawn, &mut frames, &mut keys].map(Times::told);
            let mark = if hard { '*' } else { ' ' };
            println!(
                "{connections:10}{mark}  {width:3} x {height:<3}   {taken}{drawn}{frames}{keys}"
            );
        }
    }
    ways(&theme);
    back();
    println!("* sorted by idle time, filtered by a text that all rows have");
}
