//! A client of a lesson: a capital letter.

use std::fmt;

/// The name of a client: `A`, `B` and so on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(char);

impl Name {
    /// The name that a text is; `None` for another text.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let mut letters = text.chars();
        let letter = letters.next().filter(char::is_ascii_uppercase)?;
        letters.next().is_none().then_some(Self(letter))
    }

    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
