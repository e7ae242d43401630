//! Promise 1: what the log says is what the kernel did. strace(1) watches a run of thousands of
//! mixed requests, and its list of calls must equal the log's, call by call.

#[allow(unreachable_pub, reason = "a module of this test alone")]
mod strace;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(30);

struct Traced {
    strace: Child,
    pid: i32,
    addr: SocketAddr,
}

fn start(dir: &Path, options: &[&str]) -> Traced {
    let mut strace = Command::new("strace")
        // The limit holds for lists too, and a ready list may have 1,024 entries.
        .args(["-f", "-s", "1024", "-o"])
        .arg(dir.join("strace"))
        .args([
            "-e",
            "trace=network,desc,epoll_wait,epoll_pwait,epoll_ctl,sendfile,clock_nanosleep",
        ])
        .arg(env!("CARGO_BIN_EXE_epollscope"))
        .args(["--headless", "--quiet", "--port", "0", "--log"])
        .arg(dir.join("log"))
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(strace.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let addr = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}"));
    let addr = addr.trim_end_matches('/').split_once("://").unwrap().1.parse().unwrap();
    let log = std::fs::read_to_string(dir.join("log")).unwrap();
    let pid = log
        .split_once("\"pid\":")
        .map(|(_, rest)| rest[..rest.find([',', '}']).unwrap()].parse().unwrap());
    Traced { strace, pid: pid.expect("the log's first line names the process"), addr }
}

impl Traced {
    fn client(&self) -> TcpStream {
        let socket = TcpStream::connect(self.addr).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        socket
    }

    fn stop(mut self) {
        let pid = rustix::process::Pid::from_raw(self.pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let begin = Instant::now();
        while self.strace.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < LIMIT, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn read_answers(socket: &mut TcpStream, mut count: usize) {
    let mut text = Vec::new();
    let mut buffer = vec![0; 65536];
    while count > 0 {
        let n = socket.read(&mut buffer).unwrap();
        assert!(n > 0, "ended before the answer");
        text.extend_from_slice(&buffer[..n]);
        while let Some(end) = text.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&text[..end]).to_ascii_lowercase();
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok())
                .unwrap_or(0);
            let length = if head.contains(" 304 ") { 0 } else { length };
            if text.len() < end + 4 + length {
                break;
            }
            text.drain(..end + 4 + length);
            count -= 1;
        }
    }
}

/// Requests of every sort, by connections that end in every way.
fn mixed_load(server: &Traced, rounds: usize, targets: &[&str], large: &str) {
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut kept: Vec<TcpStream> = (0..8).map(|_| server.client()).collect();
    for round in 0..rounds {
        for (i, client) in kept.iter_mut().enumerate() {
            let target = targets[(round + i) % targets.len()];
            match (round + i) % 4 {
                0 => {
                    client.write_all(get(target).repeat(10).as_bytes()).unwrap();
                    read_answers(client, 10);
                }
                1 => {
                    let text = get(target);
                    let (first, second) = text.split_at(round % text.len());
                    client.write_all(first.as_bytes()).unwrap();
                    client.write_all(second.as_bytes()).unwrap();
                    read_answers(client, 1);
                }
                _ => {
                    client.write_all(get(target).as_bytes()).unwrap();
                    read_answers(client, 1);
                }
            }
        }
        let mut client = server.client();
        match round % 6 {
            0 => {
                client.write_all(get(targets[0]).repeat(3).as_bytes()).unwrap();
                client.shutdown(Shutdown::Write).unwrap();
                read_answers(&mut client, 3);
                assert_eq!(client.read(&mut [0]).unwrap(), 0);
            }
            1 => {
                client.write_all(b"NONSENSE\r\n\r\nmore of it").unwrap();
                client.read_to_end(&mut Vec::new()).unwrap();
            }
            2 => {
                client.write_all(get(targets[0]).as_bytes()).unwrap();
                rustix::net::sockopt::set_socket_linger(&client, Some(Duration::ZERO)).unwrap();
            }
            3 => {
                client.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
                client.read_to_end(&mut Vec::new()).unwrap();
            }
            4 => {
                client.write_all(get(large).repeat(2).as_bytes()).unwrap();
                read_answers(&mut client, 2);
            }
            _ => drop(client.write_all(b"GET / HT")),
        }
    }
}

/// One who does not read until the server has met a full buffer and asked for OUT.
fn slow_reader(server: &Traced, dir: &Path, large: &str) {
    let mut client = server.client();
    let text = format!("GET {large} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(16);
    client.write_all(text.as_bytes()).unwrap();
    until_told(dir, 1, |line| line.contains("\"call\":\"send") && line.contains("EAGAIN"));
    read_answers(&mut client, 16);
}

/// Waits until the log has so many such lines.
fn until_told(dir: &Path, count: usize, told: impl Fn(&&str) -> bool) {
    let begin = Instant::now();
    while std::fs::read_to_string(dir.join("log")).unwrap().lines().filter(&told).count() < count {
        assert!(begin.elapsed() < LIMIT, "it is not in the log");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Compares the two; returns what strace wrote.
fn compare(dir: &Path, at_least: usize) -> String {
    compare_with(dir, at_least, strace::of_strace)
}

/// The same, with a choice of strace's lines.
fn compare_with(dir: &Path, at_least: usize, of_strace: fn(&str) -> Vec<strace::Call>) -> String {
    let log = std::fs::read_to_string(dir.join("log")).unwrap();
    let trace = std::fs::read_to_string(dir.join("strace")).unwrap();
    let last = log.lines().last().unwrap();
    assert!(last.starts_with("{\"lost\":0,"), "{last}");
    let (log, seen) = (strace::of_log(&log), of_strace(&trace));
    if let Some(difference) = strace::difference(&log, &seen) {
        panic!("{difference}");
    }
    assert!(log.len() >= at_least, "only {} calls", log.len());
    trace
}

/// The log of the embedded site's server, started with these options.
fn embedded(options: &[&str], rounds: usize, at_least: usize) {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let limits = ["--header-timeout", "2", "--body-timeout", "1", "--idle-timeout", "4"];
    let server = start(dir.path(), &[&["--max-connections", "14"], &limits[..], options].concat());
    let silent = server.client();
    mixed_load(&server, rounds, &["/", "/missing", "/style.css", "/?query"], "/room.png");
    slow_reader(&server, dir.path(), "/room.png");
    // Ended by the limits of a head and of a body.
    for begun in ["GET / HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"] {
        let mut slow = server.client();
        slow.write_all(begun.as_bytes()).unwrap();
        slow.read_to_end(&mut Vec::new()).unwrap();
    }
    // More than --max-connections.
    let mut many: Vec<TcpStream> = (0..16).map(|_| server.client()).collect();
    let mut refused = many.pop().unwrap();
    refused.read_to_end(&mut Vec::new()).unwrap();
    // Closed by the idle timeout.
    let mut silent = silent;
    assert_eq!(silent.read(&mut [0]).unwrap_or(0), 0);
    server.stop();
    compare(dir.path(), at_least);
}

#[test]
fn the_log_equals_strace_for_the_embedded_site() {
    embedded(&[], 90, 3000);
}

#[test]
fn the_log_equals_strace_for_epoll() {
    embedded(&["--server", "epoll"], 45, 1500);
}

#[test]
fn the_log_equals_strace_for_epoll_by_edges() {
    embedded(&["--server", "epoll", "--trigger", "edge"], 45, 1500);
}

#[test]
fn the_log_equals_strace_for_epoll_by_oneshot() {
    embedded(&["--server", "epoll", "--trigger", "oneshot"], 45, 1500);
}

#[test]
fn the_log_equals_strace_for_poll() {
    embedded(&["--server", "poll"], 45, 1500);
}

#[test]
fn the_log_equals_strace_for_select() {
    embedded(&["--server", "select"], 45, 1500);
}

/// With a nap, so that the log loses nothing.
#[test]
fn the_log_equals_strace_for_scan() {
    embedded(&["--server", "scan", "--nap", "0.01"], 20, 3000);
}

#[test]
fn the_log_equals_strace_for_standard_input() {
    if !strace::works() {
        return;
    }
    for options in [&["--server", "select"][..], &["--server", "epoll", "--trigger", "edge"]] {
        let dir = tempfile::tempdir().unwrap();
        let mut server = start(dir.path(), &[options, &["--stdin"]].concat());
        let mut keyboard = server.strace.stdin.take().unwrap();
        for round in 0..100 {
            keyboard.write_all("举手\n".repeat(round).as_bytes()).unwrap();
            server.client().write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        }
        drop(keyboard);
        // It goes on without.
        let mut client = server.client();
        client.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        client.read_to_end(&mut Vec::new()).unwrap();
        server.stop();
        compare(dir.path(), 300);
    }
}

#[test]
fn the_log_equals_strace_for_files_on_disk() {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[&root(dir.path())]);
    let targets = ["/", "/other.txt", "/middle.bin", "/out", "/../x", "/missing", "/fifo"];
    mixed_load(&server, 90, &targets, "/large.bin");
    slow_reader(&server, dir.path(), "/large.bin");
    server.stop();
    let trace = compare(dir.path(), 3000);
    assert!(trace.contains("MSG_MORE") && trace.contains("TCP_NODELAY"));
}

/// Files of all sizes that a server treats differently.
fn root(dir: &Path) -> String {
    let root = dir.join("root");
    std::fs::create_dir(&root).unwrap();
    std::fs::write(root.join("index.html"), "<p>one</p>").unwrap();
    std::fs::write(root.join("other.txt"), vec![b'x'; 20_000]).unwrap();
    std::fs::write(root.join("middle.bin"), vec![b'z'; 200_000]).unwrap();
    std::fs::write(root.join("large.bin"), vec![b'y'; 3_000_000]).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", root.join("out")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, root.join("fifo"), fifo, mode, 0).unwrap();
    root.into_os_string().into_string().unwrap()
}

#[test]
fn the_log_equals_strace_without_cork_and_nodelay() {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let options = ["--cork", "off", "--nodelay", "off", &root(dir.path())];
    let server = start(dir.path(), &options);
    mixed_load(&server, 30, &["/", "/other.txt", "/missing"], "/large.bin");
    slow_reader(&server, dir.path(), "/large.bin");
    server.stop();
    let trace = compare(dir.path(), 1000);
    assert!(!trace.contains("MSG_MORE") && !trace.contains("TCP_NODELAY"));
}

#[test]
fn the_log_equals_strace_with_a_small_read_buffer() {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &["--read-buffer", "512"]);
    // So long that ten in a row fill the buffer several times.
    let long = format!("/?{}", "x".repeat(300));
    mixed_load(&server, 30, &["/", &long, "/missing"], "/room.png");
    // Exactly as long as the buffer: one read cannot tell that nothing is left.
    let exact = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "y".repeat(512 - 27));
    assert_eq!(exact.len(), 512);
    let mut client = server.client();
    for _ in 0..20 {
        client.write_all(exact.as_bytes()).unwrap();
        read_answers(&mut client, 1);
    }
    server.stop();
    let trace = compare(dir.path(), 1000);
    let full = |line: &&str| line.contains("recvfrom(") && line.ends_with(" = 512");
    assert!(trace.lines().filter(full).count() > 100);
}

#[test]
fn the_log_equals_strace_without_keep_alive() {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let options = ["--keep-alive", "off", &root(dir.path())];
    let server = start(dir.path(), &options);
    for round in 0..120 {
        let target = ["/", "/other.txt", "/missing", "/large.bin"][round % 4];
        let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut client = server.client();
        // Those after the first are not answered, and do not cost the first its answer.
        client.write_all(request.repeat(1 + round % 3).as_bytes()).unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1);
        assert!(answer.contains("\r\nConnection: close\r\n"));
    }
    server.stop();
    compare(dir.path(), 700);
}

#[test]
fn the_log_equals_strace_for_clients_that_take_nothing() {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &["--write-timeout", "1", &root(dir.path())]);
    let requests = "GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n".repeat(8);
    let mut clients: Vec<TcpStream> = (0..3).map(|_| server.client()).collect();
    for client in &mut clients {
        client.write_all(requests.as_bytes()).unwrap();
    }
    until_told(dir.path(), 3, |line| line.contains("\"why\":\"write timeout\""));
    for client in &mut clients {
        let error = client.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
    mixed_load(&server, 6, &["/", "/other.txt"], "/large.bin");
    server.stop();
    compare(dir.path(), 200);
}

#[test]
fn the_log_equals_strace_for_the_echo_protocol() {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &["--protocol", "echo"]);
    let mut buffer = vec![0; 100_000];
    for round in 1..200 {
        let mut client = server.client();
        for text in ["a", "举手", &"x".repeat(round * 500)] {
            client.write_all(text.as_bytes()).unwrap();
            client.read_exact(&mut buffer[..text.len()]).unwrap();
        }
    }
    server.stop();
    compare(dir.path(), 1500);
}

/// The runtime's own calls cannot be told; all others must be, from the same mixed load.
#[test]
fn the_log_equals_strace_for_coroutines_but_for_the_calls_of_the_runtime() {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    std::fs::create_dir(&root).unwrap();
    std::fs::write(root.join("index.html"), "<p>one</p>").unwrap();
    std::fs::write(root.join("large.bin"), vec![b'y'; 3_000_000]).unwrap();
    let limits = ["--header-timeout", "2", "--body-timeout", "1", "--idle-timeout", "4"];
    let first = ["--server", "coroutines", root.to_str().unwrap(), "--max-connections", "14"];
    let server = start(dir.path(), &[&first, &limits[..]].concat());
    let mut silent = server.client();
    mixed_load(&server, 90, &["/", "/missing", "/large.bin", "/?query"], "/large.bin");
    slow_reader(&server, dir.path(), "/large.bin");
    for begun in ["GET / HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"] {
        let mut slow = server.client();
        slow.write_all(begun.as_bytes()).unwrap();
        slow.read_to_end(&mut Vec::new()).unwrap();
    }
    // More than --max-connections.
    let mut many: Vec<TcpStream> = (0..16).map(|_| server.client()).collect();
    many.pop().unwrap().read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(silent.read(&mut [0]).unwrap_or(0), 0);
    server.stop();
    compare_with(dir.path(), 3000, strace::of_strace_without_runtime);
    let log = std::fs::read_to_string(dir.path().join("log")).unwrap();
    for word in ["parked", "woken", "started", "ended"] {
        assert!(log.contains(&format!("\"fact\":\"{word}\"")), "{word}");
    }
    assert!(!log.contains("\"call\":\"epoll"), "what cannot be seen is not told");
}
