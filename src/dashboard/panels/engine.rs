//! The loop: the textbook drawing, live. Above the boundary what the kernel holds, below it what
//! the program does with what the wait call handed over.
//!
//! ```text
//! kernel ─ interest list ─ 3 watched ──────────
//!  5 9 14
//! kernel ─ ready list ─ returned by the last wait
//!  9:IN 14:IN
//! kernel ─ queues ─────────────────────────────
//!  accept queue 0 of 128   no bytes unread
//! ═══════ epoll_wait() = 2, waited 1.2 s ══════
//! program ─ the ready array ─ 1 of 2 served ───
//!  ✓9:IN ▸14:IN
//!  now: recv(14) = 84
//! ```
//!
//! The boundary's row depends on the panel's size alone, so it does not jump.

use std::collections::HashSet;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};
use unicode_width::UnicodeWidthStr;

use super::fit::{Token, cut, first_fit, fold, wrap};
use crate::dashboard::format;
use crate::dashboard::state::engine::{Engine, Entry, Group, Known, Queue, Served, Wake};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{EventRef, Fd, Kind, Mode, Next, Ret, Stance, What};

/// From this long in the wait call on, it is called asleep.
const ASLEEP: u64 = 300_000_000;

/// From this inner height on, the sections have headings.
const FULL: u16 = 12;

/// From this inner width on, there are two columns.
const WIDE: u16 = 90;

/// Draws the panel with its border.
pub fn draw(frame: &mut Frame, area: Rect, engine: &Engine, theme: &Theme, focused: bool) {
    let border = theme.style(if focused { Role::Focus } else { Role::Border });
    let block = Block::bordered()
        .border_set(theme.border())
        .border_style(border)
        .title(Span::styled(" the loop ", theme.style(Role::Title)));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if inner.is_empty() {
        return;
    }
    let pen = Pen { engine, theme };
    if inner.height < FULL {
        let lines = pen.compact(inner.width.into(), inner.height.into());
        frame.render_widget(Paragraph::new(lines), inner);
    } else {
        pen.full(frame, inner);
    }
}

/// A call and its result, as the stream writes it: `recv(9) = 84`.
#[must_use]
pub fn call(event: EventRef<'_>) -> String {
    let fd = event.event.fd;
    match event.event.what {
        What::Listen { backlog, ret, .. } => format!("listen({fd}, {backlog}) = {}", result(ret)),
        What::EpollCtl { op, mask, ret, .. } => {
            format!("epoll_ctl({} {fd}, {mask}) = {}", op.name(), result(ret))
        }
        What::EpollWait { ret, .. } => format!("epoll_wait() = {}", result(ret)),
        What::Accept { ret, .. } => format!("accept({fd}) = {ret:?}"),
        What::Recv { ret } => format!("recv({fd}) = {}", result(ret)),
        What::Send { ret, len } | What::Sendfile { ret, len, .. } => {
            let name = event.event.what.kind().name();
            let of = match ret.get() {
                Ok(taken) if taken < len => format!(" of {}", format::count(len)),
                _ => String::new(),
            };
            format!("{name}({fd}) = {}{of}", result(ret))
        }
        What::Shutdown { how, ret } => format!("shutdown({fd}, {}) = {}", how.name(), result(ret)),
        What::Setsockopt { name, ret } => format!("setsockopt({fd}, {name}) = {}", result(ret)),
        What::Open { ret } => {
            format!("openat2({}) = {ret:?}", String::from_utf8_lossy(event.bytes).escape_debug())
        }
        other => match other.ret() {
            Some(ret) => format!("{}({fd}) = {}", other.kind().name(), result(ret)),
            None => format!("{}({fd})", other.kind().name()),
        },
    }
}

fn result(ret: Ret) -> String {
    match ret.get() {
        Ok(value) => format::count(value),
        Err(errno) => errno.to_string(),
    }
}

fn before(next: Next) -> String {
    match next.kind {
        Kind::EpollWait => "epoll_wait()".to_owned(),
        kind => format!("{}({})", kind.name(), next.fd),
    }
}

struct Pen<'a> {
    engine: &'a Engine,
    theme: &'a Theme,
}

impl Pen<'_> {
    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    fn span(&self, text: impl Into<String>, role: Role) -> Span<'static> {
        Span::styled(text.into(), self.style(role))
    }

    /// Whether the loop stands still, rather than going slowly: then the kernel's side is measured.
    fn stands(&self) -> bool {
        self.engine.held().is_some() && !matches!(self.engine.standing().mode, Mode::Slow(_))
    }

    fn duration(&self, nanos: u64) -> String {
        if self.theme.ascii() { format::ascii_duration(nanos) } else { format::duration(nanos) }
    }

    /// The few lines of a small panel: those that matter most, in the order of the drawing.
    fn compact(&self, width: usize, height: usize) -> Vec<Line<'static>> {
        let held = self.stands();
        let mut lines: Vec<(u8, Line)> = Vec::new();
        let watched = format!("{} watched ", format::count(self.engine.watched() as u64));
        let room = width.saturating_sub(watched.width());
        let interest = self.interest(room, 1);
        lines.push((9, self.labelled(&watched, Role::Kernel, &interest, width)));
        lines.push((7, self.labelled("", Role::Kernel, &self.queues(), width)));
        if held {
            lines.push((8, self.ready_list(width)));
            let seen = "seen by our 2nd epoll: ";
            lines.push((3, self.labelled(seen, Role::Kernel, &self.readable(), width)));
        } else {
            let tokens = self.returned();
            lines.push((3, self.labelled("ready (last wait) ", Role::Kernel, &tokens, width)));
        }
        lines.push((1, self.boundary(width)));
        let array = self.array(width.saturating_sub(8));
        lines.push((4, self.labelled("program ", Role::Program, &array, width)));
        let (now, last) = self.now(width);
        lines.push((0, now));
        if let Some(last) = last {
            let last = cut(&last, width, self.theme.ascii());
            lines.push((2, Line::from(self.span(last, Role::Program))));
        }
        // What the last call meant is worth more than the rest of the kernel's side while one
        // goes step by step.
        let rank = if held { 5 } else { 10 };
        if let Some(meaning) = self.engine.meaning() {
            let spare = if held { height.saturating_sub(5) } else { height.saturating_sub(6) };
            let rows = wrap(&meaning, width, spare.min(2), self.theme.ascii());
            for (i, row) in (0u8..).zip(rows) {
                lines.push((rank + i, Line::from(self.span(row, Role::Text))));
            }
        }
        let mut ranks: Vec<u8> = lines.iter().map(|(rank, _)| *rank).collect();
        ranks.sort_unstable();
        let most = ranks.get(height.min(ranks.len()).saturating_sub(1)).copied().unwrap_or(0);
        lines.into_iter().filter(|(rank, _)| *rank <= most).map(|(_, line)| line).collect()
    }

    /// The drawing with headings; from [`WIDE`] on, the kernel's queues and the last wake-ups stand
    /// in a column of their own.
    fn full(&self, frame: &mut Frame, area: Rect) {
        let above = area.height / 2;
        let below = area.height - above - 1;
        let part = |x, y, width, height| Rect { x, y, width, height };
        let line = part(area.x, area.y + above, area.width, 1);
        frame.render_widget(Paragraph::new(self.boundary(area.width.into())), line);
        let program = area.y + above + 1;
        if area.width < WIDE {
            let rest = usize::from(above) - 3;
            let (ready, interest) = ((rest / 4).max(1), (rest / 4).max(1));
            let width = usize::from(area.width);
            let mut lines = self.interest_section(width, interest);
            lines.extend(self.ready_section(width, ready));
            lines.extend(self.queue_section(width, rest - ready - interest));
            frame.render_widget(Paragraph::new(lines), part(area.x, area.y, area.width, above));
            let mut lines = self.program_section(width, below.into());
            let left = usize::from(below).saturating_sub(lines.len());
            if left >= 3 {
                lines.extend(self.history(width, left));
            }
            frame.render_widget(Paragraph::new(lines), part(area.x, program, area.width, below));
        } else {
            let left = area.width / 2;
            let right = area.x + left + 1;
            let width = area.width - left - 1;
            let rest = usize::from(above) - 2;
            let ready = (rest / 3).max(1);
            let mut lines = self.interest_section(usize::from(left), rest - ready);
            lines.extend(self.ready_section(left.into(), ready));
            frame.render_widget(Paragraph::new(lines), part(area.x, area.y, left, above));
            let lines = self.queue_section(width.into(), usize::from(above) - 1);
            frame.render_widget(Paragraph::new(lines), part(right, area.y, width, above));
            let lines = self.program_section(left.into(), below.into());
            frame.render_widget(Paragraph::new(lines), part(area.x, program, left, below));
            let lines = self.history(width.into(), below.into());
            frame.render_widget(Paragraph::new(lines), part(right, program, width, below));
        }
    }

    /// `kernel ─ ready list ─ returned by the last wait ───`
    fn heading(&self, side: Role, words: &[&str], width: usize) -> Line<'static> {
        let dash = self.theme.glyph("─", "-");
        let text = cut(&words.join(&format!(" {dash} ")), width, self.theme.ascii());
        let rest = width.saturating_sub(text.width() + 1);
        let mut spans = vec![self.span(text, side)];
        if rest > 0 {
            spans.push(self.span(format!(" {}", dash.repeat(rest)), Role::Dim));
        }
        Line::from(spans)
    }

    /// A label and as much of a list as fits beside it.
    fn labelled(&self, label: &str, side: Role, tokens: &[Token], width: usize) -> Line<'static> {
        let label = cut(label, width, self.theme.ascii());
        let left = width - label.width();
        let (mut lines, _) = fold(tokens, left, 1, self.style(Role::Dim));
        let mut spans = vec![self.span(label, side)];
        spans.extend(lines.pop().into_iter().flat_map(|line| line.spans));
        Line::from(spans)
    }

    /// Exactly `rows` lines, indented by one.
    fn body(&self, tokens: &[Token], width: usize, rows: usize) -> Vec<Line<'static>> {
        let (lines, _) = fold(tokens, width.saturating_sub(1), rows, self.style(Role::Dim));
        padded(lines.into_iter().map(indent).collect(), rows)
    }

    fn interest_section(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let watched = format!("{} watched", format::count(self.engine.watched() as u64));
        let mut lines =
            vec![self.heading(Role::Kernel, &["kernel", "interest list", &watched], width)];
        let groups = self.engine.interest();
        let inside = width.saturating_sub(1);
        if groups.is_empty() || groups.len() > rows {
            lines.extend(self.body(&self.interest(inside, rows), width, rows));
            return lines;
        }
        // A line and more for each mask.
        let mut body: Vec<Line> = Vec::new();
        for (i, group) in groups.iter().enumerate() {
            let most = rows - body.len() - (groups.len() - i - 1);
            let tokens = self.group(group, inside, most);
            let (folded, _) = fold(&tokens, inside, most, self.style(Role::Dim));
            body.extend(folded.into_iter().map(indent));
        }
        lines.extend(padded(body, rows));
        lines
    }

    /// A mask and its fds: one by one where they fit, else as runs.
    fn group(&self, group: &Group, width: usize, rows: usize) -> Vec<Token> {
        let mask = Token {
            weight: 0,
            ..Token::new(format!("{}{}", group.mask, self.resting(group)), self.style(Role::Dim))
        };
        let now = self.serving();
        let ready: HashSet<Fd> = self.engine.entries().iter().map(|e| e.ready.fd).collect();
        let count: i64 = group.runs.iter().map(|(a, b)| i64::from(*b) - i64::from(*a) + 1).sum();
        // A number and its blank need two columns at least.
        if usize::try_from(count).is_ok_and(|count| count * 2 <= (width + 1) * rows) {
            let mut tokens = vec![mask.clone()];
            for fd in group.runs.iter().flat_map(|(first, last)| *first..=*last) {
                let role = if now == Some(fd) {
                    Role::Selected
                } else if ready.contains(&fd) {
                    Role::Kernel
                } else {
                    Role::Text
                };
                tokens.push(Token::new(fd.to_string(), self.style(role)));
            }
            if fold(&tokens, width, rows, Style::new()).1 {
                return tokens;
            }
        }
        let mut tokens = vec![mask];
        tokens.extend(group.runs.iter().map(|run| self.run(*run, "")));
        tokens
    }

    fn run(&self, (first, last): (Fd, Fd), mask: &str) -> Token {
        let dash = self.theme.glyph("–", "-");
        let text = if first == last { first.to_string() } else { format!("{first}{dash}{last}") };
        let weight = usize::try_from(i64::from(last) - i64::from(first) + 1).unwrap_or(1);
        Token { weight, ..Token::new(text + mask, self.style(Role::Text)) }
    }

    fn resting(&self, group: &Group) -> String {
        let listener = self.engine.listener();
        match listener.and_then(|l| Some((l, l.resting?))) {
            Some((l, errno)) if l.interest == group.mask => format!(" ({} rests: {errno})", l.fd),
            _ => String::new(),
        }
    }

    /// The whole interest list on one run of lines: `5:IN|ET 9–42 44:IN|RDHUP|ET`, without the
    /// masks where they do not fit.
    fn interest(&self, width: usize, rows: usize) -> Vec<Token> {
        let groups = self.engine.interest();
        if groups.is_empty() {
            return vec![Token::new(self.theme.glyph("–", "-"), self.style(Role::Dim))];
        }
        let mut tokens = Vec::new();
        for group in &groups {
            let last = group.runs.len() - 1;
            for (i, run) in group.runs.iter().enumerate() {
                let mask = if i == last { format!(":{}", group.mask) } else { String::new() };
                tokens.push(self.run(*run, &mask));
            }
        }
        if fold(&tokens, width, rows, Style::new()).1 {
            return tokens;
        }
        let mut runs: Vec<(Fd, Fd)> = groups.into_iter().flat_map(|group| group.runs).collect();
        runs.sort_unstable();
        runs.dedup_by(|next, run| {
            let joins = run.1.checked_add(1) == Some(next.0);
            if joins {
                run.1 = next.1;
            }
            joins
        });
        runs.into_iter().map(|run| self.run(run, "")).collect()
    }

    fn ready_section(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        if !self.stands() {
            let words = ["kernel", "ready list", "returned by the last wait"];
            let mut lines = vec![self.heading(Role::Kernel, &words, width)];
            lines.extend(self.body(&self.returned(), width, rows));
            return lines;
        }
        let state = match self.engine.measured().and_then(|m| m.ready_list) {
            Some(true) => "ready list not empty",
            Some(false) => "ready list empty",
            None => "ready list not measured",
        };
        let seen = [
            "something to read, seen by a second epoll of ours:",
            "seen by our 2nd epoll:",
            "our epoll sees:",
        ];
        let room = width.saturating_sub("kernel".width() + state.width() + 6);
        let seen = first_fit(seen.map(str::to_owned), room).unwrap_or_else(|| "seen:".to_owned());
        let mut lines = vec![self.heading(Role::Kernel, &["kernel", state, &seen], width)];
        lines.extend(self.body(&self.readable(), width, rows));
        lines
    }

    fn ready_list(&self, width: usize) -> Line<'static> {
        let text = match self.engine.measured().and_then(|m| m.ready_list) {
            Some(true) => "not empty",
            Some(false) => "empty",
            None => self.theme.glyph("–", "-"),
        };
        let token = Token::new(text, self.style(Role::Text));
        self.labelled("ready list: ", Role::Kernel, &[token], width)
    }

    /// What the last wait call returned.
    fn returned(&self) -> Vec<Token> {
        let dim = self.style(Role::Dim);
        if self.engine.wake().is_none() {
            return vec![Token::new(self.theme.glyph("–", "-"), dim)];
        }
        let entries = self.engine.entries();
        if entries.is_empty() {
            return vec![Token::new("none", dim)];
        }
        let text = |e: &Entry| format!("{}:{}", e.ready.fd, e.ready.mask);
        entries.iter().map(|e| Token::new(text(e), self.style(Role::Kernel))).collect()
    }

    /// What a second epoll saw.
    fn readable(&self) -> Vec<Token> {
        let dim = self.style(Role::Dim);
        match self.engine.measured().and_then(|m| m.readable.as_deref()) {
            None => vec![Token::new(self.theme.glyph("–", "-"), dim)],
            Some([]) => vec![Token::new("none", dim)],
            Some(fds) => {
                fds.iter().map(|fd| Token::new(fd.to_string(), self.style(Role::Kernel))).collect()
            }
        }
    }

    fn accept_text(&self) -> String {
        let grown = self.engine.measured().is_some_and(|m| m.accept_grown);
        match self.engine.measured().and_then(|m| m.accept) {
            Some(queue) => format!(
                "accept queue {} of {}{}",
                format::count(queue.len.into()),
                format::count(queue.limit.into()),
                if grown { self.theme.glyph(" ▲", " ^") } else { "" }
            ),
            None => format!("accept queue {}", self.theme.glyph("–", "-")),
        }
    }

    fn queue_text(&self, queue: &Queue) -> String {
        let grown = if queue.grown { self.theme.glyph(" ▲", " ^") } else { "" };
        format!("{}{grown}", format::bytes(queue.bytes.into()))
    }

    /// The queues on one run of lines.
    fn queues(&self) -> Vec<Token> {
        let mut tokens =
            vec![Token { weight: 0, ..Token::new(self.accept_text(), self.accept_style()) }];
        let Some(measured) = self.engine.measured() else { return tokens };
        if measured.queues.is_empty() {
            let nothing =
                Token::new(self.theme.glyph("· unread 0", "- unread 0"), self.style(Role::Dim));
            tokens.push(nothing);
        }
        tokens.extend(self.unread());
        tokens
    }

    fn unread(&self) -> Vec<Token> {
        let queues = self.engine.measured().map_or(&[][..], |m| &m.queues);
        let text = |queue: &Queue| format!("{}:{}", queue.fd, self.queue_text(queue));
        queues.iter().map(|queue| Token::new(text(queue), self.style(Role::Text))).collect()
    }

    fn accept_style(&self) -> Style {
        let queue = self.engine.measured().and_then(|m| m.accept);
        self.style(match queue {
            Some(queue) if queue.len >= queue.limit && queue.limit > 0 => Role::Bad,
            Some(queue) if queue.len > 0 => Role::Warn,
            _ => Role::Text,
        })
    }

    fn queue_section(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let measured = self.engine.measured();
        let unread = match measured {
            None => "receive queues not measured yet".to_owned(),
            Some(m) => match m.queues.len() {
                0 => "no bytes unread".to_owned(),
                1 => "bytes unread on 1 socket".to_owned(),
                n => format!("bytes unread on {} sockets", format::count(n as u64)),
            },
        };
        let mut lines = vec![self.heading(Role::Kernel, &["kernel", "queues", &unread], width)];
        let queues = measured.map_or(&[][..], |m| &m.queues);
        if rows < 2 {
            lines.extend(self.body(&self.queues(), width, rows));
            return lines;
        }
        let mut body = Vec::new();
        let accept = Span::styled(
            cut(&self.accept_text(), width.saturating_sub(1), self.theme.ascii()),
            self.accept_style(),
        );
        body.push(indent(Line::from(accept)));
        if let Some(trouble) = measured.and_then(|m| m.trouble.as_deref()) {
            let trouble = cut(trouble, width.saturating_sub(1), self.theme.ascii());
            body.push(indent(Line::from(self.span(trouble, Role::Warn))));
        }
        let room = rows.saturating_sub(body.len());
        if room == 1 && queues.len() > 1 {
            let tokens = self.unread();
            body.extend(self.body(&tokens, width, 1));
            lines.extend(padded(body, rows));
            return lines;
        }
        let bars = if queues.len() <= room { room } else { room.saturating_sub(1) };
        // The longest ones, by fd, so that a bar keeps its row while it grows.
        let mut longest: Vec<&Queue> = queues.iter().collect();
        longest.sort_by_key(|queue| (std::cmp::Reverse(queue.bytes), queue.fd));
        let left_out = longest.split_off(bars.min(longest.len()));
        let most = longest.first().map_or(1, |queue| queue.bytes);
        longest.sort_by_key(|queue| queue.fd);
        body.extend(longest.into_iter().map(|queue| self.bar(queue, most, width)));
        if !left_out.is_empty() && room > 0 {
            let bytes: u64 = left_out.iter().map(|queue| u64::from(queue.bytes)).sum();
            let text = format!("+{} more with {}", left_out.len(), format::bytes(bytes));
            let text = cut(&text, width.saturating_sub(1), self.theme.ascii());
            body.push(indent(Line::from(self.span(text, Role::Dim))));
        }
        lines.extend(padded(body, rows));
        lines
    }

    /// `  9    84 B ▲ ▆▆▆▆▆▆`
    fn bar(&self, queue: &Queue, most: u32, width: usize) -> Line<'static> {
        let label = format!(" {:>5} {:>9} ", queue.fd, self.queue_text(queue));
        let label = cut(&label, width, self.theme.ascii());
        let room = width.saturating_sub(label.width());
        let share = u64::from(queue.bytes) * room as u64 / u64::from(most.max(1));
        let long =
            usize::try_from(share).unwrap_or(0).clamp(usize::from(room > 0), room.max(1)).min(room);
        let bar = self.theme.glyph("▆", "=").repeat(long);
        Line::from(vec![self.span(label, Role::Text), self.span(bar, Role::Chart)])
    }

    /// `═══ epoll_wait() = 2, waited 1.2 s ═══`
    fn boundary(&self, width: usize) -> Line<'static> {
        let standing = self.engine.standing();
        let dash = self.theme.glyph("–", "-");
        let spellings = match standing.stance {
            Stance::Starting => vec!["not in its loop yet".to_owned(), "starting".to_owned()],
            Stance::Ended => vec!["the loop has ended".to_owned(), "ended".to_owned()],
            Stance::Waiting if self.engine.stood() >= ASLEEP => {
                let time = self.duration(self.engine.stood());
                vec![
                    format!("asleep for {time} in epoll_wait"),
                    format!("asleep for {time}"),
                    "asleep".to_owned(),
                ]
            }
            _ => match self.engine.wake() {
                None => vec![format!("epoll_wait() = {dash}"), format!("= {dash}")],
                Some(wake) => {
                    let short = format!("epoll_wait() = {}", result(wake.ret));
                    let waited = format!("waited {}", self.duration(wake.waited));
                    let mut all = vec![format!("{short}, {waited}"), short.clone()];
                    if wake.own > 0 {
                        let own = format!("{} of them our own waker", wake.own);
                        all.insert(0, format!("{short} ({own}), {waited}"));
                        all.insert(1, format!("{short} ({} own), {waited}", wake.own));
                    } else if wake.ret == Ret::ZERO {
                        all.insert(0, format!("{short} (timeout), {waited}"));
                    }
                    all.push(format!("= {}", result(wake.ret)));
                    all
                }
            },
        };
        let text = first_fit(spellings, width.saturating_sub(4)).unwrap_or_default();
        let text = if text.is_empty() { text } else { format!(" {text} ") };
        let sides = width.saturating_sub(text.width());
        let rule = self.theme.glyph("═", "=");
        Line::from(vec![
            self.span(rule.repeat(sides / 2), Role::Focus),
            self.span(text, Role::Title),
            self.span(rule.repeat(sides - sides / 2), Role::Focus),
        ])
    }

    fn serving(&self) -> Option<Fd> {
        self.engine.entries().iter().find(|e| e.served == Served::Now).map(|e| e.ready.fd)
    }

    /// The ready array with how far the program has got, or why it cannot be shown.
    fn array(&self, width: usize) -> Vec<Token> {
        let (dim, text) = (self.style(Role::Dim), self.style(Role::Text));
        match self.engine.known() {
            Known::Nothing => return vec![Token::new(self.theme.glyph("–", "-"), dim)],
            Known::Part | Known::NoWait => {
                let spellings = [
                    "some calls of this turn were left out",
                    "calls of this turn left out",
                    "calls left out",
                ];
                let text = first_fit(spellings.map(str::to_owned), width).unwrap_or_default();
                return vec![Token::new(text, self.style(Role::Warn))];
            }
            Known::All => {}
        }
        let entries = self.engine.entries();
        if entries.is_empty() {
            return vec![Token::new("nothing to serve", dim)];
        }
        let token = |entry: &Entry| {
            let (mark, style) = match entry.served {
                Served::Done => (self.theme.glyph("✓", "+"), self.style(Role::Good)),
                Served::Now => (self.theme.glyph("▸", ">"), self.style(Role::Selected)),
                Served::Not => (self.theme.glyph("·", "."), text),
                Served::Stale => (self.theme.glyph("✗", "x"), self.style(Role::Warn)),
            };
            Token::new(format!("{mark}{}", entry.ready.fd), style)
        };
        entries.iter().map(token).collect()
    }

    /// What the loop does now, and the last call where that is something else.
    fn now(&self, width: usize) -> (Line<'static>, Option<String>) {
        let last = self.engine.last_call().map(|event| call(event.as_ref()));
        let standing = self.engine.standing();
        let ascii = self.theme.ascii();
        let (text, role, last) = match (standing.stance, standing.mode) {
            (Stance::Held(next), Mode::Slow(_)) => {
                let next = before(next);
                match last {
                    Some(last) => {
                        let both = format!("now: {last}, next: {next}");
                        if both.width() <= width {
                            (both, Role::Program, None)
                        } else {
                            (format!("next: {next}"), Role::Program, Some(format!("now: {last}")))
                        }
                    }
                    None => (format!("next: {next}"), Role::Program, None),
                }
            }
            (Stance::Held(next), _) => {
                let sign = self.theme.glyph("⏸", "||");
                let before = before(next);
                let spellings =
                    [format!("{sign} HELD before {before}"), format!("{sign} HELD: {before}")];
                let text = first_fit(spellings, width).unwrap_or_else(|| "HELD".to_owned());
                (text, Role::Warn, last.map(|last| format!("last: {last}")))
            }
            (Stance::Working, _) => match last {
                Some(last) => (format!("now: {last}"), Role::Program, None),
                None => ("at work".to_owned(), Role::Program, None),
            },
            (Stance::Starting | Stance::Waiting | Stance::Ended, _) => match last {
                Some(last) => (format!("last call: {last}"), Role::Program, None),
                None => ("no call yet".to_owned(), Role::Dim, None),
            },
        };
        (Line::from(self.span(cut(&text, width, ascii), role)), last)
    }

    fn program_section(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let entries = self.engine.entries();
        let done = entries.iter().filter(|entry| entry.served == Served::Done).count();
        let served = format!("{done} of {} served", entries.len());
        let mut words = vec!["program", "the ready array"];
        if self.engine.known() == Known::All && !entries.is_empty() {
            words.push(&served);
        }
        let marks = if self.theme.ascii() {
            "+ served  > being served  . still to be served  x closed meanwhile"
        } else {
            "✓ served  ▸ being served  · still to be served  ✗ closed meanwhile"
        };
        let heading: usize = words.iter().map(|word| word.width() + 3).sum();
        if rows > 6 && heading + marks.width() <= width {
            words.push(marks);
        }
        let mut lines = vec![self.heading(Role::Program, &words, width)];
        let array = (rows / 6).max(1);
        let inside = width.saturating_sub(1);
        lines.extend(self.body(&self.array(inside), width, array));
        let (now, last) = self.now(inside);
        lines.push(indent(now));
        let ascii = self.theme.ascii();
        // Always as many, so that what follows does not move.
        let room = rows.saturating_sub(lines.len()).min(4);
        let mut below = Vec::new();
        if let Some(last) = last {
            below.push(indent(Line::from(self.span(cut(&last, inside, ascii), Role::Program))));
        }
        if let Some(meaning) = self.engine.meaning() {
            let rows = wrap(&meaning, inside, room.saturating_sub(below.len()), ascii);
            below
                .extend(rows.into_iter().map(|row| indent(Line::from(self.span(row, Role::Text)))));
        }
        below.truncate(room);
        lines.extend(padded(below, room));
        lines
    }

    /// The last wake-ups, newest first.
    fn history(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let words = ["program", "wake-ups", "newest first"];
        let mut lines = vec![self.heading(Role::Program, &words, width)];
        for wake in self.engine.wakes().iter().rev().take(rows.saturating_sub(1)) {
            lines.push(self.wake(wake, width));
        }
        lines
    }

    /// `  2.100 s = 3   waited 1.2 s    4 calls   9 14 22`
    fn wake(&self, wake: &Wake, width: usize) -> Line<'static> {
        let (dim, text) = (self.style(Role::Dim), self.style(Role::Text));
        let (calls, style) = match (wake.calls, wake.part) {
            (_, true) => ("calls left out".to_owned(), self.style(Role::Warn)),
            (1, _) => ("1 call".to_owned(), text),
            (n, _) => (format!("{n} calls"), text),
        };
        let (seconds, millis) = (wake.time / 1_000_000_000, wake.time / 1_000_000 % 1000);
        let facts = [
            (format!("{seconds:>4}.{millis:03} s"), dim),
            (format!(" = {:<4}", result(wake.ret)), self.style(Role::Title)),
            (format!("waited {:<8}", self.duration(wake.waited)), text),
            (format!("{calls:<10}"), style),
        ];
        let mut line = indent(Line::default());
        let mut left = width.saturating_sub(1);
        for (fact, style) in facts {
            if fact.width() > left {
                return line;
            }
            left -= fact.width();
            line.spans.push(Span::styled(fact, style));
        }
        let kernel = self.style(Role::Kernel);
        let mut tokens: Vec<Token> =
            wake.first.iter().flatten().map(|fd| Token::new(fd.to_string(), kernel)).collect();
        if wake.own > 0 {
            tokens.insert(0, Token { weight: 0, ..Token::new("(own waker)", dim) });
        }
        let hidden = (wake.ready as usize).saturating_sub(wake.first.iter().flatten().count());
        if hidden > 0 {
            tokens.push(Token { weight: hidden, ..Token::new(format!("+{hidden}"), dim) });
        }
        if left > 0 {
            line.spans.push(Span::raw(" "));
            let (mut folded, _) = fold(&tokens, left - 1, 1, dim);
            line.spans.extend(folded.pop().into_iter().flat_map(|line| line.spans));
        }
        line
    }
}

fn indent(mut line: Line<'static>) -> Line<'static> {
    line.spans.insert(0, Span::raw(" "));
    line
}

fn padded(mut lines: Vec<Line<'static>>, rows: usize) -> Vec<Line<'static>> {
    lines.resize(rows, Line::default());
    lines
}
