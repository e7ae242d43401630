//! How the loop ends a connection: with an error as its last answer, or
//! with a lingering close.

use super::{Flow, Progress, Reactor};
use crate::server::loop_state::Gone;
use crate::server::selector::Selector;
use crate::telemetry::{ConnId, Fd, Why};

impl<S: Selector> Reactor<S> {
    /// A connection was put on the interest list, if it could be; there
    /// may be no place for it.
    pub(super) fn admitted(&mut self, fd: Fd, id: ConnId, full: bool, watched: Result<(), Why>) {
        let Self { state, .. } = self;
        state.set_first_limit(fd);
        let why = match watched {
            Ok(()) if full => Why::OverLimit,
            Ok(()) => return,
            Err(why @ Why::FdSetSize) => why,
            Err(why) => {
                state.close(fd, id, why);
                return;
            }
        };
        state.refused(fd, id);
        self.refuse(fd, id, 503, why);
    }

    /// Answers with an error before any request was read.
    pub(super) fn refuse(&mut self, fd: Fd, id: ConnId, status: u16, why: Why) {
        if self.state.refuse(&mut self.responder, fd, id, status, why).is_err() {
            return;
        }
        self.budget = self.state.budget();
        if let Ok(Flow::On) = self.send(fd, id) {
            self.drive(fd, id);
        } else {
            self.state.watch_again(fd, id);
        }
    }

    /// All is sent and nothing more is taken: closes, at once or by
    /// half and after a while.
    pub(super) fn wind_up(&mut self, fd: Fd, id: ConnId, why: Why) -> Progress {
        let state = &mut self.state;
        let connection = state.table.get(fd, id).ok_or(Gone)?;
        let unread = connection.unread || !state.config.drains();
        if state.close_now(fd, id, unread, why) {
            return Err(Gone);
        }
        let until = state.half_close(fd, id)?;
        state.timers.set(fd, until);
        Ok(Flow::On)
    }

    /// Our half is shut, and the peer has said `n` bytes more: a while
    /// later, or after so many, it is closed.
    pub(super) fn linger(&mut self, fd: Fd, id: ConnId, n: usize) -> Progress {
        let connection = self.state.table.get(fd, id).ok_or(Gone)?;
        if let Some(linger) = &mut connection.linger
            && n <= linger.bytes
        {
            linger.bytes -= n;
            return Ok(Flow::On);
        }
        let why = connection.session.ending.unwrap_or(Why::Answered);
        Err(self.state.close(fd, id, why))
    }
}
