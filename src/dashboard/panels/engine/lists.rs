//! epoll: the kernel keeps the interest list and hands over the ready list alone.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::super::fit::{Token, cut, share, wrap};
use super::super::spots::Spots;
use super::painter::{Painter, Told, WIDE, indent, render, told};
use crate::dashboard::state::explain::thing::Part;
use crate::dashboard::theme::Role;
use crate::words::strings;

/// A line of a small panel; the lowest rank stays longest.
struct Ranked {
    rank: u8,
    part: Part,
    side: Role,
    label: String,
    content: Content,
}

enum Content {
    /// A list, which takes more lines where there are some left.
    List(Vec<Token>),
    Line(Line<'static>),
}

impl Painter<'_> {
    /// The few lines of a small panel: those that matter most, in the order of the drawing.
    pub(super) fn compact_lists(&self, width: usize, height: usize) -> Vec<Told> {
        let (held, say) = (self.stands(), &strings().engine);
        let mut lines: Vec<Ranked> = Vec::new();
        let list = |rank, part, side, label, tokens| {
            let content = Content::List(tokens);
            Ranked { rank, part, side, label, content }
        };
        let line = |rank, part, line| {
            let (side, content) = (Role::Text, Content::Line(line));
            Ranked { rank, part, side, label: String::new(), content }
        };
        let watched = format!("{} ", (say.watched)(self.engine.watched(self.table)));
        let interest = self.interest(width.saturating_sub(watched.width()), 1);
        lines.push(list(10, Part::Interest, Role::Kernel, watched, interest));
        lines.push(list(7, Part::Queues, Role::Kernel, String::new(), self.queues(width < 36)));
        let (label, ready) = self.ready_line(width);
        lines.push(list(3, Part::Ready, Role::Kernel, label, ready));
        lines.push(line(1, Part::Boundary, self.boundary(width)));
        let label = format!("{} ", say.program);
        let array = self.array(width.saturating_sub(label.width()), 1);
        lines.push(list(4, Part::Array, Role::Program, label, array));
        lines.extend(self.pool_line(width).map(|pool| line(8, Part::Pool, pool)));
        let (now, last) = self.now(width);
        lines.push(line(0, Part::Now, now));
        let others = 6 + usize::from(last.is_some());
        if let Some(last) = last {
            let last = cut(&last, width, self.theme.ascii());
            lines.push(line(2, Part::Now, Line::from(self.span(last, Role::Program))));
        }
        // What the last call meant is worth more than the rest of the kernel's side while one
        // goes step by step; how many rows it gets follows from the ranks.
        let (ranks, most) = if held {
            let most = [0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 3].get(height).copied().unwrap_or(3);
            ([5, 6, 9, 11], most)
        } else {
            ([11, 12, 13, 14], height.saturating_sub(others).min(4))
        };
        let mut steady = if held { 0 } else { most };
        if let Some(meaning) = self.engine.meaning() {
            let rows = wrap(&meaning, width, most, self.theme.ascii());
            for (rank, row) in ranks.into_iter().zip(rows) {
                steady = steady.saturating_sub(1);
                lines.push(line(rank, Part::Now, Line::from(self.span(row, Role::Text))));
            }
        }
        let mut ranks: Vec<u8> = lines.iter().map(|line| line.rank).collect();
        ranks.sort_unstable();
        let most = ranks.get(height.min(ranks.len()).saturating_sub(1)).copied().unwrap_or(0);
        lines.retain(|line| line.rank <= most);
        // The boundary does not move with every call.
        let spare = height.saturating_sub(lines.len() + steady);
        self.with_room(&lines, width, spare)
    }

    /// The lines, with so many more for the lists that do not fit on one.
    fn with_room(&self, lines: &[Ranked], width: usize, spare: usize) -> Vec<Told> {
        let rows = |line: &Ranked, rows| match &line.content {
            Content::Line(line) => vec![line.clone()],
            Content::List(tokens) => {
                self.labelled_rows(&line.label, line.side, tokens, (width, rows))
            }
        };
        let more: Vec<usize> = lines.iter().map(|line| rows(line, 1 + spare).len() - 1).collect();
        let given = share(&more, spare);
        let with = |(line, more): (&Ranked, usize)| told(rows(line, 1 + more), line.part);
        lines.iter().zip(given).flat_map(with).collect()
    }

    /// The drawing with headings; from [`WIDE`] on, the kernel's queues and the last wake-ups stand
    /// in a column of their own.
    ///
    /// The boundary is in the middle, but where a list above it has no room while there is some
    /// below.
    pub(super) fn full_lists(&self, frame: &mut Frame, area: Rect, spots: &mut Spots) {
        let wide = area.width >= WIDE;
        let left = if wide { area.width / 2 } else { area.width };
        let (width, height) = (usize::from(left), usize::from(area.height));
        let right = usize::from(area.width) - if wide { width + 1 } else { 0 };
        let half = height / 2;
        let said = self.said(width.saturating_sub(1), height - half - 3);
        let headings = if wide { 2 } else { 3 };
        // Without the boundary and the program's heading.
        let room = height - 2 - headings - said;
        let queues = self.queue_height(right, room);
        let lists = [self.interest_height(width, room), self.ready_height(width, room)];
        let inside = width.saturating_sub(1);
        let array = self.height_of(&self.array(inside, (height / 12).max(1)), width, room);
        let [interest, ready, queues, array] = if wide {
            // The queues' heading stands beside that of the interest list. What is looked back at
            // has what the lists leave.
            let given = share(&[array, lists[0] + lists[1] + 1], room + 1);
            let left = room + 1 - given[0] - given[1];
            let behind = self.history_height().saturating_sub(said + given[0]);
            let more = share(&[behind, queues.saturating_sub(given[1])], left);
            let rest = share(&lists, given[1] - 1);
            [rest[0], rest[1], given[1] + more[1], given[0]]
        } else {
            let given = share(&[array, lists[1], queues, lists[0]], room);
            // Side by side they take less than with a bar each.
            let queues = self.queue_lines(right, given[2]).len();
            let given = share(&[array, lists[1], queues, lists[0]], room);
            [given[3], given[1], given[2], given[0]]
        };
        let taken = if wide { 1 + queues } else { headings + interest + ready + queues };
        // What is left goes below where the boundary is low enough.
        let above = taken.max(half.min(height - 2 - said - array));
        let below = height - above - 1;
        let part = |x, y, width: usize, height: usize| Rect {
            x,
            y,
            width: u16::try_from(width).unwrap_or(area.width),
            height: u16::try_from(height).unwrap_or(area.height),
        };
        let boundary = area.y + u16::try_from(above).unwrap_or(area.height);
        let line = part(area.x, boundary, area.width.into(), 1);
        render(frame, line, vec![(self.boundary(area.width.into()), Part::Boundary)], spots);
        let spare = above - taken;
        let (interest, queues) = if wide {
            (above - 2 - ready, above - 1)
        } else {
            (interest + spare / 2, queues + spare - spare / 2)
        };
        let interest = told(self.interest_section(width, interest), Part::Interest);
        let mut lines: Vec<Told> = interest.collect();
        lines.extend(told(self.ready_section(width, ready), Part::Ready));
        let queues = told(self.queue_section(right, queues), Part::Queues);
        let mut program = self.program_section(width, below, array);
        if wide {
            let beside = area.x + left + 1;
            render(frame, part(area.x, area.y, width, above), lines, spots);
            render(frame, part(beside, area.y, right, above), queues.collect(), spots);
            let history = self.history(right, below);
            render(frame, part(beside, boundary + 1, right, below), history, spots);
        } else {
            lines.extend(queues);
            render(frame, part(area.x, area.y, width, above), lines, spots);
            let left = below.saturating_sub(program.len());
            if left >= 2 {
                program.extend(self.history(width, left));
            } else if left > 0 {
                program.extend(told(self.pool_line(inside).map(indent), Part::Pool));
            }
        }
        render(frame, part(area.x, boundary + 1, width, below), program, spots);
    }
}
