//! A log with other names in it: who was connected, what was asked for and what was sent is replaced, the
//! same by the same everywhere, so that it can be passed on.
//!
//! Kept is what happened: calls, results, sizes, times, descriptors, ports and states. Addresses of this
//! machine to itself say nothing of anybody, and are kept too.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hashbrown::HashMap;
use serde_json::Value;

use super::json::{self, Beside, Entry, Header};
use super::reading::Line;
use crate::telemetry::{OwnedEvent, Site, Text, What};

/// The addresses that stand for others are of networks in which nobody is: for measurements of networks
/// (RFC 2544), and for documentation (RFC 3849).
const V4: u32 = Ipv4Addr::new(198, 18, 0, 0).to_bits();
const V6: u128 = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0).to_bits();

/// Whether addresses are replaced in what is written down; its clones say the same.
#[derive(Clone, Debug, Default)]
pub struct Private(Arc<AtomicBool>);

impl Private {
    /// They are, from now on.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether they are.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What stands for what.
#[derive(Debug, Default)]
pub struct Anonymous {
    addresses: HashMap<IpAddr, IpAddr>,
    texts: HashMap<Vec<u8>, usize>,
    /// The files of a program that was traced.
    files: HashMap<String, usize>,
    traced: bool,
}

impl Anonymous {
    /// Appends a line as it can be passed on; `None` where it cannot be read.
    pub fn line(&mut self, out: &mut Vec<u8>, line: Line<'_>) -> Option<()> {
        match line.entry.ok()? {
            Entry::Header(header) => json::header(out, &self.header(header)),
            Entry::Event(event) => {
                let event = self.event(&event);
                match event.as_ref().headers() {
                    Some(headers) => json::request(out, event.as_ref(), Some(headers)),
                    None => json::event(out, event.as_ref(), line.waker),
                }
            }
            // What a program of somebody else's says.
            Entry::Beside(Beside::Source(_)) if self.traced => {}
            Entry::Beside(beside) => json::beside(out, &self.beside(&beside)?),
            Entry::Closing(closing) => json::last(out, &closing),
        }
        Some(())
    }

    /// Lines in which other addresses stand in place of those that do, and all else as it was: of a class
    /// nobody is to be known by a recording.
    #[must_use]
    pub fn addresses(&mut self, lines: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(lines.len());
        for (at, text) in lines.split(|&b| b == b'"').enumerate() {
            if at > 0 {
                out.push(b'"');
            }
            let begins = text.first().is_some_and(|&b| b.is_ascii_digit() || b == b'[');
            let address = if begins { str::from_utf8(text).ok() } else { None };
            match address.and_then(|text| text.parse().ok()) {
                Some(address) => out.extend(self.address(address).to_string().bytes()),
                None => out.extend_from_slice(text),
            }
        }
        out
    }

    fn header(&mut self, mut header: Header) -> Header {
        if let Some(origin) = &mut header.origin {
            self.traced = origin.traced;
            origin.command.clear();
        }
        if self.traced {
            "program".clone_into(&mut header.server);
        }
        header
    }

    fn address(&mut self, address: SocketAddr) -> SocketAddr {
        let ip = address.ip().to_canonical();
        if ip.is_loopback() || ip.is_unspecified() {
            return address;
        }
        let next = u32::try_from(self.addresses.len() + 1).unwrap_or(u32::MAX);
        let other = self.addresses.entry(ip).or_insert_with(|| match ip {
            IpAddr::V4(_) => Ipv4Addr::from_bits(V4 + (next & 0x1_ffff)).into(),
            IpAddr::V6(_) => Ipv6Addr::from_bits(V6 + u128::from(next)).into(),
        });
        SocketAddr::new(*other, address.port())
    }

    fn text(&mut self, text: &[u8]) -> usize {
        let next = self.texts.len() + 1;
        *self.texts.entry_ref(text).or_insert(next)
    }

    /// The place of a call: in a file of somebody else's program, which has another name.
    fn site(&mut self, site: Site) -> Option<Site> {
        if !self.traced {
            return Some(site);
        }
        let place = site.place();
        Site::named(&self.file(place.file), place.line)
    }

    fn file(&mut self, file: &str) -> String {
        let next = self.files.len() + 1;
        format!("file-{}.py", self.files.entry_ref(file).or_insert(next))
    }

    fn event(&mut self, told: &OwnedEvent) -> OwnedEvent {
        let line = told.as_ref().request_line().unwrap_or_default();
        let OwnedEvent { event, bytes, len, ready } = told;
        let (mut event, len) = (*event, *len);
        event.site = event.site.and_then(|site| self.site(site));
        let mut other = Vec::new();
        match &mut event.what {
            What::Listen { addr, .. } => *addr = self.address((*addr).into()).into(),
            What::Accept { peer: Some(peer), .. } => *peer = self.address((*peer).into()).into(),
            What::Request { target, .. } => {
                let (method, path) = line;
                let path = format!("/{}", self.text(path.kept));
                other.extend([method.kept, b" ", path.as_bytes()].concat());
                if let Some(headers) = told.as_ref().headers() {
                    other.extend_from_slice(b" HTTP/1.1\r\n");
                    other.extend(self.headers(headers));
                }
                *target = u16::try_from(path.len()).unwrap_or(u16::MAX);
            }
            What::Open { .. } | What::Openat { .. } => {
                other.extend(self.text(bytes).to_string().bytes());
            }
            // As long as it was.
            _ => other.resize(bytes.len(), b'x'),
        }
        let kept = Text::of(&event.what, &other).kept.len();
        let len = if len > bytes.len() { len.max(kept) } else { other.len() };
        OwnedEvent { event, bytes: other.into(), len, ready: ready.clone() }
    }

    /// Headers of a request under their names, each with another value.
    fn headers(&mut self, headers: &[u8]) -> Vec<u8> {
        let mut other = Vec::new();
        for line in headers.split_inclusive(|byte| *byte == b'\n') {
            let (line, end) = match line.strip_suffix(b"\r\n") {
                Some(line) => (line, "\r\n"),
                None => (line, ""),
            };
            let name = line.iter().position(|byte| *byte == b':').unwrap_or(0);
            other.extend_from_slice(&line[..name]);
            if let Some(value) = line.get(name + 1..).filter(|_| name > 0) {
                other.extend(format!(": {}", self.text(value.trim_ascii())).bytes());
            }
            other.extend_from_slice(end.as_bytes());
        }
        other
    }

    fn beside(&mut self, beside: &Beside<'_>) -> Option<Beside<'static>> {
        let mut value = serde_json::to_value(beside).ok()?;
        self.value(&mut value);
        serde_json::from_value(value).ok()
    }

    /// Replaces every address and, of another program, every place in a file.
    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Ok(address) = text.parse() {
                    *text = self.address(address).to_string();
                } else if self.traced
                    && let Some((file, line)) = text.rsplit_once(':')
                    && file.contains(['/', '.'])
                {
                    *text = format!("{}:{line}", self.file(file));
                }
            }
            Value::Array(all) => all.iter_mut().for_each(|value| self.value(value)),
            Value::Object(members) => {
                let named = std::mem::take(members);
                for (name, mut value) in named {
                    self.value(&mut value);
                    // Counts of calls are named by the place.
                    let mut name = Value::String(name);
                    self.value(&mut name);
                    if let Value::String(name) = name {
                        members.insert(name, value);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::record::check::Check;
    use crate::record::json::{Closing, Origin};
    use crate::record::log::Written;
    use crate::record::reading::Reading;
    use crate::telemetry::{Batch, ConnId, Counters, Event, Ret, Row};

    /// A log in which two clients of one address ask for two pages, one of them twice.
    fn log(traced: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let origin = Origin::here(["--root", "/home/somebody"], traced);
        let server = "private-server".to_owned();
        let (start, origin) = (SystemTime::now(), Some(origin));
        json::header(
            &mut out,
            &Header { server, pid: 1, start, mistake: None, part: false, origin },
        );
        let mut batch = Batch::default();
        let conn = ConnId::new;
        let peer = |port: u16| SocketAddr::from(([10, 1, 2, 3], port));
        let site = Site::named("/home/somebody/server.py", 7);
        let mut seq = 0;
        let mut tell = |fd, id, what, bytes: &[u8]| {
            seq += 1;
            let mut event = Event::new(seq, seq * 1000, fd, conn(id), what);
            event.site = site;
            batch.push(event, bytes, &[]);
        };
        for id in 1..=2 {
            let port = 4000 + u16::try_from(id).unwrap();
            let accept = What::Accept { ret: Ret::ok(id + 8), peer: Some(peer(port).into()) };
            tell(5, id, accept, &[]);
        }
        for (id, page) in [(1, "GET /secret?a=1"), (2, "GET /secret?a=1"), (1, "GET /other")] {
            let target = u16::try_from(page.len() - 4).unwrap();
            let line = format!("{page} HTTP/1.1\r\nCookie: name=ada\r\n\r\n");
            tell(9, id, What::Request { method: 3, target, minor: 1 }, line.as_bytes());
        }
        tell(9, 1, What::Data { bytes: 11 }, b"a secret...");
        tell(6, 1, What::Open { look: false, ret: Ret::ok(11) }, b"secret.html");
        let mut row = Row::new(conn(1).unwrap(), 9, peer(4001), 0);
        row.site = site;
        batch.rows.push(row);
        batch.counters =
            Counters { requests: 3, responses: [0, 0, 3, 0, 0, 0], ..Counters::default() };
        Written::default().batch_whole(&mut out, &batch);
        json::last(&mut out, &Closing::of_part(0, seq, &batch.counters, false));
        out
    }

    fn anonymous(log: &[u8]) -> String {
        let (mut reading, mut anonymous, mut out) =
            (Reading::new(log), Anonymous::default(), Vec::new());
        while let Some(line) = reading.line().unwrap() {
            anonymous.line(&mut out, line).unwrap();
        }
        let (mut check, mut reading) = (Check::default(), Reading::new(&*out));
        while let Some(line) = reading.line().unwrap() {
            check.line(line);
        }
        check.end();
        assert!(check.is_whole(), "{check:?}");
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nobody_is_known_by_it_and_the_same_is_the_same() {
        let text = anonymous(&log(true));
        for private in ["10.1.2.3", "secret", "other", "somebody", "ada", "private"] {
            assert!(!text.contains(private), "{private}: {text}");
        }
        // The accept of each, and the row of one.
        assert_eq!(text.matches("\"198.18.0.1:4001\"").count(), 2, "{text}");
        assert_eq!(text.matches("\"198.18.0.1:4002\"").count(), 1, "{text}");
        assert_eq!(text.matches("\"target\":\"/1\"").count(), 2, "{text}");
        assert_eq!(text.matches("\"target\":\"/3\"").count(), 1, "{text}");
        assert_eq!(text.matches("\"headers\":\"Cookie: 2").count(), 1, "{text}");
        assert!(text.contains("\"bytes\":11,\"text\":\"xxxxxxxxxxx\""), "{text}");
        assert_eq!(text.matches("\"at\":\"file-1.py:7\"").count(), 7, "{text}");
        assert!(
            text.contains("\"site\":\"file-1.py:7\"") && text.contains("\"responses:2\":3"),
            "{text}"
        );
    }

    #[test]
    fn addresses_alone_can_be_replaced() {
        let log = log(false);
        let text = String::from_utf8(Anonymous::default().addresses(&log)).unwrap();
        let before = String::from_utf8(log).unwrap();
        assert!(before.contains("10.1.2.3:4001") && !text.contains("10.1.2.3"), "{text}");
        assert_eq!(text.replace("198.18.0.1", "10.1.2.3"), before);
    }

    #[test]
    fn the_places_of_our_own_server_say_nothing_of_anybody() {
        assert!(anonymous(&log(false)).contains("/server.py:7"));
    }
}
