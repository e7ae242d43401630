//! A sentence with measures in it: `It read {recv A} bytes.`

use std::fmt;

use super::{Figure, Measure};

/// A sentence.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Phrase(pub(super) Vec<Part>);

/// A part of a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Words(String),
    Measure(Measure),
}

impl Phrase {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is to be measured for it.
    pub fn measures(&self) -> impl Iterator<Item = Measure> {
        self.0.iter().filter_map(|part| match part {
            Part::Words(_) => None,
            Part::Measure(measure) => Some(*measure),
        })
    }

    /// The sentence, with what was measured in it.
    #[must_use]
    pub fn filled(&self, figure: impl Fn(Measure) -> Figure) -> String {
        let part = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Measure(measure) => figure(*measure).to_string(),
        };
        self.0.iter().map(part).collect()
    }
}

/// As a lesson writes it.
impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Words(words) => f.write_str(&words.replace('{', "{{").replace('}', "}}")),
            Part::Measure(measure) => write!(f, "{{{measure}}}"),
        })
    }
}
