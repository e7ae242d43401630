//! Fitting words and lists into lines without cutting a number in half.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::words;

/// A piece of a list that is shown whole or not at all.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) style: Style,
    /// How many things it stands for, to say how many were left out.
    pub(super) weight: usize,
}

impl Token {
    pub(super) fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style, weight: 1 }
    }

    fn width(&self) -> usize {
        self.text.width()
    }
}

/// Puts tokens on at most `rows` lines. When they do not all fit, the last line ends in how many
/// are missing: `+12`. Returns the lines and whether all are there.
pub(super) fn fold(
    tokens: &[Token],
    width: usize,
    rows: usize,
    dim: Style,
) -> (Vec<Line<'static>>, bool) {
    let mut lines: Vec<Vec<&Token>> = vec![Vec::new()];
    let mut used = 0;
    let mut shown = 0;
    for token in tokens {
        let blank = usize::from(used > 0);
        if used + blank + token.width() <= width {
            used += blank + token.width();
        } else if lines.len() < rows && token.width() <= width {
            lines.push(Vec::new());
            used = token.width();
        } else {
            break;
        }
        lines.last_mut().expect("there is always a line").push(token);
        shown += 1;
    }
    let whole = shown == tokens.len();
    let mut missing: usize = tokens[shown..].iter().map(|token| token.weight).sum();
    let mut note = None;
    if !whole {
        let last = lines.last_mut().expect("there is always a line");
        loop {
            let text = format!("+{missing}");
            let used: usize = last.iter().map(|token| token.width() + 1).sum();
            if used + text.width() <= width {
                note = Some(Span::styled(text, dim));
                break;
            }
            let Some(token) = last.pop() else { break };
            missing += token.weight;
        }
    }
    let mut lines: Vec<Line<'static>> = lines
        .into_iter()
        .map(|line| {
            let mut spans = Vec::with_capacity(line.len() * 2);
            for token in line {
                if !spans.is_empty() {
                    spans.push(Span::raw(" "));
                }
                spans.push(Span::styled(token.text.clone(), token.style));
            }
            Line::from(spans)
        })
        .collect();
    // What stands for nothing is not missed.
    let note = note.filter(|_| missing > 0);
    if let (Some(note), Some(line)) = (note, lines.last_mut()) {
        if !line.spans.is_empty() {
            line.spans.push(Span::raw(" "));
        }
        line.spans.push(note);
    }
    (lines, whole)
}

/// How many of `room` rows each of several lists gets that need so many: none more than it needs,
/// and what one leaves goes to the others.
pub(super) fn share(needs: &[usize], room: usize) -> Vec<usize> {
    let mut given = vec![0; needs.len()];
    let mut left = room;
    while left > 0 {
        let mut wanting: Vec<usize> = (0..needs.len()).filter(|i| given[*i] < needs[*i]).collect();
        if wanting.is_empty() {
            break;
        }
        // What does not go round goes to the first ones.
        let each = (left / wanting.len()).max(1);
        wanting.truncate(left);
        for i in wanting {
            let more = each.min(needs[i] - given[i]);
            given[i] += more;
            left -= more;
        }
    }
    given
}

/// A sentence in at most `rows` lines; the last ends in `…` (or `..`) when there is more. A word
/// wider than a line is cut.
pub(in crate::dashboard) fn wrap(
    text: &str,
    width: usize,
    rows: usize,
    ascii: bool,
) -> Vec<String> {
    let mut lines = words::wrap(text, width);
    let more = lines.len() > rows;
    lines.truncate(rows);
    lines.retain(|line| !line.is_empty());
    let last = lines.len().saturating_sub(1);
    for (i, line) in lines.iter_mut().enumerate() {
        if more && i == last {
            line.push_str(if ascii { " .." } else { " …" });
        }
        *line = cut(line, width, ascii);
    }
    lines
}

/// The text, or as much of it as fits, ending in `…` (or `..`).
pub(super) fn cut(text: &str, width: usize, ascii: bool) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let dots = if ascii { ".." } else { "…" };
    if width <= dots.width() {
        return dots.chars().take(width).collect();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        let mut longer = kept.clone();
        longer.push(letter);
        if longer.width() + dots.width() > width {
            break;
        }
        kept = longer;
    }
    kept.truncate(kept.trim_end().len());
    kept + dots
}

/// The first of the spellings that fits; `None` when none does.
pub(super) fn first_fit(
    spellings: impl IntoIterator<Item = String>,
    width: usize,
) -> Option<String> {
    spellings.into_iter().find(|text| text.width() <= width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(texts: &[&str]) -> Vec<Token> {
        texts.iter().map(|text| Token::new(*text, Style::new())).collect()
    }

    fn folded(texts: &[&str], width: usize, rows: usize) -> Vec<String> {
        let (lines, _) = fold(&tokens(texts), width, rows, Style::new());
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_list_is_folded_between_its_numbers() {
        assert_eq!(folded(&["10", "20", "30"], 8, 1), ["10 20 30"]);
        assert_eq!(folded(&["10", "20", "30"], 7, 1), ["10 +2"]);
        assert_eq!(folded(&["10", "20", "30"], 5, 2), ["10 20", "30"]);
        assert_eq!(folded(&["10", "20", "30", "40", "50"], 5, 2), ["10 20", "30 +2"]);
        assert_eq!(folded(&["1000"], 2, 1), ["+1"]);
        assert_eq!(folded(&["1000"], 0, 0), [""]);
    }

    #[test]
    fn rows_go_where_they_are_needed() {
        assert_eq!(share(&[1, 9, 2], 6), [1, 3, 2]);
        assert_eq!(share(&[1, 2], 9), [1, 2]);
        assert_eq!(share(&[5, 5, 5], 2), [1, 1, 0]);
        assert_eq!(share(&[5, 0, 5], 7), [4, 0, 3]);
        assert_eq!(share(&[], 7), [0; 0]);
    }

    #[test]
    fn a_sentence_is_broken_at_its_blanks() {
        assert_eq!(wrap("one two three", 7, 3, false), ["one two", "three"]);
        assert_eq!(wrap("one two three", 7, 1, false), ["one tw…"]);
        assert_eq!(wrap("one two three", 9, 1, true), ["one two.."]);
        assert_eq!(wrap("immeasurable", 5, 1, false), ["imme…"]);
        assert_eq!(wrap("", 5, 1, false), [""; 0]);
    }

    #[test]
    fn wide_letters_count_as_two() {
        assert_eq!(cut("你好吗", 5, false), "你好…");
        assert_eq!(cut("你好", 4, false), "你好");
    }
}
