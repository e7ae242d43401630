//! The real program in a real terminal, used as a user does: keys in, screens out, and the
//! clients' own sockets.

#[path = "common/terminal.rs"]
mod terminal;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use terminal::{LIMIT, Terminal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");
const SMALL: (u16, u16) = (80, 24);
const MEDIUM: (u16, u16) = (120, 36);
const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const CTRL_C: &str = "\x03";
const CTRL_L: &str = "\x0c";
const CTRL_Z: &str = "\x1a";
const DOWN: &str = "\x1b[B";
#[cfg(debug_assertions)]
const F11: &str = "\x1b[23~";
#[cfg(debug_assertions)]
const F12: &str = "\x1b[24~";

/// The program with a fixed theme, which does not ask the terminal, on a port of its own.
fn start(size: (u16, u16), options: &[&str]) -> Terminal {
    start_with(size, options, &[])
}

fn start_with(size: (u16, u16), options: &[&str], env: &[(&str, &str)]) -> Terminal {
    let options = [&["--port", "0", "--theme", "dark"], options].concat();
    let terminal = Terminal::start_with(PROGRAM, size, &options, env);
    terminal.see("RUNNING");
    terminal
}

/// A client that is connected.
fn connect(port: u16) -> TcpStream {
    let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket
}

/// As it stands in the table.
fn name(client: &TcpStream) -> String {
    client.local_addr().unwrap().to_string()
}

fn ask(client: &mut TcpStream) {
    client.write_all(b"GET /hand HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
}

/// Whether an answer has come: its first bytes are read.
fn is_answered(client: &mut TcpStream) -> bool {
    let mut begin = [0; 9];
    client.read_exact(&mut begin).unwrap();
    &begin == b"HTTP/1.1 "
}

#[track_caller]
fn assert_ends(mut terminal: Terminal, code: u32) -> String {
    assert_eq!(terminal.exit().exit_code(), code, "{}", terminal.text());
    terminal.assert_restored();
    terminal.text()
}

#[track_caller]
fn assert_log_is_complete(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let events = text.lines().filter(|line| line.starts_with("{\"seq\"")).count();
    let last = format!("{{\"lost\":0,\"events\":{events},");
    assert!(text.lines().last().is_some_and(|line| line.starts_with(&last)), "{text}");
}

/// Quits while a client from outside is connected, of which the program says so.
fn quit(terminal: &mut Terminal) {
    terminal.press("q");
    terminal.see("quit?");
    terminal.press("y");
}

#[test]
fn x_drops_the_client_that_it_names() {
    let mut terminal = start(SMALL, &[]);
    terminal.see("Nobody is connected yet.");
    let mut clients = [(); 3].map(|()| connect(terminal.port()));
    for client in &clients {
        terminal.see(&name(client));
    }
    // The second one, by the keyboard.
    let second = name(&clients[1]);
    terminal.press(DOWN);
    terminal.until("the cursor", |s| s.lines().any(|l| l.contains('▸') && l.contains(&second)));
    let line = terminal.line(&format!(" {second}"));
    let fd: u32 = line.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
    let question = format!("drop fd {fd} · {second}?");
    // A no leaves it alone.
    terminal.press("x");
    terminal.see(&question);
    terminal.press(ESC);
    terminal.gone(&question);
    ask(&mut clients[1]);
    assert!(is_answered(&mut clients[1]));
    // A yes hits it and nobody else.
    terminal.press("x");
    terminal.see(&question);
    terminal.press("y");
    let mut rest = Vec::new();
    clients[1].read_to_end(&mut rest).unwrap();
    terminal.see("2 open");
    terminal.until("the reason", |s| {
        // Of its address the end is left there.
        let end = second.trim_start_matches("127.0.");
        s.lines().any(|line| line.contains(end) && line.contains("dropped"))
    });
    for other in [0, 2] {
        ask(&mut clients[other]);
        assert!(is_answered(&mut clients[other]));
    }
    quit(&mut terminal);
    assert_ends(terminal, 0);
}

#[test]
fn capital_x_resets_and_yes_asks_nothing() {
    let mut terminal = start(SMALL, &["--yes"]);
    let mut client = connect(terminal.port());
    terminal.see(&name(&client));
    terminal.press("X");
    let error = client.read(&mut [0; 9]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    terminal.see("SO_LINGER");
    // All the others with one key.
    let mut others = [(); 3].map(|()| connect(terminal.port()));
    terminal.see("3 open");
    terminal.press("D");
    for other in &mut others {
        assert_eq!(other.read(&mut [0; 9]).unwrap(), 0);
    }
    terminal.see("0 open");
}

#[test]
fn paused_the_work_piles_up_and_is_stepped_through() {
    let mut terminal = start(MEDIUM, &[]);
    let mut early = connect(terminal.port());
    terminal.see(&name(&early));
    terminal.press("p");
    terminal.see("PAUSED at the loop");
    terminal.see("HELD before epoll_wait");
    // The kernel takes the connections and the bytes; the program does not.
    let mut late = connect(terminal.port());
    ask(&mut late);
    early.write_all(&[b'x'; 777]).unwrap();
    terminal.see("accept queue 1 of 1,024");
    terminal.until("the receive queue", |s| {
        s.lines().any(|line| line.contains(&name(&early)) && line.contains("777"))
    });
    let _third = connect(terminal.port());
    terminal.see("accept queue 2 of 1,024");
    // Among those who wait to be accepted it may be named, but it has no row.
    let row =
        |line: &str| line.starts_with(['┃', '│']) && line.contains(&format!("{} ○", name(&late)));
    assert!(!terminal.text().lines().any(row));
    // One call: the wait, and what its result means.
    terminal.press("s");
    terminal.see("last: epoll_wait() = ");
    terminal.see("HELD before accept");
    terminal.see("0 of 2 served");
    // The command is taken from the channel, and the waker is written right after it was put there:
    // the wait sees it or is quicker.
    terminal.until("who raised a hand, and what is not of the lesson", |s| {
        s.contains("3 fds raised a hand") && s.contains("our own waker.")
            || s.contains("2 fds raised a hand") && !s.contains("our own waker.")
    });
    // The next one: the accept, with the fd that is new.
    terminal.press("s");
    terminal.see(&name(&late));
    terminal.see("accept queue 1 of 1,024");
    terminal.see("last: accept(");
    // The rest of the turn.
    terminal.press("S");
    terminal.see("HELD before epoll_wait");
    terminal.see("accept queue 0 of 1,024");
    terminal.see("3 open");
    // And on: the client that has waited gets its answer.
    terminal.press("p");
    terminal.see("RUNNING");
    assert!(is_answered(&mut late));
}

#[test]
fn slow_motion_makes_a_few_calls_a_second() {
    let mut terminal = start(SMALL, &[]);
    let mut client = connect(terminal.port());
    terminal.see(&name(&client));
    terminal.press("----");
    terminal.see("SLOW 10 calls/s");
    let begin = Instant::now();
    ask(&mut client);
    assert!(is_answered(&mut client));
    // Between recv and send the loop stands for a tenth of a second.
    assert!(begin.elapsed() > Duration::from_millis(80), "{:?}", begin.elapsed());
    terminal.press("++++");
    terminal.see("RUNNING");
}

#[test]
fn the_table_is_filtered_and_sorted() {
    let mut terminal = start(SMALL, &[]);
    let clients = [(); 2].map(|()| connect(terminal.port()));
    let names = clients.each_ref().map(name);
    terminal.press("z");
    terminal.gone("╭ 3 event stream");
    for name in &names {
        terminal.see(name);
    }
    terminal.press("/");
    terminal.see("filter fd → socket:");
    terminal.press(&names[0]);
    terminal.gone(&format!(" {} ", names[1]));
    terminal.press(ENTER);
    terminal.see("(1 shown)");
    // Back from the zoom, then from the filter.
    terminal.press(ESC);
    terminal.see("╭ 3 event stream");
    terminal.press(ESC);
    terminal.until("both in the table", |s| {
        s.lines().any(|line| line.starts_with('┃') && line.contains(&names[1]))
    });
    // By a click on a heading, and the other way round by another.
    terminal.press("z");
    terminal.gone("╭ 3 event stream");
    let before = |first: &str, second: &str, s: &str| {
        s.find(first).zip(s.find(second)).is_some_and(|(first, second)| first < second)
    };
    terminal.click("fd△");
    terminal.see("fd▽");
    terminal.until("the order", |s| before(&names[1], &names[0], s));
    terminal.click("peer");
    terminal.gone("fd▽");
    // A click on a line selects it.
    for name in &names {
        terminal.click(name);
        terminal.until("the cursor", |s| s.lines().any(|l| l.contains('▸') && l.contains(name)));
    }
}

#[test]
fn enter_opens_the_card() {
    let mut terminal = start(MEDIUM, &[]);
    let mut client = connect(terminal.port());
    client.write_all(b"GET /hand?raised HTTP/1.1\r\nHost: x\r\nX-Diner: seven\r\n\r\n").unwrap();
    assert!(is_answered(&mut client));
    terminal.see(&name(&client));
    terminal.press(ENTER);
    terminal.see("┏ 5 card");
    terminal.see("GET /hand?raised HTTP/1.1");
    terminal.see("X-Diner: seven");
    terminal.see("ESTABLISHED");
    terminal.press(ESC);
    terminal.gone("┏ 5 card");
    terminal.see("╭ 2 the loop");
}

#[test]
fn a_frozen_picture_stands_while_the_server_goes_on() {
    let mut terminal = start(SMALL, &[]);
    let first = connect(terminal.port());
    terminal.see(&name(&first));
    terminal.press("f");
    terminal.see("FROZEN picture");
    let mut second = connect(terminal.port());
    ask(&mut second);
    assert!(is_answered(&mut second));
    // Its age goes on.
    terminal.until("an age in seconds", |s| {
        let age = s.split_once("FROZEN picture ").map(|(_, rest)| rest.split_whitespace().nth(1));
        age == Some(Some("s"))
    });
    assert!(!terminal.text().contains(&name(&second)));
    terminal.press("f");
    terminal.gone("FROZEN");
    terminal.see(&name(&second));
}

#[test]
fn each_panel_can_have_the_whole_screen() {
    let mut terminal = start(SMALL, &["--demo", "3"]);
    terminal.see("┏ 1 fd → socket");
    terminal.press("3z");
    terminal.gone("╭ 1 fd → socket");
    for (key, title) in [("2", "┏ 2 the loop"), ("4", "┏ 4 charts"), ("3", "┏ 3 event stream")]
    {
        terminal.press(key);
        terminal.see(title);
        terminal.gone(" 1 fd → socket ·");
    }
    terminal.press("\t");
    terminal.gone("┏ 3 event stream");
    terminal.press("1z");
    terminal.see("┏ 1 fd → socket");
    terminal.see("╭ 3 event stream");
}

#[test]
fn the_help_is_searched() {
    let mut terminal = start(SMALL, &[]);
    terminal.press("?");
    terminal.see("Every connection");
    terminal.press("freeze");
    terminal.see("Freeze the picture");
    terminal.gone("Every connection");
    // While it is open, keys are text.
    terminal.press("q");
    terminal.gone("Freeze the picture");
    terminal.press(ESC);
    terminal.see("┏ 1 fd → socket");
}

#[test]
fn clients_of_our_own_come_and_go() {
    let mut terminal = start(SMALL, &[]);
    terminal.press("a");
    terminal.see("connects and says nothing");
    terminal.press("1");
    terminal.gone("connects and says nothing");
    terminal.press("c");
    terminal.see("1 open");
    terminal.until("its mark", |s| s.lines().any(|l| l.contains('◆') && l.contains("127.0.0.1")));
    terminal.press("C");
    terminal.see("11 open");
    terminal.press("K");
    terminal.see("0 open");
}

#[test]
fn the_mouse_can_be_left_to_the_terminal() {
    use vt100::MouseProtocolMode::None as Off;
    let captured = |terminal: &Terminal, wanted: bool| {
        let begin = Instant::now();
        while (terminal.with_screen(vt100::Screen::mouse_protocol_mode) != Off) != wanted {
            assert!(begin.elapsed() < LIMIT, "mouse captured: {}", !wanted);
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let mut terminal = start(SMALL, &[]);
    captured(&terminal, true);
    terminal.press("m");
    terminal.see("mouse off");
    captured(&terminal, false);
    terminal.press("m");
    captured(&terminal, true);
    let mut terminal = start(SMALL, &["--no-mouse"]);
    captured(&terminal, false);
    terminal.press("m");
    captured(&terminal, true);
}

#[test]
fn every_way_to_quit_ends_it_whole() {
    type Way = (&'static str, &'static dyn Fn(&mut Terminal));
    let ways: [Way; 6] = [
        ("q", &|terminal| quit(terminal)),
        ("q while it stands", &|terminal| {
            terminal.press("p");
            terminal.see("PAUSED");
            quit(terminal);
        }),
        ("ctrl-c", &|terminal| terminal.press(CTRL_C)),
        ("TERM", &|terminal| terminal.signal(Signal::TERM)),
        ("INT", &|terminal| terminal.signal(Signal::INT)),
        ("HUP", &|terminal| terminal.signal(Signal::HUP)),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (way, leave) in ways {
        let path = folder.path().join(way);
        let mut terminal = start(SMALL, &["--log", path.to_str().unwrap()]);
        let mut client = connect(terminal.port());
        ask(&mut client);
        assert!(is_answered(&mut client));
        terminal.see(&name(&client));
        leave(&mut terminal);
        let left = assert_ends(terminal, 0);
        assert!(!left.contains("panicked"), "{way}: {left}");
        assert_log_is_complete(&path);
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).unwrap();
    }
}

#[test]
fn a_second_signal_ends_it_also_when_the_terminal_hangs() {
    use std::sync::atomic::Ordering;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let mut terminal = start((200, 50), &["--demo", "--log", path.to_str().unwrap()]);
    terminal.reads.store(false, Ordering::Relaxed);
    // Whole frames, until the kernel takes no more of them and the dashboard stands still. A write
    // may sleep on though there is room again; a signal makes it look.
    let begin = Instant::now();
    let mut still = (None, 0);
    while still.1 < 25 {
        assert!(begin.elapsed() < LIMIT, "it does not hang");
        terminal.press(CTRL_L);
        terminal.signal(Signal::WINCH);
        std::thread::sleep(Duration::from_millis(20));
        let writing = terminal.writing();
        let same = writing.is_some() && writing == still.0;
        still = (writing, if same { still.1 + 1 } else { 0 });
    }
    // The first one alone would end it with 0, if it could.
    while terminal.child.try_wait().unwrap().is_none() {
        assert!(begin.elapsed() < LIMIT, "it does not end");
        terminal.signal(Signal::TERM);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(terminal.exit().exit_code(), 1);
    assert_log_is_complete(&path);
}

#[test]
fn it_survives_every_size() {
    let mut terminal = start(SMALL, &["--demo", "3"]);
    for size in [(20, 5), (10, 3)] {
        terminal.resize(size);
        terminal.see("too small:");
    }
    terminal.resize((1, 1));
    terminal.resize(SMALL);
    terminal.see("╭ 3 event stream");
    terminal.resize((44, 9));
    terminal.see("┏ 1 fd → socket");
    terminal.gone("╭ 3 event stream");
    terminal.resize(MEDIUM);
    terminal.see("╭ 4 charts");
    terminal.press("q");
    assert_ends(terminal, 0);
    let mut terminal = Terminal::start(PROGRAM, (20, 5), &["--port", "0", "--theme", "dark"]);
    terminal.see("too small: 20×5");
    terminal.see("needs 40×8");
    terminal.press("q");
    assert_ends(terminal, 0);
}

#[test]
fn the_three_sizes_are_filled() {
    for (columns, rows) in [SMALL, MEDIUM, (200, 50)] {
        let terminal = start((columns, rows), &["--demo"]);
        let text = terminal.until("requests", |s| s.contains("request") && s.contains("GET"));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), usize::from(rows), "{text}");
        assert!(lines[0].contains("epollscope"), "{text}");
        assert!(lines[lines.len() - 1].ends_with("q quit"), "{text}");
        let width = usize::from(columns);
        assert!(lines[4..lines.len() - 1].iter().all(|l| l.chars().count() == width), "{text}");
        for panel in ["┏ 1 fd → socket", "╭ 2 the loop", "╭ 3 event stream"] {
            assert!(text.contains(panel), "{text}");
        }
        assert_eq!(text.contains("╭ 4 charts"), columns > 80, "{text}");
    }
}

#[test]
fn a_terminal_that_does_not_tell_its_colour_is_waited_for_briefly() {
    // The quickest of some, since a busy machine may hold one up.
    let took = (0..3).map(|_| {
        let begin = Instant::now();
        let mut terminal = Terminal::start(PROGRAM, SMALL, &["--port", "0"]);
        terminal.see("RUNNING");
        let took = begin.elapsed();
        terminal.press("q");
        assert_ends(terminal, 0);
        took
    });
    let quickest = took.min().unwrap();
    assert!(quickest < Duration::from_secs(3), "{quickest:?}");
}

#[test]
fn without_colour_the_selected_row_still_stands_out() {
    let options = ["--port", "0"];
    let terminal = Terminal::start_with(PROGRAM, SMALL, &options, &[("NO_COLOR", "1")]);
    let clients = [(); 2].map(|()| connect(terminal.port()));
    for client in &clients {
        terminal.see(&format!(" {} ", name(client)));
    }
    let inverse = |client: &TcpStream| {
        let (column, row) = terminal.place(&name(client));
        terminal.with_screen(|screen| screen.cell(row, column).unwrap().inverse())
    };
    assert!(terminal.line(&name(&clients[0])).contains('▸'));
    assert!(inverse(&clients[0]));
    assert!(!inverse(&clients[1]));
    terminal.with_screen(|screen| {
        for (row, column) in (0..24).flat_map(|row| (0..80).map(move |column| (row, column))) {
            let cell = screen.cell(row, column).unwrap();
            let colours = (cell.fgcolor(), cell.bgcolor());
            assert_eq!(colours, (vt100::Color::Default, vt100::Color::Default), "{row} {column}");
        }
    });
}

#[test]
fn where_the_locale_is_not_utf8_the_screen_is_ascii() {
    let options = ["--demo", "6"];
    let mut terminal = start_with(MEDIUM, &options, &[("LC_ALL", "C")]);
    terminal.see("fd -> socket");
    terminal.until("requests", |s| s.contains("request") && s.contains("GET"));
    for (keys, shown) in [
        ("p", "PAUSED"),
        (ENTER, "5 card"),
        ("x", "sure?"),
        ("n", "5 card"),
        ("?", "the server's loop"),
    ] {
        terminal.press(keys);
        let text = terminal.see(shown);
        let strange: String = text.chars().filter(|c| !c.is_ascii()).collect();
        assert_eq!(strange, "", "{text}");
    }
}

/// Runs the program from a shell with job control, which tells on the screen how it fares.
#[test]
fn ctrl_z_gives_the_shell_back_and_the_server_goes_on() {
    const SCRIPT: &str = "set -m; \"$0\" --port 0 --theme dark; echo \"status $?\"; read line; \
                          fg >/dev/null; echo \"ended $?\"";
    let mut terminal = Terminal::start("sh", SMALL, &["-c", SCRIPT, PROGRAM]);
    terminal.see("RUNNING");
    let port = terminal.port();
    let mut client = connect(port);
    terminal.see(&name(&client));
    terminal.press(CTRL_Z);
    terminal.see("status 1");
    terminal.assert_restored();
    // No dashboard, and yet somebody serves.
    let mut other = connect(port);
    for client in [&mut client, &mut other] {
        ask(client);
        assert!(is_answered(client));
    }
    assert!(!terminal.text().contains("RUNNING"));
    terminal.press("\n");
    terminal.see("RUNNING");
    for client in [&client, &other] {
        terminal.see(&name(client));
    }
    // It takes keys again, too.
    terminal.press("p");
    terminal.see("PAUSED");
    quit(&mut terminal);
    terminal.see("ended 0");
    assert_ends(terminal, 0);
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_of_the_dashboard_ends_the_server_and_the_log_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    for options in [&["--log", path.to_str().unwrap()][..], &["--server", "threads"]] {
        let mut terminal = start(SMALL, options);
        let mut client = connect(terminal.port());
        ask(&mut client);
        assert!(is_answered(&mut client));
        terminal.see(&name(&client));
        terminal.press(F12);
        let text = assert_ends(terminal, 1);
        // Wrapped by the terminal, wherever that may be.
        let text = text.replace('\n', "");
        assert_eq!(text.matches("panicked").count(), 1, "{text}");
        assert!(text.contains("epollscope: The dashboard has ended: "), "{text}");
        assert!(text.contains("a test asked for it"), "{text}");
        // A FIN, and no reset: the server closed it.
        client.read_to_end(&mut Vec::new()).unwrap();
    }
    assert_log_is_complete(&path);
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_of_the_server_is_a_panel_and_a_sentence() {
    let mut terminal = start(SMALL, &[]);
    let mut client = connect(terminal.port());
    terminal.see(&name(&client));
    terminal.press(F11);
    terminal.see("The server is not running any more.");
    terminal.see("a test asked for it");
    assert_eq!(client.read(&mut [0; 9]).unwrap(), 0);
    terminal.press("q");
    let text = assert_ends(terminal, 1);
    assert!(text.contains("epollscope: ") && text.contains("a test asked for it"), "{text}");
}

#[test]
fn a_burst_of_keys_is_taken_whole() {
    // More than crossterm reads at once; nothing may wait for the next key.
    let mut terminal = start(SMALL, &[]);
    terminal.see("Nobody is connected yet.");
    terminal.press(&DOWN.repeat(1000));
    terminal.press("q");
    assert_ends(terminal, 0);
}

#[test]
fn a_key_of_which_only_half_has_come_holds_nothing() {
    let mut terminal = start(SMALL, &[]);
    terminal.see("Nobody is connected yet.");
    // As alt-[ is sent, and as an arrow begins.
    terminal.press("\x1b[");
    let client = connect(terminal.port());
    terminal.see(&name(&client));
    terminal.press("6~");
    quit(&mut terminal);
    assert_ends(terminal, 0);
}

#[test]
fn a_terminal_that_goes_away_ends_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let terminal = start(SMALL, &["--log", path.to_str().unwrap()]);
    let mut client = connect(terminal.port());
    ask(&mut client);
    assert!(is_answered(&mut client));
    assert_eq!(terminal.hang_up().exit_code(), 0);
    assert_log_is_complete(&path);
}

#[test]
fn the_server_is_switched_live_and_our_clients_come_back() {
    let mut terminal = start((120, 36), &["--demo", "3"]);
    terminal.until("the demo", |s| s.contains("3 open"));
    for (number, name) in [("7", "poll"), ("3", "threads"), ("9", "epoll-et")] {
        terminal.press("v");
        terminal.until("the chooser", |s| s.contains("who waits for what"));
        terminal.press(number);
        terminal.press("\r");
        // Nobody but our own clients is there, so nothing is asked.
        terminal.until("the other server, with our clients", |s| {
            s.lines().next().is_some_and(|line| line.contains(&format!("── {name} ")))
                && s.contains("3 open")
        });
    }
    terminal.press("q");
    assert_eq!(terminal.exit().exit_code(), 0);
}

/// The row of standard input, if these words are in it.
fn has_stdin_row(screen: &str, words: &str) -> bool {
    screen
        .lines()
        .any(|line| line.contains(" 0 ") && line.contains("standard input") && line.contains(words))
}

#[test]
fn standard_input_is_one_more_fd_in_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("stdin");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
    let script = "exec \"$0\" \"$@\" < \"$PIPE\"";
    for (server, mask) in [("epoll-et", " IN|RDHUP|ET "), ("poll", " IN|RDHUP ")] {
        let options = ["-c", script, PROGRAM, "--port", "0", "--theme", "dark", "--stdin"];
        let options = [&options[..], &["--server", server]].concat();
        let env = [("PIPE", pipe.to_str().unwrap())];
        let mut terminal = Terminal::start_with("/bin/sh", SMALL, &options, &env);
        let mut stdin = std::fs::File::options().write(true).open(&pipe).unwrap();
        terminal.see("RUNNING");
        terminal.until("its row", |screen| has_stdin_row(screen, "0 B"));
        stdin.write_all(b"hello\n").unwrap();
        terminal.until("what was read", |screen| {
            has_stdin_row(screen, mask) && has_stdin_row(screen, " 6 B")
        });
        // The keyboard is the terminal's, and the other rows are where they were.
        let client = connect(terminal.port());
        terminal.until("the row below it", |screen| {
            let mut lines = screen.lines().skip_while(|line| !line.contains("standard input"));
            lines.nth(1).is_some_and(|line| line.contains('▸') && line.contains(&name(&client)))
        });
        terminal.press("p");
        terminal.see("PAUSED");
        terminal.press("p");
        terminal.see("RUNNING");
        if server == "poll" {
            drop(stdin);
            terminal.until("its end", |screen| has_stdin_row(screen, "ended  6 B read"));
        } else {
            stdin.write_all(b"quit\n").unwrap();
            terminal.see("Standard input said quit.");
        }
        if server == "poll" {
            quit(&mut terminal);
        } else {
            terminal.press("q");
        }
        assert_ends(terminal, 0);
    }
}

#[test]
fn a_server_that_serves_once_has_not_failed() {
    let mut terminal = start(SMALL, &["--server", "blocking", "--once"]);
    let mut client = connect(terminal.port());
    ask(&mut client);
    assert!(is_answered(&mut client));
    drop(client);
    terminal.see("It has served one connection: --once.");
    terminal.press("q");
    assert_ends(terminal, 0);
}

#[test]
fn the_servers_numbers_follow_one_another_as_in_a_textbook() {
    numbers_follow("epoll", 5);
}

/// Where `accept` sleeps it has taken the number before: what our own clients open then may have
/// the one before it for a moment.
#[test]
fn those_of_a_server_whose_accept_sleeps_are_small_too() {
    numbers_follow("threads", 4);
}

/// The listener is 3, the epoll instance 4 where there is one, and the clients follow.
fn numbers_follow(server: &str, first: u32) {
    let name = format!("epollscope-numbers-{server}-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let log = path.to_str().unwrap();
    let options = ["--server", server, "--demo", "idle=8", "--log", log, "--force"];
    let mut terminal = start(MEDIUM, &options);
    terminal.see("8 open");
    terminal.press("q");
    assert_ends(terminal, 0);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let of = |call: &str, member: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains(&format!("\"call\":\"{call}\"")));
        let values = lines.filter_map(|line| {
            let (_, rest) = line.split_once(&format!("\"{member}\":"))?;
            Some(rest.split([',', '}']).next()?.to_owned())
        });
        values.filter(|value| value.chars().all(|c| c.is_ascii_digit())).collect()
    };
    assert_eq!(of("listen", "fd"), ["3"], "{text}");
    let epoll: &[&str] = if first > 4 { &["4"] } else { &[] };
    assert_eq!(of("epoll_create1", "ret"), epoll, "{text}");
    let clients: Vec<String> = (first..first + 8).map(|fd| fd.to_string()).collect();
    let mut accepted = of("accept", "ret");
    if server == "threads" {
        accepted.sort_by_key(|fd| fd.parse::<u32>().ok());
    }
    assert_eq!(accepted, clients, "{text}");
}
