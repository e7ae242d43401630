//! The pool of handlers (`--handler offload`): what its threads do, and what waits for them.

use ratatui::text::Line;

use super::super::fit::{Token, cut, first_fit, fold};
use super::painter::{Painter, indent};
use crate::dashboard::state::engine::Job;
use crate::dashboard::theme::Role;
use crate::telemetry::Kind;
use crate::words::strings;

impl Painter<'_> {
    /// A line for each thread that is at work, as far as there is room, and one for the queue.
    /// Nothing where there is no pool.
    pub(super) fn pool_section(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let Some([sum, _]) = self.pool_sum().filter(|_| rows > 0) else { return Vec::new() };
        let say = &strings().engine;
        let mut lines = vec![self.heading(Role::Program, &[say.program, say.pool, &sum], width)];
        let inside = width.saturating_sub(1);
        let queued: Vec<Token> =
            self.engine.jobs(self.table, Kind::Queued).map(|job| self.queued(job)).collect();
        // The wake-ups keep half of the room where there is much.
        let most = if rows < 8 { rows } else { rows / 2 };
        let queue = usize::from(!queued.is_empty() && most > 3);
        let room = most.saturating_sub(1 + queue);
        for job in self.engine.jobs(self.table, Kind::Handler).take(room) {
            lines.push(indent(Line::from(self.span(self.runs(job, inside), Role::Program))));
        }
        if !queued.is_empty() && lines.len() < rows {
            let mut tokens = vec![Token { weight: 0, ..self.token(say.queue, Role::Dim) }];
            tokens.extend(queued);
            let (folded, _) = fold(&tokens, inside, 1, self.style(Role::Dim));
            lines.extend(folded.into_iter().map(indent));
        }
        lines
    }

    /// How many rows all of it takes.
    pub(super) fn pool_height(&self) -> usize {
        let queue = usize::from(self.engine.jobs(self.table, Kind::Queued).next().is_some());
        self.pool_sum()
            .map_or(0, |_| 1 + self.engine.jobs(self.table, Kind::Handler).count() + queue)
    }

    /// How many threads are at work, and how much waits for them; `None` where there is no pool.
    fn pool_sum(&self) -> Option<[String; 2]> {
        let threads = self.engine.handler_threads();
        let count = |kind| self.engine.jobs(self.table, kind).count();
        let sum = strings().engine.pool_sum;
        (threads > 0).then(|| sum(count(Kind::Handler), threads, count(Kind::Queued)))
    }

    /// The pool in one line, where there is no room for more.
    pub(super) fn pool_line(&self, width: usize) -> Option<Line<'static>> {
        let ([long, short], say) = (self.pool_sum()?, &strings().engine);
        let spellings = [format!("{} {long}", say.pool), format!("{} {short}", say.pool_short)];
        let text = first_fit(spellings, width).unwrap_or(short);
        Some(Line::from(self.span(cut(&text, width, self.theme.ascii()), Role::Program)))
    }

    /// `thread 4711: fd 9 /slow for 1.2 s`
    fn runs(&self, job: Job, width: usize) -> String {
        let say = &strings().engine;
        let thread = job.tid.map_or_else(|| say.a_thread.to_owned(), say.thread);
        let text = (say.handles)(&thread, job.fd, job.route, self.since(job).as_deref());
        cut(&text, width, self.theme.ascii())
    }

    fn queued(&self, job: Job) -> Token {
        self.token((strings().engine.queued)(job.fd, self.since(job).as_deref()), Role::Warn)
    }

    fn since(&self, job: Job) -> Option<String> {
        job.time.map(|time| self.duration(time))
    }
}
