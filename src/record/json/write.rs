//! Events as lines: each event's members, and how numbers and strings are written.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, Formatter};

use super::schema::{Entry, Line, Seconds, Shown, Word};
use crate::telemetry::{ConnId, CtlOp, EventRef, Fd, Kind, Mode, Ready, Ret, Text, What};

/// Appends a line.
pub(super) fn append(out: &mut Vec<u8>, line: &impl Serialize) {
    let written = line.serialize(&mut Serializer::with_formatter(&mut *out, Plain));
    // Memory takes everything, and no map has odd keys.
    debug_assert!(written.is_ok());
    out.push(b'\n');
}

/// The members of an event's line.
pub(super) fn line(told: EventRef<'_>, waker: Option<Fd>) -> Line<'_> {
    let event = told.event;
    let kind = event.what.kind();
    let name = Some(kind.name().into());
    let mut line = Line {
        seq: event.seq,
        t: Seconds(event.time),
        tid: event.by.tid(),
        pid: event.by.pid(),
        own: event.own,
        ..Line::default()
    };
    let conn = event.conn.map(ConnId::get);
    if kind == Kind::Accept {
        (line.call, line.new_conn) = (name, conn);
    } else if kind.is_call() {
        (line.call, line.conn) = (name, conn);
    } else {
        (line.fact, line.fact_conn) = (name, conn);
    }
    if kind == Kind::EpollWait {
        line.epfd = Some(event.fd);
    } else if event.fd >= 0 || kind == Kind::EpollCtl {
        line.fd = Some(event.fd);
    }
    members(&mut line, told, waker);
    line
}

/// What belongs to this event alone: the other arguments and the result, or what a fact says.
#[expect(clippy::too_many_lines, reason = "every event, one arm each")]
fn members<'a>(line: &mut Line<'a>, told: EventRef<'a>, waker: Option<Fd>) {
    let EventRef { event, ready, .. } = told;
    match event.what {
        What::Listen { addr, backlog, ret } => {
            line.addr = Some(Shown(addr));
            line.backlog = Some(backlog);
            failure(line, ret);
        }
        What::EpollCtl { epfd, op, mask, ret } => {
            line.epfd = Some(epfd);
            line.op = Some(op.name().into());
            line.mask = (op != CtlOp::Del).then_some(Shown(mask));
            failure(line, ret);
        }
        What::EpollWait { ret, waited } => {
            result(line, ret);
            line.ready = Some(ready_list(ready, waker));
            line.waited = Some(Seconds(waited));
        }
        What::Accept { ret, peer } => {
            result(line, ret);
            line.peer = peer.map(Shown);
        }
        What::Select { ret, examined, copied, waited }
        | What::Poll { ret, examined, copied, waited } => {
            result(line, ret);
            line.ready = Some(ready_list(ready, waker));
            line.examined = Some(examined);
            line.copied = Some(copied);
            line.waited = Some(Seconds(waited));
        }
        What::Nap { ret, waited } => {
            failure(line, ret);
            line.waited = Some(Seconds(waited));
        }
        What::Recv { ret }
        | What::Getdents { ret }
        | What::Input { ret }
        | What::Wait4 { ret }
        | What::EpollCreate { ret } => result(line, ret),
        What::Send { ret, len } => {
            result(line, ret);
            line.len = Some(len);
        }
        What::Sendfile { file, offset, len, ret } => {
            line.file = Some(file);
            line.offset = Some(offset);
            result(line, ret);
            line.len = Some(len);
        }
        What::Shutdown { how, ret } => {
            line.how = Some(how.name().into());
            failure(line, ret);
        }
        What::Setsockopt { name, ret } => {
            line.name = Some(name.into());
            failure(line, ret);
        }
        What::Connect { ret } => {
            line.family = Some("UNSPEC".into());
            failure(line, ret);
        }
        What::Open { look, ret } => {
            (line.path, line.path_length) = text(told.text());
            line.flags = look.then_some("O_PATH".into());
            result(line, ret);
        }
        What::Openat { ret } => {
            (line.path, line.path_length) = text(told.text());
            result(line, ret);
        }
        What::Stat { ret } => failure(line, ret),
        What::Read { offset, ret } => {
            line.offset = Some(offset);
            result(line, ret);
        }
        What::Request { minor, .. } => {
            let (method, target) = told.request_line().unwrap_or_default();
            (line.method, line.method_length) = text(method);
            (line.target, line.target_length) = text(target);
            line.version = Some(if minor == 0 { "1.0" } else { "1.1" }.into());
        }
        What::Response { status, body } => {
            line.status = Some(status);
            line.body = Some(body);
        }
        What::Closed { why, bytes_in, bytes_out, requests } => {
            line.why = Some(why.label().into());
            line.bytes_in = Some(bytes_in);
            line.bytes_out = Some(bytes_out);
            line.requests = Some(requests);
        }
        What::Rest { errno } => line.err = Some(Shown(errno)),
        What::Handler { route } | What::Queued { route } => line.route = Some(route.into()),
        What::Handled { took } => line.took = Some(Seconds(took)),
        What::Data { bytes } => {
            line.bytes = Some(bytes);
            (line.text, line.text_length) = text(told.text());
        }
        What::Switched { to } => line.server = Some(to.name().into()),
        What::Round { asked, answered, took } => {
            line.asked = Some(asked);
            line.answered = Some(answered);
            line.took = Some(Seconds(took));
        }
        What::Parked { on } => line.on = Some(Shown(on)),
        What::Typed | What::Set => (line.text, line.text_length) = text(told.text()),
        What::Pace { mode } => {
            line.mode = Some(mode_name(mode).into());
            if let Mode::Slow(rate) = mode {
                line.calls_per_second = Some(rate);
            }
        }
        What::Started { stack } => line.stack = (stack > 0).then_some(stack),
        What::Close
        | What::Refused
        | What::Resume
        | What::Missed
        | What::Unreadable
        | What::Ended
        | What::Woken => {}
    }
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Run => "run",
        Mode::Paused => "paused",
        Mode::Slow(_) => "slow",
    }
}

/// A text; with its true length, if it was cut.
fn text(told: Text<'_>) -> (Option<Word<'_>>, Option<usize>) {
    (Some(String::from_utf8_lossy(told.kept)), told.is_cut().then_some(told.len))
}

/// `ret`, or `err`.
fn result(line: &mut Line<'_>, ret: Ret) {
    match ret.get() {
        Ok(value) => line.ret = Some(value),
        Err(errno) => line.err = Some(Shown(errno)),
    }
}

/// `err`, or nothing.
fn failure(line: &mut Line<'_>, ret: Ret) {
    line.err = ret.get().err().map(Shown);
}

fn ready_list(ready: &[Ready], waker: Option<Fd>) -> Vec<Entry> {
    let entry = |ready: &Ready| Entry {
        fd: ready.fd,
        mask: Shown(ready.mask),
        own: Some(ready.fd) == waker,
    };
    ready.iter().map(entry).collect()
}

/// Times with six decimals, and in strings nothing that changes how a terminal or an editor shows
/// the rest of the line.
struct Plain;

/// Digits before a time's point: enough for any that a `u64` of nanoseconds can be.
const WHOLE: usize = 14;

impl Formatter for Plain {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time")]
    fn write_f64<W: Write + ?Sized>(&mut self, out: &mut W, seconds: f64) -> io::Result<()> {
        // By hand, since two of these are in most lines, and std's formatting is slower.
        let mut micros = (seconds * 1e6).round() as u64;
        let mut digits = *b"00000000000000.000000";
        for (place, digit) in digits.iter_mut().enumerate().rev() {
            if *digit == b'0' {
                *digit += (micros % 10) as u8;
                micros /= 10;
            }
            if place < WHOLE && micros == 0 {
                return out.write_all(&digits[place..]);
            }
        }
        out.write_all(&digits)
    }

    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        let mut rest = text;
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return out.write_all(text.as_bytes());
        }
        while let Some((at, char)) = rest.char_indices().find(|&(_, char)| is_unsafe(char)) {
            // None of them takes more than four digits.
            write!(out, "{}\\u{:04x}", &rest[..at], u32::from(char))?;
            rest = &rest[at + char.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        char: CharEscape,
    ) -> io::Result<()> {
        let control = match char {
            CharEscape::Quote => return out.write_all(b"\\\""),
            CharEscape::ReverseSolidus => return out.write_all(b"\\\\"),
            CharEscape::Solidus => b'/',
            CharEscape::Backspace => 0x08,
            CharEscape::FormFeed => 0x0c,
            CharEscape::LineFeed => b'\n',
            CharEscape::CarriageReturn => b'\r',
            CharEscape::Tab => b'\t',
            CharEscape::AsciiControl(control) => control,
        };
        write!(out, "\\u{control:04x}")
    }
}

/// Whether a terminal or an editor would show the rest of the line in another way: control
/// characters, line ends, and what changes the writing direction (Unicode's `Bidi_Control`).
fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
