//! The recordings that come with the program: assets/recordings, compressed.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use rust_embed::Embed;

#[derive(Embed)]
#[folder = "assets/recordings"]
struct Shelf;

/// How their files end.
const ENDING: &str = ".jsonl.zst";

/// Their names, in order.
#[must_use]
pub fn names() -> Vec<String> {
    let names = Shelf::iter().filter_map(|file| Some(file.strip_suffix(ENDING)?.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names
}

/// What the one of that name says, line by line; `None` where there is none.
#[must_use]
pub fn recording(name: &str) -> Option<Vec<u8>> {
    let file: Cow<'static, [u8]> = Shelf::get(&format!("{name}{ENDING}"))?.data;
    // They are whole; a test reads them.
    zstd::decode_all(io::Cursor::new(file)).ok()
}

/// What the one says that a command line means by that path; a file goes before a recording that is called
/// like it.
#[must_use]
pub fn named(path: &Path) -> Option<Vec<u8>> {
    path.to_str().filter(|_| !path.exists()).and_then(recording)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::check::Check;
    use crate::record::reading::Reading;
    use crate::words::{Language, strings};

    #[test]
    fn each_is_whole_and_is_described_in_both_languages() {
        assert!(names().len() >= 5);
        for name in names() {
            let log = recording(&name).unwrap();
            let (mut reading, mut check) = (Reading::new(&*log), Check::default());
            while let Some(line) = reading.line().unwrap() {
                check.line(line);
            }
            check.end();
            assert!(check.is_whole(), "{name}: {check:?}");
            for language in [Language::Chinese, Language::English] {
                language.speak();
                assert!((strings().recorded.shelf)(&name).is_some(), "{name}");
            }
        }
        assert_eq!(recording("none"), None);
    }
}
