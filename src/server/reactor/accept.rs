//! The listener is ready: everybody who waits is let in.

use super::Reactor;
use crate::server::floor::{Arrival, mark};
use crate::server::listener::is_want;
use crate::server::selector::{Selector, Tag, Wish};
use crate::telemetry::{ConnId, Errno, Fd, Kind, Mask, Why};

/// Connections accepted in one turn; the others wait for the next, which comes at once.
const ACCEPTS: usize = 256;

impl<S: Selector> Reactor<S> {
    /// Accepts until the accept queue is empty.
    pub(super) fn accept(&mut self) {
        for _ in 0..ACCEPTS {
            let floor = &mut self.floor;
            floor.gate(Kind::Accept, floor.listener.fd, None);
            if floor.ending.is_some() {
                return;
            }
            match floor.accept() {
                Ok(arrival) => self.admit(&arrival),
                Err(errno) if errno == Errno::AGAIN || is_want(errno) => return,
                // The others tell of one broken connection (accept(2)): the next is fine.
                Err(_) => {}
            }
            if !self.floor.config.accept_all {
                return self.floor.rest(None);
            }
        }
        self.floor.acceptable = true;
    }

    /// Puts a connection on the interest list.
    fn admit(&mut self, &Arrival { fd, id, full }: &Arrival) {
        let floor = &mut self.floor;
        if !floor.gate_ctl(fd, Some(id)) {
            return;
        }
        let mask = floor.selector.mask(Wish::INPUT);
        let watched = floor.watch(Tag { fd, mark: mark(id) }, Mask::NONE, mask);
        if let Some(first) = floor.config.look_again(floor.tell.now()) {
            floor.timers.set(fd, first);
        }
        match watched {
            Ok(()) if full => self.turn_away(fd, id, Why::OverLimit),
            Ok(()) => {}
            Err(Why::FdSetSize) => self.turn_away(fd, id, Why::FdSetSize),
            Err(why) => floor.close(fd, id, why),
        }
    }

    /// There is no place for it.
    fn turn_away(&mut self, fd: Fd, id: ConnId, why: Why) {
        self.floor.refused(fd, id);
        self.refuse(fd, id, 503, why);
    }
}
