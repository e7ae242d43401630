//! Claims: `unread A = 5904`, `cpu > 90`, `examined >= open * 2`.

use std::fmt;

use super::{Figure, Measure, OfClient, Total};
use crate::inspect::TcpState;
use crate::telemetry::{ConnState, Kind, Mask, ServerKind, Why};

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

// Numbers in it are finite: a lesson has no other ones.
impl Eq for Expect {}
impl Eq for Operand {}

/// What a measure gives, and so what it can be compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sort {
    Number,
    List,
    Mask,
    /// A name of an error, or `no`.
    Errno,
    Word(Names),
}

/// Which names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Names {
    Servers,
    Calls,
    States,
    Reasons,
    Tcp,
}

/// No call, no reason.
pub(super) const NOTHING: &str = "nothing";

/// Why a connection was closed, in one word.
pub(super) fn reason(why: Why) -> String {
    why.label().replace(',', "").replace(' ', "-")
}

impl Sort {
    pub(super) fn of(measure: Measure) -> Self {
        match measure {
            Measure::Total(Total::Server) => Self::Word(Names::Servers),
            Measure::Total(Total::Next | Total::Within) | Measure::Of(OfClient::Within, _) => {
                Self::Word(Names::Calls)
            }
            Measure::Total(Total::Resting | Total::MmapEpoll) => Self::Errno,
            Measure::Of(OfClient::State, _) => Self::Word(Names::States),
            Measure::Of(OfClient::Why, _) => Self::Word(Names::Reasons),
            Measure::Of(OfClient::Tcp, _) => Self::Word(Names::Tcp),
            Measure::Of(OfClient::Mask | OfClient::Interest, _)
            | Measure::Total(Total::NginxInterest | Total::RedisInterest | Total::NodeInterest) => {
                Self::Mask
            }
            Measure::Of(OfClient::Recv | OfClient::Sent, _) => Self::List,
            Measure::Total(_) | Measure::Of(..) | Measure::Calls(..) => Self::Number,
        }
    }

    /// Whether it can be compared so.
    pub(super) fn takes(self, op: Op) -> bool {
        match op {
            Op::Equal | Op::NotEqual => true,
            Op::Has => matches!(self, Self::List | Self::Mask),
            Op::Less | Op::AtMost | Op::Greater | Op::AtLeast => self == Self::Number,
        }
    }

    /// The names that it can be compared with.
    pub(super) fn names(self) -> Vec<String> {
        let owned = |name: &str| name.to_owned();
        let Self::Word(names) = self else { return Vec::new() };
        match names {
            Names::Servers => ServerKind::ALL.map(|server| owned(server.name())).into(),
            Names::Calls => {
                let calls = Kind::ALL.into_iter().filter(|kind| kind.is_call());
                let calls = calls.chain([Kind::Handler]).map(|kind| owned(kind.name()));
                calls.chain([owned(NOTHING)]).collect()
            }
            Names::States => ConnState::ALL.map(|state| owned(state.label())).into(),
            Names::Reasons => Why::ALL.into_iter().map(reason).chain([owned(NOTHING)]).collect(),
            Names::Tcp => TcpState::ALL.map(|state| owned(state.label())).into(),
        }
    }
}

impl Expect {
    /// What comes of it.
    pub(super) fn judge(&self, figure: impl Fn(Measure) -> Figure) -> Claim {
        let with = match &self.with {
            Operand::Number(number) => Figure::Number(*number),
            Operand::List(list) => Figure::List(list.clone()),
            Operand::Word(word) => Figure::Word(word.clone()),
            Operand::Mask(mask) => Figure::Mask(*mask),
            Operand::Measure(measure, times) => figure(*measure).times(*times),
        };
        let figure = figure(self.measure);
        let holds = self.op.holds(&figure, &with);
        Claim { expect: self.clone(), figure, with, holds }
    }

    /// What is measured for it.
    pub fn measures(&self) -> impl Iterator<Item = Measure> {
        let with = match &self.with {
            Operand::Measure(measure, _) => Some(*measure),
            _ => None,
        };
        [Some(self.measure), with].into_iter().flatten()
    }
}

impl Op {
    /// Whether it is so; what is not known is never so.
    fn holds(self, figure: &Figure, with: &Figure) -> bool {
        if let (Some(one), Some(other)) = (figure.number(), with.number()) {
            let order = one.total_cmp(&other);
            return match self {
                Self::Equal => order.is_eq(),
                Self::NotEqual => order.is_ne(),
                Self::Less => order.is_lt(),
                Self::AtMost => order.is_le(),
                Self::Greater => order.is_gt(),
                Self::AtLeast => order.is_ge(),
                Self::Has => false,
            };
        }
        match (self, figure, with) {
            (_, Figure::Unknown, _) | (_, _, Figure::Unknown) => false,
            (Self::Equal, one, other) => one == other,
            (Self::NotEqual, one, other) => one != other,
            (Self::Has, Figure::List(list), Figure::List(ones)) => {
                ones.iter().all(|one| list.contains(one))
            }
            (Self::Has, Figure::Mask(mask), Figure::Mask(bits)) => mask.has(*bits),
            _ => false,
        }
    }
}

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
            Self::List(list) if list.is_empty() => f.write_str("none"),
            Self::List(list) => f.write_str(&list.join(", ")),
            Self::Word(word) => f.write_str(word),
            Self::Mask(mask) => mask.fmt(f),
            #[expect(clippy::float_cmp, reason = "one is written as nothing, exactly")]
            Self::Measure(measure, times) if *times == 1.0 => measure.fmt(f),
            Self::Measure(measure, times) => write!(f, "{measure} * {times}"),
        }
    }
}
