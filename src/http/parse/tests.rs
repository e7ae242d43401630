//! Requests, whole, in pieces and wrong.

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
    let host =
        |fields: &str| verdict(format!("GET / HTTP/1.1\r\n{fields}\r\n").as_bytes()).map(|_| ());
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
    for bad in ["a b", "a/b", "u@h", "x:y", "x:80:80", "[::1", "[]", "[x]", "[::1]x", "a%2", "%zz"]
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
    let fields = |n: usize| format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(n));
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
