//! The picture.
//!
//! ```text
//!  name        from outside, not stopped
//!  figures
//! ┌ 1 descriptors ─────────────────────────┐
//! ┌ 2 interest list ──┐┌ 3 threads ────────┐
//! ┌ 4 noticed ─────────────────────────────┐
//!  key bar
//! ```

mod parts;
mod table;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use self::parts::{arrows, lines, named};
use super::state::{Pane, State};
use crate::attach::{Look, Thread, report};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::panels::{
    block, cut, dim, key_spans, left, plain, popup, right, too_small, wrapped,
};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::Mask;
use crate::words::{clean, strings, wrap};

/// The least width and height.
const LEAST: (u16, u16) = (60, 16);
/// Rows of what is noticed, its border among them.
const NOTICED: u16 = 5;

/// Draws the screen.
pub(super) fn draw(frame: &mut Frame, shown: &State, theme: &Theme) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, theme.style(Role::Text));
    if area.width < LEAST.0 || area.height < LEAST.1 {
        return too_small::draw(frame, area, LEAST, theme);
    }
    let [top, figures, body, bar] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(title(shown, top.width, theme), top);
    if let Some(look) = &shown.look {
        let line = Line::from(plain(format!(" {}", report::figures(look).join("   "))));
        frame.render_widget(cut(line, figures.width.into(), theme), figures);
        for (pane, area) in panes(shown, body) {
            let focused = pane == shown.focus;
            match pane {
                Pane::Table => table::draw(frame, area, shown, look, theme, focused),
                Pane::List => list(frame, area, shown, look, theme, focused),
                Pane::Threads => threads(frame, area, shown, look, theme, focused),
                Pane::Findings => findings(frame, area, shown, look, theme, focused),
            }
        }
    }
    frame.render_widget(key_bar(shown, bar.width, theme), bar);
    if shown.help {
        help(frame, area, theme);
    }
}

/// Which panes are where.
fn panes(shown: &State, body: Rect) -> Vec<(Pane, Rect)> {
    if shown.zoomed {
        return vec![(shown.focus, body)];
    }
    let middle = (body.height / 3).max(4);
    let [table, middle, below] = Layout::vertical([
        Constraint::Min(5),
        Constraint::Length(middle),
        Constraint::Length(NOTICED),
    ])
    .areas(body);
    let [list, threads] = Layout::horizontal([Constraint::Fill(1); 2]).areas(middle);
    vec![
        (Pane::Table, table),
        (Pane::List, list),
        (Pane::Threads, threads),
        (Pane::Findings, below),
    ]
}

fn title(shown: &State, width: u16, theme: &Theme) -> Line<'static> {
    let say = &strings().attach;
    let mut line = Line::from(vec![
        Span::styled(format!(" {} ", shown.name), theme.style(Role::Title)),
        plain(" "),
    ]);
    let pids: Vec<String> = shown
        .look
        .iter()
        .flat_map(|look| &look.processes)
        .map(|process| process.pid.to_string())
        .collect();
    if shown.ended() {
        line.push_span(Span::styled((say.ended)(&shown.name), theme.style(Role::Bad)));
    } else {
        line.push_span(dim(format!("{}  ", pids.join(" ")), theme));
        line.push_span(Span::styled(say.from_outside, theme.style(Role::Good)));
    }
    if shown.frozen {
        line.push_span(Span::styled(format!("  {}", say.frozen), theme.style(Role::Warn)));
    }
    if let Some(typed) = &shown.typing {
        let prompt = format!("  {}: {typed}{}", say.keys.filter, theme.glyph("▏", "_"));
        line.push_span(Span::styled(prompt, theme.style(Role::Key)));
    }
    cut(line, width.into(), theme)
}

fn list(frame: &mut Frame, area: Rect, shown: &State, look: &Look, theme: &Theme, focused: bool) {
    let say = &strings().attach;
    let Some(list) = look.lists.get(shown.epoll) else {
        let none = |_| Line::from(dim(format!(" {}", say.no_list), theme));
        let above = (named(2, say.lists, theme), Vec::new());
        return lines(frame, area, above, (1, none), &shown.list, theme, focused);
    };
    let mut title = named(2, &(say.list)(list.pid, list.epfd, list.entries.len()), theme);
    if look.lists.len() > 1 {
        title.push_span(dim(format!("({}/{}) ", shown.epoll + 1, look.lists.len()), theme));
    }
    let mut masks: Vec<Mask> = list.entries.iter().map(|it| it.interest.mask).collect();
    masks.sort_unstable();
    masks.dedup();
    let mask = masks.iter().map(|mask| mask.to_string().width()).max();
    let mask = mask.unwrap_or_default().clamp(4, 24);
    let width = usize::from(area.width.saturating_sub(2));
    // The data take 18; where there is no room for them, zooming makes it.
    let rest = width.saturating_sub(mask + 10);
    let (wide, has_data) = if rest >= 44 { (rest - 20, true) } else { (rest, false) };
    let row = |at: usize| {
        let it = &list.entries[at];
        let (what, data) = report::entry(look, list, it, arrows(theme));
        let role = if it.outlived { Role::Bad } else { Role::Text };
        Line::from(vec![
            plain(format!(" {} ", right(&it.interest.fd.to_string(), 5, theme))),
            Span::styled(
                left(&it.interest.mask.to_string(), mask, theme),
                theme.style(Role::Kernel),
            ),
            Span::styled(format!(" {}  ", left(&what, wide, theme)), theme.style(role)),
            dim(if has_data { data } else { String::new() }, theme),
        ])
    };
    let head = match report::data(look, list) {
        Some(data) => format!(" {data}"),
        None => format!(" {}", say.empty_list),
    };
    let head = wrapped(Line::from(dim(head, theme)), width, 1);
    let rows = (list.entries.len(), row);
    lines(frame, area, (title, head), rows, &shown.list, theme, focused);
}

fn threads(
    frame: &mut Frame,
    area: Rect,
    shown: &State,
    look: &Look,
    theme: &Theme,
    focused: bool,
) {
    let several = look.processes.len() > 1;
    let has_names = area.width >= 50;
    let row = |at: usize| {
        let thread = &look.threads[at];
        let (does, cpu) = report::thread(look, thread);
        let number = if several && thread.pid != thread.tid {
            format!("{}/{}", thread.pid, thread.tid)
        } else {
            thread.tid.to_string()
        };
        let role = match thread.state {
            'R' => Role::Good,
            'T' | 't' => Role::Bad,
            _ => Role::Text,
        };
        Line::from(vec![
            plain(format!(" {} ", right(&number, 7, theme))),
            dim(if has_names { name(thread, theme) } else { String::new() }, theme),
            plain(format!(" {}  ", right(&cpu, 7, theme))),
            Span::styled(does, theme.style(role)),
        ])
    };
    let above = (named(3, strings().attach.threads, theme), Vec::new());
    lines(frame, area, above, (look.threads.len(), row), &shown.threads, theme, focused);
}

fn name(thread: &Thread, theme: &Theme) -> String {
    left(&clean(thread.name.as_bytes()), 12, theme)
}

fn findings(
    frame: &mut Frame,
    area: Rect,
    shown: &State,
    look: &Look,
    theme: &Theme,
    focused: bool,
) {
    let say = &strings().attach;
    let width = usize::from(area.width.saturating_sub(2));
    let mut all = Vec::new();
    for noticed in &look.findings {
        let text = report::finding(look, noticed);
        let line = Line::from(vec![
            Span::styled(" ! ", theme.style(Role::Bad)),
            Span::styled(text, theme.style(Role::Warn)),
        ]);
        all.extend(wrapped(line, width, 3));
    }
    if look.findings.is_empty() {
        all.push(Line::from(dim(format!(" {}", say.noticed.nothing), theme)));
    }
    for unknown in report::unknown(look) {
        all.extend(wrapped(Line::from(dim(format!(" {unknown}"), theme)), width, 1));
    }
    frame.render_widget(block(named(4, say.findings, theme), theme, focused), area);
    let inner = area.inner(Margin::new(1, 1));
    let top = shown.findings.scrolled(all.len(), inner.height.into());
    for (line, y) in all.into_iter().skip(top).zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// The keys and their words.
fn all_keys(shown: Option<&State>) -> Vec<(String, &'static str)> {
    let say = &strings().attach.keys;
    let frozen = shown.is_some_and(|shown| shown.frozen);
    let lists = shown.and_then(|shown| Some(shown.look.as_ref()?.lists.len()));
    let mut all = vec![(keys::name(Id::NextPanel), say.panel), (keys::name(Id::Zoom), say.zoom)];
    if lists.is_none_or(|lists| lists > 1) {
        all.push(("e".to_owned(), say.epoll));
    }
    let all_files = shown.is_some_and(|shown| shown.rows.files);
    all.extend([
        (keys::name(Id::Own), if all_files { say.no_files } else { say.files }),
        (keys::name(Id::Sort), say.sort),
        (keys::name(Id::Filter), say.filter),
        (keys::name(Id::Freeze), if frozen { say.go_on } else { say.freeze }),
        (keys::name(Id::Language), say.language),
        (keys::name(Id::Help), say.help),
        (keys::name(Id::Quit), say.quit),
    ]);
    all
}

fn key_bar(shown: &State, width: u16, theme: &Theme) -> Line<'static> {
    let mut all = all_keys(Some(shown));
    loop {
        let mut line = Line::from(" ");
        for (key, label) in &all {
            line.extend(key_spans(key, label, theme));
        }
        if line.width() <= usize::from(width) || all.len() <= 2 {
            return line;
        }
        // Help and quit are always there.
        all.remove(all.len() - 3);
    }
}

fn help(frame: &mut Frame, area: Rect, theme: &Theme) {
    let say = &strings().attach.keys;
    let width = area.width.min(76);
    let room = usize::from(width).saturating_sub(4);
    let mut all: Vec<Line<'static>> = wrap(say.about, room)
        .into_iter()
        .map(|line| Line::styled(line, theme.style(Role::Text)))
        .collect();
    all.push(Line::default());
    let mut line = Line::default();
    for (key, label) in all_keys(None) {
        let spans = key_spans(&key, label, theme);
        if line.width() + spans.iter().map(Span::width).sum::<usize>() > room {
            all.push(std::mem::take(&mut line));
        }
        line.extend(spans);
    }
    all.push(line);
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inner = popup(frame, area, width, height, say.title, theme);
    for (line, y) in all.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}
