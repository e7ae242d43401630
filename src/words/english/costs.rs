//! The cost meter: each figure with how it was obtained.

/// What the cost meter says.
pub(crate) struct Costs {
    pub(crate) calls: CostText,
    pub(crate) examined: CostText,
    pub(crate) copied: CostText,
    pub(crate) again: CostText,
    pub(crate) cpu: CostText,
    pub(crate) memory: CostText,
    pub(crate) waiting: CostText,
    pub(crate) workers: CostText,
    pub(crate) switches: CostText,
    pub(crate) threads: CostText,
    /// More lines below, and the key that goes there.
    pub(crate) more_lines: fn(lines: usize, key: &str) -> String,
    pub(crate) obtained: fn(key: &str) -> String,
}

/// The texts of a figure.
#[derive(Debug)]
pub(crate) struct CostText {
    pub(crate) name: &'static str,
    /// Name and value in a few words, for the header; `None` where it says the figure anyway.
    pub(crate) brief: Option<fn(value: &str) -> String>,
    /// How it was obtained, in one sentence.
    pub(crate) how: &'static str,
}

pub(in crate::words) const ENGLISH: Costs = Costs {
    calls: CostText {
        name: "system calls per request",
        brief: Some(|value| format!("{value} calls/request")),
        how: "The calls that the server told, plumbing included, over the requests understood, in \
              the last 10 s.",
    },
    examined: CostText {
        name: "fds examined : ready",
        brief: None,
        how: "Fds that each return of the wait call had asked (each round, for scan) against those \
              that were ready, in the last 10 s; in epoll only the ready list is looked at.",
    },
    copied: CostText {
        name: "list bytes per wake-up",
        brief: Some(|value| format!("{value} B of lists/wake-up")),
        how: "Bytes of descriptor lists that wait calls and epoll_ctl copied in and out, by the \
              size of their structs, over the wake-ups of the last 10 s.",
    },
    again: CostText {
        name: "EAGAIN per second",
        brief: Some(|value| format!("{value} EAGAIN/s")),
        how: "Calls that ended in EAGAIN: asked for nothing; mean of the last 10 s.",
    },
    cpu: CostText {
        name: "CPU per 1,000 requests",
        brief: Some(|value| format!("CPU {value}/1,000 req")),
        how: "Time on a CPU of the server's threads and worker processes, from \
              /proc/.../schedstat, over the requests between two readings.",
    },
    memory: CostText {
        name: "memory per connection",
        brief: Some(|value| format!("{value}/connection")),
        how: "Resident memory (VmRSS) of the program and its worker processes now, less that when \
              nobody was connected last (or at the start), over open connections; the dashboard's \
              own growth is in it, and shared pages count in each process.",
    },
    waiting: CostText {
        name: "time in the wait call",
        brief: Some(|value| format!("waiting {value}")),
        how: "Time between entering and leaving wait calls, naps and calls that sleep, by the \
              server's own thread, over the last 10 s; one that goes on counts.",
    },
    workers: CostText {
        name: "own thread, process or task",
        brief: Some(|value| format!("{value} workers")),
        how: "Threads, processes or tasks started for connections less those ended, as the server \
              told.",
    },
    switches: CostText {
        name: "context switches/s",
        brief: Some(|value| format!("{value} switches/s")),
        how: "Voluntary and involuntary, from /proc/.../status of the server's threads and worker \
              processes, read about once a second; what one did between its last reading and its \
              end is missing.",
    },
    threads: CostText {
        name: "threads of the program",
        brief: Some(|value| format!("{value} threads")),
        how: "From /proc/self/status; those of the dashboard and of our own clients are among \
              them.",
    },
    more_lines: |lines, key| format!("{lines} more lines: {key}"),
    obtained: |key| format!("{key}: how each was obtained"),
};
