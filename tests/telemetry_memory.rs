//! How much memory the telemetry takes of the real program when requests are as large as they may
//! be and nobody reads, or everybody.

mod common;
#[path = "common/program.rs"]
mod program;
#[path = "common/terminal.rs"]
mod terminal;

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::Ordering;

use common::{BINARY, LIMIT, read_response};
use program::Running;
use terminal::Terminal;

/// Bytes of each request's method. (A target is refused far below that.)
const LONG: usize = 60_000;
/// How many requests are sent: ten times what the program may keep.
const REQUESTS: usize = 2500;
/// By how much the program may grow meanwhile, in KiB. The telemetry of all readers together is
/// bounded below it: each way by three times 4 MiB, the history by 4 MiB.
const GROWTH: u64 = 64 * 1024;

/// A number of `/proc/PID/status`, in KiB.
fn kib(pid: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.trim_matches([':', ' ', '\t', 'k', 'B']).parse().unwrap()
}

/// Sends requests with long methods, each after the answer to the last.
fn send(port: u16) {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    let request = format!("{} / HTTP/1.1\r\nHost: x\r\n\r\n", "M".repeat(LONG));
    for _ in 0..REQUESTS {
        socket.write_all(request.as_bytes()).unwrap();
        let (status, _) = read_response(&mut socket);
        assert!(status >= 400, "{status}");
    }
}

#[test]
fn long_requests_to_a_reader_that_does_not_read_cost_a_bounded_amount_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    // What follows the first line is never read: the printer soon sleeps in its write.
    let program = Running::start(&["--max-header", "131072", "--log", log.to_str().unwrap()]);
    let pid = program.child.id();
    let before = kib(pid, "VmRSS");
    send(program.addr.port());
    let grown = kib(pid, "VmHWM") - before;
    assert!(grown < GROWTH, "{grown} KiB more");
}

#[test]
fn long_requests_cost_the_dashboard_a_bounded_amount_of_memory() {
    for reads in [true, false] {
        let options = ["--port", "0", "--theme", "dark", "--max-header", "131072"];
        let terminal = Terminal::start(BINARY, (120, 36), &options);
        terminal.see("RUNNING");
        let port = terminal.port();
        let pid = terminal.child.process_id().unwrap();
        let before = kib(pid, "VmRSS");
        // Stalled, the dashboard sleeps in its write to the terminal and drains nothing.
        terminal.reads.store(reads, Ordering::Relaxed);
        send(port);
        let grown = kib(pid, "VmHWM") - before;
        assert!(grown < GROWTH, "{grown} KiB more; the terminal reads: {reads}");
        terminal.reads.store(true, Ordering::Relaxed);
    }
}
