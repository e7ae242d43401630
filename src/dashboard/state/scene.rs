//! What is known of the server: the panels' contents, without what belongs to the operator.

use std::sync::Arc;

use super::charts::Charts;
use super::code::Code;
use super::continuity::Continuity;
use super::costs::Costs;
use super::engine::Engine;
use super::lints::{Lint, Lints};
use super::rate_limit::RateLimit;
use super::rates::Rates;
use super::seats::Seats;
use super::stream::Stream;
use super::stretches::Stretches;
use super::table::Table;
use crate::inspect::Snapshot;
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
    /// The server's time.
    pub now: Nanos,
    continuity: Continuity,
    rate_limit: RateLimit,
    /// The lints that the stream shows already.
    shown_lints: Vec<(Option<ConnId>, Fd, Nanos)>,
}

impl Scene {
    /// Takes a batch in; returns whether with it another server has taken over.
    pub(super) fn apply(&mut self, batch: &Batch) -> bool {
        self.table.apply(batch);
        if let Some(change) = self.stretches.apply(batch) {
            self.rates.mark(batch.time, &change);
            self.stream.mark(change);
        }
        if self.rate_limit.lets(batch) {
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
        self.show_lints(batch.time);
        self.counters.clone_from(&batch.counters);
        self.lost.clone_from(&batch.lost);
        self.listener = batch.listener;
        if let Some(others) = &batch.others {
            self.others.clone_from(others);
        }
        self.standing = batch.standing;
        let taken_over = self.continuity.taken_over(batch);
        if taken_over {
            self.table.keep_view();
        }
        taken_over
    }

    /// How many connections are closed and not in the table any more.
    #[must_use]
    pub fn folded(&self) -> u64 {
        let closed = self.counters.closed.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
        closed.saturating_sub(self.table.closing() as u64)
    }

    /// Puts what was found and not shown yet into the stream; returns whether what is found is
    /// another than before.
    pub(super) fn show_lints(&mut self, now: Nanos) -> bool {
        let key = |lint: &Lint| (lint.conn, lint.fd, lint.since);
        let found: Vec<_> = self.lints.found().iter().map(key).collect();
        if found == self.shown_lints {
            return false;
        }
        for lint in self.lints.found() {
            if !self.shown_lints.contains(&key(lint)) {
                self.stream.lint(*lint, now);
            }
        }
        self.shown_lints = found;
        true
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
