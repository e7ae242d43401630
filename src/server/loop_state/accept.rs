//! Accepting, and resting when no descriptor is left.

use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};

use super::{Gone, LoopState, plain_token};
use crate::server::connection::Connection;
use crate::server::listener::{self, out_of_descriptors};
use crate::server::selector::{Interest, Trigger, Watcher};
use crate::server::table::Client;
use crate::telemetry::Mistake;
use crate::telemetry::{Errno, Mask, What, Why};

/// A connection that was just accepted, and stands in the table.
#[derive(Clone, Copy)]
pub(in crate::server) struct Accepted {
    pub(in crate::server) client: Client,
    /// There are too many: it gets a 503.
    pub(in crate::server) full: bool,
}

impl<W: Watcher> LoopState<W> {
    /// Publishes an `accept`, and what follows from it. When no client waits, or there is no descriptor for it, it is
    /// published whether the listener rests; other errors are of one broken connection (accept(2)):
    /// the next one is fine.
    #[track_caller]
    pub(in crate::server) fn record_accept(
        &mut self,
        result: Result<(OwnedFd, SocketAddr), Errno>,
    ) -> Result<Accepted, Errno> {
        let Self { listener, last_id, publisher, .. } = self;
        match listener::record_accept(result, listener.fd, last_id, publisher) {
            Ok((socket, id, peer)) => {
                let client = Client { fd: socket.as_raw_fd(), id };
                let full = self.config.is_full(&self.table, peer.ip(), self.listener.addr.ip());
                self.table.insert(Connection::new(socket, id, peer, self.publisher.now()));
                if let Some(bytes) = self.config.write_buffer {
                    // One that the operator drops meanwhile is gone as if its peer had broken it.
                    self.set_write_buffer(client, bytes).map_err(|Gone| Errno::CONNABORTED)?;
                }
                Ok(Accepted { client, full })
            }
            Err(errno) => {
                if errno == Errno::AGAIN {
                    self.pause_accepting(None);
                } else if out_of_descriptors(errno) && !self.config.makes(Mistake::AcceptSpin) {
                    self.pause_accepting(Some(errno));
                }
                Err(errno)
            }
        }
    }

    /// As many were accepted as a turn may. The others wait for the next, which comes at once, or
    /// with `--accept one` for the next event.
    #[track_caller]
    pub(in crate::server) fn leave_accepting(&mut self) {
        self.acceptable = self.config.accept_all;
        if !self.config.accept_all {
            self.pause_accepting(None);
        }
    }

    /// There is no place for a connection.
    pub(in crate::server) fn refused(&mut self, client: Client) {
        self.publisher.fact(client.fd, Some(client.id), What::Refused, &[]);
        if let Some(connection) = self.table.get(client) {
            connection.refused = true;
            self.refused += 1;
        }
    }

    /// Without a descriptor left, the listener rests, off the list: it would be reported with
    /// every wait. An edge is spent, and need not be taken back. Either way the loop must come back
    /// by itself: when a connection is closed, and every [`listener::ACCEPT_PAUSE`].
    #[track_caller]
    pub(in crate::server) fn pause_accepting(&mut self, errno: Option<Errno>) {
        let before = self.listener.resting;
        if !listener::pause_accepting(&mut self.listener, errno, &mut self.publisher) {
            return;
        }
        if self.selector.trigger() != Trigger::Edge && before.is_some() != errno.is_some() {
            let fd = self.listener.fd;
            let mask = self.selector.mask(Interest::READ);
            let (from, to) = if errno.is_some() { (mask, Mask::NONE) } else { (Mask::NONE, mask) };
            // What can fail here is for want of memory; then it is tried again as without.
            if let Ok(Err(Why::Failed)) = self.watch(plain_token(fd), from, to) {
                self.listener.resting = Some(errno.unwrap_or(Errno::NOMEM));
            }
        }
        self.publisher.listener = Some(self.listener);
    }
}
