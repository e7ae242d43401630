//! A process that runs, looked at from outside: what `epollscope attach` says of real servers is what
//! `/proc` and ss(8) say, and they run on as if nothing had been.

#[path = "common/terminal.rs"]
mod terminal;
#[path = "common/tools.rs"]
mod tools;

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use epollscope::attach::{Watcher, find, interest_of};
use epollscope::telemetry::{Mask, ServerKind};
use epollscope::textbook::Listing;
use rustix::process::{Pid, Signal, kill_process};
use terminal::Terminal;
use tools::{free_port, has, python};

const LIMIT: Duration = Duration::from_secs(20);
/// Connections that stay open, and say nothing.
const IDLE: usize = 20;

fn until<T>(what: &str, seen: impl FnMut() -> Option<T>) -> T {
    tools::until_within(LIMIT, what, seen)
}

/// A server of a test, ended with it.
struct Server {
    child: Child,
    addr: SocketAddr,
}

impl Server {
    fn start(words: &[&str], addr: SocketAddr) -> Self {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let server = Self { child, addr };
        until("it listens", || TcpStream::connect(addr).ok());
        server
    }

    fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    fn clients(&self, count: usize) -> Vec<TcpStream> {
        (0..count).map(|_| TcpStream::connect(self.addr).unwrap()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = Pid::from_child(&self.child);
        let _ = kill_process(pid, Signal::TERM);
        let begin = Instant::now();
        while self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            if begin.elapsed() > LIMIT {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn attach(target: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    command.args(["attach", "--headless", target]).env("XDG_CONFIG_HOME", "/dev/null");
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output().unwrap()
}

/// What it prints.
fn seen(target: &str) -> String {
    let told = attach(target);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap()
}

/// The words of each line of the part with that heading.
fn part<'t>(text: &'t str, heading: &str) -> Vec<Vec<&'t str>> {
    let lines = text.lines().skip_while(|line| !line.starts_with(heading)).skip(2);
    let lines = lines.take_while(|line| line.starts_with(' '));
    lines.map(|line| line.split_whitespace().collect()).collect()
}

/// Every process of a family by `/proc`: itself and its children.
fn family(pid: i32) -> Vec<i32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let children = children.unwrap_or_default();
    let children = children.split_whitespace().map(|pid| pid.parse::<i32>().unwrap());
    std::iter::once(pid).chain(children).collect()
}

/// Holds what is said of a server against what `/proc` and ss(8) say. Its clients say nothing
/// meanwhile.
fn assert_as_it_is(server: &Server, peers: &[TcpStream]) -> String {
    let text = seen(&server.pid().to_string());
    let family = family(server.pid());
    // The descriptors.
    let rows = part(&text, "descriptors");
    let told: BTreeSet<(i32, i32)> =
        rows.iter().map(|row| (row[0].parse().unwrap(), row[1].parse().unwrap())).collect();
    let mut there = BTreeSet::new();
    for pid in &family {
        for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap() {
            let name = entry.unwrap().file_name();
            there.insert((*pid, name.to_str().unwrap().parse::<i32>().unwrap()));
        }
    }
    assert_eq!(told, there, "{text}");
    // The connections: peer, state, both queues, who has them and as which number.
    let ports: BTreeSet<String> =
        peers.iter().map(|peer| peer.local_addr().unwrap().port().to_string()).collect();
    let filter = format!("sport = :{}", server.addr.port());
    let ss = Command::new("ss").args(["-tnpH", &filter]).output().unwrap();
    let ss = String::from_utf8(ss.stdout).unwrap();
    let mut by_ss = BTreeSet::new();
    for line in ss.lines().filter(|line| line.starts_with("ESTAB")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        for user in words.get(5).unwrap_or(&"").split("(\"").skip(1) {
            let number = |name: &str| {
                let rest = user.split(&format!("{name}=")).nth(1).unwrap();
                rest.split([',', ')']).next().unwrap().to_owned()
            };
            let row =
                [number("pid"), number("fd"), words[4].into(), words[1].into(), words[2].into()];
            by_ss.insert(row);
        }
    }
    let told: BTreeSet<[String; 5]> = rows
        .iter()
        .filter(|row| row.get(4) == Some(&"ESTABLISHED") && row[2] == "←")
        .map(|row| [row[0], row[1], row[3], row[5], row[6]].map(str::to_owned))
        .collect();
    assert_eq!(told, by_ss, "{text}");
    let told: BTreeSet<String> =
        told.iter().map(|row| row[2].rsplit_once(':').unwrap().1.to_owned()).collect();
    assert!(told.is_superset(&ports), "{text}");
    // The interest lists.
    for line in text.lines().filter(|line| line.starts_with("interest list of ")) {
        let (pid, rest) = line["interest list of ".len()..].split_once("/fd ").unwrap();
        let (epfd, _) = rest.split_once(':').unwrap();
        let file = std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{epfd}")).unwrap();
        let there: BTreeSet<(i32, u64)> = file
            .lines()
            .filter(|line| line.starts_with("tfd:"))
            .map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                (words[1].parse().unwrap(), u64::from_str_radix(words[5], 16).unwrap())
            })
            .collect();
        let rows = part(&text, line);
        let rows = rows.iter().filter(|row| row.last().unwrap().starts_with("0x"));
        let told: BTreeSet<(i32, u64)> = rows
            .map(|row| {
                let data = row.last().unwrap().strip_prefix("0x").unwrap();
                (row[0].parse().unwrap(), u64::from_str_radix(data, 16).unwrap())
            })
            .collect();
        assert_eq!(told, there, "{text}");
    }
    // Nobody was stopped.
    for pid in family {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        assert!(!status.contains("State:\tT") && !status.contains("State:\tt"), "{status}");
        assert!(status.contains("TracerPid:\t0"));
    }
    text
}

fn nginx(folder: &Path, workers: usize) -> Option<Server> {
    if !has("nginx") || !has("ss") {
        return None;
    }
    let (addr, dir) = (free_port(), folder.display());
    std::fs::write(folder.join("index.html"), "hello").unwrap();
    let config = format!(
        "daemon off; worker_processes {workers}; pid {dir}/pid; error_log {dir}/err;
         events {{ }}
         http {{
             access_log off; keepalive_requests 1000000000; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p;
             fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
             server {{ listen {addr}; root {dir}; }}
         }}"
    );
    let file = format!("{dir}/nginx.conf");
    std::fs::write(&file, config).unwrap();
    let server = Server::start(&["nginx", "-e", "/dev/null", "-c", &file], addr);
    // It listens before it has any worker.
    until("its workers", || (family(server.pid()).len() == 1 + workers).then_some(()));
    Some(server)
}

/// Asks on each connection, and reads the answer's head.
fn ask(clients: &mut [TcpStream]) {
    for client in clients {
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        client.set_read_timeout(Some(LIMIT)).unwrap();
        assert!(client.read(&mut [0; 4096]).unwrap() > 0);
    }
}

#[test]
fn nginx_and_its_workers_are_seen_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = nginx(folder.path(), 2) else { return };
    let mut clients = server.clients(IDLE);
    ask(&mut clients);
    let text = assert_as_it_is(&server, &clients);
    assert!(text.contains("nginx, by its file and its data"), "{text}");
    assert!(text.contains(&format!("listener {}", server.addr)), "{text}");
    assert!(text.contains("IN|RDHUP|ET ("), "{text}");
    assert!(text.contains("sleeps in epoll_wait("), "{text}");
    assert!(text.contains("no mistake that could be seen"), "{text}");
    let edge = Mask::IN.with(Mask::RDHUP).with(Mask::ET);
    assert_eq!(interest_of("nginx"), Some(edge), "as lesson 14 measures it");
    // They serve as before.
    ask(&mut clients);
}

#[test]
fn redis_is_seen_as_it_is() {
    if !has("redis-server") || !has("ss") {
        return;
    }
    let addr = free_port();
    let port = addr.port().to_string();
    let words = ["redis-server", "--port", &port, "--save", "", "--bind", "127.0.0.1"];
    let server = Server::start(&words, addr);
    let mut clients = server.clients(IDLE);
    for client in &mut clients {
        client.write_all(b"PING\r\n").unwrap();
        let mut answer = [0; 7];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"+PONG\r\n");
    }
    let text = assert_as_it_is(&server, &clients);
    assert!(text.contains("redis, by its file and its data"), "{text}");
    // As lesson 14 measures it.
    assert_eq!(interest_of("redis-server"), Some(Mask::IN));
    assert_eq!(interest_of("no-such-server"), None);
}

#[test]
fn node_is_seen_as_it_is() {
    if !has("node") || !has("ss") {
        return;
    }
    let addr = free_port();
    let text = format!(
        "require('http').createServer((_, to) => to.end('hello')).listen({}, '127.0.0.1')",
        addr.port()
    );
    let server = Server::start(&["node", "-e", &text], addr);
    let mut clients = server.clients(IDLE);
    ask(&mut clients);
    let text = assert_as_it_is(&server, &clients);
    assert!(text.contains("libuv in node, by its file and its data"), "{text}");
}

#[test]
fn lighttpd_is_seen_as_it_is() {
    if !has("lighttpd") || !has("ss") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (addr, dir) = (free_port(), folder.path().display());
    std::fs::write(folder.path().join("index.html"), "hello").unwrap();
    let config = format!(
        "server.document-root = \"{dir}\"\nserver.bind = \"127.0.0.1\"\nserver.port = {}\n\
         index-file.names = ( \"index.html\" )\n",
        addr.port()
    );
    let file = format!("{dir}/lighttpd.conf");
    std::fs::write(&file, config).unwrap();
    let server = Server::start(&["lighttpd", "-D", "-f", &file], addr);
    let mut clients = server.clients(IDLE);
    ask(&mut clients);
    assert_as_it_is(&server, &clients);
}

fn listing(folder: &Path, kind: ServerKind, python: &str) -> Server {
    let file = folder.join("server.py");
    std::fs::write(&file, Listing::of(kind).text()).unwrap();
    std::fs::write(folder.join("index.html"), "hello").unwrap();
    let addr = free_port();
    let (file, root) = (file.display().to_string(), folder.display().to_string());
    Server::start(&[python, &file, &addr.port().to_string(), &root], addr)
}

#[test]
fn a_listing_in_python_is_seen_as_it_is_and_by_its_files_name() {
    let Some(python) = python().filter(|_| has("ss")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = listing(folder.path(), ServerKind::EpollEt, &python);
    let clients = server.clients(IDLE);
    // It has taken them when the queue is empty.
    let text = until("all are accepted", || {
        let text = seen(&server.pid().to_string());
        text.contains("  0 wait to be accepted").then_some(text)
    });
    assert!(text.contains("Python's select.epoll, by its file and its data"), "{text}");
    assert_as_it_is(&server, &clients);
    drop(clients);
    let by_name = attach("server.py");
    // Others may run one of that name meanwhile: then which one is asked for.
    let said = String::from_utf8_lossy(&by_name.stderr).into_owned();
    assert!(by_name.status.success() || said.contains("Several are called server.py"), "{said}");
}

#[test]
fn a_server_that_serves_one_at_a_time_is_caught_in_its_call() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = listing(folder.path(), ServerKind::Blocking, &python);
    let _silent = server.clients(3);
    let text = until("it sleeps in recv", || {
        let text = seen(&server.pid().to_string());
        text.contains("sleeps in recvfrom(").then_some(text)
    });
    assert!(text.contains("2 wait to be accepted"), "{text}");
}

#[test]
fn who_is_not_there_is_said_in_one_sentence() {
    let sentence = |target: &str| {
        let told = attach(target);
        assert_eq!((told.status.code(), told.stdout.len()), (Some(1), 0), "{target}");
        let text = String::from_utf8(told.stderr).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        text
    };
    assert!(sentence("no-such-program").contains("There is no process no-such-program"));
    assert!(sentence("2147483647").contains("There is no process 2147483647"));
    assert!(sentence("a\x1b[2Jb").contains(r"a\x1b[2Jb"));
    let missing = Command::new(env!("CARGO_BIN_EXE_epollscope")).arg("attach").output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn workers_that_die_and_come_are_followed_on_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = nginx(folder.path(), 1) else { return };
    let worker = *family(server.pid()).last().unwrap();
    let pid = server.pid().to_string();
    let mut terminal =
        Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &["attach", &pid]);
    terminal.see(&format!("{pid} {worker}"));
    terminal.see("2 processes");
    let mut client = server.clients(1);
    let peer = client[0].local_addr().unwrap();
    terminal.see(&peer.to_string());
    // What is sent and not read is seen on a worker that is stopped.
    kill_process(Pid::from_raw(worker).unwrap(), Signal::STOP).unwrap();
    terminal.see("is stopped");
    client[0].write_all(b"GET / HTTP/1.1\r\n").unwrap();
    terminal.see("have lain unread for");
    kill_process(Pid::from_raw(worker).unwrap(), Signal::KILL).unwrap();
    let next = until("another comes", || {
        let last = *family(server.pid()).last().unwrap();
        (last != worker && last != server.pid()).then_some(last)
    });
    terminal.see(&format!("{pid} {next}"));
    terminal.press("L");
    terminal.see("从外面看");
    terminal.press("L");
    terminal.see("from outside");
    drop(server);
    terminal.see("nginx has ended");
    terminal.press("q");
    assert!(terminal.exit().success());
    terminal.assert_restored();
}

/// Starts redis with a client, or says why not.
fn redis() -> Option<(Server, TcpStream)> {
    if !has("redis-server") {
        return None;
    }
    let addr = free_port();
    let port = addr.port().to_string();
    let words = ["redis-server", "--port", &port, "--save", "", "--bind", "127.0.0.1"];
    let server = Server::start(&words, addr);
    let client = TcpStream::connect(addr).unwrap();
    client.set_read_timeout(Some(LIMIT)).unwrap();
    Some((server, client))
}

fn ping(client: &mut TcpStream) {
    client.write_all(b"PING\r\n").unwrap();
    let mut answer = [0; 7];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+PONG\r\n");
}

/// Traces its calls without a dashboard.
fn calls(pid: i32, output: Stdio) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    command.args(["attach", "--calls", "--headless", &pid.to_string()]);
    command.env("XDG_CONFIG_HOME", "/dev/null").env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::null()).stdout(output).stderr(Stdio::null()).spawn().unwrap()
}

fn field(pid: i32, name: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().to_owned()
}

fn is_traced(pid: i32) -> bool {
    field(pid, "TracerPid:") != "0"
}

/// No thread of it is traced or stands.
fn assert_runs(pid: i32) {
    until("nobody traces it", || (!is_traced(pid)).then_some(()));
    for entry in std::fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
        let path = entry.unwrap().path().join("status");
        let running = || {
            let status = std::fs::read_to_string(&path).unwrap_or_default();
            let stands = status.contains("State:\tT") || status.contains("State:\tt");
            (!stands && !status.contains("TracerPid:\t1")).then_some(())
        };
        until("each thread runs", running);
    }
}

#[test]
fn the_calls_of_a_process_that_runs_are_told_and_it_runs_on() {
    let Some((server, mut client)) = redis() else { return };
    ping(&mut client);
    let mut tracer = calls(server.pid(), Stdio::piped());
    until("it is traced", || is_traced(server.pid()).then_some(()));
    let mut told = std::io::BufReader::new(tracer.stdout.take().unwrap());
    // The connection that was there before is known, and so is for what it is watched. A call that it was
    // in when it was seized is not told.
    let mut seen = String::new();
    until("its calls are told", || {
        ping(&mut client);
        std::io::BufRead::read_line(&mut told, &mut seen).unwrap();
        let wait = seen.lines().position(|line| line.contains(":IN]"))?;
        seen.lines().skip(wait).any(|line| line.contains("write(")).then_some(())
    });
    let fd = seen.lines().find_map(|line| Some(line.split_once("read(")?.1.split_once(')')?.0));
    let fd = fd.unwrap_or_else(|| panic!("{seen}"));
    let last = |name: &str| seen.lines().rfind(|line| line.contains(name)).unwrap().to_owned();
    assert!(last(":IN]").contains("epoll_wait(") && last(":IN]").contains(&format!("[{fd}:IN]")));
    assert!(last("read(").contains(&format!("read({fd}) = 6")), "{seen}");
    assert!(last("write(").contains(&format!("write({fd}, 7) = 7")), "{seen}");
    assert!(last("write(").contains("conn 1"), "{seen}");
    // Somebody else may not trace it meanwhile.
    let second = attach_with(&["--calls", "--headless", &server.pid().to_string()]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("is traced by somebody else") && said.lines().count() == 1, "{said}");
    assert_eq!(second.status.code(), Some(1));
    kill_process(Pid::from_child(&tracer), Signal::TERM).unwrap();
    assert!(tracer.wait().unwrap().success());
    assert_runs(server.pid());
    ping(&mut client);
}

fn attach_with(options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    command.arg("attach").args(options).env("XDG_CONFIG_HOME", "/dev/null");
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output().unwrap()
}

#[test]
fn whoever_kills_the_tracer_does_no_harm() {
    let Some((server, mut client)) = redis() else { return };
    let pid = server.pid();
    for round in 0..25 {
        let mut tracer = calls(pid, Stdio::null());
        // At another moment each time: before it is seized, meanwhile, and later.
        let begin = Instant::now();
        let after = Duration::from_micros(1_000 * round);
        while begin.elapsed() < after {
            ping(&mut client);
        }
        tracer.kill().unwrap();
        tracer.wait().unwrap();
        assert_runs(pid);
        ping(&mut client);
    }
}

#[test]
fn a_process_that_is_traced_is_shown_held_and_left() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = listing(folder.path(), ServerKind::Epoll, &python);
    let mut clients = server.clients(2);
    until("both are accepted", || {
        let text = seen(&server.pid().to_string());
        text.contains("  2 connections  0 wait").then_some(())
    });
    let pid = server.pid().to_string();
    let options = ["attach", "--calls", &pid];
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &options);
    for client in &clients {
        terminal.see(&client.local_addr().unwrap().to_string());
    }
    terminal.press("p");
    terminal.see("PAUSED");
    clients[0].write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    terminal.see("HELD before recv");
    terminal.see("27 B");
    // It is let go where it stands.
    terminal.press("q");
    assert!(terminal.exit().success());
    assert_runs(server.pid());
    let mut answer = [0; 64];
    assert!(clients[0].read(&mut answer).unwrap() > 0);
}

#[test]
fn nothing_is_noticed_on_right_servers_under_load() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = nginx(folder.path(), 2) else { return };
    let redis = redis();
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut clients = server.clients(4);
                while !over.load(std::sync::atomic::Ordering::Relaxed) {
                    ask(&mut clients);
                }
            });
        }
        if let Some((redis, _)) = &redis {
            scope.spawn(|| {
                let mut client = redis.clients(1);
                while !over.load(std::sync::atomic::Ordering::Relaxed) {
                    ping(&mut client[0]);
                }
            });
        }
        let pids = [Some(server.pid()), redis.as_ref().map(|(redis, _)| redis.pid())];
        let watchers: Vec<Watcher> = pids
            .into_iter()
            .flatten()
            .map(|pid| Watcher::start(find(&pid.to_string()).unwrap()).unwrap())
            .collect();
        let (begin, mut looks) = (Instant::now(), 0);
        // Longer than what is to be noticed has to last.
        while begin.elapsed() < Duration::from_millis(2500) {
            for look in watchers.iter().filter_map(Watcher::latest) {
                looks += 1;
                if !look.findings.is_empty() {
                    over.store(true, std::sync::atomic::Ordering::Relaxed);
                    panic!("{:?}", look.findings);
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(looks >= 4, "{looks} looks");
    });
}
