//! The program with a server whose calls sleep, in a process of its own: limits that hold for all of
//! a process, and its end.

mod common;

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{BINARY, LIMIT, ask, get, read_response, state_of};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

/// The program. A test that fails leaves nothing running.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program itself, in a shell that limits it.
fn program(limit: &str, options: &[&str]) -> (Program, String) {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limit}; exec \"$0\" \"$@\""), BINARY]);
    started(shell, options)
}

/// Starts what runs the program; returns where that listens.
fn started(mut command: Command, options: &[&str]) -> (Program, String) {
    let headless = command.args(["--headless", "--port", "0"]).args(options);
    let mut child = headless.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let addr = line.trim_end().trim_start_matches("listening on http://").trim_end_matches('/');
    let addr = addr.to_owned();
    // Its events are read and thrown away until it ends.
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    (Program(child), addr)
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < LIMIT, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn client(addr: &str) -> TcpStream {
    let client = TcpStream::connect(addr).unwrap();
    client.set_read_timeout(Some(LIMIT)).unwrap();
    client
}

#[test]
fn no_worker_outlives_its_parent() {
    let (mut parent, addr) = program("true", &["--server", "processes", "--demo-routes"]);
    let mut clients: Vec<TcpStream> = (0..10).map(|_| client(&addr)).collect();
    for client in &mut clients {
        assert_eq!(ask(client, "/").0, 200);
    }
    clients[0].write_all(get("/slow?ms=60000").as_bytes()).unwrap();
    let workers: Vec<i32> = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent_of =
                stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
            parent_of == Some(parent.0.id())
        })
        .collect();
    assert_eq!(workers.len(), 10);
    parent.0.kill().unwrap();
    parent.0.wait().unwrap();
    until("their end", || {
        workers.iter().all(|&pid| matches!(state_of(pid), None | Some('Z' | 'X')))
    });
    for client in &mut clients {
        assert_eq!(client.read(&mut [0]).unwrap_or(0), 0);
    }
}

#[test]
fn once_serves_one_client_and_ends() {
    let (mut child, addr) = program("true", &["--server", "blocking", "--once"]);
    let mut client = client(&addr);
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    assert_eq!(read_response(&mut client).0, 200);
    assert!(child.0.wait().unwrap().success());
    let refused = Command::new(BINARY).args(["--server", "threads", "--once"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--once goes with"));
}

#[test]
fn without_room_for_a_thread_a_client_gets_a_503() {
    let options = ["--server", "threads", "--stack-size", "67108864"];
    let (_child, addr) = program("ulimit -v 1000000", &options);
    let mut clients: Vec<TcpStream> = (0..40).map(|_| client(&addr)).collect();
    let answers: Vec<u16> = clients
        .iter_mut()
        .map(|client| {
            // One that was turned away may have closed before it was asked.
            let _ = client.write_all(get("/").as_bytes());
            read_response(client).0
        })
        .collect();
    assert_eq!(answers[0], 200);
    assert!(answers.contains(&503), "{answers:?}");
    drop(clients);
    // Those that have ended made room.
    until("another thread", || ask_softly(&addr) == Some(200));
}

/// How many processes and threads a user has, which is what the kernel counts.
fn processes_of(user: u32) -> u64 {
    let of_user = |path: &Path| path.metadata().is_ok_and(|about| about.uid() == user);
    let entries = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    let tasks = entries.filter(|path| of_user(path)).map(|path| path.join("task"));
    tasks.filter_map(|tasks| Some(std::fs::read_dir(tasks).ok()?.count() as u64)).sum()
}

#[test]
fn without_room_for_a_process_or_its_thread_a_client_gets_a_503() {
    let own = rustix::process::geteuid().as_raw();
    // Nobody has this number, and the limit does not bind root.
    let user = if own == 0 { 54_321 } else { own };
    // The program takes some eight, and a connection two: whichever of the two is the first that
    // there is no room for.
    for room in [16, 17] {
        let mut shell = Command::new("sh");
        let most = processes_of(user) + room;
        // Shells have two letters for it.
        let limit = format!("ulimit -u {most} 2>/dev/null || ulimit -p {most}");
        let limited = format!("{limit}; exec /proc/self/fd/0 \"$@\"");
        shell.args(["-c", &limited, "sh"]).uid(user).stdin(File::open(BINARY).unwrap());
        let (_child, addr) = started(shell, &["--server", "processes"]);
        let mut clients: Vec<TcpStream> = (0..10).map(|_| client(&addr)).collect();
        let answers: Vec<Option<u16>> = clients.iter_mut().map(status).collect();
        assert!(answers.contains(&Some(200)) && answers.contains(&Some(503)), "{answers:?}");
        drop(clients);
        // Those that have ended made room.
        until("another process", || ask_softly(&addr) == Some(200));
    }
}

fn ask_softly(addr: &str) -> Option<u16> {
    status(&mut client(addr))
}

/// The status of an answer. One that was turned away may have been closed before it asked.
fn status(client: &mut TcpStream) -> Option<u16> {
    let _ = client.write_all(get("/").as_bytes());
    let mut text = [0; 12];
    client.read_exact(&mut text).ok()?;
    std::str::from_utf8(&text[9..]).ok()?.parse().ok()
}

/// When an accept found no descriptor left.
fn tries(log: &std::path::Path) -> Vec<f64> {
    let text = std::fs::read_to_string(log).unwrap();
    let failed = text.lines().filter(|line| line.contains("\"err\":\"EMFILE\""));
    let time = |line: &str| {
        let rest = line.split_once("\"t\":").unwrap().1;
        rest[..rest.find(',').unwrap()].parse().unwrap()
    };
    failed.filter(|line| line.contains("\"accept\"")).map(time).collect()
}

#[test]
fn without_a_descriptor_the_listener_rests_and_goes_on() {
    for kind in ["threads", "processes"] {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let options = ["--server", kind, "--log", log.to_str().unwrap()];
        let (child, addr) = program("ulimit -n 1024", &options);
        // Later, since it lets no more in at the start than it has descriptors for.
        let pid = Pid::from_raw(child.0.id().cast_signed());
        prlimit(pid, Resource::Nofile, Rlimit { current: Some(30), maximum: Some(1024) }).unwrap();
        let clients: Vec<TcpStream> = (0..40).map(|_| client(&addr)).collect();
        if kind == "threads" {
            until("some tries", || tries(&log).len() > 5);
            let tries = tries(&log);
            let spaced = |pair: &[f64]| pair[1] - pair[0] > 0.09;
            assert!(tries.windows(2).all(spaced), "it does not spin: {tries:?}");
            assert!(std::fs::read_to_string(&log).unwrap().contains("\"fact\":\"rest\""));
        }
        drop(clients);
        until("an answer", || ask_softly(&addr) == Some(200));
    }
}
