//! The printer of events, and the thread that writes the log.

/// What they say of themselves.
pub(crate) struct Record {
    pub(crate) not_printed: fn(events: u64) -> String,
    pub(crate) log_thread: &'static str,
}

pub(in crate::words) const ENGLISH: Record = Record {
    not_printed: |events| format!("{events} events were not printed"),
    log_thread: "the log's thread has died",
};
