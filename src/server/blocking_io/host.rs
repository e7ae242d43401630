//! A connection's way to the server around it: the gate, the publisher,
//! and a responder.

use crate::server::responder::{Host, Responder};
use crate::telemetry::{ConnState, Kind, Nanos, What, Why};

/// What a call has sent.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(in crate::server) struct Sent {
    /// How many answers it has completed.
    pub(in crate::server) answers: u32,
    /// When the server was told of their requests.
    pub(in crate::server) told: Nanos,
    /// Bytes of the answers that are being sent.
    pub(in crate::server) answer: u64,
    /// Those that are still to be sent.
    pub(in crate::server) unsent: u64,
}

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
    /// The same for one that sends.
    #[track_caller]
    fn after_send(&mut self, what: What, sent: Sent) -> Result<(), Why>;
    /// The peer will send nothing more.
    fn half_closed(&mut self);
    /// When it last stood at the gate: no time limit is counted from
    /// earlier than this.
    fn resumed(&self) -> Nanos;
    /// A responder, to be given back later.
    fn responder(&mut self) -> Responder;
    fn give_back(&mut self, responder: Responder);
}
