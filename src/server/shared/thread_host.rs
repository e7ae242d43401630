//! A thread's side of one connection: each call passes the shared gate and is published there.

use std::os::fd::OwnedFd;
use std::sync::{Arc, MutexGuard};

use super::{AcceptedSocket, Locked, Shared, SharedConnection};
use crate::server::blocking_io::{ConnectionHost, Sent};
use crate::server::responder::Responder;
use crate::server::table::Client;
use crate::telemetry::{By, ConnId, ConnState, Fd, Kind, Nanos, Next, Ret, Site, What, Why};

/// What a thread, or the server's own, has of the connection that it serves.
pub(in crate::server) struct ThreadHost<'h> {
    pub(super) shared: &'h Shared,
    pub(super) by: By,
    pub(super) client: Client,
    /// When the lock was last taken.
    pub(super) now: Nanos,
    pub(super) resumed: Nanos,
    entered: Nanos,
    pub(super) has_reader: bool,
}

impl<'h> ThreadHost<'h> {
    /// For the thread that serves a connection; the server's own is [`By::LOOP`].
    pub(in crate::server) fn new(shared: &'h Shared, accepted: &AcceptedSocket, by: By) -> Self {
        let client = accepted.client;
        let mut host =
            Self { shared, by, client, now: 0, resumed: 0, entered: 0, has_reader: true };
        drop(host.lock());
        host
    }

    /// Requests understood on it so far.
    pub(in crate::server) fn requests(&mut self) -> u64 {
        let client = self.client;
        self.lock().table.get(client).map_or(0, |connection| connection.row.requests)
    }

    pub(super) fn lock(&mut self) -> MutexGuard<'h, Locked> {
        let locked = self.shared.lock(self.by);
        self.now = locked.publisher.now();
        self.has_reader = locked.publisher.has_reader();
        locked
    }

    #[track_caller]
    pub(super) fn pass(
        &mut self,
        kind: Kind,
        fd: Fd,
        conn: Option<ConnId>,
        state: Option<ConnState>,
    ) -> MutexGuard<'h, Locked> {
        let next = Next::new(kind, fd, conn, Site::here());
        let (locked, stood) = self.shared.pass(self.by, next, state);
        self.now = locked.publisher.now();
        self.resumed = stood.unwrap_or(self.resumed);
        locked
    }

    /// Closes the connection. The table's share of the socket and this one are the last.
    #[track_caller]
    pub(in crate::server) fn close(mut self, socket: Arc<OwnedFd>, why: Why) {
        let mut locked = self.pass(Kind::Close, self.client.fd, Some(self.client.id), None);
        let Some(connection) = locked.table.remove(self.client.fd) else { return };
        let SharedConnection { socket: shared, mut row, end_reason, full, .. } = *connection;
        drop((shared, socket));
        locked.refused -= usize::from(full);
        locked.publisher.call(self.client.fd, Some(self.client.id), What::Close);
        (row.last, row.last_ret) = (Kind::Close, Ret::ZERO);
        locked.publisher.closed(row, end_reason.unwrap_or(why));
        if locked.listener.resting.is_some() {
            self.shared.go.notify_all();
        }
    }

    #[track_caller]
    fn tell(&mut self, what: What, sent: Option<Sent>) -> Result<(), Why> {
        let (client, by, entered) = (self.client, self.by, self.entered);
        let mut locked = self.lock();
        let now = locked.publisher.now();
        locked.publisher.call(client.fd, Some(client.id), what);
        if let Some(sent) = sent {
            locked.sent(client, sent, now);
        }
        if by == By::LOOP {
            locked.leave_call(entered);
        }
        let Some(connection) = locked.table.note(client, what, now) else { return Ok(()) };
        (connection.row.within, connection.row.site) = (None, None);
        connection.end_reason.map_or(Ok(()), Err)
    }
}

impl ConnectionHost for ThreadHost<'_> {
    fn before(&mut self, kind: Kind, state: ConnState) -> Result<(), Why> {
        let client = self.client;
        let mut locked = self.pass(kind, client.fd, Some(client.id), Some(state));
        if let Some(why) = locked.table.get(client).and_then(|connection| connection.end_reason) {
            return Err(why);
        }
        let site = Site::here();
        locked.table.change(client, |row| {
            (row.state, row.within, row.site) = (state, Some(kind), site);
        });
        if self.by == By::LOOP {
            let Client { fd, id } = client;
            self.entered = locked.enter(Next::new(kind, fd, Some(id), site));
        } else {
            locked.publish();
        }
        Ok(())
    }

    fn after(&mut self, what: What) -> Result<(), Why> {
        self.tell(what, None)
    }

    fn after_send(&mut self, what: What, sent: Sent) -> Result<(), Why> {
        self.tell(what, Some(sent))
    }

    fn half_closed(&mut self) {
        let client = self.client;
        self.lock().table.change(client, |row| row.half_closed = true);
    }

    fn resumed(&self) -> Nanos {
        self.resumed
    }

    fn responder(&mut self) -> Responder {
        let mut locked = self.lock();
        // One always stays, for others to be made from: who turns a client away is no exception.
        if locked.responders.len() > 1 { locked.responders.pop() } else { None }
            .unwrap_or_else(|| locked.responders[0].another())
    }

    fn give_back(&mut self, responder: Responder) {
        self.lock().responders.push(responder);
    }
}
