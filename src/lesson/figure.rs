//! What was measured, as a value.

use std::fmt;

use crate::telemetry::Mask;
use crate::words::units;

/// What a measure gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Figure {
    /// It cannot be known.
    #[default]
    Unknown,
    /// A whole number.
    Whole(u64),
    /// A number that is a name: a descriptor, a connection.
    Named(u64),
    /// A size in memory.
    Bytes(u64),
    /// Another number.
    Number(f64),
    /// Results of calls, in order; an error by its name.
    List(Vec<String>),
    /// A name: of a call, a state, an error.
    Word(String),
    /// Readiness bits.
    Mask(Mask),
}

impl Figure {
    /// As a number, where it is one.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "what is counted is no larger than that"
            )]
            Self::Whole(number) | Self::Named(number) | Self::Bytes(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// So many times it.
    pub(super) fn times(self, times: f64) -> Self {
        match self.number() {
            #[expect(clippy::float_cmp, reason = "once is written as nothing, exactly")]
            Some(number) if times != 1.0 => Self::Number(number * times),
            _ => self,
        }
    }
}

/// As it is shown: `5,904`, `1040`, `475 kB`, `0.4`, `4096, 4096, 1808`, `IN|RDHUP`; what is not known is `–`.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("–"),
            Self::Whole(number) => f.write_str(&units::count(*number)),
            Self::Named(number) => number.fmt(f),
            Self::Bytes(bytes) => f.write_str(&units::bytes(*bytes)),
            Self::Number(number) => f.write_str(&units::rate(*number)),
            Self::List(list) if list.is_empty() => f.write_str("–"),
            Self::List(list) => match &list[..] {
                [one] => f.write_str(&one.parse().map_or_else(|_| one.clone(), units::count)),
                list => f.write_str(&list.join(", ")),
            },
            Self::Word(word) => f.write_str(word),
            Self::Mask(mask) => mask.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_shown_as_the_panels_show_it() {
        let list =
            |results: &[&str]| Figure::List(results.iter().map(|r| (*r).to_owned()).collect());
        for (figure, shown) in [
            (Figure::Whole(1040), "1,040"),
            (Figure::Named(1040), "1040"),
            (Figure::Bytes(36_741), "36,741 B"),
            (Figure::Bytes(475_000), "475 kB"),
            (list(&["7959"]), "7,959"),
            (list(&["ECONNRESET"]), "ECONNRESET"),
            (list(&["4096", "EAGAIN"]), "4096, EAGAIN"),
            (list(&[]), "–"),
        ] {
            assert_eq!(figure.to_string(), shown);
        }
        assert_eq!(Figure::Named(7).number(), Figure::Bytes(7).number());
    }
}
