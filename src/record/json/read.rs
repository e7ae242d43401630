//! Lines as events.

use serde::de::Error as _;
use serde_json::Error;

use super::schema::{Line, Shown, Word, unknown};
use crate::telemetry::{
    By, ConnId, CtlOp, Did, Errno, Event, EventRef, Fd, Form, How, Kind, Mask, Mode, OwnedEvent,
    Ready, Ret, SOCKET_OPTIONS, ServerKind, Site, Text, What, Why,
};

/// What a server connects to: nothing, which ends a connection (connect(2), `AF_UNSPEC`).
const FAMILIES: [&str; 1] = ["UNSPEC"];
/// The requests that a handler answers.
const ROUTES: [&str; 1] = ["/slow"];

/// What lies beside an event: a text, with its length before it was cut, and a ready list.
#[derive(Default)]
struct Beside {
    text: Vec<u8>,
    len: usize,
    ready: Vec<Ready>,
}

/// The event of a line. What the line does not have is missing in it: of a request with the headers of
/// the one before, these.
///
/// # Errors
/// A member is missing that every such event has, or says what no server can do.
pub(super) fn event(line: &Line<'_>) -> Result<OwnedEvent, Error> {
    let (is_call, name) = match (&line.call, &line.fact) {
        (Some(name), None) => (true, name),
        (None, Some(name)) => (false, name),
        (None, None) => return Err(Error::missing_field("call")),
        (Some(_), Some(_)) => return Err(Error::duplicate_field("fact")),
    };
    let kind = named(&Kind::ALL, Kind::name, name)?;
    if kind.is_call() != is_call {
        return Err(unknown(name));
    }
    let mut beside = Beside::default();
    let what = what(line, kind, &mut beside)?;
    let conn = line.conn.map(number).transpose()?;
    let fd = if kind == Kind::EpollWait { need(line.epfd, "epfd")? } else { fd(line, kind) };
    let by = match (line.tid, line.pid) {
        (None, None) => By::LOOP,
        (Some(tid), None) if tid > 0 => By::thread(tid),
        (None, Some(pid)) if pid > 0 => By::process(pid),
        _ => return Err(Error::duplicate_field("pid")),
    };
    let (seq, t) = (need(line.seq, "seq")?, need(line.t, "t")?.0);
    let mut event = Event::new(seq, t, fd, conn, what);
    (event.form, event.by) = (form(line)?, by);
    // Of places there are so many at most.
    event.site = line.at.as_deref().and_then(Site::parse);
    let Beside { text, len, ready } = beside;
    Ok(OwnedEvent { event, bytes: text.into(), len, ready: ready.into() })
}

/// In which form a call was made.
fn form(line: &Line<'_>) -> Result<Form, Error> {
    match (&line.form, line.own) {
        (Some(name), _) => name.parse().map_err(|()| unknown(name)),
        (None, Some(true)) => Ok(Form::Own),
        (None, _) => Ok(Form::Usual),
    }
}

/// The fd that the event is about.
fn fd(line: &Line<'_>, kind: Kind) -> Fd {
    const AT_FDCWD: Fd = -100;
    line.fd.unwrap_or(if kind == Kind::Openat { AT_FDCWD } else { -1 })
}

#[expect(clippy::too_many_lines, reason = "every event, one arm each")]
fn what(line: &Line<'_>, kind: Kind, beside: &mut Beside) -> Result<What, Error> {
    let waited = || need(line.waited, "waited").map(|time| time.0);
    let took = || need(line.took, "took").map(|time| time.0);
    let offset = || need(line.offset, "offset");
    let len = || need(line.len, "len");
    let examined = || need(line.examined, "examined");
    let copied = || need(line.copied, "copied");
    // A call that gives nothing back has failed, or there is nothing to say of its result.
    let done = failed(line).unwrap_or(Ret::ZERO);
    let ret = || failed(line).map_or_else(|| need(line.ret, "ret").map(Ret::ok), Ok);
    Ok(match kind {
        Kind::Listen => What::Listen {
            addr: need(line.addr, "addr")?.0,
            backlog: need(line.backlog, "backlog")?,
            ret: done,
        },
        Kind::EpollCtl => {
            let op = named(&CtlOp::ALL, CtlOp::name, need(line.op.as_ref(), "op")?)?;
            let mask = match op {
                CtlOp::Del => Mask::NONE,
                CtlOp::Add | CtlOp::Mod => need(line.mask, "mask")?.0,
            };
            What::EpollCtl { epfd: need(line.epfd, "epfd")?, op, mask, ret: done }
        }
        Kind::EpollWait => {
            ready_list(line, beside)?;
            What::EpollWait { ret: ret()?, waited: waited()? }
        }
        Kind::Accept => What::Accept { ret: ret()?, peer: line.peer.map(|peer| peer.0) },
        Kind::Recv => What::Recv { ret: ret()? },
        Kind::Send => What::Send { ret: ret()?, len: len()? },
        Kind::Sendfile => What::Sendfile {
            file: need(line.file, "file")?,
            offset: offset()?,
            len: len()?,
            ret: ret()?,
        },
        Kind::Shutdown => What::Shutdown {
            how: named(&How::ALL, How::name, need(line.how.as_ref(), "how")?)?,
            ret: done,
        },
        Kind::Close => What::Close,
        Kind::Setsockopt => {
            let name = need(line.name.as_ref(), "name")?;
            What::Setsockopt { name: named(&SOCKET_OPTIONS, |name| name, name)?, ret: done }
        }
        Kind::Open => {
            path(line, beside)?;
            What::Open { look: line.flags.is_some(), ret: ret()? }
        }
        Kind::Stat => What::Stat { ret: done },
        Kind::Read => What::Read { offset: offset()?, ret: ret()? },
        Kind::Openat => {
            path(line, beside)?;
            What::Openat { ret: ret()? }
        }
        Kind::Getdents => What::Getdents { ret: ret()? },
        Kind::Select => {
            ready_list(line, beside)?;
            let (examined, copied) = (examined()?, copied()?);
            What::Select { ret: ret()?, examined, copied, waited: waited()? }
        }
        Kind::Poll => {
            ready_list(line, beside)?;
            let (examined, copied) = (examined()?, copied()?);
            What::Poll { ret: ret()?, examined, copied, waited: waited()? }
        }
        Kind::Nap => What::Nap { ret: done, waited: waited()? },
        Kind::Input => What::Input { ret: ret()? },
        Kind::Wait4 => What::Wait4 { ret: ret()? },
        Kind::EpollCreate => What::EpollCreate { ret: ret()? },
        Kind::Other => {
            typed(line, beside, Text::KEPT)?;
            What::Other { ret: ret()? }
        }
        Kind::Connect => {
            named(&FAMILIES, |family| family, need(line.family.as_ref(), "family")?)?;
            What::Connect { ret: done }
        }
        Kind::Request => request(line, beside)?,
        Kind::Response => {
            What::Response { status: need(line.status, "status")?, body: need(line.body, "body")? }
        }
        Kind::Refused => What::Refused,
        Kind::Closed => What::Closed {
            why: named(&Why::ALL, Why::label, need(line.why.as_ref(), "why")?)?,
            bytes_in: need(line.bytes_in, "bytes_in")?,
            bytes_out: need(line.bytes_out, "bytes_out")?,
            requests: need(line.requests, "requests")?,
        },
        Kind::Rest => What::Rest { errno: need(line.err, "err")?.0 },
        Kind::Resume => What::Resume,
        Kind::Pace => What::Pace { mode: mode(line)? },
        Kind::Missed => What::Missed,
        Kind::Handler => What::Handler { route: route(line)? },
        Kind::Handled => What::Handled { took: took()? },
        Kind::Data => {
            typed(line, beside, Text::DATA_KEPT)?;
            What::Data { bytes: need(line.bytes, "bytes")? }
        }
        Kind::Switched => What::Switched {
            to: named(&ServerKind::ALL, ServerKind::name, need(line.server.as_ref(), "server")?)?,
        },
        Kind::Round => What::Round {
            asked: need(line.asked, "asked")?,
            answered: need(line.answered, "answered")?,
            took: took()?,
        },
        Kind::Started => What::Started { stack: line.stack.unwrap_or_default() },
        Kind::Ended => What::Ended,
        Kind::Parked => What::Parked { on: need(line.on, "on")?.0 },
        Kind::Woken => What::Woken,
        Kind::Queued => What::Queued { route: route(line)? },
        Kind::Typed => {
            typed(line, beside, Text::KEPT)?;
            What::Typed
        }
        Kind::Set => {
            typed(line, beside, Text::KEPT)?;
            What::Set
        }
        Kind::Class => What::Class {
            student: line.student.unwrap_or_default(),
            did: named(&Did::ALL, Did::name, need(line.did.as_ref(), "did")?)?,
            value: line.value.unwrap_or_default(),
        },
        Kind::Unreadable => What::Unreadable,
    })
}

/// A member that such a line has.
fn need<T>(member: Option<T>, name: &'static str) -> Result<T, Error> {
    member.ok_or_else(|| Error::missing_field(name))
}

/// What has that name.
fn named<T: Copy>(all: &[T], name_of: impl Fn(T) -> &'static str, name: &str) -> Result<T, Error> {
    all.iter().copied().find(|&one| name_of(one) == name).ok_or_else(|| unknown(name))
}

fn number(conn: u64) -> Result<ConnId, Error> {
    ConnId::new(conn).ok_or_else(|| unknown("0"))
}

/// The call's error, if it failed.
fn failed(line: &Line<'_>) -> Option<Ret> {
    line.err.map(|Shown(errno): Shown<Errno>| Ret::err(errno))
}

fn mode(line: &Line<'_>) -> Result<Mode, Error> {
    match &**need(line.mode.as_ref(), "mode")? {
        "run" => Ok(Mode::Run),
        "paused" => Ok(Mode::Paused),
        "slow" => Ok(Mode::Slow(need(line.calls_per_second, "calls_per_second")?)),
        "until" => Ok(Mode::Until(need(line.until, "until")?.0)),
        other => Err(unknown(other)),
    }
}

fn route(line: &Line<'_>) -> Result<&'static str, Error> {
    named(&ROUTES, |route| route, need(line.route.as_ref(), "route")?)
}

fn path(line: &Line<'_>, beside: &mut Beside) -> Result<(), Error> {
    let text = need(line.path.as_ref(), "path")?;
    (beside.text, beside.len) = kept(text, line.path_length, Text::KEPT);
    Ok(())
}

fn typed(line: &Line<'_>, beside: &mut Beside, most: usize) -> Result<(), Error> {
    let text = need(line.text.as_ref(), "text")?;
    (beside.text, beside.len) = kept(text, line.text_length, most);
    Ok(())
}

/// A text, and its length before it was cut. What is not UTF-8 has become longer in the log, so it
/// may be cut again.
fn kept(text: &Word<'_>, length: Option<usize>, most: usize) -> (Vec<u8>, usize) {
    let len = length.unwrap_or(text.len());
    let most = if length.is_some() { most.min(len.saturating_sub(1)) } else { most };
    let end = (0..=text.len().min(most)).rev().find(|&at| text.is_char_boundary(at));
    (text.as_bytes()[..end.unwrap_or_default()].to_vec(), len)
}

/// A request's line, joined as it came.
fn request(line: &Line<'_>, beside: &mut Beside) -> Result<What, Error> {
    let minor = match &**need(line.version.as_ref(), "version")? {
        "1.0" => 0,
        "1.1" => 1,
        other => return Err(unknown(other)),
    };
    let (method, target) =
        (need(line.method.as_ref(), "method")?, need(line.target.as_ref(), "target")?);
    let (mut text, method) = kept(method, line.method_length, Text::KEPT);
    if text.len() == method {
        text.push(b' ');
    }
    let (kept, target) = kept(target, line.target_length, Text::KEPT.saturating_sub(text.len()));
    text.extend(kept);
    if let Some(headers) = &line.headers
        && text.len() == method + 1 + target
    {
        text.extend_from_slice(if minor == 0 { b" HTTP/1.0\r\n" } else { b" HTTP/1.1\r\n" });
        let most = EventRef::HEAD_KEPT.saturating_sub(text.len());
        text.extend(self::kept(headers, None, most).0);
    }
    (beside.len, beside.text) = (text.len(), text);
    let method = u32::try_from(method).map_err(Error::custom)?;
    let target = u16::try_from(target).map_err(Error::custom)?;
    Ok(What::Request { method, target, minor })
}

fn ready_list(line: &Line<'_>, beside: &mut Beside) -> Result<(), Error> {
    let entries = need(line.ready.as_ref(), "ready")?.iter();
    let ready = entries.map(|entry| Ready {
        fd: entry.fd,
        mask: entry.mask.0,
        conn: entry.conn.and_then(ConnId::new),
    });
    beside.ready = ready.collect();
    Ok(())
}
