//! One place makes the server's calls: what waits, accepts, receives, sends or closes is called
//! through `src/server/calls`, or is one of a selector's.

use std::fs;
use std::path::{Path, PathBuf};

/// Calls that no other file of the server makes.
const CALLS: [&str; 20] = [
    "acceptfrom",
    "accept_with",
    "net::accept",
    "net::recv(",
    "net::send(",
    "net::shutdown(",
    "net::connect_unspec(",
    "sendfile(",
    "set_socket_linger(",
    "set_socket_timeout(",
    "rustix::io::read(",
    "rustix::io::write(",
    "rustix::io::close(",
    "epoll::add(",
    "epoll::modify(",
    "epoll::delete(",
    "epoll::wait(",
    "selector.wait(",
    "selector.watch(",
    "clock_nanosleep",
];

/// Where they are made. The workers talk to their parent over a channel of their own.
const ALLOWED: [&str; 3] = ["calls", "selector", "processes"];

/// Published calls of the readiness servers and coroutines: they are made where they are published.
const PUBLISHED: [&str; 9] = [
    "What::Accept {",
    "What::Recv {",
    "What::Send {",
    "What::Sendfile {",
    "What::Shutdown {",
    "What::Setsockopt {",
    "What::EpollCtl {",
    "What::Input {",
    "Some(id), What::Close)",
];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The lines of files of the server that hold one of these, without comments and without tests.
fn lines_with(patterns: &[&str], is_looked_at: impl Fn(&Path) -> bool) -> Vec<String> {
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server");
    let mut files = Vec::new();
    sources(&server, &mut files);
    assert!(files.len() > 40, "these are the server's sources");
    let mut lines = Vec::new();
    for path in files {
        let inside = path.strip_prefix(&server).unwrap();
        if !is_looked_at(inside) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            if !is_comment && patterns.iter().any(|pattern| line.contains(pattern)) {
                lines.push(format!("{}:{}: {}", inside.display(), number + 1, line.trim()));
            }
        }
    }
    lines
}

#[test]
fn the_servers_calls_are_made_in_one_place() {
    let elsewhere =
        lines_with(&CALLS, |path| !ALLOWED.iter().any(|allowed| path.starts_with(allowed)));
    assert_eq!(elsewhere, [""; 0], "calls outside of {ALLOWED:?}");
}

#[test]
fn the_loop_publishes_no_call_that_it_has_not_made_there() {
    let loops = ["reactor", "loop_state", "coroutines"];
    let elsewhere = lines_with(&PUBLISHED, |path| loops.iter().any(|part| path.starts_with(part)));
    assert_eq!(elsewhere, [""; 0], "published outside of calls");
}

#[test]
fn each_call_of_the_loop_is_made_once() {
    let made = lines_with(&CALLS, |path| path.starts_with("calls"));
    for call in ["net::recv(", "net::send(", "sendfile(", "set_socket_linger("] {
        let count = made.iter().filter(|line| line.contains(call)).count();
        assert_eq!(count, 1, "{call}: {made:#?}");
    }
}
