//! Any bytes as a line of the log: no panic, and an event that was read is written and read again
//! as the same line.
#![no_main]

use epollscope::record::json::{Entry, event, read};
use libfuzzer_sys::fuzz_target;

/// Reads a line and writes it; `None` where it is no event.
fn again(line: &[u8]) -> Option<Vec<u8>> {
    let mut waker = None;
    let Ok(Entry::Event(read)) = read(line, &mut waker) else { return None };
    let mut out = Vec::new();
    event(&mut out, read.as_ref(), waker);
    Some(out)
}

fuzz_target!(|bytes: &[u8]| {
    if let Some(line) = again(bytes) {
        assert_eq!(again(&line).as_deref(), Some(&line[..]), "{}", String::from_utf8_lossy(&line));
    }
});
