//! What the threads share of a server whose calls sleep, behind one lock: the table, the gate, and
//! somebody to tell. Nobody holds the lock during a call that may sleep.

mod accept;
mod answer;
mod line;
mod operator;
mod run;

use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::desk::Desk;
use super::house::After;
use super::pace::{Pace, Verdict};
use super::processes::Worker;
use super::table::{Seat, Table};
use super::{Bound, Config};
use crate::telemetry::{By, Kind, Listener, Nanos, Next, Publisher, Row, Stance, Standing, Why};
pub(super) use accept::Arrival;
pub(super) use line::AtTable;
pub(super) use run::{Alarm, run, this_thread};

/// The room that they share.
pub(super) struct Hall {
    pub(super) config: Config,
    bound: Bound,
    inner: Mutex<Inner>,
    /// Somebody who stands at the gate, or rests, may look again.
    go: Condvar,
}

/// What is behind the lock.
pub(super) struct Inner {
    pub(super) tell: Publisher,
    pub(super) table: Table<Guest>,
    pace: Pace,
    listener: Listener,
    /// Desks that nobody answers at just now.
    desks: Vec<Desk>,
    last_id: u64,
    /// How many are open that are too many.
    refused: usize,
    /// Where the server's own thread is, and since when.
    stance: Stance,
    since: Nanos,
    /// Who stands at the gate, before which call.
    held: Vec<(By, Next)>,
    /// The server's own thread sleeps in `accept`.
    accepting: bool,
    /// The listener was shut down, to end that sleep.
    shut: bool,
    /// Why the server ends, once it does.
    ending: Option<After>,
}

/// A connection of the table.
pub(super) struct Guest {
    /// Shared with the thread that serves it, which closes it.
    socket: Arc<OwnedFd>,
    row: Row,
    /// Why the operator has ended it.
    doom: Option<Why>,
    /// It is one too many.
    full: bool,
    /// The process that serves it.
    worker: Option<Worker>,
}

impl Seat for Guest {
    fn row(&self) -> &Row {
        &self.row
    }

    fn row_mut(&mut self) -> &mut Row {
        &mut self.row
    }
}

impl Hall {
    /// The lock. What is told from now on is this one's doing.
    pub(super) fn lock(&self, by: By) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.tell.by = by;
        inner.tell.read_clock();
        inner
    }

    /// The gate that every call passes. Returns when it last had to stand there, too.
    fn pass(&self, by: By, next: Next) -> (MutexGuard<'_, Inner>, Option<Nanos>) {
        let mut inner = self.lock(by);
        if inner.pace.is_free() {
            return (inner, None);
        }
        let waits = matches!(next.kind, Kind::Accept | Kind::Recv);
        let mut stood = false;
        while inner.ending.is_none() && inner.doom(next).is_none() {
            let Verdict::Stand(until) = inner.pace.ask(waits, Instant::now()) else { break };
            if !std::mem::replace(&mut stood, true) {
                inner.held.push((by, next));
                inner.publish();
            }
            inner = match until {
                None => self.go.wait(inner).unwrap_or_else(PoisonError::into_inner),
                Some(until) => self.sleep(inner, until),
            };
        }
        inner.tell.by = by;
        let now = inner.tell.read_clock();
        inner.held.retain(|(who, _)| *who != by);
        (inner, stood.then_some(now))
    }

    /// Sleeps until then, or until somebody says that there is something to look at.
    fn sleep<'h>(&self, inner: MutexGuard<'h, Inner>, until: Instant) -> MutexGuard<'h, Inner> {
        let time = until.saturating_duration_since(Instant::now());
        self.go.wait_timeout(inner, time).unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Inner {
    /// Why the operator has ended the connection of a call.
    fn doom(&mut self, next: Next) -> Option<Why> {
        self.table.get(next.fd, next.conn?)?.doom
    }

    /// The server's own thread goes into a call that may sleep. Returns when.
    fn enter(&mut self, next: Next) -> Nanos {
        (self.stance, self.since) = (Stance::Within(next), self.tell.now());
        self.publish();
        self.since
    }

    /// It has come back.
    fn leave_call(&mut self, entered: Nanos) {
        (self.stance, self.since) = (Stance::Working, self.tell.now());
        self.tell.counters.waited += self.since - entered;
    }

    pub(super) fn publish(&mut self) {
        let stance = self.held.last().map_or(self.stance, |&(_, next)| Stance::Held(next));
        let standing = Standing { stance, since: self.since, mode: self.pace.mode() };
        self.tell.publish(&mut self.table, standing);
    }
}
