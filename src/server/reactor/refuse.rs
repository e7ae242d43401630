//! Answering with an error before any request was read.

use super::{Flow, Reactor};
use crate::server::selector::Selector;
use crate::telemetry::{ConnId, Fd, Why};

impl<S: Selector> Reactor<S> {
    /// There is no place for a connection.
    pub(super) fn turn_away(&mut self, fd: Fd, id: ConnId, why: Why) {
        self.state.refused(fd, id);
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
}
