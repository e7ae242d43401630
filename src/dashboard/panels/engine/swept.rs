//! `select` and `poll`: the list of all fds is handed over each time, and the kernel asks each.

use std::collections::HashMap;

use super::super::fit::{Token, fold};
use super::columns::Body;
use super::halves::{Contents, Sizes, capped, runs};
use super::painter::Painter;
use crate::dashboard::state::engine::Served;
use crate::dashboard::state::explain::thing::Part;
use crate::dashboard::theme::Role;
use crate::telemetry::{Fd, Mask};
use crate::words::strings;

impl Painter<'_> {
    pub(super) fn swept(&self, sizes: Sizes) -> Contents {
        let (fds, say) = (self.engine.fds(self.table), &strings().engine);
        let known = self.engine.wake().is_some();
        let entries = self.engine.entries();
        let ready: HashMap<Fd, Mask> =
            entries.iter().map(|entry| (entry.ready.fd, entry.ready.mask)).collect();
        let done = entries.iter().filter(|entry| entry.served == Served::Done).count();
        let served = match (known, entries.len()) {
            (true, 0) => say.none.to_owned(),
            (true, all) => (say.served)(done, all),
            (false, _) => self.theme.glyph("–", "-").to_owned(),
        };
        Contents {
            above: vec![say.kernel.into(), say.list_handed_over.into(), (say.listed)(fds.len())],
            over: Body::Run(self.list_of(&fds, &ready, sizes.width, sizes.above)),
            short: (say.list_of)(fds.len()),
            boundary: Vec::new(),
            below: vec![say.program.into(), say.found_ready.into(), served],
            under: Body::Run(self.array(sizes.width, sizes.below)),
            brief: say.ready.into(),
            parts: [Part::Handed, Part::Found],
            history: true,
        }
    }

    /// Every fd where there is room for all, else runs of those with nothing to say; those found
    /// ready with what they are ready for.
    fn list_of(
        &self,
        fds: &[Fd],
        ready: &HashMap<Fd, Mask>,
        width: usize,
        rows: usize,
    ) -> Vec<Token> {
        if fds.is_empty() {
            return self.nothing(strings().engine.no_fd);
        }
        let token = |fd: Fd| match ready.get(&fd) {
            Some(mask) => self.token(format!("{fd}:{mask}"), Role::Selected),
            None => self.token(fd.to_string(), Role::Text),
        };
        // A number and its blank need two columns at least.
        if fds.len() * 2 <= (width + 1) * rows {
            let tokens: Vec<Token> = fds.iter().map(|fd| token(*fd)).collect();
            if fold(&tokens, width, rows, self.style(Role::Dim)).1 {
                return tokens;
            }
        }
        let runs = runs(fds.iter().map(|fd| (*fd, ready.get(fd).copied())));
        capped(runs.into_iter(), width * rows, |(first, last, mask, weight)| match mask {
            None => Token { weight, ..self.token(self.run_of(first, last), Role::Text) },
            Some(mask) => {
                let text = format!("{}:{mask}", self.run_of(first, last));
                Token { weight, ..self.token(text, Role::Selected) }
            }
        })
    }
}
