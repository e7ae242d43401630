//! What is known of the server: the panels' contents, without what belongs to the operator.

use std::sync::Arc;

use super::charts::Charts;
use super::class::Class;
use super::code::Code;
use super::continuity::Continuity;
use super::costs::Costs;
use super::engine::Engine;
use super::lints::{Lint, Lints};
use super::rate_limit::RateLimit;
use super::rates::Rates;
use super::seats::Seats;
use super::stream::Stream;
use super::stretches::{Change, Stretches};
use super::table::Table;
use crate::clients::ClientInfo;
use crate::inspect::Snapshot;
use crate::lesson::Strip;
use crate::telemetry::{
    Batch, ConnId, Counters, Fd, Listener, Lost, Nanos, Next, Others, Stance, Standing,
};
use crate::words::strings;

/// What is known of the server.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The connections.
    pub table: Table,
    /// The events.
    pub stream: Stream,
    /// The loop's two sides.
    pub engine: Engine,
    /// Histograms since the start.
    pub charts: Charts,
    /// What happened each second.
    pub rates: Rates,
    /// What it costs.
    pub costs: Costs,
    /// What looks like a mistake.
    pub lints: Lints,
    /// What each server cost, under each set of options.
    pub stretches: Stretches,
    /// How often each line has made its call.
    pub code: Code,
    /// Who is asked.
    pub seats: Seats,
    /// The class in the room.
    pub class: Box<Class>,
    /// Totals.
    pub counters: Counters,
    /// What the wire had no room for.
    pub lost: Lost,
    /// The listening socket.
    pub listener: Option<Listener>,
    /// The other descriptors of a traced program.
    pub others: Arc<Others>,
    /// Where the loop stands.
    pub standing: Standing,
    /// What the kernel said last.
    pub kernel: Option<Arc<Snapshot>>,
    /// What a lesson tells, while one is given.
    pub lesson: Option<Arc<Strip>>,
    /// The server's time.
    pub now: Nanos,
    continuity: Continuity,
    rate_limit: RateLimit,
    /// The lints that the stream shows already.
    shown_lints: Vec<(Option<ConnId>, Fd, Nanos)>,
}

/// What came of a batch or of a measurement beside what is known now.
#[derive(Debug, Default)]
pub(super) struct Came {
    /// Another server has taken over.
    pub(super) over: bool,
    /// The events were read, not passed over.
    pub(super) read: bool,
    /// Another server, or another option, from here on.
    pub(super) change: Option<Change>,
    /// What looks like a mistake and was shown for the first time.
    pub(super) lints: Vec<Lint>,
    /// What looks like a mistake is another than before.
    pub(super) news: bool,
}

impl Scene {
    /// Takes a batch in, and its events unless they are too many to be read.
    pub(super) fn apply(&mut self, batch: &Batch) -> Came {
        let read = self.rate_limit.lets(batch);
        self.take(batch, read)
    }

    /// Takes a batch in; `read` says whether its events are read.
    pub(super) fn take(&mut self, batch: &Batch, read: bool) -> Came {
        self.table.apply(batch);
        self.class.apply(batch);
        let change = self.stretches.apply(batch);
        if let Some(change) = &change {
            self.rates.mark(batch.time, change);
            self.stream.mark(change.clone());
        }
        if read {
            self.table.requests(batch);
            self.stream.apply(batch);
            self.engine.apply(batch);
            self.seats.apply(batch);
            self.lints.apply(batch);
        } else {
            self.table.leave_out();
            self.stream.pass_over(batch);
            self.engine.pass_over(batch);
            self.seats.pass_over(batch);
            self.lints.pass_over(batch);
        }
        if batch.lost.all() > self.lost.all() {
            self.table.leave_out();
        }
        self.charts.apply(batch);
        self.rates.apply(batch);
        self.costs.apply(batch);
        let shown = self.show_lints(batch.time);
        self.counters.clone_from(&batch.counters);
        self.lost.clone_from(&batch.lost);
        self.listener = batch.listener;
        if let Some(others) = &batch.others {
            self.others.clone_from(others);
        }
        self.standing = batch.standing;
        let over = self.continuity.taken_over(batch);
        if over {
            self.table.keep_view();
        }
        Came { over, read, change, ..shown }
    }

    /// Takes over what was measured at that time.
    pub(super) fn kernel(&mut self, snapshot: &Arc<Snapshot>, taken: Nanos) -> Came {
        self.table.kernel(snapshot);
        self.engine.kernel(snapshot, &self.table, taken);
        self.costs.kernel(snapshot, self.now);
        let memory = self.costs.memory();
        self.stretches.kernel(snapshot, memory, self.now);
        let now = self.now;
        self.lints.kernel(snapshot, &self.table, now);
        let shown = self.show_lints(now);
        self.kernel = Some(Arc::clone(snapshot));
        shown
    }

    /// Takes over which connections are those of our own clients.
    pub(super) fn clients(&mut self, list: &[ClientInfo]) {
        let port = self.listener.map(|listener| listener.addr.port());
        self.table.clients(list, port, self.now);
    }

    /// Goes on to a time of the server's clock. The table is put in order by itself.
    pub(super) fn tick(&mut self, now: Nanos) {
        self.now = now;
        self.engine.tick(now);
        self.rates.tick(now);
        self.costs.tick(now);
    }

    /// A copy of all but the stream, which is as large as the rest and can be told again.
    pub(super) fn without_stream(&mut self) -> Self {
        let stream = std::mem::take(&mut self.stream);
        let copy = self.clone();
        self.stream = stream;
        copy
    }

    /// Bytes of memory that it takes without its stream, about.
    pub(super) fn claimed(&self) -> usize {
        /// The histograms, and what happened in each of the last seconds.
        const FIGURES: usize = 128 << 10;
        FIGURES
            + size_of::<Self>()
            + self.table.claimed()
            + self.seats.claimed()
            + self.lints.claimed()
            + self.engine.claimed()
    }

    /// Is looked at as another one is: cursor, order, filters.
    pub(in crate::dashboard) fn look_like(&mut self, other: &Self) {
        self.table.look_like(&other.table);
        self.stream.look_like(&other.stream);
        self.engine.look_like(&other.engine);
    }

    /// How many connections are closed and not in the table any more.
    #[must_use]
    pub fn folded(&self) -> u64 {
        let closed = self.counters.closed.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
        closed.saturating_sub(self.table.closing() as u64)
    }

    /// Puts what was found and not shown yet into the stream.
    fn show_lints(&mut self, now: Nanos) -> Came {
        let key = |lint: &Lint| (lint.conn, lint.fd, lint.since);
        let found: Vec<_> = self.lints.found().iter().map(key).collect();
        let mut shown = Came::default();
        if found == self.shown_lints {
            return shown;
        }
        for lint in self.lints.found() {
            if !self.shown_lints.contains(&key(lint)) {
                self.stream.lint(*lint, now);
                shown.lints.push(*lint);
            }
        }
        self.shown_lints = found;
        shown.news = true;
        shown
    }

    /// What looks like a mistake, in a line: the newest, and how many more.
    #[must_use]
    pub fn lint(&self) -> Option<String> {
        let (newest, others) = self.lints.found().split_last()?;
        let text = newest.text(self.now);
        Some(match others.len() {
            0 => text,
            more => (strings().keybar.and_more)(&text, more),
        })
    }

    /// The call before which the loop stands.
    #[must_use]
    pub fn next_call(&self) -> Option<Next> {
        match self.standing.stance {
            Stance::Held(next) => Some(next),
            _ => None,
        }
    }
}
