//! Any program under the scope: what `epollscope run` says is what strace(1) sees, real servers serve as
//! before, and nothing of them stays behind.

#[path = "../common/terminal.rs"]
mod terminal;
#[path = "../common/tools.rs"]
mod tools;

mod compared;
mod ends;
mod epolls;
mod lines;
mod listeners;
mod mistakes;
mod odd;
mod real;
mod screen;
mod truth;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use epollscope::telemetry::ServerKind;
use epollscope::textbook::Listing;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tools::{free_port, has, python};

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Waits for something.
fn until<T>(what: &str, seen: impl FnMut() -> Option<T>) -> T {
    tools::until_within(LIMIT, what, seen)
}

/// `epollscope run` with these options, then the program's own words.
fn run(options: &[&str], program: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    command.arg("run").args(options).arg("--").args(program).stdin(Stdio::null());
    command.env("XDG_CONFIG_HOME", "/dev/null");
    command
}

/// A listing in a folder that it serves, and what starts it.
struct Script {
    home: TempDir,
    addr: SocketAddr,
    words: Vec<String>,
}

impl Script {
    fn new(server: ServerKind, python: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("server.py");
        std::fs::write(&file, Listing::of(server).text()).unwrap();
        std::fs::write(home.path().join("index.html"), "hello").unwrap();
        let addr = free_port();
        let (file, root) = (file.display().to_string(), home.path().display().to_string());
        let words = vec![python.to_owned(), file, addr.port().to_string(), root];
        Self { home, addr, words }
    }

    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

/// A process of a test; killed when the test fails.
struct Running(Child);

impl Running {
    fn start(mut command: Command) -> Self {
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// Its exit code, once it has ended.
    fn end(&mut self) -> Option<i32> {
        until("its end", || self.0.try_wait().unwrap()).code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A connection to a server that is about to listen.
fn listens(addr: SocketAddr) -> TcpStream {
    let socket = until("it listens", || TcpStream::connect(addr).ok());
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket
}

fn client(addr: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(addr).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket
}

/// Asks for a page and reads the whole answer.
fn ask(socket: &mut TcpStream, target: &str) -> String {
    // At once: what comes in pieces is read in pieces.
    socket.write_all(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.to_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length: ").and_then(|length| length.parse::<usize>().ok())
    });
    let mut body = vec![0; length.unwrap_or_default()];
    socket.read_exact(&mut body).unwrap();
    head
}

/// Says that it has no more to ask, and waits until the server has closed.
fn leave(mut socket: TcpStream) {
    socket.shutdown(Shutdown::Write).unwrap();
    assert_eq!(socket.read(&mut [0; 8]).unwrap(), 0);
}

/// The lines of a log, each of which the program itself can read.
fn lines(log: &str) -> Vec<serde_json::Value> {
    log.lines()
        .map(|line| {
            let read = epollscope::record::json::read(line.as_bytes(), &mut None);
            assert!(read.is_ok(), "{line}: {:?}", read.err());
            serde_json::from_str(line).unwrap()
        })
        .collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Whether a process is there, and no zombie.
fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// Reads an answer to what was asked before, and leaves.
fn leave_after_answer(mut socket: TcpStream) {
    socket.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("hello"), "{answer}");
}

/// Processes below that one.
fn below(pid: i32) -> Vec<i32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let all = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let all: String = all.chain(children).collect::<Vec<_>>().join(" ");
    let mut found: Vec<i32> = all.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
    found.sort_unstable();
    found.dedup();
    found
}
