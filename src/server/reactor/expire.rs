//! Time limits: what the loop does when one is over. See `limits`.

use super::Reactor;
use crate::server::selector::Selector;
use crate::server::table::Client;
use crate::telemetry::{Mask, Why};

impl<S: Selector> Reactor<S> {
    /// Ends those whose time is over.
    pub(super) fn expire(&mut self) {
        while let Some(fd) = self.state.timers.pop(self.state.publisher.now()) {
            let state = &mut self.state;
            let Some(connection) = state.table.at(fd) else { continue };
            let (client, now) = (Client::of(&connection.row), state.publisher.now());
            let lingers = connection.linger.is_some();
            // What the peer has sent since was not reported, and would
            // turn our FIN into a reset.
            let unwatched = connection.row.interest == Mask::NONE;
            match state.config.look(connection, state.resumed, now) {
                Err(why) if lingers => {
                    if unwatched {
                        state.drain(client);
                    }
                    state.close(client, why);
                }
                Err(why) => self.time_is_over(client, why),
                Ok(Some(next)) => state.timers.set(fd, next),
                Ok(None) => {}
            }
        }
    }

    fn time_is_over(&mut self, client: Client, why: Why) {
        match why {
            Why::HeaderTimeout => self.refuse(client, 408, why),
            // It has its answer, or none would be understood: close
            // without a reset.
            Why::BodyTimeout => {
                if let Some(connection) = self.state.table.get(client) {
                    connection.session.ending = Some(why);
                }
                self.drive(client);
            }
            // What it does not take would stay in the kernel for long
            // after a mere close.
            Why::WriteTimeout => {
                self.state.reset(client, why);
            }
            _ => {
                self.state.close(client, why);
            }
        }
    }
}
