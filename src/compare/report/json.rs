//! A report in JSON, for other programs: plain numbers in SI units, `null` for what could not be
//! measured.

use std::fmt::Write as _;

use super::utc;
use crate::compare::{Better, Comparison, Figure, Subject, Unit, WARM_UP};

/// The comparison in JSON (RFC 8259).
#[must_use]
pub fn json(comparison: &Comparison) -> String {
    let (options, machine) = (&comparison.options, &comparison.machine);
    let mut out = String::from("{\n");
    // A String takes everything.
    let _ = writeln!(out, "  \"epollscope\": {},", string(machine.version));
    let _ = writeln!(out, "  \"optimised\": {},", machine.optimised);
    let _ = writeln!(out, "  \"time\": {},", string(&utc(comparison.start)));
    let _ = writeln!(
        out,
        "  \"machine\": {{\"processor\": {}, \"processors\": {}, \"architecture\": {}, \
         \"memory_bytes\": {}, \"load_average\": {}, \"kernel\": {}}},",
        machine.processor.as_deref().map_or_else(null, string),
        machine.processors,
        string(machine.architecture),
        machine.memory.map_or_else(null, |bytes| bytes.to_string()),
        number(machine.load_average),
        machine.kernel.as_deref().map_or_else(null, string),
    );
    let _ = writeln!(
        out,
        "  \"load\": {{\"idle\": {}, \"active\": {}, \"seconds\": {}, \"warm_up_seconds\": {}, \
         \"path\": {}}},",
        options.idle,
        options.active,
        number(Some(options.time.as_secs_f64())),
        number(Some(WARM_UP.as_secs_f64())),
        string(&options.path),
    );
    let figures = Figure::ALL.map(|figure| {
        format!(
            "\n    {}: {{\"unit\": {}, \"better\": {}, \"how\": {}}}",
            string(figure.key()),
            string(unit(figure.unit())),
            match figure.better() {
                Better::More => string("more"),
                Better::Less => string("less"),
                Better::Neither => null(),
            },
            string(figure.how()),
        )
    });
    let _ = writeln!(out, "  \"figures\": {{{}\n  }},", figures.join(","));
    let servers: Vec<_> =
        comparison.subjects.iter().map(|subject| server(comparison, subject)).collect();
    let _ = writeln!(out, "  \"servers\": [{}\n  ]\n}}", servers.join(","));
    out
}

fn server(comparison: &Comparison, subject: &Subject) -> String {
    let mut out = String::from("\n    {");
    let _ = write!(
        out,
        "\"server\": {}, \"command\": {}, \"cannot\": {}",
        string(&subject.name),
        string(&subject.command),
        subject.outcome.as_ref().err().map_or_else(null, |why| string(why)),
    );
    let notes: Vec<_> = subject.notes.iter().map(|note| string(note)).collect();
    let _ = write!(out, ", \"notes\": [{}]", notes.join(", "));
    if let Ok(figures) = &subject.outcome {
        let time = number(Some(figures.time.as_secs_f64()));
        let _ = write!(out, ",\n     \"requests\": {}, \"seconds\": {time}", figures.requests);
        let values = Figure::ALL.map(|figure| {
            let value = number(figures.get(figure));
            let ratio = number(comparison.ratio(subject, figure));
            let key = string(figure.key());
            format!("\n      {key}: {{\"value\": {value}, \"ratio\": {ratio}}}")
        });
        let _ = write!(out, ",\n     \"figures\": {{{}}}", values.join(","));
    }
    out.push('}');
    out
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::PerSecond => "1/s",
        Unit::Seconds => "s",
        Unit::Bytes => "B",
        Unit::Number | Unit::Whole | Unit::Share => "1",
    }
}

fn null() -> String {
    "null".into()
}

/// JSON has no word for what is not finite.
fn number(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(null, |value| value.to_string())
}

fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\0'..' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use serde_json::Value;

    #[test]
    fn it_is_json_and_says_what_was_measured() {
        let comparison = samples::comparison();
        let value: Value = serde_json::from_str(&json(&comparison)).unwrap();
        assert_eq!(value["load"]["idle"], 900);
        assert_eq!(value["load"]["path"], "/a\"b");
        assert_eq!(value["machine"]["kernel"], "Linux 6.18.0");
        let servers = value["servers"].as_array().unwrap();
        assert_eq!(servers.len(), comparison.subjects.len());
        let of = |i: usize, key: &str| &servers[i]["figures"][key];
        assert_eq!(of(0, "requests_per_second")["value"], 50_000.0);
        assert_eq!(of(1, "requests_per_second")["ratio"], 0.25);
        assert_eq!(of(3, "latency_p50_seconds")["value"], Value::Null);
        assert_eq!(servers[2]["cannot"], "8,001 of 9,000 idle connections refused: answered 503");
        assert_eq!(servers[2].get("figures"), None);
        for figure in Figure::ALL {
            assert_eq!(value["figures"][figure.key()]["how"], figure.how());
            assert!(of(0, figure.key())["value"].is_number(), "{figure:?}");
        }
    }

    #[test]
    fn text_stays_text() {
        for text in ["", "a\"b\\c", "\u{1b}[2J\n", "×µ"] {
            assert_eq!(serde_json::from_str::<String>(&string(text)).unwrap(), text);
        }
        assert_eq!((number(Some(f64::NAN)), number(Some(0.25))), (null(), "0.25".into()));
    }
}
