//! The table of connections.

use crate::telemetry::{ConnState, Why};
use crate::words::units;

/// What the table says beside its figures.
pub(crate) struct Table {
    pub(crate) open: fn(connections: usize) -> String,
    pub(crate) filter: fn(filter: &str, shown: usize) -> String,
    pub(crate) shown: fn(from: usize, to: usize, of: usize) -> String,
    pub(crate) not_listening: &'static str,
    pub(crate) listens: &'static str,
    /// No descriptor is left to accept with: the longest first.
    pub(crate) rests: fn(error: &str) -> [String; 2],
    /// The longest first.
    pub(crate) accept_queue: fn(waiting: u32, limit: u32) -> [String; 3],
    pub(crate) stdin: &'static str,
    pub(crate) stdin_read: fn(bytes: u64) -> String,
    pub(crate) stdin_ended: &'static str,
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

pub(in crate::words) const ENGLISH: Table = Table {
    open: |connections| format!("{} open", units::count(connections as u64)),
    filter: |filter, shown| format!("filter: {filter} ({} shown)", units::count(shown as u64)),
    shown: |from, to, of| format!("{from}-{to} of {}", units::count(of as u64)),
    not_listening: "not listening yet",
    listens: "LISTEN",
    rests: |error| [format!("rests: {error}, no descriptor left"), format!("rests: {error}")],
    accept_queue: |waiting, limit| {
        let (len, limit) = (units::count(waiting.into()), units::count(limit.into()));
        [
            format!("accept queue {len} of {limit}"),
            format!("queue {len}/{limit}"),
            format!("{len}/{limit}"),
        ]
    },
    stdin: "standard input",
    stdin_read: |bytes| format!("{} read", units::bytes(bytes)),
    stdin_ended: "ended",
    stopped: "stopped",
    closed: "closed",
    is_open: "open",
    folded: |closed, key, listed| {
        let number = units::count(closed);
        let long = match listed as u64 {
            all if all == closed => format!("{number} closed · {key} lists them"),
            last => format!("{number} closed · {key} lists the last {last}"),
        };
        [long, format!("{number} closed · {key}")]
    },
    listed: |closed, key| {
        let number = units::count(closed);
        [format!("{number} closed · {key} folds them"), format!("{number} closed · {key}")]
    },
    queued: "queued",
    blocks: "blocks",
    in_handler: |route, time| [format!("in {route} {time}"), time.to_owned()],
    state: ConnState::label,
    why: Why::label,
    seconds: |seconds| format!("{seconds} s"),
    minutes: |minutes| format!("{minutes} min"),
    hours: |hours| format!("{hours} h"),
    none_passes: "no connection passes the filter",
    clears_filter: |key| format!("{key} clears it"),
    none: "Nobody is connected yet.",
    none_any_more: "Nobody is connected any more.",
    none_accepted: |waiting| match waiting {
        1 => "Nobody is accepted yet: 1 waits.".to_owned(),
        n => format!("Nobody is accepted yet: {} wait.", units::count(n.into())),
    },
    in_browser: "Open this page in a browser:",
    in_browser_short: "Open:",
    adds_client: "adds a client of our own",
    columns: Columns {
        fd: "fd",
        id: "conn",
        peer: "peer",
        state: "state",
        interest: "interest",
        last: "last call",
        requests: "req",
        bytes_in: "in",
        bytes_out: "out",
        idle: "idle",
        recv_queue: "recv-q",
        send_queue: "send-q",
    },
};
