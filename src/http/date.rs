//! The first lines of every answer, written once a second.

use std::time::{Duration, SystemTime};

use httpdate::HttpDate;

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
