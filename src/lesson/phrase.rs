//! A sentence with measures in it: `It read {recv A} bytes.`

use std::fmt;

use super::{Figure, Measure, OfClient};
use crate::telemetry::ConnState;
use crate::words::{strings, units};

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
            Part::Measure(measure) => told(*measure, &figure(*measure)),
        };
        self.0.iter().map(part).collect()
    }
}

/// A figure in a sentence: a state is called as the table calls it, and a time has its unit.
fn told(measure: Measure, figure: &Figure) -> String {
    if let (Some(micros), Figure::Number(number)) = (measure.micros(), figure) {
        return units::micros(number * micros);
    }
    if let (Measure::Of(OfClient::State, _), Figure::Word(label)) = (measure, figure)
        && let Some(state) = ConnState::ALL.into_iter().find(|state| state.label() == label)
    {
        return (strings().table.state)(state).to_owned();
    }
    figure.to_string()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{Total, name_of};
    use crate::words::Language;

    #[test]
    fn a_time_has_its_unit_and_a_long_one_is_shown_as_in_the_panels() {
        let filled = |measure: Measure, number: f64| {
            Phrase(vec![Part::Measure(measure)]).filled(|_| Figure::Number(number))
        };
        for (us, shown) in
            [(1.4, "1.4 µs"), (5040.0, "5,040 µs"), (9_999.0, "9,999 µs"), (505_050.0, "505 ms")]
        {
            assert_eq!(filled(Measure::Total(Total::LongestWaitUs), us), shown);
        }
        for (ms, shown) in [(1.4, "1,400 µs"), (10.0, "10 ms"), (1234.0, "1.2 s")] {
            assert_eq!(filled(Measure::Total(Total::LongestTurnMs), ms), shown);
            assert_eq!(filled(Measure::Of(OfClient::Waits, name_of("A").unwrap()), ms), shown);
        }
        let unknown = Phrase(vec![Part::Measure(Measure::Total(Total::WaitUs))]);
        assert_eq!(unknown.filled(|_| Figure::Unknown), "–");
        assert_eq!(filled(Measure::Total(Total::EagainPerS), 505_050.0), "505,050");
    }

    #[test]
    fn a_state_is_called_as_in_the_table() {
        let state = Measure::Of(OfClient::State, name_of("A").unwrap());
        let phrase = Phrase(vec![Part::Words("A: ".to_owned()), Part::Measure(state)]);
        let filled = || phrase.filled(|_| Figure::Word(ConnState::Handling.label().to_owned()));
        assert_eq!(filled(), "A: handler");
        Language::Chinese.speak();
        let chinese = filled();
        Language::English.speak();
        assert_eq!(chinese, "A: 处理中");
    }
}
