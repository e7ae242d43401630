//! Where a lesson says to look: arrows at both sides of a line. The frame of a panel is drawn with the
//! panel.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Span;

use crate::dashboard::geometry::head_rows;
use crate::dashboard::layout::{Areas, Panel};
use crate::dashboard::state::State;
use crate::dashboard::state::lessons::panel_of;
use crate::dashboard::state::stream::StreamEntry;
use crate::dashboard::theme::{Role, Theme};
use crate::lesson::{Look, Run};

/// Where to look now.
pub(super) fn look(state: &State) -> Option<Look> {
    state.lessons().run().and_then(Run::look)
}

/// The panel that gets the frame.
pub(super) fn panel(state: &State) -> Option<Panel> {
    look(state).and_then(panel_of)
}

/// Draws the arrows on the borders beside the line.
pub(super) fn draw(frame: &mut Frame, areas: &Areas, state: &State, theme: &Theme) {
    let Some(line) = look(state).and_then(|look| place(look, areas, state)) else { return };
    let style = theme.style(Role::Warn);
    let arrows = [(line.left(), theme.glyph("▶", ">")), (line.right() - 1, theme.glyph("◀", "<"))];
    for (x, arrow) in arrows {
        frame.render_widget(Span::styled(arrow, style), Rect { x, width: 1, ..line });
    }
}

/// The line in its panel, with the borders at both sides.
fn place(look: Look, areas: &Areas, state: &State) -> Option<Rect> {
    let area = areas.of(panel_of(look)?)?;
    let inner = area.inner(Margin::new(1, 1));
    let row = match look {
        Look::Row(name) => {
            let table = &state.scene().table;
            let line = state.line_of(name)?.checked_sub(table.top())?;
            line + head_rows(state.scene().listener)
        }
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
