//! The limits of connections: how many there may be, and how long each may take.
//!
//! No timer is set when a state with another limit begins, so requests cost nothing: every
//! connection is looked at again after the shortest of the limits at the latest, and no state that
//! begins in between can be over earlier than that. A limit is not counted while the loop stands
//! or is held up: see `LoopState::resumed`.

use std::net::IpAddr;

use super::Config;
use super::connection::Connection;
use super::convert::nanos;
use super::session::Part;
use super::table::{Table, TableEntry};
use crate::telemetry::{Nanos, Why};

impl Config {
    /// Whether as many connections are open as may be, in all or from this address.
    pub(super) fn is_full<T: TableEntry>(&self, table: &Table<T>, peer: IpAddr) -> bool {
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
    fn deadline(&self, connection: &Connection, resumed: Nanos) -> Option<(Nanos, Why)> {
        if let Some(linger) = &connection.linger {
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
            // What is told over it is not the client's to say.
            None if connection.session.streams => (active, None, Why::IdleTimeout),
            None => (active, self.idle_timeout, Why::IdleTimeout),
        };
        limit.map(|limit| (since.max(resumed).saturating_add(nanos(limit)), why))
    }

    /// Looks at a connection's time: when to look again, or which of its limits is over.
    pub(super) fn look(
        &self,
        connection: &Connection,
        resumed: Nanos,
        now: Nanos,
    ) -> Result<Option<Nanos>, Why> {
        let deadline = self.deadline(connection, resumed);
        match deadline {
            Some((deadline, why)) if deadline <= now => Err(why),
            _ => {
                let deadline = deadline.map(|(deadline, _)| deadline);
                Ok(deadline.into_iter().chain(self.look_again(now)).min())
            }
        }
    }
}
