//! The last line: the keys that work right now, or the filter being typed; a notice above it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use super::fit::wrap;
use super::{dim, fit, key_spans};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::state::filter::Filter;
use crate::dashboard::state::{Overlay, State};
use crate::dashboard::theme::{Role, Theme};

/// Draws the line.
pub fn draw(frame: &mut Frame, area: Rect, state: &State, theme: &Theme) {
    let line = match state.overlay() {
        Overlay::Filter(panel, input) => {
            let (before, behind) = input.halves();
            let trouble = Filter::parse(&input.text()).trouble().map(str::to_owned);
            let mut line = Line::from(vec![
                Span::styled(
                    format!(" filter {}: ", panel.label().replace('→', theme.glyph("→", "->"))),
                    theme.style(Role::Title),
                ),
                Span::raw(before),
                Span::styled(theme.glyph("▏", "_"), theme.style(Role::Key)),
                Span::raw(behind),
                Span::raw("   "),
            ]);
            match trouble {
                Some(trouble) => line.push_span(Span::styled(trouble, theme.style(Role::Warn))),
                None if input.text().is_empty() => line.push_span(dim(
                    "text  fd:9  state:reading  kind:recv  idle>5  in>1k  !not",
                    theme,
                )),
                None => {
                    line.extend(key_spans("Enter", "keeps it", theme));
                    line.extend(key_spans("Esc", "clears it", theme));
                }
            }
            line
        }
        Overlay::None => keys_line(area.width, state, theme),
        // Boxes say themselves which keys they take.
        _ => Line::default(),
    };
    frame.render_widget(line, area);
    if let Some(text) = state.current_notice()
        && area.y > 0
    {
        let room = usize::from(area.width);
        let text = format!("{} {text}", theme.glyph("●", "*"));
        // A long one has two rows.
        let rows = wrap(&text, room.saturating_sub(2), 2.min(usize::from(area.y)), theme.ascii());
        for (row, y) in rows.iter().rev().zip((0..area.y).rev()) {
            let text = fit(&format!(" {row} "), room, theme);
            let width = u16::try_from(text.chars().count()).unwrap_or(area.width);
            let place = Rect { x: area.x + (area.width - width) / 2, y, width, height: 1 };
            frame.render_widget(Clear, place);
            frame.render_widget(Line::styled(text, theme.style(Role::Warn)), place);
        }
    }
}

fn keys_line(width: u16, state: &State, theme: &Theme) -> Line<'static> {
    let mut line = Line::from(" ");
    let bar = keys::bar(state);
    // Help and quit are always there.
    let (rest, always): (Vec<_>, Vec<_>) =
        bar.into_iter().partition(|key| !matches!(key.id, Id::Help | Id::Quit));
    let wide =
        |key: &keys::Key| key.presses[0].label().len() + 3 + key.label(state).chars().count();
    let mut room =
        usize::from(width).saturating_sub(1 + always.iter().map(|k| wide(k)).sum::<usize>());
    for key in rest {
        if wide(key) > room {
            break;
        }
        room -= wide(key);
        line.extend(key_spans(&key.presses[0].label(), key.label(state), theme));
    }
    for key in always {
        line.extend(key_spans(&key.presses[0].label(), key.label(state), theme));
    }
    line
}
