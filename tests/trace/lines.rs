//! The line of a Python program's own file in which each call is made, as the code view shows it.
#![cfg(feature = "python")]

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};

use epollscope::telemetry::ServerKind;
use epollscope::textbook::Listing;
use tempfile::TempDir;

use super::terminal::Terminal;
use super::{Script, client, free_port, listens, python, until};

/// The dashboard with the code view, of a program that listens and sleeps.
fn watched(words: &[&str], addr: SocketAddr) -> Terminal {
    let options = [&["run", "--"], words].concat();
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (200, 50), &options);
    super::leave(listens(addr));
    terminal.see(&addr.to_string());
    terminal.press("8");
    terminal.see("asleep in");
    terminal
}

/// The file that is shown, the number of the line that is marked as next, and before which call it is
/// held.
fn held(terminal: &Terminal) -> Option<(String, usize, String)> {
    let text = terminal.text();
    let call = text.split("held before ").nth(1)?.split_whitespace().next()?.to_owned();
    let file = text.split("8 code  ").nth(1)?.split_whitespace().next()?.to_owned();
    let marked = text.lines().find(|line| line.contains("┃▶") && !line.contains("asleep"))?;
    let number = marked.split("┃▶").nth(1)?.trim_start_matches([' ', '●']);
    Some((file, number.split_whitespace().next()?.parse().ok()?, call))
}

/// The newest calls of the stream: others after each that has returned.
fn stream(terminal: &Terminal) -> Vec<String> {
    let text = terminal.text();
    let lines = text.split("3 event stream").nth(1).unwrap_or_default().lines();
    lines.filter(|line| line.starts_with("│  ")).map(str::to_owned).collect()
}

/// Clients that have asked and have no more to say.
fn ask_all(addr: SocketAddr, request: &[u8]) -> [TcpStream; 3] {
    let ask = || {
        let mut socket = client(addr);
        socket.write_all(request).unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        socket
    };
    [ask(), ask(), ask()]
}

/// It goes on to its end, and all get their answers.
fn go_on(mut terminal: Terminal, clients: [TcpStream; 3]) {
    terminal.press("p");
    for mut client in clients {
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("hello"), "{answer}");
    }
    // These, and the one by which it was seen that it listens.
    terminal.see("4 closed");
    terminal.press("q");
    assert!(terminal.exit().success());
}

/// Steps until all of these calls were next; returns where each was.
fn step_through(terminal: &mut Terminal, calls: &[&str]) -> BTreeSet<(String, usize, String)> {
    let mut seen = BTreeSet::new();
    for _ in 0..120 {
        seen.insert(until("it is held", || held(terminal)));
        if calls.iter().all(|call| seen.iter().any(|(.., name)| name == call)) {
            return seen;
        }
        let before = (stream(terminal), held(terminal));
        terminal.press("s");
        // One that sleeps in its call lets others go first.
        let picture = |terminal: &Terminal| (stream(terminal), held(terminal));
        until("the next call", || (picture(terminal) != before).then_some(()));
    }
    panic!("not all of {calls:?}: {seen:#?}");
}

#[test]
fn each_call_of_a_textbook_listing_is_next_in_the_line_that_makes_it() {
    let Some(python) = python() else { return };
    std::thread::scope(|scope| {
        for (server, waits) in [
            (ServerKind::Blocking, "accept"),
            (ServerKind::Threads, "accept"),
            (ServerKind::Select, "select"),
            (ServerKind::Poll, "poll"),
            (ServerKind::Epoll, "epoll_wait"),
        ] {
            let python = &python;
            scope.spawn(move || {
                let script = Script::new(server, python);
                let mut terminal = watched(&script.words(), script.addr);
                terminal.press("p");
                terminal.see("PAUSED");
                let clients = ask_all(script.addr, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                let mut calls = vec!["recv", "send", "close", waits];
                calls.extend((waits != "accept").then_some("accept"));
                let seen = step_through(&mut terminal, &calls);
                for (file, line, call) in &seen {
                    assert!(script.words[1].ends_with(file.as_str()), "{file}");
                    let text = Listing::of(server).lines().nth(line - 1).unwrap();
                    let names = [format!("[{call}"), format!("({call}")];
                    // What Python itself adds to a call is made in the same line.
                    let known = calls.contains(&call.as_str()) || call == "epoll_ctl";
                    assert!(
                        !known || names.iter().any(|name| text.contains(name)),
                        "{server}: {call} in line {line}: {text}"
                    );
                }
                go_on(terminal, clients);
            });
        }
    });
}

/// A program of two files, which leaves its loop to a library.
struct Student {
    home: TempDir,
    words: Vec<String>,
}

impl Student {
    fn new(python: &str, port: u16, main: &str, helper: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let main_file = home.path().join("main.py");
        std::fs::write(&main_file, main).unwrap();
        std::fs::write(home.path().join("helper.py"), helper).unwrap();
        let words = vec![python.to_owned(), main_file.display().to_string(), port.to_string()];
        Self { home, words }
    }
}

/// Where a text stands in a file of the test.
fn line(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).unwrap()
}

/// The files of a program of two.
const MAIN: &str = "main.py";
const HELPER: &str = "helper.py";

const SELECTORS: [&str; 2] = [
    "import helper, selectors, socket, sys
watch = selectors.DefaultSelector()
server = socket.create_server(('127.0.0.1', int(sys.argv[1])))
watch.register(server, selectors.EVENT_READ)
while True:
    for key, mask in watch.select():
        if key.fileobj is server:
            watch.register(server.accept()[0], selectors.EVENT_READ)
        elif not helper.answer(key.fileobj):
            watch.unregister(key.fileobj)
            key.fileobj.close()
",
    "def answer(sock):
\tgot = sock.recv(1000)
\tif got:
\t\tsock.sendall(b'hello')
\treturn got
",
];

const SOCKETSERVER: [&str; 2] = [
    "import helper, socketserver, sys
socketserver.TCPServer.allow_reuse_address = True
with socketserver.TCPServer(('127.0.0.1', int(sys.argv[1])), helper.Handler) as server:
    server.serve_forever(3600)
",
    "import socketserver
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        while self.request.recv(1000):
            self.request.sendall(b'hello')
",
];

const ASYNCIO: [&str; 2] = [
    "import asyncio, helper, sys
async def main():
    server = await asyncio.start_server(helper.serve, '127.0.0.1', int(sys.argv[1]))
    await server.serve_forever()
asyncio.run(main())
",
    "async def serve(reader, writer):
    while got := await reader.read(1000):
        writer.write(b'hello')
    writer.close()
",
];

#[test]
fn of_a_library_the_line_counts_that_has_called_it() {
    let Some(python) = python() else { return };
    std::thread::scope(|scope| {
        for ([own, other], want) in [
            (
                SELECTORS,
                vec![
                    ("epoll_wait", MAIN, "watch.select()"),
                    ("accept", MAIN, "server.accept()"),
                    ("recv", HELPER, "sock.recv"),
                    ("send", HELPER, "sock.sendall"),
                    ("close", MAIN, "key.fileobj.close()"),
                ],
            ),
            (
                SOCKETSERVER,
                vec![
                    ("accept", MAIN, "serve_forever"),
                    ("recv", HELPER, "self.request.recv"),
                    ("send", HELPER, "self.request.sendall"),
                    ("close", MAIN, "serve_forever"),
                ],
            ),
            (
                ASYNCIO,
                vec![
                    ("epoll_wait", MAIN, "asyncio.run"),
                    ("accept", MAIN, "asyncio.run"),
                    ("recv", MAIN, "asyncio.run"),
                    ("send", HELPER, "writer.write"),
                ],
            ),
        ] {
            let python = &python;
            scope.spawn(move || {
                let addr = free_port();
                let student = Student::new(python, addr.port(), own, other);
                let words: Vec<&str> = student.words.iter().map(String::as_str).collect();
                let mut terminal = watched(&words, addr);
                terminal.press("p");
                terminal.see("PAUSED");
                let clients = ask_all(addr, b"x");
                let calls: Vec<&str> = want.iter().map(|(call, ..)| *call).collect();
                let seen = step_through(&mut terminal, &calls);
                for &(call, file, part) in &want {
                    let text = if file == MAIN { own } else { other };
                    let there = seen.iter().any(|(shown, number, name)| {
                        shown.ends_with(file) && *number == line(text, part) && name == call
                    });
                    assert!(there, "{call} in {part}: {seen:#?}");
                }
                assert!(student.home.path().exists());
                go_on(terminal, clients);
            });
        }
    });
}

#[test]
fn another_program_says_what_it_would_take() {
    let options = ["run", "--", "sleep", "100"];
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &options);
    terminal.see("sleep");
    terminal.press("8");
    terminal.see("would need its debug");
    terminal.press("q");
    assert!(terminal.exit().success());
}
