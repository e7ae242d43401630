//! What is said when the program starts, while it runs without a dashboard, and when it ends.

use crate::words::places::start::Start;

pub(in crate::words) const ENGLISH: Start = Start {
    port_taken: |port, ip| {
        format!(
            "Port {port} of {ip} is taken by another program: choose another with --port, or 0 \
             for any free one."
        )
    },
    port_denied: |port| {
        format!(
            "Port {port} may not be used without privileges: choose one from 1024 up with --port."
        )
    },
    port_moved: |taken, port| format!("Port {taken} is taken: this one listens on {port}."),
    address_foreign: |ip| {
        format!(
            "{ip} is not an address of this machine: --bind takes one that `ip addr` lists, or \
             0.0.0.0 for all."
        )
    },
    listen_failed: |addr, why| format!("{addr} cannot be listened on: {why}."),

    no_folder: |path| {
        format!("There is no folder {path}: name one that exists, or none for the built-in pages.")
    },
    not_a_folder: |path| format!("{path} is not a folder: name the folder it is in."),
    folder_denied: |path| {
        format!("The folder {path} may not be read: change its permissions, or name another.")
    },
    folder_failed: |path, why| format!("The folder {path} cannot be opened: {why}."),

    dumb_dashboard: "This terminal (TERM=dumb) cannot show the dashboard: use another one, or \
                     --headless.",
    dumb_split: "This terminal (TERM=dumb) cannot show a split screen: use another one, or leave \
                 --split out.",
    split_two: "--split shows exactly two servers.",
    split_descriptors: |needed, descriptors| {
        format!(
            "Two servers and their clients take {needed} descriptors here, and a process may have \
             {descriptors} open: ask for fewer connections, or raise the limit (ulimit -n)."
        )
    },

    mistake: |name, summary| format!("This server makes a mistake on purpose, {name}: {summary}."),
    fewer_connections: |possible, asked, descriptors| {
        format!(
            "At most {possible} connections, not {asked}: this process may have {descriptors} \
             descriptors open (ulimit -n)."
        )
    },

    no_eventfd: |why| format!("No eventfd can be made: {why}."),
    no_signals: |why| format!("Signals cannot be caught: {why}."),
    no_clients: |why| format!("The built-in clients cannot be started: {why}."),
    no_inspector: |why| format!("The inspector cannot be started: {why}."),
    no_thread: |why| format!("No thread can be started: {why}."),
    no_stdout: |why| format!("Standard output cannot be written: {why}."),
    worker_rootless: |why| format!("The worker did not get the root folder: {why}."),
    worker_parentless: |why| format!("The worker cannot watch its parent: {why}."),

    log_exists: |path| {
        format!("The log {path} has something in it: choose another, or empty it with --force.")
    },
    log_unread: |path| {
        format!("The log {path} is a FIFO that nobody reads: start its reader first.")
    },
    log_failed: |path, why| format!("The log {path} cannot be written: {why}."),
    log_stopped: |why| format!("The log is not being written: {why}."),
    log_again: "The log is written again, and nothing is missing.",
    log_again_lost: |lost| format!("The log is written again; {lost} events are not in it."),
    log_lost: |why, lost| {
        format!("The log is not complete: {why}, so {lost} events are not in it.")
    },
    log_incomplete: |why| format!("The log is not complete: {why}."),

    dashboard_ended: |why| format!("The dashboard has ended: {why}."),
};
