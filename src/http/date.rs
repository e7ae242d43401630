//! The first lines of every answer, written once a second.

use std::time::{Duration, SystemTime};

use httpdate::HttpDate;

/// The time, as the caller read it from its clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// A clock that never goes back, in nanoseconds from any origin: ages what is cached.
    pub monotonic: u64,
    /// Seconds since 1970, UTC: for `Date`.
    pub unix: u64,
}

/// A moment in the form of RFC 9110, section 5.6.7.
pub(super) fn http_date(unix: u64) -> HttpDate {
    // The last second that the form's four-digit year can name.
    let unix = unix.min(253_402_300_799);
    HttpDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(unix))
}

/// Status line, `Server` and `Date` of a 200, ready to be copied.
#[derive(Debug, Default)]
pub(super) struct Prelude {
    text: Vec<u8>,
    second: Option<u64>,
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\n";

impl Prelude {
    /// Writes the text anew when the second is a new one.
    pub(super) fn set(&mut self, unix: u64) {
        if self.second == Some(unix) {
            return;
        }
        self.second = Some(unix);
        self.text.clear();
        self.text.extend_from_slice(OK);
        self.text.extend_from_slice(b"Server: epollscope\r\nDate: ");
        put(&mut self.text, format_args!("{}\r\n", http_date(unix)));
    }

    /// The beginning of a 200.
    pub(super) fn ok(&self) -> &[u8] {
        &self.text
    }

    /// `Server` and `Date`, for another status line.
    pub(super) fn fields(&self) -> &[u8] {
        &self.text[OK.len()..]
    }
}

/// Appends formatted text.
pub(super) fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing into a vector cannot fail.
    let _ = std::io::Write::write_fmt(out, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_written_once_a_second() {
        let mut prelude = Prelude::default();
        prelude.set(784_111_777);
        let text =
            "HTTP/1.1 200 OK\r\nServer: epollscope\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
        assert_eq!(str::from_utf8(prelude.ok()), Ok(text));
        assert_eq!(prelude.fields(), &text.as_bytes()[17..]);
        prelude.text.push(b'!');
        prelude.set(784_111_777);
        assert!(prelude.ok().ends_with(b"!"), "not written again");
        prelude.set(784_111_778);
        assert!(prelude.ok().ends_with(b":38 GMT\r\n"));
    }

    #[test]
    fn no_moment_is_too_late_for_it() {
        assert_eq!(http_date(u64::MAX).to_string(), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
