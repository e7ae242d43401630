//! What several panels are made of: borders, titles, boxes, text of a width.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::dashboard::keys::bound::panel_key;
use crate::dashboard::layout::Panel;
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::Nanos;
use crate::words::{breaks, pad_left, pad_right, units};

/// A panel's border, with its title. The panel with the keyboard has a thick one, and the one at which
/// a lesson says to look another.
#[must_use]
pub fn block(title: Line<'static>, theme: &Theme, focused: bool) -> Block<'static> {
    let (set, style) = if theme.is_marked() {
        (theme.marked_border(), theme.look_here())
    } else if focused {
        (theme.focus_border(), theme.style(Role::Focus))
    } else {
        (theme.border(), theme.style(Role::Border))
    };
    Block::new().borders(Borders::ALL).border_set(set).border_style(style).title(title)
}

/// A panel's title: its key and its name.
#[must_use]
pub fn title(panel: Panel, theme: &Theme) -> Line<'static> {
    let key = panel_key(panel);
    let label =
        if theme.ascii() { panel.label().replace('→', "->") } else { panel.label().into() };
    let none = theme.is_passive() || key.is_empty();
    let key = if none { " ".to_owned() } else { format!(" {key} ") };
    let arrow = format!(" {}", theme.glyph("▼", "v"));
    let arrow = theme.is_marked().then(|| Span::styled(arrow, theme.look_here()));
    let mut line = Line::from_iter(arrow);
    line.extend([
        Span::styled(key, theme.style(Role::Key)),
        Span::styled(format!("{label} "), theme.style(Role::Title)),
    ]);
    line
}

/// Empties a part of the screen, down to the theme's background. Of a letter of two cells that stands half in it nothing is left: it
/// would hide the first cell of what is drawn there.
pub(super) fn clear(frame: &mut Frame, area: Rect, theme: &Theme) {
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, theme.style(Role::Text));
    let Some(before) = area.x.checked_sub(1) else { return };
    let buffer = frame.buffer_mut();
    for y in area.top()..area.bottom() {
        if let Some(cell) = buffer.cell_mut((before, y)).filter(|cell| cell.symbol().width() > 1) {
            cell.set_symbol(" ");
        }
    }
}

/// A box in the middle of the screen, emptied; returns its inside.
pub fn popup(
    frame: &mut Frame,
    screen: Rect,
    width: u16,
    height: u16,
    title: &str,
    theme: &Theme,
) -> Rect {
    // A sliver of the picture at both sides would look like dirt.
    let width = if screen.width.saturating_sub(width) < 6 { screen.width } else { width };
    let height = height.min(screen.height);
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    clear(frame, area, theme);
    let title = Line::styled(format!(" {title} "), theme.style(Role::Title));
    frame.render_widget(block(title, theme, true), area);
    area.inner(Margin::new(2, 1))
}

/// Text in exactly that many columns, left aligned; what is cut is marked.
#[must_use]
pub fn left(text: &str, width: usize, theme: &Theme) -> String {
    pad_left(&fit(text, width, theme), width)
}

/// The same, right aligned.
#[must_use]
pub fn right(text: &str, width: usize, theme: &Theme) -> String {
    pad_right(&fit(text, width, theme), width)
}

/// Text in at most that many columns; of a letter that takes two there is never a half.
pub(super) fn fit(text: &str, width: usize, theme: &Theme) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    if width == 0 {
        return String::new();
    }
    let mut kept = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used >= width {
            break;
        }
        kept.push(letter);
    }
    kept + theme.glyph("…", "~")
}

/// A line in at most that many columns; what is cut is marked.
#[must_use]
pub fn cut(line: Line<'static>, width: usize, theme: &Theme) -> Line<'static> {
    if line.width() <= width {
        return line;
    }
    let mut room = width;
    let mut kept = Line::default().style(line.style);
    for span in line.spans {
        let wide = span.content.width();
        if wide < room {
            room -= wide;
            kept.push_span(span);
        } else {
            // What does not end before the last column gives that column to the mark.
            kept.push_span(Span::styled(
                fit(&(span.content.into_owned() + " "), room, theme),
                span.style,
            ));
            break;
        }
    }
    kept
}

/// A line broken between words into as many as it takes; all but the first are indented by so much.
/// A word that is wider than a line is broken anywhere.
#[must_use]
pub fn wrapped(line: Line<'static>, width: usize, indent: usize) -> Vec<Line<'static>> {
    if line.width() <= width || width <= indent + 4 {
        return vec![line];
    }
    let base = line.style;
    let letters: Vec<(char, Style)> = line
        .spans
        .iter()
        .flat_map(|span| span.content.chars().map(|letter| (letter, span.style)))
        .collect();
    let wide = |letter: char| letter.width().unwrap_or(0);
    // Where a line may end, counted in letters; the blanks there are in no line.
    let text: String = letters.iter().map(|(letter, _)| letter).collect();
    let ends: Vec<usize> =
        breaks(&text).map(|at| text[..at].trim_end_matches(' ').chars().count()).collect();
    let mut lines = Vec::new();
    let mut rest = &letters[..];
    while !rest.is_empty() {
        let from = if lines.is_empty() { 0 } else { indent };
        let mut used = from;
        let fitting = rest.iter().take_while(|(letter, _)| {
            used += wide(*letter);
            used <= width
        });
        let fitting = fitting.count().max(1);
        let begin = letters.len() - rest.len();
        let words = ends.iter().map(|end| end.saturating_sub(begin)).rfind(|&end| end <= fitting);
        // Nothing but the indent before a blank is no word.
        let words = words.filter(|at| rest[..*at].iter().any(|(letter, _)| *letter != ' '));
        let end = if fitting == rest.len() { fitting } else { words.unwrap_or(fitting) };
        let mut next = Line::from(" ".repeat(from)).style(base);
        for (letter, style) in &rest[..end] {
            match next.spans.last_mut().filter(|span| span.style == *style) {
                Some(span) => span.content.to_mut().push(*letter),
                None => next.push_span(Span::styled(letter.to_string(), *style)),
            }
        }
        lines.push(next);
        let blanks = rest[end..].iter().take_while(|(letter, _)| *letter == ' ').count();
        rest = &rest[end + blanks..];
    }
    lines
}

/// A key and what it does, as bars and boxes show them.
#[must_use]
pub fn key_spans(key: &str, label: &str, theme: &Theme) -> [Span<'static>; 2] {
    [
        Span::styled(key.to_owned(), theme.style(Role::Key)),
        Span::styled(format!(" {label}  "), theme.style(Role::Text)),
    ]
}

/// A dim piece of text.
#[must_use]
pub fn dim(text: impl Into<String>, theme: &Theme) -> Span<'static> {
    Span::styled(text.into(), theme.style(Role::Dim))
}

/// A piece of plain text.
#[must_use]
pub fn plain(text: impl Into<String>) -> Span<'static> {
    Span::styled(text.into(), Style::new())
}

/// A duration in the letters that the terminal has.
#[must_use]
pub fn duration(nanos: Nanos, theme: &Theme) -> String {
    if theme.ascii() { units::ascii_duration(nanos) } else { units::duration(nanos) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(spans: Vec<Span<'static>>, width: usize, indent: usize) -> Vec<String> {
        let lines = wrapped(Line::from(spans), width, indent);
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_line_is_broken_between_words_and_keeps_its_styles() {
        let bold = Style::new().bold();
        let spans = || vec![plain(" name  "), Span::styled("one two three", bold)];
        assert_eq!(broken(spans(), 30, 3), [" name  one two three"]);
        assert_eq!(broken(spans(), 15, 3), [" name  one two", "   three"]);
        assert_eq!(broken(spans(), 11, 3), [" name  one", "   two", "   three"]);
        let lines = wrapped(Line::from(spans()), 15, 3);
        assert_eq!(lines[1].spans.last().unwrap().style, bold);
        // A word that is too wide, and letters that take two columns.
        assert_eq!(broken(vec![plain("abcdefghij")], 8, 2), ["abcdefgh", "  ij"]);
        assert_eq!(broken(vec![plain("你好你好")], 6, 1), ["你好你", " 好"]);
    }
}
