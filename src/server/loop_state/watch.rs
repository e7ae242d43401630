//! The interest list: which fds are watched, and for what.

use super::LoopState;
use crate::server::selector::{Interest, Token, Trigger, Watcher};
use crate::server::table::Client;
use crate::telemetry::{ConnId, Fd, Mask, Stdin, Why};

impl<W: Watcher> LoopState<W> {
    /// Notes what an fd is watched for, where that is shown. Returns its connection's id.
    pub(in crate::server) fn note_interest(&mut self, fd: Fd, interest: Mask) -> Option<ConnId> {
        if fd == self.listener.fd {
            self.listener.interest = interest;
        } else if fd == Stdin::FD
            && let Some(stdin) = &mut self.listener.stdin
        {
            stdin.interest = interest;
        }
        let connection = self.table.at(fd)?;
        connection.row.interest = interest;
        let id = connection.row.id;
        self.table.touch(fd);
        Some(id)
    }

    /// Watches a connection for what it is waiting for now, if that has changed.
    #[track_caller]
    pub(in crate::server) fn watch_again(&mut self, client: Client) {
        let Some(connection) = self.table.get(client) else { return };
        connection.row.state = connection.state();
        // The loop comes back to this one without an event.
        if connection.unfinished {
            return;
        }
        let sending = !connection.session.output.is_empty();
        let waiting = connection.session.handler.is_awaited();
        let input = !sending && !waiting && !connection.row.stopped;
        let interest = Interest { read: input, write: connection.blocked };
        let (from, to) = (connection.row.interest, self.selector.mask(interest));
        if from == to && (to == Mask::NONE || self.selector.trigger() != Trigger::Oneshot) {
            return;
        }
        // One whose number is too high lives by its timer alone.
        if let Ok(Err(Why::Failed)) = self.watch(token(client), from, to) {
            self.close(client, Why::Failed);
        }
    }

    /// Watches the listener or the waker again, where an event is reported once only.
    #[track_caller]
    pub(in crate::server) fn rearm(&mut self, fd: Fd) {
        let mask = self.selector.mask(Interest::READ);
        if self.selector.trigger() == Trigger::Oneshot {
            // It is on the list already, so nothing can fail.
            let _ = self.watch(plain_token(fd), mask, mask);
        }
    }
}

/// What distinguishes a connection's events from those of an earlier holder of its fd.
#[expect(clippy::cast_possible_truncation, reason = "the low half is mark enough within a turn")]
pub(in crate::server) fn generation(id: ConnId) -> u32 {
    id.get() as u32
}

/// What a connection is watched with.
pub(in crate::server) fn token(client: Client) -> Token {
    Token { fd: client.fd, generation: generation(client.id) }
}

/// The listener and the waker have no earlier holder.
pub(in crate::server) fn plain_token(fd: Fd) -> Token {
    Token { fd, generation: 0 }
}
