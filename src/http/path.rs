//! From a target's path to the name of a file below the root, and back.
//!
//! Names are decoded exactly once, after the path was cut at its slashes, and checked after
//! decoding. What comes out is relative and has no empty, `.` or `..` segment; that no symlink leads
//! out either is the kernel's work, in `files`.

/// The name of a file below the root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilePath {
    /// Relative, `/` between its segments; empty for the root itself.
    pub name: Vec<u8>,
    /// Whether the path ended in a slash: a folder is meant.
    pub folder: bool,
}

impl FilePath {
    /// The one spelling of this path in a target.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.name.len() + 2);
        out.push(b'/');
        encode(&self.name, &mut out);
        if self.folder && !self.name.is_empty() {
            out.push(b'/');
        }
        out
    }
}

/// The file that a target's path (beginning with `/`, still percent-encoded) means.
///
/// # Errors
/// 400 for a broken percent-encoding, a NUL, and a `..` that leads above the root; 404 for an
/// encoded slash, which no file's name has, and for a name that begins with a dot unless `hidden`.
pub fn resolve(path: &[u8], hidden: bool) -> Result<FilePath, u16> {
    let mut name = Vec::with_capacity(path.len());
    let mut folder = false;
    let mut segment = Vec::new();
    for raw in path.strip_prefix(b"/").ok_or(400u16)?.split(|&b| b == b'/') {
        segment.clear();
        decode(raw, &mut segment)?;
        folder = matches!(&segment[..], b"" | b"." | b"..");
        match &segment[..] {
            b"" | b"." => {}
            b".." => {
                if name.is_empty() {
                    return Err(400);
                }
                let parent = name.iter().rposition(|&b| b == b'/');
                name.truncate(parent.unwrap_or(0));
            }
            [b'.', ..] if !hidden => return Err(404),
            other if other.contains(&b'/') => return Err(404),
            other => {
                if !name.is_empty() {
                    name.push(b'/');
                }
                name.extend_from_slice(other);
            }
        }
    }
    Ok(FilePath { name, folder })
}

fn decode(raw: &[u8], out: &mut Vec<u8>) -> Result<(), u16> {
    let mut rest = raw;
    while let [first, tail @ ..] = rest {
        let b = if *first == b'%' {
            let [high, low, after @ ..] = tail else { return Err(400) };
            rest = after;
            digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low).ok_or(400u16)?
        } else {
            rest = tail;
            *first
        };
        if b == 0 {
            return Err(400);
        }
        out.push(b);
    }
    Ok(())
}

fn digit(b: u8) -> Option<u8> {
    char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// Appends a name as it is written in a target: all but `pchar` and `/` (RFC 3986, section 3.3)
/// percent-encoded. A backslash too, which browsers take for a slash.
pub(super) fn encode(name: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &b in name {
        if b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&b) {
            out.push(b);
        } else {
            out.extend([b'%', HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(path: &str) -> Result<(String, bool), u16> {
        resolve(path.as_bytes(), false)
            .map(|path| (String::from_utf8(path.name).unwrap(), path.folder))
    }

    #[test]
    fn paths_become_names() {
        for (path, expected, folder) in [
            ("/", "", true),
            ("/a/b.txt", "a/b.txt", false),
            ("/a/", "a", true),
            ("//a//b", "a/b", false),
            ("/a/./b/.", "a/b", true),
            ("/a/b/../c", "a/c", false),
            ("/a/..", "", true),
            ("/%41%62", "Ab", false),
            ("/%E6%89%8B", "手", false),
            ("/a%20b", "a b", false),
            ("/a%25", "a%", false),
            ("/a%2541", "a%41", false),
            ("/a\\..\\b", "a\\..\\b", false),
            ("/...", "", false),
        ] {
            if path == "/..." {
                assert_eq!(name(path), Err(404), "hidden");
                continue;
            }
            assert_eq!(name(path), Ok((expected.to_owned(), folder)), "{path}");
        }
        for path in
            ["/..", "/a/../..", "/%2e%2E/a", "/.%2e/a", "/%", "/%4", "/%4g", "/%00", "a", ""]
        {
            assert_eq!(name(path), Err(400), "{path}");
        }
        for path in ["/.git", "/a/.b/c", "/%2egit", "/a%2fb", "/..%2f..%2fetc"] {
            assert_eq!(name(path), Err(404), "{path}");
        }
        assert_eq!(resolve(b"/.git", true).unwrap().name, b".git");
    }

    proptest! {
        /// No spelling leaves the root, checked by a model that splits the name again.
        #[test]
        fn a_name_stays_below_the_root(
            parts in prop::collection::vec(
                prop::sample::select(&["/", ".", "..", "a", "%2e", "%2f", "%25", "2e", "\\", "%5c", "b"][..]),
                0..12,
            ),
            hidden: bool,
        ) {
            let path = format!("/{}", parts.concat());
            if let Ok(path) = resolve(path.as_bytes(), hidden) {
                let text = String::from_utf8(path.name.clone()).unwrap();
                prop_assert!(!text.starts_with('/') && !text.ends_with('/'));
                if !text.is_empty() {
                    for segment in text.split('/') {
                        prop_assert!(!matches!(segment, "" | "." | ".."), "{}", text);
                        prop_assert!(hidden || !segment.starts_with('.'));
                    }
                }
            }
        }

        /// The canonical spelling means the same file, stays on this host, and is its own.
        #[test]
        fn the_canonical_spelling_is_stable(path in "/[ -~]{0,20}") {
            if let Ok(file) = resolve(path.as_bytes(), true) {
                let canonical = file.canonical();
                prop_assert_eq!(&resolve(&canonical, true).unwrap(), &file);
                prop_assert!(!canonical.starts_with(b"//") && !canonical.contains(&b'\\'));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(path in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = resolve(&path, false);
        }
    }
}
