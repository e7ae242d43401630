//! A program under the scope in the dashboard: held before its calls, stepped, and ended with it.

use std::io::Write as _;

use epollscope::telemetry::ServerKind;

use super::terminal::Terminal;
use super::{Script, client, is_alive, listens, python, until};

#[test]
fn a_program_is_held_stepped_and_ended() {
    let Some(python) = python() else { return };
    let script = Script::new(ServerKind::Epoll, &python);
    let words = script.words();
    let options = [&["run", "--"], &words[..]].concat();
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &options);
    drop(listens(script.addr));
    terminal.see(&script.addr.to_string());
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
