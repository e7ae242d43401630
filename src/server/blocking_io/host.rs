//! A connection's way to the server around it: the gate, the publisher,
//! and a responder.

use crate::server::responder::{Host, Responder};
use crate::telemetry::{ConnState, Kind, Nanos, What, Why};

/// What a conversation needs of the server around it. `Err` from the
/// calls says that the operator has ended it, and why.
pub(in crate::server) trait ConnectionHost: Host {
    /// Passes the gate before a call on the connection, and tells that
    /// it may sleep in it.
    #[track_caller]
    fn before(&mut self, kind: Kind, state: ConnState) -> Result<(), Why>;
    /// Tells the call that was made.
    #[track_caller]
    fn after(&mut self, what: What) -> Result<(), Why>;
    /// The same for one that sends; how many answers it has completed, and when the server was told
    /// of their requests.
    #[track_caller]
    fn after_send(&mut self, what: What, answers: u32, told: Nanos) -> Result<(), Why>;
    /// The peer will send nothing more.
    fn half_closed(&mut self);
    /// When it last stood at the gate: no time limit is counted from
    /// earlier than this.
    fn resumed(&self) -> Nanos;
    /// A responder, to be given back later.
    fn responder(&mut self) -> Responder;
    fn give_back(&mut self, responder: Responder);
}
