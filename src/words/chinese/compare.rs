//! `epollscope compare`: its progress, why a server could not be measured, and its reports.

use crate::words::places::compare::{Compare, FigureText, Figures, Notes, Report, Why};
use crate::words::units;

fn refused(count: u64, of: u32, which: &str, why: &str) -> String {
    let (count, of) = (units::count(count), units::count(of.into()));
    format!("{count} of {of} {which} connections refused: {why}")
}

fn unanswered(answered: u32, of: u32, which: &str, seconds: u64) -> String {
    let (answered, of) = (units::count(answered.into()), units::count(of.into()));
    format!(
        "Only {answered} of {of} {which} connections got a first answer, then no more for \
         {seconds} s."
    )
}

pub(in crate::words) const CHINESE: Compare = Compare {
    measuring: |server| format!("measuring {server}"),
    none_measured: "None of the servers could be measured; the table says why.",
    report_failed: |path, why| format!("The report {path} cannot be written: {why}."),
    fifo_unread: "nobody reads this FIFO",
    descriptors: |connections, descriptors| {
        format!(
            "{} connections take more descriptors than the {} that a process may have open here: \
             ask for fewer, or raise the limit (ulimit -n).",
            units::count(connections),
            units::count(descriptors)
        )
    },
    no_signals: |error| format!("Signals cannot be caught: {error}."),
    signalled: "It was ended by a signal before all servers had been measured.",
    no_parent: |error| format!("The end of the comparison cannot be noticed: {error}."),
    parent_ended: |variable| {
        format!("The comparison that this server is for ({variable}) has ended.")
    },
    why: Why {
        not_started: |why| format!("not started: {why}"),
        not_listening: |seconds| format!("it did not listen within {seconds} s"),
        ended: |status| format!("the server ended ({status})"),
        idle_refused: |count, of, why| refused(count, of, "idle", why),
        active_refused: |count, of, why| refused(count, of, "active", why),
        unasked: "an answer to no request",
        closed_after: "it is closed after an answer",
        status: |status| format!("answered {status}"),
        no_answer: "closed without an answer",
    },
    notes: Notes {
        idle_unanswered: |answered, of, seconds| unanswered(answered, of, "idle", seconds),
        active_unanswered: |answered, of, seconds| unanswered(answered, of, "active", seconds),
        none_answered: "No active connection got an answer under the load.",
        some_unanswered: |count, of| {
            format!(
                "{} of {} active connections got no answer under the load; latencies are those of \
                 the others.",
                units::count(count.into()),
                units::count(of.into())
            )
        },
        failed: |count, why| {
            format!("{} connections failed under the load: {why}.", units::count(count))
        },
        counts_differ: |answers, requests| {
            format!(
                "The load counted {} answers, the server {} requests besides the one for its \
                 counters.",
                units::count(answers),
                units::figure(requests)
            )
        },
        no_counters: "Its counters could not be read: it did not answer GET /-/metrics.",
    },
    figures: Figures {
        throughput: FigureText {
            title: "requests/s",
            heading: "req/s",
            how: "Answers that the load generator read whole, by the time from its first request \
                  to its last answer.",
        },
        median: FigureText {
            title: "latency, p50",
            heading: "p50",
            how: "Half of the answers took no longer, from before the request was written until \
                  the answer's last byte was read, by the load generator's clock.",
        },
        p99: FigureText {
            title: "latency, p99",
            heading: "p99",
            how: "99 % of the answers took no longer.",
        },
        cpu: FigureText {
            title: "CPU time/request",
            heading: "CPU/req",
            how: "utime + stime of the server's processes (/proc/PID/stat, to 10 ms each), and \
                  of their children that had ended, over the measured time, by answers.",
        },
        memory: FigureText {
            title: "memory/connection",
            heading: "mem/conn",
            how: "Pages that the server's processes have for themselves (Pss_Anon + Pss_Shmem of \
                  /proc/PID/smaps_rollup) with all connections open and answered once, less \
                  those before, by connections; the kernel's memory for sockets, threads and \
                  page tables is not in it.",
        },
        calls: FigureText {
            title: "system calls/request",
            heading: "calls/req",
            how: "The server's own exact count of its system calls by that of its requests \
                  (/-/metrics before and after; the second of these two is in both counts).",
        },
        examined: FigureText {
            title: "examined/ready",
            heading: "exam/ready",
            how: "Descriptors that were asked whether they are ready, by the kernel or by the \
                  program, for each that was reported ready; by the server's own count.",
        },
        copied: FigureText {
            title: "descriptor lists/request",
            heading: "lists/req",
            how: "Bytes of descriptor lists that the server's wait and epoll_ctl calls copied \
                  into the kernel and out of it, by its own count.",
        },
        wake_ups: FigureText {
            title: "wake-ups/request",
            heading: "wakes/req",
            how: "Returns of the server's wait call, by its own count.",
        },
        again: FigureText {
            title: "EAGAIN/request",
            heading: "EAGAIN/req",
            how: "Calls of the server that ended in EAGAIN, by its own count.",
        },
        switches: FigureText {
            title: "context switches/request",
            heading: "switches/req",
            how: "Voluntary and involuntary context switches of the server's threads \
                  (/proc/PID/task/*/status), over the measured time, by answers.",
        },
        threads: FigureText {
            title: "threads",
            heading: "threads",
            how: "Threads of all the server's processes under the load, counted in /proc.",
        },
        waiting: FigureText {
            title: "time waiting",
            heading: "waiting",
            how: "The share of the time between the two looks at its counters that the server's \
                  own thread spent in wait calls, or asleep in others, by its own count and \
                  clock.",
        },
    },
    report: Report {
        language: "en",
        heading: |load| format!("epollscope compare: {load}."),
        load: |idle, active, path, seconds, warm_up| {
            format!(
                "{} idle and {} active connections, GET {path}, {seconds} s each after {warm_up} s \
                 of warm-up",
                units::count(idle.into()),
                units::count(active.into()),
            )
        },
        server: "server",
        cannot: |why| format!("cannot: {why}"),
        more_is_better: "more is better",
        less_is_better: "less is better",
        explains: "explains the others",

        machine: "machine",
        kernel: "kernel",
        program: "program",
        time: "time",
        load_name: "load",
        unknown: "unknown",
        processors: |count, name, architecture| {
            let plural = if count == 1 { "" } else { "s" };
            format!("{count} processor{plural} ({name}, {architecture})")
        },
        memory: |amount| format!("{amount} of memory"),
        load_average: |load| format!("; load average {} in the minute before", units::figure(load)),
        optimised: "built with optimisation",
        debug: "a debug build: an optimised one is many times faster",

        figures: "Figures",
        below: |server| format!("Below each figure: as a multiple of {server}'s."),
        multiples: |server| format!("As multiples of {server}"),
        what_explains: "What explains them",
        side_by_side: "Side by side",
        notes: "Notes",
        how: "How it was measured",
        setting: "The servers ran one after another, each in a process of its own, nothing pinned \
                  to a processor; the load generator, one thread of another process, shared the \
                  machine with them.",
        commands: "Commands",
    },
};
