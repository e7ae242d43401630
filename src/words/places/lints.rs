//! What looks like a mistake in a server: a sentence each, without its full stop; in ASCII.

/// The diagnoses, and the reasons in them.
pub(crate) struct Lints {
    pub(crate) undrained: fn(fd: i32, bytes: u32, lasts: &str, why: &str) -> String,
    pub(crate) not_watched: &'static str,
    pub(crate) one_shot: &'static str,
    pub(crate) edge_triggered: &'static str,
    pub(crate) not_asked: &'static str,
    pub(crate) not_accepted: fn(fd: i32, clients: u32, lasts: &str) -> String,
    pub(crate) spins: fn(fd: i32, mask: &str) -> String,
    pub(crate) spins_out: fn(fd: i32) -> String,
    pub(crate) compared: fn(fd: i32, mask: &str) -> String,
    pub(crate) blocks: fn(call: &str, lasted: &str, others: usize) -> String,
    pub(crate) end_read: fn(fd: i32) -> String,
    pub(crate) listed: fn(fd: i32, call: &str) -> String,
    pub(crate) outlived: fn(fd: i32, mask: &str) -> String,
    pub(crate) stale: fn(fd: i32) -> String,
    pub(crate) herd: fn(fd: i32, lists: usize, vain: u32) -> String,
    pub(crate) accept_spins: fn(fd: i32) -> String,
    pub(crate) starves:
        fn(fd: i32, calls: u64, lasted: &str, others: usize, longest: i32, waited: &str) -> String,
    pub(crate) cut_short: fn(fd: i32, promised: u64, sent: u64) -> String,
    pub(crate) head_cut: fn(fd: i32, bytes: u64) -> String,
    pub(crate) head_cut_waits: fn(fd: i32, bytes: u64, lasts: &str) -> String,
}
