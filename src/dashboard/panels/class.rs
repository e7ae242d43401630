//! **class**: who is in, whose hand is up, how the class votes, and what came of pressing all at once.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::spots::Spots;
use super::{block, cut, dim, duration, title, wrap};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::layout::Panel;
use crate::dashboard::state::State;
use crate::dashboard::state::class::{Asked, Class, Student};
use crate::dashboard::state::explain::thing::Thing;
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::ServerKind;
use crate::words::{pad_left, strings};

/// The columns of one of those who are in, at least.
const LEAST: usize = 12;

/// Draws the panel.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    state: &State,
    theme: &Theme,
    focused: bool,
    spots: &mut Spots,
) {
    spots.add(area, Thing::Panel(Panel::Class));
    let (scene, say) = (state.scene(), &strings().class);
    let class = &scene.class;
    let mut head = title(Panel::Class, theme);
    let counts = (say.counts)(class.present(), class.hands().len());
    head.push_span(Span::styled(format!("{counts} "), theme.style(Role::Text)));
    let mut block = block(head, theme, focused);
    // Nobody is asked to press elsewhere.
    let burst = (!state.has_class_beside()).then(|| keys::name(Id::Burst));
    let keys = (say.keys)(&keys::name(Id::Join), &keys::name(Id::Serve), burst.as_deref());
    let keys = format!(" {keys} ");
    if state.has_class() && keys.width() + 2 <= usize::from(area.width) {
        block = block.title_bottom(Line::from(dim(keys, theme)).right_aligned());
    }
    frame.render_widget(block, area);
    let inner = area.inner(Margin::new(1, 1));
    let width = usize::from(inner.width);
    let mut lines = Vec::new();
    if state.has_class_beside() {
        let rows = wrap(say.beside, width.saturating_sub(2), 4, theme.ascii());
        lines.extend(rows.into_iter().map(|row| Line::from(dim(format!(" {row}"), theme))));
    }
    if class.is_empty() {
        let text = if state.has_class() {
            (say.nobody)(&keys::name(Id::Join))
        } else {
            say.none.to_owned()
        };
        lines.extend(
            wrap(&text, width.saturating_sub(2), 4, theme.ascii())
                .into_iter()
                .map(|row| Line::from(dim(format!(" {row}"), theme))),
        );
    }
    if let Some(asked) = class.asked() {
        lines.extend(question(asked, class, width, theme));
    }
    lines.extend(hands(state, class, theme));
    lines.extend(bursts(class, width, theme));
    let height = usize::from(inner.height);
    if state.marked_student().is_some() {
        // Who is marked is in sight, whatever else there is to tell.
        lines.truncate(height.saturating_sub(1 + usize::from(class.lost())));
    }
    let room = height.saturating_sub(lines.len());
    lines.extend(present(state, class, (width, room), theme));
    if class.lost() {
        lines.truncate(usize::from(inner.height).saturating_sub(1));
        lines.push(Line::styled(format!(" {}", say.lost), theme.style(Role::Warn)));
    }
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(cut(line, width, theme), Rect { y, height: 1, ..inner });
    }
}

/// Those whose hands are up, the longest first.
fn hands(state: &State, class: &Class, theme: &Theme) -> Vec<Line<'static>> {
    let now = state.scene().now;
    let line = |&number: &u32| {
        let student = class.student(number)?;
        let since = now.saturating_sub(student.hand?);
        let hand = Span::styled(format!(" {} ", theme.glyph("✋", "^")), theme.style(Role::Title));
        let name = Span::styled(state.student(number), theme.style(Role::Good));
        let at = student.at.map(|(fd, _)| format!("  fd {fd}")).unwrap_or_default();
        let since = dim(format!("{at}  {}", duration(since, theme)), theme);
        Some(Line::from(vec![hand, name, since]))
    };
    class.hands().iter().filter_map(line).collect()
}

/// The question: how many have answered, or how.
fn question(asked: &Asked, class: &Class, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let say = &strings().class;
    let round = if asked.again { 2 } else { 1 };
    let text = (say.answered)(class.answered(), class.present(), round);
    let rows = wrap(&text, width.saturating_sub(2), 3, theme.ascii()).into_iter();
    let mut lines: Vec<_> =
        rows.map(|row| Line::styled(format!(" {row}"), theme.style(Role::Title))).collect();
    if !asked.shown {
        return lines;
    }
    let options = asked.votes.len().max(asked.first.len());
    for at in 0..options {
        let (votes, before) = asked.count(at);
        let before = before.map(|before| format!(" ({})", (say.before)(before)));
        let count = format!("{votes}{}", before.unwrap_or_default());
        let room = width.saturating_sub(5 + count.width());
        let bar = bar(votes, class.answered(), room, theme);
        lines.push(Line::from(vec![
            Span::styled(format!(" {} ", at + 1), theme.style(Role::Key)),
            Span::styled(bar, theme.style(Role::Good)),
            Span::styled(format!(" {count}"), theme.style(Role::Text)),
        ]));
    }
    lines
}

/// So many of all, in at most that many columns.
pub(super) fn bar(part: u32, all: u32, room: usize, theme: &Theme) -> String {
    let cells = room.saturating_mul(part as usize) / (all.max(1) as usize);
    theme.glyph("█", "#").repeat(cells)
}

/// What came of pressing all at once, the newest first.
fn bursts(class: &Class, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let say = &strings().class;
    let mut lines = Vec::new();
    for burst in class.bursts().iter().rev() {
        let server = burst.server.map_or("", ServerKind::name);
        let within = burst.first.map(|first| duration(burst.last.saturating_sub(first), theme));
        let text = (say.burst)(server, burst.pressed, within.as_deref());
        let rows = wrap(&text, width.saturating_sub(2), 3, theme.ascii()).into_iter();
        lines.extend(rows.map(|row| Line::styled(format!(" {row}"), theme.style(Role::Text))));
        if let Some((half, longest)) = burst.waits() {
            let text = (say.waited)(burst.waited.len(), half, longest);
            let rows = wrap(&text, width.saturating_sub(4), 4, theme.ascii()).into_iter();
            lines.extend(rows.map(|row| Line::from(dim(format!("   {row}"), theme))));
        }
    }
    lines
}

/// Everybody, in columns.
fn present(
    state: &State,
    class: &Class,
    (width, room): (usize, usize),
    theme: &Theme,
) -> Vec<Line<'static>> {
    let name = |(number, student): (u32, &Student)| {
        let role = match student {
            Student { hand: Some(_), .. } => Role::Good,
            Student { is_in: false, .. } => Role::Dim,
            _ => Role::Text,
        };
        let mut text = state.student_in_short(number);
        if student.muted {
            text += theme.glyph(" ∅", " -");
        }
        if class.asked().is_some_and(|asked| !asked.shown) && student.vote.is_some() {
            text += theme.glyph(" ✓", " +");
        }
        (number, text, role)
    };
    let names: Vec<(u32, String, Role)> = class.students().map(name).collect();
    let wide = names.iter().map(|(_, text, _)| text.width() + 2).max().unwrap_or(0).max(LEAST);
    let columns = (width.saturating_sub(1) / wide).max(1);
    let marked = state.marked_student();
    let at = names.iter().position(|(number, ..)| Some(*number) == marked);
    // Who is marked is in sight.
    let first = at.map_or(0, |at| (at / columns + 1).saturating_sub(room));
    let mut lines = Vec::new();
    for some in names.chunks(columns).skip(first).take(room) {
        let mut line = Line::default();
        for (number, text, role) in some {
            let mark = if Some(*number) == marked { theme.glyph("▸", ">") } else { " " };
            line.push_span(Span::styled(mark, theme.style(Role::Key)));
            line.push_span(Span::styled(pad_left(text, wide - 1), theme.style(*role)));
        }
        lines.push(line);
    }
    lines
}
