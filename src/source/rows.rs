//! Lines as they are shown in a narrow place: without the indentation that all of them share, and
//! where they are too long, wrapped under their own.

use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Source;

/// What a wrapped part is indented by, beside its line's own indentation.
const MORE: usize = 2;

/// A row of the place: a line, or a part of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its line, from 1.
    pub line: usize,
    /// Which bytes of the line; empty where only something behind the line stands there.
    pub part: Range<usize>,
    /// Blanks before it.
    pub indent: usize,
    /// Whether it is its line's last.
    pub last: bool,
}

/// A place that shows lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rows {
    /// Its columns.
    pub width: usize,
    /// Its rows.
    pub height: usize,
}

impl Rows {
    /// What is shown from a line on, as far as there is room. `tail` says how many columns of
    /// something else stand behind a line.
    #[must_use]
    pub fn from(self, source: &Source, top: usize, tail: impl Fn(usize) -> usize) -> Vec<Row> {
        let shown = top.max(1)..=source.len().min(top.max(1) + self.height.saturating_sub(1));
        let indents = shown.clone().map(|line| source.line(line)).filter(|line| !line.is_empty());
        let shared = indents.map(indent).min().unwrap_or(0);
        let rows = shown.flat_map(|line| self.line(source.line(line), line, shared, tail(line)));
        rows.take(self.height).collect()
    }

    /// The line to begin with so that all of `line` is seen: the present one if that does, else
    /// the first of its paragraph, which is a function where that is short, else one with which it
    /// stands in the middle.
    #[must_use]
    pub fn top(
        self,
        source: &Source,
        top: usize,
        line: usize,
        tail: impl Fn(usize) -> usize,
    ) -> usize {
        // A line before it and one after, so that what comes next is seen.
        let seen = |top: usize| {
            let rows = self.from(source, top, &tail);
            let after = (line + 1).min(source.len());
            let before = line.saturating_sub(1).max(1);
            let there = |line| rows.iter().any(|row| row.line == line && row.last);
            there(line) && (self.height < 5 || there(after) && there(before))
        };
        let last = (source.len() + 1).saturating_sub(self.height).max(1);
        if top >= 1 && seen(top) {
            return top;
        }
        let above = |line: &usize| source.line(line - 1).trim().is_empty();
        let mut paragraph = (1..=line).rev().find(above).unwrap_or(1);
        // What opens a block for all of them is no part of the first.
        let opens = source.line(paragraph);
        paragraph +=
            usize::from(indent(opens) == 0 && opens.starts_with("impl") && paragraph < line);
        if seen(paragraph) {
            return paragraph;
        }
        let mut top = line.saturating_sub(self.height / 2).clamp(1, last);
        while top < line && !seen(top) {
            top += 1;
        }
        top
    }

    fn line(self, text: &str, line: usize, shared: usize, tail: usize) -> Vec<Row> {
        let own = indent(text).min(text.len());
        let indent = own.saturating_sub(shared);
        let mut rows: Vec<Row> = Vec::new();
        let mut rest = own..text.len();
        loop {
            let indent = if rows.is_empty() { indent } else { indent + MORE };
            // However narrow it is, it goes on.
            let indent = indent.min(self.width / 2);
            let room = self.width.saturating_sub(indent).max(1);
            let len = fitting(&text[rest.clone()], room);
            let part = rest.start..rest.start + len;
            let blanks =
                text[part.end..rest.end].len() - text[part.end..rest.end].trim_start().len();
            rest.start = part.end + blanks;
            let wide = indent + text[part.clone()].width();
            rows.push(Row { line, part, indent, last: false });
            if rest.is_empty() {
                if tail > 0 && wide + tail > self.width {
                    let indent = self.width.saturating_sub(tail).min(indent + MORE);
                    rows.push(Row { line, part: text.len()..text.len(), indent, last: false });
                }
                break;
            }
        }
        if let Some(row) = rows.last_mut() {
            row.last = true;
        }
        rows
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// How many bytes of a text fit: to a blank, to the sign behind which a long expression goes on, or
/// to the last letter that has room.
fn fitting(text: &str, room: usize) -> usize {
    if text.width() <= room {
        return text.len();
    }
    let mut used = 0;
    let fits = text.char_indices().take_while(|(_, c)| {
        used += c.width().unwrap_or(0);
        used <= room
    });
    let (at, c) = fits.last().or(text.char_indices().next()).unwrap_or_default();
    let most = at + c.len_utf8();
    let next_is_blank = text[most..].starts_with(' ');
    let blank = if next_is_blank { Some(most) } else { text[..most].rfind(' ') };
    let bracket = text[..most].rfind(['(', ',']).map(|at| at + 1);
    // A method stands with its point.
    let point = text[..most].rfind('.').filter(|at| *at > 0);
    // A comment behind the code goes as a whole.
    let comment = text[..most].rfind("  # ");
    let words = blank.max(bracket).filter(|at| *at > most / 2);
    comment.or(words).or(point).filter(|at| *at > most / 3).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Language;
    use super::*;

    const TEXT: &str =
        "impl A {\n    fn one() {\n        let first = self.call(second, third)?;\n\n    }\n}\n";

    fn shown(source: &Source, top: usize, width: usize, height: usize) -> Vec<String> {
        let rows = Rows { width, height }.from(source, top, |_| 0);
        let text =
            |row: Row| format!("{}{}", " ".repeat(row.indent), &source.line(row.line)[row.part]);
        rows.into_iter().map(text).collect()
    }

    #[test]
    fn what_all_share_is_left_out_and_long_lines_are_wrapped() {
        let source = Source::new("a", TEXT, Language::Rust);
        assert_eq!(shown(&source, 1, 80, 2), ["impl A {", "    fn one() {"]);
        assert_eq!(
            shown(&source, 2, 80, 3),
            ["fn one() {", "    let first = self.call(second, third)?;", ""]
        );
        assert_eq!(
            shown(&source, 2, 30, 4),
            ["fn one() {", "    let first = self.call(", "      second, third)?;", ""]
        );
    }

    #[test]
    fn what_stands_behind_a_line_gets_a_row_where_it_has_no_room() {
        let source = Source::new("a", TEXT, Language::Rust);
        let rows = |width, tail| Rows { width, height: 1 }.from(&source, 3, |_| tail).len();
        assert_eq!((rows(38, 4), rows(46, 4)), (1, 1));
        let rows =
            Rows { width: 44, height: 3 }.from(&source, 3, |line| 4 * usize::from(line == 3));
        assert_eq!(rows.iter().filter(|row| row.line == 3).count(), 2);
        assert!(rows[1].part.is_empty() && rows[1].last && !rows[0].last);
    }

    #[test]
    fn the_view_moves_only_when_it_must() {
        let text: &'static str = "x\n".repeat(100).leak();
        let source = Source::new("a", text, Language::Rust);
        let place = Rows { width: 20, height: 10 };
        let top = |top, line| place.top(&source, top, line, |_| 0);
        assert_eq!(top(1, 5), 1);
        assert_eq!(top(1, 9), 1);
        assert_eq!(top(1, 10), 5);
        assert_eq!(top(40, 41), 40);
        assert_eq!(top(40, 100), 91);
        assert_eq!((top(0, 1), top(60, 1)), (1, 1));
        let text: &'static str = format!("{}\n", "x\n".repeat(20)).repeat(9).leak();
        let source = Source::new("a", text, Language::Rust);
        let top = |top, line| place.top(&source, top, line, |_| 0);
        assert_eq!((top(1, 25), top(22, 27), top(22, 40)), (22, 22, 35));
    }

    proptest! {
        #[test]
        fn any_place_shows_the_line_that_it_is_asked_for(
            lines in prop::collection::vec(" {0,12}[a-z(),.\u{4f60}]{0,40}", 1..30),
            (width, height) in (1..50usize, 1..12usize),
            (line, top) in (1..30usize, 0..40usize),
        ) {
            let text: &'static str = lines.join("\n").leak();
            let source = Source::new("a", text, Language::Rust);
            let line = line.min(source.len());
            let place = Rows { width, height };
            let top = place.top(&source, top, line, |_| 3);
            let rows = place.from(&source, top, |_| 3);
            prop_assert!(rows.len() <= height);
            prop_assert!(source.is_empty() || rows.iter().any(|row| row.line == line));
            for row in &rows {
                prop_assert!(source.line(row.line).is_char_boundary(row.part.start));
            }
        }
    }
}
