//! Where a lesson says to look: arrows at both sides of a line, or of a column's heading. The frame of
//! a panel is drawn with the panel.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Span;

use crate::dashboard::geometry::{MARKS, columns, head_rows};
use crate::dashboard::layout::{Areas, Panel};
use crate::dashboard::state::State;
use crate::dashboard::state::stream::StreamEntry;
use crate::dashboard::theme::Theme;
use crate::lesson::Look;
use crate::telemetry::Kind;

/// Draws the arrows on the borders beside the line.
pub(super) fn draw(frame: &mut Frame, areas: &Areas, state: &State, theme: &Theme) {
    let Some(line) = state.looks_at().and_then(|look| place(look, areas, state)) else { return };
    let style = theme.look_here();
    let arrows = [(line.left(), theme.glyph("▶", ">")), (line.right() - 1, theme.glyph("◀", "<"))];
    for (x, arrow) in arrows {
        frame.render_widget(Span::styled(arrow, style), Rect { x, width: 1, ..line });
    }
}

/// The line in its panel, with the borders at both sides; of a heading the blanks at both sides.
fn place(look: Look, areas: &Areas, state: &State) -> Option<Rect> {
    let panel = state.panel_of(look)?;
    let area = areas.of(panel)?;
    let inner = area.inner(Margin::new(1, 1));
    let row = match look {
        Look::Row(name) => {
            let table = &state.scene().table;
            let line = state.line_of(name)?.checked_sub(table.top())?;
            let scene = state.scene();
            line + head_rows(scene.listener, &scene.others, inner.height.into())
        }
        Look::Column(name) => return heading(name, inner, state),
        Look::Line(kind) if panel == Panel::Code => line_of_code(kind, area, state)?,
        Look::Line(kind) => {
            let lines = state.scene().stream.lines(inner.height.into());
            let is_it = |entry: &StreamEntry| matches!(entry, StreamEntry::Event(event) if event.event.what.kind() == kind);
            let found = lines.enumerate().filter(|(_, entry)| is_it(entry));
            found.last()?.0
        }
        _ => return None,
    };
    let y = inner.y.checked_add(u16::try_from(row).ok()?)?;
    (y < inner.bottom()).then_some(Rect { y, height: 1, ..area })
}

/// The heading of a column of the table, where there is room for the column.
fn heading(name: &str, inner: Rect, state: &State) -> Option<Rect> {
    let mut x = inner.x + MARKS;
    for (column, width) in columns(&state.scene().table, inner.width) {
        if column.name() == name && inner.height > 0 {
            return Some(Rect { x: x - 1, width: width + 2, height: 1, ..inner });
        }
        x += width + 1;
    }
    None
}

/// The row of the source whose call of that kind is next, or was the last.
fn line_of_code(kind: Kind, area: Rect, state: &State) -> Option<usize> {
    let (view, marks) = (state.code()?, state.marks());
    let is_next = marks.next.is_some_and(|(_, call)| call.kind == Some(kind));
    let is_last = marks.last.is_some_and(|(call, _)| call.kind == Some(kind));
    let rows = view.rows(state.code_rows(area));
    rows.iter().position(|row| {
        is_next && view.next(row.line).is_some()
            || !is_next && is_last && view.result(row.line).is_some()
    })
}
