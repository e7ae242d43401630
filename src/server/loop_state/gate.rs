//! The gate that each call passes, and telling it afterwards.

use std::time::Instant;

use super::LoopState;
use crate::server::connection::Connection;
use crate::server::handover::Outcome;
use crate::server::pace::Verdict;
use crate::server::selector::Watcher;
use crate::telemetry::{ConnId, Fd, Kind, Next, Site, Stance, What};

impl<W: Watcher> LoopState<W> {
    /// The gate that every call of the loop passes. Returns whether the connection that the call
    /// is for still is there: the operator may have closed it while the loop stood here.
    #[inline]
    #[track_caller]
    pub(in crate::server) fn gate(&mut self, kind: Kind, fd: Fd, conn: Option<ConnId>) -> bool {
        self.pace.is_free() || self.hold(Next { kind, fd, conn, site: Site::here() })
    }

    /// The gate before the call that watches an fd, where that is one.
    #[track_caller]
    pub(in crate::server) fn gate_ctl(&mut self, fd: Fd, conn: Option<ConnId>) -> bool {
        self.selector.fd().is_none() || self.gate(Kind::EpollCtl, fd, conn)
    }

    /// The gate before a call on a connection. Returns it, if it still is there.
    #[inline]
    #[track_caller]
    pub(in crate::server) fn pass(
        &mut self,
        kind: Kind,
        fd: Fd,
        id: ConnId,
    ) -> Option<&mut Connection> {
        if !self.gate(kind, fd, Some(id)) {
            return None;
        }
        self.table.get(fd, id)
    }

    #[cold]
    fn hold(&mut self, next: Next) -> bool {
        let begin = self.publisher.read_clock();
        self.run_late_commands();
        while !self.commanded && self.ending.is_none() {
            let ends_turn = next.kind == W::WAIT;
            let Verdict::Stand(until) = self.pace.ask(ends_turn, Instant::now()) else { break };
            self.publish(Stance::Held(next));
            let command = match until {
                Some(until) => self.commands.queue.recv_deadline(until).ok(),
                None => self.commands.queue.recv().ok(),
            };
            if let Some(command) = command {
                self.command(command);
            } else if until.is_none() {
                // Nobody is left who could let it go on.
                self.ending = Some(Outcome::End);
            }
        }
        self.resumed = self.publisher.read_clock();
        self.woke += self.resumed - begin;
        next.conn.is_none_or(|id| self.table.get(next.fd, id).is_some())
    }

    /// Tells a call on a connection, and notes it in its row. Returns the connection.
    #[inline]
    #[track_caller]
    pub(in crate::server) fn record(
        &mut self,
        fd: Fd,
        id: ConnId,
        what: What,
    ) -> Option<&mut Connection> {
        let now = self.publisher.now();
        self.publisher.call(fd, Some(id), what);
        self.table.note(fd, id, what, now)
    }
}
