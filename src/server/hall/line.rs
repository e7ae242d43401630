//! A thread's end of the conversation on one connection: each call passes the gate of the hall,
//! and is told there.

use std::os::fd::OwnedFd;
use std::sync::{Arc, MutexGuard};

use super::{Arrival, Guest, Hall, Inner};
use crate::server::connection::farewell;
use crate::server::converse::Line;
use crate::server::desk::Desk;
use crate::telemetry::{By, ConnId, ConnState, Fd, Kind, Nanos, Next, Ret, What, Why};

/// What a thread, or the server's own, has of the connection that it serves.
pub(in crate::server) struct AtTable<'h> {
    pub(super) hall: &'h Hall,
    pub(super) by: By,
    pub(super) fd: Fd,
    pub(super) id: ConnId,
    /// When the lock was last taken.
    pub(super) now: Nanos,
    pub(super) resumed: Nanos,
    entered: Nanos,
    pub(super) heard: bool,
}

impl<'h> AtTable<'h> {
    /// For the thread that serves a connection; the server's own is [`By::LOOP`].
    pub(in crate::server) fn new(hall: &'h Hall, arrival: &Arrival, by: By) -> Self {
        let (fd, id) = (arrival.fd, arrival.id);
        let mut line = Self { hall, by, fd, id, now: 0, resumed: 0, entered: 0, heard: true };
        drop(line.lock());
        line
    }

    /// Requests understood on it so far.
    pub(in crate::server) fn requests(&mut self) -> u64 {
        let (fd, id) = (self.fd, self.id);
        self.lock().table.get(fd, id).map_or(0, |guest| guest.row.requests)
    }

    pub(super) fn lock(&mut self) -> MutexGuard<'h, Inner> {
        let inner = self.hall.lock(self.by);
        self.now = inner.tell.now();
        self.heard = inner.tell.has_reader();
        inner
    }

    pub(super) fn pass(
        &mut self,
        kind: Kind,
        fd: Fd,
        conn: Option<ConnId>,
    ) -> MutexGuard<'h, Inner> {
        let (inner, stood) = self.hall.pass(self.by, Next { kind, fd, conn });
        self.now = inner.tell.now();
        self.resumed = stood.unwrap_or(self.resumed);
        inner
    }

    /// Closes the connection. The table's share of the socket and this one are the last.
    pub(in crate::server) fn close(mut self, socket: Arc<OwnedFd>, why: Why) {
        let mut inner = self.pass(Kind::Close, self.fd, Some(self.id));
        let Some(guest) = inner.table.remove(self.fd) else { return };
        let Guest { socket: shared, mut row, doom, full, .. } = *guest;
        drop((shared, socket));
        inner.refused -= usize::from(full);
        inner.tell.call(self.fd, Some(self.id), What::Close);
        (row.last, row.last_ret) = (Kind::Close, Ret::ZERO);
        farewell(row, doom.unwrap_or(why), &mut inner.tell);
        if inner.listener.resting.is_some() {
            self.hall.go.notify_all();
        }
    }
}

impl Line for AtTable<'_> {
    fn before(&mut self, kind: Kind, state: ConnState) -> Result<(), Why> {
        let (fd, id) = (self.fd, self.id);
        let mut inner = self.pass(kind, fd, Some(id));
        if let Some(why) = inner.table.get(fd, id).and_then(|guest| guest.doom) {
            return Err(why);
        }
        inner.table.change(fd, id, |row| (row.state, row.within) = (state, Some(kind)));
        if self.by == By::LOOP {
            self.entered = inner.enter(Next { kind, fd, conn: Some(id) });
        } else {
            inner.publish();
        }
        Ok(())
    }

    fn after(&mut self, what: What) -> Result<(), Why> {
        let (fd, id, by, entered) = (self.fd, self.id, self.by, self.entered);
        let mut inner = self.lock();
        let now = inner.tell.now();
        inner.tell.call(fd, Some(id), what);
        if by == By::LOOP {
            inner.leave_call(entered);
        }
        let Some(guest) = inner.table.note(fd, id, what, now) else { return Ok(()) };
        guest.row.within = None;
        guest.doom.map_or(Ok(()), Err)
    }

    fn half_closed(&mut self) {
        let (fd, id) = (self.fd, self.id);
        self.lock().table.change(fd, id, |row| row.half_closed = true);
    }

    fn resumed(&self) -> Nanos {
        self.resumed
    }

    fn desk(&mut self) -> Desk {
        let mut inner = self.lock();
        // One always stays, for others to be made from: who turns a client away is no exception.
        if inner.desks.len() > 1 { inner.desks.pop() } else { None }
            .unwrap_or_else(|| inner.desks[0].another())
    }

    fn give_back(&mut self, desk: Desk) {
        self.lock().desks.push(desk);
    }
}
