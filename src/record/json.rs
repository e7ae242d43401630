//! The event log's public format, version 1: a header line, a line for each event, a closing line.
//!
//! Every line is one JSON object (RFC 8259) in UTF-8. `seq` is the event's number (a gap is a
//! loss), `t` the seconds since the server was started. `seq` is the order in which the server
//! heard of the events, `t` when each happened: what a worker process did is heard a little later,
//! so between processes a later line may have an earlier `t`. A call has `call`, a fact has `fact`;
//! the other fields are the arguments that matter and then the result: `ret`, or `err` with errno's
//! name, or neither where success has no value that matters. What a peer sent that is not UTF-8 is
//! written with U+FFFD in its place. A text over 8,192 bytes (of a request, its line; a typed line
//! and echo, over 1,024) is cut; its true length follows: `"path":"aaa","path_length":60000`.
//! Events of the program's own plumbing carry `"own":true`, as do its entries of a ready list. What
//! another thread did carries its `tid`; what another process did carries its `pid`, and its fd
//! numbers are that process's own.

// Such a match that is not written out would leave a new event without its members.
#![warn(clippy::wildcard_enum_match_arm)]

mod write;

use std::time::SystemTime;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use self::write::{display, fd, field, key, number, seconds, signed, string, text, utc};
use crate::telemetry::{Counters, CtlOp, EventRef, Fd, Kind, Mode, Ready, Ret, Text, What};

/// What the first line says.
#[derive(Clone, Debug)]
pub struct Header {
    /// Which server it is: `epoll-et`.
    pub server: &'static str,
    /// Its process.
    pub pid: u32,
    /// When it was started; the moment at which `t` is 0.
    pub start: SystemTime,
    /// The mistake that it makes on purpose.
    pub mistake: Option<&'static str>,
}

/// Appends the first line.
pub fn header(out: &mut Vec<u8>, header: &Header) {
    out.extend_from_slice(b"{\"log\":\"epollscope\",\"version\":1,\"server\":");
    string(out, header.server.as_bytes());
    out.extend_from_slice(b",\"pid\":");
    number(out, header.pid.into());
    out.extend_from_slice(b",\"start\":\"");
    utc(out, header.start);
    out.push(b'"');
    if let Some(mistake) = header.mistake {
        text(out, "mistake", mistake.as_bytes());
    }
    out.extend_from_slice(b"}\n");
}

/// Appends the last line: how many events are in the log, how many it had to leave out, and what it
/// all cost: by the server's exact totals and, of the whole program since its start and of its
/// workers that have ended, by getrusage(2). `cut` says that the log ends before the server.
pub fn closing(out: &mut Vec<u8>, lost: u64, events: u64, counters: &Counters, cut: bool) {
    out.extend_from_slice(b"{\"lost\":");
    number(out, lost);
    field(out, "events", events);
    key(out, "costs");
    costs(out, counters);
    if cut {
        out.extend_from_slice(b",\"cut\":true");
    }
    out.extend_from_slice(b"}\n");
}

fn costs(out: &mut Vec<u8>, counters: &Counters) {
    out.extend_from_slice(b"{\"requests\":");
    number(out, counters.requests);
    field(out, "calls", counters.calls_all());
    field(out, "wakeups", counters.wakeups);
    field(out, "ready", counters.ready);
    field(out, "examined", counters.examined);
    field(out, "copied", counters.copied);
    field(out, "again", counters.again);
    field(out, "started", counters.started);
    field(out, "ended", counters.ended);
    key(out, "waited");
    seconds(out, counters.waited);
    for (whose, name) in [(UsageWho::RUSAGE_SELF, "self"), (UsageWho::RUSAGE_CHILDREN, "workers")] {
        let Ok(usage) = getrusage(whose) else { continue };
        key(out, name);
        out.extend_from_slice(b"{\"cpu\":");
        let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        seconds(out, micros.unsigned_abs() * 1000);
        field(out, "voluntary", usage.voluntary_context_switches().unsigned_abs());
        field(out, "involuntary", usage.involuntary_context_switches().unsigned_abs());
        field(out, "max_rss_kib", usage.max_rss().unsigned_abs());
        out.push(b'}');
    }
    out.push(b'}');
}

/// Appends an event's line. `waker` is the fd of the server's own plumbing
/// ([`Listener::waker`](crate::telemetry::Listener::waker)), where it is known.
pub fn event(out: &mut Vec<u8>, told: EventRef<'_>, waker: Option<Fd>) {
    let event = told.event;
    let kind = event.what.kind();
    out.extend_from_slice(b"{\"seq\":");
    number(out, event.seq);
    out.extend_from_slice(b",\"t\":");
    seconds(out, event.time);
    out.extend_from_slice(if kind.is_call() { b",\"call\":\"" } else { b",\"fact\":\"" });
    out.extend_from_slice(kind.name().as_bytes());
    out.push(b'"');
    if !kind.is_call()
        && let Some(conn) = event.conn
    {
        field(out, "conn", conn.get());
    }
    if let What::EpollCtl { epfd, op, .. } = event.what {
        fd(out, "epfd", epfd);
        text(out, "op", op.name().as_bytes());
    }
    if kind == Kind::EpollWait {
        fd(out, "epfd", event.fd);
    } else if event.fd >= 0 || kind == Kind::EpollCtl {
        fd(out, "fd", event.fd);
    }
    // The connection of an accept is part of its result.
    if kind.is_call()
        && let Some(conn) = event.conn.filter(|_| kind != Kind::Accept)
    {
        field(out, "conn", conn.get());
    }
    members(out, told, waker);
    if let Some(tid) = event.by.tid() {
        fd(out, "tid", tid);
    }
    if let Some(pid) = event.by.pid() {
        fd(out, "pid", pid);
    }
    if event.own {
        out.extend_from_slice(b",\"own\":true");
    }
    out.extend_from_slice(b"}\n");
}

/// What belongs to this event alone: the other arguments and the result, or what a fact says.
#[expect(clippy::too_many_lines, reason = "every event, one arm each")]
fn members(out: &mut Vec<u8>, told: EventRef<'_>, waker: Option<Fd>) {
    let EventRef { event, ready, .. } = told;
    match event.what {
        What::Listen { addr, backlog, ret } => {
            display(out, "addr", &addr);
            field(out, "backlog", backlog.into());
            failure(out, ret);
        }
        What::EpollCtl { op, mask, ret, .. } => {
            if op != CtlOp::Del {
                display(out, "mask", &mask);
            }
            failure(out, ret);
        }
        What::EpollWait { ret, waited } => {
            result(out, ret);
            ready_list(out, ready, waker);
            key(out, "waited");
            seconds(out, waited);
        }
        What::Accept { ret, peer } => {
            result(out, ret);
            if let Some(conn) = event.conn {
                field(out, "conn", conn.get());
            }
            if let Some(peer) = peer {
                display(out, "peer", &peer);
            }
        }
        What::Select { ret, examined, copied, waited }
        | What::Poll { ret, examined, copied, waited } => {
            result(out, ret);
            ready_list(out, ready, waker);
            field(out, "examined", examined.into());
            field(out, "copied", copied.into());
            key(out, "waited");
            seconds(out, waited);
        }
        What::Nap { ret, waited } => {
            failure(out, ret);
            key(out, "waited");
            seconds(out, waited);
        }
        What::Recv { ret }
        | What::Getdents { ret }
        | What::Input { ret }
        | What::Wait4 { ret }
        | What::EpollCreate { ret } => {
            result(out, ret);
        }
        What::Send { ret, len } => {
            result(out, ret);
            field(out, "len", len);
        }
        What::Sendfile { file, offset, len, ret } => {
            result(out, ret);
            fd(out, "file", file);
            field(out, "offset", offset);
            field(out, "len", len);
        }
        What::Shutdown { how, ret } => {
            text(out, "how", how.name().as_bytes());
            failure(out, ret);
        }
        What::Setsockopt { name, ret } => {
            text(out, "name", name.as_bytes());
            failure(out, ret);
        }
        What::Connect { ret } => {
            text(out, "family", b"UNSPEC");
            failure(out, ret);
        }
        What::Open { ret, .. } | What::Openat { ret } => {
            cut(out, "path", told.text());
            if let What::Open { look: true, .. } = event.what {
                text(out, "flags", b"O_PATH");
            }
            result(out, ret);
        }
        What::Stat { ret } => failure(out, ret),
        What::Read { offset, ret } => {
            field(out, "offset", offset);
            result(out, ret);
        }
        What::Request { minor, .. } => {
            let (method, target) = told.request_line().unwrap_or_default();
            cut(out, "method", method);
            cut(out, "target", target);
            text(out, "version", if minor == 0 { b"1.0" } else { b"1.1" });
        }
        What::Response { status, body } => {
            field(out, "status", status.into());
            field(out, "body", body);
        }
        What::Closed { why, bytes_in, bytes_out, requests } => {
            text(out, "why", why.label().as_bytes());
            field(out, "bytes_in", bytes_in);
            field(out, "bytes_out", bytes_out);
            field(out, "requests", requests);
        }
        What::Rest { errno } => display(out, "err", &errno),
        What::Handler { route } | What::Queued { route } => {
            text(out, "route", route.as_bytes());
        }
        What::Handled { took } => {
            key(out, "took");
            seconds(out, took);
        }
        What::Data { bytes } => {
            field(out, "bytes", bytes);
            cut(out, "text", told.text());
        }
        What::Switched { to } => text(out, "server", to.name().as_bytes()),
        What::Round { asked, answered, took } => {
            field(out, "asked", asked.into());
            field(out, "answered", answered.into());
            key(out, "took");
            seconds(out, took);
        }
        What::Parked { on } => display(out, "on", &on),
        What::Typed => cut(out, "text", told.text()),
        What::Pace { mode } => match mode {
            Mode::Run => text(out, "mode", b"run"),
            Mode::Paused => text(out, "mode", b"paused"),
            Mode::Slow(rate) => {
                text(out, "mode", b"slow");
                field(out, "calls_per_second", rate.into());
            }
        },
        What::Started { stack } => {
            if stack > 0 {
                field(out, "stack", stack);
            }
        }
        What::Close
        | What::Refused
        | What::Resume
        | What::Missed
        | What::Unreadable
        | What::Ended
        | What::Woken => {}
    }
}

/// A text that may have been cut; if it was, with its true length.
fn cut(out: &mut Vec<u8>, name: &str, told: Text<'_>) {
    text(out, name, told.kept);
    if told.is_cut() {
        field(out, &format!("{name}_length"), told.len as u64);
    }
}

/// `ret`, or `err`.
fn result(out: &mut Vec<u8>, ret: Ret) {
    match ret.get() {
        Ok(value) => field(out, "ret", value),
        Err(errno) => display(out, "err", &errno),
    }
}

/// `err`, or nothing.
fn failure(out: &mut Vec<u8>, ret: Ret) {
    if ret.get().is_err() {
        result(out, ret);
    }
}

fn ready_list(out: &mut Vec<u8>, ready: &[Ready], waker: Option<Fd>) {
    key(out, "ready");
    out.push(b'[');
    for (place, entry) in ready.iter().enumerate() {
        out.extend_from_slice(if place > 0 { b",{\"fd\":" } else { b"{\"fd\":" });
        signed(out, entry.fd);
        display(out, "mask", &entry.mask);
        if Some(entry.fd) == waker {
            out.extend_from_slice(b",\"own\":true");
        }
        out.push(b'}');
    }
    out.push(b']');
}

#[cfg(test)]
mod tests;
