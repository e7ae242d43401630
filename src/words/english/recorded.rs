//! An event log that is read again: `epollscope log`.

use crate::words::places::recorded::Recorded;
use crate::words::units::count;

pub(in crate::words) const ENGLISH: Recorded = Recorded {
    unread: |name, why| format!("cannot read {name}: {why}"),
    shelf: |name| {
        Some(match name {
            "accept-spin" => {
                "no descriptor is left, and the loop spins on a listener that stays ready"
            }
            "class" => {
                "a class of thirty simulated telephones: hands, one by one and at once, poll and epoll"
            }
            "first-client" => "epoll, call by call: a client comes, asks, is answered and goes",
            "forget-unregister" => "a descriptor is closed while a copy of it keeps it on the list",
            "ignore-partial-write" => {
                "what the kernel did not take at once is never sent: a client waits for ever"
            }
            "level-and-edge" => "lesson 6, given: what is asked, what was expected, what came out",
            "one-at-a-time" => {
                "the blocking server: one client is served, and all others wait until it goes"
            }
            "poll-to-epoll" => {
                "forty clients asked by poll, and then, by a key, the same ones with epoll"
            }
            "no-drain" => {
                "an edge that is not drained: bytes lie unread, and nothing tells of them"
            }
            "recv-once" => {
                "one recv for each event under level: it works, and costs a turn each time"
            }
            _ => return None,
        })
    },
    how_to_play: "\nepollscope replay NAME plays one.",
    same_file: |name| {
        format!("{name} cannot be read and written at once: choose another name to write to")
    },
    out_exists: |path| {
        format!("{path} has something in it: choose another file, or replace it with --force")
    },
    out_unread: |path| format!("{path} is a FIFO that nobody reads: start its reader first"),
    out_failed: |path, why| format!("cannot write {path}: {why}"),
    not_of_format: |option, format| format!("{option} says nothing to {format}: leave it out"),
    ends_early: "the part would end before it begins: give a later end",
    is_terminal: "standard input is a terminal: have a log written into it, as in replay - <run.jsonl",
    which_recordings: |sentence| {
        format!("{sentence}; epollscope replay lists the recordings that come with it")
    },
    empty_part: "no event is in that part",
    in_all: |here, all| format!("{here} here, {} in all", count(all)),
    too_old: "this log is of version 1, which has no table and no totals to be shown; \
              epollscope log stat and log grep read it",
    no_screen: "replay needs a terminal; epollscope log stat FILE says in figures what is in a log",
    no_log: "this is no event log of epollscope's: its first line is another",
    torn: |line| format!("line {line}: torn off; it is left out"),
    foreign: |line, why| format!("line {line}: no line of an event log: {why}"),
    too_long: |line| format!("line {line}: longer than any line of an event log; not read further"),
    misplaced: |line| format!("line {line}: after the log's last line, or a second first one"),
    unordered: |line| format!("line {line}: its event comes before one that stands above it"),
    gap: |line, events| match events {
        1 => format!("line {line}: before it an event is missing"),
        _ => format!("line {line}: before it {} events are missing", count(events)),
    },
    not_closed: "not complete: the last line is missing, so epollscope was killed, or writes still",
    cut: "not complete: epollscope was ended before the server",
    miscounted: |counted, there| {
        format!("the last line counts {} events, {} are there", count(counted), count(there))
    },
    lost: |events| format!("{} events were left out while it was written", count(events)),
    more: |troubles| format!("and {} more", count(troubles)),
    is_whole: |events| format!("valid, complete, without gaps: {} events", count(events)),
    is_not: |events| format!("{} events can be read", count(events)),
    no_filter: |why| format!("the filter cannot be understood: {why}"),
    skipped: |lines| match lines {
        1 => "a line that cannot be read was skipped: see epollscope log check".to_owned(),
        _ => format!(
            "{} lines that cannot be read were skipped: see epollscope log check",
            count(lines)
        ),
    },
    server: "server",
    time: "time",
    events: "events",
    connections: "connections",
    bytes: "bytes",
    requests: "requests",
    cost: "cost",
    calls: "calls",
    diagnoses: "likely mistakes",
    which: |server, pid, start| format!("{server}, process {pid}, started {start}"),
    from_to: |from, to| format!("{from} to {to} after its start"),
    of_events: |there, lost| match lost {
        0 => format!("{}, none left out", count(there)),
        _ => format!("{}, {} left out", count(there), count(lost)),
    },
    of_connections: |accepted, closed| {
        format!("{} accepted, {} closed", count(accepted), count(closed))
    },
    of_bytes: |received, sent| format!("of closed connections: in {received}, out {sent}"),
    of_requests: |requests, answers| match answers {
        "" => count(requests),
        _ => format!("{}, answered {answers}", count(requests)),
    },
    of_costs: |examined, ready, copied| {
        format!("examined {} : {} ready, {copied} of lists copied", count(examined), count(ready))
    },
    cpu: |time, voluntary, involuntary| {
        format!(
            "{time} on a CPU (the whole program), context switches {} voluntary, {} not",
            count(voluntary),
            count(involuntary)
        )
    },
    failed: |errors| format!("of them {errors}"),
    ended: |times, why| format!("{} {why}", count(times)),
    since: |time, diagnosis| format!("from {time} on: {diagnosis}"),
    of_conn: |conn, diagnosis| format!("conn {conn}, {diagnosis}"),
    so_often: |what, times| format!("{what} {}", count(times)),
};
