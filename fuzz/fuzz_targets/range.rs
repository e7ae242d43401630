//! Any bytes as a `Range`, for a file of any size: every part lies inside, and none overlap.
#![no_main]

use epollscope::http::Ranges;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u64, &[u8])| {
    let (size, value) = input;
    let Ranges::Parts(mut parts) = Ranges::parse(value, size) else { return };
    assert!(!parts.is_empty());
    parts.sort_by_key(|part| part.start);
    for part in &parts {
        assert!(part.len > 0 && part.start < size && part.len <= size - part.start);
    }
    for pair in parts.windows(2) {
        assert!(pair[0].start + pair[0].len < pair[1].start);
    }
});
