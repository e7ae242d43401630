//! The picture of both.
//!
//! ```text
//! from 100 columns on                     less
//!  the load                                the load
//!  poll  URL           epoll  URL          poll  URL
//!  state and rates     state and rates     state and rates
//! ┌ seats ──────────┐ ┌ seats ─────────┐  ┌ seats ──────────┐┌ costs ────┐
//! ┌ costs ──────────┐ ┌ costs ─────────┐   epoll  URL
//! ┌ the loop ───────┐ ┌ the loop ──────┐   state and rates
//!  ratios                                 ┌ seats ──────────┐┌ costs ────┐
//!  key bar                                 ratios
//!                                          key bar
//! ```
//!
//! The loop is there where the screen is high enough.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::measure::{FIGURES, Figure, Values, ratios};
use crate::compare::report::{shown, times};
use crate::dashboard::keys;
use crate::dashboard::panels::header::{self, Badge, HeaderView};
use crate::dashboard::panels::spots::Spots;
use crate::dashboard::panels::{
    block, cut, dead, dim, engine, key_spans, left, plain, popup, seats, too_small, wrap,
};
use crate::dashboard::state::State;
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::Standing;
use crate::words::{pad_left, pad_right, strings};

/// The least width and height that can show something of both.
const LEAST: (u16, u16) = (60, 24);
/// From this width on they stand side by side.
const WIDE: u16 = 100;
/// The columns of the costs beside the seats.
const COSTS: u16 = 32;
/// The columns of their names and of their values, and the least of a bar.
const NAME: usize = 19;
const VALUE: usize = 9;
const BAR: usize = 10;
/// The rows of the costs: a border, and one for each of the five figures.
const COSTS_HIGH: u16 = 7;
/// The least rows of the loop.
const LOOP: u16 = 10;
/// The least rows of the seats above it.
const SEATS: u16 = 8;

/// What the picture shows.
pub(super) struct View<'a> {
    pub(super) halves: [HalfView<'a>; 2],
    /// What both are put under, and how far that is.
    pub(super) load: [String; 2],
    /// The keys that work now.
    pub(super) keys: Vec<(String, &'static str)>,
    pub(super) help: bool,
}

/// What a half shows.
pub(super) struct HalfView<'a> {
    pub(super) name: &'a str,
    pub(super) state: &'a State,
    /// What has to be known to judge it.
    pub(super) note: Option<(String, Role)>,
    pub(super) values: Option<Values>,
}

/// Draws the screen.
pub(super) fn draw(frame: &mut Frame, view: &View<'_>, theme: &Theme) {
    let (area, theme) = (frame.area(), &theme.passive());
    frame.buffer_mut().set_style(area, theme.style(Role::Text));
    if area.width < LEAST.0 || area.height < LEAST.1 {
        return too_small::draw(frame, area, LEAST, theme);
    }
    let compared = compared(view, area.width, theme);
    let rows = u16::try_from(compared.len()).unwrap_or(1);
    let [top, body, ratios, bar] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(rows),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(title(&view.load, top.width, theme), top);
    let wide = area.width >= WIDE;
    let both = [Constraint::Fill(1); 2];
    let halves: [Rect; 2] = if wide {
        Layout::horizontal(both).areas(body)
    } else {
        Layout::vertical(both).areas(body)
    };
    let longest = most(view);
    for (half, area) in view.halves.iter().zip(halves) {
        draw_half(frame, area, half, &longest, wide, theme);
    }
    for (line, y) in compared.into_iter().zip(ratios.y..) {
        frame.render_widget(line, Rect { y, height: 1, ..ratios });
    }
    frame.render_widget(keys(&view.keys, bar.width, theme), bar);
    if view.help {
        help(frame, area, theme);
    }
}

/// The keys that work now; help and quit, the last, are always there.
fn keys(keys: &[(String, &str)], width: u16, theme: &Theme) -> Line<'static> {
    let mut keys = keys.to_vec();
    loop {
        let mut line = Line::from(" ");
        for (key, label) in &keys {
            line.extend(key_spans(key, label, theme));
        }
        if line.width() <= usize::from(width) || keys.len() <= 2 {
            return line;
        }
        keys.remove(keys.len() - 3);
    }
}

/// What both are put under, and how far that is.
fn title([load, stage]: &[String; 2], width: u16, theme: &Theme) -> Line<'static> {
    let mut line = Line::from(vec![
        Span::styled(format!(" {}", strings().split.name), theme.style(Role::Title)),
        plain("   "),
        Span::styled(stage.clone(), theme.style(Role::Key)),
        plain("   "),
    ]);
    line.push_span(Span::styled(load.clone(), theme.style(Role::Text)));
    cut(line, width.into(), theme)
}

fn draw_half(
    frame: &mut Frame,
    area: Rect,
    half: &HalfView<'_>,
    longest: &Values,
    wide: bool,
    theme: &Theme,
) {
    if let Some(reason) = half.state.dead() {
        return dead::draw(
            frame,
            area,
            &[half.name, &*reason.text()].join(strings().marks.colon),
            theme,
        );
    }
    let [name, rates, body] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(0)])
            .areas(area);
    frame.render_widget(identity(half, name.width, theme), name);
    let inner = rates.inner(Margin::new(1, 0));
    frame.render_widget(state_and_rates(half.state, inner.width, theme), inner);

    let scene = half.state.live();
    let (seated, costs, under) = if wide {
        let high = body.height.saturating_sub(COSTS_HIGH);
        let seats = if high >= SEATS + LOOP { (high * 2 / 5).max(SEATS) } else { high };
        let [seats, costs, under] = Layout::vertical([
            Constraint::Length(seats),
            Constraint::Length(COSTS_HIGH),
            Constraint::Min(0),
        ])
        .areas(body);
        (seats, costs, under)
    } else {
        let high = COSTS_HIGH + 2;
        let top = if body.height >= high + LOOP { high } else { body.height };
        let [top, under] =
            Layout::vertical([Constraint::Length(top), Constraint::Min(0)]).areas(body);
        let [seats, costs] =
            Layout::horizontal([Constraint::Min(0), Constraint::Length(COSTS)]).areas(top);
        (seats, costs, under)
    };
    seats::draw(frame, seated, scene, theme, false, &mut Spots::default());
    draw_costs(frame, costs, half.values.as_ref(), longest, theme);
    if under.height > 0 {
        let spots = &mut Spots::default();
        engine::draw(frame, under, &scene.engine, &scene.table, theme, false, spots);
    }
}

/// Which server it is, where it is found, and what has to be known.
fn identity(half: &HalfView<'_>, width: u16, theme: &Theme) -> Line<'static> {
    let mut line = Line::from(vec![
        Span::styled(format!(" {} ", half.name), theme.style(Role::Selected)),
        plain("  "),
    ]);
    let url = Span::styled(format!("{}  ", half.state.url()), theme.style(Role::Text));
    let Some((note, role)) = &half.note else {
        line.push_span(url);
        return line;
    };
    let note = Span::styled(format!("! {note}"), theme.style(*role));
    if line.width() + url.width() + note.width() <= usize::from(width) {
        line.push_span(url);
    }
    line.push_span(note);
    cut(line, width.into(), theme)
}

fn state_and_rates(state: &State, width: u16, theme: &Theme) -> Line<'static> {
    let live = state.live();
    let stood = live.now.saturating_sub(live.standing.since);
    let (examined, loop_cpu) = (live.costs.examined(&live.rates), live.costs.loop_cpu());
    let view = HeaderView {
        asks: live.listener.map(|listener| listener.server.asks()),
        examined: examined.as_deref(),
        loop_cpu: loop_cpu.as_deref(),
        latency: live.costs.latencies().percentiles(),
        url: "",
        class: None,
        options: &[],
        server: "",
        rates: &live.rates,
        badge: Badge::new(Standing { mode: state.mode(), ..live.standing }, stood),
        frozen: None,
        back: None,
        plays: None,
        waits: live.engine.longest_wait(),
        lost: live.lost.all(),
        notice: None,
    };
    header::line(&view, width, theme)
}

/// The larger of both values, for each figure.
fn most(view: &View<'_>) -> Values {
    let mut most = Values::default();
    for values in view.halves.iter().filter_map(|half| half.values) {
        for (most, value) in most.iter_mut().zip(values) {
            *most = Some(most.unwrap_or(0.0).max(value.unwrap_or(0.0)));
        }
    }
    most
}

/// What the load has cost this server so far; where there is room, with a bar beside the other's.
fn draw_costs(
    frame: &mut Frame,
    area: Rect,
    values: Option<&Values>,
    longest: &Values,
    theme: &Theme,
) {
    let title = Line::styled(format!(" {} ", strings().split.costs), theme.style(Role::Title));
    frame.render_widget(block(title, theme, false), area);
    let inner = area.inner(Margin::new(2, 1));
    let room = usize::from(inner.width).saturating_sub(NAME + VALUE + 2);
    for (i, (figure, y)) in FIGURES.iter().zip(inner.top()..inner.bottom()).enumerate() {
        let value = values.and_then(|values| values[i]);
        let text = ascii(shown(value, figure.unit), theme);
        let role = if value.is_some() { Role::Title } else { Role::Dim };
        let mut line = Line::from(vec![
            Span::styled(pad_left(figure.texts().name, NAME), theme.style(Role::Text)),
            Span::styled(pad_right(&text, VALUE), theme.style(role)),
        ]);
        if room >= BAR {
            let bar = format!("  {}", bar(value, longest[i], room, theme));
            line.push_span(Span::styled(bar, theme.style(Role::Chart)));
        }
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// A bar that has `room` columns at the longest.
fn bar(value: Option<f64>, longest: Option<f64>, room: usize, theme: &Theme) -> String {
    #![expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a screen's width"
    )]
    let share = value.zip(longest.filter(|longest| *longest > 0.0)).map(|(v, most)| v / most);
    let columns = (share.unwrap_or(0.0).clamp(0.0, 1.0) * room as f64).ceil() as usize;
    // Not the whole cell, so that there is a gap to the bar above.
    theme.glyph("▆", "#").repeat(columns)
}

/// The second against the first, in one line, or in more where that is too long.
fn compared(view: &View<'_>, width: u16, theme: &Theme) -> Vec<Line<'static>> {
    let width = usize::from(width);
    let [first, second] = &view.halves;
    let names = [first.name, second.name];
    let say = &strings().split;
    let heading = format!(" {}", (say.against)(second.name, first.name));
    let ratios = match (&first.values, &second.values) {
        (Some(first), Some(second)) => ratios(first, second),
        _ => Values::default(),
    };
    let figure = |(figure, ratio): (&Figure, Option<f64>)| {
        let role = if ratio.is_some() { Role::Key } else { Role::Dim };
        Line::from(vec![
            Span::styled(format!("  {} ", figure.texts().word), theme.style(Role::Text)),
            Span::styled(ascii(times(ratio), theme), theme.style(role)),
        ])
    };
    let figures: Vec<Line<'static>> = FIGURES.iter().zip(ratios).map(figure).collect();
    let long: usize = figures.iter().map(Line::width).sum();
    let in_one = heading.len() + long <= width;
    let heading =
        if in_one { heading } else { format!(" {}", (say.against_long)(names[1], names[0])) };
    let mut lines = vec![Line::from(Span::styled(heading, theme.style(Role::Title)))];
    if !in_one {
        lines.push(Line::default());
    }
    for figure in figures {
        if lines[lines.len() - 1].width() + figure.width() > width {
            lines.push(Line::default());
        }
        let last = lines.len() - 1;
        lines[last].extend(figure);
    }
    // Where there is room: the slower one may only have had less of them.
    let shared = dim(format!("   {}", say.shared), theme);
    if lines[0].width() + shared.width() <= width {
        lines[0].push_span(shared);
    }
    lines
}

fn ascii(text: String, theme: &Theme) -> String {
    if theme.ascii() {
        text.replace('×', "x").replace('÷', "/").replace('–', "-").replace('µ', "u")
    } else {
        text
    }
}

/// The keys, and how each figure is obtained.
fn help(frame: &mut Frame, screen: Rect, theme: &Theme) {
    let names = || keys::split().map(|key| (key, key.first().unwrap_or_default()));
    let column = names().map(|(_, name)| name.width() + 1).max().unwrap_or(0).max(4);
    let width = screen.width.min(88);
    let room = usize::from(width).saturating_sub(4);
    let text = |words: &str, indent: usize, role| {
        let rows = wrap(words, room.saturating_sub(indent), 4, theme.ascii());
        let blank = " ".repeat(indent);
        let line = move |row| Line::styled(format!("{blank}{row}"), theme.style(role));
        rows.into_iter().map(line).collect::<Vec<_>>()
    };
    let mut lines = Vec::new();
    for (key, name) in names().filter(|(_, name)| !name.is_empty()) {
        let mut rows = text(key.split_sentence(), column, Role::Text);
        if let Some(first) = rows.first_mut() {
            let words = first.to_string().trim_start().to_owned();
            let name = left(&name, column, theme);
            *first = Line::from(vec![Span::styled(name, theme.style(Role::Key)), plain(words)]);
        }
        lines.extend(rows);
    }
    for figure in &FIGURES {
        let words = [figure.texts().name, figure.texts().how].join(strings().marks.colon);
        lines.extend(text(&words, 0, Role::Text));
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inner = popup(frame, screen, width, height, strings().split.help, theme);
    if lines.len() > usize::from(inner.height) {
        lines.truncate(usize::from(inner.height).saturating_sub(1));
        lines.push(Line::from(dim(strings().split.more_help, theme)));
    }
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}
