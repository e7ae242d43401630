//! The program with a server whose calls sleep, in a process of its own: limits that hold for all of
//! a process, and its end.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{BINARY, LIMIT, ask, get, read_response, state_of};

/// The program itself, in a shell that limits it.
fn program(limit: &str, options: &[&str]) -> (Child, String) {
    let mut child = Command::new("sh")
        .args(["-c", &format!("{limit}; exec \"$0\" \"$@\""), BINARY, "--headless", "--port", "0"])
        .args(options)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let addr = line.trim_end().trim_start_matches("listening on http://").trim_end_matches('/');
    let addr = addr.to_owned();
    // Its events are read and thrown away until it ends.
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    (child, addr)
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
            parent_of == Some(parent.id())
        })
        .collect();
    assert_eq!(workers.len(), 10);
    parent.kill().unwrap();
    parent.wait().unwrap();
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
    assert!(child.wait().unwrap().success());
    let refused = Command::new(BINARY).args(["--server", "threads", "--once"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--once goes with"));
}

#[test]
fn without_room_for_a_thread_a_client_gets_a_503() {
    let options = ["--server", "threads", "--stack-size", "67108864"];
    let (mut child, addr) = program("ulimit -v 1000000", &options);
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
    child.kill().unwrap();
    child.wait().unwrap();
}

fn ask_softly(addr: &str) -> Option<u16> {
    let mut client = client(addr);
    client.write_all(get("/").as_bytes()).ok()?;
    let mut text = [0; 12];
    client.read_exact(&mut text).ok()?;
    std::str::from_utf8(&text[9..]).ok()?.parse().ok()
}

/// When an accept found no descriptor left.
fn tries(log: &std::path::Path) -> Vec<f64> {
    let text = std::fs::read_to_string(log).unwrap();
    let failed = text.lines().filter(|line| line.contains("\"err\":\"EMFILE\"}"));
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
        let (mut child, addr) = program("ulimit -n 30", &options);
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
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
