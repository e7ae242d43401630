//! What a program writes to its standard output and its standard error, while the dashboard has the screen.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

/// How much of it is kept.
const KEPT: usize = 1 << 20;
/// How much of it is shown at most.
const SHOWN: usize = 1 << 14;

/// The last of what a program has written.
#[derive(Clone, Debug, Default)]
pub struct Written(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    bytes: VecDeque<u8>,
    all: u64,
}

/// What is shown of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Excerpt {
    /// How many bytes were written in all.
    pub all: u64,
    /// The last of them.
    pub last: Vec<u8>,
}

impl Written {
    /// Reads what comes, to its end.
    pub fn read(&self, mut from: impl Read) {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            self.add(&bytes[..count]);
        }
    }

    fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes.extend(bytes);
        kept.all += bytes.len() as u64;
        let too_many = kept.bytes.len().saturating_sub(KEPT);
        kept.bytes.drain(..too_many);
    }

    /// What is shown, if more was written than so much.
    #[must_use]
    pub fn since(&self, all: u64) -> Option<Excerpt> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = kept.bytes.len().saturating_sub(SHOWN);
        let last = || kept.bytes.range(from..).copied().collect();
        (kept.all > all).then(|| Excerpt { all: kept.all, last: last() })
    }

    /// All that is kept.
    #[must_use]
    pub fn kept(&self) -> Vec<u8> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_it_is_kept_and_told_once() {
        let written = Written::default();
        assert_eq!(written.since(0), None);
        written.read(&b"one\n"[..]);
        let excerpt = Excerpt { all: 4, last: b"one\n".to_vec() };
        assert_eq!(written.since(0), Some(excerpt));
        assert_eq!(written.since(4), None);
        written.read(&vec![b'x'; 3 * KEPT][..]);
        let Excerpt { all, last } = written.since(4).unwrap();
        assert_eq!((all, last.len()), (3 * KEPT as u64 + 4, SHOWN));
        assert_eq!(written.kept().len(), KEPT);
    }
}
