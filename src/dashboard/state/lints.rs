//! What looks like a mistake in the server, concluded from what is observed alone: rows, events,
//! the kernel's queues, and whether the server's thread sleeps. Which mistake was asked for is not
//! known here, and a healthy server under load gives no diagnosis.
//!
//! Where events were left out of the stream, what was gathered from them is forgotten: a silence
//! is better than a diagnosis of what may not have happened.

mod program;
mod stale;
mod starving;
mod symptom;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use self::program::Program;
pub use self::starving::Starved;
use self::starving::Starving;
pub use self::symptom::{Lint, Symptom};
use super::continuity::Continuity;
use super::table::Table;
use crate::inspect::Snapshot;
use crate::telemetry::{
    Asks, Batch, ConnId, ConnState, Errno, EventRef, Fd, Kind, Listener, Mask, Mode, Nanos, Other,
    Ret, Row, ServerKind, Stance, Standing, What, Why, Work,
};

/// A symptom has to last that long.
pub const AFTER: Nanos = 2_000_000_000;
/// Meanwhile the server's thread has to be seen asleep so many times.
const ASLEEP: u32 = 3;
/// So many reports of an fd in a row, nothing being done about it, are a spin.
const REPORTS: u32 = 100;
/// A spin is shown for so long after the last reports.
const SPINS: Nanos = 1_000_000_000;
/// What can only be seen once is shown for that long.
const STAYS: Nanos = 30_000_000_000;
/// So many are shown at most.
const MOST: usize = 64;
/// Sizes that a read buffer for heads may have; powers of two between them.
const BUFFERS: (u64, u64) = (512, 16_384);

/// Something that has not changed for a while.
#[derive(Clone, Copy, Debug)]
struct Span {
    since: Nanos,
    /// What has not changed.
    key: (u64, u64),
    /// How often the server's thread was seen asleep meanwhile.
    asleep: u32,
}

/// What was gathered of a connection.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    promised: u64,
    sent: u64,
    /// The last send took less than was offered, and no other has followed.
    short: bool,
    /// What the last send that took anything was offered, and took, where that was less: the next
    /// has to offer the rest.
    owed: Option<(u64, u64)>,
    /// The last call was a `recv` that brought as much as a read buffer may hold.
    full: Option<u64>,
    /// Requests understood and not answered yet: it waits for a handler, not for the kernel.
    pending: u32,
}

impl Seen {
    /// Whether this is as good as nothing: all that was promised is sent, and nothing half done.
    fn owes_nothing(&self) -> bool {
        let Self { promised, sent, short, owed, full, pending } = *self;
        sent >= promised && !short && owed.is_none() && full.is_none() && pending == 0
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Which {
    Undrained,
    /// At the listener with this number.
    NotAccepted(Fd),
    CutShort,
    HeadCut,
}

/// All that is watched, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Lints {
    listener: Option<Listener>,
    /// The other listeners that are watched: inode and number.
    listeners: Vec<(u32, Fd)>,
    standing: Standing,
    accepted: u64,
    continuity: Continuity,
    /// Of those that have to answer for something, or of which events are missing.
    seen: HashMap<ConnId, Seen, RandomState>,
    /// From this connection on all events were seen, since its accept; numbers only grow.
    whole_from: Option<ConnId>,
    /// How often each fd was reported since the last call on it, and the first time.
    reports: HashMap<Fd, (u32, Nanos), RandomState>,
    /// What only a program of somebody else's is seen to do wrong.
    program: Program,
    spans: HashMap<(Which, Option<ConnId>), Span, RandomState>,
    /// How often accepting failed for want of a descriptor, and since when.
    unaccepted: (u32, Nanos),
    starving: Starving,
    /// The most that a `recv` has brought.
    largest: u64,
    found: Vec<Lint>,
}

impl Lints {
    /// Bytes of memory that what is remembered of each connection takes, about.
    #[must_use]
    pub fn claimed(&self) -> usize {
        self.seen.capacity() * size_of::<(ConnId, Seen)>()
            + self.reports.capacity() * size_of::<(Fd, (u32, Nanos))>()
            + self.spans.capacity() * size_of::<((Which, Option<ConnId>), Span)>()
    }

    /// Takes a batch in.
    pub fn apply(&mut self, batch: &Batch) {
        self.begin(batch);
        for event in batch.events() {
            if self.continuity.missing_before(event.event.seq) > 0 {
                self.forget();
            }
            self.event(event);
        }
        self.end(batch);
    }

    /// Takes a batch in whose events are not read.
    pub fn pass_over(&mut self, batch: &Batch) {
        self.begin(batch);
        if let Some(last) = batch.events().next_back() {
            self.forget();
            self.continuity.skip_to(last.event.seq);
        }
        self.end(batch);
    }

    fn begin(&mut self, batch: &Batch) {
        if self.continuity.taken_over(batch) {
            self.forget();
            self.found.clear();
            self.starving.clear();
            self.program = Program::default();
            self.largest = 0;
        }
        self.starving.apply(batch);
        self.listener = batch.listener;
        if let Some(others) = &batch.others {
            // Who watches it not may never mean to accept.
            let watched = |other: &&Other| other.inode > 0 && other.interest != Mask::NONE;
            let watched = others.list.iter().filter(watched);
            self.listeners = watched.map(|other| (other.inode, other.fd)).collect();
        }
        if let Some(epolls) = &batch.epolls {
            self.program.take(epolls);
        }
        (self.standing, self.accepted) = (batch.standing, batch.counters.accepted);
    }

    fn end(&mut self, batch: &Batch) {
        if self.continuity.missing_after(batch) {
            self.forget();
        }
        if batch.whole {
            // Nothing reports those whose last row was left out.
            let there: HashSet<ConnId> = batch.rows.iter().map(|row| row.id).collect();
            self.seen.retain(|id, _| there.contains(id));
        }
        if self.seen.capacity() > 1024 + 4 * self.seen.len() {
            self.seen.shrink_to(2 * self.seen.len());
        }
        for row in &batch.gone {
            self.seen.remove(&row.id);
            self.reports.remove(&row.fd);
            self.found.retain(|lint| lint.conn != Some(row.id) || lint.until.is_some());
        }
    }

    /// Events are missing: nothing that was gathered from them holds.
    fn forget(&mut self) {
        self.seen.clear();
        self.whole_from = None;
        self.reports.clear();
        self.spans.clear();
        self.program.forget();
        self.found.retain(|lint| lint.until.is_some());
    }

    fn event(&mut self, event: EventRef<'_>) {
        let (fd, conn, what) = (event.event.fd, event.event.conn, event.event.what);
        let time = event.event.time;
        if self.is_traced() {
            self.program.event(event);
            for (conn, fd, symptom) in self.program.found() {
                self.find_once(conn, fd, symptom, time);
            }
        }
        if what.kind().is_wait() {
            self.reported(event);
            return;
        }
        if what.kind().is_call() {
            self.reports.remove(&fd);
            let spins = |lint: &Lint| matches!(lint.symptom, Symptom::Spins { .. });
            self.found.retain(|lint| lint.fd != fd || !spins(lint));
            if let What::Recv { ret } = what {
                self.largest = self.largest.max(ret.get().unwrap_or(0));
            }
        }
        for asked in event.folded() {
            let seen = asked.conn.and_then(|id| self.seen.get_mut(&id));
            let Some(seen) = seen else { continue };
            // As a call of its own that fails: see below.
            seen.full = None;
            if asked.mask == Mask::OUT {
                seen.short = false;
            }
        }
        if let What::Accept { ret, .. } = what {
            self.accepted_or_not(fd, ret, time);
        }
        let Some(id) = conn else { return };
        match what {
            What::Accept { .. } => {
                self.whole_from.get_or_insert(id);
                return;
            }
            What::Recv { .. }
            | What::Send { .. }
            | What::Sendfile { .. }
            | What::Request { .. }
            | What::Response { .. }
            | What::Closed { .. } => {}
            _ => return,
        }
        let whole = self.is_whole(id);
        let comes = matches!(what, What::Recv { ret } if ret.get().is_ok_and(|bytes| bytes > 0));
        // One that was forgotten is known again from the next bytes that it sends.
        if whole || comes {
            self.seen.entry(id).or_default();
        }
        let Some(seen) = self.seen.get_mut(&id) else { return };
        match what {
            What::Recv { ret } => {
                let buffer = |n: &u64| n.is_power_of_two() && (BUFFERS.0..=BUFFERS.1).contains(n);
                seen.full = ret.get().ok().filter(buffer);
            }
            What::Send { ret, len } | What::Sendfile { ret, len, .. } => {
                let taken = ret.get();
                let forgotten = seen.owed.filter(|(offered, taken)| len < offered - taken);
                seen.sent += taken.unwrap_or(0);
                seen.short = taken.is_ok_and(|taken| taken < len);
                seen.full = None;
                if let Ok(taken) = taken {
                    seen.owed = (taken < len).then_some((len, taken));
                }
                if let Some((promised, sent)) = forgotten {
                    seen.owed = None;
                    self.find_once(conn, fd, Symptom::CutShort { promised, sent }, time);
                }
            }
            What::Request { .. } => {
                seen.pending += 1;
                seen.full = None;
            }
            What::Response { status, body } => {
                seen.promised = seen.promised.saturating_add(body);
                seen.pending = seen.pending.saturating_sub(1);
                if let Some(bytes) = seen.full.take().filter(|_| status == 400) {
                    let symptom = Symptom::HeadCut { bytes, answered: true };
                    self.find_once(conn, fd, symptom, time);
                }
            }
            What::Closed { why: Why::Answered | Why::PeerClosed, .. }
                if seen.short && seen.sent < seen.promised =>
            {
                let symptom = Symptom::CutShort { promised: seen.promised, sent: seen.sent };
                self.find_once(conn, fd, symptom, time);
            }
            _ => {}
        }
        // What follows counts from here: ten thousand who are answered are nothing to remember.
        if whole && self.seen.get(&id).is_some_and(Seen::owes_nothing) {
            self.seen.remove(&id);
        }
    }

    /// Whether it is a program of somebody else's, whose protocol is not known.
    fn is_traced(&self) -> bool {
        self.listener.is_some_and(|listener| listener.work == Work::Answers)
    }

    /// Whether all of its events were seen.
    fn is_whole(&self, id: ConnId) -> bool {
        self.whole_from.is_some_and(|from| from <= id)
    }

    /// A loop that rests tries again now and then; one that does not, as fast as it can.
    fn accepted_or_not(&mut self, fd: Fd, ret: Ret, time: Nanos) {
        if !(ret.is_err(Errno::MFILE) || ret.is_err(Errno::NFILE)) {
            return;
        }
        let (mut count, mut since) = self.unaccepted;
        if time.saturating_sub(since) > SPINS {
            (count, since) = (0, time);
        }
        count = count.saturating_add(1);
        self.unaccepted = (count, since);
        if count > REPORTS {
            let until = Some(time.saturating_add(SPINS));
            self.find(Lint { conn: None, fd, symptom: Symptom::AcceptSpins, since, until });
        }
    }

    fn reported(&mut self, event: EventRef<'_>) {
        let waker = self.listener.map(|listener| listener.waker);
        let traced = self.is_traced();
        for ready in event.ready {
            // Our own waker is not of the lesson. Another fd without a connection is the
            // listener's, or one that was closed and is on the list all the same.
            if ready.conn.is_none() && Some(ready.fd) == waker {
                continue;
            }
            // Why it is reported again and again is said already.
            if traced && self.program.is_closed(event.event.by, ready) {
                continue;
            }
            let (count, since) = self.reports.entry(ready.fd).or_insert((0, event.event.time));
            *count = count.saturating_add(1);
            if *count > REPORTS && *count % (REPORTS / 2) == 1 {
                let compared = traced && self.program.compares(ready.mask);
                let symptom = match ready.mask {
                    mask if compared => Symptom::Compared { mask },
                    mask => Symptom::Spins { mask },
                };
                let (since, until) = (*since, event.event.time.saturating_add(SPINS));
                let conn = ready.conn;
                self.find(Lint { conn, fd: ready.fd, symptom, since, until: Some(until) });
            }
        }
    }

    fn find_once(&mut self, conn: Option<ConnId>, fd: Fd, symptom: Symptom, now: Nanos) {
        self.find(Lint { conn, fd, symptom, since: now, until: Some(now.saturating_add(STAYS)) });
    }

    fn find(&mut self, lint: Lint) {
        if let Some(known) = self.found.iter_mut().find(|other| other.is_same(&lint)) {
            *known = Lint { since: known.since, ..lint };
        } else if self.found.len() < MOST {
            self.found.push(lint);
        }
    }

    /// Takes a measurement in, the rows being those of `table`.
    pub fn kernel(&mut self, snapshot: &Snapshot, table: &Table, now: Nanos) {
        self.starves(snapshot, table, now);
        self.blocks(snapshot, table, now);
        // These are symptoms of loops to which the kernel reports ready fds, and that run freely.
        let judged = self.continuity.server().map(ServerKind::asks).is_some_and(|asks| {
            matches!(asks, Asks::List | Asks::Interest)
                && self.standing.mode == Mode::Run
                && matches!(self.standing.stance, Stance::Waiting(_))
        });
        let before = std::mem::take(&mut self.spans);
        self.found.retain(|lint| lint.until.is_some_and(|until| now < until));
        if !judged {
            return;
        }
        let asleep = snapshot.asleep == Some(true);
        let resting = self.listener.is_none_or(|listener| listener.resting.is_some());
        for (fd, len) in self.queued(snapshot) {
            if len > 0 && !resting {
                let (key, which) = ((self.accepted, 0), Which::NotAccepted(fd));
                let symptom = Symptom::NotAccepted { len };
                self.last(&before, which, (None, fd), key, (asleep, now), symptom);
            }
        }
        for row in table.rows_by_fd() {
            self.judge(&row.row(), snapshot, &before, (asleep, now));
        }
    }

    /// How many wait to be accepted at each listener that is watched.
    fn queued(&self, snapshot: &Snapshot) -> Vec<(Fd, u32)> {
        let first = snapshot
            .accept_queue
            .map(|queue| (self.listener.map_or(-1, |listener| listener.fd), queue.len));
        let number = |inode: u32| self.listeners.iter().find(|(it, _)| *it == inode);
        let others = snapshot.others.iter();
        let others = others.filter_map(|it| Some((number(it.inode)?.1, it.queue.len)));
        first.into_iter().chain(others).collect()
    }

    /// Keeps the longest wait that was seen of each stretch.
    fn starves(&mut self, snapshot: &Snapshot, table: &Table, now: Nanos) {
        if self.standing.mode != Mode::Run {
            self.starving.clear();
        }
        let Some((conn, fd, since, starved)) =
            self.starving.kernel(snapshot, table.rows_by_fd(), now)
        else {
            return;
        };
        let (conn, symptom) = (Some(conn), Symptom::Starves(starved));
        let longer = |lint: &Lint| match lint.symptom {
            Symptom::Starves(known) if (lint.conn, lint.fd) == (conn, fd) => {
                known.waited > starved.waited
            }
            _ => false,
        };
        if !self.found.iter().any(longer) {
            let until = Some(now.saturating_add(STAYS));
            self.find(Lint { conn, fd, symptom, since, until });
        }
    }

    /// A call sleeps that is no wait call, in a loop that has to wait for many.
    fn blocks(&mut self, snapshot: &Snapshot, table: &Table, now: Nanos) {
        let loops = self.continuity.server().map(ServerKind::asks);
        let loops = loops.is_some_and(|asks| matches!(asks, Asks::List | Asks::Interest));
        if !loops || !self.is_traced() || self.standing.mode != Mode::Run {
            return self.program.goes_on();
        }
        // Who waits to be accepted does not wait for an accept that sleeps.
        let accepts = match self.standing.stance {
            Stance::Within(next) if next.kind == Kind::Accept => Some(next.fd),
            _ => None,
        };
        let queued = self.queued(snapshot).into_iter().filter(|(fd, _)| Some(*fd) != accepts);
        let clients = queued.map(|(_, len)| len).fold(0, u32::saturating_add);
        let at = (self.standing.stance, now);
        if let Some((conn, fd, since, symptom)) =
            self.program.kernel((snapshot, clients), table.rows_by_fd(), at)
        {
            let until = Some(now.saturating_add(STAYS));
            self.find(Lint { conn, fd, symptom, since, until });
        }
    }

    fn judge(
        &mut self,
        row: &Row,
        snapshot: &Snapshot,
        before: &HashMap<(Which, Option<ConnId>), Span, RandomState>,
        at: (bool, Nanos),
    ) {
        // What has nothing unread and nothing half done is most of them.
        let Some(socket) = snapshot.queues(row.peer, row.local) else { return };
        let nothing = self.is_whole(row.id).then(Seen::default);
        let seen = self.seen.get(&row.id).copied().or(nothing);
        let who = (Some(row.id), row.fd);
        let quiet = socket.send_queue == 0 && !row.stopped;
        let waits_for_it =
            !matches!(row.state, ConnState::Writing | ConnState::Lingering | ConnState::Handling);
        let pending = seen.is_none_or(|seen| seen.pending > 0);
        if socket.recv_queue > 0 && quiet && waits_for_it && !pending {
            let key = (socket.recv_queue.into(), row.bytes_in);
            let bytes = socket.unread();
            let symptom = Symptom::Undrained { bytes, watched: row.interest };
            self.last(before, Which::Undrained, who, key, at, symptom);
        }
        let Some(seen) = seen else { return };
        // The loop goes on as if all were sent: nothing waits in it for the peer to take more.
        let done = if self.is_traced() {
            // What its state was concluded from is that very send.
            !row.interest.has(Mask::OUT)
        } else {
            row.unsent == 0 && waits_for_it && !row.stopped
        };
        let rest = seen.owed.filter(|_| seen.short && done);
        let all = (seen.promised, seen.sent);
        let short = seen.short && seen.sent < seen.promised && quiet;
        if let Some((promised, sent)) = rest.or(short.then_some(all)) {
            let symptom = Symptom::CutShort { promised, sent };
            self.last(before, Which::CutShort, who, (sent, promised), at, symptom);
        }
        // What a whole request is, nobody knows of a program.
        if let Some(bytes) = seen.full.filter(|bytes| *bytes == self.largest)
            && !self.is_traced()
            && row.state == ConnState::Reading
            && socket.recv_queue == 0
            && quiet
        {
            let symptom = Symptom::HeadCut { bytes, answered: false };
            self.last(before, Which::HeadCut, who, (row.bytes_in, 0), at, symptom);
        }
    }

    /// Goes on with what lasts, and shows it once it has lasted.
    fn last(
        &mut self,
        before: &HashMap<(Which, Option<ConnId>), Span, RandomState>,
        which: Which,
        (conn, fd): (Option<ConnId>, Fd),
        key: (u64, u64),
        (asleep, now): (bool, Nanos),
        symptom: Symptom,
    ) {
        let known = before.get(&(which, conn)).filter(|span| span.key == key);
        let mut span = known.copied().unwrap_or(Span { since: now, key, asleep: 0 });
        span.asleep = span.asleep.saturating_add(u32::from(asleep));
        self.spans.insert((which, conn), span);
        if now.saturating_sub(span.since) > AFTER && span.asleep >= ASLEEP {
            self.find(Lint { conn, fd, symptom, since: span.since, until: None });
        }
    }

    /// What was found, oldest first.
    #[must_use]
    pub fn found(&self) -> &[Lint] {
        &self.found
    }
}
