//! What students get wrong: small servers in Python, each with one mistake, and the sentence that the
//! dashboard says of it; and that it says none of what is right.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::terminal::Terminal;
use super::{client, free_port, python};

/// How each begins: an echo server in a loop, up to where the mistake is.
const BEGIN: &str = "
import errno, os, resource, select, socket, sys, time
listener = socket.create_server(('127.0.0.1', int(sys.argv[1])))
listener.setblocking(False)
conns = {}
";

/// The loop on epoll; `{}` is what a connection is watched for, what follows is done for each of its events.
fn on_epoll(watched: &str, does: &str) -> String {
    format!(
        "{BEGIN}
poll = select.epoll()
poll.register(listener, select.EPOLLIN)
while True:
    for fd, mask in poll.poll():
        if fd == listener.fileno():
            conn, _ = listener.accept()
            conn.setblocking(False)
            conns[conn.fileno()] = conn
            poll.register(conn, {watched})
        else:
            conn = conns[fd]
{}",
        does.lines().flat_map(|line| ["            ", line, "\n"]).collect::<String>()
    )
}

/// A mistake: the program, what its clients do, and what is said of it.
struct Mistake {
    program: String,
    clients: fn(SocketAddr) -> Vec<TcpStream>,
    says: &'static str,
}

/// One that sends so much, and stays.
fn one(addr: SocketAddr, sends: &[u8]) -> TcpStream {
    let mut socket = client(addr);
    socket.write_all(sends).unwrap();
    socket
}

#[expect(clippy::too_many_lines, reason = "a list of programs")]
fn mistakes() -> Vec<Mistake> {
    let of = |program: String, clients, says| Mistake { program, clients, says };
    vec![
        of(
            on_epoll("select.EPOLLIN | select.EPOLLET", "conn.recv(4)"),
            |addr| vec![one(addr, b"more than four")],
            "no event is due: edge-triggered and not drained",
        ),
        of(
            on_epoll("select.EPOLLIN", "conn.recv(99)").replace(
                "(listener, select.EPOLLIN)",
                "(listener, select.EPOLLIN | select.EPOLLET)\ntime.sleep(0.5)",
            ),
            |addr| (0..3).map(|_| client(addr)).collect(),
            "to be accepted for",
        ),
        of(
            on_epoll("select.EPOLLIN", "conn.recv(99)\nconn.send(bytes(8 << 20))"),
            |addr| vec![one(addr, b"give")],
            "a partial write was ignored",
        ),
        of(
            on_epoll("select.EPOLLIN", "conn.setblocking(True)\nconn.recv(4)\nconn.recv(4)"),
            |addr| vec![one(addr, b"half"), one(addr, b"the whole")],
            "in the loop while",
        ),
        of(
            on_epoll("select.EPOLLIN", "conn.recv(99)")
                .replace("conn, _ =", "listener.setblocking(True)\n            conn, _ =")
                .replace(
                    "EPOLLIN)\n        else",
                    "EPOLLIN)\n            conn, _ = listener.accept()\n        else",
                ),
            |addr| vec![one(addr, b"hello?")],
            "accept(3) slept for",
        ),
        of(
            format!(
                "{BEGIN}
poll = select.poll()
poll.register(listener, select.POLLIN)
while True:
    for fd, mask in poll.poll():
        if fd == listener.fileno():
            conn, _ = listener.accept()
            conns[conn.fileno()] = conn
            poll.register(conn, select.POLLIN)
        elif fd in conns and not conns[fd].recv(99):
            conns.pop(fd).close()
"
            ),
            |addr| leaves(one(addr, b"hello")),
            "fd 4 is closed and still on the list that poll is given",
        ),
        of(
            format!(
                "{BEGIN}
fds = [listener.fileno()]
while True:
    try:
        ready, _, _ = select.select(fds, [], [])
    except OSError:
        continue
    for fd in ready:
        if fd == listener.fileno():
            conn, _ = listener.accept()
            conns[conn.fileno()] = conn
            fds.append(conn.fileno())
        elif not conns[fd].recv(99):
            conns.pop(fd).close()
"
            ),
            |addr| leaves(one(addr, b"hello")),
            "fd 4 is closed and still on the list that select is given",
        ),
        of(
            on_epoll("select.EPOLLIN", "conn.recv(99)"),
            |addr| leaves(one(addr, b"hello")),
            "again and again: the client has gone, and fd",
        ),
        of(
            on_epoll("select.EPOLLIN | select.EPOLLOUT", "if mask & select.EPOLLIN: conn.recv(99)"),
            |addr| vec![one(addr, b"hello")],
            "is watched for OUT, is ready for it again and again",
        ),
        of(
            on_epoll(
                "select.EPOLLIN | select.EPOLLRDHUP",
                "if mask == select.EPOLLIN: conn.recv(99)",
            ),
            |addr| leaves(one(addr, b"hello")),
            "a mask is tested with &",
        ),
        of(
            on_epoll("select.EPOLLIN", "conn.recv(99)")
                .replace("conn, _ = listener", "try: conn, _ = listener")
                .replace("accept()\n", "accept()\n            except OSError: continue\n")
                .replace("while", "resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))\nwhile"),
            |addr| (0..6).map(|_| client(addr)).collect(),
            "finds no descriptor again and again",
        ),
        of(
            on_epoll(
                "select.EPOLLIN",
                "if fd not in copies:\n    copies[fd] = os.dup(fd)\n    conn.close()",
            )
            .replace("conns = {}", "conns, copies = {}, {}"),
            |addr| vec![one(addr, b"hello")],
            "was closed and is reported all the same (IN)",
        ),
        of(herd(), one_by_one, "a thundering herd"),
        of(stale(), one_ends_another, "fd 7 was closed in this turn before its event was handled"),
        // Of another listener than the first.
        of(
            herd().replace(
                "listener = ",
                "first = socket.create_server(('127.0.0.1', 0))\nlistener = ",
            ),
            one_by_one,
            "fd 4 is on 4 interest lists without EXCLUSIVE",
        ),
    ]
}

/// Four processes that wait for the same listener.
fn herd() -> String {
    on_epoll("select.EPOLLIN", "if not conn.recv(99): conn.close()")
        .replace("poll = ", "os.fork(); os.fork()\npoll = ")
        .replace("conn, _ = listener", "try: conn, _ = listener")
        .replace("accept()\n", "accept()\n            except OSError: continue\n")
}

/// Twenty clients, one after the other, that say nothing.
fn one_by_one(addr: SocketAddr) -> Vec<TcpStream> {
    for _ in 0..20 {
        drop(client(addr));
        std::thread::sleep(Duration::from_millis(20));
    }
    Vec::new()
}

/// An echo server in which one client may end the last that came, and nothing is done about its event.
fn stale() -> String {
    on_epoll(
        "select.EPOLLIN",
        "try: said = conn.recv(99)
except BlockingIOError: continue
if said == b'nap': time.sleep(0.25)
if said == b'end':
    other = conns.pop(max(conns))
    poll.unregister(other)
    other.close()
else:
    conn.send(said)",
    )
}

/// Three who are answered; while the server naps one of them wants the last to be ended, another comes,
/// and the last has something to say.
fn one_ends_another(addr: SocketAddr) -> Vec<TcpStream> {
    let mut all: Vec<TcpStream> = Vec::new();
    for _ in 0..3 {
        let mut socket = one(addr, b"hello");
        socket.read_exact(&mut [0; 5]).unwrap();
        all.push(socket);
    }
    let moment = || std::thread::sleep(Duration::from_millis(50));
    all[0].write_all(b"nap").unwrap();
    moment();
    all[1].write_all(b"end").unwrap();
    moment();
    let mut new = client(addr);
    moment();
    all[2].write_all(b"well?").unwrap();
    // Who has come is served all the same.
    std::thread::sleep(Duration::from_secs(1));
    new.write_all(b"hello").unwrap();
    new.read_exact(&mut [0; 5]).unwrap();
    all.push(new);
    all
}

/// Those who read at once, and those who strike from the list what they have closed, make nearly the same
/// calls as one that handles a stale event.
#[test]
fn who_gives_a_number_anew_and_is_right_is_told_nothing() {
    let Some(python) = python() else { return };
    let at_once = stale().replace(
        "            poll.register(conn",
        "            try: conn.send(conn.recv(99))\n            except BlockingIOError: pass\n            poll.register(conn",
    );
    let strikes = stale()
        .replace("    for fd, mask", "    closed = set()\n    for fd, mask")
        .replace(
            "        else:\n            conn =",
            "        elif fd not in closed:\n            conn =",
        )
        .replace("other.close()", "closed.add(other.fileno()); other.close()");
    std::thread::scope(|scope| {
        for program in [at_once, strikes] {
            let python = &python;
            scope.spawn(move || {
                let addr = free_port();
                let options = ["run", "--", python, "-c", &program, &addr.port().to_string()];
                let scope = env!("CARGO_BIN_EXE_epollscope");
                let terminal = Terminal::start(scope, (200, 40), &options);
                terminal.see(&addr.to_string());
                terminal.see("LISTEN");
                let clients = one_ends_another(addr);
                // Its new owner was served; time enough to be told anything.
                std::thread::sleep(Duration::from_millis(500));
                terminal.until("it is served", |screen| {
                    screen.lines().any(|line| line.contains("→ sendto") && line.contains("fd 7"))
                });
                let screen = terminal.text();
                // That it naps may be told.
                assert!(!screen.contains("closed in this turn"), "{screen}");
                drop(clients);
            });
        }
    });
}

/// It leaves once what it has sent was read.
fn leaves(socket: TcpStream) -> Vec<TcpStream> {
    std::thread::sleep(Duration::from_millis(100));
    drop(socket);
    Vec::new()
}

/// Four at a time: some need a moment in which nothing else is to be done.
#[test]
fn each_mistake_is_told() {
    let Some(python) = python() else { return };
    let all = mistakes();
    for some in all.chunks(4) {
        std::thread::scope(|scope| {
            for Mistake { program, clients, says } in some {
                let python = &python;
                scope.spawn(move || {
                    let addr = free_port();
                    let port = addr.port().to_string();
                    let options = ["run", "--", python, "-c", program, &port];
                    let scope = env!("CARGO_BIN_EXE_epollscope");
                    let terminal = Terminal::start(scope, (200, 40), &options);
                    terminal.see(&addr.to_string());
                    terminal.see("LISTEN");
                    let clients = clients(addr);
                    let screen = terminal.see(says);
                    assert!(screen.contains("\n ! "), "above the keys: {screen}");
                    drop(clients);
                });
            }
        });
    }
}
