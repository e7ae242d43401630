//! What a program that is traced has written, in the place of the event stream.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};

use super::spots::Spots;
use super::{block, cut, dim, title};
use crate::dashboard::layout::Panel;
use crate::dashboard::state::State;
use crate::dashboard::state::explain::thing::{Detail, Thing};
use crate::dashboard::theme::{Role, Theme};
use crate::words::{strings, units};

/// Draws the panel.
pub(super) fn draw(
    frame: &mut Frame,
    area: Rect,
    state: &State,
    theme: &Theme,
    focused: bool,
    spots: &mut Spots,
) {
    let (say, output) = (&strings().stream, state.output());
    let mut head = title(Panel::Stream, theme);
    let text = (say.written)(&units::bytes(output.all()));
    head.push_span(Span::styled(format!(" {text} "), theme.style(Role::Warn)));
    frame.render_widget(block(head, theme, focused), area);
    let inner = area.inner(Margin::new(1, 1));
    spots.add(inner, Thing::Detail(Detail::Output));
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let lines = output.lines();
    let from = lines.len().saturating_sub(height);
    for (line, y) in lines[from..].iter().zip(inner.top()..) {
        let line = Line::styled(format!(" {line}"), theme.style(Role::Text));
        frame.render_widget(cut(line, width, theme), Rect { y, height: 1, ..inner });
    }
    if lines.is_empty() && height > 0 {
        let text = dim(format!(" {}", say.nothing_written), theme);
        frame.render_widget(Line::from(text), Rect { height: 1, ..inner });
    }
}
