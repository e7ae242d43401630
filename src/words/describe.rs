//! An event in words, as a line of the stream shows it: what it is, on what, what came of it and
//! what it means.

use std::fmt::Write as _;

use super::{strings, units};
use crate::telemetry::{Addr, By, Errno, Event, EventRef, Fd, Kind, Mode, Ret, Text, What};

/// An event in pieces, as a line of the stream shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    /// What it is.
    pub kind: Kind,
    /// On what: `fd 9`, `epfd 4`.
    pub subject: String,
    /// What came of it: `= 84 B`, `= EAGAIN`; for facts what it is about.
    pub result: String,
    /// What it means; of a wait call, its ready list.
    pub note: String,
    /// How long a wait call took: `waited 1.2 s`. It is left out first where there is no room.
    pub waited: Option<String>,
    /// It failed.
    pub error: bool,
}

/// Which thread or process it was; nothing for a task.
fn own_of(by: By) -> String {
    let words = &strings().events;
    match (by.tid(), by.pid()) {
        (Some(tid), _) => (words.thread)(tid),
        (_, Some(pid)) => (words.process)(pid),
        _ => String::new(),
    }
}

/// Puts an event into words.
#[must_use]
#[expect(clippy::too_many_lines, reason = "every event, one arm each")]
pub fn describe(event: EventRef<'_>) -> Description {
    let Event { what, .. } = *event.event;
    let words = &strings().events;
    let mut took = None;
    // It may not have slept at all: what was ready is returned at once.
    let mut waits = |waited| took = Some((words.waited)(&units::duration(waited)));
    let (result, note) = match what {
        What::EpollWait { ret, waited } => {
            waits(waited);
            (ready(ret), ready_list(event, ret))
        }
        What::Request { .. } => request(event),
        What::Listen { addr, backlog, ret } => (equals(ret), (words.backlog)(addr, backlog)),
        What::EpollCtl { op, mask, ret, .. } => {
            let note = match op.name() {
                "DEL" => words.deleted.to_owned(),
                name => format!("{name} {mask}"),
            };
            (equals(ret), note)
        }
        What::Accept { ret, peer } => (equals(ret), accepted(ret, peer)),
        What::Recv { ret } => (amount(ret), received(ret)),
        What::Send { ret, len } => (amount(ret), sent(ret, len)),
        What::Sendfile { file, offset, len, ret } => {
            let from = (words.from_file)(&descriptor(file, event), &units::count(offset));
            let note = match ret.get() {
                Ok(sent) if sent >= len => (words.all_of_file)(&from),
                _ => format!("{}  {from}", sent(ret, len)),
            };
            (amount(ret), note)
        }
        What::Shutdown { how, ret } => (equals(ret), format!("SHUT_{}", how.name())),
        What::Close => (String::new(), words.closed.to_owned()),
        What::Setsockopt { name, ret } => (equals(ret), name.to_owned()),
        What::Connect { ret } => (equals(ret), words.connected.to_owned()),
        What::Open { look: true, ret } => {
            (equals(ret), format!("{}  {}", event.text(), words.looked_at))
        }
        What::Open { ret, .. } | What::Openat { ret } | What::Other { ret } => {
            (equals(ret), event.text().to_string())
        }
        What::Getdents { ret } => (amount(ret), words.names.to_owned()),
        What::Stat { ret } => (equals(ret), words.stat.to_owned()),
        What::Read { offset, ret } => (amount(ret), (words.at_offset)(&units::count(offset))),
        What::Select { ret, examined, copied, waited }
        | What::Poll { ret, examined, copied, waited } => {
            waits(waited);
            let (all, copied) = (units::count(examined.into()), units::bytes(copied.into()));
            let mut note = ready_list(event, ret);
            let gap = if note.is_empty() { "" } else { " " };
            // The list first: it is what a narrow line keeps.
            let _ = write!(note, "{gap}{}", (words.of_asked)(&all, &copied));
            (ready(ret), note)
        }
        What::Nap { ret, waited } => (equals(ret), (words.slept)(&units::duration(waited))),
        What::EpollCreate { ret } => (equals(ret), words.empty_list.to_owned()),
        What::Input { ret } => (amount(ret), words.from_stdin.to_owned()),
        What::Wait4 { ret } => (equals(ret), words.no_zombie.to_owned()),
        What::Switched { to } => (to.name().to_owned(), (strings().servers.summary)(to).to_owned()),
        What::Round { asked, answered, .. } => (
            (words.asked)(&units::count(asked.into())),
            (words.answered)(
                &units::count(asked.saturating_sub(answered).into()),
                &units::count(answered.into()),
            ),
        ),
        What::Started { stack } => {
            let note = if stack == 0 { String::new() } else { (words.stack)(&units::bytes(stack)) };
            (own_of(event.event.by), note)
        }
        What::Ended => (own_of(event.event.by), String::new()),
        What::Parked { on } => (String::new(), (words.until)(on)),
        What::Woken => (String::new(), words.runs_again.to_owned()),
        What::Queued { route } => (String::new(), (words.waits_for_pool)(route)),
        What::Typed => (String::new(), event.text().to_string()),
        What::Class { student, did, value } => {
            let words = &strings().class;
            ((words.who)(student), (words.did)(did, value))
        }
        What::Set => (event.text().to_string(), words.by_operator.to_owned()),
        What::Response { status, body } => (status.to_string(), (words.body)(&units::bytes(body))),
        What::Refused => (String::new(), words.refused.to_owned()),
        What::Closed { why, bytes_in, bytes_out, requests } => (
            (strings().table.why)(why).to_owned(),
            (words.totals)(requests, &units::bytes(bytes_in), &units::bytes(bytes_out)),
        ),
        What::Rest { errno } => (errno.to_string(), words.rests.to_owned()),
        What::Resume => (String::new(), words.accepts_again.to_owned()),
        What::Pace { mode } => (
            match mode {
                Mode::Run => words.run.to_owned(),
                Mode::Paused => words.paused.to_owned(),
                Mode::Slow(calls) => (words.slow)(calls),
                Mode::Until(until) => (words.until_next)(&(words.until_call)(until)),
            },
            String::new(),
        ),
        What::Handler { route } => (route.to_owned(), words.blocks.to_owned()),
        What::Handled { took } => (String::new(), (words.after)(&units::duration(took))),
        What::Data { bytes } => (format!("{} B", units::count(bytes)), spoken(event.text())),
        What::Missed => (String::new(), words.too_late.to_owned()),
        What::Unreadable => (String::new(), words.unreadable.to_owned()),
    };
    Description {
        kind: what.kind(),
        subject: subject(event),
        result,
        note,
        waited: took,
        error: is_error(event.event),
    }
}

fn subject(event: EventRef<'_>) -> String {
    match event.event.fd {
        ..0 => String::new(),
        fd if event.event.what.kind() == Kind::EpollWait => format!("epfd {fd}"),
        fd => descriptor(fd, event),
    }
}

/// `fd 9`, or `4711/fd/0`.
fn descriptor(fd: Fd, event: EventRef<'_>) -> String {
    foreign(fd, event).unwrap_or_else(|| format!("fd {fd}"))
}

/// A descriptor of a call that another process made, whose numbers are its own: as in `/proc`,
/// `4711/fd/0`.
pub(super) fn foreign(fd: Fd, event: EventRef<'_>) -> Option<String> {
    let pid = event.event.by.pid().filter(|_| event.event.what.kind().is_call())?;
    Some(format!("{pid}/fd/{fd}"))
}

/// What an event means, in a sentence.
#[must_use]
pub fn meaning(event: EventRef<'_>) -> String {
    let fd = event.event.fd;
    let text = (strings().events.sentence)(event);
    match foreign(fd, event) {
        Some(foreign) => text.replace(&format!("fd {fd}"), &foreign),
        None => text.into_owned(),
    }
}

fn equals(ret: Ret) -> String {
    format!("= {ret:?}")
}

/// A result that counts bytes.
fn amount(ret: Ret) -> String {
    match ret.get() {
        Ok(bytes) => format!("= {}", units::count(bytes)),
        Err(errno) => format!("= {errno}"),
    }
}

/// The result of a wait call.
fn ready(ret: Ret) -> String {
    match ret.get() {
        Ok(ready) => (strings().events.ready)(ready),
        Err(errno) => format!("= {errno}"),
    }
}

fn ready_list(event: EventRef<'_>, ret: Ret) -> String {
    let words = &strings().events;
    if event.ready.is_empty() && ret.get() == Ok(0) {
        return words.by_timer.to_owned();
    }
    // A long ready list would fill the line; the loop panel has it whole.
    let (shown, rest) = event.ready.split_at(event.ready.len().min(12));
    let mut list: Vec<String> =
        shown.iter().map(|ready| format!("{}:{}", ready.fd, ready.mask)).collect();
    if !rest.is_empty() {
        list.push((words.more_ready)(rest.len()));
    }
    list.join(" ")
}

fn request(event: EventRef<'_>) -> (String, String) {
    match (event.request_line(), event.event.what) {
        (Some((method, target)), What::Request { minor, .. }) => {
            (method.to_string(), format!("{target} HTTP/1.{minor}"))
        }
        _ => (String::new(), event.text().to_string()),
    }
}

fn accepted(ret: Ret, peer: Option<Addr>) -> String {
    let words = &strings().events;
    match (ret.get(), peer) {
        (Ok(fd), Some(peer)) => (words.is_peer)(fd, peer),
        (Ok(fd), None) => (words.is_client)(fd),
        (Err(Errno::AGAIN), _) => words.nobody_waits.to_owned(),
        (Err(_), _) => words.not_accepted.to_owned(),
    }
}

fn received(ret: Ret) -> String {
    let words = &strings().events;
    match ret.get() {
        Ok(0) => words.fin,
        Ok(_) => words.received,
        Err(Errno::AGAIN) => words.nothing_to_read,
        Err(Errno::CONNRESET) => words.reset,
        Err(_) => words.recv_failed,
    }
    .to_owned()
}

fn sent(ret: Ret, len: u64) -> String {
    let words = &strings().events;
    match ret.get() {
        Ok(sent) if sent < len => (words.partly_sent)(&units::count(len)),
        Ok(_) => words.all_sent.to_owned(),
        Err(Errno::AGAIN) => words.no_room.to_owned(),
        Err(_) => words.send_failed.to_owned(),
    }
}

/// Bytes of a peer as text: what is not printable ASCII cannot reach the terminal.
#[must_use]
pub fn clean(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// What came as text, in quotes and without control characters.
fn spoken(text: Text<'_>) -> String {
    format!("{:?}{}", String::from_utf8_lossy(text.kept), text.cut())
}

/// The glyph of a kind, in UTF-8 and in ASCII; one column each.
#[must_use]
pub fn glyph(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::EpollWait | Kind::Select | Kind::Poll | Kind::Nap => ("◷", "w"),
        Kind::EpollCtl | Kind::Listen => ("◇", "*"),
        Kind::Accept => ("+", "+"),
        Kind::Recv | Kind::Input => ("←", "<"),
        Kind::Send | Kind::Sendfile => ("→", ">"),
        Kind::Close | Kind::Shutdown | Kind::Connect => ("×", "x"),
        Kind::Setsockopt | Kind::Open | Kind::Stat | Kind::Read => ("·", "."),
        Kind::Rest | Kind::Missed | Kind::Unreadable | Kind::Refused | Kind::Handler => ("!", "!"),
        Kind::Openat
        | Kind::Other
        | Kind::Getdents
        | Kind::Wait4
        | Kind::EpollCreate
        | Kind::Request
        | Kind::Response
        | Kind::Closed
        | Kind::Resume
        | Kind::Pace
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
        | Kind::Class => ("▪", "="),
    }
}

/// A failed call, or a fact that says that something went wrong; EAGAIN is no error.
#[must_use]
pub fn is_error(event: &Event) -> bool {
    if let Some(ret) = event.what.ret() {
        return ret.get().is_err_and(|errno| errno != Errno::AGAIN);
    }
    matches!(event.what, What::Rest { .. } | What::Missed | What::Unreadable | What::Refused)
        || matches!(event.what, What::Response { status, .. } if status >= 400)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    /// Fields as a row has them, with a bar between them.
    fn row(event: EventRef<'_>) -> String {
        let Description { kind, subject, result, note, waited, error } = describe(event);
        let mark = if error { "!" } else { "" };
        let waited = waited.unwrap_or_default();
        format!("{mark}{}|{subject}|{result}|{note}|{waited}", kind.name())
    }

    #[test]
    fn a_descriptor_of_another_process_is_named_as_such() {
        let events = samples::all();
        let told: Vec<_> = events.iter().filter(|event| event.event.by.pid().is_some()).collect();
        let [recv] = told[..] else { panic!("{told:?}") };
        let recv = recv.as_ref();
        assert_eq!(meaning(recv), "84 bytes were taken out of 78/fd/0's receive queue.");
        assert_eq!(crate::words::call(recv), "recv(78/fd/0) = 84");
    }

    #[test]
    fn every_kind_has_its_fields() {
        let want = [
            "listen|fd 5|= 0|127.0.0.1:7890  backlog 1024|",
            "epoll_ctl|fd 5|= 0|ADD IN|RDHUP|ET|",
            "!epoll_ctl|fd 9|= ENOENT|DEL: the kernel watches it no more|",
            "epoll_wait|epfd 4|= 2 ready|5:IN 3:IN|waited 1.2 s",
            "!epoll_wait|epfd 4|= EINTR||waited 1.0 µs",
            "accept|fd 5|= 9|fd 9 is 127.0.0.1:51820|",
            "accept|fd 5|= EAGAIN|nobody else waits|",
            "recv|fd 9|= 84|bytes from the peer|",
            "send|fd 9|= 1,290|of 3,100: buffer full|",
            "sendfile|fd 9|= 4,096|of 8,192: buffer full  from fd 11 at 7|",
            "shutdown|fd 9|= 0|SHUT_WR|",
            "!setsockopt|fd 9|= EINVAL|SO_LINGER|",
            "openat2|fd 6|= 11|a\\\"\\\\\\n\\x7f\\xff.html  O_PATH: looked at only|",
            "fstat|fd 11|= 0|size and time of the file|",
            "pread64|fd 11|= 1,024|at 0|",
            "close|fd 9||the number is free again|",
            "request|fd 9|GET|/a\\x1b[2J HTTP/1.1|",
            "response|fd 9|200|body 1,024 B|",
            "!refused|fd 9||over the limit: 503, then closed|",
            "closed|fd 9|peer closed|1 request, 84 B in, 1,290 B out|",
            "!rest|fd 5|EMFILE|no descriptor left: it rests|",
            "resume|fd 5||the listener accepts again|",
            "pace||10 calls/s||",
            "!missed|||a command came too late: it is gone|",
            "data|fd 9|6 B|\"手\\\"\\n!\"|",
            "openat||= 12|/proc/self/fd/11|",
            "getdents64|fd 11|= 96|names in the folder|",
            "handler|fd 9|/slow|blocks the loop until it ends|",
            "handled|fd 9||after 3.2 s|",
            "poll||= 1 ready|5:IN of 50 asked, 500 B copied|waited 2.0 ms",
            "select||= 0 ready|nobody: a timer of 50 asked, 48 B copied|waited 2.0 ms",
            "clock_nanosleep||= 0|slept 2.0 ms|",
            "read|fd 0|= 5|from standard input|",
            "typed|fd 0||quit|",
            "set||drain off|by the operator|",
            "round||50 asked|48 EAGAIN, 2 answered|",
            "switched||threads|a thread for each connection|",
            "started|fd 9|thread 77|stack of 65,536 B|",
            "recv|fd 9|= 84|bytes from the peer|",
            "ended|fd 9|thread 77||",
            "recv|78/fd/0|= 84|bytes from the peer|",
            "wait4||= 78|the worker's zombie is gone|",
            "started|fd 9|||",
            "parked|fd 9||until IN|",
            "woken|fd 9||the runtime runs it again|",
            "queued|fd 9||/slow waits for the pool|",
            "epoll_create1||= 4|an empty interest list|",
            "connect|fd 9|= 0|AF_UNSPEC: a RST at once|",
            "call|fd 9|= 0|F_SETFL, O_NONBLOCK|",
            "!unreadable|fd 9||its process cannot be understood|",
            "pace||until recv of conn 1||",
            "class|fd 9|student 3|raised a hand|",
        ];
        let rows: Vec<_> = samples::all().iter().map(|event| row(event.as_ref())).collect();
        assert_eq!(rows, want);
    }
}
