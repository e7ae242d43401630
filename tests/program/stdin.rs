//! Standard input as one more fd of the loop, and the mistake that leaves closed ones on the list:
//! both need a process of their own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(20);

/// The five, and `epoll` in its three ways.
const SERVERS: [&[&str]; 7] = [
    &["--server", "epoll-et"],
    &["--server", "epoll"],
    &["--server", "epoll", "--trigger", "edge"],
    &["--server", "epoll", "--trigger", "oneshot"],
    &["--server", "poll"],
    &["--server", "select"],
    &["--server", "scan", "--nap", "0.001"],
];

struct Program {
    child: Child,
    addr: SocketAddr,
    dir: tempfile::TempDir,
}

fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    command.args(["--headless", "--quiet", "--port", "0", "--log"]).arg(dir.join("log")).args(args);
    command
}

fn start(args: &[&str], stdin: Stdio) -> Program {
    let dir = tempfile::tempdir().unwrap();
    let mut command = command(dir.path(), args);
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let addr = line.trim_end().trim_end_matches('/').rsplit_once('/').unwrap().1.parse().unwrap();
    Program { child, addr, dir }
}

impl Program {
    fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap()
    }

    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let begin = Instant::now();
        while !holds(&self.log()) {
            if begin.elapsed() > LIMIT {
                let log = self.log();
                let front: Vec<&str> = log.lines().take(40).collect();
                panic!("waited in vain for: {what}\n{}", front.join("\n"));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn ask(&self) -> u16 {
        let mut client = TcpStream::connect(self.addr).unwrap();
        client.set_read_timeout(Some(LIMIT)).unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = Vec::new();
        client.read_to_end(&mut text).unwrap();
        std::str::from_utf8(&text[9..12]).unwrap().parse().unwrap()
    }

    /// Waits for its end; returns the exit code and the log.
    #[track_caller]
    fn ended(mut self) -> (Option<i32>, String) {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < LIMIT, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        (status.code(), self.log())
    }

    #[track_caller]
    fn stop(self) -> String {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let (code, log) = self.ended();
        assert_eq!(code, Some(0));
        log
    }
}

fn on_each(test: impl Fn(&[&str]) + Sync) {
    std::thread::scope(|scope| {
        for args in SERVERS {
            let test = &test;
            let thread = std::thread::Builder::new().name(args.join(" "));
            thread.spawn_scoped(scope, || test(args)).unwrap();
        }
    });
}

#[test]
fn what_is_typed_is_told_and_quit_ends_the_server() {
    on_each(|args| {
        let mut program = start(&[args, &["--stdin"]].concat(), Stdio::piped());
        let mut keyboard = program.child.stdin.take().unwrap();
        keyboard.write_all("举手\nhal".as_bytes()).unwrap();
        program.until("the first line", |log| {
            log.contains("\"fact\":\"typed\",\"fd\":0,\"text\":\"举手\"")
        });
        assert_eq!(program.ask(), 200);
        keyboard.write_all(b"f\nquit\nnot any more\n").unwrap();
        let (code, log) = program.ended();
        assert_eq!(code, Some(0));
        assert!(log.contains("\"text\":\"half\"") && log.contains("\"text\":\"quit\""));
        assert!(log.lines().last().unwrap().starts_with("{\"lost\":0,"));
        if !args.contains(&"scan") {
            assert!(log.contains("{\"fd\":0,\"mask\":\"IN\"}"), "it was on a ready list");
        }
    });
}

#[test]
fn more_than_one_read_brings_is_read_to_the_end() {
    on_each(|args| {
        let mut program = start(&[args, &["--stdin"]].concat(), Stdio::piped());
        let mut keyboard = program.child.stdin.take().unwrap();
        // At once, so that with edges there is one only.
        keyboard.write_all(("x".repeat(99) + "\n").repeat(300).as_bytes()).unwrap();
        program.until("all of it", |log| log.matches("\"fact\":\"typed\"").count() == 300);
        program.stop();
    });
}

#[test]
fn at_its_end_it_is_taken_off_the_list() {
    on_each(|args| {
        let mut program = start(&[args, &["--stdin"]].concat(), Stdio::piped());
        program.child.stdin.take().unwrap().write_all(b"the last line").unwrap();
        program.until("its end", |log| log.contains("\"call\":\"read\",\"fd\":0,\"ret\":0"));
        assert_eq!(program.ask(), 200);
        let log = program.stop();
        assert!(log.contains("\"text\":\"the last line\""));
        let ends = log.matches("\"call\":\"read\",\"fd\":0,\"ret\":0").count();
        assert_eq!(ends, 1, "nobody asks it again");
        let taken_off = log.contains("\"op\":\"DEL\",\"fd\":0");
        assert_eq!(taken_off, args.iter().any(|arg| arg.starts_with("epoll")));
    });
}

#[test]
fn a_regular_file_is_nothing_for_epoll() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lines");
    std::fs::write(&path, "one\nquit\n").unwrap();
    on_each(|args| {
        let file = std::fs::File::open(&path).unwrap();
        if args.iter().any(|arg| arg.starts_with("epoll")) {
            let dir = tempfile::tempdir().unwrap();
            let out =
                command(dir.path(), &[args, &["--stdin"]].concat()).stdin(file).output().unwrap();
            assert_eq!(out.status.code(), Some(1));
            let told = String::from_utf8(out.stderr).unwrap();
            let begin = "epollscope: Standard input cannot be watched: epoll(7) takes no regular";
            assert!(told.starts_with(begin) && told.lines().count() == 1, "{told}");
        } else {
            let (code, log) = start(&[args, &["--stdin"]].concat(), file.into()).ended();
            assert_eq!(code, Some(0));
            assert!(log.contains("\"text\":\"one\""));
        }
    });
}

#[test]
fn a_server_that_waits_for_one_fd_cannot_watch_it() {
    for name in ["blocking", "threads", "processes", "coroutines"] {
        let dir = tempfile::tempdir().unwrap();
        let out = command(dir.path(), &["--stdin", "--server", name]).output().unwrap();
        assert_eq!(out.status.code(), Some(2));
        let told = String::from_utf8(out.stderr).unwrap();
        assert!(told.contains(name) && told.lines().count() == 1, "{told}");
    }
}

/// What a closed fd on the list does, for each server; without the mistake nothing of the kind.
#[test]
fn a_closed_fd_that_stays_on_the_list_is_heard_of_for_ever() {
    on_each(|args| {
        for mistake in [&[][..], &["--mistake", "forget-unregister"]] {
            let wrong = !mistake.is_empty();
            let program = start(&[args, mistake].concat(), Stdio::null());
            drop(TcpStream::connect(program.addr).unwrap());
            program.until("its end", |log| log.contains("\"fact\":\"closed\""));
            let kind = (args[1], args.get(3).copied().unwrap_or_default());
            let symptom = match kind {
                ("poll", _) => "\"mask\":\"NVAL\"}]",
                ("select", _) => "\"call\":\"select\",\"err\":\"EBADF\"",
                ("scan", _) => "\"err\":\"EBADF\"",
                // It is open, and at its end, for ever; by edges that is told once.
                _ => "\"mask\":\"IN|RDHUP\"}]",
            };
            let once = args.iter().any(|arg| matches!(*arg, "epoll-et" | "edge" | "oneshot"));
            if wrong && !once {
                program.until("it again and again", |log| log.matches(symptom).count() > 10);
            }
            if !(wrong && args[1] == "select") {
                assert_eq!(program.ask(), 200);
            }
            let log = program.stop();
            let told = log.matches(symptom).count();
            assert_eq!(log.contains("\"mistake\":\"forget-unregister\""), wrong);
            let hidden = |line: &str| line.contains(symptom) && line.ends_with("\"own\":true}");
            assert!(!log.lines().any(hidden), "it is no plumbing");
            let closed = log.find("\"fact\":\"closed\"").unwrap();
            let close = log[..closed].contains("\"call\":\"close\"");
            if args[1].starts_with("epoll") {
                assert_eq!(close, !wrong, "it is forgotten without being closed");
                assert!(told <= 2 || wrong && !once, "{told} times");
            } else {
                assert!(close);
                assert_eq!(told > 0, wrong, "{told} times");
            }
        }
    });
}
