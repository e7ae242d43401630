//! A connection's card: its last request, its counters, the kernel's view, its own events.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::fit::wrap;
use super::spots::Spots;
use super::{block, cut, dim, duration, left, plain, title, wrapped};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::layout::Panel;
use crate::dashboard::state::explain::thing::{Detail, Thing};
use crate::dashboard::state::table::{Column, TableRow};
use crate::dashboard::state::{Scene, State, card};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{Mask, Work};
use crate::words::{strings, units};

/// Where the second line of a pair begins, of a header, and of an event.
const PAIR: usize = 11;
const HEADER: usize = 5;
const EVENT: usize = 13;

/// A line, and what it tells of.
type Told = (Line<'static>, Thing);

/// How many of its events are listed.
const EVENTS: usize = 100;

/// Draws the panel.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    state: &State,
    theme: &Theme,
    focused: bool,
    spots: &mut Spots,
) {
    let inner = area.inner(Margin::new(1, 1));
    let say = &strings().card;
    let scene = state.scene();
    let mut head = title(Panel::Card, theme);
    let lines = if let Some(entry) = scene.table.selected() {
        let dot = theme.glyph("·", "-");
        let text = (say.title)(entry.fd(), dot, &entry.row().peer.to_string());
        head.push_span(plain(format!("{text} ")));
        lines(entry, scene, usize::from(inner.width), theme)
    } else {
        let none = Line::from(dim(format!(" {}", say.none), theme));
        vec![(none, Thing::Panel(Panel::Card))]
    };
    let height = usize::from(inner.height);
    let top = state.card_top().min(lines.len().saturating_sub(height));
    let mut block = block(head, theme, focused);
    if lines.len() > height {
        let below = lines.len() - height - top;
        let down = keys::name(Id::Down);
        let text = match (focused, below) {
            (_, 0) => say.end.to_owned(),
            (true, n) => (say.more_lines)(n, &down),
            (false, n) => (say.more_lines)(
                n,
                &[keys::name(Id::Show(Panel::Card)), down].join(strings().marks.list),
            ),
        };
        block = block.title_bottom(Line::from(dim(format!(" {text} "), theme)).right_aligned());
    }
    frame.render_widget(block, area);
    for ((line, thing), y) in lines.into_iter().skip(top).zip(inner.top()..inner.bottom()) {
        let place = Rect { y, height: 1, ..inner };
        spots.add(place, thing);
        frame.render_widget(cut(line, usize::from(inner.width), theme), place);
    }
}

/// A name and what is to be said of it.
fn pair(theme: &Theme, name: &str, value: String, thing: Thing) -> Told {
    let name = dim(format!(" {} ", left(name, 9, theme)), theme);
    (Line::from(vec![name, plain(value)]), thing)
}

fn lines(entry: &TableRow, scene: &Scene, width: usize, theme: &Theme) -> Vec<Told> {
    let (row, say) = (&entry.row(), &strings().card);
    let heading = |text: &str| Line::styled(format!(" {text}"), theme.style(Role::Title));
    let (column, detail) = (Thing::Column, Thing::Detail);
    let (mut word, mut style) = super::table::state(entry, theme);
    if let Some((route, stood)) = super::table::blocks(entry, scene) {
        let stood = duration(stood, theme);
        (word, style) = (format!("!! {}", (say.blocks)(route, &stood)), theme.style(Role::Bad));
    }
    if entry.closed.is_some() {
        // Why it closed is worth more than that it did.
        (word, style) =
            (format!("{} {}", theme.glyph("×", "x"), entry.why()), theme.style(Role::Warn));
    }
    let mut state =
        vec![dim(format!(" {} ", left(say.state, 9, theme)), theme), Span::styled(word, style)];
    if row.half_closed && entry.closed.is_none() {
        state.push(Span::styled(format!("  {}", say.fin_read), theme.style(Role::Warn)));
    }
    let mut lines = vec![(Line::from(state), scene.state_of(entry))];
    for lint in scene.lints.found().iter().filter(|lint| lint.conn == Some(row.id)) {
        let rows = wrap(&lint.text(scene.now), width.saturating_sub(3), 4, theme.ascii());
        lines.extend(rows.into_iter().enumerate().map(|(i, row)| {
            let mark = if i == 0 { "!" } else { " " };
            let line = Line::styled(format!(" {mark} {row}"), theme.style(Role::Bad));
            (line, lint.symptom.into())
        }));
    }
    if let Some((id, kind)) = entry.ours {
        lines.push(pair(theme, say.ours, (say.client)(id, kind.label()), detail(Detail::Ours)));
    }
    // The longer words where there is room for them.
    let fitting = |long: String, short: String| {
        if long.width() + 11 <= width { long } else { short }
    };
    let open = entry.closed.unwrap_or(scene.now).saturating_sub(row.opened);
    let (open, idle) = (duration(open, theme), duration(entry.idle(scene.now), theme));
    let interest = match row.interest {
        Mask::NONE => say.no_interest.to_owned(),
        mask => mask.to_string(),
    };
    let work = match scene.rates.work() {
        Work::Answers => say.answers,
        Work::Requests | Work::Echoes => say.requests,
    };
    lines.extend([
        pair(theme, say.conn, row.id.to_string(), column(Column::Id)),
        pair(theme, say.interest, interest, column(Column::Interest)),
        pair(theme, work, units::count(row.requests), column(Column::Requests)),
        pair(theme, say.bytes, (say.in_and_out)(row.bytes_in, row.bytes_out), column(Column::In)),
        pair(
            theme,
            say.times,
            fitting(
                (say.open_and_idle)(&open, &idle),
                (say.open_and_idle)(&open.replace(' ', ""), &idle.replace(' ', "")),
            ),
            detail(Detail::Times),
        ),
    ]);
    if let Some((sent, all)) = row.progress() {
        let [long, short] = (say.progress)(sent, all);
        lines.push(pair(theme, say.answer, fitting(long, short), detail(Detail::Answer)));
    }
    lines.push((heading(say.kernel), detail(Detail::Tcp)));
    lines.extend(kernel(entry, scene, theme));
    // All of these are figures and headers, whose second line stands under what they say.
    let broken = |(line, thing), indent| {
        wrapped(line, width, indent).into_iter().map(move |line| (line, thing))
    };
    let mut lines: Vec<Told> = lines.into_iter().flat_map(|told| broken(told, PAIR)).collect();
    let request = request(entry, scene, theme).into_iter();
    let request = request.map(|line| (line, detail(Detail::Request)));
    lines.extend(request.flat_map(|told| broken(told, HEADER)));
    lines.push((heading(say.events), detail(Detail::Events)));
    for event in scene.stream.of(row.id).take(EVENTS) {
        let time = units::relative(event.event.time);
        let mut spans = vec![dim(format!("{time:>10} "), theme)];
        spans.extend(super::stream::told(&event, width >= 90, true, theme));
        let thing = Thing::Kind(event.event.what.kind());
        lines.extend(broken((Line::from(spans), thing), EVENT));
    }
    lines
}

/// What the kernel says of its socket.
fn kernel(entry: &TableRow, scene: &Scene, theme: &Theme) -> Vec<Told> {
    let (row, say) = (&entry.row(), &strings().card);
    let (column, detail) = (Thing::Column, Thing::Detail);
    let mut lines = Vec::new();
    let socket = scene.kernel.as_deref().and_then(|kernel| kernel.socket(row.peer, row.local));
    match socket.filter(|_| entry.is_open()) {
        Some(socket) => {
            lines.push(pair(theme, say.tcp, socket.state.label().to_owned(), detail(Detail::Tcp)));
            // By the names of the table and of ss(8).
            let queues = [
                (say.recv_queue, (say.unread)(socket.unread()), Column::RecvQueue),
                (say.send_queue, (say.unacked)(socket.send_queue), Column::SendQueue),
            ];
            lines
                .extend(queues.map(|(name, bytes, queue)| pair(theme, name, bytes, column(queue))));
            let nanos = |d: std::time::Duration| u64::try_from(d.as_nanos()).unwrap_or(u64::MAX);
            let rtt = match (socket.rtt, socket.rtt_var) {
                (Some(rtt), Some(var)) => {
                    (say.rtt_and_var)(&duration(nanos(rtt), theme), &duration(nanos(var), theme))
                }
                (Some(rtt), None) => duration(nanos(rtt), theme),
                (None, _) => say.not_measured.to_owned(),
            };
            lines.push(pair(theme, say.rtt, rtt, detail(Detail::Rtt)));
            let window = (say.segments)(socket.cwnd, socket.retransmits);
            lines.push(pair(theme, say.cwnd, window, detail(Detail::Window)));
        }
        None if entry.closed.is_some() => {
            let text = dim(format!(" {}", say.socket_closed), theme);
            lines.push((Line::from(text), detail(Detail::Tcp)));
        }
        None => {
            let text = dim(format!(" {}", say.not_asked), theme);
            lines.push((Line::from(text), detail(Detail::Tcp)));
        }
    }
    lines
}

fn request(entry: &TableRow, scene: &Scene, theme: &Theme) -> Vec<Line<'static>> {
    let say = &strings().card;
    let Some(head) = &entry.head else {
        let text = match (scene.rates.work(), entry.row().requests) {
            (Work::Answers, _) => say.no_protocol,
            (_, 0) => say.no_request,
            _ => say.request_unseen,
        };
        return vec![Line::from(dim(format!(" {text}"), theme))];
    };
    let ago = if scene.table.may_be_old(head) { say.ago_or_later } else { say.ago };
    let ago = ago(&duration(scene.now.saturating_sub(head.time), theme));
    let request = card::request(&head.bytes);
    let mut lines = vec![
        Line::from(vec![
            Span::styled(format!(" {} ", say.last_request), theme.style(Role::Title)),
            dim(ago, theme),
        ]),
        Line::styled(format!(" {}", request.line), theme.style(Role::Text)),
    ];
    if head.line > head.bytes.len() {
        let all = format!("   {}", (say.first_line)(head.line as u64));
        lines.push(Line::from(dim(all, theme)));
    }
    lines.extend(
        request.headers.into_iter().map(|(name, value)| {
            Line::from(vec![dim(format!("   {name}: "), theme), plain(value)])
        }),
    );
    lines
}
