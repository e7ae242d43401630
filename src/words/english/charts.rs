//! The charts: the names of the tiles, and what stands beside them.

use crate::words::units;

/// What the charts say beside their figures.
pub(crate) struct Charts {
    pub(crate) requests: &'static str,
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
    pub(crate) figure_now: fn(figure: &str) -> String,
    /// Calls that ended in EAGAIN, in percent: the longest first.
    pub(crate) again: fn(percent: &str) -> [String; 3],
    pub(crate) left_out: fn(events: u64) -> String,
    pub(crate) turns_missing: fn(turns: u64) -> String,
}

pub(in crate::words) const ENGLISH: Charts = Charts {
    requests: "requests/s",
    calls: "system calls/s",
    wake_ups: "wake-ups/s",
    started: "started/s",
    ended: "ended/s",
    bytes_out: "bytes out/s",
    bytes_in: "bytes in/s",
    accepts: "accepts/s",
    disconnects: "disconnects/s",
    peak: |peak| format!("peak {peak}"),
    in_all: |total| format!("{total} in all"),
    ago: |seconds| match seconds / 60 {
        minutes @ 2.. if seconds % 60 == 0 => format!("{minutes} min"),
        _ => format!("{seconds} s"),
    },
    now: "now",
    turn: "loop turn",
    p50: |time| format!("p50 {time}"),
    p99: |time| format!("p99 {time}"),
    max: |time| format!("max {time}"),
    turns: |turns| format!("{} turns", units::count(turns)),
    latency: "latency",
    answers: |answers| format!("{} answers", units::count(answers)),
    missing: |turns| format!("{} missing", units::count(turns)),
    part: "(part)",
    ready: "ready per wake-up",
    ready_short: "ready/wake-up",
    mean: |mean| format!("mean {mean}"),
    calls_per_request: "calls/request",
    figure_now: |figure| format!("{figure} now"),
    again: |percent| {
        [
            format!("{percent} % of calls ended in EAGAIN"),
            format!("{percent} % of calls: EAGAIN"),
            format!("{percent} % EAGAIN"),
        ]
    },
    left_out: |events| format!("{} events left out", units::count(events)),
    turns_missing: |turns| format!("{} turns missing", units::count(turns)),
};
