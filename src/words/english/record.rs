//! The printer of events, and the thread that writes the log.

use crate::words::places::record::Record;

pub(in crate::words) const ENGLISH: Record = Record {
    known_word: "a word that the log has",
    not_printed: |events| format!("{events} events were not printed"),
    log_thread: "the log's thread has died",
};
