//! The loop as it can be drawn: what the kernel holds (interest list, ready list, queues), what
//! the last wait call handed over, and how far the program has got with it.
//!
//! Everything here was told by the server or measured beside it. What was not is `None`, and is
//! drawn as "–". When the stream left out calls, the turn they belonged to is not shown as if it
//! were whole: see [`Known`].

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;

use crate::inspect::{AcceptQueue, Snapshot};
use crate::record::text::meaning;
use crate::telemetry::{
    Batch, ConnId, EventRef, Fd, Kind, Listener, Mask, Nanos, Next, OwnedEvent, Ready, Ret, Stance,
    Standing, What,
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

#[derive(Clone, Copy, Debug)]
struct Connection {
    id: ConnId,
    peer: SocketAddr,
    mask: Mask,
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

/// A wait call's return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wake {
    /// When it returned.
    pub time: Nanos,
    /// How long it had waited.
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
    connections: BTreeMap<Fd, Connection>,
    entries: Vec<Entry>,
    /// Places in `entries`, ordered by fd.
    by_fd: Vec<u32>,
    /// The entry that the last call was for.
    current: Option<usize>,
    known: Known,
    wakes: VecDeque<Wake>,
    last_call: Option<OwnedEvent>,
    /// The last event's number, to find gaps by.
    seq: u64,
    /// Events that gaps in the numbering account for.
    gaps: u64,
    measured: Option<Measured>,
    /// Receive queues at the snapshot before.
    before: HashMap<Fd, u32>,
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
        self.take_rows(batch);
        // Of all turns but the last only the summary is kept: those are not worked out.
        let last_wait = batch.events().rposition(|e| e.event.what.kind() == Kind::EpollWait);
        let mut last_call = None;
        for (i, event) in batch.events().enumerate() {
            self.check_order(event.event.seq);
            if let What::EpollWait { ret, waited } = event.event.what {
                self.begin_turn(event, ret, waited, last_wait == Some(i));
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
        }
        for row in &batch.rows {
            let connection = Connection { id: row.id, peer: row.peer, mask: row.interest };
            self.connections.insert(row.fd, connection);
        }
        for row in &batch.gone {
            // The number may be another connection's by now.
            if self.connections.get(&row.fd).is_some_and(|now| now.id == row.id) {
                self.connections.remove(&row.fd);
            }
        }
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
    }

    fn begin_turn(&mut self, event: EventRef<'_>, ret: Ret, waited: Nanos, shown: bool) {
        let waker = self.listener.map(|listener| listener.waker);
        let lesson = |ready: &&Ready| ready.conn.is_some() || Some(ready.fd) != waker;
        let mut first = [None; 8];
        for (slot, ready) in first.iter_mut().zip(event.ready.iter().filter(lesson)) {
            *slot = Some(ready.fd);
        }
        let all = event.ready.iter().filter(lesson).count();
        if self.wakes.len() == WAKES {
            self.wakes.pop_front();
        }
        self.wakes.push_back(Wake {
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
        for (fd, row) in &self.connections {
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
        let mut text = meaning(last.as_ref()).into_owned();
        let waited = last.event.what.kind() == Kind::EpollWait;
        if waited && self.wake().is_some_and(|wake| wake.own > 0 && wake.ready > 0) {
            text += " One of them is our own waker.";
        }
        Some(text)
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

    fn list(&self) -> impl Iterator<Item = (Fd, Mask)> + '_ {
        let waker = self.listener.map(|listener| listener.waker);
        let kernel = self.measured.as_ref().and_then(|measured| measured.interest.as_deref());
        let told = kernel.is_none().then(|| {
            let listener = self.listener.iter().map(|listener| (listener.fd, listener.interest));
            let connections = self.connections.iter().map(|(fd, conn)| (*fd, conn.mask));
            listener.chain(connections).filter(|(_, mask)| *mask != Mask::NONE)
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
            Stance::Held(next) => next.kind == Kind::EpollWait,
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
mod tests {
    use super::*;
    use crate::dashboard::panels::sample::{MS, Script, peer};
    use crate::inspect::{Socket, TcpState};
    use crate::telemetry::Mode;

    fn marks(engine: &Engine) -> Vec<(Fd, Served)> {
        engine.entries().iter().map(|entry| (entry.ready.fd, entry.served)).collect()
    }

    fn snapshot(queues: &[(Fd, u32)], readable: Option<Vec<Fd>>) -> Snapshot {
        let socket = |&(fd, recv_queue)| Socket {
            peer: peer(fd),
            state: TcpState::Established,
            recv_queue,
            send_queue: 0,
            rtt: None,
            rtt_var: None,
            cwnd: 10,
            retransmits: 0,
            inode: 1,
        };
        let ready_list = readable.as_ref().map(|fds| !fds.is_empty());
        Snapshot {
            interest: None,
            taken: std::time::Instant::now(),
            accept_queue: Some(AcceptQueue { len: 3, limit: 128 }),
            sockets: queues.iter().map(socket).collect(),
            readable,
            ready_list,
            trouble: None,
        }
    }

    #[test]
    fn the_ready_array_is_served_entry_by_entry() {
        let mut script = Script::new(2000 * MS);
        let mut engine = Engine::new();
        script.row(9, 1).row(14, 2).wait(1200 * MS, &[(4, 0), (5, 0), (9, 1), (14, 2)]);
        engine.apply(&script.accept(10, 3).held(Kind::Recv, 9, 1).publish());
        assert_eq!(engine.wake().unwrap().own, 1, "the waker is not of the lesson");
        assert_eq!(marks(&engine), [(5, Served::Done), (9, Served::Now), (14, Served::Not)]);

        engine.apply(&script.recv(9, 1, 84).held(Kind::Send, 9, 1).publish());
        assert_eq!(marks(&engine), [(5, Served::Done), (9, Served::Now), (14, Served::Not)]);

        engine.apply(&script.recv(14, 2, 84).held(Kind::EpollWait, 3, 0).publish());
        assert!(engine.turn_over());
        assert_eq!(marks(&engine), [(5, Served::Done), (9, Served::Done), (14, Served::Done)]);
        assert_eq!(engine.known(), Known::All);
        assert_eq!(engine.wake().unwrap().calls, 4);
    }

    #[test]
    fn a_reused_fd_is_not_the_entry_of_the_one_before() {
        let mut script = Script::new(0);
        let mut engine = Engine::new();
        script.row(9, 1).wait(0, &[(5, 0), (9, 1)]);
        engine.apply(&script.event(9, 1, What::Close).publish());
        engine.apply(&script.accept(9, 2).recv(9, 2, 10).publish());
        assert_eq!(marks(&engine), [(5, Served::Done), (9, Served::Stale)]);

        // Served, closed and accepted again: what is done for the new one is not for the entry.
        script.wait(0, &[(9, 2), (5, 0)]).recv(9, 2, 10).event(9, 2, What::Close);
        script.batch.standing.stance = Stance::Working;
        engine.apply(&script.accept(9, 3).recv(9, 3, 10).publish());
        assert_eq!(marks(&engine), [(9, Served::Done), (5, Served::Now)]);

        // The old connection's last row arrives with the new one's first: the new one stays.
        let mut batch = script.row(9, 3).publish();
        batch.gone.push(crate::dashboard::panels::sample::row(9, 2));
        engine.apply(&batch);
        assert_eq!(engine.watched(), 2);
    }

    #[test]
    fn only_the_last_of_many_turns_is_worked_out_and_all_are_remembered() {
        let mut script = Script::new(0);
        let mut engine = Engine::new();
        for _ in 0..40 {
            script.wait(MS, &[(9, 1)]).recv(9, 1, 5).recv(9, 1, 5);
        }
        engine.apply(&script.wait(MS, &[(14, 2)]).publish());
        assert_eq!(marks(&engine), [(14, Served::Not)]);
        assert_eq!(engine.wakes().len(), WAKES);
        assert_eq!(engine.wakes()[WAKES - 2].calls, 2);
        assert_eq!(engine.wakes()[WAKES - 1].calls, 0);
    }

    #[test]
    fn a_gap_is_told_and_no_call_is_put_into_the_wrong_turn() {
        let mut script = Script::new(0);
        let mut engine = Engine::new();
        engine.apply(&script.wait(0, &[(9, 1), (14, 2)]).recv(9, 1, 5).publish());
        script.seq += 3;
        script.batch.lost.events[Kind::Recv as usize] = 3;
        engine.apply(&script.recv(14, 2, 5).publish());
        assert_eq!((engine.known(), engine.entries().len()), (Known::NoWait, 0));
        assert!(engine.wake().is_none());
        assert!(engine.wakes().back().unwrap().part);
        engine.apply(&script.wait(0, &[(14, 2)]).recv(14, 2, 5).publish());
        assert_eq!(engine.known(), Known::All, "a new turn is whole again");
        assert_eq!(engine.entries().len(), 1);
    }

    #[test]
    fn a_loss_after_the_last_event_is_told_too() {
        let mut script = Script::new(0);
        let mut engine = Engine::new();
        engine.apply(&script.wait(0, &[(9, 1), (14, 2)]).recv(9, 1, 5).publish());
        script.batch.lost.events[Kind::Recv as usize] = 2;
        engine.apply(&script.publish());
        assert_eq!(engine.known(), Known::Part);
        script.seq += 2;
        engine.apply(&script.wait(0, &[(9, 1)]).publish());
        assert_eq!(engine.known(), Known::All);
    }

    #[test]
    fn queues_are_joined_with_fds_and_their_growth_is_seen() {
        let mut script = Script::new(0);
        let mut engine = Engine::new();
        script.row(9, 1).row(14, 2).held(Kind::EpollWait, 3, 0);
        engine.apply(&script.publish());
        engine.kernel(&snapshot(&[(9, 84), (14, 10)], Some(vec![9, 14])));
        engine.kernel(&snapshot(&[(9, 84), (14, 20), (77, 5)], Some(vec![9, 14])));
        let measured = engine.measured().unwrap();
        let queue = |fd, bytes, grown| Queue { fd, bytes, grown };
        assert_eq!(measured.queues, [queue(9, 84, false), queue(14, 20, true)]);
        assert_eq!(
            (measured.readable.as_deref(), measured.ready_list),
            (Some(&[9, 14][..]), Some(true))
        );

        engine.apply(&script.publish());
        let measured = engine.measured().unwrap();
        assert_eq!((&measured.readable, measured.ready_list), (&None, None), "it runs again");
        engine.kernel(&snapshot(&[], Some(vec![9])));
        assert_eq!(engine.measured().unwrap().readable, None, "an answer that came too late");
    }

    #[test]
    fn the_interest_list_is_grouped_into_runs() {
        let mut script = Script::new(0);
        let mut engine = Engine::new();
        for fd in [9, 10, 11, 14] {
            script.row(fd, u64::try_from(fd).unwrap());
        }
        script.batch.rows[2].interest = Mask(crate::dashboard::panels::sample::WATCH.0 | 4);
        script.row(20, 20);
        script.batch.rows[4].interest = Mask::NONE;
        engine.apply(&script.publish());
        let groups = engine.interest();
        let runs: Vec<_> =
            groups.iter().map(|group| (group.mask.to_string(), group.runs.clone())).collect();
        let expected = [
            ("IN|ET".to_owned(), vec![(5, 5)]),
            ("IN|RDHUP|ET".to_owned(), vec![(9, 10), (14, 14)]),
            ("IN|OUT|RDHUP|ET".to_owned(), vec![(11, 11)]),
        ];
        assert_eq!(runs, expected);
        assert_eq!(engine.watched(), 5);

        // While it stands, the kernel's own list is better than what was asked for.
        engine.apply(&script.held(Kind::EpollWait, 3, 0).publish());
        let mut asked = snapshot(&[], None);
        asked.interest =
            Some(vec![(4, Mask(0x19)), (5, Mask(0x8000_0019)), (9, Mask(0x8000_2019))]);
        engine.kernel(&asked);
        let masks: Vec<_> = engine.interest().iter().map(|group| group.mask.to_string()).collect();
        assert_eq!(masks, ["IN|ET", "IN|RDHUP|ET"]);
        assert_eq!(engine.watched(), 2);

        let mut whole = script.row(30, 30).publish();
        whole.whole = true;
        engine.apply(&whole);
        assert_eq!(engine.watched(), 2, "what a whole table does not name is gone");
    }

    #[test]
    fn the_last_call_and_its_meaning_leave_plumbing_out() {
        let mut script = Script::new(0);
        let mut engine = Engine::new();
        assert_eq!(engine.meaning(), None);
        let mut batch = script.recv(9, 1, 84).publish();
        let mut own = crate::telemetry::Event::new(2, 0, 4, None, What::Recv { ret: Ret::ok(8) });
        own.own = true;
        batch.push(own, &[], &[]);
        batch.standing.mode = Mode::Slow(5);
        engine.apply(&batch);
        assert_eq!(engine.last_call().unwrap().event.fd, 9);
        let sentence = engine.meaning().unwrap();
        assert!(sentence.contains("84"), "{sentence}");
        assert_eq!(engine.standing().mode, Mode::Slow(5));
    }
}
