//! By what a class joins, as the screen keeps it; which of it is shown is chosen in `teach`.

use std::net::SocketAddr;

use crate::class::{Interface, Wifi};
use crate::telemetry::Nanos;

/// By what a class joins.
#[derive(Clone, Debug, Default)]
pub(super) struct Ways {
    /// Where the server listens to which it comes.
    pub(super) at: Option<SocketAddr>,
    /// The addresses of this machine, and which of them is shown.
    pub(super) found: Vec<Interface>,
    pub(super) shown: usize,
    /// How it is reached by that.
    pub(super) url: Option<String>,
    pub(super) wifi: Option<Wifi>,
    /// The student who is marked among those who are in.
    pub(super) marked: Option<u32>,
    /// Since when it can join.
    pub(super) since: Nanos,
}
