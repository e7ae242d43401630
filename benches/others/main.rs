//! epollscope beside the servers that people would otherwise run: nginx with one worker, lighttpd,
//! and a Python server as the tutorials write it. Each server is pinned to one processor and wrk
//! to another; within a round all servers take their turn at each load, and ratios are taken
//! within the round. Prints tables in Markdown: medians over the rounds.
//!
//!     cargo bench --bench others [-- --rounds 5 --seconds 2 --case 1]

mod subject;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use subject::Subject;

const IDLE: usize = 10_000;
/// Open descriptors that [`IDLE`] connections and a load take.
const WANTED: u64 = 26_000;
const NGINX: usize = 3;
const LIGHTTPD: usize = 4;
const PYTHON: usize = 5;

/// A load.
struct Case {
    name: &'static str,
    target: &'static str,
    connections: u32,
    /// A new connection for each request.
    close: bool,
    /// Beside [`IDLE`] connections that say nothing.
    idle: bool,
}

const fn case(name: &'static str, target: &'static str, connections: u32) -> Case {
    Case { name, target, connections, close: false, idle: false }
}

const CASES: [Case; 6] = [
    case("1 KB, 64 keep-alive connections", "/1k.txt", 64),
    case("1 KB, 1,000 keep-alive connections", "/1k.txt", 1000),
    case("64 KB, 64 keep-alive connections", "/64k.bin", 64),
    case("10 MB, 16 keep-alive connections", "/10m.bin", 16),
    Case {
        close: true,
        ..case("1 KB, a new connection for each request, 64 at once", "/1k.txt", 64)
    },
    Case { idle: true, ..case("1 KB, 64 active among 10,000 idle connections", "/1k.txt", 64) },
];

/// What a round of one load measured on one server.
#[derive(Clone, Copy)]
struct Measured {
    per_second: f64,
    /// Milliseconds.
    p99: f64,
    /// Seconds on a processor for 100,000 requests.
    cpu: f64,
    /// Answers other than 2xx and 3xx, and broken connections.
    errors: f64,
}

struct Options {
    rounds: usize,
    seconds: u64,
    /// Only this case, counted from 1.
    case: Option<usize>,
}

fn main() {
    let options = options();
    let missing: Vec<&str> = ["wrk", "nginx", "lighttpd", "python3"]
        .into_iter()
        .filter(|tool| Command::new(tool).arg("-V").output().is_err())
        .collect();
    if !missing.is_empty() {
        println!("Not measured: {} not installed.", missing.join(", "));
        return;
    }
    let processors = sched_getaffinity(None).unwrap();
    let mut processors = (0..CpuSet::MAX_CPU).filter(|&cpu| processors.is_set(cpu));
    let (Some(server), Some(load)) = (processors.next(), processors.next()) else {
        println!("Not measured: it takes two processors, one for the server and one for the load.");
        return;
    };
    let limit = descriptors();
    let idle = IDLE.min(limit / 2 - 100);
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    std::fs::create_dir(&root).unwrap();
    for (name, size) in [("1k.txt", 1024), ("64k.bin", 64 * 1024), ("10m.bin", 10 << 20)] {
        std::fs::write(root.join(name), vec![b'x'; size]).unwrap();
    }
    // A file changed a moment ago is read more often than one that has rested.
    std::thread::sleep(Duration::from_secs(3));
    pin(server);
    let subjects = Subject::all(&root, dir.path(), limit);
    pin(load);
    run(&subjects, &options, idle);
}

fn options() -> Options {
    let mut options = Options { rounds: 5, seconds: 2, case: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut number = || {
            let value = arguments.next().and_then(|value| value.parse().ok());
            value.unwrap_or_else(|| panic!("{name} takes a number"))
        };
        match name.as_str() {
            "--rounds" => options.rounds = number(),
            "--seconds" => options.seconds = number() as u64,
            "--case" => options.case = Some(number()),
            // What cargo adds.
            "--bench" => {}
            _ => panic!("{name} is not known"),
        }
    }
    options
}

/// Raises the limit on open descriptors as far as it is allowed; returns it. lighttpd wants two for
/// each connection.
fn descriptors() -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let hard = maximum.map_or(WANTED, |hard| hard.max(WANTED));
    for limit in [hard, maximum.unwrap_or(WANTED)] {
        let limit = Some(limit);
        if setrlimit(Resource::Nofile, Rlimit { current: limit, maximum: limit }).is_ok() {
            break;
        }
    }
    let current = getrlimit(Resource::Nofile).current.unwrap_or(WANTED);
    usize::try_from(current).unwrap()
}

/// Pins this thread, and what it starts from now on, to a processor.
fn pin(cpu: usize) {
    let mut set = CpuSet::new();
    set.set(cpu);
    sched_setaffinity(None, &set).unwrap();
}

fn run(subjects: &[Subject], options: &Options, idle: usize) {
    let Options { rounds, seconds, case } = *options;
    println!(
        "{rounds} rounds of {seconds} s for each load and server; medians, and medians of the"
    );
    println!("ratios within each round.\n");
    let cases = || CASES.iter().enumerate().filter(|(i, _)| case.is_none_or(|case| case == i + 1));
    if cases().any(|(_, case)| case.idle) {
        memory(subjects, idle);
    }
    let mut measured: Vec<Vec<Vec<Measured>>> = CASES.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        for (index, case) in cases() {
            let mut row: Vec<Option<Measured>> = vec![None; subjects.len()];
            for turn in 0..subjects.len() {
                // Not always in the same order.
                let i = (turn + round) % subjects.len();
                row[i] = Some(measure(&subjects[i], case, seconds, idle));
            }
            measured[index].push(row.into_iter().flatten().collect());
        }
        eprintln!("round {} of {rounds}", round + 1);
    }
    for (index, case) in cases() {
        print(case, subjects, &measured[index]);
    }
    if case.is_none() {
        println!("### Requests/s with 10,000 idle connections, of those without\n");
        for (i, subject) in subjects.iter().enumerate() {
            let pairs = measured[5].iter().zip(&measured[0]);
            let ratio =
                median(pairs.map(|(with, without)| with[i].per_second / without[i].per_second));
            println!("* {}: {ratio:.2}", subject.name);
        }
    }
}

/// Memory for each idle connection, once, of servers that have served little yet: later, what an
/// allocator has kept would hide it.
fn memory(subjects: &[Subject], idle: usize) {
    println!("### Memory of the process, {idle} idle keep-alive connections\n");
    println!("| server | before, KiB | with them, KiB | each, bytes |\n|---|---:|---:|---:|");
    for subject in subjects {
        drop(connect(subject.addr, 500));
        subject.settle();
        let before = subject.memory();
        let sockets = connect(subject.addr, idle);
        let with = subject.memory();
        let count = f64::from(u32::try_from(idle).unwrap());
        let each = (with - before) * 1024.0 / count;
        println!("| {} | {before:.0} | {with:.0} | {each:.0} |", subject.name);
        drop(sockets);
        subject.settle();
    }
    println!();
}

/// Connections that have had one answer and say nothing more.
fn connect(addr: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut buffer = [0; 4096];
    let one = |_| {
        let mut socket = TcpStream::connect(addr).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        socket.write_all(b"GET /1k.txt HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut got = 0;
        // Head and body of this file end with its 1,024 times x.
        while got < 1024 || !buffer[..got].ends_with(&[b'x'; 1024]) {
            let n = socket.read(&mut buffer[got..]).unwrap();
            assert!(n > 0, "{addr} closed: {}", String::from_utf8_lossy(&buffer[..got]));
            got += n;
        }
        socket
    };
    (0..count).map(one).collect()
}

fn measure(subject: &Subject, case: &Case, seconds: u64, idle: usize) -> Measured {
    let idle = connect(subject.addr, if case.idle { idle } else { 0 });
    let cpu = subject.cpu();
    let mut wrk = Command::new("wrk");
    wrk.args(["-t1", "--latency", "-c", &case.connections.to_string()]);
    wrk.args(["-d", &format!("{seconds}s")]);
    if case.close {
        wrk.args(["-H", "Connection: close"]);
    }
    let output = wrk.arg(format!("http://{}{}", subject.addr, case.target)).output().unwrap();
    let cpu = subject.cpu().saturating_sub(cpu).as_secs_f64();
    drop(idle);
    subject.settle();
    let text = String::from_utf8(output.stdout).unwrap();
    let number = |before: &str| {
        let (_, rest) = text.split_once(before)?;
        rest.trim_start().split([' ', '\n', ',']).next().map(str::to_owned)
    };
    let requests: f64 = text
        .lines()
        .find_map(|line| line.trim().split_once(" requests in ")?.0.parse().ok())
        .unwrap_or_else(|| panic!("wrk on {}: {text}", subject.name));
    let broken = ["connect ", "read ", "write ", "timeout "];
    let broken = broken.iter().filter_map(|what| number(what)?.parse::<f64>().ok()).sum::<f64>();
    let refused = number("Non-2xx or 3xx responses:").and_then(|n| n.parse::<f64>().ok());
    Measured {
        per_second: number("Requests/sec:").unwrap().parse().unwrap(),
        p99: milliseconds(&number(" 99%").unwrap()),
        cpu: cpu * 1e5 / requests,
        errors: broken + refused.unwrap_or(0.0),
    }
}

/// wrk writes times with a unit.
fn milliseconds(text: &str) -> f64 {
    let units = [("us", 1e-3), ("ms", 1.0), ("s", 1e3), ("m", 6e4)];
    let found = units
        .iter()
        .find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor));
    found.unwrap_or_else(|| panic!("{text} is no time"))
}

fn print(case: &Case, subjects: &[Subject], rounds: &[Vec<Measured>]) {
    println!("### {}\n", case.name);
    println!(
        "| server | requests/s | of nginx's | of lighttpd's | of Python's | p99, ms | of nginx's \
         | CPU s for 100,000 | of nginx's | of lighttpd's | errors |"
    );
    println!("|---|{}", "---:|".repeat(10));
    for (i, subject) in subjects.iter().enumerate() {
        let of = |field: &dyn Fn(&Measured) -> f64, other: Option<usize>| {
            median(rounds.iter().map(|r| field(&r[i]) / other.map_or(1.0, |o| field(&r[o]))))
        };
        let (rate, p99) = (|m: &Measured| m.per_second, |m: &Measured| m.p99);
        let cpu = |m: &Measured| m.cpu;
        println!(
            "| {} | {:.0} | {:.2} | {:.2} | {:.1} | {:.2} | {:.2} | {:.3} | {:.2} | {:.2} | {:.0} |",
            subject.name,
            of(&rate, None),
            of(&rate, Some(NGINX)),
            of(&rate, Some(LIGHTTPD)),
            of(&rate, Some(PYTHON)),
            of(&p99, None),
            of(&p99, Some(NGINX)),
            of(&cpu, None),
            of(&cpu, Some(NGINX)),
            of(&cpu, Some(LIGHTTPD)),
            rounds.iter().map(|r| r[i].errors).sum::<f64>(),
        );
    }
    println!();
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
