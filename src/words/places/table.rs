//! The table of connections.

use crate::telemetry::{ConnState, OtherKind, Why};

/// What the table says beside its figures.
pub(crate) struct Table {
    pub(crate) open: fn(connections: usize) -> String,
    pub(crate) filter: fn(filter: &str, shown: usize) -> String,
    pub(crate) shown: fn(from: usize, to: usize, of: usize) -> String,
    pub(crate) not_listening: &'static str,
    /// In place of requests, where these are not known.
    pub(crate) answers: &'static str,
    pub(crate) listens: &'static str,
    /// No descriptor is left to accept with: the longest first.
    pub(crate) rests: fn(error: &str) -> [String; 2],
    /// The longest first.
    pub(crate) accept_queue: fn(waiting: u32, limit: u32) -> [String; 3],
    pub(crate) stdin: &'static str,
    pub(crate) stdin_read: fn(bytes: u64) -> String,
    pub(crate) stdin_ended: &'static str,
    /// A descriptor that is no client's.
    pub(crate) other: fn(kind: OtherKind) -> &'static str,
    pub(crate) other_unwatched: &'static str,
    pub(crate) more_others: fn(more: usize) -> String,
    pub(crate) stopped: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) is_open: &'static str,
    /// Those that are folded, and which key lists how many of them: the longest first.
    pub(crate) folded: fn(closed: u64, key: &str, listed: usize) -> [String; 2],
    /// The same while they are listed.
    pub(crate) listed: fn(closed: u64, key: &str) -> [String; 2],
    /// Its handler waits: for a thread of the pool, or for its turn on the loop.
    pub(crate) queued: &'static str,
    /// Its handler keeps the loop.
    pub(crate) blocks: &'static str,
    /// Which, and for how long: the longest first.
    pub(crate) in_handler: fn(route: &str, time: &str) -> [String; 2],
    /// A connection's state, and why one was closed. In English as log and metrics have them.
    pub(crate) state: fn(state: ConnState) -> &'static str,
    pub(crate) why: fn(why: Why) -> &'static str,
    pub(crate) seconds: fn(seconds: u64) -> String,
    pub(crate) minutes: fn(minutes: u64) -> String,
    pub(crate) hours: fn(hours: u64) -> String,
    pub(crate) none_passes: &'static str,
    pub(crate) clears_filter: fn(key: &str) -> String,
    pub(crate) none: &'static str,
    pub(crate) none_any_more: &'static str,
    pub(crate) none_accepted: fn(waiting: u32) -> String,
    pub(crate) in_browser: &'static str,
    pub(crate) in_browser_short: &'static str,
    pub(crate) adds_client: &'static str,
    pub(crate) columns: Columns,
}

/// The headings of its columns.
pub(crate) struct Columns {
    pub(crate) fd: &'static str,
    pub(crate) id: &'static str,
    pub(crate) peer: &'static str,
    pub(crate) state: &'static str,
    pub(crate) interest: &'static str,
    pub(crate) last: &'static str,
    pub(crate) requests: &'static str,
    pub(crate) bytes_in: &'static str,
    pub(crate) bytes_out: &'static str,
    pub(crate) idle: &'static str,
    pub(crate) recv_queue: &'static str,
    pub(crate) send_queue: &'static str,
}
