use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use super::{Listing, marks, named};
use crate::source::{Language, Source};
use crate::telemetry::{CtlOp, Kind, ServerKind};

fn all() -> impl Iterator<Item = &'static Listing> {
    ServerKind::ALL.into_iter().map(Listing::of)
}

/// The part of a listing from a line that begins so to the next blank one.
fn part<'a>(listing: &'a Listing, begins: &str) -> Vec<&'a str> {
    let lines = listing.lines().skip_while(|line| !line.starts_with(begins));
    lines.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn each_is_of_its_server_and_says_so_in_two_languages() {
    for (server, listing) in ServerKind::ALL.into_iter().zip(all()) {
        assert_eq!(listing.server(), server);
        let top: Vec<_> = listing.lines().take(2).collect();
        assert_eq!(top[0], format!("# {server}: {}", listing.english()));
        assert_eq!(top[1], format!("# {server}：{}", listing.chinese()));
        assert!(listing.english().is_ascii() && listing.english().ends_with('.'), "{top:?}");
        assert!(listing.chinese().ends_with('。'), "{top:?}");
    }
}

#[test]
fn each_fits_on_a_projector() {
    for listing in all() {
        assert!(listing.lines().count() <= 60, "{}", listing.server());
        for line in listing.lines() {
            assert!(line.width() <= 72 && line == line.trim_end(), "{}: {line}", listing.server());
        }
    }
}

#[test]
fn all_have_the_same_parts() {
    let first = Listing::of(ServerKind::Blocking);
    for listing in all() {
        for begins in ["def parse(", "def answer("] {
            let own = part(listing, begins);
            assert!(own.len() > 3);
            assert_eq!(own, part(first, begins), "{}", listing.server());
        }
        assert!(listing.lines().any(|line| line.contains("def serve(")), "{}", listing.server());
    }
    // Those whose calls sleep differ only in who makes them.
    let sleeps = part(first, "def serve(");
    for server in [ServerKind::Threads, ServerKind::Processes] {
        assert_eq!(part(Listing::of(server), "def serve("), sleeps);
    }
}

#[test]
fn a_mark_is_the_name_of_a_call_and_stands_on_one_line() {
    let names: BTreeSet<_> = Kind::ALL.into_iter().filter_map(named).collect();
    for listing in all() {
        let mut seen = BTreeSet::new();
        for mark in listing.lines().flat_map(marks) {
            let (name, op) = mark;
            let ops = CtlOp::ALL.map(CtlOp::name);
            assert!(names.contains(name), "{}: {mark:?}", listing.server());
            let is_ctl = name == Kind::EpollCtl.name();
            assert!(op.is_none_or(|op| is_ctl && ops.contains(&op)), "{mark:?}");
            assert!(seen.insert(mark), "{}: {mark:?} twice", listing.server());
        }
        for name in ["listen", "accept", "recv", "send", "close", "fstat", "openat", "read"] {
            assert!(seen.contains(&(name, None)), "{}: no {name}", listing.server());
        }
    }
}

#[test]
fn the_line_of_a_call_is_found() {
    let epoll = Listing::of(ServerKind::Epoll);
    let line = |kind, op| epoll.lines().nth(epoll.line_of(kind, op).unwrap() - 1).unwrap();
    assert!(line(Kind::EpollWait, None).contains(" in poller.poll():"));
    assert!(line(Kind::EpollCtl, Some(CtlOp::Add)).contains("register(sock, EPOLLIN)"));
    assert!(line(Kind::EpollCtl, Some(CtlOp::Mod)).contains("modify(conn.sock, EPOLLOUT)"));
    // What is done by another call.
    assert!(line(Kind::Sendfile, None).contains("conn.sock.send("));
    assert!(line(Kind::Open, None).contains("path.read_bytes()"));
    assert_eq!(epoll.line_of(Kind::EpollCtl, Some(CtlOp::Del)), None);
    assert_eq!(epoll.line_of(Kind::Input, None), None);
    assert_eq!(epoll.line_of(Kind::Request, None), None);
    // A library's loop makes all of them in one place.
    let coroutines = Listing::of(ServerKind::Coroutines);
    let run = coroutines.line_of(Kind::EpollWait, None);
    assert!(run.is_some() && run == coroutines.line_of(Kind::EpollCtl, Some(CtlOp::Del)));
}

#[test]
fn a_line_that_serves_a_connection_calls_it_by_a_known_name() {
    for listing in all() {
        let name = format!("assets/textbook/{}-server.py", listing.server()).leak();
        let source = Source::new(name, listing.text(), Language::Python);
        let library = listing.server() == ServerKind::Coroutines;
        for (kind, op) in [
            (Kind::Accept, None),
            (Kind::Recv, None),
            (Kind::Send, None),
            (Kind::Close, None),
            (Kind::EpollCtl, Some(CtlOp::Add)),
            (Kind::EpollCtl, Some(CtlOp::Mod)),
        ] {
            // The library's loop knows no connection by name.
            if let Some(line) = listing.line_of(kind, op).filter(|_| !(library && op.is_some())) {
                assert!(!source.holder(line).is_empty(), "{name}: {}", source.line(line));
            }
        }
        let listens = listing.line_of(Kind::Listen, None).unwrap();
        assert!(source.holder(listens).is_empty(), "{}", source.line(listens));
    }
}
