//! epoll: the kernel keeps the interest list and hands over the ready list alone.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::super::fit::{cut, wrap};
use super::painter::{Painter, WIDE, indent};
use crate::dashboard::theme::Role;
use crate::words::strings;

impl Painter<'_> {
    /// The few lines of a small panel: those that matter most, in the order of the drawing.
    pub(super) fn compact_lists(&self, width: usize, height: usize) -> Vec<Line<'static>> {
        let (held, say) = (self.stands(), &strings().engine);
        let mut lines: Vec<(u8, Line)> = Vec::new();
        let watched = format!("{} ", (say.watched)(self.engine.watched(self.table)));
        let room = width.saturating_sub(watched.width());
        let interest = self.interest(room, 1);
        lines.push((10, self.labelled(&watched, Role::Kernel, &interest, width)));
        lines.push((7, self.labelled("", Role::Kernel, &self.queues(width < 36), width)));
        lines.push((3, self.ready_line(width)));
        lines.push((1, self.boundary(width)));
        let array = self.array(width.saturating_sub(8));
        lines.push((4, self.labelled(&format!("{} ", say.program), Role::Program, &array, width)));
        lines.extend(self.pool_line(width).map(|line| (8, line)));
        let (now, last) = self.now(width);
        lines.push((0, now));
        let others = 6 + usize::from(last.is_some());
        if let Some(last) = last {
            let last = cut(&last, width, self.theme.ascii());
            lines.push((2, Line::from(self.span(last, Role::Program))));
        }
        // What the last call meant is worth more than the rest of the kernel's side while one
        // goes step by step; how many rows it gets follows from the ranks.
        let (ranks, most) = if held {
            let most = [0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 3].get(height).copied().unwrap_or(3);
            ([5, 6, 9, 11], most)
        } else {
            ([11, 12, 13, 14], height.saturating_sub(others).min(4))
        };
        if let Some(meaning) = self.engine.meaning() {
            let rows = wrap(&meaning, width, most, self.theme.ascii());
            for (rank, row) in ranks.into_iter().zip(rows) {
                lines.push((rank, Line::from(self.span(row, Role::Text))));
            }
        }
        let mut ranks: Vec<u8> = lines.iter().map(|(rank, _)| *rank).collect();
        ranks.sort_unstable();
        let most = ranks.get(height.min(ranks.len()).saturating_sub(1)).copied().unwrap_or(0);
        lines.into_iter().filter(|(rank, _)| *rank <= most).map(|(_, line)| line).collect()
    }

    /// The drawing with headings; from [`WIDE`] on, the kernel's queues and the last wake-ups stand
    /// in a column of their own.
    pub(super) fn full_lists(&self, frame: &mut Frame, area: Rect) {
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
            } else if left > 0 {
                lines.extend(self.pool_line(width.saturating_sub(1)).map(indent));
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
}
