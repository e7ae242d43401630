//! The listener is ready: everybody who waits is let in.

use super::Reactor;
use crate::server::listener::out_of_descriptors;
use crate::server::loop_state::{Accepted, Gone, generation};
use crate::server::selector::{Interest, Selector, Token};
use crate::telemetry::{ConnId, Errno, Fd, Kind, Mask, Why};

/// Connections accepted in one turn; the others wait for the next, which comes at once.
const ACCEPTS: usize = 256;

impl<S: Selector> Reactor<S> {
    /// Accepts until the accept queue is empty.
    pub(super) fn accept(&mut self) -> Result<(), Gone> {
        for _ in 0..ACCEPTS {
            let state = &mut self.state;
            state.gate(Kind::Accept, state.listener.fd, None)?;
            match state.accept() {
                Ok(arrival) => self.admit(&arrival),
                Err(errno) if errno == Errno::AGAIN || out_of_descriptors(errno) => return Ok(()),
                // The others tell of one broken connection (accept(2)): the next is fine.
                Err(_) => {}
            }
            if !self.state.config.accept_all {
                self.state.pause_accepting(None);
                return Ok(());
            }
        }
        self.state.acceptable = true;
        Ok(())
    }

    /// Puts a connection on the interest list.
    fn admit(&mut self, &Accepted { fd, id, full }: &Accepted) {
        let state = &mut self.state;
        if state.gate_ctl(fd, Some(id)).is_err() {
            return;
        }
        let mask = state.selector.mask(Interest::READ);
        let watched = state.watch(Token { fd, generation: generation(id) }, Mask::NONE, mask);
        if let Some(first) = state.config.look_again(state.publisher.now()) {
            state.timers.set(fd, first);
        }
        match watched {
            Ok(()) if full => self.turn_away(fd, id, Why::OverLimit),
            Ok(()) => {}
            Err(Why::FdSetSize) => self.turn_away(fd, id, Why::FdSetSize),
            Err(why) => state.close(fd, id, why),
        }
    }

    /// There is no place for it.
    fn turn_away(&mut self, fd: Fd, id: ConnId, why: Why) {
        self.state.refused(fd, id);
        self.refuse(fd, id, 503, why);
    }
}
