//! A comparison, written down: as text for the terminal, as Markdown, HTML and JSON.

mod file;
mod html;
mod json;
mod markdown;
mod text;

use std::time::SystemTime;

pub use file::Destination;
pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use text::text;

use super::{Better, Comparison, Figure, Options, Unit, WARM_UP};
use crate::words::{Report, strings, units};

/// The form that a report takes, by the end of its file's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `.md`
    Markdown,
    /// `.json`
    Json,
    /// `.html`: one page that needs nothing else.
    Html,
}

impl Form {
    /// The form for a file's name.
    #[must_use]
    pub fn of(path: &std::path::Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "md" => Some(Self::Markdown),
            "json" => Some(Self::Json),
            "html" => Some(Self::Html),
            _ => None,
        }
    }

    /// Writes a comparison in this form.
    #[must_use]
    pub fn write(self, comparison: &Comparison) -> String {
        match self {
            Self::Markdown => markdown(comparison),
            Self::Json => json(comparison),
            Self::Html => html(comparison),
        }
    }
}

/// What stands for a figure that could not be measured.
const NONE: &str = "–";

/// A figure's value, or a dash.
pub(crate) fn shown(value: Option<f64>, unit: Unit) -> String {
    let Some(value) = value else { return NONE.into() };
    match unit {
        Unit::PerSecond | Unit::Number | Unit::Whole if value == 0.0 => "0".into(),
        Unit::PerSecond | Unit::Number => units::figure(value),
        Unit::Whole => units::whole(value),
        Unit::Share => format!("{:.0} %", value * 100.0),
        Unit::Seconds => units::seconds(value),
        Unit::Bytes => units::binary_bytes(value),
    }
}

/// A multiple of the first server's figure, or a dash. A small part is written as what it was
/// divided by.
pub(crate) fn times(ratio: Option<f64>) -> String {
    match ratio {
        None => NONE.into(),
        Some(ratio) if ratio > 0.0 && ratio < 0.095 => format!("÷{}", units::figure(1.0 / ratio)),
        Some(ratio) => format!("×{}", units::figure(ratio)),
    }
}

/// The words of a report.
fn words() -> &'static Report {
    &strings().compare.report
}

/// Which way is up, in words.
fn better(figure: Figure) -> &'static str {
    match figure.better() {
        Better::More => words().more_is_better,
        Better::Less => words().less_is_better,
        Better::Neither => words().explains,
    }
}

/// The load in a sentence.
fn load(comparison: &Comparison) -> String {
    let Options { idle, active, path, time, .. } = &comparison.options;
    (words().load)(*idle, *active, path, time.as_secs_f64(), WARM_UP.as_secs_f64())
}

/// The machine, the kernel, the program and the time, each with its name.
fn facts(comparison: &Comparison) -> Vec<(&'static str, String)> {
    let (machine, words) = (&comparison.machine, words());
    let known = |name: &Option<String>| name.clone().unwrap_or_else(|| words.unknown.to_owned());
    let memory = machine.memory.map(|bytes| {
        #[expect(clippy::cast_precision_loss, reason = "it is told in GiB")]
        let gibibytes = bytes as f64 / f64::from(1 << 30);
        format!("{} GiB", units::figure(gibibytes))
    });
    let processors =
        (words.processors)(machine.processors, &known(&machine.processor), machine.architecture);
    let comma = strings().marks.comma;
    let memory = (words.memory)(&known(&memory));
    let busy = machine.load_average.map(words.load_average).unwrap_or_default();
    let build = if machine.optimised { words.optimised } else { words.debug };
    vec![
        (words.machine, format!("{processors}{comma}{memory}{busy}")),
        (words.kernel, known(&machine.kernel)),
        (words.program, format!("epollscope {}{comma}{build}", machine.version)),
        (words.time, utc(comparison.start)),
        (words.load_name, load(comparison)),
    ]
}

/// A time, as RFC 3339 has it.
fn utc(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map_or_else(
        |_| words().unknown.into(),
        |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}

/// The largest value of a figure: a whole bar.
fn largest(comparison: &Comparison, figure: Figure) -> Option<f64> {
    let values = comparison.subjects.iter().filter_map(|subject| value(subject, figure));
    values.max_by(f64::total_cmp).filter(|largest| *largest > 0.0)
}

fn value(subject: &super::Subject, figure: Figure) -> Option<f64> {
    subject.outcome.as_ref().ok()?.get(figure)
}

#[cfg(test)]
pub(super) mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_three_digits_and_a_unit() {
        for (value, unit, text) in [
            (0.0, Unit::PerSecond, "0"),
            (52_120.4, Unit::PerSecond, "52,120"),
            (0.000_071_24, Unit::Seconds, "71.2 µs"),
            (0.012, Unit::Seconds, "12.0 ms"),
            (1.5, Unit::Seconds, "1.50 s"),
            (-200.0, Unit::Bytes, "-200 B"),
            (2150.0, Unit::Bytes, "2.10 KiB"),
            (10_485_760.0, Unit::Bytes, "10.0 MiB"),
            (9.996, Unit::Number, "10.0"),
            (904.4, Unit::Number, "904"),
            (105.0, Unit::Whole, "105"),
            (0.987, Unit::Share, "99 %"),
        ] {
            assert_eq!(shown(Some(value), unit), text);
        }
        assert_eq!((shown(None, Unit::Bytes), times(None)), ("–".into(), "–".into()));
        for (ratio, text) in [(0.5, "×0.50"), (0.1, "×0.10"), (0.004_237, "÷236"), (0.0, "×0.00")]
        {
            assert_eq!(times(Some(ratio)), text);
        }
    }

    #[test]
    fn a_number_has_its_commas() {
        for (value, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(units::count(value), text);
        }
    }

    #[test]
    fn the_form_follows_the_name() {
        let of = |name: &str| Form::of(name.as_ref());
        assert_eq!(of("a/b.md"), Some(Form::Markdown));
        assert_eq!((of("b.json"), of("b.html")), (Some(Form::Json), Some(Form::Html)));
        assert_eq!((of("md"), of("b.txt"), of("")), (None, None, None));
    }
}
