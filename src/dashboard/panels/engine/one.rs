//! `blocking`: the one that is served, and the queue behind it.

use super::super::fit::Token;
use super::columns::Body;
use super::halves::{Contents, Sizes, capped};
use super::painter::Painter;
use crate::dashboard::state::engine::Measured;
use crate::dashboard::state::explain::thing::Part;
use crate::dashboard::state::table::TableRow;
use crate::dashboard::theme::Role;
use crate::telemetry::Stance;
use crate::words::{before, strings};

impl Painter<'_> {
    pub(super) fn one(&self, sizes: Sizes) -> Contents {
        let measured = self.engine.measured();
        let queues = measured.map_or(&[][..], |measured| &measured.accept);
        let waits = measured.and_then(Measured::waits_for_accept);
        let say = &strings().engine;
        let behind = match queues {
            [] => self.theme.glyph("–", "-").to_owned(),
            [queue] => (say.waiting_of)(queue.len, queue.limit),
            _ => self.accept_text(false),
        };
        let over = match waits {
            None => self.nothing(say.not_measured_yet),
            Some(0) => self.nothing(say.nobody_waits),
            // Each with what is known of it, or as many signs.
            Some(len) => {
                let known: Vec<Token> = self
                    .waiting()
                    .iter()
                    .map(|waiting| self.token(self.waiter(waiting), Role::Warn))
                    .collect();
                if known.len() == len as usize && sizes.above >= 3 {
                    known
                } else {
                    capped(0..len as usize, sizes.width * sizes.above, |_| {
                        self.token(self.theme.glyph("○", "q"), Role::Warn)
                    })
                }
            }
        };
        let mut under: Vec<Token> = Vec::new();
        for row in self.table.rows_by_fd().map(TableRow::row) {
            under.push(self.token((say.fd)(row.fd), Role::Selected));
            under.push(self.token(row.peer.to_string(), Role::Text));
            under.push(self.token((strings().table.state)(row.doing()), Role::Text));
        }
        if under.is_empty() {
            under = self.nothing(say.nobody_served);
        }
        let stood = self.duration(self.engine.stood());
        let boundary = match self.engine.standing().stance {
            Stance::Within(next) => (say.others_wait)(&stood, &before(next)).into(),
            _ => say.one_at_a_time.map(str::to_owned).into(),
        };
        Contents {
            above: vec![say.kernel.into(), say.queue_behind.into(), behind.clone()],
            over: Body::Run(over),
            short: (say.behind)(&behind),
            boundary,
            below: vec![say.program.into(), say.the_one.into()],
            under: Body::Run(under),
            brief: say.is_served.into(),
            parts: [Part::Behind, Part::Served],
            history: false,
        }
    }
}
