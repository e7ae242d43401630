//! Any bytes as a chunked body: the end, or the refusal, is at the same byte however they are split.
#![no_main]

use epollscope::http::{Body, Discard, Progress};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole = Discard::new(Body::Chunked, 1000).feed(bytes);
    let mut body = Discard::new(Body::Chunked, 1000);
    let mut seen = (0, Progress::More);
    for byte in bytes.chunks(1) {
        let (took, progress) = body.feed(byte);
        seen = (seen.0 + took, progress);
        if progress != Progress::More {
            break;
        }
    }
    assert_eq!(seen, whole);
});
