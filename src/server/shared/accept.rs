//! Accepting, and resting when no descriptor is left.

use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

use super::{AcceptedSocket, Locked, Shared, SharedConnection, ThreadHost, WorkerHandle};
use crate::server::blocking_io::turn_away;
use crate::server::handover::Outcome;
use crate::server::listener::{self, ACCEPT_PAUSE, out_of_descriptors};
use crate::server::responder::Host;
use crate::server::table::Client;
use crate::server::{Config, calls};
use crate::telemetry::{By, ConnId, Kind, Next, Row, Site, What, Why};

impl Shared {
    /// Accepts a connection; sleeps until there is one. `None` when the server ends.
    #[track_caller]
    pub(in crate::server) fn accept(&self) -> Option<AcceptedSocket> {
        let fd = self.bound.socket.as_raw_fd();
        let next = Next::new(Kind::Accept, fd, None, Site::here());
        loop {
            let (mut locked, _) = self.pass(By::LOOP, next, None);
            if locked.ending.is_some() {
                return None;
            }
            locked.accepting = true;
            let before = locked.enter(next);
            drop(locked);
            let result = calls::accept(&self.bound, calls::SLEEPING);
            let mut locked = self.lock(By::LOOP);
            locked.accepting = false;
            locked.leave_call(before);
            let Locked { publisher, last_id, listener, .. } = &mut *locked;
            match listener::record_accept(result, fd, last_id, publisher) {
                Ok((socket, id, peer)) => {
                    listener::pause_accepting(listener, None, publisher);
                    let accepted = locked.admit(socket, id, peer, &self.config);
                    let write_buffer = locked.listener.options.write_buffer;
                    drop(locked);
                    if let Some(bytes) = write_buffer {
                        self.set_write_buffer(&accepted, bytes);
                    }
                    return Some(accepted);
                }
                Err(errno) if out_of_descriptors(errno) => {
                    listener::pause_accepting(listener, Some(errno), publisher);
                    locked.publish();
                    drop(self.sleep(locked, Instant::now() + ACCEPT_PAUSE));
                }
                // Other errors are of one broken connection (accept(2)): the next is fine.
                Err(_) => {}
            }
        }
    }

    /// `setsockopt(2)` of a connection that was just accepted.
    #[track_caller]
    fn set_write_buffer(&self, accepted: &AcceptedSocket, bytes: u32) {
        let Client { fd, id } = accepted.client;
        let next = Next::new(Kind::Setsockopt, fd, Some(id), Site::here());
        let (mut locked, _) = self.pass(By::LOOP, next, None);
        let what = calls::set_write_buffer(&accepted.socket, bytes);
        locked.publisher.call(fd, Some(id), what);
    }

    /// A connection that is open.
    pub(in crate::server) fn find(&self, client: Client) -> Option<AcceptedSocket> {
        let mut locked = self.lock(By::LOOP);
        let SharedConnection { socket, full, .. } = locked.table.get(client)?;
        Some(AcceptedSocket { socket: socket.clone(), client, full: *full, crowded: true })
    }

    /// Notes who serves a connection.
    pub(in crate::server) fn assign(
        &self,
        accepted: &AcceptedSocket,
        by: By,
        worker: Option<WorkerHandle>,
    ) {
        let mut locked = self.lock(by);
        let Some(connection) = locked.table.get(accepted.client) else { return };
        connection.row.by = by;
        connection.worker = worker;
        locked.table.touch(accepted.client.fd);
        locked.worker_began(accepted.client);
    }

    /// Closes a connection at once, with a 503 but without waiting until it was read.
    pub(in crate::server) fn turn_away(&self, accepted: AcceptedSocket) {
        let mut host = ThreadHost::new(self, &accepted, By::LOOP);
        if !accepted.full {
            host.fact(What::Refused, &[]);
        }
        turn_away(accepted.socket.as_fd(), &self.config, &mut host);
        host.close(accepted.socket, Why::OverLimit);
    }

    /// The thread or process of a connection has ended.
    pub(in crate::server) fn ended(&self, by: By, client: Client) {
        let mut locked = self.lock(by);
        locked.publisher.fact(client.fd, Some(client.id), What::Ended, &[]);
        locked.publish();
    }
}

impl Locked {
    /// Puts an accepted socket into the table.
    fn admit(
        &mut self,
        socket: OwnedFd,
        id: ConnId,
        peer: SocketAddr,
        config: &Config,
    ) -> AcceptedSocket {
        let client = Client { fd: socket.as_raw_fd(), id };
        let full = config.is_full(&self.table, peer.ip(), self.listener.addr.ip());
        let row = Row::new(id, socket.as_raw_fd(), peer, self.publisher.now());
        let socket = Arc::new(socket);
        self.table.insert(SharedConnection {
            socket: socket.clone(),
            row,
            // It may have come while the others were ended.
            end_reason: self.ending.map(Outcome::why),
            full,
            worker: None,
        });
        self.refused += usize::from(full);
        if full {
            self.publisher.fact(client.fd, Some(client.id), What::Refused, &[]);
        }
        let crowded = full && self.refused > config.max_refused;
        AcceptedSocket { socket, client, full, crowded }
    }
}
