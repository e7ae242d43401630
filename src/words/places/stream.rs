//! The event stream.

/// What the stream says beside its events.
pub(crate) struct Stream {
    pub(crate) errors_only: &'static str,
    pub(crate) with_plumbing: &'static str,
    pub(crate) filter: fn(filter: &str, events: usize) -> String,
    /// How many events are below, and what follows them again.
    pub(crate) newer_below: fn(events: usize, key: &str) -> String,
    /// How many events were lost, and of which kinds the most.
    pub(crate) lost: fn(events: u64, kinds: &str) -> String,
    /// Events that are missing in the list.
    pub(crate) hole_lost: fn(events: u64) -> String,
    pub(crate) hole_skipped: fn(events: u64) -> String,
    /// What a program that is traced has written is shown: how much; and where nothing was.
    pub(crate) written: fn(bytes: &str) -> String,
    pub(crate) nothing_written: &'static str,
    /// So much was written that was not looked at.
    pub(crate) writes: fn(bytes: &str, key: &str) -> String,
    pub(crate) none: &'static str,
    pub(crate) none_passes: fn(key: &str) -> String,
}
