//! Before and after: the marks of a change, and the table of what each stretch cost.

use crate::words::places::stretches::Stretches;
use crate::words::units;

pub(in crate::words) const ENGLISH: Stretches = Stretches {
    title: "before and after",
    title_of: |from, to, all| match to {
        to if to == all => format!("before and after: the last {} of {all}", to + 1 - from),
        to if to == from => format!("before and after: {from} of {all}"),
        to => format!("before and after: {from} to {to} of {all}"),
    },
    older: |columns| format!("{columns} older"),
    newer: |columns| format!("{columns} newer"),
    moves: "Left, Right: older, newer   Home, End: first, last",
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
