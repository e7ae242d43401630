//! An event log that is read again: `epollscope log`.

/// What is said of it. Lines and events come with their numbers.
pub(crate) struct Recorded {
    pub(crate) unread: fn(name: &str, why: &str) -> String,
    /// What can be seen in a recording that comes with the program, by its name.
    pub(crate) shelf: fn(name: &str) -> Option<&'static str>,
    pub(crate) how_to_play: &'static str,
    pub(crate) same_file: fn(name: &str) -> String,
    /// What a log is made into and written to.
    pub(crate) out_exists: fn(path: &str) -> String,
    pub(crate) out_unread: fn(path: &str) -> String,
    pub(crate) out_failed: fn(path: &str, why: &str) -> String,
    pub(crate) no_pictures: &'static str,
    pub(crate) too_old: &'static str,
    pub(crate) no_screen: &'static str,
    pub(crate) no_log: &'static str,
    pub(crate) torn: fn(line: u64) -> String,
    pub(crate) foreign: fn(line: u64, why: &str) -> String,
    pub(crate) too_long: fn(line: u64) -> String,
    pub(crate) misplaced: fn(line: u64) -> String,
    pub(crate) unordered: fn(line: u64) -> String,
    pub(crate) gap: fn(line: u64, events: u64) -> String,
    pub(crate) not_closed: &'static str,
    pub(crate) cut: &'static str,
    pub(crate) miscounted: fn(counted: u64, there: u64) -> String,
    pub(crate) lost: fn(events: u64) -> String,
    pub(crate) more: fn(troubles: u64) -> String,
    pub(crate) is_whole: fn(events: u64) -> String,
    pub(crate) is_not: fn(events: u64) -> String,
    pub(crate) no_filter: fn(why: &str) -> String,
    pub(crate) skipped: fn(lines: u64) -> String,
    /// The names of the rows of figures.
    pub(crate) server: &'static str,
    pub(crate) time: &'static str,
    pub(crate) events: &'static str,
    pub(crate) connections: &'static str,
    pub(crate) bytes: &'static str,
    pub(crate) requests: &'static str,
    pub(crate) cost: &'static str,
    pub(crate) calls: &'static str,
    pub(crate) diagnoses: &'static str,
    /// What stands in them.
    pub(crate) which: fn(server: &str, pid: u32, start: &str) -> String,
    pub(crate) from_to: fn(from: &str, to: &str) -> String,
    pub(crate) of_events: fn(there: u64, lost: u64) -> String,
    pub(crate) of_connections: fn(accepted: u64, closed: u64) -> String,
    pub(crate) of_bytes: fn(received: &str, sent: &str) -> String,
    pub(crate) of_requests: fn(requests: u64, answers: &str) -> String,
    pub(crate) of_costs: fn(examined: u64, ready: u64, copied: &str) -> String,
    pub(crate) cpu: fn(time: &str, voluntary: u64, involuntary: u64) -> String,
    pub(crate) failed: fn(errors: &str) -> String,
    /// `12 peer closed`
    pub(crate) ended: fn(times: u64, why: &str) -> String,
    /// A diagnosis, and since when it was so in seconds; and of which connection it is.
    pub(crate) since: fn(time: &str, diagnosis: &str) -> String,
    pub(crate) of_conn: fn(conn: u64, diagnosis: &str) -> String,
    /// `EAGAIN 12`
    pub(crate) so_often: fn(what: &str, times: u64) -> String,
}
