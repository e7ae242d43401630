//! An event in words, as a line of the stream shows it: what it is, on what, what came of it and
//! what it means.

use std::fmt::Write as _;

use super::{strings, units};
use crate::telemetry::{Addr, By, Errno, Event, EventRef, Kind, Mode, Ret, Text, What};

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
    match (by.tid(), by.pid()) {
        (Some(tid), _) => format!("thread {tid}"),
        (_, Some(pid)) => format!("process {pid}"),
        _ => String::new(),
    }
}

/// Puts an event into words.
#[must_use]
#[expect(clippy::too_many_lines, reason = "every event, one arm each")]
pub fn describe(event: EventRef<'_>) -> Description {
    let Event { fd, what, .. } = *event.event;
    let mut took = None;
    // It may not have slept at all: what was ready is returned at once.
    let mut waits = |waited| took = Some(format!("waited {}", units::duration(waited)));
    let (result, note) = match what {
        What::EpollWait { ret, waited } => {
            waits(waited);
            (ready(ret), ready_list(event, ret))
        }
        What::Request { .. } => request(event),
        What::Listen { addr, backlog, ret } => (equals(ret), format!("{addr}  backlog {backlog}")),
        What::EpollCtl { op, mask, ret, .. } => {
            let note = match op.name() {
                "DEL" => "DEL: the kernel watches it no more".to_owned(),
                name => format!("{name} {mask}"),
            };
            (equals(ret), note)
        }
        What::Accept { ret, peer } => (equals(ret), accepted(ret, peer)),
        What::Recv { ret } => (amount(ret), received(ret)),
        What::Send { ret, len } => (amount(ret), sent(ret, len)),
        What::Sendfile { file, offset, len, ret } => {
            let from = format!("from fd {file} at {}", units::count(offset));
            let note = match ret.get() {
                Ok(sent) if sent >= len => format!("{from}: all"),
                _ => format!("{}  {from}", sent(ret, len)),
            };
            (amount(ret), note)
        }
        What::Shutdown { how, ret } => (equals(ret), format!("SHUT_{}", how.name())),
        What::Close => (String::new(), "the number is free again".to_owned()),
        What::Setsockopt { name, ret } => (equals(ret), name.to_owned()),
        What::Connect { ret } => (equals(ret), "AF_UNSPEC: a RST at once".to_owned()),
        What::Open { look: true, ret } => {
            (equals(ret), format!("{}  O_PATH: looked at only", event.text()))
        }
        What::Open { ret, .. } | What::Openat { ret } => (equals(ret), event.text().to_string()),
        What::Getdents { ret } => (amount(ret), "names in the folder".to_owned()),
        What::Stat { ret } => (equals(ret), "size and time of the file".to_owned()),
        What::Read { offset, ret } => (amount(ret), format!("at {}", units::count(offset))),
        What::Select { ret, examined, copied, waited }
        | What::Poll { ret, examined, copied, waited } => {
            waits(waited);
            let (all, copied) = (units::count(examined.into()), units::bytes(copied.into()));
            let mut note = ready_list(event, ret);
            let gap = if note.is_empty() { "" } else { " " };
            // The list first: it is what a narrow line keeps.
            let _ = write!(note, "{gap}of {all} asked, {copied} copied");
            (ready(ret), note)
        }
        What::Nap { ret, waited } => (equals(ret), format!("slept {}", units::duration(waited))),
        What::EpollCreate { ret } => (equals(ret), "an empty interest list".to_owned()),
        What::Input { ret } => (amount(ret), "from standard input".to_owned()),
        What::Wait4 { ret } => (equals(ret), "the worker's zombie is gone".to_owned()),
        What::Switched { to } => (to.name().to_owned(), (strings().servers.summary)(to).to_owned()),
        What::Round { asked, answered, .. } => (
            format!("{} asked", units::count(asked.into())),
            format!(
                "{} EAGAIN, {} answered",
                units::count(asked.saturating_sub(answered).into()),
                units::count(answered.into())
            ),
        ),
        What::Started { stack } => {
            let note = if stack == 0 {
                String::new()
            } else {
                format!("stack of {}", units::bytes(stack))
            };
            (own_of(event.event.by), note)
        }
        What::Ended => (own_of(event.event.by), String::new()),
        What::Parked { on } => (String::new(), format!("until {on}")),
        What::Woken => (String::new(), "the runtime runs it again".to_owned()),
        What::Queued { route } => (String::new(), format!("{route} waits for the pool")),
        What::Typed => (String::new(), event.text().to_string()),
        What::Set => (event.text().to_string(), "by the operator".to_owned()),
        What::Response { status, body } => {
            (status.to_string(), format!("body {}", units::bytes(body)))
        }
        What::Refused => (String::new(), "over the limit: 503, then closed".to_owned()),
        What::Closed { why, bytes_in, bytes_out, requests } => (
            (strings().table.why)(why).to_owned(),
            format!(
                "{} {}, {} in, {} out",
                units::count(requests),
                if requests == 1 { "request" } else { "requests" },
                units::bytes(bytes_in),
                units::bytes(bytes_out)
            ),
        ),
        What::Rest { errno } => (errno.to_string(), "no descriptor left: it rests".to_owned()),
        What::Resume => (String::new(), "the listener accepts again".to_owned()),
        What::Pace { mode } => (
            match mode {
                Mode::Run => "run".to_owned(),
                Mode::Paused => "paused".to_owned(),
                Mode::Slow(calls) => format!("{calls} calls/s"),
            },
            String::new(),
        ),
        What::Handler { route } => (route.to_owned(), "blocks the loop until it ends".to_owned()),
        What::Handled { took } => (String::new(), format!("after {}", units::duration(took))),
        What::Data { bytes } => (format!("{} B", units::count(bytes)), spoken(event.text())),
        What::Missed => (String::new(), "a command came too late: it is gone".to_owned()),
        What::Unreadable => (String::new(), "its process cannot be understood".to_owned()),
    };
    // Its fd numbers are its own.
    let note = match event.event.by.pid().filter(|_| what.kind().is_call()) {
        Some(pid) => format!("{note}  (an fd of process {pid})"),
        None => note,
    };
    Description {
        kind: what.kind(),
        subject: subject(fd, what.kind()),
        result,
        note,
        waited: took,
        error: is_error(event.event),
    }
}

fn subject(fd: i32, kind: Kind) -> String {
    if fd < 0 {
        String::new()
    } else if kind == Kind::EpollWait {
        format!("epfd {fd}")
    } else {
        format!("fd {fd}")
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
        Ok(ready) => format!("= {ready} ready"),
        Err(errno) => format!("= {errno}"),
    }
}

fn ready_list(event: EventRef<'_>, ret: Ret) -> String {
    if event.ready.is_empty() && ret.get() == Ok(0) {
        return "nobody: a timer".to_owned();
    }
    // A long ready list would fill the line; the loop panel has it whole.
    let (shown, rest) = event.ready.split_at(event.ready.len().min(12));
    let mut list: Vec<String> =
        shown.iter().map(|ready| format!("{}:{}", ready.fd, ready.mask)).collect();
    if !rest.is_empty() {
        list.push(format!("+{} more", rest.len()));
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
    match (ret.get(), peer) {
        (Ok(fd), Some(peer)) => format!("fd {fd} is {peer}"),
        (Ok(fd), None) => format!("a client is now fd {fd}"),
        (Err(Errno::AGAIN), _) => "nobody else waits".to_owned(),
        (Err(_), _) => "it could not be accepted".to_owned(),
    }
}

fn received(ret: Ret) -> String {
    match ret.get() {
        Ok(0) => "FIN: the peer sends no more".to_owned(),
        Ok(_) => "bytes from the peer".to_owned(),
        Err(Errno::AGAIN) => "nothing more to read".to_owned(),
        Err(Errno::CONNRESET) => "RST: the peer broke it off".to_owned(),
        Err(_) => "reading failed".to_owned(),
    }
}

fn sent(ret: Ret, len: u64) -> String {
    match ret.get() {
        Ok(sent) if sent < len => format!("of {}: buffer full", units::count(len)),
        Ok(_) => "bytes: kernel took all".to_owned(),
        Err(Errno::AGAIN) => "no room: wait for OUT".to_owned(),
        Err(_) => "writing failed".to_owned(),
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
        | Kind::Set => ("▪", "="),
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
            "recv|fd 0|= 84|bytes from the peer  (an fd of process 78)|",
            "wait4||= 78|the worker's zombie is gone|",
            "started|fd 9|||",
            "parked|fd 9||until IN|",
            "woken|fd 9||the runtime runs it again|",
            "queued|fd 9||/slow waits for the pool|",
            "epoll_create1||= 4|an empty interest list|",
            "connect|fd 9|= 0|AF_UNSPEC: a RST at once|",
            "!unreadable|fd 9||its process cannot be understood|",
        ];
        let rows: Vec<_> = samples::all().iter().map(|event| row(event.as_ref())).collect();
        assert_eq!(rows, want);
    }
}
