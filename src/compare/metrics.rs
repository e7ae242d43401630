//! A server's own counters, from `/-/metrics`.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long a server may take to send them.
const WITHIN: Duration = Duration::from_secs(2);
/// They are no longer than that.
const LONGEST: usize = 1024 * 1024;

/// Totals by name, without `epollscope_` and added up over their labels.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Metrics(HashMap<String, f64>);

impl Metrics {
    /// How much a total has grown; `None` when it is not there.
    pub(super) fn since(&self, before: &Self, name: &str) -> Option<f64> {
        Some(self.0.get(name)? - before.0.get(name)?)
    }

    /// Reads Prometheus' text format, as far as it is used here.
    fn parse(text: &str) -> Self {
        let mut totals = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((sample, value)) = line.rsplit_once(' ') else { continue };
            let name = sample.split('{').next().unwrap_or_default();
            let Some(name) = name.strip_prefix("epollscope_") else { continue };
            let Ok(value) = value.parse::<f64>() else { continue };
            *totals.entry(name.to_owned()).or_insert(0.0) += value;
        }
        Self(totals)
    }
}

/// Asks a server, on a connection of its own. `None` when it does not answer in time.
pub(super) fn fetch(addr: SocketAddr) -> Option<Metrics> {
    let deadline = Instant::now() + WITHIN;
    let mut stream = TcpStream::connect_timeout(&addr, WITHIN).ok()?;
    let request = format!("GET /-/metrics HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || answer.len() > LONGEST {
            return None;
        }
        stream.set_read_timeout(Some(left)).ok()?;
        match stream.read(&mut chunk).ok()? {
            0 => break,
            n => answer.extend_from_slice(&chunk[..n]),
        }
    }
    let answer = std::str::from_utf8(&answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.starts_with("HTTP/1.1 200 ").then(|| Metrics::parse(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const TEXT: &str = "# HELP epollscope_calls_total System calls of the loop, by name.\n\
        # TYPE epollscope_calls_total counter\n\
        epollscope_calls_total{call=\"recv\"} 30\n\
        epollscope_calls_total{call=\"send\"} 12\n\
        epollscope_waited_seconds_total 1.25\n\
        other_total 7\n\
        epollscope_broken_total x\n";

    #[test]
    fn labels_are_added_up_and_totals_compared() {
        let before =
            Metrics::parse("epollscope_calls_total 2\nepollscope_waited_seconds_total 1\n");
        let after = Metrics::parse(TEXT);
        assert_eq!(after.since(&before, "calls_total"), Some(40.0));
        assert_eq!(after.since(&before, "waited_seconds_total"), Some(0.25));
        assert_eq!(after.since(&before, "broken_total"), None);
        assert_eq!(after.0.len(), 2);
    }

    /// Answers one client.
    fn answer(text: String) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(text.as_bytes()).unwrap();
        });
        addr
    }

    #[test]
    fn only_a_good_answer_counts() {
        let good = fetch(answer(format!("HTTP/1.1 200 OK\r\n\r\n{TEXT}"))).unwrap();
        assert_eq!(good, Metrics::parse(TEXT));
        assert_eq!(fetch(answer(format!("HTTP/1.1 404 Not Found\r\n\r\n{TEXT}"))), None);
    }

    #[test]
    fn a_server_that_says_nothing_is_not_waited_for() {
        // Its backlog takes the connection, and it is never accepted.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let begin = Instant::now();
        assert_eq!(fetch(listener.local_addr().unwrap()), None);
        assert!(begin.elapsed() < WITHIN * 5);
    }
}
