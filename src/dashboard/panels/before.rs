//! The table of before and after: a column for each server, and each set of options, that ran.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::fit::{cut, wrap};
use super::{dim, popup};
use crate::dashboard::geometry::{STRETCH as COLUMN, STRETCH_NAMES as NAMES, stretches};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::state::stretches::Stretch;
use crate::dashboard::state::{State, by_server};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::Nanos;
use crate::words::{pad_left, strings, units};

/// Rows for a server and its options, at most, and for how the figures were obtained.
const HEAD: usize = 3;
const HOW: usize = 6;
/// Rows of figures.
const FIGURES: usize = 10;

/// Draws the box: the last ones that have room, but for so many newer ones; the one that goes on
/// stands at the right.
pub fn draw(frame: &mut Frame, screen: Rect, newer: usize, state: &State, theme: &Theme) {
    let say = &strings().stretches;
    let scene = state.scene();
    let all = scene.stretches.all();
    let most = stretches(screen.width);
    // By now the screen may have become wider.
    let newer = newer.min(all.len().saturating_sub(most));
    let end = all.len() - newer;
    let first = end.saturating_sub(most);
    let shown = all.range(first..end);
    let columns = all.len().max(2).min(most);
    let width = (4 + NAMES + columns * COLUMN).max(76);
    let width = width.min(screen.width.into());
    let inside = width.saturating_sub(4);
    let each = (inside.saturating_sub(NAMES) / columns).max(2);
    let names = |stretch: &Stretch| wrap(&stretch.name(), each - 1, HEAD, theme.ascii()).len();
    let head = shown.clone().map(names).max().unwrap_or(1);
    let how = if theme.ascii() { say.how.replace('–', "-") } else { say.how.to_owned() };
    let how = wrap(&how, inside, HOW, theme.ascii());
    let only = (say.only_one)(&keys::name(Id::Server), &keys::name(Id::Options));
    let only = if all.len() < 2 { wrap(&only, inside, 2, theme.ascii()) } else { Vec::new() };
    let height = head + FIGURES + 1 + only.len() + how.len() + 2 + 2;
    let size =
        (u16::try_from(width).unwrap_or(u16::MAX), u16::try_from(height).unwrap_or(u16::MAX));
    let title = match all.len() {
        some if some > most => (say.title_of)(first + 1, end, some),
        _ => say.title.to_owned(),
    };
    let inner = popup(frame, screen, size.0, size.1, &title, theme);
    let rows: Vec<Vec<String>> = shown
        .zip(first + 1..)
        .map(|(stretch, number)| {
            let last = number == all.len();
            column(stretch, last.then_some(scene.now), (each, head), theme)
        })
        .collect();
    let names = [
        say.how_long,
        say.measured,
        say.connections,
        say.requests,
        say.calls,
        say.examined,
        say.cpu,
        say.p50,
        say.p99,
        say.memory,
    ];
    // What is not shown, at the side where it is.
    let mut more = String::new();
    if first > 0 {
        more = format!("{} {}", theme.glyph("◂", "<"), (say.older)(first));
    }
    if newer > 0 {
        let newer = format!("{} {}", (say.newer)(newer), theme.glyph("▸", ">"));
        more = pad_left(&more, NAMES - 1 - newer.width()) + &newer;
    }
    let heads = std::iter::once(more.as_str()).chain(std::iter::repeat_n("", head - 1));
    let names = heads.chain(names);
    let mut lines: Vec<Line> = names
        .enumerate()
        .map(|(row, name)| {
            let mut spans = vec![dim(pad_left(name, NAMES), theme)];
            for column in &rows {
                let role = if row < head { Role::Title } else { Role::Text };
                let text = cut(&column[row], each.saturating_sub(1), theme.ascii());
                spans.push(Span::styled(pad_left(&text, each), theme.style(role)));
            }
            Line::from(spans)
        })
        .collect();
    lines.push(Line::default());
    lines.extend(only.into_iter().map(|row| Line::styled(row, theme.style(Role::Warn))));
    lines.extend(how.into_iter().map(|row| dim(row, theme).into()));
    lines.resize(usize::from(inner.height).saturating_sub(1), Line::default());
    let mut keys = (say.keys)(strings().keys.names.esc);
    if all.len() > most {
        keys = format!("{}   {keys}", say.moves);
    }
    lines.push(Line::from(dim(keys, theme)));
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// The figures of one; `now` where it goes on.
fn column(
    stretch: &Stretch,
    now: Option<Nanos>,
    (width, head): (usize, usize),
    theme: &Theme,
) -> Vec<String> {
    let say = &strings().stretches;
    let none = || theme.glyph("–", "-").to_owned();
    let time =
        |nanos| if theme.ascii() { units::ascii_duration(nanos) } else { units::duration(nanos) };
    let or_none = |figure: Option<String>| figure.unwrap_or_else(none);
    let totals = stretch.totals();
    let mut column = wrap(&stretch.name(), width.saturating_sub(1), head, theme.ascii());
    column.resize(head, String::new());
    let end = now.unwrap_or(stretch.to);
    let lasted = end.saturating_sub(stretch.from);
    let [from, to] = [stretch.from, end].map(|at| time(at).replace(' ', ""));
    let lasts = if now.is_some() {
        [time(lasted), say.goes_on.to_owned()].join(strings().marks.comma)
    } else {
        time(lasted)
    };
    let dash = theme.glyph("–", "-");
    let per = |of: u64, by: u64| (by > 0).then(|| units::rate(ratio(of, by)));
    let requests = units::count(totals.requests);
    let requests = match per(totals.requests.saturating_mul(1000), lasted / 1_000_000) {
        Some(rate) => format!("{requests}{}{rate}/s", strings().marks.comma),
        None => requests,
    };
    let examined = by_server::has_turns(stretch.server()).then(|| {
        let each = |of| per(of, totals.wakeups);
        Some(format!("{} : {}", each(totals.examined)?, each(totals.ready)?))
    });
    let cpu = stretch.cpu().map(|(each, over)| {
        let micros = if theme.ascii() { "us" } else { "µs" };
        let figure = format!("{} {micros}", units::figure(ratio(each, 1000)));
        (say.over)(&figure, &time(over))
    });
    let [p50, p99] = stretch.latencies.percentiles().map(|latency| {
        let missing = stretch.missing();
        latency.map(time).map(|text| if missing > 0 { (say.missing)(&text, missing) } else { text })
    });
    column.extend([
        lasts,
        format!("{from}{dash}{to}"),
        (say.came_and_open)(totals.accepted, stretch.open),
        requests,
        or_none(per(totals.calls, totals.requests)),
        or_none(examined.flatten()),
        or_none(cpu),
        or_none(p50),
        or_none(p99),
        or_none(stretch.memory.map(units::bytes)),
    ]);
    column
}

#[expect(clippy::cast_precision_loss, reason = "shown with two or three figures")]
fn ratio(of: u64, by: u64) -> f64 {
    of as f64 / by as f64
}
