//! The gate that each call passes, and publishing the call afterwards.

#![expect(
    clippy::inline_always,
    reason = "a caller knows the kind of its event: inlined, noting it is no search by kind"
)]

use std::time::Instant;

use super::LoopState;
use crate::server::connection::Connection;
use crate::server::handover::Outcome;
use crate::server::operator::Operated;
use crate::server::pace::Verdict;
use crate::server::selector::{Ctl, Selector, Watcher};
use crate::server::table::Client;
use crate::telemetry::{
    ConnId, CtlOp, Errno, Fd, Kind, Mask, Mode, Next, ServerKind, Site, Stance, Until, What,
};

/// Calls between two looks for the operator, where a turn may not end by itself.
const GLANCE: u32 = 32;

/// The call is not to be made: the connection that it is for was closed while the loop was held
/// before it. A call that is for no connection is not to be made when the server ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct Gone;

/// What came of a call, if it was made.
pub(in crate::server) type Made<T> = Result<T, Gone>;

impl<W: Watcher> LoopState<W> {
    /// The gate that every call of the loop passes. The operator may close the connection, or end
    /// the server, while the loop is held here.
    #[inline]
    #[track_caller]
    pub(in crate::server) fn gate(&mut self, kind: Kind, fd: Fd, conn: Option<ConnId>) -> Made<()> {
        self.gate_at(kind, fd, conn, None)
    }

    /// The same; of `epoll_ctl` it is known what it does.
    #[inline]
    #[track_caller]
    fn gate_at(&mut self, kind: Kind, fd: Fd, conn: Option<ConnId>, op: Option<CtlOp>) -> Made<()> {
        if !self.pace.is_free() {
            self.hold(Next { op, ..Next::new(kind, fd, conn, Site::here()) })?;
        }
        let goes_on = match conn {
            Some(id) => self.table.get(Client { fd, id }).is_some(),
            None => self.ending.is_none(),
        };
        if goes_on { Ok(()) } else { Err(Gone) }
    }

    /// The gate before the call that watches an fd, where that is one.
    #[track_caller]
    pub(in crate::server) fn gate_ctl(&mut self, fd: Fd, from: Mask, to: Mask) -> Made<()> {
        if self.selector.fd().is_none() {
            return Ok(());
        }
        let conn = self.table.at(fd).map(|connection| connection.row.id);
        self.gate_at(Kind::EpollCtl, fd, conn, Ctl::op(from, to))
    }

    /// The gate before the call that waits; a turn ends also where there is no such call. When the
    /// server ends, the loop looks once more: `timeout` lets it not sleep.
    #[track_caller]
    pub(super) fn gate_wait(&mut self)
    where
        W: Selector,
    {
        self.end_round();
        if self.selector.sleeps() {
            let _ = self.gate(W::WAIT, self.listener.epfd, None);
        } else if self.pace.mode() == Mode::Until(Until::Wait) {
            self.set_pace(Mode::Paused);
        } else {
            self.pace.end_turn();
        }
    }

    /// The gate before a call on a connection. Returns it, if it still is there.
    #[inline]
    #[track_caller]
    pub(in crate::server) fn pass(&mut self, kind: Kind, client: Client) -> Made<&mut Connection> {
        if !self.pace.is_free() {
            let Client { fd, id } = client;
            self.hold(Next::new(kind, fd, Some(id), Site::here()))?;
        }
        self.table.get(client).ok_or(Gone)
    }

    #[cold]
    fn hold(&mut self, next: Next) -> Made<()> {
        self.run_late_commands();
        if self.pace.is_running() && !self.meets(&next) {
            return if self.pace.endless { self.glance() } else { Ok(()) };
        }
        let begin = self.publisher.read_clock();
        // Whoever goes slowly sees every call.
        self.publisher.unfold_round();
        self.note_state(next);
        if !self.commanded {
            self.stand(next);
        }
        self.resumed = self.publisher.read_clock();
        self.stood = self.resumed;
        self.woke += self.resumed - begin;
        Ok(())
    }

    /// Whether the loop has run until this call; then it is paused before it.
    fn meets(&mut self, next: &Next) -> bool {
        let meets = !self.commanded && self.pace.is_met(next, next.kind == W::WAIT);
        if meets {
            self.set_pace(Mode::Paused);
        }
        meets
    }

    /// The row of the connection that the call is for is looked at while the loop stands before it.
    /// Its session is in the table then, unless the call is one that an answer is made by.
    fn note_state(&mut self, next: Next) {
        if let Next { kind: Kind::Recv | Kind::Send | Kind::Sendfile, fd, conn: Some(id), .. } =
            next
            && let Some(connection) = self.table.get(Client { fd, id })
        {
            connection.row.state = connection.state();
            self.table.touch(fd);
        }
    }

    /// Looks for the operator in the middle of a turn that may not end by itself, now and then, and
    /// publishes. When the server ends, no more calls are made in it.
    fn glance(&mut self) -> Made<()> {
        self.glances = self.glances.wrapping_add(1);
        if self.glances.is_multiple_of(GLANCE) && !self.commanded {
            self.publisher.read_clock();
            self.run_commands();
            self.publish(Stance::Working);
        }
        if self.ending.is_some() && !self.commanded {
            // From now on each has its share again, so that the turn ends.
            self.pace.endless = false;
            return Err(Gone);
        }
        Ok(())
    }

    /// Stands before a call until it may be made, and carries out the commands that come.
    fn stand(&mut self, next: Next) {
        // A runtime's tasks are run by what wakes them: there the waker is needed also now.
        self.commands.listen(W::SERVER != ServerKind::Coroutines);
        while self.ending.is_none() {
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
                // Its operator is gone: no command can let it go on.
                self.ending = Some(Outcome::End);
            }
        }
        self.commands.listen(false);
        // What was sent to one that listens has woken nothing.
        while let Ok(command) = self.commands.queue.try_recv() {
            self.command(command);
        }
    }

    /// Publishes a call on a connection, and notes it in its row. Returns how many bytes it has
    /// moved, and the connection.
    #[inline(always)]
    #[track_caller]
    pub(in crate::server) fn record(
        &mut self,
        client: Client,
        what: What,
    ) -> Made<(Result<usize, Errno>, &mut Connection)> {
        let now = self.publisher.now();
        self.publisher.call(client.fd, Some(client.id), what);
        let connection = self.table.note(client, what, now).ok_or(Gone)?;
        Ok((what.size(), connection))
    }
}
