//! Requests of a connection at the desk, on the loop's own thread.

use std::time::Duration;

use super::Floor;
use crate::server::desk::{Desk, Witness};
use crate::server::echo::Protocol;
use crate::server::selector::Watcher;
use crate::server::session::Session;
use crate::telemetry::{ConnId, Counters, Fd, Kind, Nanos, What, Why};

impl<W: Watcher> Floor<W> {
    /// Answers what was kept and the `fresh` bytes just received. Returns whether the connection
    /// still is there.
    #[inline]
    pub(in crate::server) fn answer(
        &mut self,
        desk: &mut Desk,
        fd: Fd,
        id: ConnId,
        fresh: &[u8],
    ) -> bool {
        self.at_desk(fd, id, |session, witness| desk.answer(session, fresh, witness))
    }

    /// Answers with an error before any request was read. Returns whether there is something to
    /// send; if not, the connection is closed.
    pub(in crate::server) fn refuse(
        &mut self,
        desk: &mut Desk,
        fd: Fd,
        id: ConnId,
        status: u16,
        why: Why,
    ) -> bool {
        if desk.config.protocol != Protocol::Http {
            // There is nothing to say in this protocol.
            self.close(fd, id, why);
            return false;
        }
        self.at_desk(fd, id, |session, witness| desk.refuse(session, status, why, witness))
    }

    /// The operator may close the connection while its request is being answered, so meanwhile its
    /// session is not in the table.
    #[inline]
    fn at_desk(
        &mut self,
        fd: Fd,
        id: ConnId,
        speak: impl FnOnce(&mut Session, &mut OnLoop<'_, W>),
    ) -> bool {
        let Some(connection) = self.table.get(fd, id) else { return false };
        let mut session = std::mem::take(&mut connection.session);
        speak(&mut session, &mut OnLoop { floor: self, fd, id });
        let Some(connection) = self.table.get(fd, id) else {
            self.let_go(session);
            return false;
        };
        connection.session = session;
        true
    }
}

/// Who is told what happens while a request is answered.
struct OnLoop<'f, W> {
    floor: &'f mut Floor<W>,
    fd: Fd,
    id: ConnId,
}

impl<W: Watcher> Witness for OnLoop<'_, W> {
    fn now(&self) -> Nanos {
        self.floor.tell.now()
    }

    fn is_heard(&self) -> bool {
        self.floor.tell.has_reader()
    }

    fn gate(&mut self, kind: Kind, fd: Fd) {
        self.floor.gate(kind, fd, None);
    }

    fn call(&mut self, fd: Fd, what: What, bytes: &[u8]) {
        self.floor.tell.call_with(fd, None, what, bytes, &[], false);
    }

    #[inline]
    fn fact(&mut self, what: What, bytes: &[u8]) {
        self.floor.tell.fact(self.fd, Some(self.id), what, bytes);
        if let What::Request { .. } = what
            && let Some(connection) = self.floor.table.get(self.fd, self.id)
        {
            connection.row.requests += 1;
        }
    }

    fn counters(&mut self) -> (Counters, Nanos) {
        (self.floor.tell.counters.clone(), self.floor.tell.now())
    }

    fn may_handle(&mut self) -> bool {
        self.floor.may_block(self.fd, self.id)
    }

    fn handle(&mut self, route: &'static str, time: Duration) -> Duration {
        self.floor.block(route, time, self.fd, self.id)
    }

    fn has_pool(&self) -> bool {
        self.floor.pool.is_some()
    }

    fn offload(&mut self, route: &'static str, time: Duration) {
        if let Some(pool) = &mut self.floor.pool {
            pool.queue(self.fd, self.id, route, time);
        }
        self.fact(What::Queued { route }, &[]);
    }
}
