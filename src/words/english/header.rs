//! The header: badges and rates. Narrow screens have the short spellings.

use crate::words::places::header::Header;
use crate::words::units;

pub(in crate::words) const ENGLISH: Header = Header {
    name: "epollscope",
    starting: "STARTING",
    running: "RUNNING",
    paused: "PAUSED",
    paused_at: "PAUSED at the loop",
    slow: |calls| format!("SLOW {calls} call{}/s", if calls == 1 { "" } else { "s" }),
    slow_short: |calls| format!("SLOW {calls}/s"),
    until: |call| format!("UNTIL {call}"),
    until_short: "UNTIL",
    blocked: |stood, route| format!("BLOCKED {stood} in {route}"),
    blocked_short: |stood| format!("BLOCKED {stood}"),
    ended: "SERVER ENDED",
    frozen: |age| format!("FROZEN picture {age}"),
    frozen_short: |age| format!("FROZEN {age}"),
    not_accepting: |error| {
        [format!("no descriptor left ({error}): not accepting"), format!("{error}: not accepting")]
    },
    refused: |clients| format!("over a limit: {} refused with 503", units::count(clients)),
    lost: |events| format!("{} events lost", units::count(events)),
    open: |connections| format!("{} open", units::count(connections)),
    requests: |rate| format!("{rate} req/s"),
    echoes: |rate| format!("{rate} echo/s"),
    answers: |rate| format!("{rate} answers/s"),
    bytes_out: |rate| format!("out {rate}"),
    bytes_in: |rate| format!("in {rate}"),
    wake_up: |rate| format!("{rate} wake-up/s"),
    wake_ups: |rate| format!("{rate} wake-ups/s"),
    examined: |examined_and_ready| format!("examined {examined_and_ready} ready"),
    loop_cpu: |share| format!("loop CPU {share}"),
    loop_cpu_short: |share| format!("CPU {share}"),
    latency: |p50, p99| format!("p50 {p50}, p99 {p99}"),
    waits: |time| format!("unread for {time}"),
    waits_short: |time| format!("unread {time}"),
    next: |call, fd| format!("next: {call}({fd})"),
};
