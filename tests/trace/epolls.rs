//! A program with several epolls: one within another, and one of another thread. The loop shows the lists
//! of one of them, which is named and can be chosen.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use super::terminal::Terminal;
use super::{free_port, listens, python};

/// Whom it accepts first is served by a thread with an epoll of its own, the second by an epoll that the
/// outer one watches. At an empty line it closes that one.
const PROGRAM: &str = "
import select, socket, sys, threading
listener = socket.create_server(('127.0.0.1', int(sys.argv[1])))
outer, inner, workers = select.epoll(), select.epoll(), select.epoll()
outer.register(listener, select.EPOLLIN)
outer.register(inner, select.EPOLLIN)
conns = {}

def serve(epoll, wait):
    for fd, mask in epoll.poll(wait):
        said = conns[fd].recv(100)
        if said == b'\\n':
            epoll.close()
        elif said:
            conns[fd].send(said)
        else:
            conns.pop(fd).close()

def work():
    while True:
        serve(workers, None)

threading.Thread(target=work, daemon=True).start()
while True:
    for fd, mask in outer.poll():
        if fd == listener.fileno():
            conn, _ = listener.accept()
            conns[conn.fileno()] = conn
            (inner if len(conns) % 2 == 0 else workers).register(conn, select.EPOLLIN)
        elif not inner.closed:
            serve(inner, 0)
";

#[test]
fn each_epolls_lists_are_shown_when_it_is_chosen() {
    let Some(python) = python() else { return };
    let addr = free_port();
    let options = ["run", "--", &python, "-c", PROGRAM, &addr.port().to_string()];
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (170, 40), &options);
    let (mut first, mut second) = (listens(addr), listens(addr));
    let mut echoed = [0; 2];
    for (socket, says) in [(&mut first, b"ab"), (&mut second, b"cd")] {
        socket.write_all(says).unwrap();
        socket.read_exact(&mut echoed).unwrap();
        assert_eq!(&echoed, says);
        // Who has served it waits again before the other begins.
        std::thread::sleep(Duration::from_millis(300));
    }
    // The main thread has waited again, and last: on the outer one, which has reported the inner one.
    terminal.see("epoll fd 4, 1 of 3: the first thread");
    terminal.see("asleep for");
    let seen = |text: &str, has: &[&str]| {
        let beside: Vec<&str> = text.lines().filter_map(|line| line.rsplit('│').nth(1)).collect();
        let beside = beside.join("\n");
        has.iter().all(|has| beside.contains(has))
    };
    terminal.until("its list", |text| seen(text, &["2 watched", "IN 3 5", "✓5:IN"]));
    assert!(terminal.text().contains("> next epoll"), "the key is listed");
    terminal.press(">");
    terminal.see("epoll fd 4, 1 of 3: the first thread (chosen)");
    terminal.press(">");
    terminal.see("epoll fd 5, 2 of 3: the first thread (chosen)");
    // Nobody waits in it, and whether anything is ready in it cannot be seen.
    let inner = ["1 watched", "IN 8", "✓8:IN", "not to be seen", "epoll_wait() = 1", "sendto(8)"];
    terminal.until("its list", |text| seen(text, &inner));
    terminal.press(">");
    terminal.see("epoll fd 6, 3 of 3: thread ");
    terminal.until("its list", |text| seen(text, &["1 watched", "IN 7", "✓7:IN", "asleep for"]));
    terminal.press(">");
    terminal.see("epoll fd 4, 1 of 3: the first thread ╮");
    // What is closed is chosen no more.
    terminal.press(">>");
    terminal.see("epoll fd 5, 2 of 3: the first thread (chosen)");
    second.write_all(b"\n").unwrap();
    terminal.see("epoll fd 4, 1 of 2: the first thread ╮");
}
