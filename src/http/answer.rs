//! Answers as bytes: status line, header lines, body.

use std::hash::{BuildHasher, RandomState};
use std::os::fd::OwnedFd;

use super::cache::{Content, Stored};
use super::date::{Prelude, put};
use super::files::{self, Watch};
use super::parse::Request;
use super::range::Span;
use super::response::{Payload, Response};
use super::status::reason;

/// What the answer must know about the client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recipient {
    /// HEAD: no body.
    pub(super) head: bool,
    pub(super) keep_alive: bool,
    /// HTTP/1.0: the answer must say so when the connection is kept.
    pub(super) old: bool,
}

impl Recipient {
    pub(super) fn of(request: &Request<'_>) -> Self {
        Self {
            head: request.method == "HEAD",
            keep_alive: request.keep_alive,
            old: request.minor == 0,
        }
    }

    /// The end of the header section.
    pub(super) fn end(self) -> &'static [u8] {
        match (self.keep_alive, self.old) {
            (true, false) => b"\r\n",
            (true, true) => b"Connection: keep-alive\r\n\r\n",
            (false, _) => b"Connection: close\r\n\r\n",
        }
    }

    fn response(self, status: u16, body: u64, payload: Payload) -> Response {
        let body = if self.head { 0 } else { body };
        Response { status, body, payload, keep_alive: self.keep_alive }
    }
}

/// Makes what separates the parts of an answer with several ranges. It cannot be guessed, or a file
/// could contain it and pass for parts of its own (RFC 2046, section 5.1.1).
#[derive(Debug, Default)]
pub(super) struct Boundaries {
    /// `SipHash` under random keys: random numbers without a system call for each.
    keys: RandomState,
    made: u64,
}

impl Boundaries {
    pub(super) fn next(&mut self) -> String {
        self.made += 1;
        let [first, second] = [0, 1].map(|half| self.keys.hash_one((self.made, half)));
        format!("{first:016x}{second:016x}")
    }
}

/// From how many bytes on a body in memory is not copied behind its head: about there another call
/// to send it costs as much as the copy, and at 64 KB it costs an eighth less of the whole.
const APART: usize = 48 * 1024;

/// An answer about a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer<'a> {
    pub(super) prelude: &'a Prelude,
    pub(super) to: Recipient,
    pub(super) file: &'a Stored,
    /// The client has the file's header lines: its `If-Range` is about the answer that had them.
    pub(super) known: bool,
}

impl Answer<'_> {
    /// The file's header lines in a 206: after `If-Range` only those that it must have, and else all
    /// of a 200 (RFC 9110, section 15.3.7).
    fn described(&self) -> &[u8] {
        if self.known { self.file.shared() } else { self.file.described() }
    }

    /// 200.
    pub(super) fn whole(
        &self,
        fd: Option<OwnedFd>,
        watch: &mut dyn Watch,
        out: &mut Vec<u8>,
    ) -> Response {
        let Self { to, file, .. } = *self;
        out.extend_from_slice(self.prelude.ok());
        out.extend_from_slice(file.head());
        out.extend_from_slice(to.end());
        let payload = self.payload(Span { start: 0, len: file.size }, fd, watch, out);
        to.response(200, file.size, payload)
    }

    /// 304.
    pub(super) fn not_modified(&self, out: &mut Vec<u8>) -> Response {
        start(304, self.prelude, out);
        out.extend_from_slice(self.file.shared());
        out.extend_from_slice(self.to.end());
        self.to.response(304, 0, Payload::None)
    }

    /// 206 with one range.
    pub(super) fn part(
        &self,
        part: Span,
        fd: Option<OwnedFd>,
        watch: &mut dyn Watch,
        out: &mut Vec<u8>,
    ) -> Response {
        start(206, self.prelude, out);
        out.extend_from_slice(self.described());
        let Span { start, len } = part;
        if !self.known {
            put(out, format_args!("Content-Type: {}\r\n", self.file.kind));
        }
        put(
            out,
            format_args!(
                "Content-Range: bytes {start}-{}/{}\r\nContent-Length: {len}\r\n",
                start + len - 1,
                self.file.size,
            ),
        );
        out.extend_from_slice(self.to.end());
        let payload = self.payload(part, fd, watch, out);
        self.to.response(206, len, payload)
    }

    /// 206 with several ranges, all of it in `out`; `None` when the file could not be read, or has
    /// become too short.
    pub(super) fn parts(
        &self,
        parts: &[Span],
        boundary: &str,
        fd: Option<&OwnedFd>,
        watch: &mut dyn Watch,
        out: &mut Vec<u8>,
    ) -> Option<Response> {
        let mut body = Vec::new();
        for &Span { start, len } in parts {
            put(
                &mut body,
                format_args!(
                    "--{boundary}\r\nContent-Type: {}\r\nContent-Range: bytes {start}-{}/{}\r\n\r\n",
                    self.file.kind,
                    start + len - 1,
                    self.file.size,
                ),
            );
            let len = usize::try_from(len).ok()?;
            match (self.file.bytes(), fd) {
                (Some(bytes), _) => {
                    let start = usize::try_from(start).ok()?;
                    body.extend_from_slice(bytes.get(start..)?.get(..len)?);
                }
                (None, Some(fd)) => {
                    let before = body.len();
                    files::read(fd, start, len, &mut body, watch).ok()?;
                    if body.len() - before < len {
                        return None;
                    }
                }
                (None, None) => return None,
            }
            body.extend_from_slice(b"\r\n");
        }
        put(&mut body, format_args!("--{boundary}--\r\n"));
        start(206, self.prelude, out);
        out.extend_from_slice(self.described());
        put(
            out,
            format_args!(
                "Content-Type: multipart/byteranges; boundary={boundary}\r\nContent-Length: {}\r\n",
                body.len()
            ),
        );
        out.extend_from_slice(self.to.end());
        out.extend_from_slice(&body);
        Some(self.to.response(206, body.len() as u64, Payload::None))
    }

    /// A part of the file: into `out` when it is short and in memory, else for the caller.
    fn payload(
        &self,
        part: Span,
        fd: Option<OwnedFd>,
        watch: &mut dyn Watch,
        out: &mut Vec<u8>,
    ) -> Payload {
        if self.to.head || part.len == 0 {
            if let Some(fd) = fd {
                files::close(fd, watch);
            }
            return Payload::None;
        }
        match (&self.file.content, fd) {
            (Content::Memory(bytes), _) => {
                // Ranges were cut to its size.
                let start = usize::try_from(part.start).unwrap_or(usize::MAX).min(bytes.len());
                let len = usize::try_from(part.len).unwrap_or(usize::MAX);
                let end = start.saturating_add(len).min(bytes.len());
                if len < APART {
                    out.extend_from_slice(&bytes[start..end]);
                    return Payload::None;
                }
                Payload::Memory(bytes.slice(start..end))
            }
            (Content::Disk, Some(file)) => {
                Payload::File { file, offset: part.start, len: part.len }
            }
            (Content::Disk, None) => Payload::None,
        }
    }
}

/// What an answer without a file contains beside its page.
pub(super) enum Note {
    None,
    Allow,
    /// The size of a file that does not have the range.
    Size(u64),
    /// Where it is.
    Location(Vec<u8>),
}

/// Appends a status line, `Server` and `Date`.
pub(super) fn start(status: u16, prelude: &Prelude, out: &mut Vec<u8>) {
    put(out, format_args!("HTTP/1.1 {status} {}\r\n", reason(status)));
    out.extend_from_slice(prelude.fields());
}

/// An answer with a page in HTML that is no file of the client's choice.
pub(super) fn page(
    status: u16,
    note: &Note,
    to: Recipient,
    body: &[u8],
    prelude: &Prelude,
    out: &mut Vec<u8>,
) -> Response {
    start(status, prelude, out);
    match note {
        Note::None => {}
        Note::Allow => out.extend_from_slice(ALLOW),
        Note::Size(size) => put(out, format_args!("Content-Range: bytes */{size}\r\n")),
        Note::Location(target) => {
            out.extend_from_slice(b"Location: ");
            out.extend_from_slice(target);
            out.extend_from_slice(b"\r\n");
        }
    }
    if status == 503 {
        out.extend_from_slice(b"Retry-After: 1\r\n");
    }
    put(
        out,
        format_args!(
            "Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n",
            body.len()
        ),
    );
    out.extend_from_slice(to.end());
    if !to.head {
        out.extend_from_slice(body);
    }
    to.response(status, body.len() as u64, Payload::None)
}

/// 200 with a text that was made for this request.
pub(super) fn generated(
    to: Recipient,
    media_type: &str,
    text: &str,
    prelude: &Prelude,
    out: &mut Vec<u8>,
) -> Response {
    start(200, prelude, out);
    put(
        out,
        format_args!(
            "Content-Type: {media_type}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
             X-Content-Type-Options: nosniff\r\n",
            text.len()
        ),
    );
    out.extend_from_slice(to.end());
    if !to.head {
        out.extend_from_slice(text.as_bytes());
    }
    to.response(200, text.len() as u64, Payload::None)
}

/// Status, header lines and text as the caller has them. An endless one is ended by closing the
/// connection (RFC 9112, section 6.3), and taken for open until then.
pub(super) fn made(
    to: Recipient,
    (status, fields, text): (u16, &str, &str),
    endless: bool,
    prelude: &Prelude,
    out: &mut Vec<u8>,
) -> Response {
    start(status, prelude, out);
    out.extend_from_slice(fields.as_bytes());
    if endless {
        out.extend_from_slice(b"Connection: close\r\n\r\n");
    } else {
        put(out, format_args!("Content-Length: {}\r\n", text.len()));
        out.extend_from_slice(to.end());
    }
    if !to.head {
        out.extend_from_slice(text.as_bytes());
    }
    let response = to.response(status, text.len() as u64, Payload::None);
    Response { keep_alive: endless || response.keep_alive, ..response }
}

const ALLOW: &[u8] = b"Allow: GET, HEAD, OPTIONS\r\n";

/// The answer to OPTIONS.
pub(super) fn options(to: Recipient, prelude: &Prelude, out: &mut Vec<u8>) -> Response {
    start(204, prelude, out);
    out.extend_from_slice(ALLOW);
    out.extend_from_slice(to.end());
    to.response(204, 0, Payload::None)
}
