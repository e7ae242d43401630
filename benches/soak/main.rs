//! A soak: the program in a real terminal, with the dashboard, for a long time, and everything at
//! once: each of the nine servers in turn and then a switch from one to another every few seconds,
//! under clients of all kinds, random keys, drops, pauses and resizes. Now and then all clients
//! hang up, and it is looked at what is left:
//!
//! * memory: flat, but for 1 B a connection, 0.01 B a request and some slack, most of it for what
//!   keys bring about (`--no-keys` leaves them out, and nearly all of the slack);
//! * descriptors, threads and children: as after the first round;
//! * totals: as many accepted as closed and open; at the end the event log's lines, one by one,
//!   against the closing line's totals;
//! * the screen still answers, the exit code is 0, the terminal is given back.
//!
//!     cargo bench --bench soak [-- --seconds 600 --seed 1 --server epoll --no-keys]

mod load;
#[path = "../../tests/common/terminal.rs"]
mod terminal;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use epollscope::telemetry::ServerKind;
use load::Load;
use terminal::Terminal;

/// The screen on which it is looked what is left.
const SCREEN: (u16, u16) = (120, 36);
/// How long anything may take that should come at once, on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);
/// How long it may take until all connections are closed: a pause may have filled the accept queue,
/// and `processes` starts a process for each that waits there, though its client has gone.
const QUEUE: Duration = Duration::from_secs(120);
/// Looks at what is left, in each server's time.
const LOOKS: u32 = 12;
/// What may come on top of that: the histories, and the copy of one that a frozen picture is, fill
/// for some minutes, and the allocator keeps what was given back between them.
const SLACK: u64 = 4 * 1024 * 1024;
/// The same where nobody presses keys.
const SLACK_WITHOUT_KEYS: u64 = 256 * 1024;

/// Keys without `q`, `v`, ctrl-c and ctrl-z; a filter, a paste, clicks and the wheel.
const KEYS: [&str; 65] = [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "\t",
    "\x1b[Z",
    "z",
    "z",
    "o",
    "O",
    "e",
    "w",
    "t",
    "f",
    "[",
    "[",
    "{",
    "]",
    "}",
    "p",
    "s",
    "S",
    "s",
    "-",
    "+",
    "c",
    "c",
    "C",
    "k1\r",
    "k2\r",
    "k3\r",
    "k4\r",
    "k5\r",
    "k6\r",
    "d",
    "K",
    "x",
    "X",
    "r",
    "D",
    "i1\r",
    "\r",
    "?",
    "?drop",
    "m",
    "\x0c",
    "\x1b[A",
    "\x1b[B",
    "\x1b[C",
    "\x1b[D",
    "\x1b[5~",
    "\x1b[6~",
    "g",
    "G",
    "j",
    "\x1b",
    "\x1b",
    "/fd:1\r",
    "/state:reading\r",
    "\x1b[<0;9;9M",
    "\x1b[<65;20;12M",
    "\x1b[200~paste\x1b[201~",
];

/// xorshift64: what is pressed must come again with the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    fn size(&mut self) -> (u16, u16) {
        let mut side = |most| u16::try_from(1 + self.below(most)).unwrap();
        (side(220), side(60))
    }
}

/// What is left when every client has hung up.
#[derive(Clone, Copy, Debug)]
struct Left {
    /// Anonymous memory, in bytes.
    memory: u64,
    connections: u64,
    requests: u64,
}

/// Descriptors, threads, children.
type Held = (usize, usize, usize);

struct Soak {
    terminal: Terminal,
    addr: SocketAddr,
    pid: u32,
    load: Load,
    random: Random,
    resizes: u32,
    keys: u32,
    /// How often a write to the terminal that hung was woken by a signal.
    nudges: u32,
}

fn main() {
    let mut seconds = 600;
    let mut seed = 1;
    let mut only = None;
    let mut keys = true;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse().ok());
        match argument.as_str() {
            "--seconds" => seconds = number().expect("--seconds takes a number"),
            "--seed" => seed = number().expect("--seed takes a number"),
            "--no-keys" => keys = false,
            "--server" => only = arguments.next(),
            // What cargo bench itself adds.
            _ => {}
        }
    }
    let servers = ServerKind::ALL.map(|server| (server, false)).into_iter();
    let mut slots: Vec<_> = servers.chain([(ServerKind::Scan, true)]).collect();
    if let Some(only) = only {
        slots.retain(
            |&(server, switches)| if switches { only == "all" } else { server.name() == only },
        );
    }
    let time = Duration::from_secs(seconds) / u32::try_from(slots.len()).unwrap();
    println!("| server | connections | requests | keys | resizes | memory, KiB | slope |");
    println!("|---|---:|---:|---:|---:|---:|---|");
    let mut failures = Vec::new();
    for (server, switches) in slots {
        let name = if switches { "all, switching" } else { server.name() };
        if let Err(failure) = soak(server, name, switches, time, seed, keys) {
            println!("| {name} | FAILED: {failure} |");
            // The last line of the output alone says what was wrong.
            let first: Vec<_> = failure.lines().filter(|line| !line.is_empty()).take(4).collect();
            failures.push(format!("{name}: {}", first.join(" | ")));
        }
    }
    assert!(failures.is_empty(), "failed: {failures:?}");
}

/// One server's time.
fn soak(
    server: ServerKind,
    name: &str,
    switches: bool,
    time: Duration,
    seed: u64,
    keys: bool,
) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut soak = Soak::start(server, &log, seed);
    let mut left = Vec::new();
    // Each server has descriptors and threads of its own.
    let mut held = [None; ServerKind::ALL.len()];
    // Two rounds through all of them.
    let looks = if switches { 18 } else { LOOKS };
    for look in 0..looks {
        let now = look as usize % ServerKind::ALL.len();
        soak.disturb(time / looks, switches.then_some(now), keys)?;
        left.push(soak.left(&mut held[if switches { now } else { 0 }])?);
    }
    let (pressed, resizes, nudges) = (soak.keys, soak.resizes, soak.nudges);
    soak.end(&log)?;
    let slope = slope(&left, if keys { SLACK } else { SLACK_WITHOUT_KEYS })?;
    let (first, last) = (left[0], left[left.len() - 1]);
    if nudges > 0 {
        println!("{name}: {nudges} writes to the terminal slept on until a signal came");
    }
    println!(
        "| {name} | {} | {} | {pressed} | {resizes} | {} → {} | {slope} |",
        last.connections,
        last.requests,
        first.memory / 1024,
        last.memory / 1024,
    );
    Ok(())
}

/// Whether memory is flat: the least of the last third of looks against the most of the third
/// before it, since each look alone also sees what the allocator happens to keep.
fn slope(left: &[Left], slack: u64) -> Result<String, String> {
    let third = left.len() / 3;
    let (before, after) = (&left[third..2 * third], &left[2 * third..]);
    let most = before.iter().map(|left| left.memory).max().unwrap_or_default();
    let least = after.iter().map(|left| left.memory).min().unwrap_or_default();
    let (from, to) = (before[third - 1], after[0]);
    let allowed = slack + (to.connections - from.connections) + (to.requests - from.requests) / 100;
    let grown = least.saturating_sub(most);
    if grown > allowed {
        let looks: Vec<_> = left.iter().map(|left| left.memory / 1024).collect();
        return Err(format!("memory grows by {grown} B, allowed {allowed}; KiB: {looks:?}"));
    }
    Ok(if grown == 0 { "flat".into() } else { format!("{grown} B, within the slack") })
}

impl Soak {
    fn start(server: ServerKind, log: &Path, seed: u64) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (log, port_text) = (log.to_str().unwrap(), port.to_string());
        let options = [
            &["--port", &port_text, "--server", server.name(), "--log", log][..],
            // A client that was made to say nothing must not keep the others waiting for long.
            &["--idle-timeout", "2", "--header-timeout", "2", "--write-timeout", "2"],
            // What is kept to go back to is bounded, and would be most of the growth for minutes: so
            // little that it is full at once. It is left out of what a connection may cost.
            &["--yes", "--metrics", "--theme", "dark", "--history", "1MiB"],
            if server == ServerKind::Scan { &["--nap", "0.001"] } else { &[] },
        ];
        let terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), SCREEN, &options.concat());
        terminal.see("RUNNING");
        let addr = SocketAddr::from(([127, 0, 0, 1], port));
        let pid = terminal.child.process_id().unwrap();
        let load = Load::on(addr);
        Self { terminal, addr, pid, load, random: Random(seed), resizes: 0, keys: 0, nudges: 0 }
    }

    /// Load, keys and resizes, for a while; `switch` is the number of the server that takes over
    /// first.
    fn disturb(&mut self, time: Duration, switch: Option<usize>, keys: bool) -> Result<(), String> {
        if let Some(number) = switch {
            self.terminal.press(&format!("v{}\r", number + 1));
        }
        self.load.work(true);
        let end = Instant::now() + time;
        while Instant::now() < end {
            if keys {
                self.terminal.press(KEYS[self.random.below(KEYS.len())]);
                self.keys += 1;
            }
            if self.random.below(4) == 0 {
                let size = self.random.size();
                self.terminal.resize(size);
                self.resizes += 1;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.load.work(false);
        self.terminal.resize(SCREEN);
        self.calm()
    }

    /// Takes back what random keys may have brought about: boxes, filters, a pause, slow motion, a
    /// frozen picture, clients of our own.
    fn calm(&mut self) -> Result<(), String> {
        let begin = Instant::now();
        let mut before = None;
        loop {
            if let Some(status) = self.terminal.child.try_wait().unwrap() {
                return Err(format!("it has ended with {status:?}:\n{}", self.terminal.text()));
            }
            self.terminal.press("\x1b");
            std::thread::sleep(Duration::from_millis(50));
            self.terminal.press("\x1b");
            std::thread::sleep(Duration::from_millis(50));
            self.terminal.press("+++++++");
            let text = self.terminal.text();
            let header: String = text.lines().take(4).collect();
            if header.contains("FROZEN") {
                self.terminal.press("f");
            } else if header.contains("PAUSED") || header.contains("UNTIL") {
                // Nobody may be left to make the call that it is run until: that is paused first.
                self.terminal.press("p");
            } else if header.contains("RUNNING") {
                self.terminal.press("K");
                return Ok(());
            }
            // Some kernels leave a pty's writer asleep though there is room, until a signal comes.
            let writing = self.terminal.writing();
            if writing.is_some() && writing == before {
                self.terminal.signal(rustix::process::Signal::WINCH);
                self.nudges += 1;
            }
            before = writing;
            if begin.elapsed() > LIMIT {
                return Err(format!("the screen is lost:\n{text}"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until every connection is closed, then looks at what is left.
    fn left(&mut self, held: &mut Option<Held>) -> Result<Left, String> {
        let begin = Instant::now();
        let mut metrics;
        loop {
            metrics = self.metrics().unwrap_or_default();
            // The one that asks is open.
            if self.load.is_at_rest() && metric(&metrics, "connections_open") == 1 {
                break;
            }
            if begin.elapsed() > QUEUE {
                let text = self.terminal.text();
                return Err(format!("connections stay open:\n{metrics}\n{text}"));
            }
            // A key may have come late.
            self.calm()?;
            std::thread::sleep(Duration::from_millis(100));
        }
        let accepted = metric(&metrics, "connections_accepted_total");
        let closed = metric(&metrics, "connections_closed_total");
        if accepted != closed + 1 {
            return Err(format!("{accepted} accepted, {closed} closed, one open"));
        }
        let first = *held.get_or_insert(self.held());
        loop {
            let now = self.held();
            if now.0 <= first.0 && now.1 <= first.1 && now.2 <= first.2 {
                break;
            }
            if begin.elapsed() > QUEUE + LIMIT {
                return Err(format!("(descriptors, threads, children): {first:?}, now {now:?}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let requests = metric(&metrics, "requests_total");
        Ok(Left { memory: self.memory(), connections: accepted, requests })
    }

    fn metrics(&self) -> std::io::Result<String> {
        let mut socket = TcpStream::connect_timeout(&self.addr, LIMIT)?;
        socket.set_read_timeout(Some(Duration::from_secs(3)))?;
        socket.write_all(b"GET /-/metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        socket.read_to_string(&mut text)?;
        Ok(text)
    }

    /// Descriptors, threads and children that the program has now.
    fn held(&self) -> Held {
        let count = |what: &str| {
            fs::read_dir(format!("/proc/{}/{what}", self.pid)).map_or(0, Iterator::count)
        };
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid));
        let children = tasks.map_or(0, |tasks| {
            let children = tasks.flatten().map(|task| {
                let list = fs::read_to_string(task.path().join("children")).unwrap_or_default();
                list.split_whitespace().count()
            });
            children.sum()
        });
        (count("fd"), count("task"), children)
    }

    /// Anonymous memory of the program, in bytes (`proc_pid_status(5)`).
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Quits, and reads the log.
    fn end(mut self, log: &Path) -> Result<(), String> {
        drop(self.load);
        self.terminal.press("q");
        let status = self.terminal.exit();
        if !status.success() {
            return Err(format!("it ended with {status:?}:\n{}", self.terminal.text()));
        }
        self.terminal.assert_restored();
        let (mut events, mut calls) = (0u64, 0u64);
        let mut last = String::new();
        for line in BufReader::new(fs::File::open(log).unwrap()).lines() {
            last = line.map_err(|error| format!("the log: {error}"))?;
            events += u64::from(last.starts_with("{\"seq\":"));
            // Within a text the quotes would be escaped.
            calls += u64::from(last.contains(",\"call\":\""));
        }
        let last: serde_json::Value =
            serde_json::from_str(&last).map_err(|error| format!("{error}: {last}"))?;
        if last["events"] != events {
            return Err(format!("{events} events in the log: {last}"));
        }
        if last["lost"] == 0 && last["costs"]["calls"] != calls {
            return Err(format!("{calls} calls in the log: {last}"));
        }
        Ok(())
    }
}

/// The sum of a metric's samples.
fn metric(text: &str, name: &str) -> u64 {
    let samples = text.lines().filter_map(|line| {
        let rest = line.strip_prefix("epollscope_")?.strip_prefix(name)?;
        let value = if let Some(labelled) = rest.strip_prefix('{') {
            labelled.split_once("} ")?.1
        } else {
            rest.strip_prefix(' ')?
        };
        value.parse::<u64>().ok()
    });
    samples.sum()
}
