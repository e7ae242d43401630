//! Any bytes as a path: what comes out is relative and has no dots, and its one spelling means it.
#![no_main]

use epollscope::http::resolve;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, &[u8])| {
    let (hidden, path) = input;
    let Ok(file) = resolve(path, hidden) else { return };
    assert!(!file.name.contains(&0));
    if !file.name.is_empty() {
        for segment in file.name.split(|&b| b == b'/') {
            assert!(!matches!(segment, b"" | b"." | b".."));
            assert!(hidden || segment[0] != b'.');
        }
    }
    assert_eq!(resolve(&file.canonical(), hidden), Ok(file));
});
