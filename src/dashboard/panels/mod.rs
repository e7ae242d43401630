//! What is drawn: one file for each thing on the screen, and the whole screen in [`draw`].

pub mod before;
pub mod card;
pub mod charts;
pub mod chooser;
pub mod code;
pub mod costs;
pub mod dead;
pub mod engine;
mod fit;
pub mod header;
pub mod help;
pub mod keybar;
mod lessons;
mod mark;
pub mod options;
mod parts;
pub mod prompt;
pub mod seats;
pub mod stream;
mod strip;
pub mod table;
mod tabs;
pub mod too_small;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;

pub(super) use self::fit::wrap;
use self::header::{Badge, HeaderView};
use self::parts::fit;
pub use self::parts::{
    block, cut, dim, duration, key_spans, left, plain, popup, right, title, wrapped,
};
use super::layout::{LEAST, Panel};
use super::state::{Overlay, State, by_server};
use super::theme::{Role, Theme};
use crate::lesson::Look;
use crate::telemetry::Standing;
use crate::words::strings;

/// Draws the screen.
pub fn draw(frame: &mut Frame, state: &State, theme: &Theme) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, theme.style(Role::Text));
    // Not the size that the state knows: by now the terminal may have been made smaller.
    let areas = state.areas_of(area);
    if let Some(reason) = state.dead() {
        return dead::draw(frame, area, &reason.text(), theme);
    }
    if areas.too_small {
        return too_small::draw(frame, area, LEAST, theme);
    }
    header(frame, areas.header, state, theme);
    strip::draw(frame, areas.strip, state, theme);
    let (plain, marked) = (theme, theme.marked());
    let look = state.looks_at().and_then(|look| state.panel_of(look));
    for &(panel, area) in &areas.panels {
        let theme = if look == Some(panel) { &marked } else { plain };
        let focused = panel == state.focus();
        match panel {
            Panel::Table => table::draw(frame, area, state, theme, focused),
            Panel::Stream => stream::draw(frame, area, state, theme, focused),
            Panel::Card => card::draw(frame, area, state, theme, focused),
            Panel::Loop => {
                let scene = state.scene();
                engine::draw(frame, area, &scene.engine, &scene.table, theme, focused);
            }
            Panel::Seats => seats::draw(frame, area, state.scene(), theme, focused),
            Panel::Costs => {
                let scene = state.scene();
                let figures = scene.costs.figures(&scene.rates, theme.ascii());
                costs::draw(frame, area, &figures, state.card_top(), theme, focused);
            }
            Panel::Code => code::draw(frame, area, state, theme, focused),
            Panel::Charts => {
                let scene = state.scene();
                let spread = (&scene.charts, scene.costs.latencies());
                charts::draw(frame, area, spread, &scene.rates, theme, focused);
            }
        }
    }
    mark::draw(frame, &areas, state, theme);
    tabs::draw(frame, areas.tabs, state, theme);
    keybar::draw(frame, areas.bar, state, theme);
    match state.overlay() {
        Overlay::None | Overlay::Filter(..) => {}
        Overlay::Help(search, top) => {
            help::draw(frame, area, state.focus(), (search, *top), theme);
        }
        Overlay::Confirm(confirm) => prompt::confirm(frame, area, confirm, theme),
        Overlay::IdleSeconds(input) => prompt::idle(frame, area, input, state, theme),
        Overlay::HowMany(input) => prompt::how_many(frame, area, input, state, theme),
        Overlay::Choose(at) => chooser::draw(frame, area, *at, state, theme),
        Overlay::Before(newer) => before::draw(frame, area, *newer, state, theme),
        Overlay::Options(menu) => options::draw(frame, area, menu, state, theme),
        Overlay::Lessons(list) => lessons::draw(frame, area, *list, state, theme),
        Overlay::Servers(at) => chooser::servers(frame, area, *at, state, theme),
    }
}

/// Name, URL, badges and rates. The badge of the loop is live, also over a frozen picture.
fn header(frame: &mut Frame, area: Rect, state: &State, theme: &Theme) {
    let marked = theme.marked();
    let looked_at = state.looks_at() == Some(Look::Header);
    let theme = if looked_at { &marked } else { theme };
    let live = state.live();
    let stood = live.now.saturating_sub(live.standing.since);
    // Which call is next must be seen whatever panels are shown.
    let next = state.live().next_call().map(|next| {
        let fd =
            if next.kind.is_wait() || next.fd < 0 { String::new() } else { next.fd.to_string() };
        (strings().header.next)(next.kind.name(), &fd)
    });
    let short = |setting| (strings().options.short)(setting);
    let scene = state.scene();
    let (examined, loop_cpu) = (scene.costs.examined(&scene.rates), scene.costs.loop_cpu());
    let unusual: Vec<String> =
        live.listener.iter().flat_map(by_server::unusual).map(short).collect();
    let view = HeaderView {
        asks: live.listener.map(|listener| listener.server.asks()),
        examined: examined.as_deref(),
        loop_cpu: loop_cpu.as_deref(),
        latency: scene.costs.latencies().percentiles(),
        url: state.url(),
        server: live.listener.map_or("", |listener| by_server::title(listener.server)),
        options: &unusual,
        rates: &scene.rates,
        badge: Badge::new(Standing { mode: state.mode(), ..live.standing }, stood),
        frozen: state.frozen_for(),
        waits: scene.engine.longest_wait(),
        lost: live.lost.all(),
        notice: next.as_deref(),
    };
    header::draw(frame, area, &view, theme);
}
