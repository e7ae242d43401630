//! Before and after: the marks of a change, and the table of what each stretch cost.

/// What is said of a change and of what it changed.
pub(crate) struct Stretches {
    pub(crate) title: &'static str,
    pub(crate) title_of: fn(from: usize, to: usize, all: usize) -> String,
    /// Columns that are not shown: at most eight of them.
    pub(crate) older: fn(columns: usize) -> String,
    pub(crate) newer: fn(columns: usize) -> String,
    pub(crate) moves: &'static str,
    pub(crate) only_one: fn(server_key: &str, options_key: &str) -> String,
    pub(crate) keys: fn(back: &str) -> String,
    pub(crate) switched: fn(before: &str, after: &str) -> String,
    pub(crate) changed: fn(server: &str, options: &str) -> String,
    pub(crate) as_usual: fn(option: &str) -> String,
    pub(crate) goes_on: &'static str,
    pub(crate) how_long: &'static str,
    pub(crate) measured: &'static str,
    pub(crate) connections: &'static str,
    pub(crate) came_and_open: fn(came: u64, open: u64) -> String,
    pub(crate) requests: &'static str,
    pub(crate) calls: &'static str,
    pub(crate) examined: &'static str,
    pub(crate) cpu: &'static str,
    pub(crate) over: fn(figure: &str, time: &str) -> String,
    pub(crate) p50: &'static str,
    pub(crate) p99: &'static str,
    pub(crate) missing: fn(figure: &str, answers: u64) -> String,
    pub(crate) memory: &'static str,
    pub(crate) how: &'static str,
}
