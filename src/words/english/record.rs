//! The printer of events, and the thread that writes the log.

/// What they say of themselves.
pub(crate) struct Record {
    /// What a line of the log should have had in place of another word.
    pub(crate) known_word: &'static str,
    pub(crate) not_printed: fn(events: u64) -> String,
    pub(crate) log_thread: &'static str,
}

pub(in crate::words) const ENGLISH: Record = Record {
    known_word: "a word that the log has",
    not_printed: |events| format!("{events} events were not printed"),
    log_thread: "the log's thread has died",
};
