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
