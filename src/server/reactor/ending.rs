//! How the loop ends a connection: with an error as its last answer, or
//! with a lingering close.

use super::{Flow, Progress, Reactor};
use crate::server::loop_state::Gone;
use crate::server::selector::Selector;
use crate::server::table::Client;
use crate::telemetry::Why;

impl<S: Selector> Reactor<S> {
    /// A connection was put on the interest list, if it could be; there
    /// may be no place for it.
    pub(super) fn admitted(&mut self, client: Client, full: bool, watched: Result<(), Why>) {
        let Self { state, .. } = self;
        state.set_first_limit(client.fd);
        let why = match watched {
            Ok(()) if full => Why::OverLimit,
            Ok(()) => return,
            Err(why @ Why::FdSetSize) => why,
            Err(why) => {
                state.close(client, why);
                return;
            }
        };
        state.refused(client);
        self.refuse(client, 503, why);
    }

    /// Answers with an error before any request was read.
    pub(super) fn refuse(&mut self, client: Client, status: u16, why: Why) {
        if self.state.refuse(&mut self.responder, client, status, why).is_err() {
            return;
        }
        self.budget = self.state.budget();
        if let Ok(Flow::On) = self.send(client) {
            self.drive(client);
        } else {
            self.state.watch_again(client);
        }
    }

    /// All is sent and nothing more is taken: closes, at once or by
    /// half and after a while.
    pub(super) fn wind_up(&mut self, client: Client, why: Why) -> Progress {
        let state = &mut self.state;
        let connection = state.table.get(client).ok_or(Gone)?;
        let unread = connection.unread || !state.config.drains();
        if state.close_now(client, unread, why) {
            return Err(Gone);
        }
        let until = state.half_close(client)?;
        state.timers.set(client.fd, until);
        Ok(Flow::On)
    }

    /// Our half is shut, and the peer has said `n` bytes more: a while
    /// later, or after so many, it is closed.
    pub(super) fn linger(&mut self, client: Client, n: usize) -> Progress {
        let connection = self.state.table.get(client).ok_or(Gone)?;
        if let Some(linger) = &mut connection.linger
            && n <= linger.bytes
        {
            linger.bytes -= n;
            return Ok(Flow::On);
        }
        let why = connection.session.ending.unwrap_or(Why::Answered);
        Err(self.state.close(client, why))
    }
}
