//! What a lesson is fed.

use std::net::SocketAddr;

use super::Name;
use crate::class::Host;
use crate::clients::ClientInfo;
use crate::inspect::Snapshot;
use crate::telemetry::{ConnId, Counters, Listener, Mask, Nanos, Ret, Row, Standing};

/// What is known of server, kernel and clients at a moment.
pub trait Seen {
    /// The listening socket, and which server has it; `None` before it listens.
    fn listener(&self) -> Option<Listener>;
    /// Where the loop stands.
    fn standing(&self) -> Standing;
    /// Totals since the start.
    fn counters(&self) -> &Counters;
    /// What the kernel said last.
    fn kernel(&self) -> Option<&Snapshot>;
    /// How many connections are open.
    fn open(&self) -> usize;
    /// The rows of those that are open, in no order.
    fn rows(&self) -> Box<dyn Iterator<Item = Row> + '_>;
    /// The newest connection whose other end this is, closed ones included.
    fn row(&self, peer: SocketAddr) -> Option<Row>;
    /// For how long bytes of that connection have been unread.
    fn waits(&self, id: ConnId) -> Option<Nanos>;
    /// The clients of our own.
    fn clients(&self) -> &[ClientInfo];
    /// The client with that name, once it was there.
    fn client(&self, name: Name) -> Option<Puppet>;
    /// Which server the telephones of a class come to; `None` while they are on the way.
    fn telephones(&self) -> Option<Host>;
    /// What mmap(2) of the server's epoll says; `None` where it has none.
    fn mmap_epoll(&self) -> Option<Ret>;
    /// What a server of that name, another's that runs on this machine, watches a silent client for.
    fn interest_of(&self, program: &str) -> Option<Mask>;
}

/// A client with a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Puppet {
    /// Its own address, once it has one.
    pub local: Option<SocketAddr>,
    /// Its connection is made.
    pub connected: bool,
    /// How many orders it has carried out, or has failed to.
    pub done: u64,
}
