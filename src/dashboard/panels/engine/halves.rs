//! The arrangement that all ways but epoll's share: one half above the boundary, one below it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::super::fit::{Token, cut, wrap};
use super::painter::{FULL, Painter, WIDE, indent, padded};
use crate::dashboard::theme::Role;

/// The room that the lists of the two halves have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// Columns.
    pub(super) width: usize,
    /// Rows above the boundary.
    pub(super) above: usize,
    /// Rows below it.
    pub(super) below: usize,
}

/// What fills the halves.
pub(super) struct Contents {
    /// The words of the heading above; the first says whose side it is.
    pub(super) above: Vec<String>,
    /// What is there.
    pub(super) over: Vec<Token>,
    /// The same in a word or two, where there is no room for a heading.
    pub(super) short: String,
    /// The words on the boundary, the longest spelling first; none for those of the wait call.
    pub(super) boundary: Vec<String>,
    /// The words of the heading below.
    pub(super) below: Vec<String>,
    /// What is there.
    pub(super) under: Vec<Token>,
    /// The same in a word or two.
    pub(super) brief: String,
    /// Whether there are wake-ups or rounds to look back at.
    pub(super) history: bool,
}

/// Not more tokens than can be shown; the last stands for all that are left out.
pub(super) fn capped<T>(
    items: impl ExactSizeIterator<Item = T>,
    room: usize,
    token: impl Fn(T) -> Token,
) -> Vec<Token> {
    let (all, most) = (items.len(), room / 2 + 2);
    let mut tokens: Vec<Token> = items.take(most).map(token).collect();
    if let Some(last) = tokens.last_mut().filter(|_| all > most) {
        last.weight = all - most + 1;
    }
    tokens
}

impl Painter<'_> {
    /// Draws the two, the upper one with more of the room where that is asked for.
    pub(super) fn halves(
        &self,
        frame: &mut Frame,
        area: Rect,
        top_heavy: bool,
        fill: &dyn Fn(Sizes) -> Contents,
    ) {
        if area.height < FULL {
            let size = (area.width.into(), area.height.into());
            let lines = self.compact_halves(size, top_heavy, fill);
            frame.render_widget(Paragraph::new(lines), area);
            return;
        }
        // Below there is room for a heading, a line of those at work, and four of text.
        let above =
            if top_heavy { (area.height * 2 / 3).min(area.height - 7) } else { area.height / 2 };
        let below = area.height - above - 1;
        let part = |x, y, width, height| Rect { x, y, width, height };
        let wide = area.width >= WIDE;
        let left = if wide { area.width / 2 } else { area.width };
        // Narrow, the queues stand below the list, and the history below what is done now.
        let queues = if wide { 0 } else { (above / 4).max(2) };
        let runtime = match self.runtime() {
            Some(_) if !wide => 1 + u16::from(above >= 8),
            _ => 0,
        };
        let queues = queues + runtime;
        let told = if top_heavy { 5 } else { 6.min(below / 2) };
        let past = if wide || below < 14 { 0 } else { below / 3 };
        let sizes = Sizes {
            width: usize::from(left).saturating_sub(1),
            above: usize::from(above - queues - 1),
            below: usize::from((below - past).saturating_sub(told)).max(1),
        };
        let contents = fill(sizes);
        let past = if contents.history { past } else { 0 };
        let boundary = part(area.x, area.y + above, area.width, 1);
        frame.render_widget(
            Paragraph::new(self.boundary_of(&contents, area.width.into())),
            boundary,
        );

        let width = usize::from(left);
        let mut lines = vec![self.words(Role::Kernel, &contents.above, width)];
        lines.extend(self.body(&contents.over, width, sizes.above));
        frame.render_widget(Paragraph::new(lines), part(area.x, area.y, left, above - queues));
        let program = area.y + above + 1;
        let mut lines = vec![self.words(Role::Program, &contents.below, width)];
        lines.extend(self.body(&contents.under, width, sizes.below));
        let told = usize::from(below - past).saturating_sub(lines.len());
        lines.extend(self.told(width, told));
        frame.render_widget(Paragraph::new(lines), part(area.x, program, left, below - past));

        let (x, width) =
            if wide { (area.x + left + 1, area.width - left - 1) } else { (area.x, area.width) };
        let (y, height) = if wide { (area.y, above) } else { (area.y + above - queues, queues) };
        let runtime = if wide { height.saturating_sub(3).min(7) } else { runtime };
        let mut lines = self.runtime_section(width.into(), runtime.into());
        let left = usize::from(height).saturating_sub(lines.len() + 1);
        lines.extend(self.queue_section(width.into(), left));
        frame.render_widget(Paragraph::new(lines), part(x, y, width, height));
        let (y, height) = if wide { (program, below) } else { (program + below - past, past) };
        if contents.history && height > 1 {
            let lines = self.history(width.into(), height.into());
            frame.render_widget(Paragraph::new(lines), part(x, y, width, height));
        }
    }

    /// Without headings: the two lists, the queues, the boundary, and what is done now.
    fn compact_halves(
        &self,
        (width, height): (usize, usize),
        top_heavy: bool,
        fill: &dyn Fn(Sizes) -> Contents,
    ) -> Vec<Line<'static>> {
        let (now, last) = self.now(width);
        let rest = height.saturating_sub(5);
        let (above, below) =
            if top_heavy { (rest / 2, rest / 6) } else { (rest.div_ceil(3), rest / 3) };
        let (above, below) = (1 + above, 1 + below);
        let contents = fill(Sizes { width, above, below });
        if height < 3 {
            let mut lines = vec![now, self.boundary_of(&contents, width)];
            lines.truncate(height);
            lines.reverse();
            return lines;
        }
        let mut lines = self.list(&contents.short, Role::Kernel, &contents.over, width, above);
        if height >= 8 {
            lines.extend(self.runtime_line(width));
        }
        if height >= 5 {
            lines.push(self.labelled("", Role::Kernel, &self.queues(width < 36), width));
        }
        lines.push(self.boundary_of(&contents, width));
        if height >= 4 {
            lines.extend(self.list(&contents.brief, Role::Program, &contents.under, width, below));
        }
        if height >= 7 {
            lines.extend(self.pool_line(width));
        }
        lines.push(now);
        let room = height.saturating_sub(lines.len());
        lines.extend(self.aftermath(last, width, room));
        lines
    }

    /// A label and a list on a few lines.
    fn list(
        &self,
        label: &str,
        side: Role,
        tokens: &[Token],
        width: usize,
        rows: usize,
    ) -> Vec<Line<'static>> {
        let label = cut(label, width, self.theme.ascii());
        if rows < 2 || label.width() + 12 > width {
            return vec![self.labelled(&format!("{label} "), side, tokens, width)];
        }
        let mut lines = vec![Line::from(self.span(label, side))];
        lines.extend(self.body(tokens, width, rows - 1));
        lines
    }

    fn boundary_of(&self, contents: &Contents, width: usize) -> Line<'static> {
        if contents.boundary.is_empty() {
            self.boundary(width)
        } else {
            self.rule(contents.boundary.clone(), width)
        }
    }

    fn words(&self, side: Role, words: &[String], width: usize) -> Line<'static> {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        // What does not fit is left out word by word.
        let wide = |words: &[&str]| words.iter().map(|word| word.width() + 3).sum::<usize>();
        while words.len() > 2 && wide(&words) > width + 3 {
            words.pop();
        }
        self.heading(side, &words, width)
    }

    /// What is done now, the last call, and what it meant, in exactly so many rows.
    pub(super) fn told(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let inside = width.saturating_sub(1);
        let (now, last) = self.now(inside);
        let mut lines = vec![indent(now)];
        let rest = self.aftermath(last, inside, rows.saturating_sub(1).min(5));
        lines.extend(rest.into_iter().map(indent));
        lines.truncate(rows);
        padded(lines, rows)
    }

    fn aftermath(&self, last: Option<String>, width: usize, rows: usize) -> Vec<Line<'static>> {
        let ascii = self.theme.ascii();
        let mut lines: Vec<Line> = Vec::new();
        if let Some(last) = last {
            lines.push(Line::from(self.span(cut(&last, width, ascii), Role::Program)));
        }
        if let Some(meaning) = self.engine.meaning() {
            let rows = wrap(&meaning, width, rows.saturating_sub(lines.len()), ascii);
            lines.extend(rows.into_iter().map(|row| Line::from(self.span(row, Role::Text))));
        }
        lines.truncate(rows);
        lines
    }

    pub(super) fn token(&self, text: impl Into<String>, role: Role) -> Token {
        Token::new(text, self.style(role))
    }

    /// A run of fds as one word: `10–57`.
    pub(super) fn run_of(&self, first: i32, last: i32) -> String {
        let dash = self.theme.glyph("–", "-");
        if first == last { first.to_string() } else { format!("{first}{dash}{last}") }
    }

    /// A list's place that has nothing in it.
    pub(super) fn nothing(&self, words: &str) -> Vec<Token> {
        vec![Token { weight: 0, ..Token::new(words, self.style(Role::Dim)) }]
    }
}

/// Neighbouring things that look alike, as runs: the first fd, the last one, and what they are.
pub(super) fn runs<T: PartialEq + Copy>(
    items: impl Iterator<Item = (i32, T)>,
) -> Vec<(i32, i32, T, usize)> {
    let mut runs: Vec<(i32, i32, T, usize)> = Vec::new();
    for (fd, what) in items {
        match runs.last_mut() {
            Some((_, last, before, count))
                if *before == what && last.checked_add(1) == Some(fd) =>
            {
                *last = fd;
                *count += 1;
            }
            _ => runs.push((fd, fd, what, 1)),
        }
    }
    runs
}
