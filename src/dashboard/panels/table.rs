//! **fd → socket**: the server's table, a line for each connection; `above` draws the lines above them, `cells`
//! fits what a cell holds.

mod above;
mod cells;

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use self::cells::{address, align};
use super::spots::Spots;
use super::{block, cut, dim, left, title};
use crate::clients::ClientKind;
use crate::dashboard::geometry::{LEAST_PEER, MARKS, columns, folded, head_rows, other_rows};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::layout::Panel;
use crate::dashboard::state::explain::thing::{Detail, Thing};
use crate::dashboard::state::table::{Column, Table, TableRow};
use crate::dashboard::state::{Scene, State};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{Asks, ConnState, Kind, Nanos, Stance, Standing, Work};
use crate::words::{strings, units};

/// Draws the panel.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    state: &State,
    theme: &Theme,
    focused: bool,
    spots: &mut Spots,
) {
    let scene = state.scene();
    let table = &scene.table;
    let mut head = title(Panel::Table, theme);
    let say = &strings().table;
    let open = format!("{} {} ", theme.glyph("·", "-"), (say.open)(table.open()));
    let filter = table.filter().as_str();
    if filter.is_empty() {
        head.push_span(dim(open, theme));
    } else {
        let filter = format!(" {} ", (say.filter)(filter, table.order().len()));
        // How many are open is in the header too.
        let needs = head.width() + open.width() + filter.width() + 2;
        if needs <= usize::from(area.width) {
            head.push_span(dim(open, theme));
        }
        head.push_span(Span::styled(filter, theme.style(Role::Warn)));
        head = cut(head, usize::from(area.width).saturating_sub(2), theme);
    }
    let inner = area.inner(Margin::new(1, 1));
    let rows = usize::from(inner.height).saturating_sub(head_rows(
        scene.listener,
        &scene.others,
        inner.height.into(),
    ));
    let mut block = block(head, theme, focused);
    if table.order().len() > rows {
        let of = table.order().len();
        let shown = (say.shown)(table.top() + 1, (table.top() + rows).min(of), of);
        block = block.title_bottom(Line::from(dim(format!(" {shown} "), theme)).right_aligned());
    }
    let key = keys::name(Id::Closed);
    if let Some((place, text)) = folded(table, scene.folded(), &key, area) {
        spots.add(place, Thing::Detail(Detail::Folded));
        let text = text.replace('·', theme.glyph("·", "-"));
        block = block.title_bottom(Line::from(dim(text, theme)));
    }
    frame.render_widget(block, area);
    let columns = columns(table, inner.width);
    note(scene, inner, &columns, spots);
    let headings = headings(table, scene.rates.work(), &columns, theme);
    let mut lines = vec![headings, above::listener(scene, &columns, inner.width, theme)];
    lines.extend(above::stdin(scene, &columns, inner.width, theme));
    lines.extend(above::others(scene, &columns, inner, theme));
    for (line, id) in table.order().iter().enumerate().skip(table.top()).take(rows) {
        if let Some(entry) = table.get(*id) {
            let selected = line == table.position();
            let named = state.code_names() == Some(entry.id());
            lines.push(row(entry, state, &columns, inner.width, (selected, named), theme));
        }
    }
    if table.order().is_empty() {
        lines.extend(empty(state, inner.width, theme));
    }
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// What is where: each column, and over it the lines above the connections, and what is a thing of its
/// own in a connection's line.
fn note(scene: &Scene, inner: Rect, columns: &[(Column, u16)], spots: &mut Spots) {
    if !spots.are_asked() {
        return;
    }
    let table = &scene.table;
    let head = head_rows(scene.listener, &scene.others, inner.height.into());
    let others = other_rows(&scene.others, inner.height.into());
    let rows = usize::from(inner.height).saturating_sub(head);
    let shown = table.order().iter().skip(table.top()).take(rows);
    let shown: Vec<&TableRow> = shown.filter_map(|id| table.get(*id)).collect();
    let height = u16::try_from(head + shown.len()).unwrap_or(u16::MAX).min(inner.height);
    let line = |at: usize| Rect {
        y: inner.y.saturating_add(u16::try_from(at).unwrap_or(u16::MAX)),
        height: 1,
        ..inner
    };
    let mut x = inner.x + MARKS;
    for &(column, width) in columns {
        spots.add(Rect { x, width, height, ..inner }, Thing::Column(column));
        for (at, entry) in shown.iter().enumerate() {
            let cell = Rect { x, width, ..line(head + at) };
            match column {
                // Why it closed takes the rest of the line.
                Column::State if entry.closed.is_some() => {
                    let width = inner.right().saturating_sub(x);
                    spots.add(Rect { width, ..cell }, scene.state_of(entry));
                }
                Column::State => spots.add(cell, scene.state_of(entry)),
                Column::Last if entry.closed.is_none() => {
                    spots.add(cell, Thing::Kind(entry.row().last));
                }
                _ => {}
            }
        }
        x = x.saturating_add(width + 1);
    }
    for (at, _) in shown.iter().enumerate().filter(|(_, entry)| entry.ours.is_some()) {
        let mark = Rect { x: inner.x + 1, width: 1, ..line(head + at) };
        spots.add(mark, Thing::Detail(Detail::Ours));
    }
    spots.add(line(1), Thing::Detail(Detail::Listener));
    if head > 2 + others {
        spots.add(line(2), Thing::Detail(Detail::Stdin));
    }
    for at in head - others..head {
        spots.add(line(at), Thing::Detail(Detail::Other));
    }
}

fn headings(table: &Table, work: Work, columns: &[(Column, u16)], theme: &Theme) -> Line<'static> {
    let (sort, reverse) = table.sorting();
    let mut spans = vec![Span::raw(" ".repeat(usize::from(MARKS)))];
    for &(column, width) in columns {
        let width = usize::from(width);
        let sorted = column == sort;
        let mut text = match (column, work) {
            (Column::Requests, Work::Answers) => strings().table.answers,
            _ => column.label(),
        }
        .to_owned();
        if text.width() + usize::from(sorted) > width {
            text = text.split(' ').next().unwrap_or_default().to_owned();
        }
        if sorted {
            // As in htop: up where values ascend from line to line.
            text += if reverse { theme.glyph("▽", "v") } else { theme.glyph("△", "^") };
        }
        let role = if sorted { Role::Title } else { Role::Dim };
        let text = align(column, &text, width, theme);
        spans.push(Span::styled(text + " ", theme.style(role)));
    }
    Line::from(spans)
}

fn row(
    entry: &TableRow,
    state: &State,
    columns: &[(Column, u16)],
    width: u16,
    (selected, named): (bool, bool),
    theme: &Theme,
) -> Line<'static> {
    let scene = state.scene();
    let closed = entry.closed.is_some();
    let plain = if closed { theme.style(Role::Dim) } else { theme.style(Role::Text) };
    let cursor = if selected { theme.glyph("▸", ">") } else { " " };
    let ours = match entry.ours {
        Some((_, ClientKind::Puppet(name))) => name.label(),
        Some(_) => theme.glyph("◆", "&"),
        None => " ",
    };
    let mut spans = vec![
        Span::styled(cursor, theme.style(Role::Focus)),
        Span::styled(ours, theme.style(Role::Ours)),
    ];
    let mut used = MARKS;
    let asks = scene.listener.map(|listener| listener.server.asks());
    let handler = blocks(entry, scene).filter(|_| !closed);
    let why = match entry.why() {
        "" => String::new(),
        why => format!("{} {why}", theme.glyph("×", "x")),
    };
    // Why it closed is worth more than what it was, and than the begin of its address.
    let before = columns.iter().take_while(|(column, _)| *column != Column::State);
    let before = before.fold(MARKS, |sum, (_, wide)| sum + wide + 1);
    let long = u16::try_from(why.width()).unwrap_or(u16::MAX);
    let over = (before + long).saturating_sub(width);
    for &(column, mut wide) in columns {
        if column == Column::Peer {
            wide = wide.saturating_sub(over).max(wide.min(LEAST_PEER));
        }
        if closed && column == Column::State {
            let room = usize::from(width.saturating_sub(used));
            spans.push(Span::styled(left(&why, room, theme), theme.style(Role::Warn)));
            break;
        }
        let (text, style) = match column {
            // There is no interest list there, or a runtime keeps it.
            Column::Interest if !matches!(asks, Some(Asks::Interest | Asks::List)) => {
                (theme.glyph("–", "-").to_owned(), theme.style(Role::Dim))
            }
            Column::State if handler.is_some() => {
                (format!("!! {}", strings().table.blocks), theme.style(Role::Bad))
            }
            Column::Last if handler.is_some() => {
                let (route, stood) = handler.unwrap_or_default();
                let stood = super::duration(stood, theme);
                let wordings = (strings().table.in_handler)(route, &stood);
                let fits = |text: &String| text.width() <= usize::from(wide);
                (wordings.into_iter().find(fits).unwrap_or_default(), theme.style(Role::Bad))
            }
            // A student is nobody's address.
            Column::Peer if scene.class.whose(entry.id()).is_some() => {
                student(entry, state, usize::from(wide), plain, theme)
            }
            _ => cell(entry, column, usize::from(wide), scene.now, plain, theme),
        };
        spans.push(Span::styled(align(column, &text, usize::from(wide), theme) + " ", style));
        used += wide + 1;
    }
    let line = Line::from(spans);
    if !selected {
        return line;
    }
    // One style for the whole row: a colour of its own would get lost in the reverse.
    let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
    let text = left(text.trim_end(), usize::from(width), theme);
    let style = theme.style(Role::Selected);
    let at = columns.iter().position(|(column, _)| *column == Column::Fd).filter(|_| named);
    // Behind the marks there is a span for each column.
    let place = at.and_then(|at| {
        let cell = line.spans.get(at + 2)?.content.trim_end();
        let before: usize = line.spans[..at + 2].iter().map(|span| span.content.len()).sum();
        Some(before + cell.len() - cell.trim_start().len()..before + cell.len())
    });
    match place.filter(|place| text.get(place.clone()).is_some()) {
        Some(place) => Line::from(vec![
            Span::styled(text[..place.start].to_owned(), style),
            Span::styled(text[place.clone()].to_owned(), theme.held()),
            Span::styled(text[place.end..].to_owned(), style),
        ]),
        None => Line::styled(text, style),
    }
}

/// Which student it is, and whether its hand is up.
fn student(
    entry: &TableRow,
    state: &State,
    width: usize,
    plain: Style,
    theme: &Theme,
) -> (String, Style) {
    let class = &state.scene().class;
    let number = class.whose(entry.id()).unwrap_or_default();
    // Over a connection that is closed nobody asks any more.
    let up = entry.is_open() && class.is_raised(entry.id());
    let hand = if up { theme.glyph("✋ ", "^ ") } else { "" };
    let names = [state.student(number), state.student_in_short(number), number.to_string()];
    let wordings = names.map(|name| format!("{hand}{name}"));
    let fits = wordings.into_iter().find(|wording| wording.width() <= width);
    let style = if up { theme.style(Role::Title) } else { plain };
    (fits.unwrap_or_default(), style)
}

fn cell(
    entry: &TableRow,
    column: Column,
    width: usize,
    now: Nanos,
    plain: Style,
    theme: &Theme,
) -> (String, Style) {
    let row = &entry.row();
    let dim = theme.style(Role::Dim);
    match column {
        Column::Fd => (row.fd.to_string(), plain),
        Column::Id => (row.id.to_string(), dim),
        Column::Peer => (address(&row.peer.to_string(), width, theme), plain),
        Column::State => state(entry, theme),
        Column::Interest => (row.interest.to_string(), dim),
        Column::Last => {
            let text = match row.last_ret.get() {
                _ if width < 14 => row.last_name().to_owned(),
                Ok(number) => row.last_call(&units::count(number), " = "),
                Err(errno) => row.last_call(&errno.to_string(), " "),
            };
            (text, theme.kind(row.last))
        }
        Column::Requests => (units::narrow_count(row.requests), plain),
        Column::In => (units::rounded_bytes(row.bytes_in), plain),
        Column::Out => (units::rounded_bytes(row.bytes_out), plain),
        Column::Idle => (whole_seconds(entry.idle(now)), dim),
        Column::RecvQueue => queue(entry.queues.map(|[recv, _]| recv), width, theme),
        Column::SendQueue => queue(entry.queues.map(|[_, send]| send), width, theme),
    }
}

/// A queue that holds something is worth a look.
fn queue(bytes: Option<u32>, width: usize, theme: &Theme) -> (String, Style) {
    match bytes {
        None => (theme.glyph("–", "-").to_owned(), theme.style(Role::Dim)),
        Some(0) => ("0".to_owned(), theme.style(Role::Dim)),
        Some(bytes) => {
            let text = units::bytes(bytes.into());
            let fits = text.len() <= width;
            let text = if fits { text } else { units::short_bytes(bytes.into()) };
            (text, theme.style(Role::Warn))
        }
    }
}

/// The handler's path and for how long it has run, where it keeps the server's own thread, so that
/// no other connection is served.
pub(super) fn blocks(entry: &TableRow, scene: &Scene) -> Option<(&'static str, Nanos)> {
    match scene.standing {
        Standing { stance: Stance::Handling(route), since, .. } if entry.row().keeps_the_loop() => {
            Some((route, scene.now.saturating_sub(since)))
        }
        _ => None,
    }
}

/// A connection's state: glyph, word, style.
#[must_use]
pub fn state(entry: &TableRow, theme: &Theme) -> (String, Style) {
    let row = &entry.row();
    if row.stopped && row.state != ConnState::Closed {
        let text = format!("{} {}", theme.glyph("■", "#"), strings().table.stopped);
        return (text, theme.style(Role::Warn));
    }
    let doing = row.doing();
    let glyph = match doing {
        ConnState::New => theme.glyph("○", "n"),
        ConnState::Reading => theme.glyph("←", "<"),
        ConnState::Handling => theme.glyph("▸", "!"),
        ConnState::Idle => theme.glyph("·", "."),
        ConnState::Writing => theme.glyph("→", ">"),
        ConnState::Lingering => theme.glyph("…", "~"),
        ConnState::Closed => theme.glyph("×", "x"),
    };
    if let (ConnState::Writing, Some((sent, all))) = (doing, row.progress()) {
        let percent = units::percent(sent, all);
        return (format!("{glyph} {percent}"), theme.state(doing));
    }
    let word = match (doing, row.within) {
        (ConnState::Handling, Some(Kind::Queued) | None) => strings().table.queued,
        (state, _) => (strings().table.state)(state),
    };
    (format!("{glyph} {word}"), theme.state(doing))
}

/// Idle times in whole seconds, so that a quiet table stands still.
fn whole_seconds(time: Nanos) -> String {
    let say = &strings().table;
    match time / 1_000_000_000 {
        seconds @ 0..100 => (say.seconds)(seconds),
        seconds @ 100..6000 => (say.minutes)(seconds / 60),
        seconds => (say.hours)(seconds / 3600),
    }
}

/// What to do next when there is nothing to show.
fn empty(state: &State, width: u16, theme: &Theme) -> Vec<Line<'static>> {
    let say = &strings().table;
    let filter = state.scene().table.filter();
    let text = theme.style(Role::Text);
    let mut lines = vec![Line::default()];
    if let Some(trouble) = filter.trouble() {
        lines.push(Line::styled(format!("   {}", trouble.text()), theme.style(Role::Warn)));
    }
    let scene = state.scene();
    if !filter.is_empty() && !scene.table.entries().is_empty() {
        lines.push(Line::styled(format!("   {}", say.none_passes), text));
        let clears = (say.clears_filter)(&keys::name(Id::Back));
        lines.push(Line::from(dim(format!("   {clears}"), theme)));
        return lines;
    }
    let narrow = width < 44;
    let queues = scene.kernel.iter().flat_map(|kernel| kernel.accept_queues());
    let none = match queues.map(|queue| queue.len).fold(0, u32::saturating_add) {
        waiting @ 1.. => (say.none_accepted)(waiting),
        0 if scene.folded() > 0 => say.none_any_more.to_owned(),
        0 => say.none.to_owned(),
    };
    lines.push(Line::styled(format!("   {none}"), text));
    if !state.alive() || state.recording().is_some() {
        // Nobody can come any more.
        return lines;
    }
    lines.push(Line::default());
    // No browser speaks echo.
    let open = if narrow || state.scene().rates.work() != Work::Requests {
        say.in_browser_short
    } else {
        say.in_browser
    };
    lines.push(Line::styled(format!("   {open}"), text));
    lines.push(Line::styled(format!("   {}", state.url()), theme.style(Role::Title)));
    lines.push(Line::default());
    let [key, label] = super::key_spans(&keys::name(Id::Client), say.adds_client, theme);
    lines.push(Line::from(vec![Span::raw("   "), key, label]));
    lines
}
