//! `coroutines`: a task for each connection, over the runtime's loop.

use std::cmp::Reverse;

use ratatui::text::Line;

use super::super::fit::{Token, wrap};
use super::halves::{Contents, Sizes, capped, runs};
use super::painter::{Painter, indent};
use crate::dashboard::theme::Role;
use crate::inspect::{RuntimeView, Timeout};
use crate::telemetry::{Fd, Kind, Mask, Row, Stance};
use crate::words::{result, strings};

/// From this width on a task is described in a sentence.
const SENTENCE: usize = 36;
/// From this width on a line has room for the masks of the runtime's interest list.
const MASKS: usize = 50;

impl Painter<'_> {
    pub(super) fn tasks(&self, sizes: Sizes) -> Contents {
        let (parked, awake): (Vec<&Row>, Vec<&Row>) =
            self.engine.rows().partition(|row| !matches!(row.within, None | Some(Kind::Handler)));
        let long = sizes.width >= SENTENCE;
        let cell = if long { sizes.width / (sizes.width / SENTENCE).max(1) - 1 } else { 0 };
        let say = &strings().engine;
        let (parked_count, awake_count) = (parked.len(), awake.len());
        let over = if parked.is_empty() {
            self.nothing(say.none_parked)
        } else {
            capped(parked.into_iter(), sizes.width * sizes.above, |row| {
                let on = row.within.map_or("", Kind::name);
                let text = if long {
                    (say.parked_on)(row.id.get(), on, row.fd)
                } else {
                    format!("{}:{on}({})", row.id, row.fd)
                };
                self.token(format!("{text:<cell$}"), Role::Text)
            })
        };
        let under = if awake.is_empty() {
            self.nothing(say.none_runs)
        } else {
            capped(awake.into_iter(), sizes.width * sizes.below, |row| {
                let mark = self.theme.glyph("▸", ">");
                let last = format!("{}({}) = {}", row.last.name(), row.fd, result(row.last_ret));
                let text = if long {
                    format!("{mark}{}", (say.task_last)(row.id.get(), &last))
                } else {
                    format!("{mark}{}", row.id)
                };
                self.token(format!("{text:<cell$}"), Role::Program)
            })
        };
        let waits = self.runtime().and_then(|view| Some((view.epfd, view.waits?)));
        let looks = match (self.engine.standing().stance, waits) {
            (Stance::Waiting, Some((epfd, timeout))) => {
                let most = match timeout {
                    Timeout::Never => None,
                    Timeout::After(ms) => Some(self.duration(u64::from(ms) * 1_000_000)),
                };
                (say.asleep_in_its_wait)(epfd, most.as_deref())
            }
            (Stance::Waiting, None) => say.asleep_in_runtime.into(),
            (Stance::Held(_), _) => say.loop_held.into(),
            _ => say.at_work.into(),
        };
        Contents {
            above: vec![say.tasks.into(), say.parked.into(), (say.wait)(parked_count)],
            over,
            short: (say.count_parked)(parked_count),
            boundary: (say.count_tasks)(parked_count + awake_count, &looks).into(),
            below: vec![
                say.runtime.into(),
                say.tasks_it_runs.into(),
                (say.not_parked)(awake_count),
            ],
            under,
            brief: (say.not_parked)(awake_count),
            history: false,
        }
    }

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
