//! `coroutines`: a task for each connection, over the runtime's loop.

use super::halves::{Space, Way, capped};
use super::painter::Pen;
use crate::dashboard::theme::Role;
use crate::telemetry::{Row, Stance};
use crate::words::result;
use crate::words::units;

/// From this width on a task is told in a sentence.
const SENTENCE: usize = 36;

impl Pen<'_> {
    pub(super) fn tasks(&self, room: Space) -> Way {
        let (parked, awake): (Vec<&Row>, Vec<&Row>) =
            self.engine.rows().partition(|row| row.within.is_some());
        let long = room.width >= SENTENCE;
        let cell = if long { room.width / (room.width / SENTENCE).max(1) - 1 } else { 0 };
        let count = |n: usize| units::count(n as u64);
        let (parked_count, awake_count) = (parked.len(), awake.len());
        let over = if parked.is_empty() {
            self.nothing("no task is parked")
        } else {
            capped(parked.into_iter(), room.width * room.above, |row| {
                let on = row.within.map_or("", crate::telemetry::Kind::name);
                let text = if long {
                    format!("task {} parked on {on}(fd {})", row.id, row.fd)
                } else {
                    format!("{}:{on}({})", row.id, row.fd)
                };
                self.token(format!("{text:<cell$}"), Role::Text)
            })
        };
        let under = if awake.is_empty() {
            self.nothing("no task runs")
        } else {
            capped(awake.into_iter(), room.width * room.below, |row| {
                let mark = self.theme.glyph("▸", ">");
                let last = format!("{}({}) = {}", row.last.name(), row.fd, result(row.last_ret));
                let text = if long {
                    format!("{mark}task {}: {last}", row.id)
                } else {
                    format!("{mark}{}", row.id)
                };
                self.token(format!("{text:<cell$}"), Role::Program)
            })
        };
        let looks = match self.engine.standing().stance {
            Stance::Waiting => "asleep in the runtime's own wait call",
            Stance::Held(_) => "held",
            _ => "at work",
        };
        Way {
            above: vec!["tasks".into(), "parked".into(), format!("{} wait", count(parked_count))],
            over,
            short: format!("{} parked", count(parked_count)),
            boundary: vec![
                format!(
                    "the runtime's loop under {} tasks: {looks}",
                    count(parked_count + awake_count)
                ),
                format!("{} tasks: {looks}", count(parked_count + awake_count)),
                format!("{} tasks", count(parked_count + awake_count)),
            ],
            below: vec![
                "runtime".into(),
                "tasks it runs".into(),
                format!("{} not parked", count(awake_count)),
            ],
            under,
            brief: format!("{} not parked", count(awake_count)),
            history: false,
        }
    }
}
