//! A request's head from bytes (RFC 9112, sections 2 to 7): httparse finds the lines, this file
//! decides what they mean and what is refused.
//!
//! The verdict depends on the bytes only, never on how they were split over reads.

use std::mem::MaybeUninit;

use super::body::Body;
use super::fields::Fields;
use super::grammar::is_token;
use super::limits::Limits;
use super::target::{is_authority, target_form};

/// What the bytes at the front of a buffer are.
#[derive(Clone, Debug)]
pub enum Head<'b> {
    /// The beginning of a request: more bytes are needed.
    Partial,
    /// A whole head.
    Complete(Request<'b>),
    /// No request that can be answered and gone on from: send this status and close.
    Bad(u16),
}

/// A request's head.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct Request<'b> {
    /// From the method to the end of the header section, its empty line included.
    pub head: &'b [u8],
    /// How many bytes of the buffer it took: the head and the empty lines before it.
    pub head_len: usize,
    /// The method, case-sensitive.
    pub method: &'b str,
    /// The target as it was sent.
    pub target: &'b [u8],
    /// The path in the target, still percent-encoded, without the query; `*` as it is.
    pub path: &'b [u8],
    /// The query, without its `?`.
    pub query: Option<&'b [u8]>,
    /// The minor version: 0 for HTTP/1.0, 1 for HTTP/1.1 and above.
    pub minor: u8,
    /// Whether the connection may be used for another request after this one.
    pub keep_alive: bool,
    /// How the body is delimited.
    pub body: Body,
    /// The client waits for a `100 Continue` before it sends the body.
    pub expect_continue: bool,
    /// `Accept-Encoding`: the first line of it.
    pub accept_encoding: Option<&'b [u8]>,
    /// Whether there are more lines of it.
    pub accept_more: bool,
    /// Whether there is an `Accept-Language`.
    pub accept_language: bool,
    /// Whether there is any of the precondition headers `If-…`.
    pub conditional: bool,
    /// Whether there is a `Range`.
    pub ranged: bool,
}

impl<'b> Request<'b> {
    /// The values of all header lines of that name (lower case), in order, without the space
    /// around them. Reads the head again: meant for headers that few requests have.
    pub fn values<'n>(&self, name: &'n str) -> impl Iterator<Item = &'b [u8]> + use<'b, 'n> {
        self.head.split(|&b| b == b'\n').skip(1).filter_map(move |line| {
            let (field, value) = line.split_at_checked(name.len())?;
            let value = value.strip_prefix(b":")?;
            field.eq_ignore_ascii_case(name.as_bytes()).then(|| value.trim_ascii())
        })
    }

    /// The values of all `Accept-Encoding` lines. The head is read again only where there are several.
    pub(super) fn accepted_codings(&self) -> impl Iterator<Item = &'b [u8]> {
        let more = self.accept_more.then(|| self.values("accept-encoding").skip(1));
        self.accept_encoding.into_iter().chain(more.into_iter().flatten())
    }

    /// The value of a header that may be there once; `None` when it is missing or repeated.
    #[must_use]
    pub fn single(&self, name: &str) -> Option<&'b [u8]> {
        let mut values = self.values(name);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }
}

/// Reads the request at the front of `buf`.
///
/// Empty lines before it are skipped (RFC 9112, section 2.2). [`Head::Bad`] carries 400 for what is
/// malformed, 413 for a body over the limit, 414, 417, 421 for an `https` target, 431, 501 for an
/// unknown transfer coding and 505.
#[must_use]
pub fn parse<'b>(buf: &'b [u8], limits: &Limits) -> Head<'b> {
    // Only the allowed part is looked at, so that the verdict does not depend on how much more has
    // arrived already.
    let seen = &buf[..buf.len().min(limits.head_bytes)];
    if seen.len() > limits.target_bytes && target_too_long(seen, limits.target_bytes) {
        return Head::Bad(414);
    }
    let mut room = [const { MaybeUninit::uninit() }; Limits::MAX_HEADERS];
    let room = &mut room[..limits.headers.min(Limits::MAX_HEADERS)];
    let mut raw = httparse::Request::new(&mut []);
    match raw.parse_with_uninit_headers(seen, room) {
        Ok(httparse::Status::Complete(head_len)) => {
            let line = Line {
                method: raw.method.unwrap_or_default(),
                target: raw.path.unwrap_or_default().as_bytes(),
                minor: raw.version.unwrap_or_default(),
            };
            request(buf, head_len, line, raw.headers, limits).unwrap_or_else(Head::Bad)
        }
        Ok(httparse::Status::Partial) if buf.len() >= limits.head_bytes => Head::Bad(431),
        Ok(httparse::Status::Partial) => Head::Partial,
        Err(httparse::Error::TooManyHeaders) => Head::Bad(431),
        Err(httparse::Error::Version) => other_version(buf, seen, limits),
        Err(_) => Head::Bad(400),
    }
}

/// The request line.
#[derive(Clone, Copy)]
struct Line<'b> {
    method: &'b str,
    target: &'b [u8],
    minor: u8,
}

/// How many bytes of empty lines stand before the request.
fn leading(buf: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match buf.get(at..) {
            Some([b'\n', ..]) => at += 1,
            Some([b'\r', b'\n', ..]) => at += 2,
            _ => return at,
        }
    }
}

/// Whether the target has more bytes than that, as far as it can be seen.
fn target_too_long(buf: &[u8], limit: usize) -> bool {
    let line = &buf[leading(buf)..];
    let Some(space) = line.iter().position(|&b| b == b' ') else { return false };
    if space == 0 || !line[..space].iter().all(|&b| is_token(b)) {
        return false;
    }
    line[space + 1..].iter().take_while(|&&b| b > b' ' && b != 0x7f).nth(limit).is_some()
}

/// A version that httparse does not know: HTTP/1.2 and above is HTTP/1.1 to us (RFC 9110, section
/// 2.5), another major version is 505, anything else is no version at all.
fn other_version<'b>(buf: &'b [u8], seen: &'b [u8], limits: &Limits) -> Head<'b> {
    let start = leading(seen);
    let Some(end) = seen[start..].iter().position(|&b| b == b'\n') else {
        return if buf.len() >= limits.head_bytes { Head::Bad(431) } else { Head::Partial };
    };
    let line = seen[start..start + end].strip_suffix(b"\r").unwrap_or(&seen[start..start + end]);
    let mut words = line.split(|&b| b == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Head::Bad(400);
    };
    let [b'H', b'T', b'T', b'P', b'/', major @ b'0'..=b'9', b'.', b'0'..=b'9'] = version else {
        return Head::Bad(400);
    };
    if *major != b'1' {
        return Head::Bad(505);
    }
    // httparse has let method and target pass before it came to the version.
    let Ok(method) = str::from_utf8(method) else { return Head::Bad(400) };
    let mut headers = [httparse::EMPTY_HEADER; Limits::MAX_HEADERS];
    let room = &mut headers[..limits.headers.min(Limits::MAX_HEADERS)];
    let fields = start + end + 1;
    match httparse::parse_headers(&seen[fields..], room) {
        Ok(httparse::Status::Complete((len, headers))) => {
            let line = Line { method, target, minor: 1 };
            request(buf, fields + len, line, headers, limits).unwrap_or_else(Head::Bad)
        }
        Ok(httparse::Status::Partial) if buf.len() >= limits.head_bytes => Head::Bad(431),
        Ok(httparse::Status::Partial) => Head::Partial,
        Err(httparse::Error::TooManyHeaders) => Head::Bad(431),
        Err(_) => Head::Bad(400),
    }
}

fn request<'b>(
    buf: &'b [u8],
    head_len: usize,
    line: Line<'b>,
    headers: &[httparse::Header<'b>],
    limits: &Limits,
) -> Result<Head<'b>, u16> {
    let Line { method, target, minor } = line;
    let fields = Fields::gather(headers)?;
    match fields.host {
        Some(host) if !is_authority(host) => return Err(400),
        None if minor > 0 => return Err(400),
        _ => {}
    }
    let (path, query) = target_form(method, target)?;
    let body = fields.body(minor, limits.body_bytes)?;
    // HTTP/1.0 has no expectations.
    if fields.expect_other && minor > 0 {
        return Err(417);
    }
    let expect_continue = fields.expect_continue && minor > 0 && body != Body::None;
    let keep_alive = !fields.close && (minor > 0 || fields.keep_alive);
    Ok(Head::Complete(Request {
        head: &buf[leading(buf)..head_len],
        head_len,
        method,
        target,
        path,
        query,
        minor,
        keep_alive,
        body,
        expect_continue,
        accept_encoding: fields.accept_encoding,
        accept_more: fields.accept_more,
        accept_language: fields.accept_language,
        conditional: fields.conditional,
        ranged: fields.ranged,
    }))
}

#[cfg(test)]
mod tests;
