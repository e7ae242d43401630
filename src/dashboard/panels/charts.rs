//! The charts: what happened in each second, and how it is distributed.
//!
//! The panel is cut into tiles. A small one has few of them, and the most useful come first.
//! Each tile says its value now, what its full height is (a round number) and how far back it goes, so
//! that a number can be read from the picture.

mod scale;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::bar;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Sparkline};
use unicode_width::UnicodeWidthStr;

use self::scale::{Unit, decade_edge, label, power, round_up, seconds_apart};
use super::fit::{cut, first_fit};
use super::spots::Spots;
use crate::dashboard::layout::Panel;
use crate::dashboard::state::charts::{Charts, READY_CLASSES};
use crate::dashboard::state::explain::thing::{Gauge, Thing};
use crate::dashboard::state::latency::Latencies;
use crate::dashboard::state::rates::{HISTORY, Metric, Rates};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{Asks, ServerKind};
use crate::words::{strings, units};

/// Bars of letters, for terminals without block glyphs.
const ASCII_BARS: bar::Set<'static> = bar::Set {
    full: "#",
    seven_eighths: "#",
    three_quarters: "#",
    five_eighths: "#",
    half: "=",
    three_eighths: "=",
    one_quarter: "_",
    one_eighth: "_",
    empty: " ",
};

/// A tile is at least this big: a title, two rows of picture and an axis.
const TILE: (u16, u16) = (26, 4);

/// Every chart goes back at least this far.
const SPAN: usize = 60;

/// The columns left of the picture, with the scale.
const SCALE: u16 = 6;

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
fn tiles(server: Option<ServerKind>, echo: bool) -> Vec<Tile> {
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
    let first = [
        Tile::Rate(if echo { say.echoes } else { say.requests }, Metric::Requests),
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
    all.filter(|tile| !(echo && matches!(tile, Tile::Latency))).collect()
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
    let tiles = tiles(charts.server(), rates.is_echo());
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

/// One row of bars, in steps of an eighth of a line: for the header.
#[must_use]
pub fn sparkline(values: &[Option<u64>], theme: &Theme) -> String {
    let set = if theme.ascii() { ASCII_BARS } else { bar::NINE_LEVELS };
    let most = values.iter().flatten().copied().max().unwrap_or(0);
    values
        .iter()
        .map(|value| match eighths(value.unwrap_or(0), most, 1) {
            0 => set.empty,
            1 => set.one_eighth,
            2 => set.one_quarter,
            3 => set.three_eighths,
            4 => set.half,
            5 => set.five_eighths,
            6 => set.three_quarters,
            7 => set.seven_eighths,
            _ => set.full,
        })
        .collect()
}

/// How many eighths of a row a bar is high; at least one for what is not zero.
fn eighths(value: u64, most: u64, rows: u16) -> u64 {
    if value == 0 {
        return 0;
    }
    let full = u64::from(rows) * 8;
    let high = u128::from(value) * u128::from(full) / u128::from(most.max(1));
    u64::try_from(high).unwrap_or(full).clamp(1, full.max(1))
}

/// How long something took, by how many took so long, on a logarithmic axis.
struct Spread<'a> {
    name: &'static str,
    /// Their number in words.
    count: String,
    p50: Option<u64>,
    p99: Option<u64>,
    longest: Option<u64>,
    /// How many are missing.
    missing: u64,
    /// The powers of ten that hold all of them.
    decades: (u32, u32),
    between: Box<dyn Fn(u64, u64) -> u64 + 'a>,
}

struct Painter<'a> {
    charts: &'a Charts,
    latencies: &'a Latencies,
    rates: &'a Rates,
    theme: &'a Theme,
}

impl Painter<'_> {
    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    fn duration(&self, nanos: u64) -> String {
        if self.theme.ascii() { units::ascii_duration(nanos) } else { units::duration(nanos) }
    }

    fn none(&self) -> String {
        self.theme.glyph("–", "-").to_owned()
    }

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

    /// The title, what is beside it in the longest spelling that fits, and the rest of the tile.
    fn title(
        &self,
        frame: &mut Frame,
        area: Rect,
        name: &str,
        spellings: impl IntoIterator<Item = String>,
    ) -> Rect {
        let room = usize::from(area.width).saturating_sub(name.width() + 2);
        let beside = first_fit(spellings, room).unwrap_or_default();
        let name = cut(name, area.width.into(), self.theme.ascii());
        let line = Line::from(vec![
            Span::styled(name, self.style(Role::Title)),
            Span::raw("  "),
            Span::styled(beside, self.style(Role::Text)),
        ]);
        frame.render_widget(Paragraph::new(line), Rect { height: 1, ..area });
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    }

    fn rate(&self, frame: &mut Frame, area: Rect, name: &str, metric: Metric) {
        let bytes = matches!(metric, Metric::BytesIn | Metric::BytesOut);
        let unit = if bytes { Unit::Bytes } else { Unit::Rate };
        let long = |n: u64| if bytes { units::rounded_bytes(n) } else { units::count(n) };
        let now = self.rates.last().map_or_else(|| self.none(), |tally| long(tally.get(metric)));
        let width = usize::from(area.width.saturating_sub(SCALE));
        let each = SPAN.div_ceil(width.max(1));
        let columns = width.min(HISTORY / each);
        let values = self.rates.peaks(metric, columns, each);
        let peak = values.iter().flatten().copied().max();
        let most = round_up(peak.unwrap_or(0));
        let peak = peak.map_or_else(|| self.none(), long);
        let say = &strings().charts;
        let peak = (say.peak)(&peak);
        let total = (say.in_all)(&long(self.rates.totals().get(metric)));
        let rest = self.title(
            frame,
            area,
            name,
            [format!("{now}   {peak}   {total}"), format!("{now}   {peak}"), now],
        );
        let plot = self.scaled(frame, rest, most, unit);
        let blank = usize::from(plot.width).saturating_sub(columns);
        let bars: Vec<Option<u64>> = std::iter::repeat_n(None, blank).chain(values).collect();
        self.bars(frame, plot, &bars, most);
        let marks = self.rates.marks(columns, each);
        let marks: Vec<_> = marks.into_iter().map(|(at, what)| (at + blank, what)).collect();
        self.marks(frame, plot, &marks);
        if rest.height > plot.height {
            let apart = seconds_apart(each);
            let ticks = (1..=columns * each / apart).rev().map(|n| {
                let ago = n * apart;
                (usize::from(plot.width) - ago / each, (say.ago)(ago))
            });
            let place = Rect { y: plot.bottom(), height: 1, ..plot };
            let mut labels = self.mark_labels(&marks, plot, say.now);
            // A mark's label takes the place of the ticks below it.
            let free = |tick: &(usize, String)| {
                let (from, to) = (tick.0, tick.0 + tick.1.width() + 1);
                labels.iter().all(|(at, text)| to <= *at || from > at + text.width())
            };
            let ticks: Vec<_> = ticks.filter(free).collect();
            labels.extend(ticks);
            labels.sort_by_key(|(at, _)| *at);
            self.axis(frame, place, &labels, say.now);
        }
    }

    /// A line where something was changed; a bar that hides it has its colour.
    fn marks(&self, frame: &mut Frame, plot: Rect, marks: &[(usize, String)]) {
        let line = self.theme.glyph("┊", "|");
        for (at, _) in marks {
            let x = plot.x.saturating_add(u16::try_from(*at).unwrap_or(u16::MAX));
            for y in plot.top()..plot.bottom() {
                let Some(cell) = frame.buffer_mut().cell_mut((x, y)) else { continue };
                if cell.symbol() == " " {
                    cell.set_symbol(line);
                }
                cell.set_style(self.style(Role::Warn));
            }
        }
    }

    /// Below each line what was changed, where that has room, else a stroke.
    fn mark_labels(
        &self,
        marks: &[(usize, String)],
        plot: Rect,
        last: &str,
    ) -> Vec<(usize, String)> {
        let line = self.theme.glyph("┊", "|");
        let end = usize::from(plot.width).saturating_sub(last.width() + 1);
        let label = |(i, (at, what)): (usize, &(usize, String))| {
            let next = marks.get(i + 1).map_or(end, |(next, _)| *next);
            let fits = at + 1 + what.width() < next;
            (*at, if fits { format!("{line}{what}") } else { line.to_owned() })
        };
        marks.iter().enumerate().map(label).collect()
    }

    /// Draws the scale left of the picture and returns the picture's place, less a row for the
    /// axis.
    fn scaled(&self, frame: &mut Frame, area: Rect, most: u64, unit: Unit) -> Rect {
        let height = area.height.saturating_sub(u16::from(area.height > 1));
        let scale = if area.width > SCALE + 4 { SCALE } else { 0 };
        let plot = Rect { x: area.x + scale, width: area.width - scale, height, ..area };
        if scale == 0 || height == 0 {
            return plot;
        }
        let tick = self.theme.glyph("┤", "|");
        let dim = self.style(Role::Dim);
        // Each stands at the upper edge of its row.
        let middle = (height >= 6 && height.is_multiple_of(2) && most.is_multiple_of(2))
            .then_some(height / 2);
        for row in 0..height {
            let label = match row {
                0 => label(most, unit),
                _ if Some(row) == middle => label(most / 2, unit),
                _ if row + 1 == height => "0".to_owned(),
                _ => String::new(),
            };
            let line = Line::styled(format!("{label:>5}{tick}"), dim);
            let place = Rect { x: area.x, y: area.y + row, width: scale, height: 1 };
            frame.render_widget(Paragraph::new(line), place);
        }
        plot
    }

    fn bars(&self, frame: &mut Frame, plot: Rect, values: &[Option<u64>], most: u64) {
        if plot.is_empty() {
            return;
        }
        let scaled: Vec<Option<u64>> =
            values.iter().map(|value| value.map(|n| eighths(n, most, plot.height))).collect();
        let set = if self.theme.ascii() { ASCII_BARS } else { bar::NINE_LEVELS };
        let line = Sparkline::default()
            .data(scaled)
            .max(u64::from(plot.height) * 8)
            .bar_set(set)
            .style(self.style(Role::Chart))
            .absent_value_symbol(" ");
        frame.render_widget(line, plot);
    }

    /// Labels below the picture, from the column given; one that would run into the next is left
    /// out. `last` is put at the right end.
    fn axis(&self, frame: &mut Frame, place: Rect, labels: &[(usize, String)], last: &str) {
        let width = usize::from(place.width);
        let end = width.saturating_sub(last.width());
        let mut text = String::new();
        for (column, label) in labels {
            let used = text.width();
            let from = (*column).max(used + usize::from(used > 0));
            // A label that has to stand elsewhere would be wrong.
            if from == *column && from + label.width() < end.max(1) {
                text.extend(std::iter::repeat_n(' ', from - used));
                text.push_str(label);
            }
        }
        if end >= text.width() {
            text.extend(std::iter::repeat_n(' ', end - text.width()));
            text.push_str(last);
        }
        frame.render_widget(Paragraph::new(Line::styled(text, self.style(Role::Dim))), place);
    }

    fn turns(&self) -> Spread<'_> {
        let (charts, say) = (self.charts, &strings().charts);
        Spread {
            name: say.turn,
            count: (say.turns)(charts.turns()),
            p50: charts.turn_quantile(0.5),
            p99: charts.turn_quantile(0.99),
            longest: charts.longest_turn(),
            missing: charts.missing_turns(),
            decades: charts.decades(),
            between: Box::new(|low, high| charts.turns_between(low, high)),
        }
    }

    /// How long the requests of this server took.
    fn latency(&self) -> Spread<'_> {
        let (latencies, say) = (self.latencies, &strings().charts);
        Spread {
            name: say.latency,
            count: (say.answers)(latencies.count()),
            p50: latencies.p50(),
            p99: latencies.p99(),
            longest: latencies.longest(),
            missing: self.charts.lost().answers,
            decades: latencies.decades(),
            between: Box::new(|low, high| latencies.between(low, high)),
        }
    }

    fn spread(&self, frame: &mut Frame, area: Rect, spread: &Spread<'_>) {
        let say = &strings().charts;
        let time = |time: Option<u64>| time.map_or_else(|| self.none(), |t| self.duration(t));
        let [p50, p99, max] = [spread.p50, spread.p99, spread.longest].map(time);
        let missing = match spread.missing {
            0 => String::new(),
            n => format!("   {}", (say.missing)(n)),
        };
        let tight = |text: &str| text.replace(' ', "");
        let short_p99 = (say.p99)(&tight(&p99));
        let short = format!("{} {short_p99}", (say.p50)(&tight(&p50)));
        let longest = (say.max)(&tight(&max));
        let (p50, p99, max) = ((say.p50)(&p50), (say.p99)(&p99), (say.max)(&max));
        let part = if missing.is_empty() { String::new() } else { format!(" {}", say.part) };
        let count = &spread.count;
        let rest = self.title(
            frame,
            area,
            spread.name,
            [
                format!("{p50}   {p99}   {max}   {count}{missing}"),
                format!("{p50}   {p99}   {max}{missing}"),
                format!("{short} {longest}{missing}"),
                format!("{short} {longest}{part}"),
                format!("{short}{part}"),
                format!("{short_p99}{part}"),
            ],
        );
        let (low, high) = spread.decades;
        let scale = if rest.width > SCALE + 4 { SCALE } else { 0 };
        let width = usize::from(rest.width - scale);
        let decades = (high - low) as usize;
        let classes = (width / decades.max(1)).clamp(1, 20);
        let each = (width / (classes * decades).max(1)).max(1);
        let edge = |class: usize| decade_edge(low, class, classes);
        let counts: Vec<u64> = (0..classes * decades)
            .map(|class| {
                (spread.between)(if class == 0 { 0 } else { edge(class) }, edge(class + 1))
            })
            .collect();
        let most = round_up(counts.iter().copied().max().unwrap_or(0));
        let plot = self.scaled(frame, rest, most, Unit::Count);
        let bars: Vec<Option<u64>> =
            counts.iter().flat_map(|n| std::iter::repeat_n(Some(*n), each)).collect();
        self.bars(frame, plot, &bars, most);
        if rest.height > plot.height {
            let labels: Vec<(usize, String)> = (0..=decades)
                .map(|decade| {
                    let nanos = decade_edge(low, decade * classes, classes);
                    (decade * classes * each, power(nanos, self.theme.ascii()))
                })
                .collect();
            self.axis(frame, Rect { y: plot.bottom(), height: 1, ..plot }, &labels, "");
        }
    }

    /// How many fds a wake-up brings.
    fn ready(&self, frame: &mut Frame, area: Rect) {
        let (ready, say) = (self.charts.ready(), &strings().charts);
        let mean = self.rates.last().and_then(|tally| tally.per(Metric::Ready, Metric::Wakeups));
        let mean = mean.map_or_else(|| self.none(), units::rate);
        let missing = match self.charts.missing_turns() {
            0 => String::new(),
            n => format!("   {}", (say.missing)(n)),
        };
        let name = if usize::from(area.width) < 32 { say.ready_short } else { say.ready };
        let count = (say.turns)(self.charts.turns());
        let full = (say.mean)(&mean);
        let rest = self.title(
            frame,
            area,
            name,
            [format!("{full}   {count}{missing}"), format!("{full}{missing}"), full, mean],
        );
        let most = round_up(ready.iter().copied().max().unwrap_or(0));
        let plot = self.scaled(frame, rest, most, Unit::Count);
        let each = (usize::from(plot.width) / READY_CLASSES.len()).max(1);
        let gap = usize::from(each > 2);
        let bars: Vec<Option<u64>> = ready
            .iter()
            .flat_map(|n| {
                std::iter::repeat_n(Some(*n), each - gap).chain(std::iter::repeat_n(None, gap))
            })
            .collect();
        self.bars(frame, plot, &bars, most);
        if rest.height > plot.height {
            let label = |(i, least): (usize, &u32)| {
                let last = READY_CLASSES.get(i + 1).map(|next| next - 1);
                let text = match last {
                    None => format!("{least}+"),
                    Some(last) if last > *least && each > 6 => {
                        format!("{least}{}{last}", self.theme.glyph("–", "-"))
                    }
                    Some(_) => least.to_string(),
                };
                (i * each, text)
            };
            let labels: Vec<_> = READY_CLASSES.iter().enumerate().map(label).collect();
            self.axis(frame, Rect { y: plot.bottom(), height: 1, ..plot }, &labels, "");
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
        let echo = self.rates.is_echo();
        let name = if echo { say.calls_per_echo } else { say.calls_per_request };
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
