//! Who comes into the hall: accepting, and resting when no descriptor is left.

use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

use rustix::net::SocketFlags;

use super::{AtTable, Guest, Hall, Inner};
use crate::server::Config;
use crate::server::connection::row;
use crate::server::converse::turn_away;
use crate::server::desk::Witness;
use crate::server::house::After;
use crate::server::listener::{self, REST, is_want};
use crate::server::processes::Worker;
use crate::telemetry::{By, ConnId, Fd, Kind, Next, What, Why};

/// A connection that was just accepted, and stands in the table.
pub(in crate::server) struct Arrival {
    pub(in crate::server) socket: Arc<OwnedFd>,
    pub(in crate::server) fd: Fd,
    pub(in crate::server) id: ConnId,
    /// There are too many: it gets a 503.
    pub(in crate::server) full: bool,
    /// So many are being told so that this one is turned away at once.
    pub(in crate::server) crowded: bool,
}

impl Hall {
    /// Accepts a connection; sleeps until there is one. `None` when the server ends.
    pub(in crate::server) fn accept(&self) -> Option<Arrival> {
        let fd = self.bound.socket.as_raw_fd();
        let next = Next { kind: Kind::Accept, fd, conn: None };
        loop {
            let (mut inner, _) = self.pass(By::LOOP, next);
            if inner.ending.is_some() {
                return None;
            }
            inner.accepting = true;
            let before = inner.enter(next);
            drop(inner);
            let result = listener::accept(&self.bound, SocketFlags::CLOEXEC);
            let mut inner = self.lock(By::LOOP);
            inner.accepting = false;
            inner.leave_call(before);
            let Inner { tell, last_id, listener, .. } = &mut *inner;
            match listener::told(result, fd, last_id, tell) {
                Ok((socket, id, peer)) => {
                    listener::rest(listener, None, tell);
                    return Some(inner.admit(socket, id, peer, &self.config));
                }
                Err(errno) if is_want(errno) => {
                    listener::rest(listener, Some(errno), tell);
                    inner.publish();
                    drop(self.sleep(inner, Instant::now() + REST));
                }
                // The others tell of one broken connection (accept(2)): the next is fine.
                Err(_) => {}
            }
        }
    }

    /// A connection that is open.
    pub(in crate::server) fn find(&self, fd: Fd, id: ConnId) -> Option<Arrival> {
        let mut inner = self.lock(By::LOOP);
        let Guest { socket, full, .. } = inner.table.get(fd, id)?;
        Some(Arrival { socket: socket.clone(), fd, id, full: *full, crowded: true })
    }

    /// Notes who serves a connection.
    pub(in crate::server) fn assign(&self, arrival: &Arrival, by: By, worker: Option<Worker>) {
        let mut inner = self.lock(by);
        let Some(guest) = inner.table.get(arrival.fd, arrival.id) else { return };
        guest.row.by = by;
        guest.worker = worker;
        inner.table.touch(arrival.fd);
        inner.worker_began(arrival.fd, arrival.id);
    }

    /// Closes a connection at once, with a 503 but without waiting until it was read.
    pub(in crate::server) fn turn_away(&self, arrival: Arrival) {
        let mut line = AtTable::new(self, &arrival, By::LOOP);
        if !arrival.full {
            line.fact(What::Refused, &[]);
        }
        turn_away(arrival.socket.as_fd(), &self.config, &mut line);
        line.close(arrival.socket, Why::OverLimit);
    }

    /// The thread or process of a connection has ended.
    pub(in crate::server) fn ended(&self, by: By, fd: Fd, id: ConnId) {
        let mut inner = self.lock(by);
        inner.tell.fact(fd, Some(id), What::Ended, &[]);
        inner.publish();
    }
}

impl Inner {
    /// Puts an accepted socket into the table.
    fn admit(&mut self, socket: OwnedFd, id: ConnId, peer: SocketAddr, config: &Config) -> Arrival {
        let fd = socket.as_raw_fd();
        let full = config.is_full(&self.table, peer.ip());
        let row = row(&socket, id, peer, self.tell.now());
        let socket = Arc::new(socket);
        self.table.insert(Guest {
            socket: socket.clone(),
            row,
            // It may have come while the others were ended.
            doom: self.ending.map(After::why),
            full,
            worker: None,
        });
        self.refused += usize::from(full);
        if full {
            self.tell.fact(fd, Some(id), What::Refused, &[]);
        }
        Arrival { socket, fd, id, full, crowded: full && self.refused > config.max_refused }
    }
}
