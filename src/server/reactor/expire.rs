//! Time limits: what the loop does when one is over. See `limits`.

use super::Reactor;
use crate::server::selector::Selector;
use crate::telemetry::{ConnId, Fd, Mask, Why};

impl<S: Selector> Reactor<S> {
    /// Ends those whose time is over.
    pub(super) fn expire(&mut self) {
        while let Some(fd) = self.state.timers.pop(self.state.publisher.now()) {
            let state = &mut self.state;
            let Some(connection) = state.table.at(fd) else { continue };
            let (id, now) = (connection.row.id, state.publisher.now());
            let lingers = connection.linger.is_some();
            // What the peer has sent since was not reported, and would
            // turn our FIN into a reset.
            let unwatched = connection.row.interest == Mask::NONE;
            match state.config.look(connection, state.resumed, now) {
                Err(why) if lingers => {
                    if unwatched {
                        state.drain(fd, id);
                    }
                    state.close(fd, id, why);
                }
                Err(why) => self.time_is_over(fd, id, why),
                Ok(Some(next)) => state.timers.set(fd, next),
                Ok(None) => {}
            }
        }
    }

    fn time_is_over(&mut self, fd: Fd, id: ConnId, why: Why) {
        match why {
            Why::HeaderTimeout => self.refuse(fd, id, 408, why),
            // It has its answer, or none would be understood: close
            // without a reset.
            Why::BodyTimeout => {
                if let Some(connection) = self.state.table.get(fd, id) {
                    connection.session.ending = Some(why);
                }
                self.drive(fd, id);
            }
            // What it does not take would stay in the kernel for long
            // after a mere close.
            Why::WriteTimeout => {
                self.state.reset(fd, id, why);
            }
            _ => {
                self.state.close(fd, id, why);
            }
        }
    }
}
