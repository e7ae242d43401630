//! The selected connection's card: its last request, taken apart for reading.

use crate::words::clean;

/// A request's head in lines of printable text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Request {
    /// `GET /hand HTTP/1.1`.
    pub line: String,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
}

/// Takes a head apart. What came from the peer is escaped, so it cannot reach the terminal.
#[must_use]
pub fn request(head: &[u8]) -> Request {
    let mut lines = head.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    let line = lines.next().map(clean).unwrap_or_default();
    let headers = lines
        .filter(|line| !line.is_empty())
        .map(|line| match line.iter().position(|&b| b == b':') {
            Some(at) => (clean(&line[..at]), clean(line[at + 1..].trim_ascii())),
            None => (clean(line), String::new()),
        })
        .collect();
    Request { line, headers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_taken_apart_and_made_harmless() {
        let request = request(b"GET /\x1b[2J HTTP/1.1\r\nHost: a:80\r\nX:\xff\r\ncut off");
        assert_eq!(request.line, "GET /\\x1b[2J HTTP/1.1");
        let pairs: Vec<(&str, &str)> =
            request.headers.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(pairs, [("Host", "a:80"), ("X", "\\xff"), ("cut off", "")]);
    }
}
