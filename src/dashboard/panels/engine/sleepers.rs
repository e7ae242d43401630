//! `threads` and `processes`: one for each connection, each asleep in a call of its own.

use super::halves::{Space, Way, capped};
use super::painter::Pen;
use crate::dashboard::theme::Role;
use crate::telemetry::{Next, Row, Stance};
use crate::words::units;
use crate::words::{before, result};

/// From this width on a sleeper is told in a sentence.
const SENTENCE: usize = 36;

impl Pen<'_> {
    pub(super) fn sleepers(&self, room: Space) -> Way {
        let (asleep, awake): (Vec<&Row>, Vec<&Row>) =
            self.engine.rows().partition(|row| row.within.is_some());
        let all = asleep.len() + awake.len();
        let long = room.width >= SENTENCE;
        let (first, first_asleep) = self.first(long);
        let cell = if long { room.width / (room.width / SENTENCE).max(1) - 1 } else { 0 };
        let pad = |text: String| format!("{text:<cell$}");
        let tell = |row: &Row, words: String| {
            let token = if long {
                pad(format!("{} {words}", who(row, true)))
            } else {
                format!("{} {words}", who(row, false))
            };
            self.token(token, Role::Text)
        };
        let (count_asleep, count_awake) =
            (asleep.len() + usize::from(first_asleep), awake.len() + usize::from(!first_asleep));
        let mut over = Vec::new();
        let mut under = Vec::new();
        let own = self.token(pad(first), if first_asleep { Role::Kernel } else { Role::Program });
        if first_asleep {
            over.push(own);
        } else {
            under.push(own);
        }
        over.extend(capped(asleep.into_iter(), room.width * room.above, |row| {
            tell(row, sleeps(row, long))
        }));
        under.extend(capped(awake.into_iter(), room.width * room.below, |row| {
            tell(row, format!("{} = {}", row.last.name(), result(row.last_ret)))
        }));
        if under.is_empty() {
            under = self.nothing("all sleep");
        }
        let kinds = self.kinds();
        let told = format!("{} {kinds} and the one that accepts", units::count(all as u64));
        Way {
            above: vec![
                "kernel".into(),
                "sleepers".into(),
                format!("{} asleep", units::count(count_asleep as u64)),
            ],
            over,
            short: format!("{} asleep", units::count(count_asleep as u64)),
            boundary: vec![told, format!("{} {kinds}", units::count(all as u64))],
            below: vec![
                "program".into(),
                "at work".into(),
                format!("{} of {}", units::count(count_awake as u64), units::count(all as u64 + 1)),
            ],
            under,
            brief: "at work".into(),
            history: false,
        }
    }

    /// What serves the connections, in the plural.
    fn kinds(&self) -> &'static str {
        match self.engine.rows().next().map(|row| row.by) {
            Some(by) if by.pid().is_some() => "processes",
            _ => "threads",
        }
    }

    /// The server's own thread, which accepts; and whether it sleeps.
    fn first(&self, long: bool) -> (String, bool) {
        let listener = self.engine.listener().map_or(-1, |listener| listener.fd);
        let next = match self.engine.standing().stance {
            Stance::Waiting => Some(format!("accept({listener})")),
            Stance::Within(next) => Some(before(next)),
            _ => None,
        };
        match next {
            Some(call) if long => (format!("the first thread asleep in {call}"), true),
            Some(call) => (format!("first {call}"), true),
            None if long => ("the first thread accepts".to_owned(), false),
            None => ("first".to_owned(), false),
        }
    }
}

/// `thread 4711`
fn who(row: &Row, long: bool) -> String {
    match (row.by.tid(), row.by.pid(), long) {
        (Some(number), _, true) => format!("thread {number}"),
        (_, Some(number), true) => format!("process {number}"),
        (Some(number), _, false) | (_, Some(number), false) => number.to_string(),
        _ => format!("fd {}", row.fd),
    }
}

/// `asleep in recv(9)`
fn sleeps(row: &Row, long: bool) -> String {
    // In a process of its own the socket has another number than in the table.
    let fd = if row.by.pid().is_some() { -1 } else { row.fd };
    let call = row
        .within
        .map_or_else(String::new, |kind| before(Next { kind, fd, conn: Some(row.id), site: None }));
    match (long, row.by.pid()) {
        (true, Some(_)) => format!("for fd {} asleep in {}", row.fd, call.trim_end_matches("()")),
        (true, None) => format!("asleep in {call}"),
        (false, Some(_)) => call.trim_end_matches("()").to_owned(),
        (false, None) => call,
    }
}
