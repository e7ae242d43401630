//! What is counted of the loop's turns.

use crate::telemetry::{Nanos, Ready};

/// What is counted of the loop's turns.
#[derive(Default)]
pub(super) struct Tally {
    /// The fds that the last wait call returned, as they are published.
    pub(super) list: Vec<Ready>,
    /// When the last wait call was made.
    pub(super) began: Nanos,
    /// How many were ready in the turn that is not published yet.
    pub(super) served: Option<u32>,
    /// A round of `scan` has begun.
    pub(super) in_round: bool,
    /// The calls made before the fd that it is asking, and those of them that ended in EAGAIN.
    pub(super) before: (u64, u64),
    /// The fds that this round of `scan` has asked.
    pub(super) asked: u32,
    /// Those of them that had something to say.
    pub(super) answered: u32,
}
