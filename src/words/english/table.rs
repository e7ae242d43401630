//! The table of connections.

use crate::telemetry::{ConnState, OtherKind, Why};
use crate::words::places::table::{Columns, Table};
use crate::words::units;

pub(in crate::words) const ENGLISH: Table = Table {
    open: |connections| format!("{} open", units::count(connections as u64)),
    filter: |filter, shown| format!("filter: {filter} ({} shown)", units::count(shown as u64)),
    shown: |from, to, of| format!("{from}-{to} of {}", units::count(of as u64)),
    not_listening: "not listening yet",
    answers: "ans",
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
    other: |kind| match kind {
        OtherKind::Listener => "LISTEN",
        OtherKind::Made => "connected",
        OtherKind::Tcp => "TCP socket",
        OtherKind::Udp => "UDP",
        OtherKind::Unix => "Unix socket",
        OtherKind::Socket => "socket",
        OtherKind::Epoll => "epoll",
        OtherKind::Pipe => "pipe",
        OtherKind::Eventfd => "eventfd",
        OtherKind::Timerfd => "timerfd",
        OtherKind::Signalfd => "signalfd",
        OtherKind::IoUring => "io_uring unseen",
        OtherKind::Waited => "other",
    },
    other_unwatched: "not watched",
    more_others: |more| format!("and {more} more descriptors"),
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
