//! The code view.

/// What the code view says beside the code.
pub(crate) struct Code {
    /// Behind the line that is next: in which way it is.
    pub(crate) held: &'static str,
    pub(crate) asleep: &'static str,
    pub(crate) parked: &'static str,
    /// Whose line it is.
    pub(crate) the_loop: &'static str,
    /// The server's own thread, where others serve.
    pub(crate) accepting: &'static str,
    pub(crate) thread: fn(conn: u64, tid: i32) -> String,
    pub(crate) worker: fn(conn: u64, pid: i32) -> String,
    pub(crate) task: fn(conn: u64) -> String,
    /// Where it is, the longest first.
    pub(crate) held_before: fn(call: &str) -> [String; 2],
    pub(crate) asleep_in: fn(call: &str) -> [String; 2],
    pub(crate) in_runtime: fn(call: &str) -> [String; 2],
    pub(crate) parked_for: fn(call: &str) -> [String; 2],
    pub(crate) in_handler: [&'static str; 2],
    pub(crate) goes_on: [&'static str; 2],
    /// Another is held: of this one nothing is told meanwhile.
    pub(crate) not_told: [&'static str; 2],
    /// What stands in the margin.
    pub(crate) margin: [&'static str; 2],
    /// What Enter does with the chosen line.
    pub(crate) until: fn(key: &str, line: usize) -> String,
    /// Whose line can be shown in place of this one, the longest first.
    pub(crate) to_the_loop: fn(key: &str) -> [String; 2],
    pub(crate) to_conn: fn(key: &str, conn: u64) -> [String; 2],
    /// What stands above the textbook listing.
    pub(crate) equivalent: &'static str,
    pub(crate) nothing: &'static str,
}
