//! Above the boundary: the interest list, the ready list and the queues.

use std::collections::HashSet;

use ratatui::style::Style;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::super::fit::{Token, cut, fold, wrap};
use super::painter::{Painter, indent, padded};
use crate::dashboard::state::engine::{Group, Queue};
use crate::dashboard::theme::Role;
use crate::inspect::{Handed, Listed, Waiting};
use crate::telemetry::Fd;
use crate::words::{strings, units};

impl Painter<'_> {
    pub(super) fn interest_section(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let say = &strings().engine;
        let count = self.engine.watched(self.table);
        let count = match self.engine.shown() {
            Some(shown) if shown.epoll.whole => (say.watched)(count),
            Some(_) => (say.watched_and_more)(count),
            None if self.engine.is_another() => (say.watched_here)(count),
            None => (say.watched)(count),
        };
        let heading = [say.kernel, say.interest_list, &count];
        let mut lines = vec![self.heading(Role::Kernel, &heading, width)];
        let groups = self.engine.interest(self.table);
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

    /// How many of `rows` rows the interest list takes.
    pub(super) fn interest_height(&self, width: usize, rows: usize) -> usize {
        let (groups, inside) = (self.engine.interest(self.table), width.saturating_sub(1));
        if groups.is_empty() || groups.len() > rows {
            return self.height_of(&self.interest(inside, rows), width, rows);
        }
        let height = |group| self.height_of(&self.group(group, inside, rows), width, rows);
        groups.iter().map(height).sum::<usize>().min(rows)
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
        tokens.extend(group.runs.iter().map(|run| self.run(*run)));
        tokens
    }

    fn run(&self, (first, last): (Fd, Fd)) -> Token {
        let dash = self.theme.glyph("–", "-");
        let text = if first == last { first.to_string() } else { format!("{first}{dash}{last}") };
        let weight = usize::try_from(i64::from(last) - i64::from(first) + 1).unwrap_or(1);
        Token { weight, ..Token::new(text, self.style(Role::Text)) }
    }

    fn resting(&self, group: &Group) -> String {
        let listener = self.engine.listener();
        match listener.and_then(|l| Some((l, l.resting?))) {
            Some((l, errno)) if l.interest == group.mask => {
                format!(" {}", (strings().engine.rests)(l.fd, &errno.to_string()))
            }
            _ => String::new(),
        }
    }

    /// The whole interest list on one run of lines: `IN|ET: 5 IN|RDHUP|ET: 9–42 44`, without the
    /// masks where they do not fit.
    pub(super) fn interest(&self, width: usize, rows: usize) -> Vec<Token> {
        let groups = self.engine.interest(self.table);
        if groups.is_empty() {
            return vec![Token::new(self.theme.glyph("–", "-"), self.style(Role::Dim))];
        }
        let mut tokens = Vec::new();
        for group in &groups {
            let mask = Token::new(format!("{}:", group.mask), self.style(Role::Dim));
            tokens.push(Token { weight: 0, ..mask });
            tokens.extend(group.runs.iter().map(|run| self.run(*run)));
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
        runs.into_iter().map(|run| self.run(run)).collect()
    }

    /// The kernel's ready list: what the next wait call would return. It is known while the loop is
    /// held, since then it is looked at, and while the loop sleeps, since then it is empty.
    pub(super) fn ready_section(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let (say, (tokens, notes)) = (&strings().engine, self.ready_list());
        let room = width.saturating_sub(say.kernel.width() + say.ready_list.width() + 6);
        let note = notes.iter().find(|note| note.width() <= room).or(notes.last());
        let words = [say.kernel, say.ready_list, note.copied().unwrap_or_default()];
        let mut lines = vec![self.heading(Role::Kernel, &words, width)];
        lines.extend(self.body(&tokens, width, rows));
        lines
    }

    /// How many of `rows` rows the ready list takes.
    pub(super) fn ready_height(&self, width: usize, rows: usize) -> usize {
        self.height_of(&self.ready_list().0, width, rows)
    }

    /// The same with its label before it, and what is to be said of it where that fits behind.
    pub(super) fn ready_line(&self, width: usize) -> (String, Vec<Token>) {
        let (say, (mut tokens, notes)) = (&strings().engine, self.ready_list());
        let label = format!("{}{}", say.ready_list, strings().marks.colon);
        let dim = self.style(Role::Dim);
        let room = width.saturating_sub(label.width());
        let fits = |tokens: &[Token]| fold(tokens, room, 1, dim).1;
        let listed = tokens.clone();
        for note in notes {
            tokens.push(Token {
                weight: 0,
                ..Token::new((strings().marks.brackets)(note).trim_start(), dim)
            });
            if fits(&tokens) {
                break;
            }
            tokens.clone_from(&listed);
        }
        (label, tokens)
    }

    /// The entries, and what is to be said of them, the longest spelling first.
    fn ready_list(&self) -> (Vec<Token>, [&'static str; 3]) {
        let (say, dim) = (&strings().engine, self.style(Role::Dim));
        let none = || vec![Token::new(say.none, dim)];
        if let Some(view) = self.engine.epoll() {
            let listed: Vec<_> =
                view.entries.iter().filter(|entry| entry.handed != Handed::No).collect();
            if listed.is_empty() {
                return (none(), say.would_sleep);
            }
            let doubt = |entry: &Listed| entry.handed == Handed::Unknown;
            let token = |entry: &&Listed| {
                let mark = if doubt(entry) { "?" } else { "" };
                let text = format!("{}:{}{mark}", entry.fd, entry.now);
                Token::new(text, self.style(Role::Kernel))
            };
            let notes = if listed.iter().any(|entry| doubt(entry)) {
                say.maybe_taken
            } else {
                say.would_return
            };
            return (listed.iter().map(token).collect(), notes);
        }
        // Another's thread may be held while the one that waits here sleeps on.
        if self.asleep() && (self.engine.held().is_none() || self.engine.shown().is_some()) {
            return (none(), say.empty_asleep);
        }
        if self.engine.is_another() {
            return (vec![Token::new(self.theme.glyph("–", "-"), dim)], say.not_seen_outside);
        }
        let unseen = self.engine.measured().is_some_and(|m| m.unseen.is_some());
        if self.engine.held().is_some() {
            let role = if unseen { Role::Warn } else { Role::Dim };
            return (vec![Token::new(self.theme.glyph("–", "-"), self.style(role))], say.not_seen);
        }
        (vec![Token::new(self.theme.glyph("–", "-"), dim)], say.not_seen_running)
    }

    pub(super) fn accept_text(&self, short: bool) -> String {
        let say = &strings().engine;
        let measured = self.engine.measured();
        let grown = measured.is_some_and(|measured| measured.accept_grown);
        let grown = if grown { self.theme.glyph(" ▲", " ^") } else { "" };
        let (name, text) = if short {
            (say.accept, say.accept_of)
        } else {
            (say.accept_queue, say.accept_queue_of)
        };
        match measured.map(|measured| (&measured.accept[..], measured)) {
            None | Some(([], _)) => format!("{name} {}", self.theme.glyph("–", "-")),
            Some(([queue], _)) => text(queue.len, queue.limit) + grown,
            Some((several, measured)) => {
                let waiting = measured.waits_for_accept().unwrap_or_default();
                let [long, brief] = (say.accept_queues)(several.len(), waiting, measured.full());
                (if short { brief } else { long }) + grown
            }
        }
    }

    /// Who is on the way to the accept queue, and who was turned away from it.
    fn arrivals(&self) -> Vec<Token> {
        let (say, Some(measured)) = (&strings().engine, self.engine.measured()) else {
            return Vec::new();
        };
        let half_open = measured.arrivals.as_ref().map_or(0, |arrivals| arrivals.half_open.len());
        let counts = [
            (measured.connecting.unwrap_or(0), say.syn_sent, Role::Bad),
            (half_open, say.half_open, Role::Warn),
            (measured.dropped.unwrap_or(0) as usize, say.dropped, Role::Bad),
        ];
        let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
        let sign = self.theme.glyph("·", "-");
        let token = |text: String, role| Token {
            weight: 0,
            ..Token::new(format!("{sign} {text}"), self.style(role))
        };
        counts.map(|(count, text, role)| token(text(count), role)).collect()
    }

    /// Those that wait in the accept queue, the longest wait first.
    pub(super) fn waiting(&self) -> &[Waiting] {
        let arrivals = self.engine.measured().and_then(|measured| measured.arrivals.as_ref());
        arrivals.map_or(&[], |arrivals| &arrivals.waiting)
    }

    /// `127.0.0.1:51126, 71 B unread, for 1.2 s`
    pub(super) fn waiter(&self, waiting: &Waiting) -> String {
        let say = &strings().engine;
        let time = waiting
            .waits
            .map(|time| self.duration(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)));
        let several = self.engine.measured().is_some_and(|measured| measured.accept.len() > 1);
        let at = waiting.local.address().filter(|_| several).map(|at| at.port());
        let text = (say.waiter)(&waiting.peer, at, waiting.unread, time.as_deref());
        if waiting.closed {
            format!("{text}{}{}", strings().marks.comma, say.has_left)
        } else {
            text
        }
    }

    fn queue_text(&self, queue: &Queue) -> String {
        let grown = if queue.grown { self.theme.glyph(" ▲", " ^") } else { "" };
        format!("{}{grown}", units::bytes(queue.bytes.into()))
    }

    /// The queues on one run of lines.
    pub(super) fn queues(&self, short: bool) -> Vec<Token> {
        let mut tokens =
            vec![Token { weight: 0, ..Token::new(self.accept_text(short), self.accept_style()) }];
        tokens.extend(self.arrivals());
        let Some(measured) = self.engine.measured() else { return tokens };
        let (bytes, sockets) = self.unread_before_accept();
        if sockets > 0 {
            let text = (strings().engine.unread_in_queue)(bytes);
            tokens.push(Token { weight: 0, ..Token::new(text, self.style(Role::Warn)) });
        } else if measured.queues.is_empty() {
            let sign = self.theme.glyph("·", "-");
            let text = format!("{sign} {}", strings().engine.nothing_unread);
            tokens.push(Token::new(text, self.style(Role::Dim)));
        }
        tokens.extend(self.unread());
        tokens
    }

    /// Bytes that wait unread on connections that wait to be accepted; and on how many.
    fn unread_before_accept(&self) -> (u64, usize) {
        let unread = self.waiting().iter().map(|waiting| u64::from(waiting.unread));
        let unread = unread.filter(|bytes| *bytes > 0);
        unread.fold((0, 0), |(bytes, sockets), more| (bytes + more, sockets + 1))
    }

    fn unread(&self) -> Vec<Token> {
        let queues = self.engine.measured().map_or(&[][..], |m| &m.queues);
        let text = |queue: &Queue| format!("{}:{}", queue.fd, self.queue_text(queue));
        queues.iter().map(|queue| Token::new(text(queue), self.style(Role::Text))).collect()
    }

    fn accept_style(&self) -> Style {
        self.style(match self.engine.measured() {
            Some(measured) if measured.full() > 0 => Role::Bad,
            Some(measured) if measured.waits_for_accept() > Some(0) => Role::Warn,
            _ => Role::Text,
        })
    }

    /// How many of `rows` rows the queues take, each with a bar.
    pub(super) fn queue_height(&self, width: usize, rows: usize) -> usize {
        let measured = self.engine.measured();
        let queues = measured.map_or(0, |measured| measured.queues.len());
        let head = self.queue_head(width, rows).len();
        (head + self.waiting().len() + queues).min(rows)
    }

    /// The accept queue, who is on the way there, and why something is missing.
    fn queue_head(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let accept = Token::new(self.accept_text(false), self.accept_style());
        let mut tokens = vec![Token { weight: 0, ..accept }];
        tokens.extend(self.arrivals());
        let height = self.height_of(&tokens, width, (rows / 2).max(1));
        let mut lines = self.body(&tokens, width, height);
        if let Some(unseen) = self.engine.measured().and_then(|m| m.unseen.as_ref()) {
            let rows = wrap(&unseen.text(), width.saturating_sub(1), 2, self.theme.ascii());
            lines
                .extend(rows.into_iter().map(|row| indent(Line::from(self.span(row, Role::Warn)))));
        }
        lines
    }

    pub(super) fn queue_section(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let (measured, say) = (self.engine.measured(), &strings().engine);
        let unread = measured.map_or_else(
            || say.queues_unmeasured.to_owned(),
            |measured| (say.unread)(measured.queues.len() + self.unread_before_accept().1),
        );
        let words = [say.kernel, say.queues, &unread];
        let mut lines = vec![self.heading(Role::Kernel, &words, width)];
        lines.extend(padded(self.queue_lines(width, rows), rows));
        lines
    }

    /// The queues in at most so many rows.
    pub(super) fn queue_lines(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let (measured, say) = (self.engine.measured(), &strings().engine);
        let queues = measured.map_or(&[][..], |m| &m.queues);
        if rows < 2 {
            return self.body(&self.queues(false), width, rows);
        }
        let mut body = self.queue_head(width, rows);
        // Those that wait to be accepted have half of the room at most.
        let (waiting, inside) = (self.waiting(), width.saturating_sub(2));
        let most = rows.saturating_sub(body.len() + queues.len().min(rows / 2));
        let shown = if waiting.len() <= most { waiting.len() } else { most.saturating_sub(1) };
        for waiting in &waiting[..shown] {
            let text = cut(&self.waiter(waiting), inside, self.theme.ascii());
            body.push(indent(indent(Line::from(self.span(text, Role::Warn)))));
        }
        if waiting.len() > shown && most > 0 {
            let text = (say.more_waiting)(waiting.len() - shown);
            body.push(indent(indent(Line::from(self.span(text, Role::Dim)))));
        }
        let room = rows.saturating_sub(body.len());
        if room > 0 {
            body.extend(self.unread_section(queues, width, room));
        }
        body
    }

    /// The queues that are not empty: each with a bar; where there is no room for that side by
    /// side; and where that is not enough, the longest ones.
    fn unread_section(&self, queues: &[Queue], width: usize, room: usize) -> Vec<Line<'static>> {
        let bars = if queues.len() <= room { room } else { room.saturating_sub(1) };
        // A queue and its blank take five columns at least.
        if queues.len() > room && (room == 1 || queues.len() * 5 <= (width + 1) * room) {
            let dim = self.style(Role::Dim);
            let (folded, whole) = fold(&self.unread(), width.saturating_sub(1), room, dim);
            if whole || room == 1 {
                return folded.into_iter().map(indent).collect();
            }
        }
        // By fd, so that a bar keeps its row while it grows.
        let mut longest: Vec<&Queue> = queues.iter().collect();
        longest.sort_by_key(|queue| (std::cmp::Reverse(queue.bytes), queue.fd));
        let left_out = longest.split_off(bars.min(longest.len()));
        let most = longest.first().map_or(1, |queue| queue.bytes);
        longest.sort_by_key(|queue| queue.fd);
        let mut body: Vec<Line> =
            longest.into_iter().map(|queue| self.bar(queue, most, width)).collect();
        if !left_out.is_empty() {
            let bytes: u64 = left_out.iter().map(|queue| u64::from(queue.bytes)).sum();
            let text = (strings().engine.more_queues)(left_out.len(), bytes);
            let text = cut(&text, width.saturating_sub(1), self.theme.ascii());
            body.push(indent(Line::from(self.span(text, Role::Dim))));
        }
        body
    }

    /// `  9    84 B ▲   2.1 s ▆▆▆▆▆▆`
    fn bar(&self, queue: &Queue, most: u32, width: usize) -> Line<'static> {
        let waits = self.duration(self.engine.waits(queue));
        let label = format!(" {:>5} {:>9} {waits:>7} ", queue.fd, self.queue_text(queue));
        let label = cut(&label, width, self.theme.ascii());
        let room = width.saturating_sub(label.width());
        let share = u64::from(queue.bytes) * room as u64 / u64::from(most.max(1));
        let long =
            usize::try_from(share).unwrap_or(0).clamp(usize::from(room > 0), room.max(1)).min(room);
        let bar = self.theme.glyph("▆", "=").repeat(long);
        Line::from(vec![self.span(label, Role::Text), self.span(bar, Role::Chart)])
    }
}
