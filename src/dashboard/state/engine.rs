//! The loop as it can be drawn: what the kernel holds (interest list, ready list, queues), what
//! the last wait call handed over, and how far the program has got with it.
//!
//! Everything here was published by the server or measured beside it. What was not is `None`, and
//! is drawn as "–". When the stream left out calls, the turn they belonged to is not shown as if it
//! were whole: see [`Known`].

mod epolls;
mod handlers;
mod parts;
mod round;
mod turns;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

pub use self::epolls::Shown;
use self::epolls::{Lists, number};
use self::handlers::Handlers;
pub use self::handlers::Job;
use self::parts::Unread;
pub use self::parts::{Entry, Group, Known, Measured, Queue, Served, WAKES, Wake};
pub use self::round::{Ask, Round};
use foldhash::fast::RandomState;

use super::by_server;
use super::continuity::Continuity;
use super::table::Table;
use crate::inspect::Snapshot;
use crate::telemetry::{
    Batch, ConnId, EpollNumber, Epolls, EventRef, Fd, Listener, Mask, Nanos, Next, OwnedEvent,
    Ready, ServerKind, Stance, Standing, What,
};

/// How many fds of closed connections are remembered that are still on a list.
const LEFT_KEPT: usize = 10_000;

/// What the loop panel knows.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    standing: Standing,
    now: Nanos,
    listener: Option<Listener>,
    /// Connections that are open. What is known of each is in the [`Table`].
    open: usize,
    /// Fds of closed connections that the server has not taken off its list, and their masks.
    left: Vec<(Fd, Mask)>,
    /// Of each epoll, and of who waits otherwise.
    lists: Lists,
    rounds: round::Rounds,
    handlers: Handlers,
    last_call: Option<OwnedEvent>,
    /// Events were left out after it, calls perhaps among them.
    later_left_out: bool,
    /// The last event's number, to find gaps by.
    continuity: Continuity,
    /// The first server that was told of: that of the events before it, too.
    first: Option<ServerKind>,
    /// The program's own waker is shown too.
    own: bool,
    /// What is done now is of no turn that is shown: the waker alone was reported.
    aside: bool,
    measured: Option<Measured>,
    /// When the loop was last seen to do something: what was measured before is not so any more.
    changed: Nanos,
    /// Receive queues at the snapshot before.
    unread: HashMap<ConnId, Unread, RandomState>,
}

impl Engine {
    /// The epolls of a traced program, as they were told last.
    pub(in crate::dashboard::state) fn epolls(&self) -> Arc<Epolls> {
        self.lists.told()
    }

    /// Before the first batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a batch in.
    pub fn apply(&mut self, batch: &Batch) {
        self.take(batch, 0);
    }

    /// Bytes of memory that its lists have claimed.
    #[must_use]
    pub fn claimed(&self) -> usize {
        self.left.capacity() * size_of::<(Fd, Mask)>()
            + self.lists.claimed()
            + self.unread.capacity() * size_of::<(ConnId, Unread)>()
    }

    /// Shows the program's own waker too, from now on, or leaves it out.
    pub fn show_own(&mut self, own: bool) {
        self.own = own;
    }

    /// Is looked at as another one is: with the waker or without, and at the same epoll if it is there.
    pub(super) fn look_like(&mut self, other: &Self) {
        self.own = other.own;
        self.first = self.first.or(other.first);
        self.lists.choose_as(&other.lists);
    }

    /// Whether a wait call returned for the lesson's sake: not for the program's own waker alone.
    fn begins_turn(&self, event: EventRef<'_>) -> bool {
        let own = event.event.is_own() && !event.ready.is_empty();
        event.event.what.kind().is_wait() && (self.own || !own)
    }

    /// Takes a batch in, of its events only the last turn: what the picture shows of the others
    /// would be gone before it is drawn.
    pub fn pass_over(&mut self, batch: &Batch) {
        let from = if self.has_rounds() {
            round::worked_out_from(batch)
        } else if self.lists.count() > 1 {
            // Another's last turn is not that which is shown; what is traced is slow enough to be read.
            0
        } else {
            let last_turn = batch.events().rposition(|event| self.begins_turn(event));
            let last_call = || batch.events().rposition(|event| event.event.what.kind().is_call());
            last_turn.or_else(last_call).unwrap_or(0)
        };
        self.take(batch, from);
    }

    /// Takes a batch in, of its events those from the one at `from` on.
    fn take(&mut self, batch: &Batch, from: usize) {
        self.tick(batch.time);
        if self.continuity.taken_over(batch) {
            self.begin_afresh();
        }
        self.take_rows(batch);
        // Of all turns but each epoll's last only the summary is kept: those are not worked out.
        let mut last_waits: HashMap<EpollNumber, usize, RandomState> = HashMap::default();
        for (i, event) in (from..).zip(batch.events_from(from)) {
            if self.begins_turn(event) {
                last_waits.insert(number(event), i);
            }
        }
        let begin = if self.has_rounds() { round::worked_out_from(batch) } else { 0 };
        let (mut last_call, mut last_calls) = (None, Vec::new());
        if from > 0 {
            self.pass(batch, from);
        }
        for (i, event) in (from..).zip(batch.events_from(from)) {
            self.check_order(event.event.seq);
            self.handlers.apply(event.event);
            if event.event.what.kind().is_wait() {
                self.aside = !self.begins_turn(event);
                if !self.aside {
                    // Of several each may go on where another's turn is over.
                    let last = last_waits.get(&number(event)) == Some(&i);
                    self.begin_turn(event, last || self.lists.count() > 1);
                }
            } else if let What::Switched { .. } = event.event.what {
                self.begin_afresh();
                last_call = None;
                last_calls.clear();
            } else if self.has_rounds() {
                // Its calls belong to the round.
                if let Some(wake) = self.rounds.apply(event, i >= begin) {
                    let turns = self.lists.rounds();
                    turns.known = Known::All;
                    turns.remember(wake);
                }
            } else if event.event.what.kind().is_call() && !event.event.is_own() && !self.aside {
                if let Some(number) = self.lists.turn_of(event)
                    && let Some(turns) = self.lists.of(number)
                {
                    turns.call(event, last_waits.get(&number).is_none_or(|wait| i > *wait));
                }
                self.lists.given(event);
            }
            let is_call = event.event.what.kind().is_call() && (self.own || !event.event.is_own());
            if is_call || event.folded().next().is_some() {
                last_call = Some(event);
                if let Some(number) = self.lists.turn_of(event) {
                    match last_calls.iter_mut().find(|(other, _)| *other == number) {
                        Some((_, last)) => *last = event,
                        None => last_calls.push((number, event)),
                    }
                }
            }
        }
        if let Some(event) = last_call {
            self.last_call = Some(event.to_owned());
            self.later_left_out = false;
        }
        for (number, event) in last_calls {
            if let Some(turns) = self.lists.of(number) {
                turns.called(event);
            }
        }
        if batch.epolls.is_some() {
            self.lists.tidy();
        }
        // What is lost and not in a gap between two events came after the last of them.
        if self.continuity.missing_after(batch) {
            self.leave_out();
        }
        if batch.events().len() > 0 || batch.standing.stance != self.standing.stance {
            // What was measured before that is no longer so.
            self.changed = batch.standing.since;
            if let Some(measured) = &mut self.measured {
                measured.epoll = None;
            }
        }
        self.standing = batch.standing;
    }

    fn take_rows(&mut self, batch: &Batch) {
        self.listener = batch.listener;
        self.first = self.first.or(batch.listener.map(|listener| listener.server));
        if let Some(epolls) = &batch.epolls {
            self.lists.take(epolls, batch.time);
        }
        let closed = batch.counters.closed.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
        let open = batch.counters.accepted.saturating_sub(closed);
        self.open = usize::try_from(open).unwrap_or(usize::MAX);
        if batch.whole {
            self.handlers = Handlers::default();
        }
        for row in &batch.gone {
            self.handlers.forget(row.id);
            if row.interest != Mask::NONE && self.left.len() < LEFT_KEPT {
                self.left.push((row.fd, row.interest));
            }
        }
    }

    /// Another server has taken over: what was seen of the loop before is not of this one.
    fn begin_afresh(&mut self) {
        self.left.clear();
        self.lists.clear();
        self.rounds = round::Rounds::default();
        self.handlers = Handlers::default();
        (self.last_call, self.measured) = (None, None);
    }

    fn check_order(&mut self, seq: u64) {
        if self.continuity.missing_before(seq) > 0 {
            self.leave_out();
        }
    }

    /// Leaves out the events of a batch before the one at `from`; there are no holes within it.
    fn pass(&mut self, batch: &Batch, from: usize) {
        let (first, last) = (batch.events().next(), batch.events_from(from - 1).next());
        if let Some((first, last)) = first.zip(last) {
            self.check_order(first.event.seq);
            self.continuity.skip_to(last.event.seq);
        }
        self.leave_out();
        if self.has_rounds() {
            // The last that was left out is the end of a round.
            self.rounds.begin();
        }
    }

    /// Events are missing here. Whether a wait call was among them is not known, so what comes
    /// next cannot be said to belong to this turn.
    fn leave_out(&mut self) {
        self.lists.leave_out();
        // The listener is asked too, and standard input.
        self.rounds.leave_out(self.open + 2);
        self.later_left_out = true;
    }

    fn begin_turn(&mut self, event: EventRef<'_>, shown: bool) {
        let (ret, examined, copied, waited) = match event.event.what {
            What::EpollWait { ret, waited } => {
                (ret, u32::try_from(ret.get().unwrap_or(0)).unwrap_or(u32::MAX), 0, waited)
            }
            What::Select { ret, examined, copied, waited }
            | What::Poll { ret, examined, copied, waited } => (ret, examined, copied, waited),
            _ => return,
        };
        let waker = self.listener.map(|listener| listener.waker);
        let ours = |ready: &&Ready| ready.conn.is_none() && Some(ready.fd) == waker;
        let shows_own = self.own;
        let lesson = |ready: &&Ready| shows_own || !ours(ready);
        let mut first = [None; 8];
        for (slot, ready) in first.iter_mut().zip(event.ready.iter().filter(lesson)) {
            *slot = Some(ready.fd);
        }
        let all = event.ready.iter().filter(lesson).count();
        let wake = Wake {
            kind: event.event.what.kind(),
            examined,
            copied,
            time: event.event.time,
            waited,
            ret,
            own: u32::try_from(event.ready.iter().filter(ours).count()).unwrap_or(u32::MAX),
            ready: u32::try_from(all).unwrap_or(u32::MAX),
            first,
            calls: 0,
            part: false,
        };
        let ready = shown.then(|| event.ready.iter().filter(lesson).copied().collect());
        self.lists.begin(event).begin(event.event.by, wake, ready);
    }

    /// Takes a measurement in, which was taken at that time, of the connections of `table`.
    pub fn kernel(&mut self, snapshot: &Snapshot, table: &Table, taken: Nanos) {
        let waited = self.measured.as_ref().and_then(Measured::waits_for_accept);
        let mut queues = Vec::new();
        let last = std::mem::take(&mut self.unread);
        for row in table.rows_by_fd() {
            let Some(socket) = snapshot.queues(row.peer(), row.local()) else { continue };
            let bytes = socket.unread();
            if bytes > 0 {
                let last = last.get(&row.id());
                let same = last.filter(|last| last.read == row.bytes_in());
                let since = same.map_or(taken.min(self.now), |last| last.since);
                let before = last.map_or(0, |last| last.bytes);
                let grown = self.measured.is_some() && bytes > before;
                queues.push(Queue { fd: row.fd(), bytes, grown, since });
                self.unread.insert(row.id(), Unread { bytes, since, read: row.bytes_in() });
            }
        }
        let now = self.held().is_some() && taken >= self.changed;
        let detail = &snapshot.detail;
        let drops = snapshot.others.iter().map(|other| other.drops).chain([detail.listener_drops]);
        let mut measured = Measured {
            accept: snapshot.accept_queues().collect(),
            accept_grown: false,
            queues,
            epoll: detail.epoll.clone().filter(|_| now),
            runtime: detail.runtime.clone(),
            taken: taken.min(self.now),
            arrivals: detail.arrivals.clone(),
            connecting: detail.connecting.as_ref().map(Vec::len),
            dropped: drops.flatten().reduce(u32::saturating_add),
            unseen: snapshot.unseen.clone(),
        };
        let waits = measured.waits_for_accept();
        measured.accept_grown = waited.is_some_and(|before| waits.is_some_and(|now| now > before));
        self.measured = Some(measured);
    }

    /// Moves the clock.
    pub fn tick(&mut self, now: Nanos) {
        self.now = self.now.max(now);
    }

    /// Where the loop stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// The call before which the loop is held.
    #[must_use]
    pub fn held(&self) -> Option<Next> {
        match self.standing.stance {
            Stance::Held(next) => Some(next),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
