//! The join code: four letters that the whole room reads off the wall and types.

use std::{fmt, io};

use rustix::rand::{GetRandomFlags, getrandom};

/// How many letters a code has.
const LENGTH: usize = 4;
/// What a code is made of. No vowels, nor Y, so that it is no word; none of two letters that look or
/// sound alike (O and Q, I and L, U and V, M and N, G and C); and none without which what is rude is left,
/// in English or in the letters for which Chinese words are short: B, C, M and S.
const LETTERS: [u8; 15] = *b"DFGHJKLNPRTVWXZ";

/// A join code. Its letters differ from each other, so that nobody has to count them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code([u8; LENGTH]);

impl Code {
    /// One that nobody can guess.
    ///
    /// # Errors
    /// The kernel gives no randomness.
    pub fn new() -> io::Result<Self> {
        let next = || {
            let mut byte = [0];
            getrandom(&mut byte, GetRandomFlags::empty())?;
            Ok(byte[0])
        };
        Self::of(next)
    }

    /// Each code is as likely as any other, as each of the bytes is.
    fn of(mut next: impl FnMut() -> io::Result<u8>) -> io::Result<Self> {
        let (mut code, mut chosen) = ([0; LENGTH], 0);
        while chosen < LENGTH {
            let byte = usize::from(next()?);
            let letter = LETTERS[byte % LETTERS.len()];
            // The bytes behind the last whole round would make its first letters likelier.
            let whole = byte < 256 - 256 % LETTERS.len();
            if whole && !code[..chosen].contains(&letter) {
                code[chosen] = letter;
                chosen += 1;
            }
        }
        Ok(Self(code))
    }

    /// The code that somebody typed, in large letters or in small ones.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; LENGTH] = text.to_ascii_uppercase().as_bytes().try_into().ok()?;
        let known = code.iter().all(|letter| LETTERS.contains(letter));
        let differ = (1..LENGTH).all(|at| !code[..at].contains(&code[at]));
        (known && differ).then_some(Self(code))
    }

    /// Its letters.
    pub fn letters(self) -> impl Iterator<Item = char> {
        self.0.into_iter().map(char::from)
    }

    /// Every letter that a code may have.
    pub fn alphabet() -> impl Iterator<Item = char> {
        LETTERS.into_iter().map(char::from)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.letters().collect();
        f.pad(&text)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_written_in_either_case() {
        let code = Code::parse("KXTR").unwrap();
        assert_eq!((code.to_string(), format!("{code:>6}")), ("KXTR".into(), "  KXTR".into()));
        assert_eq!(Code::parse("kxTr"), Some(code));
        for wrong in ["", "KXT", "KXTRD", "KXTK", "KXTA", "KXT ", "KXT\n", "KXé", "ＫXTR", "KX1R"]
        {
            assert_eq!(Code::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn codes_are_four_letters_that_differ_and_are_not_given_twice() {
        let codes: Vec<Code> = (0..64).map(|_| Code::new().unwrap()).collect();
        for code in &codes {
            assert_eq!(Code::parse(&code.to_string()), Some(*code));
        }
        let different: BTreeSet<String> = codes.iter().map(Code::to_string).collect();
        assert!(different.len() > 60, "{different:?}");
    }

    #[test]
    fn no_letter_is_likelier_than_another() {
        // Each byte in each place, the others being such as are not in its way.
        let first = |byte| {
            let mut bytes = [byte, 255].into_iter().chain(0..);
            Code::of(|| Ok(bytes.next().unwrap())).unwrap().letters().next()
        };
        let mut often = BTreeMap::new();
        for letter in (0..255).filter_map(first) {
            *often.entry(letter).or_insert(0) += 1;
        }
        assert_eq!(often.into_values().collect::<Vec<_>>(), [17; LETTERS.len()]);
    }

    #[test]
    fn without_randomness_there_is_none() {
        assert!(Code::of(|| Err(Errno::NOSYS.into())).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_a_code_or_none(text in "\\PC{0,6}") {
            if let Some(code) = Code::parse(&text) {
                prop_assert!(code.to_string().eq_ignore_ascii_case(&text));
            }
        }
    }
}
