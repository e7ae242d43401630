//! The textbook listings: each of the nine servers as the texts write it, a short program in Python
//! that runs. They are in `assets/textbook/`, and stand in this program as they are there.
//!
//! A line that makes a system call names it in its comment: `# [recv]`, `# [epoll_ctl ADD]`. Of each
//! name one line has it in square brackets: that which does what the loop does now. The same call made
//! elsewhere, for the listener or once at the start, is in round ones: `# (close)`.
//!
//! The files are not called `select.py` and so on: beside a file of that name no program in Python can
//! import its own `select`.

// Such a match that is not written out would leave a new call without its line.
#![warn(clippy::wildcard_enum_match_arm)]

use crate::telemetry::{CtlOp, Kind, ServerKind};

/// A server as a short program in Python. It is the equivalent of the one that runs here, not a
/// translation.
#[derive(Debug)]
pub struct Listing {
    server: ServerKind,
    text: &'static str,
}

macro_rules! listing {
    ($server:ident, $file:literal) => {
        &Listing {
            server: ServerKind::$server,
            text: include_str!(concat!("../../assets/textbook/", $file)),
        }
    };
}

impl Listing {
    /// That of a server.
    #[must_use]
    pub fn of(server: ServerKind) -> &'static Self {
        match server {
            ServerKind::Blocking => listing!(Blocking, "blocking-server.py"),
            ServerKind::Processes => listing!(Processes, "processes-server.py"),
            ServerKind::Threads => listing!(Threads, "threads-server.py"),
            ServerKind::Coroutines => listing!(Coroutines, "coroutines-server.py"),
            ServerKind::Scan => listing!(Scan, "scan-server.py"),
            ServerKind::Select => listing!(Select, "select-server.py"),
            ServerKind::Poll => listing!(Poll, "poll-server.py"),
            ServerKind::Epoll => listing!(Epoll, "epoll-server.py"),
            ServerKind::EpollEt => listing!(EpollEt, "epoll-et-server.py"),
        }
    }

    /// Which server it is.
    #[must_use]
    pub fn server(&self) -> ServerKind {
        self.server
    }

    /// The whole program.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// Its lines, with their comments.
    pub fn lines(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.text.lines()
    }

    /// What it is, in English: its first line.
    #[must_use]
    pub fn english(&self) -> &'static str {
        self.said(0, ": ")
    }

    /// What it is, in Chinese: its second line.
    #[must_use]
    pub fn chinese(&self) -> &'static str {
        self.said(1, "：")
    }

    /// What a line at the top says, after the name.
    fn said(&self, line: usize, after: &str) -> &'static str {
        let line = self.lines().nth(line).unwrap_or_default();
        line.split_once(after).map_or(line, |(_, said)| said)
    }

    /// The number of the line, from 1, that makes this call, or the one that does its work here.
    /// `None` where the listing makes no such call.
    #[must_use]
    pub fn line_of(&self, kind: Kind, op: Option<CtlOp>) -> Option<usize> {
        let name = named(kind)?;
        let op = op.map(CtlOp::name);
        // A library that makes all of them is named without what it does.
        let marked = |op| self.lines().position(|line| marks(line).any(|mark| mark == (name, op)));
        marked(op).or_else(|| marked(None)).map(|at| at + 1)
    }
}

/// The calls that a line names in square brackets: `[epoll_ctl ADD]`, and what it does.
fn marks(line: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let (_, comment) = line.split_once("  # ").unwrap_or_default();
    let inside = comment.split('[').skip(1).filter_map(|rest| rest.split(']').next());
    inside.map(|mark| mark.split_once(' ').map_or((mark, None), |(name, op)| (name, Some(op))))
}

/// The name in the listings of the call that does the work of this one; `None` where none does.
fn named(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Listen
        | Kind::EpollCtl
        | Kind::EpollWait
        | Kind::Accept
        | Kind::Recv
        | Kind::Send
        | Kind::Close
        | Kind::Stat
        | Kind::Openat
        | Kind::Select
        | Kind::Poll
        | Kind::Nap
        | Kind::Wait4
        | Kind::EpollCreate => Some(kind.name()),
        // An answer is in memory, and all of it is sent the same way.
        Kind::Sendfile => Some(Kind::Send.name()),
        // A name is looked at, then opened; a file is read from its beginning to its end.
        Kind::Open => Some(Kind::Openat.name()),
        Kind::Read => Some("read"),
        // No socket options and no time limits, no goodbye before the end, no folders, no standard
        // input, no operator. The rest are facts and no calls.
        Kind::Setsockopt
        | Kind::Shutdown
        | Kind::Getdents
        | Kind::Input
        | Kind::Connect
        | Kind::Other
        | Kind::Request
        | Kind::Response
        | Kind::Refused
        | Kind::Closed
        | Kind::Rest
        | Kind::Resume
        | Kind::Pace
        | Kind::Missed
        | Kind::Handler
        | Kind::Handled
        | Kind::Data
        | Kind::Switched
        | Kind::Round
        | Kind::Started
        | Kind::Ended
        | Kind::Parked
        | Kind::Woken
        | Kind::Queued
        | Kind::Typed
        | Kind::Set
        | Kind::Class
        | Kind::Unreadable => None,
    }
}

#[cfg(test)]
mod tests;
