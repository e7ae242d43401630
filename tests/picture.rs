//! The loop panel against what the kernel has: the program in a real terminal, clients that the test
//! drives, and `/proc/net/tcp`.

#[path = "common/terminal.rs"]
mod terminal;

use std::io::Write;
use std::net::TcpStream;

use terminal::Terminal;

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");
const MEDIUM: (u16, u16) = (120, 36);

fn start(options: &[&str]) -> Terminal {
    let options = [&["--port", "0", "--theme", "dark", "--no-mouse"], options].concat();
    let terminal = Terminal::start(PROGRAM, MEDIUM, &options);
    terminal.see("RUNNING");
    terminal
}

/// The loop panel alone.
fn zoom_in(terminal: &mut Terminal) {
    terminal.press("2z");
    terminal.gone("╭ 3 event stream");
}

/// The fds of the line under a heading that begins so, each with what stands behind it.
fn listed(screen: &str, heading: &str) -> Option<Vec<String>> {
    let lines: Vec<&str> = screen.lines().collect();
    let at = lines.iter().position(|line| line.contains(heading))?;
    let left: String = lines.get(at + 1)?.chars().take(58).collect();
    let words = left.split_whitespace().map(|word| word.trim_start_matches('┃'));
    Some(
        words
            .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
            .map(Into::into)
            .collect(),
    )
}

fn request(port: u16) -> TcpStream {
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    client
}

#[test]
fn the_ready_list_is_what_the_next_wait_returns_and_only_of_fds_that_are_watched() {
    for server in ["epoll", "epoll-et"] {
        let mut terminal = start(&["--server", server]);
        let port = terminal.port();
        zoom_in(&mut terminal);
        terminal.press("p");
        terminal.see("HELD before epoll_wait");
        let _client = request(port);
        let ready = |screen: &str| listed(screen, "kernel ─ ready list");
        let screen = terminal.until("the listener is ready", |screen| {
            ready(screen).is_some_and(|fds| fds.len() == 1)
        });
        let listener = ready(&screen).unwrap();
        assert!(listener[0].ends_with(":IN"), "{screen}");
        let mut before = screen;
        let mut seen_ready = false;
        for _ in 0..40 {
            let held = |screen: &str| {
                screen.lines().find_map(|line| Some(line.split_once("HELD before ")?.1.to_owned()))
            };
            let last = |screen: &str| {
                screen.lines().find_map(|line| Some(line.split_once("last: ")?.1.to_owned()))
            };
            terminal.press("s");
            let screen = terminal.until("the next step, looked at", |screen| {
                (held(screen), last(screen)) != (held(&before), last(&before))
                    && held(screen).is_some()
                    && screen.contains("kernel ─ ready list")
                    && !screen.contains("not measured")
            });
            let watched = listed(&screen, "kernel ─ interest list").unwrap();
            for fd in ready(&screen).unwrap() {
                let (fd, mask) = fd.split_once(':').unwrap();
                assert!(watched.iter().any(|watched| watched == fd), "{server}: {fd}\n{screen}");
                assert!(mask.starts_with("IN"), "{server}: {mask}\n{screen}");
                seen_ready |= !listener[0].starts_with(fd);
            }
            // A command that came just as this wait began woke it too; that is told.
            let woken = screen.contains("of them our own waker");
            assert!(woken || !screen.contains("waker"), "{server}: own plumbing\n{screen}");
            // Received, and nothing else has come: nothing is ready.
            if last(&screen)
                .is_some_and(|last| last.starts_with("recv(") && !last.contains("EAGAIN"))
            {
                assert_eq!(ready(&screen), Some(vec![]), "{server}\n{screen}");
                break;
            }
            before = screen;
        }
        assert!(seen_ready, "{server}: the request was never on the list");
    }
}

#[test]
fn asleep_the_ready_list_is_empty_whatever_was_not_read() {
    let mut terminal =
        start(&["--server", "epoll-et", "--mistake", "no-drain", "--read-buffer", "1024"]);
    let mut client = TcpStream::connect(("127.0.0.1", terminal.port())).unwrap();
    zoom_in(&mut terminal);
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(4000));
    client.write_all(head.as_bytes()).unwrap();
    let screen = terminal.until("the loop sleeps beside unread bytes", |screen| {
        screen.contains("asleep for") && screen.contains("bytes unread on 1 socket")
    });
    assert!(screen.contains("kernel ─ ready list ─ empty"), "{screen}");
    assert_eq!(listed(&screen, "kernel ─ ready list"), Some(vec![]), "{screen}");
    // What was handed over stands below the boundary.
    let boundary = screen.lines().position(|line| line.contains("══")).unwrap();
    let array = screen.lines().position(|line| line.contains("the ready array")).unwrap();
    assert!(array > boundary && listed(&screen, "the ready array").is_some(), "{screen}");
}

/// Bytes unread of the sockets of that port which belong to no file: those that wait to be accepted.
fn unread_before_accept(port: u16) -> Vec<(u16, u64)> {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let port_of = |addr: &str| u16::from_str_radix(addr.rsplit_once(':')?.1, 16).ok();
    let mut unread: Vec<_> = table
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|field| port_of(field[1]) == Some(port) && field[3] == "01" && field[9] == "0")
        .map(|field| {
            let bytes = field[4].split_once(':').unwrap().1;
            (port_of(field[2]).unwrap(), u64::from_str_radix(bytes, 16).unwrap())
        })
        .collect();
    unread.sort_unstable();
    unread
}

#[test]
fn who_waits_to_be_accepted_is_listed_with_what_it_has_sent() {
    for server in ["epoll", "blocking"] {
        let mut terminal = start(&["--server", server, "--backlog", "4"]);
        let port = terminal.port();
        // Nobody else is accepted while one is held, or served.
        terminal.press("p");
        terminal.see("PAUSED");
        let _served = (server == "blocking").then(|| request(port));
        terminal.press("C");
        let screen =
            terminal.until("a queue that is full", |screen| screen.contains("accept queue 5 of 4"));
        assert!(!screen.contains("Nobody is connected yet"), "{server}\n{screen}");
        zoom_in(&mut terminal);
        let screen = terminal.until("each that waits, and what is behind them", |screen| {
            let waiting = unread_before_accept(port);
            waiting.len() == 5
                && screen.contains("in SYN-SENT")
                && screen.contains(" dropped")
                && waiting.iter().all(|(peer, bytes)| {
                    let name = format!("127.0.0.1:{peer}, {bytes} B unread, for ");
                    *bytes > 0 && screen.contains(&name)
                })
        });
        let all = 5 + usize::from(server == "blocking");
        assert!(screen.contains(&format!("bytes unread on {all} sockets")), "{server}\n{screen}");
    }
}

/// The fds on the interest list of that process' epoll, as the kernel has it.
fn on_the_list(pid: u32, epfd: i32) -> usize {
    let info = std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{epfd}")).unwrap();
    info.lines().filter(|line| line.starts_with("tfd:")).count()
}

#[test]
fn what_is_closed_but_not_taken_off_the_list_is_counted_on_it() {
    let mut terminal = start(&["--server", "epoll", "--mistake", "forget-unregister"]);
    let (port, pid) = (terminal.port(), terminal.child.process_id().unwrap());
    zoom_in(&mut terminal);
    let clients: Vec<TcpStream> = (0..5).map(|_| request(port)).collect();
    terminal.see("─ 6 watched");
    let mut clients = clients.into_iter();
    let _stays = clients.next();
    drop(clients);
    // The server has closed nothing: it keeps four sockets that it has forgotten.
    terminal.until("one is open", |screen| screen.contains("1 open"));
    let screen = terminal.see("─ 6 watched");
    // The waker is the seventh. In a textbook's order the listener is 3 and its epoll 4.
    assert_eq!(on_the_list(pid, 4), 7, "{screen}");
    let listed = listed(&screen, "kernel ─ interest list").unwrap();
    assert_eq!(listed, ["3", "5", "6", "7", "8", "9"], "{screen}");
}
