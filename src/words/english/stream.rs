//! The event stream.

use crate::words::units;

/// What the stream says beside its events.
pub(crate) struct Stream {
    pub(crate) errors_only: &'static str,
    pub(crate) with_plumbing: &'static str,
    pub(crate) filter: fn(filter: &str, events: usize) -> String,
    pub(crate) newer_below: fn(events: usize, key: &str) -> String,
    /// How many events were lost, and of which kinds the most.
    pub(crate) lost: fn(events: u64, kinds: &str) -> String,
    /// Events that are missing in the list.
    pub(crate) hole_lost: fn(events: u64) -> String,
    pub(crate) hole_skipped: fn(events: u64) -> String,
    pub(crate) none: &'static str,
    pub(crate) none_passes: fn(key: &str) -> String,
}

pub(in crate::words) const ENGLISH: Stream = Stream {
    errors_only: "errors only",
    with_plumbing: "with plumbing",
    filter: |filter, events| format!("filter: {filter} ({} events)", units::count(events as u64)),
    newer_below: |events, key| {
        format!("{} newer below: {key} follows", units::count(events as u64))
    },
    lost: |events, kinds| format!("lost {}: {kinds}", units::count(events)),
    hole_lost: |events| format!("{} events lost: the stream was full", units::count(events)),
    hole_skipped: |events| format!("{} events not shown: too many at once", units::count(events)),
    none: "nothing has happened yet",
    none_passes: |key| format!("no event passes the filter; {key} clears it"),
};
