//! The limits of connections: how many there may be, and how long each may take.
//!
//! No timer is set when a state with another limit begins, so requests cost nothing: every
//! connection is looked at again after the shortest of the limits at the latest, and no state that
//! begins in between can be over earlier than that. A limit is not counted while the loop stands
//! or is held up: see `LoopState::resumed`.

use std::net::IpAddr;
use std::time::Duration;

use super::Config;
use super::connection::Connection;
use super::convert::nanos;
use super::session::Part;
use super::table::{Table, TableEntry};
use crate::telemetry::{Nanos, Why};

/// As many connections as the students behind one address need: each has one over which it is told, and
/// another to ask. `select` has room for twice as many.
const CLASS_ADDRESS: usize = 500;

/// How long a telephone may be silent on `blocking`.
const CLASS_SILENCE: Duration = Duration::from_secs(1);

/// Whether that client is on this machine; `own` is the address that the server is bound to.
fn is_here(peer: IpAddr, own: IpAddr) -> bool {
    peer.to_canonical().is_loopback() || peer == own
}

impl Config {
    /// Whether as many connections are open as may be, in all or from this address; `own` is the one
    /// that the server is bound to.
    pub(super) fn is_full<T: TableEntry>(
        &self,
        table: &Table<T>,
        peer: IpAddr,
        own: IpAddr,
    ) -> bool {
        let most = self.most_per_address(peer, own);
        table.len() >= self.max_connections || most > 0 && table.len_of(peer) >= most
    }

    /// How many connections that address may have; 0 for any number. With a class in the room no telephone
    /// takes the places of all others, where nothing else was asked for; but the built-in clients and what
    /// else this machine runs may be many.
    fn most_per_address(&self, peer: IpAddr, own: IpAddr) -> usize {
        match self.max_per_address {
            0 if self.routes.class && !is_here(peer, own) => {
                CLASS_ADDRESS.min(self.max_connections.div_ceil(2))
            }
            most => most,
        }
    }

    /// How long a client may be silent on `blocking`. With a class in the room not for long: browsers open
    /// connections in advance, and each would hold everybody.
    pub(super) fn silence_on_blocking(&self) -> Option<Duration> {
        if !self.routes.class {
            return self.idle_timeout;
        }
        Some(self.idle_timeout.map_or(CLASS_SILENCE, |limit| limit.min(CLASS_SILENCE)))
    }

    /// Whether it has to be counted which address has how many.
    pub(super) fn counts_addresses(&self) -> bool {
        self.max_per_address > 0 || self.routes.class
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Routes;

    fn with_class() -> Config {
        Config { routes: Routes { class: true, ..Routes::default() }, ..Config::default() }
    }

    #[test]
    fn a_silent_telephone_does_not_hold_a_blocking_server() {
        assert_eq!(with_class().silence_on_blocking(), Some(Duration::from_secs(1)));
        let without = Config::default();
        assert_eq!(without.silence_on_blocking(), without.idle_timeout);
    }

    #[test]
    fn no_telephone_has_all_connections() {
        let with = with_class();
        let of = |config: &Config, peer: &str, own: &str| {
            config.most_per_address(peer.parse().unwrap(), own.parse().unwrap())
        };
        assert_eq!(of(&with, "10.0.0.2", "0.0.0.0"), 500);
        assert_eq!(of(&with, "10.0.0.2", "10.0.0.1"), 500);
        for (here, own) in
            [("127.0.0.1", "0.0.0.0"), ("::ffff:127.0.0.1", "::"), ("10.0.0.1", "10.0.0.1")]
        {
            assert_eq!(of(&with, here, own), 0, "{here}");
        }
        let few = Config { max_connections: 5, ..with.clone() };
        assert_eq!(of(&few, "10.0.0.2", "0.0.0.0"), 3);
        let asked = Config { max_per_address: 7, ..with.clone() };
        assert_eq!((of(&asked, "10.0.0.2", "0.0.0.0"), of(&asked, "::1", "::")), (7, 7));
        let without = Config::default();
        assert_eq!(of(&without, "10.0.0.2", "0.0.0.0"), 0);
        assert_eq!((with.counts_addresses(), without.counts_addresses()), (true, false));
    }
}
