//! Claims: `unread A = 5904`, `cpu > 90`, `examined >= open * 2`.

use std::fmt;

use super::{Figure, Measure};
use crate::telemetry::Mask;

/// A claim.
#[derive(Clone, PartialEq, Debug)]
pub struct Expect {
    /// What is measured.
    pub measure: Measure,
    /// How it is compared.
    pub op: Op,
    /// With what.
    pub with: Operand,
}

/// How a measure is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is its sign")]
pub enum Op {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    /// A mask has these bits; a list has this result in it.
    Has,
}

/// What a measure is compared with.
#[derive(Clone, PartialEq, Debug)]
pub enum Operand {
    /// A number.
    Number(f64),
    /// Results of calls, in order.
    List(Vec<String>),
    /// A name: of a call, a state, an error.
    Word(String),
    /// Readiness bits.
    Mask(Mask),
    /// Another measure, so many times.
    Measure(Measure, f64),
}

impl Eq for Expect {}
impl Eq for Operand {}

impl Op {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::AtMost,
        Self::Greater,
        Self::AtLeast,
        Self::Has,
    ];

    /// Its sign.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Has => "has",
        }
    }
}

/// What came of a claim.
#[derive(Clone, PartialEq, Debug)]
pub struct Claim {
    /// What is claimed.
    pub expect: Expect,
    /// What was measured.
    pub figure: Figure,
    /// What it was compared with.
    pub with: Figure,
    /// Whether it holds.
    pub holds: bool,
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.measure, self.op.sign(), self.with)
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::List(list) => f.write_str(&list.join(", ")),
            Self::Word(word) => f.write_str(word),
            Self::Mask(mask) => mask.fmt(f),
            #[expect(clippy::float_cmp, reason = "one is written as nothing, exactly")]
            Self::Measure(measure, times) if *times == 1.0 => measure.fmt(f),
            Self::Measure(measure, times) => write!(f, "{measure} * {times}"),
        }
    }
}
