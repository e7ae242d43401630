//! **tabs**: every panel by its number and name, so that what is not shown can be found.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::spots::Spots;
use crate::dashboard::geometry::tabs;
use crate::dashboard::state::State;
use crate::dashboard::state::explain::thing::Thing;
use crate::dashboard::theme::{Role, Theme};

/// Draws the strip: the panel with the focus stands out, those that are not shown stand back.
pub(super) fn draw(frame: &mut Frame, area: Rect, state: &State, theme: &Theme, spots: &mut Spots) {
    let areas = state.areas();
    for (panel, place, text) in tabs(area, state.focus(), state.shows_class()) {
        spots.add(place, Thing::Panel(panel));
        let role = if panel == state.focus() {
            Role::Selected
        } else if areas.of(panel).is_some() {
            Role::Text
        } else {
            Role::Dim
        };
        let text = if theme.ascii() { text.replace('→', ">") } else { text };
        frame.render_widget(Span::styled(text, theme.style(role)), place);
    }
}
