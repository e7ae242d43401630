//! The epoll inside the runtime of `coroutines`, as it is seen from outside.

use std::cmp::Reverse;

use ratatui::text::Line;

use super::super::fit::{Token, wrap};
use super::halves::runs;
use super::painter::{Painter, indent};
use crate::dashboard::theme::Role;
use crate::inspect::RuntimeView;
use crate::telemetry::{Fd, Mask};
use crate::words::strings;

/// From this width on a line has room for the masks of the runtime's interest list.
const MASKS: usize = 50;

impl Painter<'_> {
    /// The loop inside the runtime, where there is one and it was seen.
    pub(super) fn runtime(&self) -> Option<&RuntimeView> {
        self.engine.measured()?.runtime.as_ref()
    }

    /// The runtime's interest list, under a heading, and what cannot be seen of its calls; nothing
    /// where no runtime's was seen.
    pub(super) fn runtime_section(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let (say, Some(view)) = (&strings().engine, self.runtime()) else { return Vec::new() };
        if rows < 2 {
            return self.runtime_line(width).into_iter().take(rows).collect();
        }
        let [long, short] = (say.runtime_list)(view.epfd);
        let list = if width < MASKS { short } else { long };
        let heading = [say.kernel, &list, &(say.watched)(view.entries.len())];
        let mut lines = vec![self.heading(Role::Kernel, &heading, width)];
        let inside = width.saturating_sub(1);
        let body = rows.saturating_sub(1);
        let told = if body > 3 {
            wrap(say.ctl_unseen, inside, body - 2, self.theme.ascii())
        } else {
            Vec::new()
        };
        lines.extend(self.body(&self.runtime_list(view), width, body - told.len()));
        let told = told.into_iter().map(|row| indent(Line::from(self.span(row, Role::Dim))));
        lines.extend(told);
        lines
    }

    /// The same on one line.
    pub(super) fn runtime_line(&self, width: usize) -> Option<Line<'static>> {
        let view = self.runtime()?;
        let label = (strings().engine.runtime_list_short)(view.epfd);
        let tokens = if width < MASKS {
            self.runs_of(view.entries.iter().map(|entry| entry.0))
        } else {
            self.runtime_list(view)
        };
        Some(self.labelled(&label, Role::Kernel, &tokens, width))
    }

    /// `IN|RDHUP|ET: 4 13–15`, a mask and its fds after another; the bits that the kernel adds are
    /// left out, as in the server's own lists.
    fn runtime_list(&self, view: &RuntimeView) -> Vec<Token> {
        let asked = |mask: Mask| Mask(mask.0 & !Mask::ERR.with(Mask::HUP).0);
        let mut masks: Vec<(usize, Mask)> = Vec::new();
        for (_, mask) in &view.entries {
            match masks.iter_mut().find(|(_, known)| *known == asked(*mask)) {
                Some((count, _)) => *count += 1,
                None => masks.push((1, asked(*mask))),
            }
        }
        masks.sort_by_key(|(count, _)| Reverse(*count));
        let mut tokens = Vec::new();
        for (_, mask) in masks {
            tokens.push(Token { weight: 0, ..self.token(format!("{mask}:"), Role::Dim) });
            let of_it = view.entries.iter().filter(|entry| asked(entry.1) == mask);
            tokens.extend(self.runs_of(of_it.map(|entry| entry.0)));
        }
        tokens
    }

    fn runs_of(&self, fds: impl Iterator<Item = Fd>) -> Vec<Token> {
        let token = |(first, last, (), count)| Token {
            weight: count,
            ..self.token(self.run_of(first, last), Role::Text)
        };
        runs(fds.map(|fd| (fd, ()))).into_iter().map(token).collect()
    }
}
