//! The arrangement that all ways but epoll's share: one half above the boundary, one below it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::super::fit::{Token, cut, share, wrap};
use super::super::spots::Spots;
use super::columns::Body;
use super::painter::{FULL, Painter, Told, WIDE, indent, padded, render, told};
use crate::dashboard::state::explain::thing::Part;
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
    pub(super) over: Body,
    /// The same in a word or two, where there is no room for a heading.
    pub(super) short: String,
    /// The words on the boundary, the longest spelling first; none for those of the wait call.
    pub(super) boundary: Vec<String>,
    /// The words of the heading below.
    pub(super) below: Vec<String>,
    /// What is there.
    pub(super) under: Body,
    /// The same in a word or two.
    pub(super) brief: String,
    /// What the two halves are.
    pub(super) parts: [Part; 2],
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
        spots: &mut Spots,
    ) {
        if area.height < FULL {
            let size = (area.width.into(), area.height.into());
            let lines = self.compact_halves(size, top_heavy, fill);
            return render(frame, area, lines, spots);
        }
        let wide = area.width >= WIDE;
        let left = if wide { area.width / 2 } else { area.width };
        let (width, height) = (usize::from(left), usize::from(area.height));
        let right = usize::from(area.width) - if wide { width + 1 } else { 0 };
        let usual = if top_heavy { (height * 2 / 3).min(height - 7) } else { height / 2 };
        // Where there is nothing to look back at, the program has the whole width.
        let past = fill(Sizes { width, above: 1, below: 1 }).history;
        let under_width = if past { width } else { area.width.into() };
        let said = self.said(under_width.saturating_sub(1), height - usual - 3);
        let headings = if wide { 1 } else { 2 };
        // The runtime's own list stands above the queues.
        let most = if wide { usual.saturating_sub(3).min(7) } else { 1 + usize::from(usual >= 8) };
        let runtime = self.runtime_section(right, most);
        // Without the boundary and the program's heading.
        let fixed = if wide { 0 } else { runtime.len() };
        let room = (height - 2 - headings - said).saturating_sub(fixed);
        let queues = self.queue_height(right, room) + runtime.len() - fixed;
        let all = fill(Sizes { width: width - 1, above: room, below: room });
        let over = self.body_height(&all.over, width, room);
        let usual_under = height - usual - 2 - said;
        // What is at work comes and goes: while it runs, the boundary does not go with it.
        let under = match self.least_height(&all.under, under_width, usual_under) {
            Some(_) if top_heavy && !self.stands() => usual_under,
            _ => self.body_height(&all.under, under_width, room),
        };
        let [under, over, queues] = if wide {
            // What is looked back at has what the lists leave.
            let given = share(&[under, over], room);
            let left = room - given[0] - given[1];
            let behind =
                if past { self.history_height().saturating_sub(said + given[0]) } else { 0 };
            let more = share(&[behind, queues.saturating_sub(given[1])], left);
            [given[0], given[1] + more[1], given[1] + more[1]]
        } else {
            let given = share(&[under, queues, over], room);
            // Side by side they take less than with a bar each.
            let queues = self.queue_lines(right, given[1]).len();
            let given = share(&[under, queues, over], room);
            [given[0], given[2], given[1]]
        };
        let taken = headings + if wide { over } else { over + queues + fixed };
        // What is left goes below where the boundary is low enough.
        let above = taken.max(usual.min(height - 2 - said - under));
        let below = height - above - 1;
        let over = over + above - taken;
        let contents = fill(Sizes { width: width - 1, above: over, below: under });

        let part = |x, y, width: usize, height: usize| Rect {
            x,
            y,
            width: u16::try_from(width).unwrap_or(area.width),
            height: u16::try_from(height).unwrap_or(area.height),
        };
        let row = |at: usize| area.y + u16::try_from(at).unwrap_or(area.height);
        let boundary = self.boundary_of(&contents, area.width.into());
        let line = part(area.x, row(above), area.width.into(), 1);
        render(frame, line, vec![(boundary, Part::Boundary)], spots);
        let [upper, lower] = contents.parts;
        let mut kernel = vec![(self.words(Role::Kernel, &contents.above, width), upper)];
        kernel.extend(told(self.body_lines(&contents.over, width, over), upper));
        let mut program = vec![(self.words(Role::Program, &contents.below, under_width), lower)];
        program.extend(told(self.body_lines(&contents.under, under_width, under), lower));
        let said = self.told(under_width, said.min(below.saturating_sub(1 + under)));
        program.extend(told(said, Part::Now));
        let rows = if wide { (above - 1).saturating_sub(runtime.len()) } else { queues };
        let mut queues: Vec<Told> = told(runtime, Part::Runtime).collect();
        queues.extend(told(self.queue_section(right, rows), Part::Queues));
        if wide {
            let beside = area.x + left + 1;
            render(frame, part(beside, area.y, right, above), queues, spots);
            if past {
                let history = self.history(right, below);
                render(frame, part(beside, row(above + 1), right, below), history, spots);
            }
        } else {
            kernel.extend(queues);
            let left = below.saturating_sub(program.len());
            if past && left >= 2 {
                program.extend(self.history(width, left));
            }
        }
        render(frame, part(area.x, area.y, width, above), kernel, spots);
        render(frame, part(area.x, row(above + 1), under_width, below), program, spots);
    }

    /// Without headings: the two lists, the queues, the boundary, and what is done now.
    fn compact_halves(
        &self,
        (width, height): (usize, usize),
        top_heavy: bool,
        fill: &dyn Fn(Sizes) -> Contents,
    ) -> Vec<Told> {
        let (now, last) = self.now(width);
        let least = fill(Sizes { width, above: 1, below: 1 });
        if height < 3 {
            let boundary = self.boundary_of(&least, width);
            let mut lines = vec![(now, Part::Now), (boundary, Part::Boundary)];
            lines.truncate(height);
            lines.reverse();
            return lines;
        }
        let pool = self.pool_line(width).filter(|_| height >= 7);
        let runtime = self.runtime_line(width).filter(|_| height >= 8);
        let lines_of_one = usize::from(pool.is_some()) + usize::from(runtime.is_some());
        // What is done now has a row at least, and half of them at most.
        let said = self.said(width, (height / 2).saturating_sub(1).max(1));
        let room = height.saturating_sub(1 + said + lines_of_one);
        let [over, under, queues] = {
            let all = fill(Sizes { width, above: room, below: room });
            let list = |label: &str, body: &Body, rows: usize| {
                self.list(label, Role::Kernel, body, width, rows).len()
            };
            let queues = self.queues(width < 36);
            let queues = self.labelled_rows("", Role::Kernel, &queues, (width, room)).len();
            let queues = if height >= 5 { queues } else { 0 };
            let needs = |over: usize, under: usize| {
                let under = if height >= 4 { list(&all.brief, &all.under, under) } else { 0 };
                [list(&all.short, &all.over, over), under, queues]
            };
            // In fewer words they may take fewer rows than they were given.
            let given = share(&needs(room, room), room);
            let given = share(&needs(given[0], given[1]), room);
            [given[0], given[1], given[2]]
        };
        // The boundary is low where most stands above it.
        let usual = if top_heavy { height / 2 } else { height.div_ceil(3) };
        let spare = usual.saturating_sub(over + queues).min(room - over - under - queues);
        let over = over + spare;
        let contents = fill(Sizes { width, above: over, below: under.max(1) });
        let (short, brief) = (&contents.short, &contents.brief);
        let [upper, lower] = contents.parts;
        let list = self.list(short, Role::Kernel, &contents.over, width, over);
        let mut lines: Vec<Told> = told(padded(list, over.max(1)), upper).collect();
        lines.extend(told(runtime, Part::Runtime));
        if queues > 0 {
            let tokens = self.queues(width < 36);
            let rows = self.labelled_rows("", Role::Kernel, &tokens, (width, queues));
            lines.extend(told(rows, Part::Queues));
        }
        lines.push((self.boundary_of(&contents, width), Part::Boundary));
        if under > 0 {
            let list = self.list(brief, Role::Program, &contents.under, width, under);
            lines.extend(told(list, lower));
        }
        lines.extend(told(pool, Part::Pool));
        lines.push((now, Part::Now));
        let room = height.saturating_sub(lines.len());
        lines.extend(told(self.aftermath(last, width, room), Part::Now));
        lines
    }

    /// A label and a list on as few of `rows` lines as it takes.
    fn list(
        &self,
        label: &str,
        side: Role,
        body: &Body,
        width: usize,
        rows: usize,
    ) -> Vec<Line<'static>> {
        let label = cut(label, width, self.theme.ascii());
        let run = self.in_a_row(&label, body, width, rows);
        let inline = self.labelled_rows(&format!("{label} "), side, &run, (width, rows));
        // On a line of its own it stands out, where that takes no more room than there is.
        let whole = self.least_height(body, width, rows).unwrap_or(rows);
        if rows < 2 || (inline.len() < 2 && label.width() + 12 <= width) || whole >= rows {
            return inline;
        }
        let mut lines = vec![Line::from(self.span(label, side))];
        lines.extend(self.body_lines(body, width, whole));
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
        let rest = self.aftermath(last, inside, rows.saturating_sub(1));
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
