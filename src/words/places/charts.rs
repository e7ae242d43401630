//! The charts: the names of the tiles, and what stands beside them.

/// What the charts say beside their figures.
pub(crate) struct Charts {
    pub(crate) requests: &'static str,
    pub(crate) echoes: &'static str,
    pub(crate) calls: &'static str,
    pub(crate) wake_ups: &'static str,
    pub(crate) started: &'static str,
    pub(crate) ended: &'static str,
    pub(crate) bytes_out: &'static str,
    pub(crate) bytes_in: &'static str,
    pub(crate) accepts: &'static str,
    pub(crate) disconnects: &'static str,
    pub(crate) peak: fn(peak: &str) -> String,
    pub(crate) in_all: fn(total: &str) -> String,
    /// How far back a place of the axis is.
    pub(crate) ago: fn(seconds: usize) -> String,
    pub(crate) now: &'static str,
    pub(crate) turn: &'static str,
    pub(crate) p50: fn(time: &str) -> String,
    pub(crate) p99: fn(time: &str) -> String,
    pub(crate) max: fn(time: &str) -> String,
    pub(crate) turns: fn(turns: u64) -> String,
    pub(crate) latency: &'static str,
    pub(crate) answers: fn(answers: u64) -> String,
    pub(crate) missing: fn(turns: u64) -> String,
    pub(crate) part: &'static str,
    pub(crate) ready: &'static str,
    pub(crate) ready_short: &'static str,
    pub(crate) mean: fn(mean: &str) -> String,
    pub(crate) calls_per_request: &'static str,
    pub(crate) calls_per_echo: &'static str,
    pub(crate) figure_now: fn(figure: &str) -> String,
    /// Calls that ended in EAGAIN, in percent: the longest first.
    pub(crate) again: fn(percent: &str) -> [String; 3],
    pub(crate) left_out: fn(events: u64) -> String,
    pub(crate) turns_missing: fn(turns: u64) -> String,
}
