//! HTTP/1.1 for static files: requests from bytes, answers into bytes. No sockets, no telemetry.
//!
//! [`parse()`] reads one request from the front of a buffer, [`Discard`] gets rid of its body, and
//! [`Site`] answers it from a folder or from the pages in the binary (RFC 9110, 9111, 9112). One
//! thread owns a [`Site`]; the file system calls it makes pass a [`Watch`].

mod answer;
mod body;
mod cache;
mod coding;
mod condition;
mod date;
mod fields;
mod files;
mod grammar;
mod listing;
mod page;
mod parse;
mod path;
mod range;
mod site;
mod target;

pub use body::{Body, Discard, Progress};
pub use files::{FileCall, FileKind, Unwatched, Watch};
pub use parse::{Head, Request, parse};
pub use path::{FilePath, resolve};
pub use range::{Ranges, Span};
pub use site::{Payload, Response, SMALL, Site};

/// How large the parts of a request may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The request line and header section together, in bytes; over it 431.
    pub head_bytes: usize,
    /// The request target, in bytes; over it 414.
    pub target_bytes: usize,
    /// Header lines, at most [`Limits::MAX_HEADERS`]; over it 431.
    pub headers: usize,
    /// The body's content, in bytes; over it 413.
    pub body_bytes: u64,
}

impl Limits {
    /// The largest useful value of [`Limits::headers`].
    pub const MAX_HEADERS: usize = 100;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 16 * 1024,
            target_bytes: 8000,
            headers: Self::MAX_HEADERS,
            body_bytes: 1024 * 1024,
        }
    }
}

/// The time, as the caller read it from its clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// A clock that never goes back, in nanoseconds from any origin: ages what is cached.
    pub monotonic: u64,
    /// Seconds since 1970, UTC: for `Date`.
    pub unix: u64,
}

/// The reason phrase of a status code (RFC 9110, section 15); empty for one that is not used here.
#[must_use]
pub fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        200 => "OK",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}
