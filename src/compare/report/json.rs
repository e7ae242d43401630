//! A report in JSON, for other programs: plain numbers in SI units, `null` for what could not be
//! measured.

use serde::{Serialize, Serializer};

use super::utc;
use crate::compare::{Better, Comparison, Figure, Note, Subject, Unit, WARM_UP};

/// The comparison in JSON (RFC 8259).
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "its keys are strings: it can be written")]
pub fn json(comparison: &Comparison) -> String {
    let report = Report::of(comparison);
    let mut text = serde_json::to_string_pretty(&report).expect("its keys are strings");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Report<'a> {
    epollscope: &'a str,
    optimised: bool,
    time: String,
    machine: Machine<'a>,
    load: Load<'a>,
    figures: Each<About>,
    servers: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Machine<'a> {
    processor: Option<&'a str>,
    processors: usize,
    architecture: &'a str,
    memory_bytes: Option<u64>,
    load_average: Option<f64>,
    kernel: Option<&'a str>,
}

#[derive(Serialize)]
struct Load<'a> {
    idle: u32,
    active: u32,
    seconds: f64,
    warm_up_seconds: f64,
    path: &'a str,
}

/// What a figure is.
#[derive(Serialize)]
struct About {
    unit: &'static str,
    better: Option<&'static str>,
    how: &'static str,
}

#[derive(Serialize)]
struct Entry<'a> {
    server: &'a str,
    command: &'a str,
    /// Why it could not be measured.
    cannot: Option<&'a str>,
    notes: Vec<String>,
    #[serde(flatten)]
    measured: Option<Measured>,
}

#[derive(Serialize)]
struct Measured {
    requests: u64,
    seconds: f64,
    figures: Each<Value>,
}

/// A figure, and its ratio to that of the first server.
#[derive(Serialize)]
struct Value {
    value: Option<f64>,
    ratio: Option<f64>,
}

/// Something for each figure, in their order, under its key.
struct Each<T>(Vec<T>);

impl<T> Each<T> {
    fn of(each: impl FnMut(Figure) -> T) -> Self {
        Self(Figure::ALL.into_iter().map(each).collect())
    }
}

impl<T: Serialize> Serialize for Each<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Figure::ALL.into_iter().map(Figure::key).zip(&self.0))
    }
}

impl<'a> Report<'a> {
    fn of(comparison: &'a Comparison) -> Self {
        let (options, machine) = (&comparison.options, &comparison.machine);
        Self {
            epollscope: machine.version,
            optimised: machine.optimised,
            time: utc(comparison.start),
            machine: Machine {
                processor: machine.processor.as_deref(),
                processors: machine.processors,
                architecture: machine.architecture,
                memory_bytes: machine.memory,
                load_average: machine.load_average,
                kernel: machine.kernel.as_deref(),
            },
            load: Load {
                idle: options.idle,
                active: options.active,
                seconds: options.time.as_secs_f64(),
                warm_up_seconds: WARM_UP.as_secs_f64(),
                path: &options.path,
            },
            figures: Each::of(About::of),
            servers: comparison.subjects.iter().map(|one| Entry::of(comparison, one)).collect(),
        }
    }
}

impl About {
    fn of(figure: Figure) -> Self {
        let unit = match figure.unit() {
            Unit::PerSecond => "1/s",
            Unit::Seconds => "s",
            Unit::Bytes => "B",
            Unit::Number | Unit::Whole | Unit::Share => "1",
        };
        let better = match figure.better() {
            Better::More => Some("more"),
            Better::Less => Some("less"),
            Better::Neither => None,
        };
        Self { unit, better, how: figure.how_in_english() }
    }
}

impl<'a> Entry<'a> {
    fn of(comparison: &Comparison, subject: &'a Subject) -> Self {
        let measured = subject.outcome.as_ref().ok().map(|figures| Measured {
            requests: figures.requests,
            seconds: figures.time.as_secs_f64(),
            figures: Each::of(|figure| Value {
                value: figures.get(figure),
                ratio: comparison.ratio(subject, figure),
            }),
        });
        Self {
            server: &subject.name,
            command: &subject.command,
            cannot: subject.outcome.as_ref().err().map(String::as_str),
            notes: subject.notes.iter().map(Note::in_english).collect(),
            measured,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn it_is_json_and_says_what_was_measured() {
        let comparison = samples::comparison();
        let value: serde_json::Value = serde_json::from_str(&json(&comparison)).unwrap();
        assert_eq!(value["load"]["idle"], 900);
        assert_eq!(value["load"]["path"], "/a\"b");
        assert_eq!(value["machine"]["kernel"], "Linux 6.18.0");
        let servers = value["servers"].as_array().unwrap();
        assert_eq!(servers.len(), comparison.subjects.len());
        let of = |i: usize, key: &str| &servers[i]["figures"][key];
        assert_eq!(of(0, "requests_per_second")["value"], 50_000.0);
        assert_eq!(of(1, "requests_per_second")["ratio"], 0.25);
        assert_eq!(of(3, "latency_p50_seconds")["value"], serde_json::Value::Null);
        assert_eq!(servers[2]["cannot"], "8,001 of 9,000 idle connections refused: answered 503");
        assert_eq!(servers[2].get("figures"), None);
        for figure in Figure::ALL {
            assert_eq!(value["figures"][figure.key()]["how"], figure.how());
            assert!(of(0, figure.key())["value"].is_number(), "{figure:?}");
        }
    }

    #[test]
    fn what_is_not_finite_is_null() {
        let value = Value { value: Some(f64::NAN), ratio: Some(0.25) };
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"value":null,"ratio":0.25}"#);
    }
}
