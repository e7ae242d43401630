//! What the panes are made of: their titles, and lists with a cursor.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};

use crate::dashboard::attached::rows::Cursor;
use crate::dashboard::panels::{block, cut, plain};
use crate::dashboard::theme::{Role, Theme};

/// The arrows to and from the other end.
pub(super) fn arrows(theme: &Theme) -> [&'static str; 2] {
    [theme.glyph("→", "->"), theme.glyph("←", "<-")]
}

/// A pane's title: its key and its name.
pub(super) fn named(place: usize, name: &str, theme: &Theme) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!(" {place} "), theme.style(Role::Key)),
        Span::styled(format!("{name} "), theme.style(Role::Title)),
    ])
}

/// Draws a list of so many rows with a cursor, in a pane with that title.
pub(super) fn lines(
    frame: &mut Frame,
    area: Rect,
    (title, head): (Line<'static>, Vec<Line<'static>>),
    (count, row): (usize, impl Fn(usize) -> Line<'static>),
    cursor: &Cursor,
    theme: &Theme,
    focused: bool,
) {
    frame.render_widget(block(title, theme, focused), area);
    let inner = area.inner(Margin::new(1, 1));
    let mut y = inner.y;
    for line in head.into_iter().take(inner.height.into()) {
        let line = cut(line, inner.width.into(), theme);
        frame.render_widget(line, Rect { y, height: 1, ..inner });
        y += 1;
    }
    let room = usize::from(inner.bottom().saturating_sub(y));
    let top = cursor.top(room);
    for at in (top..count).take(room) {
        let mut line = cut(row(at), inner.width.into(), theme);
        if focused && at == cursor.at {
            let blank = usize::from(inner.width).saturating_sub(line.width());
            line.push_span(plain(" ".repeat(blank)));
            line = line.style(theme.style(Role::Selected));
            for span in &mut line.spans {
                span.style = theme.style(Role::Selected);
            }
        }
        frame.render_widget(line, Rect { y, height: 1, ..inner });
        y += 1;
    }
}
