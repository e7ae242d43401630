//! What is left to do when all that was ready has been served.

use super::Reactor;
use crate::server::selector::Selector;

impl<S: Selector> Reactor<S> {
    /// Goes on with what a budget or the operator had interrupted, and
    /// with what had to wait for a turn of its own.
    pub(super) fn run_postponed(&mut self) {
        self.state.next_question();
        if std::mem::take(&mut self.state.acceptable) || self.state.listener.resting.is_some() {
            // When the server ends, nothing is accepted, and the loop
            // ends with this turn.
            let _ = self.accept();
            self.state.next_question();
        }
        for client in std::mem::take(&mut self.state.unfinished) {
            if let Some(connection) = self.state.table.get(client) {
                connection.unfinished = false;
                self.drive(client);
                self.state.next_question();
            }
        }
        if let Some(client) = self.state.next_due() {
            self.drive(client);
            self.state.next_question();
        }
    }
}
