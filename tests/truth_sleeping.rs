//! Promise 1 for the servers whose calls sleep: strace(1) watches all their threads and processes,
//! and what each of them did must be what the log says it did, call by call, in its order.
//!
//! Left out by rule: the channel between a worker process and its parent, and what a worker does
//! before it touches its socket and after its last word; the allocator's calls; the switch of `O_NONBLOCK`.

#[allow(dead_code, unreachable_pub, reason = "a module that this test uses a part of")]
mod strace;
#[path = "common/terminal.rs"]
mod terminal;

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use strace::Call;
use terminal::Terminal;

const LIMIT: Duration = Duration::from_secs(30);

struct Traced {
    strace: Child,
    pid: i32,
    addr: SocketAddr,
}

fn start(dir: &Path, server: &str, root: &Path) -> Traced {
    let limits = ["--header-timeout", "1", "--body-timeout", "1", "--write-timeout", "1"];
    let mut strace = Command::new("strace")
        .args(["-f", "-s", "64", "-o"])
        .arg(dir.join("strace"))
        .args(["-e", "trace=network,desc,sendfile,wait4", env!("CARGO_BIN_EXE_epollscope")])
        .args(["--headless", "--quiet", "--port", "0", "--max-connections", "20"])
        .args(["--server", server, "--log"])
        .arg(dir.join("log"))
        .args(limits)
        .arg(root)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(strace.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let addr = line.trim_end().strip_prefix("listening on http://").unwrap();
    let addr = addr.trim_end_matches('/').parse().unwrap();
    let log = std::fs::read_to_string(dir.join("log")).unwrap();
    let rest = log.split_once("\"pid\":").unwrap().1;
    let pid = rest[..rest.find([',', '}']).unwrap()].parse().unwrap();
    Traced { strace, pid, addr }
}

impl Traced {
    fn client(&self) -> TcpStream {
        let socket = TcpStream::connect(self.addr).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        socket
    }

    fn kill(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    fn stop(mut self) {
        self.kill(rustix::process::Signal::TERM);
        let begin = Instant::now();
        while self.strace.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < LIMIT, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")
}

fn read_answers(socket: &mut TcpStream, count: usize) {
    for _ in 0..count {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            assert_eq!(socket.read(&mut byte).unwrap(), 1, "ended before the answer");
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        socket.read_exact(&mut body).unwrap();
    }
}

/// Connections that end in every way, one after another.
fn load(server: &Traced, rounds: usize) {
    for round in 0..rounds {
        let mut client = server.client();
        let text = match round % 9 {
            0 => get("/").repeat(20) + &get("/other.txt") + &get("/missing"),
            1 => get("/large.bin").repeat(2),
            2 => "NONSENSE\r\n\r\nmore of it".to_owned(),
            3 => "GET / HTTP/1.0\r\n\r\n".to_owned(),
            4 => get("/out") + "GET / HT",
            5 => get("/").repeat(3),
            6 => "GET / HT".to_owned(),
            7 => "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n".to_owned(),
            _ => get("/large.bin").repeat(8),
        };
        client.write_all(text.as_bytes()).unwrap();
        match round % 9 {
            0 => read_answers(&mut client, 22),
            1 => read_answers(&mut client, 2),
            4 => read_answers(&mut client, 1),
            5 => {
                client.shutdown(Shutdown::Write).unwrap();
                read_answers(&mut client, 3);
                assert_eq!(client.read(&mut [0]).unwrap(), 0);
            }
            // One who reads nothing: the server gives up.
            8 => until_gone(&client),
            _ => drop(client.read_to_end(&mut Vec::new()).unwrap()),
        }
    }
}

/// Until the other end has reset the connection.
fn until_gone(client: &TcpStream) {
    let begin = Instant::now();
    while rustix::net::sockopt::socket_error(client).unwrap().is_ok() {
        assert!(begin.elapsed() < LIMIT, "it is not reset");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A test that fails leaves nothing running.
impl Drop for Traced {
    fn drop(&mut self) {
        if matches!(self.strace.try_wait(), Ok(None)) {
            self.kill(rustix::process::Signal::KILL);
            let _ = self.strace.wait();
        }
    }
}

type Threads = BTreeMap<Option<i64>, Vec<Call>>;

fn of_log(text: &str) -> Threads {
    let mut all = Threads::new();
    for (by, call) in strace::of_log_by(text) {
        all.entry(by).or_default().push(call);
    }
    all
}

/// What a descriptor of the server's process is.
#[derive(Clone, Copy, PartialEq)]
enum Is {
    Listener,
    Socket,
    /// A worker's channel, or what is handed to it.
    Own,
}

/// The start of a process opens the one, the allocator the other.
fn is_own(line: &str) -> bool {
    let paths = ["\"/dev/null\"", "\"/sys/devices/system/cpu", "\"/proc/sys/vm/overcommit_memory"];
    paths.iter().any(|path| line.contains(path))
}

/// What strace saw, by thread, as far as it is of the lesson.
fn of_strace(text: &str, log: &Threads) -> Threads {
    let lines = strace::whole_lines(text);
    let thread = |name: &str| name.parse::<i64>().unwrap();
    let own = lines.iter().find(|(_, line)| line.starts_with("listen(")).unwrap();
    let (own, listener) = (thread(&own.0), own.1[7..own.1.find(',').unwrap()].to_owned());
    // Processes are those that were told as such; the threads share the server's descriptors.
    let began: HashMap<i64, usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, (_, line))| line.contains("(0, SOL_SOCKET") || line.starts_with("recvfrom(0,"))
        .map(|(place, (name, _))| (thread(name), place))
        .rev()
        .collect();
    let spoke: HashMap<i64, usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, (_, line))| line.starts_with("write(1,"))
        .map(|(place, (name, _))| (thread(name), place))
        .collect();
    let mut is: HashMap<String, Is> = HashMap::from([(listener, Is::Listener)]);
    let mut all = Threads::new();
    let mut listens = false;
    for (place, (name, line)) in lines.iter().enumerate() {
        let who = thread(name);
        let by = (who != own).then_some(who);
        let told = log.contains_key(&by);
        let fd = line.split_once('(').map_or("", |(_, rest)| rest);
        let fd = fd[..fd.find([',', ')']).unwrap_or(fd.len())].trim_end();
        let result = line.rsplit_once(" = ").map_or("", |(_, value)| value.trim()).to_owned();
        // Before that, the listener's number may have been another socket's.
        listens |= who == own && (line.starts_with("listen(") || line.starts_with("setsockopt("));
        if !listens {
            continue;
        }
        if let Some(&begin) = began.get(&who) {
            // A worker's own descriptors; 1 is its channel.
            let plumbing = fd == "1" || line.starts_with("poll(") || line.starts_with("ppoll(");
            if place >= begin && spoke.get(&who).is_some_and(|&last| place < last) && !plumbing {
                all.entry(by).or_default().extend(strace::parse(line));
            }
            continue;
        }
        if line.starts_with("accept4(") {
            is.insert(result.clone(), Is::Socket);
        } else if line.contains("F_DUPFD_CLOEXEC") || is_own(line) {
            is.insert(result.clone(), Is::Own);
        } else if line.starts_with("socketpair(") {
            let pair = line.split_once('[').and_then(|(_, rest)| rest.split_once(']')).unwrap().0;
            is.extend(pair.split(", ").map(|fd| (fd.to_owned(), Is::Own)));
        }
        let what = is.get(fd).copied();
        if line.starts_with("close(") && what != Some(Is::Listener) {
            is.remove(fd);
        }
        let of_sockets = ["recvfrom(", "sendto(", "sendfile(", "accept4(", "shutdown(", "connect("];
        let of_channel = line.starts_with("shutdown(") && what == Some(Is::Own);
        let plumbing = what == Some(Is::Own)
            || ["socketpair(", "fcntl(", "ioctl("].iter().any(|call| line.starts_with(call))
            || is_own(line);
        if told && !plumbing && !of_channel {
            all.entry(by).or_default().extend(strace::parse(line));
        } else if !told {
            // Nobody else touches a socket.
            let touches = of_sockets.iter().any(|call| line.starts_with(call));
            assert!(!(touches && matches!(what, Some(Is::Socket | Is::Listener))), "{line}");
        }
    }
    all
}

fn compare(dir: &Path, at_least: usize, threads: usize) {
    let log = std::fs::read_to_string(dir.join("log")).unwrap();
    let trace = std::fs::read_to_string(dir.join("strace")).unwrap();
    let last = log.lines().last().unwrap();
    assert!(last.starts_with("{\"lost\":0,"), "{last}");
    let log = of_log(&log);
    let trace = of_strace(&trace, &log);
    for (by, calls) in &log {
        let seen = trace.get(by).map_or(&[][..], |calls| calls);
        if let Some(difference) = strace::difference(calls, seen) {
            panic!("thread or process {by:?}: {difference}");
        }
    }
    assert!(trace.keys().all(|by| log.contains_key(by)), "somebody is not in the log");
    let count: usize = log.values().map(Vec::len).sum();
    assert!(count >= at_least, "only {count} calls");
    assert!(log.len() >= threads, "only {} threads", log.len());
    eprintln!("{count} calls by {} threads or processes agree", log.len());
}

fn the_log_equals_strace(server: &str, clients: usize) {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    std::fs::create_dir(&root).unwrap();
    std::fs::write(root.join("index.html"), "<p>one</p>").unwrap();
    std::fs::write(root.join("other.txt"), vec![b'x'; 20_000]).unwrap();
    std::fs::write(root.join("large.bin"), vec![b'y'; 3_000_000]).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", root.join("out")).unwrap();
    let server = start(dir.path(), server, &root);
    if clients > 1 {
        std::thread::scope(|scope| {
            for _ in 0..clients {
                scope.spawn(|| load(&server, 18));
            }
        });
        // More than --max-connections.
        let mut many: Vec<TcpStream> = (0..22).map(|_| server.client()).collect();
        read_answers(&mut many.pop().unwrap(), 1);
    } else {
        load(&server, 36);
    }
    // Open at the end.
    let mut open = server.client();
    let _ = open.write_all(get("/").as_bytes());
    read_answers(&mut open, 1);
    server.stop();
    compare(dir.path(), 250, if clients > 1 { clients * 18 } else { 1 });
}

/// The operator resets clients, one of whom is asleep, one does not read, one just asks.
fn the_log_of_resets_equals_strace(server: &str) {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = |name| dir.path().join(name).to_str().unwrap().to_owned();
    let (trace, log, root) = (path("strace"), path("log"), path("root"));
    std::fs::create_dir(&root).unwrap();
    std::fs::write(dir.path().join("root/large.bin"), vec![b'y'; 3_000_000]).unwrap();
    let calls = "trace=network,desc,sendfile,wait4";
    let program = env!("CARGO_BIN_EXE_epollscope");
    let strace = ["-f", "-s", "64", "-o", &trace, "-e", calls, program];
    let options =
        ["--port", "0", "--theme", "dark", "--yes", "--server", server, "--log", &log, &root];
    let options = [&strace[..], &options].concat();
    let mut terminal = Terminal::start("strace", (120, 36), &options);
    terminal.see("RUNNING");
    for round in 0..9 {
        let mut client = TcpStream::connect(("127.0.0.1", terminal.port())).unwrap();
        client.set_read_timeout(Some(LIMIT)).unwrap();
        let name = client.local_addr().unwrap().to_string();
        terminal.see(&name);
        // Those that were reset before stay on the screen for a while.
        terminal.press(&format!("/{name}\r"));
        terminal.until("the cursor", |s| s.lines().any(|l| l.contains('▸') && l.contains(&name)));
        match round % 3 {
            0 => {}
            1 => client.write_all(get("/large.bin").repeat(8).as_bytes()).unwrap(),
            _ => {
                client.write_all(get("/large.bin").as_bytes()).unwrap();
                read_answers(&mut client, 1);
                client.write_all(get("/").repeat(20).as_bytes()).unwrap();
            }
        }
        terminal.press("X");
        until_gone(&client);
        terminal.see(" 0 open");
        terminal.press("\x1b");
        terminal.gone("filter:");
    }
    terminal.press("q");
    terminal.exit();
    compare(dir.path(), 60, if server == "blocking" { 2 } else { 10 });
    let text = std::fs::read_to_string(log).unwrap();
    let dissolved = "\"call\":\"connect\"";
    assert_eq!(text.lines().filter(|line| line.contains(dissolved)).count(), 9);
}

#[test]
fn the_log_of_resets_by_threads_equals_strace() {
    the_log_of_resets_equals_strace("threads");
}

#[test]
fn the_log_of_resets_by_processes_equals_strace() {
    the_log_of_resets_equals_strace("processes");
}

#[test]
fn the_log_of_blocking_equals_strace() {
    the_log_equals_strace("blocking", 1);
}

#[test]
fn the_log_of_threads_equals_strace() {
    the_log_equals_strace("threads", 6);
}

#[test]
fn the_log_of_processes_equals_strace() {
    the_log_equals_strace("processes", 4);
}
