//! What is drawn: one file for each thing on the screen, and the whole screen in [`draw`].

pub mod card;
pub mod charts;
pub mod chooser;
pub mod costs;
pub mod dead;
pub mod engine;
mod fit;
pub mod header;
pub mod help;
pub mod keybar;
pub mod prompt;
pub mod seats;
pub mod stream;
pub mod table;
pub mod too_small;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear};

pub(super) use self::fit::wrap;
use self::header::{Badge, HeaderView};
use super::layout::{LEAST, Panel};
use super::state::{Overlay, State, by_server};
use super::theme::{Role, Theme};
use crate::telemetry::Standing;

/// Draws the screen.
pub fn draw(frame: &mut Frame, state: &State, theme: &Theme) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, theme.style(Role::Text));
    // Not as the state was told: by now the terminal may have been made smaller.
    let areas = state.areas_of(area);
    if let Some(reason) = state.dead() {
        return dead::draw(frame, area, reason, theme);
    }
    if areas.too_small {
        return too_small::draw(frame, area, LEAST, theme);
    }
    header(frame, areas.header, state, theme);
    for &(panel, area) in &areas.panels {
        let focused = panel == state.focus();
        match panel {
            Panel::Table => table::draw(frame, area, state, theme, focused),
            Panel::Stream => stream::draw(frame, area, state, theme, focused),
            Panel::Card => card::draw(frame, area, state, theme, focused),
            Panel::Loop => engine::draw(frame, area, &state.scene().engine, theme, focused),
            Panel::Seats => seats::draw(frame, area, state.scene(), theme, focused),
            Panel::Costs => {
                let scene = state.scene();
                let figures = scene.costs.figures(&scene.rates, theme.ascii());
                costs::draw(frame, area, &figures, state.card_top(), theme, focused);
            }
            Panel::Charts => {
                let scene = state.scene();
                charts::draw(frame, area, &scene.charts, &scene.rates, theme, focused);
            }
        }
    }
    keybar::draw(frame, areas.bar, state, theme);
    match state.overlay() {
        Overlay::None | Overlay::Filter(..) => {}
        Overlay::Help(search, top) => help::draw(frame, area, search, *top, theme),
        Overlay::Confirm(confirm) => prompt::confirm(frame, area, confirm, theme),
        Overlay::IdleSeconds(input) => prompt::idle(frame, area, input, state, theme),
        Overlay::Choose(at) => chooser::draw(frame, area, *at, state, theme),
        Overlay::Servers(at) => chooser::servers(frame, area, *at, state, theme),
    }
}

/// Name, URL, badges and rates. How the loop is is told live, also over a frozen picture.
fn header(frame: &mut Frame, area: Rect, state: &State, theme: &Theme) {
    let live = state.live();
    let stood = live.now.saturating_sub(live.standing.since);
    // Which call is next must be seen whatever panels are shown.
    let next = state.live().next_call().map(|next| {
        let fd =
            if next.kind.is_wait() || next.fd < 0 { String::new() } else { next.fd.to_string() };
        format!("next: {}({fd})", next.kind.name())
    });
    let scene = state.scene();
    let figures = match area.height {
        4.. => costs::brief(&scene.costs.figures(&scene.rates, theme.ascii()), theme),
        _ => Vec::new(),
    };
    let view = HeaderView {
        asks: live.listener.map(|listener| listener.server.asks()),
        costs: &figures,
        url: state.url(),
        server: live.listener.map_or("", |listener| by_server::title(listener.server)),
        rates: &scene.rates,
        badge: Badge::new(Standing { mode: state.mode(), ..live.standing }, stood),
        frozen: state.frozen_for(),
        lost: live.lost.all(),
        notice: next.as_deref(),
    };
    header::draw(frame, area, &view, theme);
}

/// A panel's border, with its title. The panel with the keyboard has a thick one and a mark.
#[must_use]
pub fn block(title: Line<'static>, theme: &Theme, focused: bool) -> Block<'static> {
    let (set, style) = if focused {
        (theme.focus_border(), theme.style(Role::Focus))
    } else {
        (theme.border(), theme.style(Role::Border))
    };
    Block::new().borders(Borders::ALL).border_set(set).border_style(style).title(title)
}

/// A panel's title: the number of its key and its name.
#[must_use]
pub fn title(panel: Panel, theme: &Theme) -> Line<'static> {
    let number = Panel::ALL.iter().position(|&other| other == panel).unwrap_or(0) + 1;
    let label =
        if theme.ascii() { panel.label().replace('→', "->") } else { panel.label().into() };
    let number = if theme.is_passive() { " ".to_owned() } else { format!(" {number} ") };
    Line::from(vec![
        Span::styled(number, theme.style(Role::Key)),
        Span::styled(format!("{label} "), theme.style(Role::Title)),
    ])
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
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, theme.style(Role::Text));
    let title = Line::styled(format!(" {title} "), theme.style(Role::Title));
    frame.render_widget(block(title, theme, true), area);
    area.inner(Margin::new(2, 1))
}

/// Text in exactly that many columns, left aligned; what is cut is marked.
#[must_use]
pub fn left(text: &str, width: usize, theme: &Theme) -> String {
    let text = fit(text, width, theme);
    format!("{text:<width$}")
}

/// The same, right aligned.
#[must_use]
pub fn right(text: &str, width: usize, theme: &Theme) -> String {
    let text = fit(text, width, theme);
    format!("{text:>width$}")
}

/// Text in at most that many columns. What reaches this is ASCII and glyphs of one column.
fn fit(text: &str, width: usize, theme: &Theme) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    if width == 0 { kept } else { kept + theme.glyph("…", "~") }
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
        let wide = span.content.chars().count();
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
