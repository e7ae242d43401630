//! `threads` and `processes`: one for each connection, each asleep in a call of its own.

use super::halves::{Contents, Sizes, capped};
use super::painter::Painter;
use crate::dashboard::state::table::TableRow;
use crate::dashboard::theme::Role;
use crate::telemetry::{Kind, Next, Row, Stance};
use crate::words::{before, result, strings};

/// From this width on a sleeper is described in a sentence.
const SENTENCE: usize = 36;

impl Painter<'_> {
    pub(super) fn sleepers(&self, sizes: Sizes) -> Contents {
        let (asleep, awake): (Vec<&TableRow>, Vec<&TableRow>) =
            self.table.rows_by_fd().partition(|row| row.within().is_some());
        let (all, say) = (asleep.len() + awake.len(), &strings().engine);
        let long = sizes.width >= SENTENCE;
        let (first, first_asleep) = self.first(long);
        let cell = if long { sizes.width / (sizes.width / SENTENCE).max(1) - 1 } else { 0 };
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
        over.extend(capped(asleep.into_iter(), sizes.width * sizes.above, |row| {
            let row = row.row();
            tell(&row, sleeps(&row, long))
        }));
        under.extend(capped(awake.into_iter(), sizes.width * sizes.below, |row| {
            let row = row.row();
            tell(&row, format!("{} = {}", row.last.name(), result(row.last_ret)))
        }));
        if under.is_empty() {
            under = self.nothing(say.all_sleep);
        }
        let workers = self.workers(all);
        let asleep = (say.count_asleep)(count_asleep);
        Contents {
            above: vec![say.kernel.into(), say.sleepers.into(), asleep.clone()],
            over,
            short: asleep,
            boundary: vec![(say.and_accepter)(&workers), workers],
            below: vec![say.program.into(), say.at_work.into(), (say.of)(count_awake, all + 1)],
            under,
            brief: say.at_work.into(),
            history: false,
        }
    }

    /// How many serve the connections, and what they are.
    fn workers(&self, count: usize) -> String {
        let say = &strings().engine;
        match self.table.rows_by_fd().next().map(TableRow::by) {
            Some(by) if by.pid().is_some() => (say.processes)(count),
            _ => (say.threads)(count),
        }
    }

    /// The server's own thread, which accepts; and whether it sleeps.
    fn first(&self, long: bool) -> (String, bool) {
        let listener = self.engine.listener().map_or(-1, |listener| listener.fd);
        let next = match self.engine.standing().stance {
            Stance::Waiting => Some(format!("{}({listener})", Kind::Accept.name())),
            Stance::Within(next) => Some(before(next)),
            _ => None,
        };
        let say = &strings().engine;
        match next {
            Some(call) if long => ((say.first_asleep)(&call), true),
            Some(call) => ((say.first_asleep_short)(&call), true),
            None if long => (say.first_accepts.to_owned(), false),
            None => (say.first.to_owned(), false),
        }
    }
}

/// `thread 4711`
fn who(row: &Row, long: bool) -> String {
    let say = &strings().engine;
    match (row.by.tid(), row.by.pid(), long) {
        (Some(number), _, true) => (say.thread)(number),
        (_, Some(number), true) => (say.process)(number),
        (Some(number), _, false) | (_, Some(number), false) => number.to_string(),
        _ => (say.fd)(row.fd),
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
        (true, Some(_)) => (strings().engine.for_fd_asleep)(row.fd, call.trim_end_matches("()")),
        (true, None) => (strings().engine.asleep_in)(&call),
        (false, Some(_)) => call.trim_end_matches("()").to_owned(),
        (false, None) => call,
    }
}
