//! A sentence as words: what stands between blanks, or between quotes. A comma ends a word.

use std::ops::Range;

use super::{Read, Slip, nearest};
use crate::words::strings;

/// A word, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    /// As it is written; of what is quoted, what stands between the quotes.
    pub(super) text: &'t str,
    pub(super) quoted: bool,
    at: Range<usize>,
}

impl Token<'_> {
    /// Something is wrong with it.
    pub(super) fn slip(&self, what: String) -> Slip {
        Slip { at: self.at.clone(), what }
    }

    /// It is no name of that kind.
    pub(super) fn none_of<'n>(&self, kind: &str, names: impl IntoIterator<Item = &'n str>) -> Slip {
        let names: Vec<&str> = names.into_iter().collect();
        let nearest = nearest(self.text, names.iter().copied());
        self.slip((strings().lesson.none_of)(kind, self.text, nearest, &names.join(", ")))
    }
}

/// The words of a sentence, one after another.
pub(super) struct Tokens<'t> {
    all: Vec<Token<'t>>,
    next: usize,
    /// Where the sentence ends.
    end: usize,
}

impl<'t> Tokens<'t> {
    /// # Errors
    /// A quote that is not closed.
    pub(super) fn of(text: &'t str) -> Read<Self> {
        let mut all = Vec::new();
        let mut rest = text;
        loop {
            rest = rest.trim_start();
            let start = text.len() - rest.len();
            let Some(first) = rest.chars().next() else { break };
            let long = match first {
                '"' => {
                    let close = closing(&rest[1..]).ok_or_else(|| Slip {
                        at: start..start + 1,
                        what: strings().lesson.open_quote.into(),
                    })?;
                    let (text, at) = (&rest[1..=close], start..start + close + 2);
                    all.push(Token { text, quoted: true, at });
                    rest = &rest[close + 2..];
                    continue;
                }
                ',' => 1,
                _ => rest
                    .find(|c: char| c.is_whitespace() || c == ',' || c == '"')
                    .unwrap_or(rest.len()),
            };
            all.push(Token { text: &rest[..long], quoted: false, at: start..start + long });
            rest = &rest[long..];
        }
        Ok(Self { all, next: 0, end: text.len() })
    }

    pub(super) fn peek(&self) -> Option<&Token<'t>> {
        self.all.get(self.next)
    }

    /// The next word, if there is one.
    pub(super) fn take(&mut self) -> Option<Token<'t>> {
        let token = self.all.get(self.next).cloned();
        self.next += usize::from(token.is_some());
        token
    }

    /// The next word, if it is that one.
    pub(super) fn take_if(&mut self, is: impl Fn(&str) -> bool) -> Option<Token<'t>> {
        let there = self.peek().is_some_and(|token| !token.quoted && is(token.text));
        if there { self.take() } else { None }
    }

    /// The next word, which has to be there; `kind` says what it should be.
    pub(super) fn word(&mut self, kind: &str) -> Read<Token<'t>> {
        let end = self.end;
        match self.take() {
            Some(token) if !token.quoted && token.text != "," => Ok(token),
            Some(token) => Err(token.slip((strings().lesson.not_a)(kind, token.text))),
            None => Err(Slip { at: end..end, what: (strings().lesson.missing)(kind) }),
        }
    }

    /// A whole number in a range.
    pub(super) fn number(&mut self, least: u64, most: u64) -> Read<u64> {
        let kind =
            (strings().settings.allowed.whole)(least.cast_signed(), Some(most.cast_signed()));
        let word = self.word(&kind)?;
        let number = Some(word.text).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        let number = number.and_then(|text| text.parse().ok());
        let allowed = number.filter(|number| (least..=most).contains(number));
        allowed.ok_or_else(|| word.slip((strings().lesson.not_a)(&kind, word.text)))
    }

    /// Nothing more may stand here.
    pub(super) fn end(&self) -> Read<()> {
        match self.peek() {
            None => Ok(()),
            Some(token) => Err(token.slip((strings().lesson.too_much)(token.text))),
        }
    }
}

/// Where the quote closes that has begun before this text.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}
