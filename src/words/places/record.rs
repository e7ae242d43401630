//! The printer of events, and the thread that writes the log.

/// What they say of themselves.
pub(crate) struct Record {
    /// What a line of the log should have had in place of another word.
    pub(crate) known_word: &'static str,
    pub(crate) not_printed: fn(events: u64) -> String,
    pub(crate) log_thread: &'static str,
}
