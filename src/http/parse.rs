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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdict(request: &[u8]) -> Result<Request<'_>, u16> {
        match parse(request, &Limits::default()) {
            Head::Complete(request) => Ok(request),
            Head::Bad(status) => Err(status),
            Head::Partial => Err(0),
        }
    }

    /// The verdict on a GET with these header lines beside a right `Host`.
    fn with(fields: &str) -> Result<Body, u16> {
        verdict(format!("GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n").as_bytes()).map(|r| r.body)
    }

    #[test]
    fn a_request_is_taken_apart() {
        let bytes = b"\r\n\nGET /a?b=c HTTP/1.1\r\nHost: x:80\r\nAccept-Encoding: br\r\n\r\nGET /";
        let request = verdict(bytes).unwrap();
        assert_eq!((request.method, request.target), ("GET", &b"/a?b=c"[..]));
        assert_eq!((request.path, request.query), (&b"/a"[..], Some(&b"b=c"[..])));
        assert_eq!(request.head_len, bytes.len() - 5);
        assert_eq!(request.head, &bytes[3..bytes.len() - 5]);
        assert_eq!((request.minor, request.keep_alive, request.body), (1, true, Body::None));
        assert_eq!(request.accept_encoding, Some(&b"br"[..]));
        assert_eq!(request.values("host").collect::<Vec<_>>(), [b"x:80"]);
        assert!(request.single("hos").is_none());
    }

    #[test]
    fn targets_have_four_forms() {
        let path = |line: &str| {
            let bytes = format!("{line} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes();
            verdict(&bytes).map(|request| String::from_utf8_lossy(request.path).into_owned())
        };
        for (line, expected) in [
            ("GET http://example.org:80/a/b?c", "/a/b"),
            ("GET HTTP://example.org?c", "/"),
            ("OPTIONS *", "*"),
            ("CONNECT example.org:443", "example.org:443"),
            ("GET /a:b@c", "/a:b@c"),
        ] {
            assert_eq!(path(line), Ok(expected.to_owned()), "{line}");
        }
        for line in [
            "GET *",
            "GET a",
            "GET http://",
            "GET http:///a",
            "GET http://:80/",
            "GET http://[::1/",
            "GET https://",
            "GET https://user@host/",
            "GET /\u{e9}",
            "GET /a?\u{624b}",
            "GET http://x/\u{624b}",
            "GET http://user@host/",
            "GET /a#b",
            "GET /a#b?c",
            "GET /a?b#c",
            "GET ftp://x/",
            "GET  /",
            "CONNECT a/b",
            "GET /\t",
            "GET",
        ] {
            assert_eq!(path(line), Err(400), "{line}");
        }
        for line in ["GET https://example.org/", "HEAD HTTPS://x:443?a", "OPTIONS https://x"] {
            assert_eq!(path(line), Err(421), "{line}");
        }
        let newer = "GET /\u{e9} HTTP/1.2\r\nHost: x\r\n\r\n";
        assert_eq!(verdict(newer.as_bytes()).map(|_| ()), Err(400));
    }

    #[test]
    fn versions_have_their_verdicts() {
        let version = |text: &str| {
            verdict(format!("GET / {text}\r\nHost: x\r\n\r\n").as_bytes()).map(|r| r.minor)
        };
        assert_eq!(version("HTTP/1.0"), Ok(0));
        let newer = verdict(b"GET / HTTP/1.7\r\nHost: x\r\n\r\n").unwrap();
        assert_eq!((newer.minor, newer.keep_alive, newer.path), (1, true, &b"/"[..]));
        assert_eq!(newer.head_len, newer.head.len());
        for text in ["HTTP/2.0", "HTTP/0.9", "HTTP/3.1"] {
            assert_eq!(version(text), Err(505), "{text}");
        }
        for text in ["HTTP/1", "http/1.1", "HTTP/1.10", "HTTP/x.1", "HTTP/1.1 x", "FTP/1.1"] {
            assert_eq!(version(text), Err(400), "{text}");
        }
    }

    #[test]
    fn host_must_be_there_once_and_well_formed() {
        let host = |fields: &str| {
            verdict(format!("GET / HTTP/1.1\r\n{fields}\r\n").as_bytes()).map(|_| ())
        };
        for good in ["x", "x:80", "x:", "", "[::1]:80", "[::ffff:127.0.0.1]", "a%20b", "1.2.3.4"] {
            assert_eq!(host(&format!("Host: {good}\r\n")), Ok(()), "{good}");
        }
        for bad in [
            "[4712::abcd::]",
            "[:::]",
            "[12345::1]",
            "[1:2:3:4:5:6:7]",
            "[1:2:3:4:5:6:7:8:9]",
            "[1.2.3.4]",
            "[::1.2.3]",
            "[::1.2.3.256]",
            "[.]",
            "[::1%25eth0]",
            "[v.a]",
            "[v1]",
            "[v1.]",
            "[vg.a]",
            "[v1.a%20]",
            "[v1.a@b]",
        ] {
            assert_eq!(host(&format!("Host: {bad}\r\n")), Err(400), "{bad}");
        }
        for good in ["[2001:DB8:1:2:3:4:5:6]", "[1::]", "[v1.a]", "[vF0.a-b:c!]:80", "[V7.~]"] {
            assert_eq!(host(&format!("Host: {good}\r\n")), Ok(()), "{good}");
        }
        for bad in
            ["a b", "a/b", "u@h", "x:y", "x:80:80", "[::1", "[]", "[x]", "[::1]x", "a%2", "%zz"]
        {
            assert_eq!(host(&format!("Host: {bad}\r\n")), Err(400), "{bad}");
        }
        assert_eq!(host(""), Err(400));
        assert_eq!(host("Host: x\r\nhost: x\r\n"), Err(400));
        assert!(verdict(b"GET / HTTP/1.0\r\n\r\n").is_ok());
        assert!(verdict(b"GET / HTTP/1.0\r\nHost: a b\r\n\r\n").is_err());
    }

    #[test]
    fn framing_is_strict() {
        for (fields, expected) in [
            ("Content-Length: 5\r\n", Ok(Body::Length(5))),
            ("Content-Length: 0\r\n", Ok(Body::None)),
            ("Content-Length: 0005\r\n", Ok(Body::Length(5))),
            ("Content-Length: 5\r\nContent-Length: 5\r\n", Err(400)),
            ("Content-Length: 5, 5\r\n", Err(400)),
            ("Content-Length: +5\r\n", Err(400)),
            ("Content-Length: -5\r\n", Err(400)),
            ("Content-Length: 5 5\r\n", Err(400)),
            ("Content-Length: 0x5\r\n", Err(400)),
            ("Content-Length:\r\n", Err(400)),
            ("Content-Length: 18446744073709551616\r\n", Err(400)),
            ("Content-Length: 18446744073709551615\r\n", Err(413)),
            ("Content-Length: 1048576\r\n", Ok(Body::Length(1_048_576))),
            ("Content-Length: 1048577\r\n", Err(413)),
            ("Transfer-Encoding: chunked\r\n", Ok(Body::Chunked)),
            ("Transfer-Encoding: Chunked \r\n", Ok(Body::Chunked)),
            ("Transfer-Encoding: gzip, chunked\r\n", Err(501)),
            ("Transfer-Encoding: chunked, gzip\r\n", Err(400)),
            ("Transfer-Encoding: chunked, chunked\r\n", Err(400)),
            ("Transfer-Encoding: xchunked\r\n", Err(400)),
            ("Transfer-Encoding: identity\r\n", Err(400)),
            ("Transfer-Encoding:\r\n", Err(400)),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", Err(400)),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Err(400)),
            ("Content-Length : 5\r\n", Err(400)),
            ("X: a\r\n b\r\n", Err(400)),
            ("X: a\rb\r\n", Err(400)),
            ("X: a\0b\r\n", Err(400)),
            ("X: a\x01b\r\n", Err(400)),
            ("X\r\n", Err(400)),
            (": x\r\n", Err(400)),
            (" X: y\r\n", Err(400)),
        ] {
            assert_eq!(with(fields), expected, "{fields:?}");
        }
        let old = b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(verdict(old).map(|r| r.body), Err(400));
    }

    #[test]
    fn an_expectation_is_met_or_refused() {
        let expect = |text: &str| {
            let request = format!("POST / HTTP/1.1\r\nHost: x\r\n{text}\r\n");
            verdict(request.as_bytes()).map(|request| request.expect_continue)
        };
        assert_eq!(expect("Content-Length: 5\r\nExpect: 100-Continue\r\n"), Ok(true));
        assert_eq!(expect("Expect: 100-continue\r\n"), Ok(false), "there is no body");
        assert_eq!(expect("Expect: tea\r\n"), Err(417));
        // A list (RFC 9110, section 10.1.1).
        let length = "Content-Length: 5\r\n";
        let one = "Expect: 100-continue\r\n";
        assert_eq!(expect(&format!("{length}{one}{one}")), Ok(true));
        assert_eq!(expect(&format!("{length}Expect: , 100-continue,100-CONTINUE\r\n")), Ok(true));
        assert_eq!(expect(&format!("{length}{one}Expect: tea\r\n")), Err(417));
        assert_eq!(expect(&format!("{length}Expect: 100-continue, tea\r\n")), Err(417));
        assert_eq!(expect("Content-Length: 9999999\r\nExpect: 100-continue\r\n"), Err(413));
    }

    #[test]
    fn sizes_are_limited() {
        let limits = Limits { head_bytes: 200, target_bytes: 50, headers: 3, body_bytes: 9 };
        let verdict = |text: &str| match parse(text.as_bytes(), &limits) {
            Head::Bad(status) => status,
            Head::Partial => 0,
            Head::Complete(_) => 200,
        };
        let target = |n: usize| format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(n));
        assert_eq!(verdict(&target(49)), 200);
        assert_eq!(verdict(&target(50)), 414);
        assert_eq!(verdict(&format!("GET /{}", "a".repeat(50))), 414);
        assert_eq!(verdict(&format!("G\x01T /{}", "a".repeat(50))), 400);
        let fields =
            |n: usize| format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(n));
        assert_eq!((verdict(&fields(2)), verdict(&fields(3))), (200, 431));
        let long = format!("GET / HTTP/1.1\r\nHost: x\r\nA: {}", "b".repeat(200));
        assert_eq!((verdict(&long[..199]), verdict(&long[..200]), verdict(&long)), (0, 431, 431));
        assert_eq!(verdict(&"\r\n".repeat(100)), 431);
        let newer = format!("GET / HTTP/1.5\r\nHost: x\r\nA: {}", "b".repeat(200));
        assert_eq!((verdict(&newer[..199]), verdict(&newer)), (0, 431));
    }

    /// What a verdict is worth comparing by.
    fn class(head: &Head<'_>) -> (u16, usize) {
        match head {
            Head::Partial => (0, 0),
            Head::Complete(request) => (200, request.head_len),
            Head::Bad(status) => (*status, 0),
        }
    }

    /// Requests that are nearly right.
    fn nearly() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            Just("GET / HTTP/1.1\r\n"),
            Just("\r\n"),
            Just("Host: x\r\n"),
            Just("HEAD "),
            Just("POST /a HTTP/1.0\r\n"),
            Just("OPTIONS * HTTP/1.2\r\n"),
            Just("HTTP/2.0\r\n"),
            Just("Content-Length: 3\r\n"),
            Just("Transfer-Encoding: chunked\r\n"),
            Just("\n"),
            Just("Connection: close\r\n"),
            Just("Expect: x\r\n"),
            Just(" "),
            Just("\r"),
            Just(":"),
            Just("/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
            Just("\0"),
            Just("X: y\r\n"),
        ];
        prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat().into_bytes())
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes, &Limits::default());
        }

        /// However much has arrived: undecided, and from some byte on the same verdict.
        #[test]
        fn the_verdict_does_not_depend_on_the_split(bytes in nearly()) {
            let limits = Limits { head_bytes: 120, target_bytes: 40, headers: 4, body_bytes: 9 };
            let whole = class(&parse(&bytes, &limits));
            let mut decided = None;
            for end in 0..=bytes.len() {
                let now = class(&parse(&bytes[..end], &limits));
                match decided {
                    Some(before) => prop_assert_eq!(now, before, "at {}", end),
                    None if now.0 != 0 => decided = Some(now),
                    None => {}
                }
            }
            prop_assert_eq!(decided.unwrap_or((0, 0)), whole);
        }
    }
}
