//! `blocking`: the one that is served, and the queue behind it.

use super::super::fit::Token;
use super::halves::{Space, Way, capped};
use super::painter::Pen;
use crate::dashboard::theme::Role;
use crate::telemetry::Stance;
use crate::words::before;
use crate::words::units;

impl Pen<'_> {
    pub(super) fn one(&self, room: Space) -> Way {
        let queue = self.engine.measured().and_then(|measured| measured.accept);
        let none = self.theme.glyph("–", "-");
        let behind = queue.map_or_else(
            || none.to_owned(),
            |queue| {
                format!(
                    "{} of {} wait",
                    units::count(queue.len.into()),
                    units::count(queue.limit.into())
                )
            },
        );
        let over = match queue.map(|queue| queue.len) {
            None => self.nothing("not measured yet"),
            Some(0) => self.nothing("nobody waits"),
            Some(len) => capped(0..len as usize, room.width * room.above, |_| {
                self.token(self.theme.glyph("○", "o"), Role::Warn)
            }),
        };
        let mut under: Vec<Token> = Vec::new();
        for row in self.engine.rows() {
            under.push(self.token(format!("fd {}", row.fd), Role::Selected));
            under.push(self.token(row.peer.to_string(), Role::Text));
            under.push(self.token(row.state.label(), Role::Text));
        }
        if under.is_empty() {
            under = self.nothing("nobody is served");
        }
        let stood = self.duration(self.engine.stood());
        let boundary = match self.engine.standing().stance {
            Stance::Within(next) => vec![
                format!("asleep for {stood} in {}: the others wait", before(next)),
                format!("asleep for {stood} in {}", before(next)),
                format!("in {}", before(next)),
            ],
            _ => vec!["one at a time: the others wait".to_owned(), "one at a time".to_owned()],
        };
        Way {
            above: vec!["kernel".into(), "the queue behind".into(), behind.clone()],
            over,
            short: format!("behind it {behind}"),
            boundary,
            below: vec!["program".into(), "the one that is served".into()],
            under,
            brief: "served".into(),
            history: false,
        }
    }
}
