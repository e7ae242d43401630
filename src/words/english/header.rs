//! The header: badges and rates. Narrow screens have the short spellings.

use crate::words::units;

/// What the header says.
pub(crate) struct Header {
    pub(crate) name: &'static str,
    pub(crate) starting: &'static str,
    pub(crate) running: &'static str,
    pub(crate) paused: &'static str,
    pub(crate) paused_at: &'static str,
    pub(crate) slow: fn(calls: u8) -> String,
    pub(crate) slow_short: fn(calls: u8) -> String,
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

pub(in crate::words) const ENGLISH: Header = Header {
    name: "epollscope",
    starting: "STARTING",
    running: "RUNNING",
    paused: "PAUSED",
    paused_at: "PAUSED at the loop",
    slow: |calls| format!("SLOW {calls} call{}/s", if calls == 1 { "" } else { "s" }),
    slow_short: |calls| format!("SLOW {calls}/s"),
    blocked: |stood, route| format!("BLOCKED {stood} in {route}"),
    blocked_short: |stood| format!("BLOCKED {stood}"),
    ended: "SERVER ENDED",
    frozen: |age| format!("FROZEN picture {age}"),
    frozen_short: |age| format!("FROZEN {age}"),
    not_accepting: |error| {
        [format!("no descriptor left ({error}): not accepting"), format!("{error}: not accepting")]
    },
    refused: |clients| format!("over a limit: {} refused with 503", units::count(clients)),
    lost: |events| format!("{} events lost", units::count(events)),
    open: |connections| format!("{} open", units::count(connections)),
    requests: |rate| format!("{rate} req/s"),
    echoes: |rate| format!("{rate} echo/s"),
    bytes_out: |rate| format!("out {rate}"),
    bytes_in: |rate| format!("in {rate}"),
    wake_up: |rate| format!("{rate} wake-up/s"),
    wake_ups: |rate| format!("{rate} wake-ups/s"),
    examined: |examined_and_ready| format!("examined {examined_and_ready} ready"),
    loop_cpu: |share| format!("loop CPU {share}"),
    loop_cpu_short: |share| format!("CPU {share}"),
    latency: |p50, p99| format!("p50 {p50}, p99 {p99}"),
    waits: |time| format!("unread for {time}"),
    waits_short: |time| format!("unread {time}"),
    next: |call, fd| format!("next: {call}({fd})"),
};
