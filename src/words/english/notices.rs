//! What is said for a moment, what is asked, and how the dashboard ends.

use crate::words::units;

/// Notices, questions, and the reasons of an end.
pub(crate) struct Notices {
    pub(crate) limit_reached: &'static str,
    pub(crate) server_now: fn(name: &str, summary: &str) -> String,
    pub(crate) already: fn(server: &str) -> String,
    pub(crate) gone: &'static str,
    pub(crate) adds: fn(key: &str, kind: &str) -> String,
    pub(crate) mouse_on: &'static str,
    pub(crate) mouse_off: &'static str,
    pub(crate) no_commands: &'static str,
    /// Why a key does nothing now.
    pub(crate) none_selected: &'static str,
    pub(crate) none_open: &'static str,
    pub(crate) slowest: &'static str,
    pub(crate) not_slow: &'static str,
    pub(crate) none_of_ours_selected: &'static str,
    pub(crate) none_of_ours: &'static str,
    pub(crate) not_in_the_table: &'static str,
    pub(crate) none_closed: &'static str,
    pub(crate) no_stream: &'static str,
    pub(crate) after_the_pause: fn(key: &str, calls: Option<u8>) -> String,
    /// Questions.
    pub(crate) quit: fn(foreign: usize) -> String,
    pub(crate) drop: fn(fd: i32, peer: &str) -> String,
    pub(crate) reset: fn(fd: i32, peer: &str) -> String,
    pub(crate) drop_all: fn(open: usize) -> String,
    pub(crate) switch: fn(server: &str, open: usize) -> String,
    /// Ends.
    pub(crate) returned: &'static str,
    pub(crate) ended_by_itself: fn(why: &str) -> String,
    pub(crate) not_in_time: &'static str,
    pub(crate) two_servers: &'static str,
    pub(crate) mistake: fn(panic: &str) -> String,
    pub(crate) panicked: fn(thread: &str, panic: &str) -> String,
    pub(crate) a_thread: &'static str,
}

pub(in crate::words) const ENGLISH: Notices = Notices {
    limit_reached: "a limit is reached: new clients get a 503",
    server_now: |name, summary| format!("the server is {name} now: {summary}"),
    already: |server| format!("{server} is the server already"),
    gone: "it is gone already: nothing was dropped",
    adds: |key, kind| format!("{key} now adds a client of the kind \"{kind}\""),
    mouse_on: "mouse on: hold shift for the terminal's own selecting",
    mouse_off: "mouse off: the terminal's own selecting works",
    no_commands: "the server has ended: it takes no commands",
    none_selected: "no open connection is selected",
    none_open: "nobody is connected",
    slowest: "it cannot go slower",
    not_slow: "the loop is not in slow motion",
    none_of_ours_selected: "no client of our own is selected",
    none_of_ours: "there is no client of our own",
    not_in_the_table: "that works in the table of connections",
    none_closed: "no closed connection is folded",
    no_stream: "the event stream is not on the screen",
    after_the_pause: |key, calls| match calls {
        Some(1) => format!("still paused: {key} goes on with 1 call a second"),
        Some(calls) => format!("still paused: {key} goes on with {calls} calls a second"),
        None => format!("still paused: {key} runs on freely"),
    },
    quit: |foreign| match foreign {
        1 => "quit? the server ends, and 1 client from outside is cut off".to_owned(),
        n => format!(
            "quit? the server ends, and {} clients from outside are cut off",
            units::count(n as u64)
        ),
    },
    drop: |fd, peer| format!("drop fd {fd} · {peer}?"),
    reset: |fd, peer| format!("reset fd {fd} · {peer}?"),
    drop_all: |open| match open {
        1 => "drop the one open connection?".to_owned(),
        open => format!("drop all {open} open connections?"),
    },
    switch: |server, open| match open {
        1 => format!("switch to {server}? closes the one open connection"),
        open => format!("switch to {server}? closes {} connections", units::count(open as u64)),
    },
    returned: "Its thread returned without being told to.",
    ended_by_itself: |why| format!("the server ended by itself: {why}"),
    not_in_time: "the server did not end in time",
    two_servers: "two servers are needed",
    mistake: |panic| format!("a mistake in this program, please report it: {panic}"),
    panicked: |thread, panic| format!("{thread} panicked: {panic}"),
    a_thread: "a thread",
};
