//! An event in words, as a line of the stream shows it: what it is, on what, what came of it and
//! what it means.

use std::fmt::Write as _;
use std::time::Duration;

use crate::dashboard::format;
use crate::telemetry::{Addr, By, Errno, Event, EventRef, Kind, Mode, Nanos, Ret, Text, What};

/// An event in pieces, as a line of the stream shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    /// What it is.
    pub kind: Kind,
    /// On what: `fd 9`, `epfd 4`.
    pub subject: String,
    /// What came of it: `= 84 B`, `= EAGAIN`; for facts what it is about.
    pub result: String,
    /// What it means.
    pub note: String,
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
pub fn describe(event: EventRef<'_>) -> Description {
    let Event { fd, what, .. } = *event.event;
    let (result, note) = match what {
        What::EpollWait { ret, waited } => wait(event, ret, waited),
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
            let from = format!("from fd {file} at {}", format::count(offset));
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
        What::Read { offset, ret } => (amount(ret), format!("at {}", format::count(offset))),
        What::Select { ret, examined, copied, waited }
        | What::Poll { ret, examined, copied, waited } => {
            let (result, note) = wait(event, ret, waited);
            let (all, copied) = (format::count(examined.into()), format::bytes(copied.into()));
            // The list first: it is what a narrow line keeps.
            (result, note.replacen(" slept", &format!("of {all} asked, {copied} copied  slept"), 1))
        }
        What::Nap { ret, waited } => (equals(ret), format!("slept {}", format::duration(waited))),
        What::EpollCreate { ret } => (equals(ret), "an empty interest list".to_owned()),
        What::Input { ret } => (amount(ret), "from standard input".to_owned()),
        What::Wait4 { ret } => (equals(ret), "the worker's zombie is gone".to_owned()),
        What::Switched { to } => (to.name().to_owned(), to.summary().to_owned()),
        What::Round { asked, answered, .. } => (
            format!("{} asked", format::count(asked.into())),
            format!("{} had something to say", format::count(answered.into())),
        ),
        What::Started { stack } => {
            let note = if stack == 0 {
                String::new()
            } else {
                format!("stack of {}", format::bytes(stack))
            };
            (own_of(event.event.by), note)
        }
        What::Ended => (own_of(event.event.by), String::new()),
        What::Parked { on } => (String::new(), format!("until {on}")),
        What::Woken => (String::new(), "the runtime runs it again".to_owned()),
        What::Queued { route } => (String::new(), format!("{route} waits for the pool")),
        What::Typed => (String::new(), event.text().to_string()),
        What::Response { status, body } => {
            (status.to_string(), format!("body {}", format::bytes(body)))
        }
        What::Refused => (String::new(), "over the limit: 503, then closed".to_owned()),
        What::Closed { why, bytes_in, bytes_out, requests } => (
            why.label().to_owned(),
            format!(
                "{} {}, {} in, {} out",
                format::count(requests),
                if requests == 1 { "request" } else { "requests" },
                format::bytes(bytes_in),
                format::bytes(bytes_out)
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
        What::Handled { took } => (String::new(), format!("after {}", format::duration(took))),
        What::Data { bytes } => (format!("{} B", format::count(bytes)), spoken(event.text())),
        What::Missed => (String::new(), "a command came too late: it is gone".to_owned()),
        What::Unreadable => (String::new(), "its process cannot be understood".to_owned()),
    };
    Description {
        kind: what.kind(),
        subject: subject(fd, what.kind()),
        result,
        note,
        error: is_error(event.event),
    }
}

fn subject(fd: i32, kind: Kind) -> String {
    match kind {
        _ if fd < 0 => String::new(),
        Kind::EpollWait => format!("epfd {fd}"),
        _ => format!("fd {fd}"),
    }
}

fn equals(ret: Ret) -> String {
    format!("= {ret:?}")
}

/// A result that counts bytes.
fn amount(ret: Ret) -> String {
    match ret.get() {
        Ok(bytes) => format!("= {}", format::count(bytes)),
        Err(errno) => format!("= {errno}"),
    }
}

fn wait(event: EventRef<'_>, ret: Ret, waited: Nanos) -> (String, String) {
    let mut note = String::new();
    // A long ready list would fill the line; the loop panel has it whole.
    for ready in event.ready.iter().take(12) {
        let _ = write!(note, "{}:{} ", ready.fd, ready.mask);
    }
    if event.ready.len() > 12 {
        let _ = write!(note, "+{} more ", event.ready.len() - 12);
    }
    if event.ready.is_empty() && ret.get() == Ok(0) {
        note.push_str("nobody: a timer ");
    }
    let _ = write!(note, " slept {}", format::duration(waited));
    let result = match ret.get() {
        Ok(ready) => format!("= {ready} ready"),
        Err(errno) => format!("= {errno}"),
    };
    (result, note)
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
        (Ok(fd), Some(peer)) => format!("{peer} is now fd {fd}"),
        (Ok(fd), None) => format!("a client is now fd {fd}"),
        (Err(Errno::AGAIN), _) => "nobody else waits".to_owned(),
        (Err(_), _) => "it could not be accepted".to_owned(),
    }
}

fn received(ret: Ret) -> String {
    match ret.get() {
        Ok(0) => "FIN: the peer sends no more".to_owned(),
        Ok(_) => "bytes from the peer".to_owned(),
        Err(Errno::AGAIN) => "drained: nothing more to read".to_owned(),
        Err(Errno::CONNRESET) => "RST: the peer broke it off".to_owned(),
        Err(_) => "reading failed".to_owned(),
    }
}

fn sent(ret: Ret, len: u64) -> String {
    match ret.get() {
        Ok(sent) if sent < len => format!("of {}: buffer full", format::count(len)),
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
        _ => ("▪", "="),
    }
}

/// A time since the server's start: `1.204011`, `83:20.123`.
#[must_use]
pub fn relative(time: Nanos) -> String {
    let (seconds, micros) = (time / 1_000_000_000, time % 1_000_000_000 / 1000);
    if seconds < 1000 {
        format!("{seconds}.{micros:06}")
    } else {
        format!("{}:{:02}.{:03}", seconds / 60, seconds % 60, micros / 1000)
    }
}

/// A time of the day, `zero` after 1970 being the server's start: `09:00:01.204`.
#[must_use]
pub fn wall(zero: Duration, time: Nanos) -> String {
    let at = zero + Duration::from_nanos(time);
    let day = at.as_secs() % 86_400;
    format!("{:02}:{:02}:{:02}.{:03}", day / 3600, day / 60 % 60, day % 60, at.subsec_millis())
}

/// A failed call; EAGAIN is none.
#[must_use]
pub fn is_error(event: &Event) -> bool {
    match event.what {
        What::Rest { .. } | What::Missed | What::Unreadable | What::Refused => true,
        What::Response { status, .. } => status >= 400,
        _ => {
            event.what.ret().is_some_and(|ret| ret.get().is_err_and(|errno| errno != Errno::AGAIN))
        }
    }
}
