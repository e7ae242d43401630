//! What is drawn: one file for each thing on the screen, and the whole screen in [`draw`].

pub mod before;
pub mod card;
pub mod charts;
pub mod chooser;
pub mod class;
pub mod code;
pub mod costs;
pub mod dead;
pub mod engine;
pub mod explain;
mod fit;
pub mod header;
pub mod help;
pub mod join;
pub mod keybar;
mod lessons;
mod mark;
pub mod options;
mod output;
mod parts;
pub mod prompt;
pub mod seats;
pub mod spots;
pub mod stream;
mod strip;
pub mod table;
mod tabs;
mod timeline;
pub mod too_small;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

use std::io;

use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

pub(super) use self::fit::wrap;
use self::header::{Badge, HeaderView};
use self::parts::fit;
pub use self::parts::{
    block, cut, dim, duration, key_spans, left, plain, popup, right, title, wrapped,
};
use self::spots::Spots;
use super::keys::{self, Id};
use super::layout::{Areas, LEAST, Panel};
use super::state::explain::thing::{Place, Thing};
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
    if let Some(reason) = state.dead().filter(|end| !end.leaves_the_picture()) {
        return dead::draw(frame, area, &reason.text(), theme);
    }
    if areas.too_small {
        return too_small::draw(frame, area, LEAST, theme);
    }
    let mut spots = Spots::when(matches!(state.overlay(), Overlay::Explain(_)));
    picture(frame, &areas, state, theme, &mut spots);
    match state.overlay() {
        Overlay::None | Overlay::Filter(..) => {}
        Overlay::Join(shown) => {
            if let Some(joined) = state.join() {
                let keys = join::Keys {
                    address: strings().keys.names.tab,
                    wifi: "w",
                    code: "n",
                    close: strings().keys.names.esc,
                };
                join::draw(frame, area, &joined, *shown, &keys, theme);
            }
        }
        Overlay::Help(search, top) => {
            help::draw(frame, area, state.focus(), (search, *top), theme);
        }
        Overlay::Confirm(confirm) => prompt::confirm(frame, area, confirm, theme),
        Overlay::IdleSeconds(input) => prompt::idle(frame, area, input, state, theme),
        Overlay::HowMany(input) => prompt::how_many(frame, area, input, state, theme),
        Overlay::Keep(input) => prompt::keep(frame, area, input, theme),
        Overlay::Jump(input) => prompt::jump(frame, area, input, state, theme),
        Overlay::Choose(at) => chooser::draw(frame, area, *at, state, theme),
        Overlay::Before(newer) => before::draw(frame, area, *newer, state, theme),
        Overlay::Options(menu) => options::draw(frame, area, menu, state, theme),
        Overlay::Lessons(list) => lessons::draw(frame, area, *list, state, theme),
        Overlay::Servers(at) => chooser::servers(frame, area, *at, state, theme),
        Overlay::Explain(card) => explain::draw(frame, area, card, &spots, theme),
    }
}

/// Everything but what lies over the panels.
fn picture(frame: &mut Frame, areas: &Areas, state: &State, theme: &Theme, spots: &mut Spots) {
    header(frame, areas.header, state, theme, spots);
    strip::draw(frame, areas.strip, state, theme, spots);
    let (plain, marked) = (theme, theme.marked());
    let look = state.looks_at().and_then(|look| state.panel_of(look));
    for &(panel, area) in &areas.panels {
        let theme = if look == Some(panel) { &marked } else { plain };
        let focused = panel == state.focus();
        match panel {
            Panel::Table => table::draw(frame, area, state, theme, focused, spots),
            Panel::Stream if state.shows_output() => {
                output::draw(frame, area, state, theme, focused, spots);
            }
            Panel::Stream => stream::draw(frame, area, state, theme, focused, spots),
            Panel::Card => card::draw(frame, area, state, theme, focused, spots),
            Panel::Loop => {
                let scene = state.scene();
                engine::draw(frame, area, &scene.engine, &scene.table, theme, focused, spots);
            }
            Panel::Seats => seats::draw(frame, area, state.scene(), theme, focused, spots),
            Panel::Costs => {
                let scene = state.scene();
                let figures = scene.costs.figures(&scene.rates, theme.ascii());
                costs::draw(frame, area, &figures, state.card_top(), theme, focused, spots);
            }
            Panel::Class => class::draw(frame, area, state, theme, focused, spots),
            Panel::Code => code::draw(frame, area, state, theme, focused, spots),
            Panel::Charts => {
                let scene = state.scene();
                let spread = (&scene.charts, scene.costs.latencies());
                charts::draw(frame, area, spread, &scene.rates, theme, focused, spots);
            }
        }
        if matches!(panel, Panel::Table | Panel::Stream | Panel::Card | Panel::Loop) {
            spots.add_bits(frame.buffer_mut(), area);
        }
    }
    mark::draw(frame, areas, state, theme);
    tabs::draw(frame, areas.tabs, state, theme, spots);
    timeline::draw(frame, areas.time, state, theme, spots);
    keybar::draw(frame, areas.bar, state, theme, spots);
}

/// What somebody points at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Under {
    /// That thing, among those of that place.
    Thing(Place, Thing),
    /// The card that explains something else.
    Card,
    /// Nothing that can be explained.
    Nothing,
}

/// Has explained what lies at a position of the screen.
pub fn explain_under(state: &mut State, theme: &Theme, at: Position) {
    match under(state, theme, at) {
        Under::Thing(place, thing) => state.explain(Some((place, thing)), at),
        Under::Nothing => state.explain(None, at),
        Under::Card => {}
    }
}

/// What lies at a position of the screen: found by drawing the picture once more, where nobody sees it.
#[must_use]
pub fn under(state: &State, theme: &Theme, at: Position) -> Under {
    let (areas, mut spots) = (state.areas(), Spots::when(true));
    let (width, height) = state.screen();
    let screen = Rect::new(0, 0, width, height);
    let hidden = state.dead().is_some_and(|end| !end.leaves_the_picture());
    if hidden || areas.too_small || !screen.contains(at) {
        return Under::Nothing;
    }
    let options = TerminalOptions { viewport: Viewport::Fixed(screen) };
    let nowhere = Terminal::with_options(CrosstermBackend::new(io::sink()), options);
    let Ok(mut nowhere) = nowhere else { return Under::Nothing };
    picture(&mut nowhere.get_frame(), &areas, state, theme, &mut spots);
    if let Overlay::Explain(card) = state.overlay()
        && explain::place(screen, card, &spots).contains(at)
    {
        return Under::Card;
    }
    let panel = areas.panels.iter().find(|(_, area)| area.contains(at)).map(|(panel, _)| *panel);
    let place = panel.map(Place::Panel);
    match (spots.at(at), place) {
        (Some(thing), place) => Under::Thing(place.unwrap_or(thing.home()), thing),
        (None, Some(place)) => Under::Thing(place, place.first()),
        (None, None) => Under::Nothing,
    }
}

/// What runs: one of our own, or another's program and the server that goes the same way.
fn running(state: &State) -> String {
    let server = state.scene().listener.map(|listener| listener.server);
    match (state.program(), server) {
        (Some(program), Some(server)) => format!("{program} ({})", server.name()),
        (Some(program), None) => program.to_owned(),
        (None, server) => server.map_or("", by_server::title).to_owned(),
    }
}

/// How a picture goes on in time that is not of now; the longest first.
fn plays(state: &State, theme: &Theme) -> Option<[String; 3]> {
    let (play, say) = (state.play(), &strings().back);
    let speed = match play.speed() {
        (faster, 1) => format!("{}{faster}", theme.glyph("×", "x")),
        (_, slower) => format!("{}{slower}", theme.glyph("÷", "/")),
    };
    let Some(recording) = state.recording() else {
        let age = state.frozen_for().filter(|_| play.on)?;
        let text = (say.plays)(&duration(age, theme), &speed);
        return Some([text.clone(), text.clone(), text]);
    };
    let stands = match play.speed() {
        (1, 1) => say.stands.to_owned(),
        _ => format!("{} {speed}", say.stands),
    };
    let how = match () {
        () if state.reads_ahead() => say.reads,
        () if play.on => &*speed,
        () => &*stands,
    };
    let end = recording.end.map(|end| duration(end, theme));
    // The picture may stand while it is read on.
    let scene = if state.reads_ahead() { state.live() } else { state.scene() };
    let at = duration(scene.now, theme);
    Some(if recording.is_filmed {
        (say.filmed)(&at, end.as_deref())
    } else {
        (say.recording)(how, &at, end.as_deref())
    })
}

/// Name, URL, badges and rates. The badge of the loop is live, also over a frozen picture.
fn header(frame: &mut Frame, area: Rect, state: &State, theme: &Theme, spots: &mut Spots) {
    let marked = theme.marked();
    let looked_at = state.looks_at() == Some(Look::Header);
    let theme = if looked_at { &marked } else { theme };
    // A recording's server is what it was then.
    let live = if state.recording().is_some() { state.scene() } else { state.live() };
    let stood = live.now.saturating_sub(live.standing.since);
    // Which call is next must be seen whatever panels are shown; beside a picture of before it would
    // be taken for one of then.
    let next = live
        .next_call()
        .filter(|_| state.recording().is_some() || !state.is_stepped_back())
        .map(|next| {
            let fd = if next.kind.is_wait() || next.fd < 0 {
                String::new()
            } else {
                next.fd.to_string()
            };
            (strings().header.next)(next.name(), &fd)
        });
    let short = |setting| (strings().options.short)(setting);
    let scene = state.scene();
    let (examined, loop_cpu) = (scene.costs.examined(&scene.rates), scene.costs.loop_cpu());
    let delay = state.delay().map(|delay| (strings().run.delayed)(&duration(delay, theme)));
    let unusual = scene.listener.iter().flat_map(by_server::unusual).map(short);
    let unusual: Vec<String> = unusual.chain(delay).collect();
    let now = keys::name(Id::Freeze);
    let plays = plays(state, theme);
    let mode = if state.recording().is_some() { live.standing.mode } else { state.mode() };
    let view = HeaderView {
        asks: scene.listener.map(|listener| listener.server.asks()),
        examined: examined.as_deref(),
        loop_cpu: loop_cpu.as_deref(),
        latency: scene.costs.latencies().percentiles(),
        url: state.url(),
        class: state.class_url(),
        server: &running(state),
        options: &unusual,
        rates: &scene.rates,
        badge: Badge::new(Standing { mode, ..live.standing }, stood),
        frozen: state.frozen_for(),
        back: state.is_stepped_back().then_some(&*now),
        plays: plays.as_ref(),
        waits: scene.engine.longest_wait(),
        lost: scene.lost.all(),
        notice: next.as_deref(),
    };
    header::draw(frame, area, &view, theme, spots);
}
