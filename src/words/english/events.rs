//! Events: the fields of a row of the stream, and a call as short as the loop panel needs it.

use crate::words::english::sentence::sentence;
use crate::words::places::events::Events;
use crate::words::units;

pub(in crate::words) const ENGLISH: Events = Events {
    sentence,
    thread: |tid| format!("thread {tid}"),
    process: |pid| format!("process {pid}"),
    waited: |time| format!("waited {time}"),
    slept: |time| format!("slept {time}"),
    ready: |fds| format!("= {fds} ready"),
    by_timer: "nobody: a timer",
    more_ready: |fds| format!("+{fds} more"),
    of_asked: |fds, copied| format!("of {fds} asked, {copied} copied"),
    backlog: |addr, backlog| format!("{addr}  backlog {backlog}"),
    deleted: "DEL: the kernel watches it no more",
    is_peer: |fd, peer| format!("fd {fd} is {peer}"),
    is_client: |fd| format!("a client is now fd {fd}"),
    nobody_waits: "nobody else waits",
    not_accepted: "it could not be accepted",
    fin: "FIN: the peer sends no more",
    received: "bytes from the peer",
    nothing_to_read: "nothing more to read",
    reset: "RST: the peer broke it off",
    recv_failed: "reading failed",
    partly_sent: |of| format!("of {of}: buffer full"),
    all_sent: "bytes: kernel took all",
    no_room: "no room: wait for OUT",
    send_failed: "writing failed",
    from_file: |file, offset| format!("from {file} at {offset}"),
    all_of_file: |from| format!("{from}: all"),
    at_offset: |offset| format!("at {offset}"),
    closed: "the number is free again",
    connected: "AF_UNSPEC: a RST at once",
    looked_at: "O_PATH: looked at only",
    names: "names in the folder",
    stat: "size and time of the file",
    empty_list: "an empty interest list",
    from_stdin: "from standard input",
    no_zombie: "the worker's zombie is gone",
    asked: |fds| format!("{fds} asked"),
    answered: |again, answered| format!("{again} EAGAIN, {answered} answered"),
    stack: |size| format!("stack of {size}"),
    until: |mask| format!("until {mask}"),
    runs_again: "the runtime runs it again",
    waits_for_pool: |route| format!("{route} waits for the pool"),
    by_operator: "by the operator",
    body: |size| format!("body {size}"),
    refused: "over the limit: 503, then closed",
    totals: |requests, bytes_in, bytes_out| {
        let plural = if requests == 1 { "" } else { "s" };
        format!("{} request{plural}, {bytes_in} in, {bytes_out} out", units::count(requests))
    },
    rests: "no descriptor left: it rests",
    accepts_again: "the listener accepts again",
    run: "run",
    paused: "paused",
    slow: |calls| format!("{calls} calls/s"),
    blocks: "blocks the loop until it ends",
    after: |time| format!("after {time}"),
    too_late: "a command came too late: it is gone",
    unreadable: "its process cannot be understood",
    of: |all| format!(" of {all}"),
    nap_of: |time| format!("nap of {time}"),
    the_nap: "the nap",
    asked_in_round: |fds| format!("{fds} asked in a round"),
    fds: |fds| {
        let plural = if fds == 1 { "" } else { "s" };
        format!("{} fd{plural}", units::count(fds.into()))
    },
};
