//! The charts: what happened in each second, and how it is distributed.
//!
//! The panel is cut into tiles. A small one has few of them, and the most useful come first.
//! Each tile says its value now, what its full height is (a round number) and how far back it goes, so
//! that a number can be read from the picture.
//!
//! | file | what lives there |
//! |---|---|
//! | `charts` | which tiles there are and where each is; the tile of figures |
//! | `picture` | what every chart is made of: title, scale, bars, axis |
//! | `rate` | a chart of the last seconds |
//! | `scale` | where an axis ends, and what stands at it |
//! | `spread` | charts of how something is distributed |

mod picture;
mod rate;
mod scale;
mod spread;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use self::picture::Painter;
pub use self::picture::sparkline;
use super::fit::{cut, first_fit};
use super::spots::Spots;
use crate::dashboard::layout::Panel;
use crate::dashboard::state::charts::Charts;
use crate::dashboard::state::explain::thing::{Gauge, Thing};
use crate::dashboard::state::latency::Latencies;
use crate::dashboard::state::rates::{Metric, Rates};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{Asks, ServerKind, Work};
use crate::words::{strings, units};

/// A tile is at least this big: a title, two rows of picture and an axis.
const TILE: (u16, u16) = (26, 4);

#[derive(Clone, Copy)]
enum Tile {
    Rate(&'static str, Metric),
    Turns,
    Latency,
    Ready,
    Figures,
}

impl Tile {
    fn gauge(self) -> Gauge {
        match self {
            Self::Rate(_, metric) => metric.into(),
            Self::Turns => Gauge::Turn,
            Self::Latency => Gauge::Latency,
            Self::Ready => Gauge::Ready,
            Self::Figures => Gauge::CallsPerRequest,
        }
    }
}

/// By their use. Where no one loop serves all there are no turns and no ready lists, and where
/// each call sleeps no wake-ups either: calls and what serves stand in their places.
fn tiles(server: Option<ServerKind>, work: Work) -> Vec<Tile> {
    let say = &strings().charts;
    let calls = Tile::Rate(say.calls, Metric::Calls);
    let wakeups = Tile::Rate(say.wake_ups, Metric::Wakeups);
    let started = Tile::Rate(say.started, Metric::Started);
    let ended = Tile::Rate(say.ended, Metric::Ended);
    let (second, loops) = match server.map(|server| (server, server.asks())) {
        Some((ServerKind::Blocking, _)) => (calls, vec![]),
        Some((_, Asks::Sleeps)) => (calls, vec![started, ended]),
        Some((_, Asks::Runtime)) => (calls, vec![wakeups, started]),
        _ => (Tile::Turns, vec![wakeups, Tile::Ready]),
    };
    let of_work = match work {
        Work::Requests => say.requests,
        Work::Echoes => say.echoes,
        Work::Answers => say.answers_a_second,
    };
    let first = [
        Tile::Rate(of_work, Metric::Requests),
        second,
        Tile::Latency,
        Tile::Rate(say.bytes_out, Metric::BytesOut),
    ];
    let last = [
        Tile::Figures,
        Tile::Rate(say.bytes_in, Metric::BytesIn),
        Tile::Rate(say.accepts, Metric::Accepted),
        Tile::Rate(say.disconnects, Metric::Closed),
    ];
    // Nothing says when an echo was asked for: its latency is not measured.
    let all = first.into_iter().chain(loops).chain(last);
    all.filter(|tile| !(work == Work::Echoes && matches!(tile, Tile::Latency))).collect()
}

/// Draws the panel with its border.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    (charts, latencies): (&Charts, &Latencies),
    rates: &Rates,
    theme: &Theme,
    focused: bool,
    spots: &mut Spots,
) {
    let block = super::block(super::title(Panel::Charts, theme), theme, focused);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let columns = (inner.width / TILE.0).clamp(1, 3);
    let tiles = tiles(charts.server(), rates.work());
    let rows = tile_rows(inner.height, columns, u16::try_from(tiles.len()).unwrap_or(u16::MAX));
    let painter = Painter { charts, latencies, rates, theme };
    for (i, tile) in (0u16..).zip(tiles).take_while(|(i, _)| *i < rows * columns) {
        let (column, row) = (i % columns, i / columns);
        let slice = |whole: u16, parts: u16, at: u16| {
            // Remainders go to the first ones.
            let (each, rest) = (whole / parts, whole % parts);
            (at * each + at.min(rest), each + u16::from(at < rest))
        };
        let (x, width) = slice(inner.width, columns, column);
        let (y, height) = slice(inner.height, rows, row);
        let gap = u16::from(column + 1 < columns);
        let place =
            Rect { x: inner.x + x, y: inner.y + y, width: width.saturating_sub(gap), height };
        spots.add(place, Thing::Gauge(tile.gauge()));
        painter.tile(frame, place, tile);
    }
}

/// How many rows of tiles there are in so much room. A last row that is not full is worth it only
/// where the others stay high.
fn tile_rows(height: u16, columns: u16, tiles: u16) -> u16 {
    const HIGH: u16 = 6;
    let (full, all) = ((tiles / columns).max(1), tiles.div_ceil(columns));
    let most = if height / all.max(1) >= HIGH { all } else { full };
    (height / TILE.1).clamp(1, most)
}

impl Painter<'_> {
    fn tile(&self, frame: &mut Frame, area: Rect, tile: Tile) {
        if area.is_empty() {
            return;
        }
        match tile {
            Tile::Rate(name, metric) => self.rate(frame, area, name, metric),
            Tile::Turns => self.spread(frame, area, &self.turns()),
            Tile::Latency => self.spread(frame, area, &self.latency()),
            Tile::Ready => self.ready(frame, area),
            Tile::Figures => self.figures(frame, area),
        }
    }

    /// System calls per request, and what was left out.
    fn figures(&self, frame: &mut Frame, area: Rect) {
        let say = &strings().charts;
        let now = self.rates.last().and_then(|tally| tally.per(Metric::Calls, Metric::Requests));
        let now = now.map_or_else(|| self.none(), units::rate);
        let all = self.charts.calls_per_request().map_or_else(|| self.none(), units::rate);
        let (second, all) = ((say.figure_now)(&now), (say.in_all)(&all));
        let spellings = [format!("{second}   {all}"), second, now];
        let name = match self.rates.work() {
            Work::Requests => say.calls_per_request,
            Work::Echoes => say.calls_per_echo,
            Work::Answers => say.calls_per_answer,
        };
        let rest = self.title(frame, area, name, spellings);
        let lost = self.charts.lost().all();
        let again = self.charts.again_percent().map_or_else(|| self.none(), units::rate);
        let again = first_fit((say.again)(&again), rest.width.into()).unwrap_or_default();
        let mut lines = vec![(again, Role::Text)];
        let role = if lost > 0 { Role::Bad } else { Role::Good };
        lines.push(((say.left_out)(lost), role));
        let missing = self.charts.missing_turns();
        if missing > 0 {
            lines.push(((say.turns_missing)(missing), Role::Bad));
        }
        for (kind, n) in self.charts.lost_by_kind() {
            lines.push((format!("  {} {}", kind.name(), units::count(n)), Role::Warn));
        }
        if lines.len() > usize::from(rest.height) {
            // Losses come before anything else.
            lines.sort_by_key(|(_, role)| *role == Role::Text);
        }
        let lines: Vec<Line> = lines
            .into_iter()
            .take(rest.height.into())
            .map(|(text, role)| {
                Line::styled(cut(&text, rest.width.into(), self.theme.ascii()), self.style(role))
            })
            .collect();
        frame.render_widget(Paragraph::new(lines), rest);
    }
}
