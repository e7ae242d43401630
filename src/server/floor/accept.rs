//! Accepting, and resting when no descriptor is left.

use std::os::fd::AsRawFd;

use rustix::net::SocketFlags;

use super::{Floor, unmarked};
use crate::server::connection::Connection;
use crate::server::listener::{self, is_want};
use crate::server::selector::{Trigger, Watcher, Wish};
use crate::telemetry::{ConnId, Errno, Fd, Mask, What, Why};

/// A connection that was just accepted, and stands in the table.
pub(in crate::server) struct Arrival {
    pub(in crate::server) fd: Fd,
    pub(in crate::server) id: ConnId,
    /// There are too many: it gets a 503.
    pub(in crate::server) full: bool,
}

impl<W: Watcher> Floor<W> {
    /// One `accept`. Without anybody who waits, or a descriptor for him, it is told whether the
    /// listener rests; the other errors are of one broken connection (accept(2)): the next is fine.
    pub(in crate::server) fn accept(&mut self) -> Result<Arrival, Errno> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let result = listener::accept(&self.bound, flags);
        let fd = self.listener.fd;
        match listener::told(result, fd, &mut self.last_id, &mut self.tell) {
            Ok((socket, id, peer)) => {
                let (fd, full) = (socket.as_raw_fd(), self.config.is_full(&self.table, peer.ip()));
                self.table.insert(Connection::new(socket, id, peer, self.tell.now()));
                Ok(Arrival { fd, id, full })
            }
            Err(errno) => {
                if errno == Errno::AGAIN {
                    self.rest(None);
                } else if is_want(errno) {
                    self.rest(Some(errno));
                }
                Err(errno)
            }
        }
    }

    /// There is no place for a connection.
    pub(in crate::server) fn refused(&mut self, fd: Fd, id: ConnId) {
        self.tell.fact(fd, Some(id), What::Refused, &[]);
        if let Some(connection) = self.table.get(fd, id) {
            connection.refused = true;
            self.refused += 1;
        }
    }

    /// Without a descriptor left, the listener rests, off the list: it would be reported with
    /// every wait. An edge is spent, and need not be taken back. Either way the loop must come back
    /// by itself: when a connection is closed, and every [`listener::REST`].
    pub(in crate::server) fn rest(&mut self, errno: Option<Errno>) {
        let before = self.listener.resting;
        if !listener::rest(&mut self.listener, errno, &mut self.tell) {
            return;
        }
        if self.selector.trigger() != Trigger::Edge && before.is_some() != errno.is_some() {
            let fd = self.listener.fd;
            let mask = self.selector.mask(Wish::INPUT);
            let (from, to) = if errno.is_some() { (mask, Mask::NONE) } else { (Mask::NONE, mask) };
            self.gate_ctl(fd, None);
            // What can fail here is for want of memory; then it is tried again as without.
            if let Err(Why::Failed) = self.watch(unmarked(fd), from, to) {
                self.listener.resting = Some(errno.unwrap_or(Errno::NOMEM));
            }
        }
        self.tell.listener = Some(self.listener);
    }
}
