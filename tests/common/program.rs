//! The real program without a dashboard, as a child process.
#![allow(dead_code, unreachable_pub, reason = "each user of it uses its part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once, mpsc};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;

pub const LIMIT: Duration = Duration::from_secs(20);

/// Its signals are those of a program that was started from a shell, also where the tests run under
/// nohup: one that is caught here is reset by execve(2), one that is ignored stays so.
pub fn program(args: &[&str]) -> Command {
    static CAUGHT: Once = Once::new();
    CAUGHT.call_once(|| {
        for signal in [SIGHUP, SIGINT, SIGTERM, SIGQUIT] {
            let flag = Arc::new(AtomicBool::new(false));
            // Two of them still end the tests themselves: the second is not caught.
            flag::register_conditional_default(signal, flag.clone()).unwrap();
            flag::register(signal, flag).unwrap();
        }
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    // No settings but those of the test: there is nothing below a file.
    command.args(args).stdin(Stdio::null()).env("XDG_CONFIG_HOME", "/dev/null");
    command
}

/// A running program; killed when the test fails.
pub struct Running {
    pub child: Child,
    pub out: BufReader<ChildStdout>,
    pub addr: SocketAddr,
}

impl Running {
    pub fn start(args: &[&str]) -> Self {
        Self::by(program(&[&["--port", "0"], args].concat()))
    }

    /// Starts it by a command that becomes the program, a shell's for instance.
    pub fn by(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let addr = line
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.strip_suffix("/\n")?.parse().ok());
        let Some(addr) = addr else {
            let _ = child.kill();
            let output = child.wait_with_output().unwrap();
            panic!("the first line is {line:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        Self { child, out, addr }
    }

    pub fn get(&self, target: &str) -> String {
        self.ask(&format!("GET {target} HTTP/1.1\r\nHost: x\r\n"))
    }

    /// The answer to a request of these lines, which is the connection's last.
    pub fn ask(&self, lines: &str) -> String {
        let mut socket = TcpStream::connect(self.addr).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        let request = format!("{lines}Connection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Its exit code, within the limit, and what it had still to print.
    pub fn end(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (status.code(), rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first line of a log, its events, and the last line.
pub fn log(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut waker = None;
    let value = |line: &str| {
        // What the program writes it can read.
        let read = epollscope::record::json::read(line.as_bytes(), &mut waker)
            .unwrap_or_else(|error| panic!("{error}: {line}"));
        let beside = matches!(read, epollscope::record::json::Entry::Beside(_));
        (!beside).then(|| serde_json::from_str(line).unwrap())
    };
    text.lines().filter_map(value).collect()
}

/// What it printed and how it ended, for one that ends by itself.
pub fn ended(args: &[&str]) -> (i32, String, String) {
    let mut command = program(args);
    ended_by(command.stdout(Stdio::piped()))
}

/// The same, started by a command that says where standard output goes.
pub fn ended_by(command: &mut Command) -> (i32, String, String) {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let pid = Pid::from_child(&child);
    let streams = (child.stdout.take(), child.stderr.take());
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || {
        let mut texts = [String::new(), String::new()];
        streams.0.map(|mut out| out.read_to_string(&mut texts[0]).unwrap());
        streams.1.map(|mut err| err.read_to_string(&mut texts[1]).unwrap());
        let _ = done.send(texts);
    });
    let texts = wait.recv_timeout(LIMIT);
    if texts.is_err() {
        kill_process(pid, Signal::KILL).unwrap();
    }
    let status = child.wait().unwrap();
    let [out, err] = texts.expect("it does not end");
    (status.code().unwrap_or_else(|| panic!("{status}: {err}")), out, err)
}
