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
            Self::Whole(number) | Self::Bytes(number) => Some(*number as f64),
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

/// As it is shown: `5,904`, `464 KiB`, `0.4`, `4096, 4096, 1808`, `IN|RDHUP`; what is not known is `–`.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("–"),
            Self::Whole(number) => f.write_str(&units::count(*number)),
            Self::Bytes(bytes) => f.write_str(&units::bytes(*bytes)),
            Self::Number(number) => f.write_str(&units::rate(*number)),
            Self::List(list) if list.is_empty() => f.write_str("–"),
            Self::List(list) => f.write_str(&list.join(", ")),
            Self::Word(word) => f.write_str(word),
            Self::Mask(mask) => mask.fmt(f),
        }
    }
}
