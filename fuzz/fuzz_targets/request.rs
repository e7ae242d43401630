//! Any bytes as a request: no panic, and one verdict however they are split.
#![no_main]

use epollscope::http::{Head, Limits, parse};
use libfuzzer_sys::fuzz_target;

fn class(head: &Head<'_>) -> (u16, usize) {
    match head {
        Head::Partial => (0, 0),
        Head::Complete(request) => (200, request.head_len),
        Head::Bad(status) => (*status, 0),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { head_bytes: 512, target_bytes: 64, headers: 8, body_bytes: 100 };
    let whole = class(&parse(bytes, &limits));
    let first = (0..=bytes.len())
        .map(|end| class(&parse(&bytes[..end], &limits)))
        .find(|verdict| verdict.0 != 0);
    assert_eq!(first.unwrap_or((0, 0)), whole);
});
