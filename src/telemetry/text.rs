//! A text that the other side chose (a request's line, a path, what came as echo): the wire carries
//! a bounded part of it only.

use std::fmt;

use super::What;

/// The beginning of a text, and how long the whole was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Text<'a> {
    /// As much of it as is kept.
    pub kept: &'a [u8],
    /// The length of the whole in bytes.
    pub len: usize,
}

impl<'a> Text<'a> {
    /// How much of a text is kept, in bytes: the longest target that is served, and the method
    /// before it.
    pub const KEPT: usize = 8 * 1024;
    /// How much of what came under the echo protocol: every recv brings a text.
    pub const DATA_KEPT: usize = 1024;

    /// The text of such an event as it is published: whole, or cut at [`Text::KEPT`] or
    /// [`Text::DATA_KEPT`], in UTF-8 between two letters.
    #[inline]
    #[must_use]
    pub fn of(what: &What, whole: &'a [u8]) -> Self {
        let most = if let What::Data { .. } = what { Self::DATA_KEPT } else { Self::KEPT };
        let kept = if whole.len() > most { front(whole, most) } else { whole };
        Self { kept, len: whole.len() }
    }

    /// Whether some of it is missing.
    #[inline]
    #[must_use]
    pub fn is_cut(self) -> bool {
        self.kept.len() < self.len
    }

    /// What a reader has to know of a text that was cut; nothing of one that is whole.
    #[must_use]
    pub fn cut(self) -> Cut {
        Cut(self.is_cut().then_some(self.len))
    }
}

/// What is kept of a text that is too long.
#[cold]
fn front(whole: &[u8], most: usize) -> &[u8] {
    // A letter has at most three bytes after its first; where there are more of them, it is not
    // UTF-8.
    let is_first = |&at: &usize| whole[at] & 0xc0 != 0x80;
    let end = (most - 3..=most).rev().find(is_first).unwrap_or(most);
    &whole[..end]
}

/// In printable ASCII.
impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kept.escape_ascii(), self.cut())
    }
}

/// The mark behind a text that was cut: `... (60000 bytes)`.
#[derive(Clone, Copy, Debug)]
pub struct Cut(Option<usize>);

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |len| write!(f, "... ({len} bytes)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_letters_and_its_length_told() {
        let of = |text: &str| {
            let told = Text::of(&What::Typed, text.as_bytes());
            (std::str::from_utf8(told.kept).unwrap().len(), told.len, told.cut().to_string())
        };
        assert_eq!(of("short"), (5, 5, String::new()));
        assert_eq!(of(&"x".repeat(8192)), (8192, 8192, String::new()));
        assert_eq!(of(&"x".repeat(8193)), (8192, 8193, "... (8193 bytes)".into()));
        for (letter, kept) in [("é", 8192), ("手", 8190), ("😀", 8192)] {
            assert_eq!(of(&letter.repeat(5000)).0, kept);
        }
        assert_eq!(of(&("x".to_owned() + &"😀".repeat(5000))).0, 8189);
        assert_eq!(Text::of(&What::Typed, &[0x80; 9000]).kept.len(), 8192);
        let data = Text::of(&What::Data { bytes: 3000 }, "手".repeat(1000).as_bytes()).kept.len();
        assert_eq!(data, 1023);
    }
}
