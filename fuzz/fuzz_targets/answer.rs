//! Any bytes as a request to the embedded pages: the answer is as long as it says, and a part is
//! cut from the whole where it says.
#![no_main]

use std::cell::RefCell;

use epollscope::http::{Head, Limits, Now, Payload, Request, Response, Site, Unwatched, parse};
use libfuzzer_sys::fuzz_target;

thread_local!(static SITE: RefCell<Site> = RefCell::new(Site::embedded()));

/// The answer, its head and its body.
fn ask(request: &Request<'_>) -> (Response, String, Vec<u8>) {
    let mut out = Vec::new();
    let now = Now { monotonic: 0, unix: 4_102_444_800 };
    let mut response =
        SITE.with_borrow_mut(|site| site.respond(request, now, &mut out, &mut Unwatched));
    let end = out.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    let mut body = out.split_off(end);
    match std::mem::replace(&mut response.payload, Payload::None) {
        Payload::None => {}
        Payload::Memory(bytes) => body.extend_from_slice(&bytes),
        Payload::File { .. } => unreachable!("the pages are in memory"),
    }
    (response, String::from_utf8(out).expect("a head is text"), body)
}

fuzz_target!(|bytes: &[u8]| {
    let Head::Complete(request) = parse(bytes, &Limits::default()) else { return };
    let (response, head, body) = ask(&request);
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
    assert_eq!(body.len() as u64, response.body);
    if let Some(length) = field("Content-Length: ")
        && request.method != "HEAD"
    {
        assert_eq!(length, body.len().to_string());
    }
    assert_eq!(field("Connection: ") == Some("close"), !response.keep_alive);
    // Nothing of the request gets into the head as a line of its own.
    assert!(head.lines().skip(1).all(|line| line.is_empty() || line.contains(": ")), "{head}");
    if let (206, Some(range)) = (response.status, field("Content-Range: bytes ")) {
        let (span, size) = range.split_once('/').expect("a size");
        let (first, last) = span.split_once('-').expect("a span");
        let plain = Request { conditional: false, ranged: false, ..request };
        let (_, _, whole) = ask(&plain);
        assert_eq!(size, whole.len().to_string());
        let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
        assert_eq!(body, whole[first..=last]);
    }
});
