//! What is said for a moment, what is asked, and how the dashboard ends.

use crate::words::places::notices::Notices;
use crate::words::units;

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
    no_code: "that line makes no call: there is no code in it",
    no_code_panel: "the code is not on the screen",
    no_class: "no class can join here",
    no_class_yet: "no class is let in yet",
    in_lesson: "not while a lesson is given",
    press_elsewhere: "not while a lesson is given: the class is not connected to the server that is shown",
    no_hand: "no hand is up",
    nothing_asked: "the class is asked nothing just now",
    nobody_in: "nobody is in",
    no_student: "no student is selected: neither in the table nor in the panel of the class",
    send_away: |student| format!("Send {student} away for good?"),
    one_line: "there is one line to show: no connection has a line of its own",
    one_epoll: "there are not several epolls to choose from",
    textbook: "the textbook listing is not what runs",
    never_called: |line, key| {
        format!("line {line} has made no call yet: runs until it does; {key} pauses")
    },
    after_the_pause: |key, calls| match calls {
        Some(1) => format!("still paused: {key} goes on with 1 call a second"),
        Some(calls) => format!("still paused: {key} goes on with {calls} calls a second"),
        None => format!("still paused: {key} runs on freely"),
    },
    no_chinese: "English: the Linux console (TERM=linux) has no Chinese letters.",
    not_utf8: "English: the locale is Chinese, but not UTF-8, which is all that is written here.",
    wide_signs: "This terminal draws the picture's signs two cells wide: it is drawn in ASCII.",
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
    kept: |time, log, page| match page {
        None => format!("The last {time} are in {log}; a page of them is being made."),
        Some(page) => format!("The last {time} are in {log}, and as a page in {page}."),
    },
    not_kept: |path, why| format!("Cannot write {path}: {why}."),
    saved: |path, backup| match backup {
        Some(backup) => format!("saved in {path}; the old file is {backup} beside it"),
        None => format!("saved in {path}"),
    },
    nothing_to_save: |path| format!("nothing to save: {path} says so already"),
    no_settings: "no settings file: --no-config, or neither XDG_CONFIG_HOME nor HOME is set",
    save: |path| format!("save columns, order, panels and language in {path}?"),
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
