//! The seats: who is asked, and who had something to say.

/// What the seats say. Of several spellings the longest is first.
pub(crate) struct Seats {
    /// How many requests were served, or how many echoes.
    pub(crate) requests: fn(served: u64) -> String,
    pub(crate) echoes: fn(served: u64) -> String,
    pub(crate) answers: fn(served: u64) -> String,
    pub(crate) last_second: fn(served: &str, asked: u64) -> String,
    pub(crate) none: &'static str,
    pub(crate) asked: fn(served: &str, asked: &str, spoke: &str) -> [String; 3],
    pub(crate) runtime_asks: fn(served: &str) -> [String; 2],
    pub(crate) nobody_asked: fn(served: &str) -> [String; 3],
    /// What the marks mean.
    pub(crate) quiet: &'static str,
    pub(crate) was_asked: &'static str,
    pub(crate) spoke: &'static str,
    pub(crate) each_mark: fn(seats: usize) -> String,
    /// In which call its server sleeps.
    pub(crate) waits_in: fn(call: &str) -> String,
}
