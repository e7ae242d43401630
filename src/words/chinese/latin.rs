//! For tests: what may stay Latin on a Chinese screen.

use crate::clients::ClientKind;
use crate::telemetry::{ConnState, Kind, Mistake, ServerKind, Why};
use crate::words::Language;

/// What is written as it is in both languages: names of the kernel's and of protocols, what a person
/// types, keys as they are printed, units.
const KEPT: &[&str] = &[
    // The kernel and the network.
    "accept",
    "backlog",
    "buffer",
    "close",
    "connect",
    "drain",
    "epfd",
    "epoll",
    "epoll_create",
    "epoll_ctl",
    "epoll_wait",
    "event",
    "fd",
    "fdinfo",
    "listen",
    "mio",
    "netlink",
    "openat",
    "poll",
    "proc",
    "read",
    "recv",
    "select",
    "send",
    "sendfile",
    "setsockopt",
    "shutdown",
    "socket",
    "sock_diag",
    "status",
    "task",
    "tokio",
    "wait",
    "write",
    // Man pages, programs, and words of code that stand for themselves.
    "async",
    "await",
    "bind",
    "core",
    "errno",
    "eventfd",
    "fork",
    "getrlimit",
    "getrusage",
    "hello",
    "ip",
    "mask",
    "mmap",
    "nc",
    "net",
    "nginx",
    "open",
    "pthreads",
    "sched",
    "self",
    "signal",
    "somaxconn",
    "ss",
    "stat",
    "strace",
    "syscalls",
    // HTTP.
    "Content",
    "ETag",
    "Last",
    "Length",
    "Modified",
    "xx",
    "http",
    "html",
    "index",
    "slow",
    "tcp",
    "ms",
    "zh",
    "keep",
    "alive",
    // Options and their values, words of the filter.
    "all",
    "conn",
    "connections",
    "demo",
    "drop",
    "headless",
    "header",
    "idle",
    "list",
    "log",
    "protocol",
    "echo",
    "inline",
    "kind",
    "lang",
    "level",
    "edge",
    "max",
    "mistake",
    "nap",
    "nodelay",
    "not",
    "off",
    "offload",
    "on",
    "one",
    "oneshot",
    "port",
    "quit",
    "server",
    "sndbuf",
    "state",
    "stdin",
    "text",
    "yes",
    "fds",
    "trigger",
    "handler",
    "budget",
    "timeout",
    // Keys.
    "Backspace",
    "Down",
    "End",
    "Enter",
    "Esc",
    "Home",
    "PgDn",
    "PgUp",
    "Tab",
    "Up",
    "ctrl",
    "shift",
    // What peers and clients send in the tests, and files.
    "Accept",
    "Agent",
    "Host",
    "Linux",
    "Mozilla",
    "User",
    "hand",
    "jpg",
    "large",
    "schedstat",
    // Units and names.
    "kB",
    "MB",
    "GB",
    "min",
    "ns",
    "us",
    "cwnd",
    "rtt",
    "epollscope",
    "English",
    "KiB",
    "errors",
    "ours",
];

/// The words on a screen that belong to neither language's signs: English ones. Upper case stands for
/// a name of the kernel's or of a protocol.
pub(crate) fn english_words(screen: &str) -> Vec<String> {
    let mut kept: Vec<&str> = KEPT.to_vec();
    kept.extend(Kind::ALL.map(Kind::name));
    kept.extend(ServerKind::ALL.map(ServerKind::name));
    kept.extend(Mistake::ALL.map(Mistake::name));
    kept.extend(ClientKind::ALL.map(ClientKind::token));
    kept.extend(ConnState::ALL.map(ConnState::label));
    kept.extend(Why::ALL.map(Why::label));
    let parts = |name: &str| {
        name.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_owned).collect::<Vec<_>>()
    };
    let kept: Vec<String> = kept.into_iter().flat_map(parts).collect();
    // What ratatui adds to a row in which a letter takes two cells.
    let rows = screen.lines().map(|row| row.split(" Hidden by multi-width").next().unwrap_or(row));
    // A word of the filter with its value (fd:9, idle>5), and one that is cut by the edge of a box.
    let is_whole = |piece: &&str| {
        let filter = piece.contains([':', '<', '>']) && !piece.ends_with(':');
        !filter && !piece.contains(['┃', '…'])
    };
    let pieces = rows.flat_map(|row| row.split([' ', '、'])).filter(is_whole);
    let words = pieces.flat_map(parts);
    let small = |word: &String| word.len() > 1 && word.chars().any(|c| c.is_ascii_lowercase());
    words.filter(|word| small(word) && !kept.contains(word)).collect()
}

/// Draws once more in Chinese what is drawn here, and fails where an English word is on it. `also` may
/// be on it: what a test makes a peer or the system say.
#[track_caller]
pub(crate) fn walk(also: &[&str], draw: impl Fn() -> String) {
    Language::Chinese.speak();
    let screen = draw();
    Language::English.speak();
    let mut words = english_words(&screen);
    words.retain(|word| !also.contains(&word.as_str()));
    assert!(words.is_empty(), "{words:?} on\n{screen}");
}
