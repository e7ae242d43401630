//! Requests of a connection at the desk, on whichever thread serves it.

use std::time::{Duration, Instant};

use super::{AtTable, Inner};
use crate::server::desk::Witness;
use crate::telemetry::{By, ConnId, Counters, Fd, Kind, Nanos, Next, Stance, What};

impl Witness for AtTable<'_> {
    fn now(&self) -> Nanos {
        self.now
    }

    fn is_heard(&self) -> bool {
        self.heard
    }

    fn gate(&mut self, kind: Kind, fd: Fd) {
        drop(self.pass(kind, fd, None));
    }

    fn call(&mut self, fd: Fd, what: What, bytes: &[u8]) {
        self.lock().tell.call_with(fd, None, what, bytes, &[], false);
    }

    fn fact(&mut self, what: What, bytes: &[u8]) {
        let (fd, id) = (self.fd, self.id);
        let mut inner = self.lock();
        inner.tell.fact(fd, Some(id), what, bytes);
        inner.note_fact(fd, id, what);
    }

    fn counters(&mut self) -> (Counters, Nanos) {
        let inner = self.lock();
        (inner.tell.counters.clone(), inner.tell.now())
    }

    /// Sleeps in place of a handler; only the end of its connection or of the server ends it early.
    fn handle(&mut self, route: &'static str, time: Duration) -> Duration {
        let by = self.by;
        let next = Next { kind: Kind::Handler, fd: self.fd, conn: Some(self.id) };
        let until = Instant::now() + time;
        self.fact(What::Handler { route }, &[]);
        let mut inner = self.lock();
        let since = inner.tell.now();
        if by == By::LOOP {
            (inner.stance, inner.since) = (Stance::Handling(route), since);
        }
        inner.publish();
        while inner.ending.is_none() && inner.doom(next).is_none() && Instant::now() < until {
            inner = self.hall.sleep(inner, until);
        }
        inner.tell.by = by;
        self.now = inner.tell.read_clock();
        self.resumed = self.now;
        if by == By::LOOP {
            (inner.stance, inner.since) = (Stance::Working, self.now);
        }
        drop(inner);
        let took = self.now - since;
        self.fact(What::Handled { took }, &[]);
        Duration::from_nanos(took)
    }

    fn meanwhile(&self) -> &'static str {
        if self.by == By::LOOP {
            "Nobody else was served meanwhile."
        } else {
            "The others were served meanwhile."
        }
    }
}

impl Inner {
    /// What a fact changes in a row, whoever serves the connection.
    pub(in crate::server) fn note_fact(&mut self, fd: Fd, id: ConnId, what: What) {
        self.table.change(fd, id, |row| match what {
            What::Request { .. } => row.requests += 1,
            What::Handler { .. } => row.within = Some(Kind::Handler),
            What::Handled { .. } => row.within = None,
            _ => {}
        });
    }
}
