//! Requests of a connection and their answers, on whichever thread serves it.

use std::time::{Duration, Instant};

use super::{Locked, ThreadHost};
use crate::class::{Answer, Ask};
use crate::server::operator::Operated;
use crate::server::responder::Host;
use crate::server::table::Client;
use crate::telemetry::{By, Counters, Fd, Kind, Nanos, Next, Stance, What};

impl Host for ThreadHost<'_> {
    fn now(&self) -> Nanos {
        self.now
    }

    fn has_reader(&self) -> bool {
        self.has_reader
    }

    fn gate(&mut self, kind: Kind, fd: Fd) {
        drop(self.pass(kind, fd, None, None));
    }

    fn call(&mut self, fd: Fd, what: What, bytes: &[u8]) {
        self.lock().publisher.call_with(fd, None, what, bytes, &[], false);
    }

    fn fact(&mut self, what: What, bytes: &[u8]) {
        let client = self.client;
        let mut locked = self.lock();
        locked.publisher.fact(client.fd, Some(client.id), what, bytes);
        locked.note_fact(client, what);
    }

    fn counters(&mut self) -> (Counters, Nanos) {
        let locked = self.lock();
        (locked.publisher.counters.clone(), locked.publisher.now())
    }

    fn class(&mut self, ask: &Ask<'_>) -> Answer {
        let client = self.client;
        self.lock().answer_class(client, ask)
    }

    /// Sleeps in place of a handler; only the end of its connection or of the server ends it early.
    fn handle(&mut self, route: &'static str, time: Duration) -> Duration {
        let by = self.by;
        let next = Next::new(Kind::Handler, self.client.fd, Some(self.client.id), None);
        let until = Instant::now() + time;
        self.fact(What::Handler { route }, &[]);
        let mut locked = self.lock();
        let since = locked.publisher.now();
        if by == By::LOOP {
            (locked.stance, locked.since) = (Stance::Handling(route), since);
        }
        locked.publish();
        while !locked.lets_go(next) && Instant::now() < until {
            locked = self.shared.sleep(locked, until);
        }
        locked.publisher.by = by;
        self.now = locked.publisher.read_clock();
        self.resumed = self.now;
        if by == By::LOOP {
            (locked.stance, locked.since) = (Stance::Working, self.now);
        }
        drop(locked);
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

impl Locked {
    /// What a fact changes in a row, whoever serves the connection.
    pub(in crate::server) fn note_fact(&mut self, client: Client, what: What) {
        self.table.change(client, |row| match what {
            What::Request { .. } => row.requests += 1,
            What::Handler { .. } => row.within = Some(Kind::Handler),
            What::Handled { .. } => row.within = None,
            _ => {}
        });
    }
}
