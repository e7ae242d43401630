//! What a worker process reports to its parent: a frame of 49 bytes for each call and fact, and
//! after it the text. Both ends are the same program, so nothing here needs a version.
//!
//! What cannot be read is an error, never another event: every frame that is read is written again
//! in the same bytes.

use crate::class::{Answer, Ask};
use crate::server::blocking_io::Sent;
use crate::server::routes::Route;
use crate::server::shared::Passed;
use crate::telemetry::{ConnState, Errno, Fd, How, Kind, Nanos, Ret, Text, What, Why};

/// Bytes of a frame without its text.
const FRAME: usize = 49;
/// The options that a worker sets.
const OPTIONS: [&str; 3] = ["SO_RCVTIMEO", "SO_SNDTIMEO", "SO_LINGER"];
/// The handlers that a worker runs.
const ROUTES: [&str; 1] = [Route::SLOW];
/// Linux has no error numbers over 4095.
const MIN_RET: i64 = -4095;
/// The tag of what a worker can never report. No frame with it can be read.
const UNREPORTABLE: u8 = u8::MAX;

/// One thing that a worker reports.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Message<'a> {
    /// It is about to make a call on its connection, in which it may sleep.
    Before(Kind, ConnState),
    /// A call on its connection was made.
    Outcome(What),
    /// A call on a file was made.
    Call(Fd, What, Text<'a>),
    /// A conclusion.
    Fact(What, Text<'a>),
    /// What the call before has sent.
    Sent(Sent),
    /// The peer will send nothing more.
    HalfClosed,
    /// It asks whether it may make a call: on its connection, with the state of that, or on a file.
    Ask(Kind, Fd, Option<ConnState>),
    /// It asks for the totals.
    Counters,
    /// It asks what the class answers: see [`ask`].
    Class(Text<'a>),
    /// It ends, and why.
    End(Why),
    /// What the number of a place in the source stands for: the file, and the line.
    Place(Text<'a>, u32),
}

/// A message, and when it happened, on the server's clock.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Frame<'a> {
    pub(super) time: Nanos,
    /// Of calls: where in the source, as [`Message::Place`] has said before; 0 where that is not
    /// known.
    pub(super) site: u8,
    pub(super) message: Message<'a>,
}

/// The answer to [`Message::Ask`]: it may make its call.
pub(super) fn answer(Passed { stood, asks }: Passed) -> u8 {
    u8::from(stood) | u8::from(asks) << 1
}

/// The same, back.
pub(super) fn passed(answer: u8) -> Passed {
    Passed { stood: answer & 1 != 0, asks: answer & 2 != 0 }
}

/// A request for the class, as a text of [`Message::Class`].
pub(super) fn ask(ask: &Ask<'_>) -> Vec<u8> {
    let body = ask.body.to_string();
    [ask.method.as_bytes(), ask.path, ask.query, ask.origin, ask.host, body.as_bytes()].join(&b'\n')
}

/// The same, back. There is no line break in any of it.
pub(super) fn asked(text: &[u8]) -> Option<Ask<'_>> {
    let mut parts = text.split(|&b| b == b'\n');
    let mut part = || parts.next();
    Some(Ask {
        method: str::from_utf8(part()?).ok()?,
        path: part()?,
        query: part()?,
        origin: part()?,
        host: part()?,
        body: str::from_utf8(part()?).ok()?.parse().ok()?,
    })
}

/// The head of what the class answers, before its text: the status, whether the connection is closed
/// with it, and how long the text is.
pub(super) fn class_head(answer: &Answer) -> [u8; 7] {
    let [a, b] = answer.status.to_le_bytes();
    let len = u32::try_from(answer.text.len()).unwrap_or(u32::MAX).to_le_bytes();
    [a, b, answer.closes.into(), len[0], len[1], len[2], len[3]]
}

/// A frame came that no worker writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Unreadable;

/// The fields of a frame, as they are written. What a message does not use is 0.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Fields<'a> {
    tag: u8,
    kind: u8,
    fd: Fd,
    extra: i32,
    numbers: [u64; 3],
    text: Text<'a>,
}

/// Appends a frame.
pub(super) fn write(out: &mut Vec<u8>, Frame { time, site, message }: Frame<'_>) {
    let Fields { tag, kind, fd, extra, numbers, text } = fields(message);
    // A text that is reported was cut before.
    let kept = &text.kept[..text.kept.len().min(Text::KEPT)];
    out.extend_from_slice(&[tag, kind, site]);
    out.extend_from_slice(&u16::try_from(kept.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend_from_slice(&fd.to_le_bytes());
    out.extend_from_slice(&extra.to_le_bytes());
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(&u32::try_from(text.len).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&time.to_le_bytes());
    out.extend_from_slice(kept);
}

/// The first frame of what has come, and how long it is; `None` when there is not all of it.
///
/// # Errors
/// It is no frame that a worker writes. Nothing after it can be read either.
pub(super) fn read(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>, Unreadable> {
    let Some(frame) = bytes.first_chunk::<FRAME>() else { return Ok(None) };
    let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| frame[at + i]));
    let signed = |at: usize| i32::from_le_bytes(std::array::from_fn(|i| frame[at + i]));
    let unsigned = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| frame[at + i]));
    let (kept, len) = (usize::from(u16::from_le_bytes([frame[3], frame[4]])), unsigned(37));
    if kept > Text::KEPT || kept > len as usize {
        return Err(Unreadable);
    }
    let Some(kept) = bytes.get(FRAME..FRAME + kept) else { return Ok(None) };
    let read = Fields {
        tag: frame[0],
        kind: frame[1],
        fd: signed(5),
        extra: signed(9),
        numbers: [number(13), number(21), number(29)],
        text: Text { kept, len: len as usize },
    };
    let message = message(read).ok_or(Unreadable)?;
    let site = frame[2];
    let placed = match message {
        Message::Ask(..) | Message::Before(..) | Message::Outcome(_) | Message::Call(..) => true,
        Message::Place(..) => site != 0,
        Message::Fact(..)
        | Message::Sent(_)
        | Message::HalfClosed
        | Message::Counters
        | Message::Class(_)
        | Message::End(_) => site == 0,
    };
    if fields(message) != read || !placed {
        return Err(Unreadable);
    }
    Ok(Some((Frame { time: number(41), site, message }, FRAME + kept.len())))
}

/// A message as fields.
fn fields(message: Message<'_>) -> Fields<'_> {
    let of = |tag, what: What| match extra(&what) {
        Some((extra, [a, b])) => {
            let ret = what.ret().map_or(0, raw);
            Fields {
                tag,
                kind: what.kind() as u8,
                extra,
                numbers: [ret, a, b],
                ..Fields::default()
            }
        }
        None => Fields { tag: UNREPORTABLE, kind: what.kind() as u8, ..Fields::default() },
    };
    match message {
        Message::Before(kind, state) => {
            Fields { kind: kind as u8, extra: place(&ConnState::ALL, &state), ..Fields::default() }
        }
        Message::Ask(kind, fd, state) => {
            let extra = state.map_or(-1, |state| place(&ConnState::ALL, &state));
            Fields { tag: 9, kind: kind as u8, fd, extra, ..Fields::default() }
        }
        Message::Outcome(what) => of(1, what),
        Message::Call(fd, what, text) => Fields { fd, text, ..of(2, what) },
        Message::Fact(what, text) => Fields { text, ..of(3, what) },
        Message::Sent(Sent { answers, told, answer, unsent }) => Fields {
            tag: 8,
            extra: answers.cast_signed(),
            numbers: [told, answer, unsent],
            ..Fields::default()
        },
        Message::HalfClosed => Fields { tag: 4, ..Fields::default() },
        Message::Counters => Fields { tag: 5, ..Fields::default() },
        Message::Class(text) => Fields { tag: 10, text, ..Fields::default() },
        Message::Place(file, line) => {
            Fields { tag: 7, numbers: [line.into(), 0, 0], text: file, ..Fields::default() }
        }
        Message::End(why) => Fields { tag: 6, extra: place(&Why::ALL, &why), ..Fields::default() },
    }
}

/// The same, back; `None` for what no worker writes.
fn message(Fields { tag, kind, fd, extra, numbers, text }: Fields<'_>) -> Option<Message<'_>> {
    let what = |call| {
        let kind = *Kind::ALL.get(usize::from(kind))?;
        if kind.is_call() == call { what(kind, extra, numbers) } else { None }
    };
    // Only before what it can report.
    let before = || {
        let kind = *Kind::ALL.get(usize::from(kind))?;
        self::what(kind, 0, [0; 3]).filter(|_| kind.is_call()).map(|_| kind)
    };
    Some(match tag {
        0 => Message::Before(before()?, at(&ConnState::ALL, extra)?),
        1 => Message::Outcome(what(true)?),
        2 => Message::Call(fd, what(true)?, text),
        3 => Message::Fact(what(false)?, text),
        4 => Message::HalfClosed,
        5 => Message::Counters,
        6 => Message::End(at(&Why::ALL, extra)?),
        7 => Message::Place(text, u32::try_from(numbers[0]).ok()?),
        8 => {
            let ([told, answer, unsent], answers) = (numbers, extra.cast_unsigned());
            Message::Sent(Sent { answers, told, answer, unsent })
        }
        9 => Message::Ask(before()?, fd, at(&ConnState::ALL, extra)),
        10 => Message::Class(text),
        11..=UNREPORTABLE => return None,
    })
}

/// What a worker can report beside the kind and the result; `None` for what it never reports.
fn extra(what: &What) -> Option<(i32, [u64; 2])> {
    Some(match *what {
        What::Recv { .. }
        | What::Close
        | What::Stat { .. }
        | What::Openat { .. }
        | What::Getdents { .. }
        | What::Connect { .. } => (0, [0, 0]),
        What::Send { len, .. } => (0, [len, 0]),
        What::Sendfile { file, offset, len, .. } => (file, [offset, len]),
        What::Shutdown { how, .. } => (place(&How::ALL, &how), [0, 0]),
        What::Setsockopt { name, .. } => (place(&OPTIONS, &name), [0, 0]),
        What::Open { look, .. } => (look.into(), [0, 0]),
        What::Read { offset, .. } => (0, [offset, 0]),
        What::Request { method, target, minor } => (minor.into(), [method.into(), target.into()]),
        What::Response { status, body } => (status.into(), [body, 0]),
        What::Handler { route } => (place(&ROUTES, &route), [0, 0]),
        What::Handled { took } => (0, [took, 0]),
        What::Data { bytes } => (0, [bytes, 0]),
        What::Listen { .. }
        | What::EpollCtl { .. }
        | What::EpollWait { .. }
        | What::Accept { .. }
        | What::Select { .. }
        | What::Poll { .. }
        | What::Nap { .. }
        | What::Input { .. }
        | What::Wait4 { .. }
        | What::EpollCreate { .. }
        | What::Other { .. }
        | What::Refused
        | What::Closed { .. }
        | What::Rest { .. }
        | What::Resume
        | What::Pace { .. }
        | What::Missed
        | What::Switched { .. }
        | What::Round { .. }
        | What::Started { .. }
        | What::Ended
        | What::Parked { .. }
        | What::Woken
        | What::Queued { .. }
        | What::Typed
        | What::Set
        | What::Class { .. }
        | What::Unreadable => return None,
    })
}

/// The same, back; `None` for what a worker never reports.
fn what(kind: Kind, extra: i32, [raw, a, b]: [u64; 3]) -> Option<What> {
    let ret = ret(raw)?;
    Some(match kind {
        Kind::Recv => What::Recv { ret },
        Kind::Send => What::Send { ret, len: a },
        Kind::Sendfile => What::Sendfile { file: extra, offset: a, len: b, ret },
        Kind::Shutdown => What::Shutdown { how: at(&How::ALL, extra)?, ret },
        Kind::Close => What::Close,
        Kind::Setsockopt => What::Setsockopt { name: at(&OPTIONS, extra)?, ret },
        Kind::Connect => What::Connect { ret },
        Kind::Open => What::Open { look: extra != 0, ret },
        Kind::Openat => What::Openat { ret },
        Kind::Stat => What::Stat { ret },
        Kind::Read => What::Read { offset: a, ret },
        Kind::Getdents => What::Getdents { ret },
        Kind::Request => What::Request {
            method: u32::try_from(a).ok()?,
            target: u16::try_from(b).ok()?,
            minor: u8::try_from(extra).ok()?,
        },
        Kind::Response => What::Response { status: u16::try_from(extra).ok()?, body: a },
        Kind::Handler => What::Handler { route: at(&ROUTES, extra)? },
        Kind::Handled => What::Handled { took: a },
        Kind::Data => What::Data { bytes: a },
        Kind::Listen
        | Kind::EpollCtl
        | Kind::EpollWait
        | Kind::Accept
        | Kind::Select
        | Kind::Poll
        | Kind::Nap
        | Kind::Input
        | Kind::Wait4
        | Kind::EpollCreate
        | Kind::Other
        | Kind::Refused
        | Kind::Closed
        | Kind::Rest
        | Kind::Resume
        | Kind::Pace
        | Kind::Missed
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
        | Kind::Unreadable => return None,
    })
}

/// The place of one of these; -1, which has no place, for another.
fn place<T: PartialEq>(all: &[T], one: &T) -> i32 {
    let place = all.iter().position(|known| known == one);
    place.and_then(|place| i32::try_from(place).ok()).unwrap_or(-1)
}

/// The one at that place.
fn at<T: Copy>(all: &[T], place: i32) -> Option<T> {
    all.get(usize::try_from(place).ok()?).copied()
}

/// A result as the kernel returned it.
fn raw(ret: Ret) -> u64 {
    match ret.get() {
        Ok(value) => value,
        Err(errno) => (-i64::from(errno.0)).cast_unsigned(),
    }
}

/// The same, back.
fn ret(raw: u64) -> Option<Ret> {
    match raw.cast_signed() {
        0.. => Some(Ret::ok(raw)),
        MIN_RET..0 => Some(Ret::err(Errno(i32::try_from(-raw.cast_signed()).ok()?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
