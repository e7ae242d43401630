//! What the dashboard costs the server: requests per second and CPU time of the server thread,
//! headless without telemetry, with the event log, with the dashboard in a terminal, and with the
//! dashboard stuck in a terminal that takes no more output. The four run at the same time, and
//! are loaded in turn; ratios are taken within each round.
//!
//!     cargo bench --bench server

mod common;
#[path = "../tests/common/terminal.rs"]
mod terminal;

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use common::{Measured, load, median, thread_cpu};
use rustix::thread::{CpuSet, Pid, sched_setaffinity};
use terminal::Terminal;

const ROUNDS: usize = 7;
const TIME: Duration = Duration::from_millis(1500);
const CONNECTIONS: usize = 64;

/// What a round of load measured, and what the other threads took meanwhile, as a share of a core.
type Round = (Measured, f64);

/// A running program. Killed when dropped.
struct Subject {
    name: &'static str,
    terminal: Terminal,
    addr: SocketAddr,
    /// The server's thread.
    tid: i32,
}

fn start(name: &'static str, options: &[&str]) -> Subject {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let port_text = port.to_string();
    let all = [&["--theme", "dark", "--port", &port_text], options].concat();
    let terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &all);
    let addr = SocketAddr::from(([127, 0, 0, 1], port));
    let begin = Instant::now();
    while std::net::TcpStream::connect(addr).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(10), "{name} does not listen");
        std::thread::sleep(Duration::from_millis(10));
    }
    let pid = terminal.child.process_id().unwrap();
    let mut server = None;
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
        let task = task.unwrap().path();
        let tid = task.file_name().unwrap().to_str().unwrap().parse().unwrap();
        let is_server = std::fs::read_to_string(task.join("comm")).unwrap().trim() == "server";
        pin(Some(tid), usize::from(!is_server));
        server = server.or(is_server.then_some(tid));
    }
    Subject { name, terminal, addr, tid: server.expect("a thread named server") }
}

impl Subject {
    /// Loads it.
    fn measure(&self) -> Round {
        let (begin, others) = (Instant::now(), self.others());
        let measured = load(self.addr, "/style.css", CONNECTIONS, TIME, self.tid);
        let spent = self.others().saturating_sub(others);
        (measured, spent.as_secs_f64() / begin.elapsed().as_secs_f64())
    }

    /// CPU time of all its threads but the server's.
    fn others(&self) -> Duration {
        let pid = self.terminal.child.process_id().unwrap();
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
        let tids = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok());
        tids.filter(|&tid| tid != self.tid).map(thread_cpu).sum()
    }
}

/// Keeps a thread on one processor. The server has the first one for itself, so that it and not
/// the load decides how many requests there are; everything else shares the second.
fn pin(thread: Option<i32>, processor: usize) {
    let mut set = CpuSet::new();
    set.set(processor);
    let thread = thread.and_then(Pid::from_raw);
    // On a machine with one processor there is nothing to choose.
    let _ = sched_setaffinity(thread, &set);
}

fn main() {
    // Before anything is started, so that all threads inherit it.
    pin(None, 1);
    let log = std::env::temp_dir().join(format!("epollscope-bench-{}.jsonl", std::process::id()));
    let subjects = [
        start("headless, no telemetry", &["--headless", "--quiet"]),
        start("headless, event log", &["--headless", "--quiet", "--log", log.to_str().unwrap()]),
        start("dashboard", &[]),
        start("dashboard, terminal stuck", &[]),
    ];
    subjects[3].terminal.reads.store(false, Ordering::Relaxed);
    for subject in &subjects {
        // How fast a terminal draws is not what is measured.
        subject.terminal.draws.store(false, Ordering::Relaxed);
    }
    let mut rounds: Vec<Vec<Round>> = Vec::new();
    for round in 0..=ROUNDS {
        let measured = subjects.iter().map(Subject::measure).collect();
        // The first round warms up, and fills the stuck terminal.
        if round > 0 {
            rounds.push(measured);
        }
    }
    println!("{ROUNDS} rounds of {TIME:?}, {CONNECTIONS} keep-alive connections; medians");
    println!(
        "{:28} {:>12} {:>10} {:>14} {:>8} {:>14}",
        "", "requests/s", "ratio", "CPU a request", "ratio", "other threads"
    );
    for (i, subject) in subjects.iter().enumerate() {
        let column = |f: &dyn Fn(&[Round]) -> f64| median(rounds.iter().map(|r| f(r)).collect());
        println!(
            "{:28} {:12.0} {:10.3} {:11.2} µs {:8.3} {:8.1} % of a core",
            subject.name,
            column(&|r| r[i].0.per_second),
            column(&|r| r[i].0.per_second / r[0].0.per_second),
            column(&|r| r[i].0.cpu.as_secs_f64() * 1e6),
            column(&|r| r[i].0.cpu.as_secs_f64() / r[0].0.cpu.as_secs_f64()),
            column(&|r| r[i].1 * 100.0),
        );
    }
    drop(subjects);
    let _ = std::fs::remove_file(log);
}
