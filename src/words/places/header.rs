//! The header: badges and rates. Narrow screens have the short spellings.

/// What the header says.
pub(crate) struct Header {
    pub(crate) name: &'static str,
    pub(crate) starting: &'static str,
    pub(crate) running: &'static str,
    pub(crate) paused: &'static str,
    pub(crate) paused_at: &'static str,
    pub(crate) slow: fn(calls: u8) -> String,
    pub(crate) slow_short: fn(calls: u8) -> String,
    pub(crate) until: fn(call: &str) -> String,
    pub(crate) until_short: &'static str,
    pub(crate) blocked: fn(stood: &str, route: &str) -> String,
    pub(crate) blocked_short: fn(stood: &str) -> String,
    pub(crate) ended: &'static str,
    pub(crate) frozen: fn(age: &str) -> String,
    pub(crate) frozen_short: fn(age: &str) -> String,
    /// No descriptor is left to accept with: the longest first.
    pub(crate) not_accepting: fn(error: &str) -> [String; 2],
    pub(crate) refused: fn(clients: u64) -> String,
    pub(crate) lost: fn(events: u64) -> String,
    pub(crate) open: fn(connections: u64) -> String,
    pub(crate) requests: fn(rate: &str) -> String,
    pub(crate) echoes: fn(rate: &str) -> String,
    pub(crate) answers: fn(rate: &str) -> String,
    pub(crate) bytes_out: fn(rate: &str) -> String,
    pub(crate) bytes_in: fn(rate: &str) -> String,
    pub(crate) wake_up: fn(rate: &str) -> String,
    pub(crate) wake_ups: fn(rate: &str) -> String,
    pub(crate) examined: fn(examined_and_ready: &str) -> String,
    pub(crate) loop_cpu: fn(share: &str) -> String,
    pub(crate) loop_cpu_short: fn(share: &str) -> String,
    /// The times within which 50 and 99 of 100 requests were answered.
    pub(crate) latency: fn(p50: &str, p99: &str) -> String,
    /// The longest time for which a connection has had bytes that nobody reads.
    pub(crate) waits: fn(time: &str) -> String,
    pub(crate) waits_short: fn(time: &str) -> String,
    pub(crate) next: fn(call: &str, fd: &str) -> String,
}
