//! A connection's way to the server around it: the gate, somebody to tell, and a desk.

use crate::server::desk::{Desk, Witness};
use crate::telemetry::{ConnState, Kind, Nanos, What, Why};

/// What a conversation needs of the server around it. `Err` from the calls says that the operator
/// has ended it, and why.
pub(in crate::server) trait Line: Witness {
    /// Passes the gate before a call on the connection, and tells that it may sleep in it.
    fn before(&mut self, kind: Kind, state: ConnState) -> Result<(), Why>;
    /// Tells the call that was made.
    fn after(&mut self, what: What) -> Result<(), Why>;
    /// The peer will send nothing more.
    fn half_closed(&mut self);
    /// When it last stood at the gate: no time limit is counted from earlier than this.
    fn resumed(&self) -> Nanos;
    /// A desk to answer at, and room for it again.
    fn desk(&mut self) -> Desk;
    fn give_back(&mut self, desk: Desk);
}
