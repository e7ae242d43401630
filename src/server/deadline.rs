//! The time limits of a connection, and what happens when one is over.
//!
//! Nothing is set when a state with another limit begins, so requests cost nothing: every
//! connection is looked at again after the shortest of the limits at the latest, and no state that
//! begins in between can be over earlier than that. A limit is not counted while the loop stands
//! or is held up: see `Floor::resumed`.

use std::net::IpAddr;

use super::Config;
use super::connection::Connection;
use super::nanos;
use super::reactor::Reactor;
use super::selector::Selector;
use super::session::Part;
use super::table::{Seat, Table};
use crate::telemetry::{ConnId, Fd, Kind, Mask, Nanos, Why};

impl Config {
    /// Whether as many connections are open as may be, in all or from this address.
    pub(super) fn is_full<T: Seat>(&self, table: &Table<T>, peer: IpAddr) -> bool {
        let most = self.max_per_address;
        table.len() >= self.max_connections || most > 0 && table.len_of(peer) >= most
    }

    /// When a connection has to be looked at, if its time is not over before.
    pub(super) fn look_again(&self, now: Nanos) -> Option<Nanos> {
        [self.idle_timeout, self.header_timeout, self.body_timeout, self.write_timeout]
            .into_iter()
            .flatten()
            .min()
            .map(|shortest| now.saturating_add(nanos(shortest)))
    }

    /// When the time of a connection is over, and which of its limits that is.
    pub(super) fn deadline(&self, connection: &Connection, resumed: Nanos) -> Option<(Nanos, Why)> {
        if let Some(linger) = connection.linger {
            return Some((linger.until, connection.session.ending.unwrap_or(Why::Answered)));
        }
        let active = connection.row.active;
        // What the operator does not let be read is not the peer's slowness.
        let awaits = connection.session.awaits.filter(|_| !connection.row.stopped);
        let (since, limit, why) = match awaits {
            _ if !connection.session.output.is_empty() => {
                (active, self.write_timeout, Why::WriteTimeout)
            }
            Some((Part::Head, since)) => (since, self.header_timeout, Why::HeaderTimeout),
            Some((Part::Body, since)) => (since, self.body_timeout, Why::BodyTimeout),
            None => (active, self.idle_timeout, Why::IdleTimeout),
        };
        limit.map(|limit| (since.max(resumed).saturating_add(nanos(limit)), why))
    }
}

impl<S: Selector> Reactor<S> {
    /// Ends those whose time is over.
    pub(super) fn expire(&mut self) {
        while let Some(fd) = self.floor.timers.pop(self.floor.tell.now()) {
            let Some(connection) = self.floor.table.at(fd) else { continue };
            let (id, now) = (connection.row.id, self.floor.tell.now());
            // What it has sent since was told by nobody, and would make a reset of its FIN.
            let unwatched = connection.row.interest == Mask::NONE;
            let (again, lingers) = (self.floor.config.look_again(now), connection.linger.is_some());
            match self.floor.config.deadline(connection, self.floor.resumed) {
                Some((deadline, why)) if deadline <= now && lingers => {
                    if unwatched {
                        self.floor.drain(fd, id);
                    }
                    self.floor.close(fd, id, why);
                }
                Some((deadline, why)) if deadline <= now => self.time_is_over(fd, id, why),
                deadline => {
                    let deadline = deadline.map(|(deadline, _)| deadline);
                    if let Some(next) = deadline.into_iter().chain(again).min() {
                        self.floor.timers.set(fd, next);
                    }
                }
            }
        }
    }

    fn time_is_over(&mut self, fd: Fd, id: ConnId, why: Why) {
        match why {
            Why::HeaderTimeout => self.refuse(fd, id, 408, why),
            // It has its answer, or none would be understood: close without a reset.
            Why::BodyTimeout => {
                if let Some(connection) = self.floor.table.get(fd, id) {
                    connection.session.ending = Some(why);
                }
                self.attend(fd, id);
            }
            // What it does not take would stay in the kernel for long after a mere close.
            Why::WriteTimeout => {
                if self.floor.gate(Kind::Setsockopt, fd, Some(id)) {
                    self.floor.reset(fd, id, why);
                }
            }
            _ => self.floor.close(fd, id, why),
        }
    }
}
