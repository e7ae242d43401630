//! For the terminal: tables, bars and words, no wider than 100 columns, without colours.

use unicode_width::UnicodeWidthStr;

use super::{NONE, better, facts, largest, load, shown, times, value, words};
use crate::compare::{Comparison, Figure, Subject};
use crate::words::{Language, pad_left, pad_right, pieces, strings};

/// Columns of the whole.
const WIDTH: usize = 100;
/// Columns of the longest bar.
const BAR: usize = 48;

/// The comparison as plain text; `ascii` leaves out every other character.
#[must_use]
pub fn text(comparison: &Comparison, ascii: bool) -> String {
    let words = words();
    let mut out = String::new();
    wrap(&mut out, "", &(words.heading)(&load(comparison)));
    let (main, more) = Figure::ALL.split_at(Figure::MAIN.len());
    for figures in [main, more] {
        out.push('\n');
        table(&mut out, comparison, figures);
    }
    for &figure in Figure::MAIN {
        bars(&mut out, comparison, figure, ascii);
    }
    out.push('\n');
    for subject in &comparison.subjects {
        for note in &subject.notes {
            wrap(&mut out, &format!("{}{}", subject.name, strings().marks.colon), &note.text());
        }
    }
    if comparison.subjects.iter().any(|subject| !subject.notes.is_empty()) {
        out.push('\n');
    }
    for (name, fact) in facts(comparison) {
        wrap(&mut out, &pad_left(name, 9), &fact);
    }
    push(&mut out, &format!("\n{}", words.how));
    wrap(&mut out, "", words.setting);
    for figure in Figure::ALL {
        wrap(&mut out, &format!("{}{}", figure.title(), strings().marks.colon), figure.how());
    }
    if ascii && Language::spoken() == Language::English { to_ascii(&out) } else { out }
}

/// Columns of the servers' names.
fn name_width(comparison: &Comparison) -> usize {
    comparison
        .subjects
        .iter()
        .map(|subject| subject.name.len())
        .max()
        .unwrap_or(0)
        .max(words().server.width())
}

fn table(out: &mut String, comparison: &Comparison, figures: &[Figure]) {
    let name = name_width(comparison);
    let cell = |subject: &Subject, figure: Figure| shown(value(subject, figure), figure.unit());
    let widths: Vec<usize> = figures
        .iter()
        .map(|&figure| {
            let cells = comparison.subjects.iter().map(|subject| cell(subject, figure).width());
            cells.max().unwrap_or(0).max(figure.heading().width())
        })
        .collect();
    let mut line = pad_left(words().server, name);
    for (figure, &width) in figures.iter().zip(&widths) {
        line += &format!("  {}", pad_right(figure.heading(), width));
    }
    push(out, &line);
    for subject in &comparison.subjects {
        let mut line = format!("{:<name$}", subject.name);
        if let Err(why) = &subject.outcome {
            wrap(out, &format!("{line}  "), &(words().cannot)(why));
            continue;
        }
        for (&figure, &width) in figures.iter().zip(&widths) {
            line += &format!("  {}", pad_right(&cell(subject, figure), width));
        }
        push(out, &line);
    }
}

fn bars(out: &mut String, comparison: &Comparison, figure: Figure, ascii: bool) {
    let Some(largest) = largest(comparison, figure) else { return };
    let name = name_width(comparison);
    push(out, &format!("\n{}{}", figure.title(), (strings().marks.brackets)(better(figure))));
    for subject in &comparison.subjects {
        let Some(value) = value(subject, figure) else {
            push(out, &format!("  {:<name$}  {NONE}", subject.name));
            continue;
        };
        let bar = bar(value / largest, ascii);
        let shown = shown(Some(value), figure.unit());
        let ratio = times(comparison.ratio(subject, figure));
        push(out, &format!("  {:<name$}  {bar:<BAR$}  {shown:>10}  {ratio:>7}", subject.name));
    }
}

/// A bar that long; what is more than nothing is seen.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 8 × 48")]
fn bar(part: f64, ascii: bool) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if part <= 0.0 {
        return String::new();
    }
    let width = part.min(1.0) * 48.0;
    if ascii {
        return "#".repeat((width.round() as usize).max(1));
    }
    let eighths = ((width * 8.0).round() as usize).max(1);
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

/// A line, without spaces at its end.
fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Words, broken between them; the following lines are indented below the first word.
fn wrap(out: &mut String, first: &str, words: &str) {
    let indent = " ".repeat(first.width().min(WIDTH / 4));
    let mut line = first.to_owned();
    let mut empty = true;
    for (blank, piece) in pieces(words) {
        let blank = blank && !empty;
        if !empty && line.width() + usize::from(blank) + piece.width() > WIDTH {
            push(out, &line);
            line = indent.clone();
        } else if blank {
            line.push(' ');
        }
        line.push_str(piece);
        empty = false;
    }
    push(out, &line);
}

fn to_ascii(text: &str) -> String {
    let text = text.replace('µ', "u").replace('×', "x").replace('÷', "/").replace(['–', '—'], "-");
    text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_text_is_as_it_was() {
        insta::assert_snapshot!(text(&samples::comparison(), false));
    }

    #[test]
    fn it_fits_and_can_be_ascii() {
        let (wide, ascii) =
            (text(&samples::comparison(), false), text(&samples::comparison(), true));
        assert!(ascii.is_ascii() && ascii.contains("####") && ascii.contains(" us"));
        assert!(!ascii.contains('?'), "every character has a spelling: {ascii}");
        for line in wide.lines().chain(ascii.lines()) {
            assert!(line.width() <= WIDTH && line.trim_end() == line, "{line}");
        }
    }

    #[test]
    fn a_bar_is_as_long_as_its_part() {
        assert_eq!((bar(0.0, false), bar(1.0, true)), (String::new(), "#".repeat(48)));
        assert_eq!((bar(0.5, false), bar(0.000_1, false)), ("█".repeat(24), "▏".into()));
        assert_eq!((bar(0.000_1, true), bar(2.0, false)), ("#".into(), "█".repeat(48)));
    }
}
