//! The turns of one who waits: what the last wait call handed over, how far the program has got with
//! it, and the wake-ups before. Of a program with several epolls each has its own.

use std::collections::VecDeque;

use super::parts::{Entry, Known, Served, WAKES, Wake};
use crate::telemetry::{By, ConnId, EventRef, Fd, Kind, OwnedEvent, Ready};

/// The turns.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    pub(super) entries: Vec<Entry>,
    /// Places in `entries`, ordered by fd.
    by_fd: Vec<u32>,
    /// The entry that the last call was for.
    pub(super) current: Option<usize>,
    pub(super) known: Known,
    pub(super) wakes: VecDeque<Wake>,
    /// Who has made the last wait call.
    pub(super) by: Option<By>,
    /// The last call that was made in them, the wait call among these.
    pub(super) last_call: Option<OwnedEvent>,
    /// Events were left out after it, calls perhaps among them.
    pub(super) later_left_out: bool,
}

impl Turns {
    /// Bytes of memory that its lists have claimed.
    pub(super) fn claimed(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
            + self.by_fd.capacity() * size_of::<u32>()
            + self.wakes.capacity() * size_of::<Wake>()
    }

    /// A wait call has returned, with those of the ready that are shown; they are worked out only where
    /// that is asked for.
    pub(super) fn begin(&mut self, by: By, wake: Wake, ready: Option<Vec<Ready>>) {
        self.remember(wake);
        self.by = Some(by);
        self.known = Known::All;
        self.current = None;
        self.entries.clear();
        self.by_fd.clear();
        if let Some(ready) = ready {
            let entry = |ready: Ready| Entry { ready, served: Served::Not };
            self.entries.extend(ready.into_iter().map(entry));
            self.by_fd.extend(0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
            let entries = &self.entries;
            self.by_fd.sort_by_key(|i| entries[*i as usize].ready.fd);
        }
    }

    pub(super) fn remember(&mut self, wake: Wake) {
        if self.wakes.len() == WAKES {
            self.wakes.pop_front();
        }
        self.wakes.push_back(wake);
    }

    /// A call of this turn; what it was for is worked out only where that is asked for.
    pub(super) fn call(&mut self, event: EventRef<'_>, shown: bool) {
        if let Some(wake) = self.wakes.back_mut().filter(|_| self.known != Known::NoWait) {
            wake.calls = wake.calls.saturating_add(1);
        }
        if shown {
            self.serve(event);
        }
    }

    /// The entry that an fd and connection belong to. The number alone does not do: it may have
    /// been closed and accepted again in this very turn.
    pub(super) fn entry_of(&self, fd: Fd, conn: Option<ConnId>, kind: Kind) -> Option<usize> {
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

    /// Whether a call serves what has been handed over.
    pub(super) fn reports(&self, event: EventRef<'_>) -> bool {
        let event = event.event;
        self.entry_of(event.fd, event.conn, event.what.kind()).is_some()
    }

    /// Whoever is at work here has waited on another list: on one that was handed over, perhaps.
    pub(super) fn waited_within(&mut self, event: EventRef<'_>) {
        if self.reports(event) {
            self.call(event, true);
        }
    }

    /// The last call that was seen.
    pub(super) fn called(&mut self, event: EventRef<'_>) {
        self.last_call = Some(event.to_owned());
        self.later_left_out = false;
    }

    /// Events are missing here. Whether a wait call was among them is not known, so what comes
    /// next cannot be said to belong to this turn.
    pub(super) fn leave_out(&mut self) {
        if self.known == Known::All {
            self.known = Known::Part;
        }
        if let Some(wake) = self.wakes.back_mut() {
            wake.part = true;
        }
        self.later_left_out = true;
    }
}
