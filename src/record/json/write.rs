//! The parts of a line of JSON: members by the kind of their value, and the values.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

use crate::telemetry::{Fd, Nanos};

pub(super) fn key(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

pub(super) fn field(out: &mut Vec<u8>, name: &str, value: u64) {
    key(out, name);
    number(out, value);
}

pub(super) fn fd(out: &mut Vec<u8>, name: &str, value: Fd) {
    key(out, name);
    signed(out, value);
}

pub(super) fn text(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    key(out, name);
    string(out, value);
}

/// For addresses, masks and errnos: they contain nothing that has to be escaped.
pub(super) fn display(out: &mut Vec<u8>, name: &str, value: &dyn std::fmt::Display) {
    key(out, name);
    // Writing to memory cannot fail.
    let _ = write!(out, "\"{value}\"");
}

pub(super) fn signed(out: &mut Vec<u8>, value: i32) {
    if value < 0 {
        out.push(b'-');
    }
    number(out, value.unsigned_abs().into());
}

pub(super) fn number(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// With six decimals; what is less than a microsecond is cut off, so that times stay in order.
pub(super) fn seconds(out: &mut Vec<u8>, time: Nanos) {
    number(out, time / 1_000_000_000);
    out.push(b'.');
    let mut micros = time / 1000 % 1_000_000;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit += (micros % 10) as u8;
        micros /= 10;
    }
    out.extend_from_slice(&digits);
}

/// Whether a terminal or an editor would show the rest of the line in another way: control
/// characters, line ends, and what changes the writing direction (Unicode's `Bidi_Control`).
fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(super) fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '"' | '\\' => out.extend_from_slice(&[b'\\', char as u8]),
                ' '..='~' => out.push(char as u8),
                _ if is_unsafe(char) => {
                    // None of them takes more than four digits.
                    let _ = write!(out, "\\u{:04x}", u32::from(char));
                }
                _ => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
    out.push(b'"');
}

/// RFC 3339, in whole seconds: `2026-11-21T09:00:00Z`. A time before 1970 is written as 1970.
pub(super) fn utc(out: &mut Vec<u8>, time: SystemTime) {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    // Writing to memory cannot fail.
    let _ = write!(out, "{time:.0}");
}
