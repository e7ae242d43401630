//! The charts: the names of the tiles, and what stands beside them.

use crate::words::places::charts::Charts;
use crate::words::units;

pub(in crate::words) const ENGLISH: Charts = Charts {
    requests: "requests/s",
    echoes: "echoes/s",
    answers_a_second: "answers/s",
    calls: "system calls/s",
    wake_ups: "wake-ups/s",
    started: "started/s",
    ended: "ended/s",
    bytes_out: "bytes out/s",
    bytes_in: "bytes in/s",
    accepts: "accepts/s",
    disconnects: "disconnects/s",
    peak: |peak| format!("peak {peak}"),
    in_all: |total| format!("{total} in all"),
    ago: |seconds| match seconds / 60 {
        minutes @ 2.. if seconds % 60 == 0 => format!("{minutes} min"),
        _ => format!("{seconds} s"),
    },
    now: "now",
    turn: "loop turn",
    p50: |time| format!("p50 {time}"),
    p99: |time| format!("p99 {time}"),
    max: |time| format!("max {time}"),
    turns: |turns| format!("{} turns", units::count(turns)),
    latency: "latency",
    answers: |answers| format!("{} answers", units::count(answers)),
    missing: |turns| format!("{} missing", units::count(turns)),
    part: "(part)",
    ready: "ready per wake-up",
    ready_short: "ready/wake-up",
    mean: |mean| format!("mean {mean}"),
    calls_per_request: "calls/request",
    calls_per_echo: "calls/echo",
    calls_per_answer: "calls/answer",
    figure_now: |figure| format!("{figure} now"),
    again: |percent| {
        [
            format!("{percent} % of calls ended in EAGAIN"),
            format!("{percent} % of calls: EAGAIN"),
            format!("{percent} % EAGAIN"),
        ]
    },
    left_out: |events| format!("{} events left out", units::count(events)),
    turns_missing: |turns| format!("{} turns missing", units::count(turns)),
};
