//! Requests in a row, with their bodies, read as a server reads them: whatever the reads cut them
//! into, the same requests come out in the same order, and never a body as a request.

use epollscope::http::{Discard, Head, Limits, Progress, parse};
use proptest::prelude::*;

/// Reads requests from `stream`, of which `cuts` says how much arrives at a time. Returns what was
/// understood, and the status of what was not.
fn read(stream: &[u8], cuts: &[usize]) -> (Vec<String>, Option<u16>) {
    let limits = Limits::default();
    let mut buffer = Vec::new();
    let mut arrived = 0;
    let mut turn = 0;
    let mut seen = Vec::new();
    let mut body: Option<Discard> = None;
    loop {
        if let Some(discard) = &mut body {
            let (took, progress) = discard.feed(&buffer);
            buffer.drain(..took);
            match progress {
                Progress::Done => body = None,
                Progress::Bad(status) => return (seen, Some(status)),
                Progress::More => assert!(buffer.is_empty()),
            }
        }
        if body.is_none() {
            match parse(&buffer, &limits) {
                Head::Bad(status) => return (seen, Some(status)),
                Head::Complete(request) => {
                    let target = String::from_utf8_lossy(request.target);
                    seen.push(format!("{} {target} {:?}", request.method, request.body));
                    body = Some(Discard::new(request.body, limits.body_bytes));
                    let took = request.head_len;
                    buffer.drain(..took);
                    continue;
                }
                Head::Partial => {}
            }
        }
        if arrived == stream.len() {
            return (seen, None);
        }
        let upto = (arrived + cuts[turn % cuts.len()]).min(stream.len());
        buffer.extend_from_slice(&stream[arrived..upto]);
        (arrived, turn) = (upto, turn + 1);
    }
}

/// A valid request, and how it should be understood.
fn request() -> impl Strategy<Value = (Vec<u8>, String)> {
    // A body that looks like a request must not become one.
    let content =
        prop::sample::select(&["GET /body HTTP/1.1\r\nHost: b\r\n\r\n", "x", "\r\n\r\n"][..]);
    let body = prop_oneof![
        Just((String::new(), String::new(), "None".to_owned())),
        content.clone().prop_map(|text| {
            let head = format!("Content-Length: {}\r\n", text.len());
            (head, text.to_owned(), format!("Length({})", text.len()))
        }),
        prop::collection::vec(content, 0..3).prop_map(|chunks| {
            let chunks = chunks.into_iter().map(|c| format!("{:X};ext\r\n{c}\r\n", c.len()));
            let text = chunks.collect::<String>() + "0\r\nTrailer: GET /trailer\r\n\r\n";
            ("Transfer-Encoding: chunked\r\n".to_owned(), text, "Chunked".to_owned())
        }),
    ];
    (prop::sample::select(&["GET", "POST", "HEAD", "BREW"][..]), "/[a-z%]{0,9}", body, 0..3usize)
        .prop_map(|(method, target, (field, body, kind), empty)| {
            let bytes = format!(
                "{}{method} {target} HTTP/1.1\r\nHost: x\r\n{field}X: y\r\n\r\n{body}",
                "\r\n".repeat(empty)
            );
            (bytes.into_bytes(), format!("{method} {target} {kind}"))
        })
}

proptest! {
    #[test]
    fn pipelined_requests_survive_any_split(
        requests in prop::collection::vec(request(), 0..6),
        cuts in prop::collection::vec(1usize..60, 1..10),
    ) {
        let stream: Vec<u8> = requests.iter().flat_map(|(bytes, _)| bytes.clone()).collect();
        let expected: Vec<String> = requests.into_iter().map(|(_, seen)| seen).collect();
        prop_assert_eq!(read(&stream, &cuts), (expected.clone(), None));
        prop_assert_eq!(read(&stream, &[1]), (expected, None));
    }

    /// Also when it goes wrong somewhere: the same requests before it, and the same verdict.
    #[test]
    fn a_damaged_stream_has_one_verdict(
        requests in prop::collection::vec(request(), 1..4),
        at: prop::sample::Index,
        byte in prop::sample::select(&b"\0\r\n :x0\xff"[..]),
        cuts in prop::collection::vec(1usize..60, 1..10),
    ) {
        let mut stream: Vec<u8> = requests.into_iter().flat_map(|(bytes, _)| bytes).collect();
        let at = at.index(stream.len());
        stream[at] = byte;
        let whole = read(&stream, &[stream.len()]);
        prop_assert_eq!(&read(&stream, &cuts), &whole);
        prop_assert_eq!(&read(&stream, &[1]), &whole);
    }
}

#[test]
fn a_request_split_at_every_byte_is_one_request() {
    let stream = b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3\r\nabc\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n";
    let expected = (vec!["POST /a Chunked".to_owned(), "GET /b None".to_owned()], None);
    for first in 1..stream.len() {
        assert_eq!(read(stream, &[first, stream.len()]), expected, "cut at {first}");
    }
}
