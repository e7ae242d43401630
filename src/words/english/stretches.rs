//! Before and after: the marks of a change, and the table of what each stretch cost.

use crate::words::units;

/// What is said of a change and of what it changed.
pub(crate) struct Stretches {
    pub(crate) title: &'static str,
    pub(crate) title_of: fn(shown: usize, all: usize) -> String,
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

pub(in crate::words) const ENGLISH: Stretches = Stretches {
    title: "before and after",
    title_of: |shown, all| format!("before and after: the last {shown} of {all}"),
    only_one: |server_key, options_key| {
        format!(
            "Nothing has been changed yet: {server_key} lets another server take over, \
             {options_key} changes an option."
        )
    },
    keys: |back| format!("{back}: close"),
    switched: |before, after| format!("{before} → {after}"),
    changed: |server, options| format!("{server}: {options}"),
    as_usual: |option| format!("{option} as usual"),
    goes_on: "goes on",
    how_long: "ran for",
    measured: "since the start",
    connections: "connections",
    came_and_open: |came, open| format!("{} came, {} open", units::count(came), units::count(open)),
    requests: "requests",
    calls: "calls a request",
    examined: "examined : ready",
    cpu: "CPU a request",
    over: |figure, time| format!("{figure} in {time}"),
    p50: "latency p50",
    p99: "latency p99",
    missing: |figure, answers| format!("{figure} ({} missing)", units::count(answers)),
    memory: "memory a connection",
    how: "Counted between the first and the last publication of each; what the change itself took \
          is in neither. CPU: of the server's threads and processes, by /proc, over the time beside \
          it. Latency: from told of a request to the send of its last byte; 20 answers for p50, 100 \
          for p99. Memory: of a hundred connections or more. –: not measured.",
};
