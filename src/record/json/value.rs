//! How values are written: numbers, times, names and other strings.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, Formatter};

/// Appends a value.
pub(super) fn append(out: &mut Vec<u8>, value: &impl Serialize) {
    let written = value.serialize(&mut Serializer::with_formatter(out, Plain));
    // Memory takes everything, and no map has odd keys.
    debug_assert!(written.is_ok());
}

/// Appends a name, in which nothing is to be escaped.
pub(super) fn append_name(out: &mut Vec<u8>, name: &'static str) {
    debug_assert!(name.bytes().all(|byte| is_plain(byte) && !matches!(byte, b'"' | b'\\')));
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.push(b'"');
}

/// Times with six decimals, and in strings nothing that changes how a terminal or an editor shows
/// the rest of the line.
struct Plain;

impl Formatter for Plain {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time")]
    fn write_f64<W: Write + ?Sized>(&mut self, out: &mut W, seconds: f64) -> io::Result<()> {
        let micros = (seconds * 1e6).round() as u64;
        self.write_u64(out, micros / 1_000_000)?;
        // By hand, since one or two of these are in each line, and std's formatting is slower.
        let micros = (micros % 1_000_000) as u32;
        let mut digits = *b".000000";
        for (place, pair) in [(1, micros / 10_000), (3, micros / 100 % 100), (5, micros % 100)] {
            digits[place] += (pair / 10) as u8;
            digits[place + 1] += (pair % 10) as u8;
        }
        out.write_all(&digits)
    }

    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        let mut rest = text;
        if text.bytes().all(is_plain) {
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

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Whether a terminal or an editor would show the rest of the line in another way: control
/// characters, line ends, and what changes the writing direction (Unicode's `Bidi_Control`).
fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
