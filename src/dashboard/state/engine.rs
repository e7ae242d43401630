//! The loop as it can be drawn: what the kernel holds (interest list, ready list, queues), what
//! the last wait call handed over, and how far the program has got with it.
//!
//! Everything here was told by the server or measured beside it. What was not is `None`, and is
//! drawn as "–". When the stream left out calls, the turn they belonged to is not shown as if it
//! were whole: see [`Known`].

mod round;

use std::collections::{BTreeMap, HashMap, VecDeque};

pub use self::round::{Ask, Round};
use foldhash::fast::RandomState;

use super::ways;
use crate::inspect::{AcceptQueue, Snapshot};
use crate::record::text::meaning;
use crate::telemetry::{
    Batch, ConnId, Errno, EventRef, Fd, Kind, Listener, Mask, Nanos, Next, OwnedEvent, Ready, Ret,
    Row, ServerKind, Stance, Standing, Stdin, What,
};

/// Wake-ups that are remembered.
pub const WAKES: usize = 32;

/// Fds of the interest list that are watched for the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// What they are watched for.
    pub mask: Mask,
    /// The fds, as runs of neighbouring numbers: first and last.
    pub runs: Vec<(Fd, Fd)>,
}

/// How far the program has got with one entry of the ready array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Served {
    /// No call has been made for it in this turn.
    Not,
    /// The last call, or the one that comes next, is for it.
    Now,
    /// Calls were made for it, and the program has gone on.
    Done,
    /// It was closed in this turn before its event was looked at: the event is stale.
    Stale,
}

/// An entry of the ready array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// As the wait call returned it.
    pub ready: Ready,
    /// How far it has got.
    pub served: Served,
}

/// How much is known of the turn that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Known {
    /// No wait call has been seen.
    #[default]
    Nothing,
    /// All of its calls so far.
    All,
    /// Some of its calls were left out of the stream: what looks unserved may have been served.
    Part,
    /// Its wait call itself was left out.
    NoWait,
}

/// A wait call's return; for `scan` a round of questions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wake {
    /// Which call it was; [`Kind::Round`] for a round.
    pub kind: Kind,
    /// Fds that were asked: those of the list handed over, or of the round.
    pub examined: u32,
    /// Bytes of the list handed over and back; 0 where there is none.
    pub copied: u32,
    /// When it returned.
    pub time: Nanos,
    /// How long it had waited; for a round, how long the nap before it was.
    pub waited: Nanos,
    /// What it returned.
    pub ret: Ret,
    /// How many of those were our own plumbing.
    pub own: u32,
    /// How many were not.
    pub ready: u32,
    /// The first ready fds, own plumbing left out.
    pub first: [Option<Fd>; 8],
    /// System calls made in its turn so far, without the wait call and own plumbing.
    pub calls: u32,
    /// Some of the calls of its turn were left out.
    pub part: bool,
}

/// A receive queue that is not empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Queue {
    /// Whose it is.
    pub fd: Fd,
    /// Bytes that the server has not read.
    pub bytes: u32,
    /// It has grown since it was last looked at.
    pub grown: bool,
}

/// What the inspector measured.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// The listener's queue.
    pub accept: Option<AcceptQueue>,
    /// It has grown since it was last looked at.
    pub accept_grown: bool,
    /// The receive queues that are not empty, by fd.
    pub queues: Vec<Queue>,
    /// Fds with something to read, seen by a second epoll of ours while the loop stood; `None`
    /// while it was not asked.
    pub readable: Option<Vec<Fd>>,
    /// Whether the server's own ready list has something on it; `None` while it was not asked.
    pub ready_list: Option<bool>,
    /// The interest list as the kernel keeps it; `None` while it was not asked.
    pub interest: Option<Vec<(Fd, Mask)>>,
    /// Why something is missing.
    pub trouble: Option<String>,
}

/// What the loop panel knows.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    standing: Standing,
    now: Nanos,
    listener: Option<Listener>,
    /// By fd; in a worker process its number may be that of another's.
    connections: BTreeMap<(Fd, ConnId), Row>,
    fds: HashMap<ConnId, Fd, RandomState>,
    entries: Vec<Entry>,
    /// Places in `entries`, ordered by fd.
    by_fd: Vec<u32>,
    /// The entry that the last call was for.
    current: Option<usize>,
    known: Known,
    wakes: VecDeque<Wake>,
    rounds: round::Rounds,
    last_call: Option<OwnedEvent>,
    /// The last event's number, to find gaps by.
    seq: u64,
    /// Events that gaps in the numbering account for.
    gaps: u64,
    measured: Option<Measured>,
    /// Receive queues at the snapshot before.
    before: HashMap<Fd, u32, RandomState>,
}

impl Engine {
    /// Before the first batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a batch in.
    pub fn apply(&mut self, batch: &Batch) {
        self.tick(batch.time);
        let server = |listener: Option<Listener>| listener.map(|listener| listener.server);
        if self.listener.is_some() && server(self.listener) != server(batch.listener) {
            self.begin_afresh();
        }
        self.take_rows(batch);
        // Of all turns but the last only the summary is kept: those are not worked out.
        let last_wait = batch.events().rposition(|e| e.event.what.kind().is_wait());
        let begin = round::worked_out_from(batch);
        let mut last_call = None;
        for (i, event) in batch.events().enumerate() {
            self.check_order(event.event.seq);
            if event.event.what.kind().is_wait() {
                self.begin_turn(event, last_wait == Some(i));
            } else if let What::Switched { .. } = event.event.what {
                self.begin_afresh();
                last_call = None;
            } else if let Some(wake) = self.rounds.apply(event, i >= begin) {
                self.known = Known::All;
                self.remember(wake);
            } else if self.server().is_some_and(ways::has_rounds) {
                // Its calls are told by the round that they belong to.
            } else if event.event.what.kind().is_call() && !event.event.own {
                if let Some(wake) = self.wakes.back_mut().filter(|_| self.known != Known::NoWait) {
                    wake.calls = wake.calls.saturating_add(1);
                }
                if last_wait.is_none_or(|wait| i > wait) {
                    self.serve(event);
                }
            }
            if event.event.what.kind().is_call() && !event.event.own {
                last_call = Some(event);
            }
        }
        if let Some(event) = last_call {
            self.last_call = Some(event.to_owned());
        }
        // What is lost and not in a gap between two events came after the last of them.
        if batch.lost.all() > self.gaps {
            self.leave_out();
        }
        if !matches!(batch.standing.stance, Stance::Held(_)) {
            // What was measured while the loop stood is no longer so.
            if let Some(measured) = &mut self.measured {
                (measured.readable, measured.ready_list, measured.interest) = (None, None, None);
            }
        }
        self.standing = batch.standing;
    }

    fn take_rows(&mut self, batch: &Batch) {
        self.listener = batch.listener;
        if batch.whole {
            self.connections.clear();
            self.fds.clear();
        }
        for row in &batch.rows {
            if let Some(before) = self.fds.insert(row.id, row.fd).filter(|fd| *fd != row.fd) {
                self.connections.remove(&(before, row.id));
            }
            if self.connections.insert((row.fd, row.id), *row).is_none() && row.by.pid().is_none() {
                // In one process a number is one connection's at a time.
                let from = (row.fd, ConnId::new(1).expect("from 1"));
                let mut others = self.connections.range(from..(row.fd, row.id));
                if let Some(key) = others.next_back().map(|(key, _)| *key) {
                    self.connections.remove(&key);
                    self.fds.remove(&key.1);
                }
            }
        }
        for row in &batch.gone {
            if let Some(fd) = self.fds.remove(&row.id) {
                self.connections.remove(&(fd, row.id));
            }
        }
    }

    /// Another server has taken over: what was seen of the loop before is not of this one.
    fn begin_afresh(&mut self) {
        self.entries.clear();
        self.by_fd.clear();
        self.wakes.clear();
        self.before.clear();
        self.rounds = round::Rounds::default();
        (self.current, self.last_call, self.measured) = (None, None, None);
        self.known = Known::Nothing;
    }

    fn check_order(&mut self, seq: u64) {
        if seq > self.seq + 1 {
            self.gaps = self.gaps.saturating_add(seq - self.seq - 1);
            self.leave_out();
        }
        self.seq = self.seq.max(seq.min(u64::MAX - 1));
    }

    /// Events are missing here. Whether a wait call was among them is not known, so what comes
    /// next cannot be told to belong to this turn.
    fn leave_out(&mut self) {
        if self.known == Known::All {
            self.known = Known::Part;
        }
        if let Some(wake) = self.wakes.back_mut() {
            wake.part = true;
        }
        self.rounds.leave_out();
    }

    fn remember(&mut self, wake: Wake) {
        if self.wakes.len() == WAKES {
            self.wakes.pop_front();
        }
        self.wakes.push_back(wake);
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
        let lesson = |ready: &&Ready| ready.conn.is_some() || Some(ready.fd) != waker;
        let mut first = [None; 8];
        for (slot, ready) in first.iter_mut().zip(event.ready.iter().filter(lesson)) {
            *slot = Some(ready.fd);
        }
        let all = event.ready.iter().filter(lesson).count();
        self.remember(Wake {
            kind: event.event.what.kind(),
            examined,
            copied,
            time: event.event.time,
            waited,
            ret,
            own: u32::try_from(event.ready.len() - all).unwrap_or(u32::MAX),
            ready: u32::try_from(all).unwrap_or(u32::MAX),
            first,
            calls: 0,
            part: false,
        });
        self.known = Known::All;
        self.current = None;
        self.entries.clear();
        self.by_fd.clear();
        if shown {
            let entry = |ready: &Ready| Entry { ready: *ready, served: Served::Not };
            self.entries.extend(event.ready.iter().filter(lesson).map(entry));
            self.by_fd.extend(0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
            let entries = &self.entries;
            self.by_fd.sort_by_key(|i| entries[*i as usize].ready.fd);
        }
    }

    /// The entry that an fd and connection belong to. The number alone does not do: it may have
    /// been closed and accepted again in this very turn.
    fn entry_of(&self, fd: Fd, conn: Option<ConnId>, kind: Kind) -> Option<usize> {
        // An accept carries the new connection's id, but serves the listener.
        let conn = if kind == Kind::Accept { None } else { conn };
        let fd_of = |i: &u32| self.entries[*i as usize].ready.fd;
        let at = self.by_fd.partition_point(|i| fd_of(i) < fd);
        self.by_fd[at..]
            .iter()
            .take_while(|i| fd_of(i) == fd)
            .map(|i| *i as usize)
            .find(|i| self.entries[*i].ready.conn == conn)
    }

    fn serve(&mut self, event: EventRef<'_>) {
        if self.known == Known::Part {
            // This call may be of a later turn than the ready array is.
            self.known = Known::NoWait;
            self.entries.clear();
            self.by_fd.clear();
            self.current = None;
        }
        let kind = event.event.what.kind();
        let Some(at) = self.entry_of(event.event.fd, event.event.conn, kind) else {
            return;
        };
        if kind == Kind::Close && self.entries[at].served == Served::Not {
            self.entries[at].served = Served::Stale;
            return;
        }
        if let Some(before) = self.current.replace(at).filter(|before| *before != at) {
            self.entries[before].served = Served::Done;
        }
        if self.entries[at].served != Served::Stale {
            self.entries[at].served = Served::Now;
        }
    }

    /// Takes a measurement in.
    pub fn kernel(&mut self, snapshot: &Snapshot) {
        let before = self.measured.as_ref().and_then(|m| m.accept);
        let mut queues = Vec::new();
        for ((fd, _), row) in &self.connections {
            let Some(socket) = snapshot.socket(row.peer) else { continue };
            if socket.recv_queue > 0 {
                let grown = self.measured.is_some()
                    && socket.recv_queue > *self.before.get(fd).unwrap_or(&0);
                queues.push(Queue { fd: *fd, bytes: socket.recv_queue, grown });
            }
        }
        self.before = queues.iter().map(|queue| (queue.fd, queue.bytes)).collect();
        let held = self.held().is_some();
        self.measured = Some(Measured {
            accept: snapshot.accept_queue,
            accept_grown: matches!((before, snapshot.accept_queue), (Some(a), Some(b)) if b.len > a.len),
            queues,
            readable: snapshot.readable.clone().filter(|_| held),
            ready_list: snapshot.ready_list.filter(|_| held),
            interest: snapshot.interest.clone().filter(|_| held),
            trouble: snapshot.trouble.clone(),
        });
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

    /// For how long the loop has stood where it stands.
    #[must_use]
    pub fn stood(&self) -> Nanos {
        self.now.saturating_sub(self.standing.since)
    }

    /// The last call of the loop, own plumbing left out.
    #[must_use]
    pub fn last_call(&self) -> Option<&OwnedEvent> {
        self.last_call.as_ref()
    }

    /// What the last call meant, in one sentence; in two where our own waker was among the ready,
    /// as it is whenever a wait is stepped over.
    #[must_use]
    pub fn meaning(&self) -> Option<String> {
        let last = self.last_call.as_ref()?;
        let rounds = self.server().is_some_and(ways::has_rounds);
        let drained = last.event.what.ret().is_some_and(|ret| ret.is_err(Errno::AGAIN));
        if rounds && drained && matches!(last.event.what.kind(), Kind::Recv | Kind::Accept) {
            // Nobody will tell: it will be asked again.
            return Some(format!("fd {} has nothing to say; the next is asked.", last.event.fd));
        }
        let mut text = meaning(last.as_ref()).into_owned();
        let waited = last.event.what.kind().is_wait();
        if waited && self.wake().is_some_and(|wake| wake.own > 0 && wake.ready > 0) {
            text += " One of them is our own waker.";
        }
        Some(text)
    }

    /// Which server it is; `None` before it listens.
    #[must_use]
    pub fn server(&self) -> Option<ServerKind> {
        self.listener.map(|listener| listener.server)
    }

    /// The connections, by fd.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Row> {
        self.connections.values()
    }

    /// The rounds of questions.
    #[must_use]
    pub fn rounds(&self) -> &round::Rounds {
        &self.rounds
    }

    /// The listening socket.
    #[must_use]
    pub fn listener(&self) -> Option<&Listener> {
        self.listener.as_ref()
    }

    /// The interest list by what the fds are watched for: as the kernel keeps it while the loop
    /// stands and that was measured, else as the server asked for it. Our own waker is left out,
    /// and so are ERR and HUP, which the kernel adds to every mask unasked.
    #[must_use]
    pub fn interest(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for (fd, mask) in self.list() {
            let mask = Mask(mask.0 & !Mask::ERR.with(Mask::HUP).0);
            match groups.iter_mut().find(|group| group.mask == mask) {
                Some(group) => match group.runs.last_mut() {
                    Some((_, last)) if last.checked_add(1) == Some(fd) => *last = fd,
                    _ => group.runs.push((fd, fd)),
                },
                None => groups.push(Group { mask, runs: vec![(fd, fd)] }),
            }
        }
        groups
    }

    /// How many fds are watched; our own waker left out.
    #[must_use]
    pub fn watched(&self) -> usize {
        self.list().count()
    }

    /// The fds that are watched, in order, as the server asked for it; our own waker left out.
    #[must_use]
    pub fn fds(&self) -> Vec<Fd> {
        let mut fds: Vec<Fd> = self.list().map(|(fd, _)| fd).collect();
        fds.sort_unstable();
        fds
    }

    fn list(&self) -> impl Iterator<Item = (Fd, Mask)> + '_ {
        let waker = self.listener.map(|listener| listener.waker);
        let kernel = self.measured.as_ref().and_then(|measured| measured.interest.as_deref());
        let told = kernel.is_none().then(|| {
            let listener = self.listener.iter().map(|listener| (listener.fd, listener.interest));
            let connections = self.connections.iter().map(|((fd, _), row)| (*fd, row.interest));
            let stdin = self.listener.iter().filter_map(|listener| listener.stdin);
            let stdin = stdin.map(|stdin| (Stdin::FD, stdin.interest));
            listener.chain(stdin).chain(connections).filter(|(_, mask)| *mask != Mask::NONE)
        });
        let kernel = kernel.unwrap_or_default().iter().copied();
        kernel.filter(move |(fd, _)| Some(*fd) != waker).chain(told.into_iter().flatten())
    }

    /// The ready array of this turn, in the order in which the wait call gave it, with how far
    /// the program has got.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = self.entries.clone();
        let over = self.turn_over();
        let next = self.held().and_then(|next| self.entry_of(next.fd, next.conn, next.kind));
        for (i, entry) in entries.iter_mut().enumerate() {
            let now = !over && next.or(self.current) == Some(i);
            entry.served = match entry.served {
                Served::Stale => Served::Stale,
                _ if now => Served::Now,
                Served::Now => Served::Done,
                other => other,
            };
        }
        entries
    }

    /// Whether the program is through with the ready array: it waits again or is about to.
    #[must_use]
    pub fn turn_over(&self) -> bool {
        match self.standing.stance {
            Stance::Held(next) => next.kind.is_wait() || next.kind == Kind::Nap,
            Stance::Working | Stance::Handling(_) => false,
            Stance::Starting | Stance::Waiting | Stance::Within(_) | Stance::Ended => true,
        }
    }

    /// How much of this turn is known.
    #[must_use]
    pub fn known(&self) -> Known {
        self.known
    }

    /// The last returns of the wait call, oldest first.
    #[must_use]
    pub fn wakes(&self) -> &VecDeque<Wake> {
        &self.wakes
    }

    /// The return that began this turn; `None` when it was left out.
    #[must_use]
    pub fn wake(&self) -> Option<&Wake> {
        self.wakes.back().filter(|_| !matches!(self.known, Known::NoWait | Known::Nothing))
    }

    /// What was measured beside the server; `None` before the first time.
    #[must_use]
    pub fn measured(&self) -> Option<&Measured> {
        self.measured.as_ref()
    }
}

#[cfg(test)]
mod tests;
