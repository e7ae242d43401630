//! Which requests are for the class, and what of them is told.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::http::{Body, Request};

/// A request for the class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ask<'a> {
    /// `GET` or `POST`; anything else is refused.
    pub method: &'a str,
    /// The path, as it was sent.
    pub path: &'a [u8],
    /// The query.
    pub query: &'a [u8],
    /// `Origin`, if there is one: from which site's page it comes.
    pub origin: &'a [u8],
    /// `Host`.
    pub host: &'a [u8],
    /// Bytes of its body; more than can be said for one in chunks.
    pub body: u64,
}

/// What a path that begins with `/-/` may go on with.
const NAMES: [&[u8]; 12] = [
    b"cells", b"screen", b"class", b"join", b"stream", b"me", b"hand", b"vote", b"nick", b"press",
    b"took", b"bye",
];

/// Whether a path is one of the class: `/-/hand`, or the page under a code, `/KXTR`. Whoever mistypes
/// the code gets the page too, which says so.
#[must_use]
pub fn is_class(path: &[u8]) -> bool {
    match path {
        [b'/', b'-', b'/', name @ ..] => NAMES.contains(&name),
        [b'/', code @ ..] => code.len() == 4 && code.iter().all(u8::is_ascii_alphabetic),
        _ => false,
    }
}

impl<'a> Ask<'a> {
    /// What a request asks.
    #[must_use]
    pub fn of(request: &Request<'a>) -> Self {
        Self {
            method: request.method,
            path: request.path,
            query: request.query.unwrap_or_default(),
            origin: origin(request),
            host: request.single("host").unwrap_or_default(),
            body: match request.body {
                Body::None => 0,
                Body::Length(bytes) => bytes,
                Body::Chunked => u64::MAX,
            },
        }
    }

    /// A value of the query, as it was sent.
    pub(super) fn value(&self, name: &str) -> Option<&'a [u8]> {
        let mut pairs = self.query.split(|&b| b == b'&');
        pairs.find_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
    }

    /// A number in the query.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        let digits = self.value(name)?;
        let digits = str::from_utf8(digits).ok().filter(|_| digits.iter().all(u8::is_ascii_digit));
        digits?.parse().ok()
    }

    /// Whether it may change something: it comes from a page of this server, or from none.
    pub(super) fn is_ours(&self) -> bool {
        let host = self.origin.strip_prefix(b"http://");
        let same = host.is_some_and(|host| host.eq_ignore_ascii_case(self.host));
        (self.origin.is_empty() || same) && is_near(self.host)
    }
}

/// From which site's page a request comes; nothing where none is named, and what is no site's where
/// that is not plain.
fn origin<'a>(request: &Request<'a>) -> &'a [u8] {
    let mut values = request.values("origin");
    match (values.next(), values.next()) {
        (None, _) => b"",
        (Some(origin @ [_, ..]), None) => origin,
        _ => b"null",
    }
}

/// Whether a `Host` is an address, or a name that nobody on the Internet can have: the owner of any
/// other may say that it is this machine, and his pages are of the same site as ours then (DNS rebinding).
fn is_near(host: &[u8]) -> bool {
    const NEAR: [&str; 5] = ["localhost", ".local", ".lan", ".internal", ".home.arpa"];
    let Ok(host) = str::from_utf8(host) else { return false };
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let name = if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let name = name.to_ascii_lowercase();
    address.map_or(name.parse::<Ipv4Addr>().is_ok(), |address| address.parse::<Ipv6Addr>().is_ok())
        || address.is_none()
            && (!name.contains('.') || NEAR.iter().any(|near| name.ends_with(near)))
}

/// A request line for the class as it is told, on a projector or in a log: who sent it proves that with a
/// token, and its name is its own. A star stands for each of them.
#[must_use]
pub fn masked(line: &[u8]) -> Vec<u8> {
    const SECRETS: [&[u8]; 2] = [b"s=", b"nick="];
    let (mut told, mut at) = (Vec::with_capacity(line.len()), 0);
    while at < line.len() {
        let begins = matches!(line[at], b'?' | b'&');
        told.push(line[at]);
        at += 1;
        let secret = SECRETS.into_iter().find(|name| begins && line[at..].starts_with(name));
        let Some(name) = secret else { continue };
        told.extend_from_slice(name);
        at += name.len();
        let rest = &line[at..];
        let len = rest.iter().position(|b| matches!(b, b'&' | b' ')).unwrap_or(rest.len());
        if len > 0 {
            told.push(b'*');
        }
        at += len;
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_of_the_class() {
        for path in ["/KXTR", "/kxtr", "/-/class", "/-/hand", "/-/stream"] {
            assert!(is_class(path.as_bytes()), "{path}");
        }
        for path in ["/", "/KXT", "/KXTRS", "/KXT1", "/KXTR/", "/-/", "/-/slow", "/-/metrics", "*"]
        {
            assert!(!is_class(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn tokens_and_names_are_not_told() {
        for (line, told) in [
            ("POST /-/hand?s=abc-_9&up=1 HTTP/1.1", "POST /-/hand?s=*&up=1 HTTP/1.1"),
            ("POST /-/nick?nick=Ann&s=x", "POST /-/nick?nick=*&s=*"),
            ("GET /-/me?us=1&q=3", "GET /-/me?us=1&q=3"),
            ("GET /-/me?s=", "GET /-/me?s="),
            ("GET /KXTR", "GET /KXTR"),
        ] {
            assert_eq!(masked(line.as_bytes()), told.as_bytes());
        }
    }

    #[test]
    fn what_is_said_twice_is_no_site() {
        use crate::http::{Head, Limits, parse};
        for (lines, origin) in [
            ("", ""),
            ("Origin: http://a:1\r\n", "http://a:1"),
            ("Origin: http://evil\r\nOrigin: http://evil\r\n", "null"),
            ("Origin:\r\n", "null"),
        ] {
            let head = format!("POST /-/hand HTTP/1.1\r\nHost: a:1\r\n{lines}\r\n");
            let Head::Complete(request) = parse(head.as_bytes(), &Limits::default()) else {
                panic!("{head}")
            };
            assert_eq!(Ask::of(&request).origin, origin.as_bytes());
        }
    }

    #[test]
    fn where_it_comes_from_is_looked_at() {
        let ask = Ask {
            method: "POST",
            path: b"/",
            query: b"up=1&n=-1&x=",
            origin: b"",
            host: b"a:1",
            body: 0,
        };
        assert!(ask.is_ours());
        for (origin, ours) in [
            ("http://a:1", true),
            ("http://A:1", true),
            ("http://b:1", false),
            ("null", false),
            ("https://a:1", false),
        ] {
            assert_eq!(Ask { origin: origin.as_bytes(), ..ask }.is_ours(), ours, "{origin}");
        }
        for (host, near) in [
            ("192.168.0.7:8080", true),
            ("[fe80::1]:8080", true),
            ("[::1]", true),
            ("localhost:8080", true),
            ("LAPTOP.local:8080", true),
            ("laptop", true),
            ("", true),
            ("evil.example:8080", false),
            ("127.0.0.1.evil.example", false),
            ("evil.example.", false),
            ("notlocalhost.example", false),
            ("[evil.example]", false),
        ] {
            let origin = format!("http://{host}");
            for origin in ["", &origin] {
                let ask = Ask { host: host.as_bytes(), origin: origin.as_bytes(), ..ask };
                assert_eq!(ask.is_ours(), near, "{host}");
            }
        }
        assert_eq!(
            (ask.number("up"), ask.number("n"), ask.number("x"), ask.number("y")),
            (Some(1), None, None, None)
        );
    }
}
