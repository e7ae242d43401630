//! Files of `/proc` that are read again and again.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;

use crate::descriptors;

/// A file of `/proc` that stays open: reading it again opens nothing, so it takes no number that may
/// be the server's next, and it can be read when no descriptor is left.
#[derive(Debug)]
pub(super) struct Kept(File);

impl Kept {
    /// Opens it; `None` where it cannot be.
    pub(super) fn open(path: &str) -> Option<Self> {
        Some(Self(descriptors::own(OwnedFd::from(File::open(path).ok()?)).into()))
    }

    /// The whole text, as it is now; `None` once what it tells of has ended.
    pub(super) fn read(&self) -> Option<String> {
        let mut text = vec![0; 4096];
        let mut len = 0;
        loop {
            match self.0.read_at(&mut text[len..], len as u64).ok()? {
                0 => break,
                n => len += n,
            }
            if len == text.len() {
                text.resize(2 * len, 0);
            }
        }
        text.truncate(len);
        String::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_anew_and_to_its_end() {
        let path = std::env::temp_dir().join(format!("epollscope-kept-{}", std::process::id()));
        let text = "0123456789".repeat(1_000);
        std::fs::write(&path, &text).unwrap();
        let kept = Kept::open(path.to_str().unwrap()).unwrap();
        assert_eq!(kept.read().as_deref(), Some(text.as_str()));
        std::fs::write(&path, "shorter").unwrap();
        assert_eq!(kept.read().as_deref(), Some("shorter"));
        std::fs::remove_file(&path).unwrap();
        assert!(Kept::open("/proc/self/no such file").is_none());
    }
}
