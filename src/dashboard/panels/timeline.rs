//! The time line, while the picture is of another time than now: what is kept, the cursor in it, and
//! what happened when.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::fit;
use super::spots::Spots;
use crate::dashboard::geometry;
use crate::dashboard::state::State;
use crate::dashboard::state::checkpoints::Indexed;
use crate::dashboard::state::explain::thing::{Gauge, Thing};
use crate::dashboard::state::history::marks::{Mark, part};
use crate::dashboard::theme::{Role, Theme};
use crate::words::{strings, units};

/// Draws it.
pub(super) fn draw(frame: &mut Frame, area: Rect, state: &State, theme: &Theme, spots: &mut Spots) {
    let Some(kept) = state.kept().filter(|_| !area.is_empty()) else { return };
    spots.add(area, Thing::Gauge(Gauge::Frozen));
    let track = geometry::track(area);
    let width = usize::from(track.width);
    let (marks, known) = state.happened(kept, width);
    let cursor = part(kept, width, state.scene().now);
    let mut line = Line::default();
    for (at, mark) in marks.into_iter().enumerate() {
        let (sign, role) = match mark {
            _ if Some(at) == cursor => (theme.glyph("◆", "#"), Role::Key),
            // What is not known yet.
            None if at >= known => (" ", Role::Dim),
            None => (theme.glyph("·", "."), Role::Dim),
            Some(Mark::Events) => (theme.glyph("─", "-"), Role::Dim),
            Some(Mark::Accept) => ("+", Role::Good),
            Some(Mark::Closed) => (theme.glyph("×", "x"), Role::Text),
            Some(Mark::Lost) => ("?", Role::Warn),
            Some(Mark::Mistake) => ("!", Role::Bad),
        };
        line.push_span(Span::styled(sign, theme.style(role)));
    }
    let (from, now) = kept;
    let recorded = state.recording().is_some();
    let age = if recorded { from } else { now.saturating_sub(from) };
    let age = if theme.ascii() { units::ascii_duration(age) } else { units::duration(age) };
    let left = Rect { width: track.x - area.x, ..area };
    let right = Rect { x: track.right(), width: area.right() - track.right(), ..area };
    let held = units::bytes(state.history().held() as u64);
    let (first, last) = if recorded {
        let end = if theme.ascii() { units::ascii_duration(now) } else { units::duration(now) };
        let last = match state.indexed().and_then(Indexed::part) {
            Some((part, whole)) => (strings().back.indexed)(&units::percent(part, whole)),
            None => (strings().back.ends_at)(&end),
        };
        (format!(" {}", if from == 0 { "0" } else { &age }), last)
    } else {
        (format!(" -{age}"), (strings().back.now)(&held))
    };
    for (text, place) in [(first, left), (format!(" {last}"), right)] {
        let text = fit(&text, place.width.into(), theme);
        frame.render_widget(Line::styled(text, theme.style(Role::Dim)), place);
    }
    frame.render_widget(line, track);
}
