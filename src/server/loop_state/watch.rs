//! The interest list: which fds are watched, and for what.

use super::LoopState;
use crate::server::selector::{Ctl, Interest, RegisterError, Token, Trigger, Watcher};
use crate::telemetry::{ConnId, CtlOp, Fd, Mask, Ret, Stdin, What, Why};

impl<W: Watcher> LoopState<W> {
    /// Watches an fd, told. `Err` says why it cannot be watched.
    pub(in crate::server) fn watch(
        &mut self,
        token: Token,
        from: Mask,
        to: Mask,
    ) -> Result<(), Why> {
        let result = self.selector.watch(token, from, to);
        let interest = if result.is_ok() { to } else { from };
        if token.fd == self.listener.fd {
            self.listener.interest = interest;
        } else if token.fd == Stdin::FD
            && let Some(stdin) = &mut self.listener.stdin
        {
            stdin.interest = interest;
        }
        let conn = self.table.at(token.fd).map(|connection| {
            connection.row.interest = interest;
            connection.row.id
        });
        let (call, result) = match result {
            Ok(call) => (call, Ok(())),
            Err(RegisterError::TooHigh) => (None, Err(Why::FdSetSize)),
            Err(RegisterError::Failed(op, errno)) => {
                (Some(Ctl { op, ret: Ret::err(errno) }), Err(Why::Failed))
            }
        };
        if let Some(Ctl { op, ret }) = call {
            let own = token.fd == self.listener.waker;
            let mask = if op == CtlOp::Del { Mask::NONE } else { to };
            let what = What::EpollCtl { epfd: self.listener.epfd, op, mask, ret };
            self.publisher.call_with(token.fd, conn, what, &[], &[], own);
        }
        self.table.touch(token.fd);
        result
    }

    /// Watches a connection for what it is waiting for now, if that has changed.
    pub(in crate::server) fn watch_again(&mut self, fd: Fd, id: ConnId) {
        let Some(connection) = self.table.get(fd, id) else { return };
        // One that is gone on with in any case need not be told of.
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
        if self.gate_ctl(fd, Some(id)).is_err() {
            return;
        }
        // One whose number is too high lives by its timer alone.
        if let Err(Why::Failed) = self.watch(Token { fd, generation: generation(id) }, from, to) {
            self.close(fd, id, Why::Failed);
        }
    }

    /// Watches the listener or the waker again, where an event is told once only.
    pub(in crate::server) fn rearm(&mut self, fd: Fd) {
        let mask = self.selector.mask(Interest::READ);
        if self.selector.trigger() == Trigger::Oneshot && self.gate_ctl(fd, None).is_ok() {
            // It is on the list already, so nothing can fail.
            let _ = self.watch(plain_token(fd), mask, mask);
        }
    }
}

/// What tells a connection's events from those of an earlier holder of its fd.
#[expect(clippy::cast_possible_truncation, reason = "the low half is mark enough within a turn")]
pub(in crate::server) fn generation(id: ConnId) -> u32 {
    id.get() as u32
}

/// The listener and the waker have no earlier holder.
pub(in crate::server) fn plain_token(fd: Fd) -> Token {
    Token { fd, generation: 0 }
}
