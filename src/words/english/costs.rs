//! The cost meter: each figure with how it was obtained.

use crate::words::places::costs::{CostText, Costs};
use crate::words::units;

pub(in crate::words) const ENGLISH: Costs = Costs {
    calls: CostText {
        name: "system calls per request",
        how: "The calls that the server told, plumbing included, over the requests understood, in \
              the last 10 s.",
    },
    calls_per_echo: CostText {
        name: "system calls per echo",
        how: "The calls that the server told, plumbing included, over how often something came and \
              was sent back, in the last 10 s.",
    },
    calls_per_answer: CostText {
        name: "system calls per answer",
        how: "The calls at which the program was stopped, over how often it wrote on a connection \
              after it had read from it, in the last 10 s.",
    },
    cpu_per_answer: CostText {
        name: "CPU per answer",
        how: "Time on a CPU of the program's threads, from /proc/.../schedstat, over its answers \
              between two readings. To be traced costs it more than it would use by itself.",
    },
    latency_of_answers: CostText {
        name: "latency p50, p99",
        how: "From the return of the recv that brought something to the return of the first send \
              on the same connection after it. What it lay unread before that is not in it.",
    },
    latency: CostText {
        name: "latency p50, p99",
        how: "Of the requests since this server took over: from the return of the wait call that \
              reported one (of recv, where calls sleep, in scan and in coroutines) to the return \
              of the send that took the last byte of its answer. What it lay unread before that \
              is not in it, nor are requests that a pause held up.",
    },
    percentiles: |p50, p99, missing| match missing {
        0 => format!("{p50}, {p99}"),
        n => format!("{p50}, {p99}; {} missing", units::count(n)),
    },
    examined: CostText {
        name: "fds examined : ready",
        how: "Fds that each return of the wait call had asked (each round, for scan) against those \
              that were ready, in the last 10 s; in epoll only the ready list is looked at.",
    },
    copied: CostText {
        name: "list bytes per wake-up",
        how: "Bytes of descriptor lists that wait calls and epoll_ctl copied in and out, by the \
              size of their structs, over the wake-ups of the last 10 s.",
    },
    again: CostText {
        name: "EAGAIN per second",
        how: "Calls that ended in EAGAIN: asked for nothing; mean of the last 10 s.",
    },
    loop_cpu: CostText {
        name: "CPU of the loop's thread",
        how: "Time on a CPU of the server's own thread, from /proc/self/task/.../schedstat, over \
              the time between two readings, about a second: 100 % is a loop that never sleeps.",
    },
    cpu: CostText {
        name: "CPU per request",
        how: "Time on a CPU of the server's threads and worker processes, from \
              /proc/.../schedstat, over the requests between two readings.",
    },
    cpu_per_echo: CostText {
        name: "CPU per echo",
        how: "Time on a CPU of the server's threads and worker processes, from \
              /proc/.../schedstat, over what was sent back between two readings.",
    },
    memory: CostText {
        name: "memory per connection",
        how: "Anonymous memory (RssAnon and RssShmem) of the program and its worker processes now, \
              less that when this server had no client yet and less what was added while nobody \
              came, over open connections; a row of the dashboard's table is in it. Not told of \
              fewer than 100 connections, nor where memory freed before is used again.",
    },
    waiting: CostText {
        name: "time in the wait call",
        how: "Time between entering and leaving wait calls, naps and calls that sleep, by the \
              server's own thread, over the last 10 s; one that goes on counts.",
    },
    workers: CostText {
        name: "own thread, process or task",
        how: "Threads, processes or tasks started for connections less those ended, as the server \
              told.",
    },
    switches: CostText {
        name: "context switches/s",
        how: "Voluntary and involuntary, from /proc/.../status of the server's threads and worker \
              processes, read about once a second; what one did between its last reading and its \
              end is missing.",
    },
    refused: CostText {
        name: "clients refused",
        how: "Connections over --max-connections, --max-per-address or FD_SETSIZE, which got a 503, \
              since this server took over.",
    },
    threads: CostText {
        name: "threads of the program",
        how: "From /proc/self/status; those of the dashboard and of our own clients are among \
              them.",
    },
    more_lines: |lines, key| format!("{lines} more lines: {key}"),
    obtained: |key| format!("{key}: how each was obtained"),
};
