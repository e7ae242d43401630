//! An event as text: one line in the manner of strace, and one sentence.

use std::fmt::{self, Write};

use super::units::{Bytes, Time};
use crate::telemetry::{CtlOp, EventRef, Mode, Nanos, Ready, What};

/// Entries of a ready list that are written out; of the rest, only their number.
const READY_SHOWN: usize = 16;
/// Where the notes behind a call begin.
const NOTES: usize = 30;

/// Appends an event's line, without an end of line: the time in seconds, then a call with its
/// result and notes, or a fact behind a dot (a dash where only ASCII may be written).
///
/// What a peer sent is escaped, so that a terminal sees printable ASCII alone.
///
/// ```text
///     1.204101  recv(9) = 84                  conn 1
///     1.204110  · request GET / HTTP/1.1      conn 1
/// ```
pub fn line(out: &mut String, event: EventRef<'_>, ascii: bool) {
    // Writing to a String cannot fail.
    let _ = write_line(out, event, if ascii { '-' } else { '\u{b7}' });
}

fn write_line(out: &mut String, event: EventRef<'_>, lead: char) -> fmt::Result {
    time(out, event.event.time)?;
    out.push_str("  ");
    let start = out.len();
    let kind = event.event.what.kind();
    if kind.is_call() {
        out.push_str(event.event.name());
    } else {
        out.push(lead);
        out.push(' ');
    }
    call_or_fact(out, event)?;
    if !kind.is_call() && lead.is_ascii() && !out.is_ascii() {
        // What a peer sent, as text.
        let told: String = out.split_off(start).chars().map(in_ascii).collect();
        out.push_str(&told);
    }
    let written = out[start..].chars().count();
    let mut gap = NOTES.saturating_sub(written).max(2);
    let mut note = |out: &mut String| {
        (0..std::mem::take(&mut gap)).for_each(|_| out.push(' '));
    };
    if let Some(conn) = event.event.conn {
        note(out);
        write!(out, "conn {conn}")?;
    }
    if let What::Accept { peer: Some(peer), .. } = event.event.what {
        note(out);
        write!(out, "  {peer}")?;
    }
    if let Some(tid) = event.event.by.tid() {
        note(out);
        write!(out, "  thread {tid}")?;
    }
    if let Some(pid) = event.event.by.pid() {
        note(out);
        write!(out, "  process {pid}")?;
    }
    if event.event.is_own() {
        note(out);
        out.push_str("own");
    }
    Ok(())
}

/// A character, or how Rust would write it in ASCII.
fn in_ascii(c: char) -> String {
    if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() }
}

fn time(out: &mut String, time: Nanos) -> fmt::Result {
    let micros = time / 1000;
    write!(out, "{:>5}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// Behind a call's name its arguments, its result and more of it; or a fact in words.
fn call_or_fact(out: &mut String, event: EventRef<'_>) -> fmt::Result {
    let fd = event.event.fd;
    match event.event.what {
        What::Listen { addr, backlog, ret } => write!(out, "({fd}, {backlog}) = {ret}  {addr}"),
        What::EpollCtl { epfd, op: CtlOp::Del, ret, .. } => {
            write!(out, "({epfd}, DEL, {fd}) = {ret}")
        }
        What::EpollCtl { epfd, op, mask, ret } => {
            write!(out, "({epfd}, {}, {fd}, {mask}) = {ret}", op.name())
        }
        What::EpollWait { ret, waited } => {
            write!(out, "({fd}) = {ret}")?;
            ready_list(out, event.ready)?;
            write!(out, "  waited {}", Time(waited))
        }
        What::Select { ret, examined, copied, waited }
        | What::Poll { ret, examined, copied, waited } => {
            write!(out, "({examined} fds) = {ret}")?;
            ready_list(out, event.ready)?;
            write!(out, "  copied {}, waited {}", Bytes(copied.into()), Time(waited))
        }
        What::Nap { ret, waited } => write!(out, "() = {ret}  waited {}", Time(waited)),
        What::Accept { ret, .. }
        | What::Recv { ret }
        | What::Stat { ret }
        | What::Getdents { ret }
        | What::Input { ret } => write!(out, "({fd}) = {ret}"),
        What::Send { ret, len } => write!(out, "({fd}, {len}) = {ret}"),
        What::Sendfile { file, offset, len, ret } => {
            write!(out, "({fd}, {file}, {offset}, {len}) = {ret}")
        }
        What::Shutdown { how, ret } => write!(out, "({fd}, {}) = {ret}", how.name()),
        What::Close => write!(out, "({fd})"),
        What::Setsockopt { name, ret } => write!(out, "({fd}, {name}) = {ret}"),
        What::Connect { ret } => write!(out, "({fd}, AF_UNSPEC) = {ret}"),
        What::Other { ret } => {
            arguments(out, event)?;
            write!(out, " = {ret}")
        }
        What::Open { look, ret } => {
            path(out, event)?;
            let flags = if look { ", O_PATH" } else { "" };
            write!(out, "{flags}{}) = {ret}", event.text().cut())
        }
        What::Openat { ret } => {
            path(out, event)?;
            write!(out, "{}) = {ret}", event.text().cut())
        }
        What::Read { offset, ret } => write!(out, "({fd}, {offset}) = {ret}"),
        What::Wait4 { ret } | What::EpollCreate { ret } => write!(out, "() = {ret}"),
        What::Request { minor, .. } => {
            let (method, target) = event.request_line().unwrap_or_default();
            write!(out, "request {method} {target} HTTP/1.{minor}")
        }
        What::Response { status, body } => write!(out, "response {status}, {}", Bytes(body)),
        What::Closed { why, bytes_in, bytes_out, requests } => write!(
            out,
            "closed: {}; {} in, {} out, {requests} {}",
            why.label(),
            Bytes(bytes_in),
            Bytes(bytes_out),
            if requests == 1 { "request" } else { "requests" },
        ),
        What::Refused => out.write_str("refused: too many connections"),
        What::Rest { errno } => write!(out, "listener {fd} rests: {errno}"),
        What::Resume => write!(out, "listener {fd} accepts again"),
        What::Pace { mode: Mode::Run } => out.write_str("pace: run"),
        What::Pace { mode: Mode::Paused } => out.write_str("pace: paused"),
        What::Pace { mode: Mode::Slow(rate) } => write!(out, "pace: {rate} calls a second"),
        What::Pace { mode: Mode::Until(until) } => write!(out, "pace: until {until}"),
        What::Handler { route } => write!(out, "handler {route} begins"),
        What::Handled { took } => write!(out, "handler has ended after {}", Time(took)),
        What::Missed => out.write_str("missed: that connection is gone already"),
        What::Unreadable => out.write_str("unreadable: what the process reported; it is ended"),
        What::Class { student, did, value } => {
            out.write_str("class: ")?;
            if student > 0 {
                write!(out, "student {student} ")?;
            }
            out.write_str(did.name())?;
            if value > 0 { write!(out, " {value}") } else { Ok(()) }
        }
        What::Switched { to } => write!(out, "server: {to}"),
        What::Round { asked, answered, took } => {
            write!(out, "round: {asked} asked, {answered} answered, in {}", Time(took))
        }
        What::Started { stack: 0 } => out.write_str("started for it"),
        What::Started { stack } => write!(out, "started for it, with a stack of {}", Bytes(stack)),
        What::Ended => out.write_str("ended"),
        What::Parked { on } => write!(out, "parked until {on}"),
        What::Woken => out.write_str("woken"),
        What::Queued { route } => write!(out, "handler {route} queued"),
        What::Typed => write!(out, "typed {}", spoken(event)),
        What::Set => write!(out, "set {}", spoken(event)),
        What::Data { bytes } => write!(out, "data {}, {bytes} bytes", spoken(event)),
    }
}

/// The first two arguments of a call that opens a file.
fn path(out: &mut String, event: EventRef<'_>) -> fmt::Result {
    match event.event.fd {
        ..0 => out.push_str("(AT_FDCWD"),
        fd => write!(out, "({fd}")?,
    }
    write!(out, ", \"{}\"", event.text().kept.escape_ascii())
}

/// The fd where there is one, and what lies beside the event.
fn arguments(out: &mut String, event: EventRef<'_>) -> fmt::Result {
    let text = event.text().kept.escape_ascii();
    match (event.event.fd, event.bytes.is_empty()) {
        (..0, _) => write!(out, "({text})"),
        (fd, true) => write!(out, "({fd})"),
        (fd, false) => write!(out, "({fd}, {text})"),
    }
}

fn ready_list(out: &mut String, ready: &[Ready]) -> fmt::Result {
    if ready.is_empty() {
        return Ok(());
    }
    out.push_str("  [");
    for (place, Ready { fd, mask, .. }) in ready.iter().take(READY_SHOWN).enumerate() {
        let gap = if place > 0 { " " } else { "" };
        write!(out, "{gap}{fd}:{mask}")?;
    }
    if ready.len() > READY_SHOWN {
        write!(out, " and {} more", ready.len() - READY_SHOWN)?;
    }
    out.push(']');
    Ok(())
}

/// What was typed or came, in quotes.
fn spoken(event: EventRef<'_>) -> String {
    let text = event.text();
    format!("{:?}{}", String::from_utf8_lossy(text.kept), text.cut())
}

#[cfg(test)]
mod tests {
    use super::super::{samples, strings};
    use super::*;
    use crate::telemetry::Ret;
    use proptest::prelude::*;

    fn body(event: EventRef<'_>) -> String {
        let mut out = String::new();
        line(&mut out, event, false);
        assert_eq!(&out[12..14], "  ", "{out}");
        out.split_off(14)
    }

    #[test]
    fn every_kind_has_its_line() {
        let want = [
            "listen(5, 1024) = 0  127.0.0.1:7890",
            "epoll_ctl(4, ADD, 5, IN|RDHUP|ET) = 0",
            "epoll_ctl(4, DEL, 9) = ENOENT  conn 1",
            "epoll_wait(4) = 2  [5:IN 3:IN]  waited 1.2 s  own",
            "epoll_wait(4) = EINTR  waited 0.001 ms",
            "accept(5) = 9                 conn 1  127.0.0.1:51820",
            "accept(5) = EAGAIN",
            "recv(9) = 84                  conn 1",
            "send(9, 3100) = 1290          conn 1",
            "sendfile(9, 11, 7, 8192) = 4096  conn 1",
            "shutdown(9, WR) = 0           conn 1",
            "setsockopt(9, SO_LINGER) = EINVAL  conn 1",
            "openat2(6, \"a\\\"\\\\\\n\\x7f\\xff.html\", O_PATH) = 11",
            "fstat(11) = 0",
            "pread64(11, 0) = 1024",
            "close(9)                      conn 1",
            "· request GET /a\\x1b[2J HTTP/1.1  conn 1",
            "· response 200, 1,024 bytes   conn 1",
            "· refused: too many connections  conn 1",
            "· closed: peer closed; 84 bytes in, 1,290 bytes out, 1 request  conn 1",
            "· listener 5 rests: EMFILE",
            "· listener 5 accepts again",
            "· pace: 10 calls a second",
            "· missed: that connection is gone already  conn 7",
            "· data \"手\\\"\\n!\", 6 bytes      conn 1",
            "openat(AT_FDCWD, \"/proc/self/fd/11\") = 12",
            "getdents64(11) = 96",
            "· handler /slow begins        conn 1",
            "· handler has ended after 3.2 s  conn 1",
            "poll(50 fds) = 1  [5:IN]  copied 500 bytes, waited 2.0 ms",
            "select(50 fds) = 0  copied 48 bytes, waited 2.0 ms",
            "clock_nanosleep() = 0  waited 2.0 ms",
            "read(0) = 5",
            "· typed \"quit\"",
            "· set \"drain off\"",
            "· round: 50 asked, 2 answered, in 2.0 ms",
            "· server: threads",
            "· started for it, with a stack of 65,536 bytes  conn 1  thread 77",
            "recv(9) = 84                  conn 1  thread 77",
            "· ended                       conn 1  thread 77",
            "recv(0) = 84                  conn 1  process 78",
            "wait4() = 78                  conn 1",
            "· started for it              conn 1",
            "· parked until IN             conn 1",
            "· woken                       conn 1",
            "· handler /slow queued        conn 1",
            "epoll_create1() = 4",
            "connect(9, AF_UNSPEC) = 0     conn 1",
            "fcntl(9, F_SETFL, O_NONBLOCK) = 0  conn 1",
            "· unreadable: what the process reported; it is ended  conn 1",
            "· pace: until recv of 1",
            "· class: student 3 raised     conn 1",
        ];
        let events = samples::all();
        assert_eq!(events.len(), want.len());
        for (event, want) in events.iter().zip(want) {
            assert_eq!(body(event.as_ref()), want);
        }
    }

    #[test]
    fn times_stand_below_one_another() {
        let written = |nanos| {
            let mut out = String::new();
            time(&mut out, nanos).unwrap();
            out
        };
        assert_eq!(written(1_204_101_999), "    1.204101");
        assert_eq!(written(86_400_000_000_000), "86400.000000");
    }

    #[test]
    fn a_long_ready_list_is_cut() {
        let ready = vec![Ready { fd: 7, mask: crate::telemetry::Mask::IN, conn: None }; 1000];
        let events = samples::events_of(|to| {
            let wait = What::EpollWait { ret: Ret::ok(1000), waited: 0 };
            to.call_with(4, None, wait, &[], &ready, false);
        });
        let line = body(events[0].as_ref());
        assert_eq!(line.matches("7:IN").count(), READY_SHOWN);
        assert!(line.contains(" and 984 more]"), "{line}");
    }

    #[test]
    fn where_only_ascii_may_be_written_there_is_only_ascii() {
        for event in samples::all() {
            let mut out = String::new();
            line(&mut out, event.as_ref(), true);
            assert!(out.is_ascii(), "{out}");
        }
    }

    #[test]
    fn what_would_change_how_a_line_is_shown_is_escaped() {
        for c in samples::UNSAFE.iter().cloned().flatten() {
            let text = format!("a{c}b");
            let text = text.as_bytes();
            let events = samples::events_of(|to| {
                let target = u16::try_from(text.len()).unwrap();
                let head = [b"GET ", text].concat();
                to.fact(9, None, What::Request { method: 3, target, minor: 1 }, &head);
                to.fact(9, None, What::Data { bytes: 3 }, text);
                to.fact(0, None, What::Typed, text);
                to.call_with(6, None, What::Openat { ret: Ret::ok(3) }, text, &[], false);
            });
            for event in events {
                for shown in
                    [body(event.as_ref()), (strings().events.sentence)(event.as_ref()).into_owned()]
                {
                    assert!(!shown.contains(c), "{c:?}: {shown:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_a_peer_sends_a_terminal_is_safe(
            target in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            let len = u16::try_from(target.len()).unwrap();
            let head = [b"GET ".as_slice(), &target, b" HTTP/1.1"].concat();
            let events = samples::events_of(|to| {
                let request = What::Request { method: 3, target: len, minor: 1 };
                to.fact(9, None, request, &head);
            });
            let mut out = String::new();
            line(&mut out, events[0].as_ref(), true);
            let safe = |c: char| c == ' ' || c.is_ascii_graphic();
            prop_assert!(out.chars().all(safe));
            prop_assert!((strings().events.sentence)(events[0].as_ref()).chars().all(safe));
        }
    }
}
