//! Time limits: what the loop does when one is over. See `limits`.

use super::Reactor;
use crate::server::selector::Selector;
use crate::telemetry::{ConnId, Fd, Kind, Mask, Why};

impl<S: Selector> Reactor<S> {
    /// Ends those whose time is over.
    pub(super) fn expire(&mut self) {
        while let Some(fd) = self.floor.timers.pop(self.floor.tell.now()) {
            let floor = &mut self.floor;
            let Some(connection) = floor.table.at(fd) else { continue };
            let (id, now) = (connection.row.id, floor.tell.now());
            let lingers = connection.linger.is_some();
            // What it has sent since was told by nobody, and would make a reset of its FIN.
            let unwatched = connection.row.interest == Mask::NONE;
            match floor.config.look(connection, floor.resumed, now) {
                Err(why) if lingers => {
                    if unwatched {
                        floor.drain(fd, id);
                    }
                    floor.close(fd, id, why);
                }
                Err(why) => self.time_is_over(fd, id, why),
                Ok(Some(next)) => floor.timers.set(fd, next),
                Ok(None) => {}
            }
        }
    }

    fn time_is_over(&mut self, fd: Fd, id: ConnId, why: Why) {
        match why {
            Why::HeaderTimeout => self.refuse(fd, id, 408, why),
            // It has its answer, or none would be understood: close without a reset.
            Why::BodyTimeout => {
                if let Some(connection) = self.floor.table.get(fd, id) {
                    connection.session.ending = Some(why);
                }
                self.attend(fd, id);
            }
            // What it does not take would stay in the kernel for long after a mere close.
            Why::WriteTimeout => {
                if self.floor.gate(Kind::Setsockopt, fd, Some(id)) {
                    self.floor.reset(fd, id, why);
                }
            }
            _ => self.floor.close(fd, id, why),
        }
    }
}
