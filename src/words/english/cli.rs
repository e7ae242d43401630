//! What is wrong with the values of the command line. Its help is in the room of the same name.

use crate::words::places::cli::Cli;

/// The servers with a readiness loop of our own.
const LOOPS: &str = "scan, select, poll, epoll or epoll-et";

pub(in crate::words) const ENGLISH: Cli = Cli {
    handler: "say inline, offload, or offload=THREADS with 1 to 64 threads",
    no_such_name: "no such name",
    nap_no_number: "not a number of seconds",
    nap_range: "between 0 and 60 seconds",
    encoding: "no such encoding; utf-8, gb18030, big5, shift_jis are some",
    size: |least, most| {
        format!(
            "columns and rows, as in 120x36: from {}x{} to {}x{}",
            least.0, least.1, most.0, most.1
        )
    },
    speed: "a number from 0.01 to 1000, with at most two digits behind the point",
    no_key: "there is a sign in it that no key has",
    history: "0, or 1MiB at least; as bytes, or with KiB, MiB, GiB",
    demo: |kinds| {
        format!(
            "say how many, 10,000 at most, or how many of each kind, as idle=500,steady=4; the \
             kinds are {kinds}"
        )
    },
    path: "a path begins with / and is written with ASCII only, as in a URL",
    report: "its name ends in .md, .json or .html",

    once: "--once goes with --server blocking alone: the others serve many.",
    offload: |server| {
        format!(
            "--server {server} has no loop that could go on while a handler runs, so \
             --handler offload is not for it: take {LOOPS}."
        )
    },
    mistake: |server| {
        format!(
            "--mistake is one of readiness loops, and --server {server} has none: take {LOOPS}."
        )
    },
    stdin: |server| {
        format!(
            "--server {server} waits for one fd at a time, so it cannot watch --stdin too: take \
             {LOOPS}."
        )
    },
    only_for: |option, only, server| {
        format!("{option} is for --server {only} alone, and would do nothing on {server}.")
    },
    of_loops: |option, server| {
        format!(
            "{option} is for readiness loops, and would do nothing on --server {server}: take \
             {LOOPS}."
        )
    },
    only_echo: "--encoding is for --protocol echo alone: HTTP is not shown as text.",
    class_echo: "--class needs HTTP, which telephones speak: leave --protocol echo out.",
    class_headless: "--class needs the dashboard, which the class looks at: leave --headless and --quiet out, \
                     and start it in a terminal.",
    keyboard: "--stdin takes the keyboard, which the dashboard needs: add --headless, or give it \
               a pipe.",
    split_servers: |servers| format!("--split shows exactly two servers, not {servers}: name two."),
    split_terminal: "--split draws on the screen, and standard output is no terminal: leave it \
                     out for a table, or do not redirect.",
};
