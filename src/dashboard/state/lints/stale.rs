//! Events for a stale number: one wait call hands over two events, handling the first closes the number
//! of the second, an accept in the same turn gives that number to another client, and then the old event
//! is handled, on the new connection.
//!
//! A server that reads as soon as it has accepted makes the same calls, and is right. So it is said only
//! of one which has never done that, and of which it is known that it waits before it reads.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::telemetry::{By, ConnId, EventRef, Fd, What};

/// So many have to have been read first in a later turn than that in which they were accepted.
const LATER: u32 = 3;
/// So many are remembered at most; who has more starts anew.
const MOST: usize = 4096;

/// What has become of an entry of the list that a wait call has handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    /// Nothing yet.
    Waits,
    /// It was read or written to.
    Served,
    /// It was closed before that.
    Closed,
    /// Its number is another connection's now.
    Given(ConnId),
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    fd: Fd,
    conn: Option<ConnId>,
    fate: Fate,
}

/// What a thread has to do before it waits again.
#[derive(Clone, Debug, Default)]
struct Turn {
    number: u64,
    entries: Vec<Entry>,
}

/// What is known of a program's turns.
#[derive(Clone, Debug, Default)]
pub(super) struct Stale {
    turns: HashMap<By, Turn, RandomState>,
    last: u64,
    /// Those who were accepted and not read yet: by whom, and in which turn.
    fresh: HashMap<ConnId, (By, u64), RandomState>,
    /// How many were read first in a later turn.
    later: u32,
    /// One was read first in the turn in which it was accepted.
    at_once: bool,
}

impl Stale {
    /// Events are missing: nothing is known of any turn. What it was seen to do it does.
    pub(super) fn forget(&mut self) {
        let Self { last, at_once, .. } = *self;
        *self = Self { last, at_once, ..Self::default() };
    }

    /// Takes an event in; returns the connection on which an event of another was handled.
    pub(super) fn event(&mut self, event: EventRef<'_>) -> Option<(ConnId, Fd)> {
        if self.at_once {
            return None;
        }
        let (by, fd, conn) = (event.event.by, event.event.fd, event.event.conn);
        if event.event.what.kind().is_wait() {
            self.begin(event);
            return None;
        }
        match event.event.what {
            What::Accept { ret, .. } => {
                let given = ret.get().ok().and_then(|given| Fd::try_from(given).ok());
                self.accepted(by, fd, given?, conn?);
            }
            What::Close => {
                if let Some(id) = conn {
                    self.fresh.remove(&id);
                }
                self.change(by, fd, conn, Fate::Closed);
            }
            What::Send { .. } | What::Sendfile { .. } => self.change(by, fd, conn, Fate::Served),
            What::Recv { .. } => return self.read(by, fd, conn?),
            _ => {}
        }
        None
    }

    fn begin(&mut self, event: EventRef<'_>) {
        if self.turns.len() > MOST || self.fresh.len() > MOST {
            self.turns.clear();
            self.fresh.clear();
        }
        self.last += 1;
        let turn = self.turns.entry(event.event.by).or_default();
        turn.number = self.last;
        turn.entries.clear();
        // One event alone leaves none to be stale.
        if event.ready.len() > 1 {
            let entry = |ready: &crate::telemetry::Ready| Entry {
                fd: ready.fd,
                conn: ready.conn,
                fate: Fate::Waits,
            };
            turn.entries.extend(event.ready.iter().map(entry));
        }
    }

    fn change(&mut self, by: By, fd: Fd, conn: Option<ConnId>, fate: Fate) {
        let Some(turn) = self.turns.get_mut(&by) else { return };
        let waits = |entry: &&mut Entry| {
            (entry.fd, entry.conn) == (fd, conn) && conn.is_some() && entry.fate == Fate::Waits
        };
        if let Some(entry) = turn.entries.iter_mut().find(waits) {
            entry.fate = fate;
        }
    }

    fn accepted(&mut self, by: By, listener: Fd, fd: Fd, id: ConnId) {
        let Some(turn) = self.turns.get_mut(&by) else { return };
        self.fresh.insert(id, (by, turn.number));
        let reports = |entry: &Entry| entry.fd == listener && entry.conn.is_none();
        let Some(at) = turn.entries.iter().position(reports) else { return };
        // What stands before the listener is behind a loop that takes one after another.
        let closed = |entry: &&mut Entry| entry.fd == fd && entry.fate == Fate::Closed;
        if let Some(entry) = turn.entries[at..].iter_mut().find(closed) {
            entry.fate = Fate::Given(id);
        }
    }

    fn read(&mut self, by: By, fd: Fd, id: ConnId) -> Option<(ConnId, Fd)> {
        self.change(by, fd, Some(id), Fate::Served);
        // Of one that another thread has accepted nothing follows.
        let (_, number) = self.fresh.remove(&id).filter(|(accepted, _)| *accepted == by)?;
        let turn = self.turns.get(&by)?;
        if turn.number != number {
            self.later = self.later.saturating_add(1);
            return None;
        }
        let given = |entry: &Entry| entry.fd == fd && entry.fate == Fate::Given(id);
        if !turn.entries.iter().any(given) {
            self.at_once = true;
            return None;
        }
        (self.later >= LATER).then_some((id, fd))
    }
}

#[cfg(test)]
mod tests {
    use super::super::program::tests::program;
    use super::super::tests::FakeServer;
    use crate::dashboard::panels::sample::MS;
    use crate::telemetry::{ServerKind, What};

    const SAYS: &str = "fd 11 was closed in this turn before its event was handled";

    /// Accepts so many, each of whom is read in a later turn.
    fn patient(room: &mut FakeServer, clients: u64) {
        for id in 20..20 + clients {
            let fd = i32::try_from(id).unwrap();
            room.script.wait(MS, &[(5, 0)]).accept(fd, id);
            room.script.wait(MS, &[(fd, id)]).recv(fd, id, 9);
        }
    }

    /// Two events and the listener's; what is done on the first closes the second.
    fn reused(room: &mut FakeServer) {
        room.script.accept(10, 3).accept(11, 4).wait(MS, &[(10, 3), (5, 0), (11, 4)]);
        room.script.recv(10, 3, 9).event(11, 4, What::Close).accept(11, 5);
    }

    #[test]
    fn an_event_of_the_one_before_is_told() {
        let mut room = program(ServerKind::Epoll);
        patient(&mut room, 3);
        reused(&mut room);
        assert!(!room.says(SAYS));
        room.script.recv(11, 5, 9);
        assert!(room.says(SAYS), "{:?}", room.told());
    }

    #[test]
    fn who_reads_as_soon_as_it_accepts_is_right() {
        let mut room = program(ServerKind::Epoll);
        patient(&mut room, 5);
        room.script.wait(MS, &[(5, 0)]).accept(12, 6).recv(12, 6, 9);
        reused(&mut room);
        room.script.recv(11, 5, 9);
        assert!(!room.says(SAYS));
        // As long as it is not known which it does, nothing is said.
        let mut room = program(ServerKind::Epoll);
        patient(&mut room, 1);
        reused(&mut room);
        room.script.recv(11, 5, 9);
        assert!(!room.says(SAYS));
    }

    #[test]
    fn an_event_of_its_own_is_no_other_ones() {
        let mut room = program(ServerKind::Epoll);
        patient(&mut room, 4);
        // It is read in the next turn, as it should be.
        reused(&mut room);
        room.script.wait(MS, &[(11, 5), (10, 3)]).recv(11, 5, 9);
        assert!(!room.says(SAYS));
        // It was served before it was closed.
        room.script.accept(12, 6).wait(MS, &[(5, 0), (12, 6)]);
        room.script.recv(12, 6, 0).event(12, 6, What::Close).accept(12, 7).recv(12, 7, 9);
        assert!(!room.says("closed in this turn"));
    }

    #[test]
    fn one_that_the_loop_has_passed_already() {
        let mut room = program(ServerKind::Epoll);
        patient(&mut room, 4);
        room.script.accept(11, 4).wait(MS, &[(11, 4), (5, 0)]);
        room.script.event(11, 4, What::Close).accept(11, 5).recv(11, 5, 9);
        assert!(!room.says(SAYS));
    }
}
