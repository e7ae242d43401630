//! **event stream**: a line for each system call and each fact, like strace(1) with notes.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::spots::Spots;
use super::{block, cut, dim, title};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::layout::Panel;
use crate::dashboard::state::State;
use crate::dashboard::state::explain::thing::Thing;
use crate::dashboard::state::stream::StreamEntry;
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{Errno, Kind, Lost, OwnedEvent};
use crate::words::{Description, Language, describe, glyph, pad_left, strings, units};

/// Draws the panel.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    state: &State,
    theme: &Theme,
    focused: bool,
    spots: &mut Spots,
) {
    let say = &strings().stream;
    let scene = state.scene();
    let stream = &scene.stream;
    let inner = area.inner(Margin::new(1, 1));
    let height = usize::from(inner.height);
    let mut head = title(Panel::Stream, theme);
    let mut note = |text: &str| {
        head.push_span(Span::styled(format!(" {text} "), theme.style(Role::Warn)));
    };
    if stream.errors_only() {
        note(say.errors_only);
    }
    if stream.shows_own() {
        note(say.with_plumbing);
    }
    if !stream.filter().as_str().is_empty() {
        note(&(say.filter)(stream.filter().as_str(), stream.len()));
    }
    let unseen = state.output().unseen();
    if unseen > 0 && state.has_output() {
        note(&(say.writes)(&units::bytes(unseen), &keys::name(Id::Output)));
    }
    let mut block = block(head, theme, focused);
    if let Some(text) = lost(&scene.lost) {
        block = block.title_bottom(Line::styled(text, theme.style(Role::Bad)));
    }
    if let Some(below) = stream.below(height) {
        let newer = (say.newer_below)(below, &keys::name(Id::Last));
        let text = format!(" {} {newer} ", theme.glyph("▼", "v"));
        block = block.title_bottom(Line::styled(text, theme.style(Role::Warn)).right_aligned());
    }
    frame.render_widget(block, area);
    let width = usize::from(inner.width);
    let selected = stream.selected_row(height);
    for (entry, y) in stream.lines(height).zip(inner.top()..inner.bottom()) {
        spots.add(Rect { y, height: 1, ..inner }, Thing::from(&entry));
        let line = match entry {
            StreamEntry::Event(event) => event_line(&event, state, width, theme),
            StreamEntry::Lint(lint, seen) => {
                let text = format!("  ! {}", lint.text(seen));
                cut(Line::styled(text, theme.style(Role::Bad)), width, theme)
            }
            StreamEntry::Change(what) => mark(&what.text(), width, theme),
            StreamEntry::Lost(count) => hole(&(say.hole_lost)(count), theme),
            StreamEntry::Skipped(count) => hole(&(say.hole_skipped)(count), theme),
        };
        let place = Rect { y, height: 1, ..inner };
        frame.render_widget(line, place);
        if selected == Some(usize::from(y - inner.top())) {
            // One style for all of it: colours of its own would get lost in the reverse.
            for style in [Style::reset(), theme.style(Role::Text), theme.style(Role::Selected)] {
                frame.buffer_mut().set_style(place, style);
            }
        }
    }
    if stream.is_empty() && height > 0 {
        let text = match stream.filter().trouble() {
            Some(trouble) => trouble.text(),
            None if stream.filter().is_empty() && !stream.errors_only() => {
                format!(" {}", say.none)
            }
            None => format!(" {}", (say.none_passes)(&keys::name(Id::Back))),
        };
        frame.render_widget(Line::from(dim(text, theme)), Rect { height: 1, ..inner });
    }
}

/// How many were lost, and of which kinds the most.
fn lost(lost: &Lost) -> Option<String> {
    if lost.all() == 0 {
        return None;
    }
    let mut kinds: Vec<(u64, Kind)> =
        lost.events.iter().copied().zip(Kind::ALL).filter(|(n, _)| *n > 0).collect();
    kinds.sort_unstable_by(|a, b| b.cmp(a));
    let most: Vec<String> = kinds
        .iter()
        .take(3)
        .map(|(n, kind)| format!("{} {}", kind.name(), units::short_count(*n)))
        .collect();
    let rest = if kinds.len() > 3 { ", ..." } else { "" };
    let most = most.join(strings().marks.list) + rest;
    Some(format!(" {} ", (strings().stream.lost)(lost.all(), &most)))
}

/// `── epoll → select ──────`
fn mark(what: &str, width: usize, theme: &Theme) -> Line<'static> {
    let (what, dash) =
        (if theme.ascii() { in_ascii(what) } else { what.to_owned() }, theme.glyph("─", "-"));
    let text = format!("{} {what} ", dash.repeat(2));
    let rest = width.saturating_sub(text.width());
    cut(Line::styled(text + &dash.repeat(rest), theme.style(Role::Warn)), width, theme)
}

fn hole(text: &str, theme: &Theme) -> Line<'static> {
    let dots = theme.glyph("┄┄┄┄┄", "- - -");
    Line::styled(format!("{dots} {text} {dots}"), theme.style(Role::Bad))
}

fn event_line(event: &OwnedEvent, state: &State, width: usize, theme: &Theme) -> Line<'static> {
    let time = match state.wall_time() {
        Some(zero) => units::wall(zero, event.event.time),
        None => units::relative(event.event.time),
    };
    let time_width = if state.wall_time().is_some() { 12 } else { 10 };
    let mut spans = vec![dim(format!("{time:>time_width$} "), theme)];
    spans.extend(told(event, width >= 90, false, theme));
    let line = Line::from(spans);
    if event.event.what.kind().is_wait() {
        wait_line(line, width, theme)
    } else {
        cut(line, width, theme)
    }
}

/// A wait's line: its last pieces are the ready list and how long it took. Where there is no room,
/// the time is left out, and then the list is cut between two words: half a mask says nothing.
fn wait_line(mut line: Line<'static>, width: usize, theme: &Theme) -> Line<'static> {
    if line.width() > width {
        line.spans.pop();
    }
    let over = line.width().saturating_sub(width);
    if over > 0
        && let Some(list) = line.spans.pop()
    {
        let room = list.content.width().saturating_sub(over);
        // The mark and the blank before it need room too.
        let kept: String = list.content.chars().take(room.saturating_sub(1)).collect();
        let kept = kept.rsplit_once(' ').map_or("", |(kept, _)| kept);
        line.push_span(Span::styled(format!("{kept} {}", theme.glyph("…", "~")), list.style));
    }
    cut(line, width, theme)
}

/// An event without its time: glyph, name, on what, result, note, and of a wait how long it took.
/// What is told of one connection alone does not repeat its fd.
#[must_use]
pub fn told(event: &OwnedEvent, wide: bool, alone: bool, theme: &Theme) -> Vec<Span<'static>> {
    let Description { kind, subject, result, note, waited, error } = describe(event.as_ref());
    let (utf8, ascii) = glyph(kind);
    let glyph = if error { "!" } else { theme.glyph(utf8, ascii) };
    let style = if error { theme.style(Role::Bad) } else { theme.kind(kind) };
    let again = event.event.what.ret().is_some_and(|ret| ret.is_err(Errno::AGAIN));
    let result_style = match (error, again) {
        (true, _) => theme.style(Role::Bad),
        (_, true) => theme.style(Role::Dim),
        _ => theme.style(Role::Text),
    };
    // Nothing is cut here: a long result moves its note to the right.
    let (on, of) = if wide { (9, 14) } else { (8, 11) };
    let gap = if note.is_empty() { " " } else { "  " };
    let waited = waited.map(|waited| format!("{gap}{waited}"));
    let letters = |text: String| if theme.ascii() { in_ascii(&text) } else { text };
    let note_style = match kind {
        Kind::Request | Kind::Response | Kind::Round => theme.style(Role::Text),
        kind if kind.is_wait() => theme.style(Role::Text),
        _ => theme.style(Role::Dim),
    };
    let mut spans = vec![
        Span::styled(format!("{glyph} "), style),
        Span::styled(format!("{:<10} ", event.event.name()), style),
        Span::styled(format!("{} ", pad_left(&result, of)), result_style),
        Span::styled(letters(note), note_style),
    ];
    // An accept is made on the listener.
    if !alone || kind == Kind::Accept {
        let subject = format!("{} ", pad_left(&subject, on - 1));
        spans.insert(2, Span::styled(subject, theme.style(Role::Text)));
    }
    spans.extend(waited.map(|waited| Span::styled(letters(waited), note_style)));
    spans
}

/// A note in ASCII; what a peer sent may hold any letter.
fn in_ascii(note: &str) -> String {
    let chinese = Language::spoken() == Language::Chinese;
    let mut text = String::with_capacity(note.len());
    for c in note.chars() {
        match c {
            'µ' => text.push('u'),
            '→' => text.push_str("->"),
            c if c.is_ascii() || (chinese && c.width() == Some(2)) => text.push(c),
            c => text.extend(c.escape_unicode()),
        }
    }
    text
}
