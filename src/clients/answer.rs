//! Where a response ends: reads a stream of responses and counts them.

use crate::words::strings;

/// A longer head than this is not a response of ours.
const MAX_HEAD: usize = 16 * 1024;

/// The responses that come on one connection.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// What comes are our own requests, sent back.
    echoed: bool,
    /// The part of a head that has come.
    head: Vec<u8>,
    /// Bytes of the body that are still to come; `None` while in a head.
    left: Option<u64>,
    /// The last head said that the connection will be closed.
    pub(crate) closing: bool,
    /// The last head's status.
    pub(crate) status: u16,
}

impl Answers {
    pub(crate) fn new(echoed: bool) -> Self {
        Self { echoed, ..Self::default() }
    }

    /// Whether a response has begun and not ended.
    pub(crate) fn inside(&self) -> bool {
        self.left.is_some() || !self.head.is_empty()
    }

    /// Takes what was received; returns how many responses ended in it.
    ///
    /// # Errors
    /// What is wrong with it, in a few words.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Result<u64, &'static str> {
        let mut done = 0;
        loop {
            if let Some(left) = self.left {
                let taken = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                bytes = &bytes[taken..];
                let left = left - taken as u64;
                if left > 0 {
                    self.left = Some(left);
                    return Ok(done);
                }
                self.left = None;
                done += 1;
            }
            if bytes.is_empty() {
                return Ok(done);
            }
            let had = self.head.len();
            let room = (MAX_HEAD - had).min(bytes.len());
            self.head.extend_from_slice(&bytes[..room]);
            if self.echoed {
                // A request of ours ends with its head.
                let Some(end) = self.head.windows(4).position(|four| four == b"\r\n\r\n") else {
                    let long = self.head.len() == MAX_HEAD;
                    return if long { Err(strings().clients.no_echo) } else { Ok(done) };
                };
                self.left = Some(0);
                self.head.clear();
                bytes = bytes.get((end + 4).saturating_sub(had)..).unwrap_or_default();
                continue;
            }
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut response = httparse::Response::new(&mut headers);
            match response.parse(&self.head) {
                Ok(httparse::Status::Complete(end)) => {
                    self.status = response.code.unwrap_or(0);
                    self.closing = header(&response, "connection")
                        .is_some_and(|value| value.eq_ignore_ascii_case(b"close"));
                    self.left = match self.status {
                        // An interim answer: the real one follows.
                        100..=199 => None,
                        204 | 304 => Some(0),
                        _ => Some(length(&response).ok_or(strings().clients.unknown_length)?),
                    };
                    self.head.clear();
                    bytes = bytes.get(end.saturating_sub(had)..).unwrap_or_default();
                }
                Ok(httparse::Status::Partial) if self.head.len() < MAX_HEAD => return Ok(done),
                Ok(httparse::Status::Partial) => return Err(strings().clients.long_head),
                Err(_) => return Err(strings().clients.not_http),
            }
        }
    }
}

fn header<'b>(response: &httparse::Response<'_, 'b>, name: &str) -> Option<&'b [u8]> {
    response.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value)
}

fn length(response: &httparse::Response<'_, '_>) -> Option<u64> {
    std::str::from_utf8(header(response, "content-length")?).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const THREE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\
        HTTP/1.1 100 Continue\r\n\r\n\
        HTTP/1.1 304 Not Modified\r\n\r\n\
        HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\nConnection: close\r\n\r\nno";

    #[test]
    fn an_echoed_request_ends_with_its_head() {
        let request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3);
        for cut in 0..request.len() {
            let mut answers = Answers::new(true);
            let (first, second) = request.split_at(cut);
            assert_eq!(answers.feed(first).unwrap() + answers.feed(second).unwrap(), 3);
            assert!(!answers.inside());
        }
        assert!(Answers::new(true).feed(&vec![b'x'; 20_000]).is_err());
    }

    #[test]
    fn responses_are_counted_where_they_end() {
        let mut answers = Answers::default();
        assert_eq!(answers.feed(THREE), Ok(3));
        assert!(answers.closing && !answers.inside());
        assert_eq!(answers.status, 404);
        assert_eq!(answers.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal"), Ok(0));
        assert!(answers.inside() && !answers.closing);
    }

    #[test]
    fn what_is_no_answer_is_told() {
        assert!(Answers::default().feed(b"SSH-2.0-OpenSSH_9.2\r\n").is_err());
        assert!(Answers::default().feed(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        let endless = [b"HTTP/1.1 200 OK\r\nX: ".as_slice(), &[b'a'; MAX_HEAD]].concat();
        assert!(Answers::default().feed(&endless).is_err());
    }

    proptest! {
        #[test]
        fn the_cuts_do_not_matter(cuts in proptest::collection::vec(0..THREE.len(), 0..6)) {
            let mut cuts = cuts;
            cuts.extend([0, THREE.len()]);
            cuts.sort_unstable();
            let mut answers = Answers::default();
            let mut done = 0;
            for pair in cuts.windows(2) {
                done += answers.feed(&THREE[pair[0]..pair[1]]).unwrap();
            }
            prop_assert_eq!((done, answers.inside()), (3, false));
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Answers::default().feed(&[b"HTTP/1.1 ".as_slice(), &bytes].concat());
        }
    }
}
