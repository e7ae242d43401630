//! **code**: the server's own source, with the line that is next and the line of the last call.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::fit::first_fit;
use super::spots::Spots;
use super::{block, dim, title};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::layout::Panel;
use crate::dashboard::state::State;
use crate::dashboard::state::by_server::{self, Drawing};
use crate::dashboard::state::code::{Call, How, Marks, View, result_text};
use crate::dashboard::state::explain::thing::{CodePart, Thing};
use crate::dashboard::theme::{Role, Theme};
use crate::source::{Class, Row};
use crate::telemetry::{Asks, Kind, Place, Stance};
use crate::words::{pad_left, pad_right, strings, units, wrap};

/// The columns of a row before its text: those of the marks, of the margin where it counts, of the
/// line's number.
const MARKS: usize = 2;
const COUNT: usize = 4;
const NUMBER: usize = 4;

/// Draws the panel.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    state: &State,
    theme: &Theme,
    focused: bool,
    spots: &mut Spots,
) {
    let mut head = title(Panel::Code, theme);
    let say = &strings().code;
    let inner = area.inner(Margin::new(1, 1));
    let Some(view) = state.code() else {
        frame.render_widget(block(head, theme, focused), area);
        let text = state.no_code().unwrap_or_else(|| say.nothing.to_owned());
        let room = usize::from(inner.width.saturating_sub(2));
        let lines = wrap(&text, room).into_iter();
        let lines = lines.map(|line| Line::from(dim(format!(" {line}"), theme)));
        return frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inner);
    };
    let room = usize::from(area.width).saturating_sub(2);
    if let Some(name) = name(view.source.name, room.saturating_sub(head.width() + 2)) {
        head.push_span(Span::styled(format!(" {name} "), theme.style(Role::Text)));
    }
    let mut block = block(head.clone(), theme, focused);
    // Who has a line of its own takes the view, also when nobody has chosen it.
    let left = room.saturating_sub(head.width() + 2);
    if let Some(text) = first_fit(other_line(&view.marks), left) {
        block = block.title(Line::from(dim(format!(" {text} "), theme)).right_aligned());
    }
    let stance = stance(state, room.saturating_sub(2));
    let left = stance.as_ref().map_or(0, |text| text.width() + 2);
    let wide = u16::try_from(left).unwrap_or(u16::MAX).min(inner.width);
    let bottom = area.bottom().saturating_sub(1);
    spots.add(Rect { y: bottom, width: wide, height: 1, ..inner }, Thing::Code(CodePart::Whose));
    if let Some(text) = stance {
        block = block.title_bottom(Line::from(dim(format!(" {text} "), theme)));
    }
    if let Some(text) =
        first_fit(hints(state, &view, theme, focused), room.saturating_sub(left + 2))
    {
        block = block.title_bottom(Line::from(dim(format!(" {text} "), theme)).right_aligned());
    }
    frame.render_widget(block, area);
    let counts = state.counts_calls().then(|| state.scene().code.last_second(view.source.name));
    let mut top = inner.top();
    if view.listing.is_some() && inner.height > 0 {
        let said = Line::styled(format!(" {}", say.equivalent), theme.style(Role::Warn));
        frame.render_widget(said, Rect { height: 1, ..inner });
        spots.add(inner, Thing::Code(CodePart::Listing));
        top += 1;
    }
    for (row, y) in view.rows(state.code_rows(area)).iter().zip(top..inner.bottom()) {
        let place = Rect { y, height: 1, ..inner };
        note(place, row, &view, counts.is_some(), spots);
        let (line, whole) = line(row, &view, counts.as_deref(), theme);
        if let Some(style) = whole {
            frame.buffer_mut().set_style(place, style);
        }
        frame.render_widget(line, place);
    }
}

/// What is where in a row: a mark and its line, the margin, the number, the selected connection.
fn note(place: Rect, row: &Row, view: &View, counts: bool, spots: &mut Spots) {
    if !spots.are_asked() {
        return;
    }
    let mut add = |from: usize, width: usize, part| {
        let (from, width) = (u16::try_from(from), u16::try_from(width));
        let (from, width) = (from.unwrap_or(u16::MAX), width.unwrap_or(u16::MAX));
        let rest = place.width.saturating_sub(from);
        let x = place.x.saturating_add(from);
        spots.add(Rect { x, width: width.min(rest), ..place }, Thing::Code(part));
    };
    if view.next(row.line).is_some() {
        add(0, usize::MAX, CodePart::Next);
    } else if view.result(row.line).is_some() {
        add(0, usize::MAX, CodePart::Last);
    }
    if view.result(row.line).is_some() {
        add(1, 1, CodePart::Last);
    }
    let mut number = MARKS;
    if counts {
        add(MARKS, COUNT, CodePart::Count);
        number += COUNT;
    }
    add(number, NUMBER, CodePart::Number);
    let text = number + NUMBER + row.indent + 1;
    for held in view.holder(row.line) {
        if row.part.contains(&held.start) {
            let line = view.source.line(row.line);
            let before = line[row.part.start..held.start].width();
            add(text + before, line[held].width(), CodePart::Holder);
        }
    }
}

/// The file's name as far as there is room for it: the end tells it from the others.
fn name(file: &str, room: usize) -> Option<String> {
    let parts = file.match_indices('/').map(|(at, _)| file[at + 1..].to_owned());
    first_fit([file.to_owned()].into_iter().chain(parts), room)
}

/// Whose line is marked, and where that one is.
fn stance(state: &State, room: usize) -> Option<String> {
    let say = &strings().code;
    let Marks { whose, next, .. } = state.marks().shown();
    let server = state.scene().listener.map(|listener| listener.server);
    let sleeps = server.is_some_and(|server| by_server::drawing(server) == Drawing::Sleepers);
    let in_runtime = server.is_some_and(|server| server.asks() == Asks::Runtime);
    let is_loop = whose.is_none();
    let stance = state.scene().standing.stance;
    let whose = match whose {
        Some((conn, by)) => match (by.tid(), by.pid()) {
            (Some(tid), _) => (say.thread)(conn.get(), tid),
            (_, Some(pid)) => (say.worker)(conn.get(), pid),
            _ => (say.task)(conn.get()),
        },
        None if server.is_none() => strings().run.the_program.to_owned(),
        None if sleeps => say.accepting.to_owned(),
        None => say.the_loop.to_owned(),
    };
    let pair = |[long, short]: [&str; 2]| [long.to_owned(), short.to_owned()];
    let texts = match next {
        Some((how, call)) => {
            let name = call.kind.map_or("", Kind::name);
            match how {
                How::Held => (say.held_before)(name),
                How::Asleep if call.site.is_none() && in_runtime => (say.in_runtime)(name),
                How::Asleep => (say.asleep_in)(name),
                How::Parked => (say.parked_for)(name),
            }
        }
        None if matches!(stance, Stance::Handling(_)) => pair(say.in_handler),
        // Only who is to go on next is told.
        None if sleeps && is_loop && matches!(stance, Stance::Held(_)) => pair(say.not_told),
        None => pair(say.goes_on),
    };
    let [long, short] = texts.map(|text| [&*whose, &text].join(strings().marks.colon));
    first_fit([long, short, whose], room)
}

/// How to come to the line that could be shown in place of this one.
fn other_line(marks: &Marks) -> Vec<String> {
    let (say, key) = (&strings().code, keys::name(Id::Whose));
    match (marks.whose, marks.other) {
        (Some(_), Some(_)) => (say.to_the_loop)(&key).into(),
        (None, Some(conn)) => (say.to_conn)(&key, conn.get()).into(),
        (_, None) => Vec::new(),
    }
}

/// What can be done with the chosen line, what the margin shows, or the last call, whose line may not
/// be on the screen.
fn hints(state: &State, view: &View, theme: &Theme, focused: bool) -> Vec<String> {
    let say = &strings().code;
    match view.cursor.filter(|_| focused) {
        Some(line) => vec![(say.until)(&keys::name(Id::Card), line)],
        None if state.counts_calls() => say.margin.map(str::to_owned).into(),
        None => last(view, theme),
    }
}

/// The last call: `● recv = 84  turn.rs:111`.
fn last(view: &View, theme: &Theme) -> Vec<String> {
    let Some((Call { kind: Some(kind), site, .. }, result)) = view.marks.last else {
        return Vec::new();
    };
    let text = format!("{} {} {}", theme.glyph("●", "*"), kind.name(), result_text(result));
    let place = site.map(|site| {
        let Place { file, line } = site.place();
        let name = file.rsplit('/').next().unwrap_or(file);
        format!("{text}  {name}:{line}")
    });
    place.into_iter().chain([text]).collect()
}

/// A row of the code, and the style of the whole row where it has one of its own.
fn line(
    row: &Row,
    view: &View,
    counts: Option<&[(usize, u64)]>,
    theme: &Theme,
) -> (Line<'static>, Option<Style>) {
    let first = is_first(row, view);
    let (next, result) = (view.next(row.line), view.result(row.line));
    let whole = match (next, view.cursor == Some(row.line)) {
        (Some(_), _) => Some(theme.style(Role::Next)),
        (None, true) => Some(theme.style(Role::Selected)),
        (None, false) => None,
    };
    let style = |role| whole.unwrap_or_else(|| theme.style(role));
    let mark = |there: bool, utf8, ascii| {
        let text = if there && first { theme.glyph(utf8, ascii) } else { " " };
        Span::styled(text, style(Role::Key))
    };
    let mut spans = vec![mark(next.is_some(), "▶", ">"), mark(result.is_some(), "●", "*")];
    if let Some(counts) = counts {
        let count = counts.iter().find(|(line, _)| *line == row.line && first);
        let count = count.map_or_else(String::new, |(_, count)| units::narrow_count(*count));
        spans.push(Span::styled(pad_right(&count, COUNT), style(Role::Chart)));
    }
    let number = if first { row.line.to_string() } else { String::new() };
    // The chosen line is told also where it is next.
    let chosen = view.cursor == Some(row.line);
    let number_style = if chosen { theme.style(Role::Selected) } else { style(Role::Dim) };
    spans.push(Span::styled(pad_right(&number, NUMBER), number_style));
    spans.push(Span::styled(pad_left("", row.indent + 1), style(Role::Text)));
    spans.extend(code(row, view, &style, theme));
    if row.last {
        let result = result.map(|result| (result, Role::Title));
        let arrow = theme.glyph("◀", "<");
        let word = view.word(row.line).map(|word| (format!("{arrow} {word}"), Role::Next));
        for (text, role) in [result, word].into_iter().flatten() {
            spans.push(Span::styled(format!(" {text}"), style(role)));
        }
    }
    (Line::from(spans), whole)
}

/// Whether a row is the first of its line.
fn is_first(row: &Row, view: &View) -> bool {
    let line = view.source.line(row.line);
    row.part.start == line.len() - line.trim_start_matches(' ').len()
}

/// The pieces of the row's part of its line. The name of the selected connection looks as that does
/// in the table.
fn code(
    row: &Row,
    view: &View,
    style: &impl Fn(Role) -> Style,
    theme: &Theme,
) -> Vec<Span<'static>> {
    let mut from = 0;
    let held = view.holder(row.line);
    let pieces = view.source.pieces(row.line).filter_map(|(class, text)| {
        let (begin, end) = (from.max(row.part.start), (from + text.len()).min(row.part.end));
        let piece = (begin < end).then(|| &text[begin - from..end - from]);
        let style = if held.iter().any(|place| place.start == from) {
            theme.held()
        } else {
            style(role(class))
        };
        from += text.len();
        Some(Span::styled(piece?, style))
    });
    pieces.collect()
}

fn role(class: Class) -> Role {
    match class {
        Class::Plain | Class::Name => Role::Text,
        Class::Comment => Role::Comment,
        Class::Literal => Role::Literal,
        Class::Keyword => Role::Keyword,
        Class::Type => Role::Type,
        Class::Macro => Role::Macro,
    }
}
