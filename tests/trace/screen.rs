//! A program under the scope in the dashboard: held before its calls, stepped, and ended with it.

use std::io::Write as _;

use epollscope::telemetry::ServerKind;

use super::terminal::Terminal;
use super::{Script, client, free_port, is_alive, listens, python, until};

#[test]
fn a_program_is_held_stepped_and_ended() {
    let Some(python) = python() else { return };
    let script = Script::new(ServerKind::Epoll, &python);
    let words = script.words();
    let options = [&["run", "--"], &words[..]].concat();
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &options);
    drop(listens(script.addr));
    terminal.see(&script.addr.to_string());
    assert!(!terminal.text().contains("http://"), "it has answered nobody yet");
    terminal.see("server.py (epoll)");
    terminal.press("p");
    terminal.see("PAUSED");
    let mut socket = client(script.addr);
    socket.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    // It sleeps in a call already, which returns; then it stands before the next.
    terminal.see("HELD before accept4(3)");
    terminal.press("s");
    terminal.see("HELD before ioctl(");
    terminal.press("s");
    terminal.see("HELD before epoll_ctl(");
    // What has come lies unread, as the kernel says.
    terminal.see("27 B");
    terminal.press("p");
    super::leave_after_answer(socket);
    terminal.see("the loop sleeps");
    // What it has answered was HTTP.
    terminal.see(&format!("http://{}/", script.addr));
    let pid = std::fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        (line.starts_with(&python) && line.contains(words[1])).then_some(pid)
    });
    let pid = pid.expect("the program's own process");
    terminal.press("q");
    assert!(terminal.exit().success());
    terminal.assert_restored();
    until("it is gone", || (!is_alive(pid)).then_some(()));
}

#[test]
fn the_last_picture_stays_when_it_ends() {
    let Some(python) = python() else { return };
    let text = "import socket, sys\n\
                socket.create_server(('127.0.0.1', 0)).settimeout(0.2)\n\
                print('its last words'); sys.exit(3)";
    let options = ["run", "--", &python, "-c", text];
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (100, 30), &options);
    terminal.see("has ended, with exit code 3");
    terminal.see("listen");
    terminal.press("q");
    assert!(terminal.exit().success());
}

#[test]
fn what_a_program_has_open_beside_its_clients_is_in_the_table() {
    let Some(python) = python() else { return };
    let text = "import os, select, socket, sys\n\
                port = int(sys.argv[1])\n\
                first = socket.create_server(('127.0.0.1', port))\n\
                epoll = select.epoll()\n\
                epoll.register(first, select.EPOLLIN)\n\
                second = socket.create_server(('127.0.0.1', 0))\n\
                epoll.register(second, select.EPOLLIN)\n\
                client = socket.create_connection(second.getsockname())\n\
                pipe, _ = os.pipe()\n\
                epoll.register(pipe, select.EPOLLIN | select.EPOLLET)\n\
                datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
                pair = socket.socketpair()\n\
                epoll.register(pair[0], select.EPOLLOUT | select.EPOLLONESHOT)\n\
                epoll.unregister(pair[0])\n\
                pair[1].close()\n\
                while True:\n\
                \x20   for fd, mask in epoll.poll():\n\
                \x20       if fd == first.fileno(): first.accept()[0].close()\n";
    let addr = free_port();
    let options = ["run", "--", &python, "-c", text, &addr.port().to_string()];
    let terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 50), &options);
    let screen = terminal.see("not watched");
    let row = |screen: &str, fd: &str| {
        let row = screen.lines().find_map(|line| {
            let line = line.strip_prefix('┃')?.split('┃').next()?;
            let words: Vec<&str> = line.split_whitespace().collect();
            (words.first() == Some(&fd)).then(|| words.join(" "))
        });
        row.unwrap_or_default()
    };
    // The sleep comes after all that.
    let screen = if row(&screen, "10").is_empty() {
        terminal.until("all", |it| !row(it, "10").is_empty())
    } else {
        screen
    };
    let told = ["4", "5", "6", "7", "8", "9", "10"].map(|fd| row(&screen, fd));
    assert_eq!(told[0], "4 epoll not watched");
    assert!(told[1].starts_with("5 127.0.0.1:") && told[1].contains("LISTEN IN"), "{told:?}");
    assert!(told[2].ends_with("connected not watched"), "{told:?}");
    assert_eq!(
        told[3..],
        ["7 pipe IN|ET", "8 pipe not watched", "9 UDP not watched", "10 Unix socket not watched"]
    );
    assert!(screen.contains("0 open"), "none of them is a client: {screen}");
    // That the program has come to itself and is not accepted is known as well.
    terminal
        .until("who waits", |screen| row(screen, "5").ends_with("LISTEN IN accept queue 1 of 128"));
    drop(terminal);
    // Where there is no room for peers, what each is stands in their place.
    let addr = free_port();
    let options = ["run", "--", &python, "-c", text, &addr.port().to_string()];
    let mut narrow = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (80, 24), &options);
    narrow.see("not watched");
    narrow.press("8");
    // It has come to its wait call only then.
    narrow.until("what they are", |screen| {
        screen.contains("4      epoll") && screen.contains("LISTEN  IN")
    });
}

/// A server that accepts, with an `io_uring` beside its listener.
#[test]
fn what_goes_by_an_io_uring_is_said_to_be_unseen() {
    let Some(python) = python() else { return };
    // io_uring_setup(2) is in no library of Python's; some kernels forbid it.
    let text = "import ctypes, os, socket, sys\n\
                ring = ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(120))\n\
                if ring < 0: sys.exit(9)\n\
                socket.create_server(('127.0.0.1', int(sys.argv[1]))).accept()\n";
    let addr = free_port();
    let options = ["run", "--", &python, "-c", text, &addr.port().to_string()];
    let terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (80, 24), &options);
    let screen = terminal.until("it accepts, or cannot have a ring", |screen| {
        screen.contains("exit code 9") || screen.contains("LISTEN")
    });
    if screen.contains("exit code 9") {
        return;
    }
    let screen = terminal.see("io_uring unseen");
    // The listener has its own row, and no other.
    let rows =
        screen.lines().filter(|line| line.starts_with("┃    4 ") || line.contains("TCP socket"));
    assert_eq!(rows.count(), 1, "{screen}");
}

#[test]
fn when_the_first_listener_is_closed_the_next_is_shown() {
    let Some(python) = python() else { return };
    let text = "import select, socket, sys\n\
                first = socket.create_server(('127.0.0.1', 0))\n\
                second = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n\
                poll = select.poll()\n\
                poll.register(second, select.POLLIN)\n\
                poll.poll(0); first.close(); poll.poll()\n";
    let addr = free_port();
    let options = ["run", "--", &python, "-c", text, &addr.port().to_string()];
    let terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &options);
    terminal.until("the second", |screen| {
        screen.lines().next().is_some_and(|header| header.contains(&addr.to_string()))
    });
    terminal.see("accept queue 0 of 128");
}

#[test]
fn what_the_program_writes_is_shown_and_told_once_more_at_the_end() {
    let options = ["run", "--", "sh", "-c", "echo first; printf '\\033[1mlast'; exec sleep 100"];
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &options);
    terminal.see("the program wrote 14 B: P");
    terminal.press("P");
    terminal.see("what the program has written, 14 B");
    terminal.see("first");
    terminal.see("\\u{1b}[1mlast");
    terminal.press("P");
    terminal.see("write  ");
    assert!(!terminal.text().contains("the program wrote"), "it was looked at");
    terminal.press("q");
    assert!(terminal.exit().success());
    terminal.see("first");
}
