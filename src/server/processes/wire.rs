//! What a worker process tells its parent: a frame of 41 bytes for each call and fact, and after
//! it the payload. Both ends are the same program, so nothing here needs a version.

use crate::server::routes::Route;
use crate::telemetry::{ConnState, Errno, Fd, How, Kind, Ret, Text, What, Why};

/// Bytes of a frame without its payload.
const FRAME: usize = 41;
/// The options that a conversation sets.
const OPTIONS: [&str; 3] = ["SO_RCVTIMEO", "SO_SNDTIMEO", "SO_LINGER"];

/// One thing that a worker tells.
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
    /// The peer will send nothing more.
    HalfClosed,
    /// It asks for the totals.
    Counters,
    /// It ends, and why.
    End(Why),
}

/// Appends a word.
pub(super) fn write(out: &mut Vec<u8>, word: Message<'_>) {
    let none = (0, 0, [0; 3]);
    let nothing = Text::default();
    let (token, fd, (kind, extra, numbers), text): (u8, Fd, _, _) = match word {
        Message::Before(kind, state) => {
            let place = ConnState::ALL.iter().position(|known| *known == state).unwrap_or(0);
            (0, 0, (kind as u8, i32::try_from(place).unwrap_or(0), [0; 3]), nothing)
        }
        Message::Outcome(what) => (1, 0, numbers(&what), nothing),
        Message::Call(fd, what, text) => (2, fd, numbers(&what), text),
        Message::Fact(what, text) => (3, 0, numbers(&what), text),
        Message::HalfClosed => (4, 0, none, nothing),
        Message::Counters => (5, 0, none, nothing),
        Message::End(why) => (6, why as i32, none, nothing),
    };
    out.extend_from_slice(&[token, kind, 0]);
    out.extend_from_slice(&u16::try_from(text.kept.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend_from_slice(&fd.to_le_bytes());
    out.extend_from_slice(&extra.to_le_bytes());
    numbers_into(out, numbers);
    out.extend_from_slice(&u32::try_from(text.len).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(text.kept);
}

fn numbers_into(out: &mut Vec<u8>, numbers: [u64; 3]) {
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes());
    }
}

/// The first word of what has come, and how long it is; `None` when there is not all of it.
pub(super) fn read(bytes: &[u8]) -> Option<(Message<'_>, usize)> {
    let frame = bytes.get(..FRAME)?;
    let number = |at: usize| u64::from_le_bytes(frame[at..at + 8].try_into().unwrap_or_default());
    let signed = |at: usize| i32::from_le_bytes(frame[at..at + 4].try_into().unwrap_or_default());
    let unsigned = |at: usize| u32::from_le_bytes(frame[at..at + 4].try_into().unwrap_or_default());
    let len = usize::from(u16::from_le_bytes([frame[3], frame[4]]));
    let text = Text { kept: bytes.get(FRAME..FRAME + len)?, len: unsigned(37) as usize };
    let (fd, extra) = (signed(5), signed(9));
    let kind = Kind::ALL[usize::from(frame[1]) % Kind::ALL.len()];
    let what = || what(kind, extra, [number(13), number(21), number(29)]);
    let word = match frame[0] {
        0 => {
            let states = ConnState::ALL;
            Message::Before(kind, states[usize::try_from(extra).unwrap_or(0) % states.len()])
        }
        1 => Message::Outcome(what()),
        2 => Message::Call(fd, what(), text),
        3 => Message::Fact(what(), text),
        4 => Message::HalfClosed,
        5 => Message::Counters,
        _ => Message::End(Why::ALL[usize::try_from(fd).unwrap_or(0) % Why::ALL.len()]),
    };
    Some((word, FRAME + len))
}

/// What a worker can report, as numbers.
fn numbers(what: &What) -> (u8, i32, [u64; 3]) {
    let ret = what.ret().map_or(0, raw);
    let (extra, a, b) = match *what {
        What::Send { len, .. } => (0, len, 0),
        What::Sendfile { file, offset, len, .. } => (file, offset, len),
        What::Shutdown { how, .. } => (how as i32, 0, 0),
        What::Setsockopt { name, .. } => {
            let place = OPTIONS.iter().position(|known| *known == name).unwrap_or(0);
            (i32::try_from(place).unwrap_or(0), 0, 0)
        }
        What::Open { look, .. } => (look.into(), 0, 0),
        What::Read { offset, .. } => (0, offset, 0),
        What::Request { method, target, minor } => (minor.into(), method.into(), target.into()),
        What::Response { status, body } => (status.into(), body, 0),
        What::Handled { took } => (0, took, 0),
        What::Data { bytes } => (0, bytes, 0),
        _ => (0, 0, 0),
    };
    (what.kind() as u8, extra, [ret, a, b])
}

/// The same, back. The numbers were ours, so none is out of range.
fn what(kind: Kind, extra: i32, [raw, a, b]: [u64; 3]) -> What {
    let ret = ret(raw);
    match kind {
        Kind::Recv => What::Recv { ret },
        Kind::Send => What::Send { ret, len: a },
        Kind::Sendfile => What::Sendfile { file: extra, offset: a, len: b, ret },
        Kind::Shutdown => {
            let how = [How::Read, How::Write, How::Both];
            What::Shutdown { how: how[usize::try_from(extra).unwrap_or(0) % how.len()], ret }
        }
        Kind::Setsockopt => {
            let name = OPTIONS[usize::try_from(extra).unwrap_or(0) % OPTIONS.len()];
            What::Setsockopt { name, ret }
        }
        Kind::Connect => What::Connect { ret },
        Kind::Open => What::Open { look: extra != 0, ret },
        Kind::Openat => What::Openat { ret },
        Kind::Stat => What::Stat { ret },
        Kind::Read => What::Read { offset: a, ret },
        Kind::Getdents => What::Getdents { ret },
        Kind::Request => What::Request {
            method: u32::try_from(a).unwrap_or(u32::MAX),
            target: u16::try_from(b).unwrap_or(u16::MAX),
            minor: u8::try_from(extra).unwrap_or(u8::MAX),
        },
        Kind::Response => {
            What::Response { status: u16::try_from(extra).unwrap_or(u16::MAX), body: a }
        }
        Kind::Handler => What::Handler { route: Route::SLOW },
        Kind::Handled => What::Handled { took: a },
        Kind::Data => What::Data { bytes: a },
        _ => What::Close,
    }
}

/// A result as the kernel returned it.
fn raw(ret: Ret) -> u64 {
    match ret.get() {
        Ok(value) => value,
        Err(errno) => (-i64::from(errno.0)).cast_unsigned(),
    }
}

fn ret(raw: u64) -> Ret {
    match i64::try_from(raw) {
        Ok(_) => Ret::ok(raw),
        Err(_) => Ret::err(Errno(i32::try_from(-raw.cast_signed()).unwrap_or(i32::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_worker_tells_comes_back_as_it_was_told() {
        let again = Ret::err(Errno::AGAIN);
        let (none, long) = (Text::default(), Text { kept: &[b'p'; 8000], len: 60_000 });
        let text = |kept: &'static str| Text { kept: kept.as_bytes(), len: kept.len() };
        let words = [
            Message::Before(Kind::Recv, ConnState::Idle),
            Message::Outcome(What::Recv { ret: Ret::ok(84) }),
            Message::Outcome(What::Recv { ret: again }),
            Message::Outcome(What::Send { ret: Ret::ok(7), len: 9 }),
            Message::Outcome(What::Sendfile {
                file: 5,
                offset: 1 << 40,
                len: 77,
                ret: Ret::ok(76),
            }),
            Message::Outcome(What::Shutdown { how: How::Write, ret: Ret::err(Errno(107)) }),
            Message::Outcome(What::Setsockopt { name: "SO_LINGER", ret: Ret::ZERO }),
            Message::Outcome(What::Connect { ret: Ret::err(Errno(16)) }),
            Message::Call(3, What::Open { look: true, ret: Ret::ok(5) }, text("index.html")),
            Message::Call(3, What::Open { look: false, ret: Ret::ok(5) }, text("index.html")),
            Message::Call(3, What::Openat { ret: Ret::err(Errno(2)) }, text("x")),
            Message::Call(5, What::Stat { ret: Ret::ZERO }, none),
            Message::Call(5, What::Read { offset: 12, ret: Ret::ok(100) }, none),
            Message::Call(5, What::Getdents { ret: Ret::ok(48) }, none),
            Message::Call(5, What::Close, none),
            Message::Fact(
                What::Request { method: 3, target: 8000, minor: 1 },
                text("GET / HTTP/1.1"),
            ),
            Message::Fact(What::Response { status: 404, body: 1 << 33 }, none),
            Message::Fact(What::Handler { route: Route::SLOW }, none),
            Message::Fact(What::Handled { took: 5_000_000_000 }, none),
            Message::Fact(What::Data { bytes: 6 }, text("举手")),
            Message::Call(3, What::Open { look: false, ret: again }, long),
            Message::HalfClosed,
            Message::Counters,
            Message::End(Why::WorkerDied),
        ];
        let mut out = Vec::new();
        for word in words {
            write(&mut out, word);
        }
        let mut rest = &out[..];
        for word in words {
            let (told, len) = read(rest).unwrap();
            assert_eq!(told, word);
            assert!(read(&rest[..len - 1]).is_none(), "a part of {word:?}");
            rest = &rest[len..];
        }
        assert!(rest.is_empty());
        for state in ConnState::ALL {
            out.clear();
            write(&mut out, Message::Before(Kind::Send, state));
            assert_eq!(read(&out).unwrap().0, Message::Before(Kind::Send, state));
        }
    }
}
