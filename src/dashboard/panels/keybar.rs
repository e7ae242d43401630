//! The last line: the keys that work right now, or the filter being typed; a notice on the border
//! above it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::fit::wrap;
use super::parts::clear;
use super::spots::Spots;
use super::{dim, fit, key_spans};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::state::explain::thing::{Boxed, Thing};
use crate::dashboard::state::filter::Filter;
use crate::dashboard::state::notice::{Ended, Notice};
use crate::dashboard::state::{Overlay, State};
use crate::dashboard::theme::{Role, Theme};
use crate::words::strings;

/// Draws the line.
pub fn draw(frame: &mut Frame, area: Rect, state: &State, theme: &Theme, spots: &mut Spots) {
    let (say, names) = (&strings().keybar, &strings().keys.names);
    // What is wrong with the filter, where there is no room for it beside it.
    let mut wrong = None;
    let line = match state.overlay() {
        Overlay::Filter(panel, input) => {
            let (before, behind) = input.halves();
            let filter = Filter::parse(&input.text());
            let panel = panel.label().replace('→', theme.glyph("→", "->"));
            let mut line = Line::from(vec![
                Span::styled(format!(" {} ", (say.filter)(&panel)), theme.style(Role::Title)),
                Span::raw(before),
                Span::styled(theme.glyph("▏", "_"), theme.style(Role::Key)),
                Span::raw(behind),
                Span::raw("   "),
            ]);
            match filter.trouble() {
                Some(trouble) => {
                    let text = trouble.text();
                    if line.width() + text.width() > usize::from(area.width) {
                        wrong = Some(text);
                    } else {
                        line.push_span(Span::styled(text, theme.style(Role::Warn)));
                    }
                }
                None if input.text().is_empty() => line.push_span(dim(say.examples, theme)),
                None => {
                    line.extend(key_spans(names.enter, say.keeps_filter, theme));
                    line.extend(key_spans(names.esc, say.clears_filter, theme));
                }
            }
            line
        }
        Overlay::None => keys_line(area.width, state, theme),
        // Boxes say themselves which keys they take.
        _ => Line::default(),
    };
    frame.render_widget(line, area);
    spots.add(area, Thing::Boxed(Boxed::Keys));
    // The time line stays to be seen.
    let time = state.areas_of(frame.area()).time;
    let base = if time.is_empty() { area } else { time };
    let mut taken = lint(frame, base, state, theme);
    if let Some(lint) = state.scene().lints.found().last() {
        let above = Rect { y: base.y.saturating_sub(taken), height: taken, ..area };
        spots.add(above, lint.symptom.into());
    }
    if let Some(text) = wrong {
        let above = Rect { y: base.y - taken, ..area };
        taken += note(frame, above, &text, Role::Warn, theme);
    }
    let told = state.current_notice().map(Notice::text);
    // As long as the last picture stays, so does what it is the last of.
    let told = told.or_else(|| state.dead().map(Ended::text));
    if let Some(told) = told {
        let taken = taken > 0 || state.stream_says_something();
        notice(frame, (area, base), &told, taken, theme, spots);
    }
}

/// A notice for a while, on the border above the keys, or above the time line (`base`): never on a row
/// that says something itself.
/// Where that border is taken it stands over the keys, and a key takes it away.
fn notice(
    frame: &mut Frame,
    (area, base): (Rect, Rect),
    text: &str,
    taken: bool,
    theme: &Theme,
    spots: &mut Spots,
) {
    if area.is_empty() {
        return;
    }
    let text = format!("{} {text}", theme.glyph("●", "*"));
    let width = usize::from(area.width).saturating_sub(2);
    let above = u16::from(!taken && base.y > 0);
    let rows = wrap(&text, width, usize::from(above) + 1, theme.ascii());
    for (row, y) in rows.iter().zip((base.y - above..base.y).chain([area.y])) {
        let text = fit(&format!(" {row} "), area.width.into(), theme);
        let width = u16::try_from(text.width()).unwrap_or(area.width).min(area.width);
        let whole = y == area.y;
        let place = if whole {
            Rect { y, ..area }
        } else {
            Rect { x: area.x + (area.width - width) / 2, y, width, height: 1 }
        };
        clear(frame, place, theme);
        frame.render_widget(Line::styled(text, theme.style(Role::Warn)), place);
        spots.add(place, Thing::Boxed(Boxed::Notice));
    }
}

/// What looks like a mistake, above the keys; returns how many rows it takes.
fn lint(frame: &mut Frame, area: Rect, state: &State, theme: &Theme) -> u16 {
    let text = state.scene().lint().map(|text| format!("! {text}"));
    text.map_or(0, |text| note(frame, area, &text, Role::Bad, theme))
}

/// A sentence over what lies above `area`, in two rows where it is long; returns how many.
fn note(frame: &mut Frame, area: Rect, text: &str, role: Role, theme: &Theme) -> u16 {
    let room = usize::from(area.width);
    let rows = wrap(text, room.saturating_sub(2), 2.min(usize::from(area.y)), theme.ascii());
    for (row, y) in rows.iter().rev().zip((0..area.y).rev()) {
        let text = fit(&format!(" {row} "), room, theme);
        let place = Rect { y, height: 1, ..area };
        clear(frame, place, theme);
        frame.render_widget(Line::styled(text, theme.style(role)), place);
    }
    u16::try_from(rows.len()).unwrap_or(0)
}

fn keys_line(width: u16, state: &State, theme: &Theme) -> Line<'static> {
    let mut line = Line::from(" ");
    let bar = keys::bar(state);
    // Help and quit are always there.
    let (rest, always): (Vec<_>, Vec<_>) =
        bar.into_iter().partition(|key| !matches!(key.id, Id::Help | Id::Quit));
    let name = |key: &keys::Key| key.first().unwrap_or_default();
    let wide = |key: &keys::Key| name(key).width() + 3 + key.label(state).width();
    let always_wide: usize = always.iter().map(|key| wide(key)).sum();
    // Nothing stands behind the two blanks of the last one.
    let mut room = (usize::from(width) + 2).saturating_sub(1 + always_wide);
    for key in rest {
        if wide(key) > room {
            break;
        }
        room -= wide(key);
        line.extend(key_spans(&name(key), key.label(state), theme));
    }
    for key in always {
        line.extend(key_spans(&name(key), key.label(state), theme));
    }
    line
}
