//! Whose an fd is that the wait call returned, and serving the loop's
//! own.

use super::{Reactor, Whose};
use crate::server::loop_state::generation;
use crate::server::selector::{Selector, Token};
use crate::server::table::Client;
use crate::telemetry::Mistake;
use crate::telemetry::{Fd, Stdin};

impl<S: Selector> Reactor<S> {
    /// Whose the fd of an event is.
    #[inline]
    pub(super) fn whose(&mut self, token: Token) -> Whose {
        let state = &mut self.state;
        state.next_question();
        if token.fd == state.listener.fd {
            return Whose::Listener;
        }
        if token.fd == state.listener.waker {
            return Whose::Waker;
        }
        match state.table.at(token.fd) {
            Some(connection) if generation(connection.row.id) == token.generation => {
                Whose::Client(Client::of(&connection.row))
            }
            _ if token.fd == Stdin::FD => Whose::Stdin,
            _ => Whose::Stale,
        }
    }

    /// Accepts, and lets the listener be reported again.
    pub(super) fn serve_listener(&mut self, fd: Fd) {
        if self.accept().is_ok() && self.state.listener.resting.is_none() {
            self.state.rearm(fd);
        }
    }

    /// Carries out the operator's commands.
    pub(super) fn serve_waker(&mut self, fd: Fd) {
        // Unread, it would be reported with every wait; and where an
        // edge is reported once, it would look as if it still were.
        self.state.read_waker();
        self.state.rearm(fd);
        self.state.run_commands();
    }

    /// Asks an fd that was closed and is still on the list of `scan`,
    /// unless its number was given to a connection again: `--mistake
    /// forget-unregister`. Elsewhere such an event is ignored.
    pub(super) fn ask_closed(&mut self, fd: Fd) {
        let state = &mut self.state;
        let forgets = state.config.makes(Mistake::ForgetUnregister);
        if !S::KNOWS_READY && forgets && state.table.at(fd).is_none() {
            // When the server ends, it need not be asked.
            let _ = state.recv_closed(fd);
        }
    }
}
