//! A report in Markdown.

use std::fmt::Write as _;

use super::{better, facts, shown, times, value, words};
use crate::compare::{Comparison, Figure, Subject};
use crate::words::{Marks, strings};

/// The comparison in Markdown.
#[must_use]
pub fn markdown(comparison: &Comparison) -> String {
    let (words, Marks { colon, brackets, .. }) = (words(), strings().marks);
    let mut out = String::from("# epollscope compare\n\n");
    for (name, fact) in facts(comparison) {
        // A String takes everything.
        let _ = writeln!(out, "* {name}{colon}{}", escaped(&fact));
    }
    let _ = write!(out, "\n## {}\n\n", words.figures);
    table(&mut out, comparison, &Figure::ALL, |subject, figure| {
        shown(value(subject, figure), figure.unit())
    });
    let first = comparison.subjects.first().map_or("", |subject| subject.name.as_str());
    let _ = write!(out, "\n## {}\n\n", (words.multiples)(first));
    table(&mut out, comparison, Figure::MAIN, |subject, figure| {
        times(comparison.ratio(subject, figure))
    });
    let notes: Vec<_> = comparison
        .subjects
        .iter()
        .flat_map(|subject| subject.notes.iter().map(|note| (&subject.name, note)))
        .collect();
    if !notes.is_empty() {
        let _ = write!(out, "\n## {}\n\n", words.notes);
        for (name, note) in notes {
            let _ = writeln!(out, "* {name}{colon}{}", escaped(&note.text()));
        }
    }
    let _ = write!(out, "\n## {}\n\n{}\n\n", words.how, words.setting);
    for figure in Figure::ALL {
        let _ = writeln!(
            out,
            "* **{}**{}{colon}{}",
            figure.title(),
            brackets(better(figure)),
            escaped(figure.how())
        );
    }
    let _ = write!(out, "\n## {}\n\n", words.commands);
    for subject in &comparison.subjects {
        let _ = writeln!(out, "* {}: `{}`", subject.name, subject.command);
    }
    out
}

fn table(
    out: &mut String,
    comparison: &Comparison,
    figures: &[Figure],
    cell: impl Fn(&Subject, Figure) -> String,
) {
    let _ = write!(out, "| {} |", words().server);
    for figure in figures {
        let _ = write!(out, " {} |", figure.title());
    }
    let _ = writeln!(out, "\n|---|{}", "---:|".repeat(figures.len()));
    for subject in &comparison.subjects {
        let _ = write!(out, "| {} |", subject.name);
        if let Err(why) = &subject.outcome {
            let _ = write!(out, " {} |", escaped(&(words().cannot)(why)));
            out.push_str(&" |".repeat(figures.len() - 1));
        } else {
            for &figure in figures {
                let _ = write!(out, " {} |", cell(subject, figure));
            }
        }
        out.push('\n');
    }
}

/// As it stands, and not as Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "\\`*_<>|[]#".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_markdown_is_as_it_was() {
        insta::assert_snapshot!(markdown(&samples::comparison()));
    }

    #[test]
    fn every_row_has_every_cell() {
        let text = markdown(&samples::comparison());
        let mut cells = 0;
        for line in text.lines().filter(|line| line.starts_with('|')) {
            let found = line.replace("\\|", "").matches('|').count();
            if line.starts_with("| server") {
                cells = found;
            }
            assert_eq!(found, cells, "{line}");
        }
        assert!(cells > 0);
    }
}
