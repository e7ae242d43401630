//! What the threads share of a server whose calls sleep, behind one lock: the table, the gate, and
//! the publisher. The lock is never held during a call that may sleep.

mod accept;
mod answer;
mod operator;
mod run;
mod thread_host;

use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::blocking_io::Sent;
use super::handover::Outcome;
use super::operator::Operated;
use super::pace::{Pace, Verdict};
use super::responder::Responder;
use super::table::{Client, Table, TableEntry};
use super::{Bound, Config};
use crate::class::Class;
use crate::telemetry::{
    By, ConnState, Kind, Listener, Mode, Nanos, Next, Publisher, Row, Site, Stance, Standing, Why,
};
pub(super) use operator::Passed;
pub(super) use run::{EndOnPanic, run, this_thread};
pub(super) use thread_host::ThreadHost;

/// What the threads share.
pub(super) struct Shared {
    pub(super) config: Config,
    bound: Bound,
    locked: Mutex<Locked>,
    /// Wakes the threads that stand at the gate, and one that pauses accepting.
    go: Condvar,
}

/// What is behind the lock.
pub(super) struct Locked {
    pub(super) publisher: Publisher,
    pub(super) table: Table<SharedConnection>,
    pace: Pace,
    /// The worker processes are stopped.
    stopped: bool,
    listener: Listener,
    /// Responders that no thread uses just now.
    responders: Vec<Responder>,
    class: Option<Class>,
    last_id: u64,
    /// How many are open that are too many.
    refused: usize,
    /// Where the server's own thread is, and since when.
    stance: Stance,
    since: Nanos,
    /// Who stands at the gate, before which call.
    held: Vec<(By, Next)>,
    /// When the operator last let one of them go on, or changed the pace.
    stood: Nanos,
    /// The server's own thread sleeps in `accept`.
    accepting: bool,
    /// The listener was shut down, to end that sleep.
    shut: bool,
    /// Why the server ends, once it does.
    ending: Option<Outcome>,
}

/// A connection of the table.
pub(super) struct SharedConnection {
    /// Shared with the thread that serves it, which closes it.
    socket: Arc<OwnedFd>,
    row: Row,
    /// Why the operator has ended it.
    end_reason: Option<Why>,
    /// It is one too many.
    full: bool,
    /// The process that serves it.
    worker: Option<WorkerHandle>,
}

/// A connection that was just accepted, and stands in the table.
pub(super) struct AcceptedSocket {
    pub(super) socket: Arc<OwnedFd>,
    pub(super) client: Client,
    /// There are too many: it gets a 503.
    pub(super) full: bool,
    /// So many 503s are on their way that this one is turned away at once.
    pub(super) crowded: bool,
}

/// A worker process, as it stands in the table.
pub(super) struct WorkerHandle {
    pub(super) pid: rustix::process::Pid,
    /// The channel over which it reports; shut down, it ends its handler.
    pub(super) channel: Arc<OwnedFd>,
}

impl TableEntry for SharedConnection {
    fn row(&self) -> &Row {
        &self.row
    }

    fn row_mut(&mut self) -> &mut Row {
        &mut self.row
    }
}

impl Shared {
    /// Takes the lock. What is published from now on was done by this one.
    pub(super) fn lock(&self, by: By) -> MutexGuard<'_, Locked> {
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        locked.publisher.by = by;
        locked.publisher.read_clock();
        locked
    }

    /// The gate that every call passes. Returns when it last had to stand there, too.
    fn pass(
        &self,
        by: By,
        next: Next,
        state: Option<ConnState>,
    ) -> (MutexGuard<'_, Locked>, Option<Nanos>) {
        let mut locked = self.lock(by);
        if locked.pace.is_free() {
            return (locked, None);
        }
        let waits = matches!(next.kind, Kind::Accept | Kind::Recv);
        let mut stood = false;
        if locked.pace.is_met(&next, waits) && !locked.lets_go(next) {
            // The others stop too.
            locked.set_pace(Mode::Paused);
        }
        while !locked.lets_go(next) {
            let verdict = if locked.is_turn_of(by) {
                locked.pace.ask(waits, Instant::now())
            } else {
                Verdict::Stand(None)
            };
            let Verdict::Stand(until) = verdict else { break };
            if !std::mem::replace(&mut stood, true) {
                locked.held.push((by, next));
                // Its row is looked at while it stands here.
                locked.note_site(next, next.site, state);
                locked.publish();
            }
            locked = match until {
                None => self.go.wait(locked).unwrap_or_else(PoisonError::into_inner),
                Some(until) => self.sleep(locked, until),
            };
        }
        locked.publisher.by = by;
        let now = locked.publisher.read_clock();
        locked.held.retain(|(who, _)| *who != by);
        if stood {
            locked.stood = now;
            locked.note_site(next, None, None);
            // The next may be let go too.
            self.go.notify_all();
        }
        (locked, stood.then_some(now))
    }

    /// Sleeps until then, or until it is woken.
    fn sleep<'h>(&self, locked: MutexGuard<'h, Locked>, until: Instant) -> MutexGuard<'h, Locked> {
        let time = until.saturating_duration_since(Instant::now());
        self.go.wait_timeout(locked, time).unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Locked {
    /// Notes before which line the thread of a call's connection stands, and in which state.
    fn note_site(&mut self, next: Next, site: Option<Site>, state: Option<ConnState>) {
        let Some(id) = next.conn else { return };
        self.table.change(Client { fd: next.fd, id }, |row| {
            (row.site, row.state) = (site, state.unwrap_or(row.state));
        });
    }

    /// While paused, who stands longest goes first: its call is the one that is shown.
    fn is_turn_of(&self, by: By) -> bool {
        let first = self.held.first();
        self.pace.mode() != Mode::Paused || first.is_none_or(|&(who, _)| who == by)
    }

    /// Whether nothing holds a call any more: it is of a connection, or a server, that ends.
    fn lets_go(&mut self, next: Next) -> bool {
        self.ending.is_some() || self.end_reason(next).is_some()
    }

    /// Why the operator has ended the connection of a call.
    fn end_reason(&mut self, next: Next) -> Option<Why> {
        let client = Client { fd: next.fd, id: next.conn? };
        self.table.get(client)?.end_reason
    }

    /// The server's own thread goes into a call that may sleep. Returns when.
    fn enter(&mut self, next: Next) -> Nanos {
        (self.stance, self.since) = (Stance::Within(next), self.publisher.now());
        self.publish();
        self.since
    }

    /// It has come back.
    fn leave_call(&mut self, entered: Nanos) {
        (self.stance, self.since) = (Stance::Working, self.publisher.now());
        self.publisher.counters.waited += self.since - entered;
    }

    /// Notes what a call has sent, and tells how long the requests took whose answers it completed
    /// then; not of those during which the operator held somebody up.
    pub(super) fn sent(&mut self, client: Client, sent: Sent, now: Nanos) {
        let Sent { answers, told, answer, unsent } = sent;
        self.table.change(client, |row| (row.answer, row.unsent) = (answer, unsent));
        if answers > 0 && told >= self.stood {
            self.publisher.answered(now.saturating_sub(told), answers);
        }
    }

    pub(super) fn publish(&mut self) {
        let stance = self.held.first().map_or(self.stance, |&(_, next)| Stance::Held(next));
        let standing = Standing { stance, since: self.since, mode: self.pace.mode() };
        self.publisher.publish(&mut self.table, standing);
    }
}
