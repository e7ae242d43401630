//! The keys: how they are called, what they do, and where the help lists them.

use crate::words::places::keys::{Groups, KeyText, Keys, Names, Panels};

const fn text(label: &'static str, sentence: &'static str) -> KeyText {
    KeyText { label, sentence, split: None }
}

const fn both(label: &'static str, sentence: &'static str, split: &'static str) -> KeyText {
    KeyText { label, sentence, split: Some(split) }
}

pub(in crate::words) const ENGLISH: Keys = Keys {
    drop: text(
        "drop",
        "Drop the selected client: its connection is closed with a FIN. Asks first, naming it.",
    ),
    reset: text(
        "reset",
        "Reset the selected client: its connection is broken off with a RST. Asks first, naming \
         it.",
    ),
    reading: text(
        "stop reading",
        "Stop reading from the selected client, or read again: its receive queue in the kernel \
         fills meanwhile.",
    ),
    card: text(
        "card",
        "Open the selected connection's card: last request, counters, its own events, the kernel's \
         view. In the code: run until the chosen line is next.",
    ),
    drop_all: text("drop all", "Drop every client. Asks first."),
    drop_idle: text("drop idle", "Drop every client idle for longer than the seconds you type."),
    pause: both(
        "pause",
        "Pause the server's loop before its next call, or let it run again. Work then queues up in \
         the kernel.",
        "Pause both loops before their next call, or let them run again. The time of the load goes \
         on.",
    ),
    step_call: both(
        "step",
        "Make one system call of a loop that is paused; pause one that runs.",
        "While paused: each makes one system call.",
    ),
    step_turn: both(
        "turn",
        "Go on to just before the next wait, one wake-up further; pause a loop that runs.",
        "While paused: each goes on to just before its next wait.",
    ),
    slower: both(
        "slower",
        "Slow motion: 100, 50, 20, 10, 5, 2, 1 calls a second.",
        "Slow motion for both: 100 calls a second, 50, 20, 10, 5, 2, 1.",
    ),
    faster: both(
        "faster",
        "Faster again, up to full speed.",
        "Both faster again, up to full speed.",
    ),
    load_again: text(
        "load again",
        "Put the same load on both once more, on the connections that are open.",
    ),
    server: text(
        "server",
        "Let another of the nine servers take over, on the same port; a pause stays one. Open connections \
         are closed: asks first while there are clients from outside.",
    ),
    options: text(
        "change",
        "Change an option of the running server: trigger, drain, accept, nap, buffers, backlog, \
         handlers, budget, a mistake.",
    ),
    before: text(
        "before, after",
        "Before and after: what each server, and each set of options, has cost while it ran.",
    ),
    lesson_on: text(
        "lessons",
        "Choose a lesson from the list; while one runs, go on: show what happens, then the next \
         step. While it asks, 1 to 4 predict.",
    ),
    lesson_back: text(
        "lesson back",
        "Back in the lesson: to the beginning of its step, then to the step before.",
    ),
    lessons: text(
        "lesson list",
        "The list of lessons, also while one runs: begin one at any step, or leave the one that runs \
         and go on with it later.",
    ),
    join: text(
        "join",
        "How the class joins: a code for the cameras of telephones, and the address in letters. Where no class is \
         let in yet, let one in; it asks first.",
    ),
    serve: text("serve", "Serve the hand that is up the longest: its telephone is told."),
    votes: text(
        "votes",
        "Show how the class votes, here and on the telephones; then ask once more, and show that beside \
         the first.",
    ),
    burst: text("all press", "Ask everybody to press at once, and see how long they wait."),
    mute: text(
        "mute",
        "Take no more hands and votes of the student whose connection is selected, or who is marked in the panel of \
         the class; or take them again.",
    ),
    hide_name: text("hide name", "Hide the name of that student."),
    send_away: text(
        "send away",
        "Send that student away: it is not let in again with its telephone's token.",
    ),
    project: text(
        "on phones",
        "Let telephones show this screen, live and to look at only, or not any more.",
    ),
    client: text("client", "Add a client of our own, of the kind chosen last."),
    ten_clients: text("ten clients", "Add ten clients of that kind."),
    many_clients: text("many", "Add clients of that kind, as many as you type."),
    choose: text(
        "kind",
        "Choose the kind of client: idle, steady, burst, slow reader, slow sender, resetting, \
         stalled, deaf, firehose, slow caller, leaver, flood.",
    ),
    hang_up: text(
        "hang up",
        "Let the selected client hang up, if it is one of our own: it closes its end, and the \
         server reads a FIN or a RST.",
    ),
    stop_clients: text("stop ours", "Stop all clients of our own."),
    filter: text(
        "filter",
        "Filter the stream if it has the focus, else the table: text, fd:9, conn:3, state:reading, \
         kind:recv, line:turn.rs:24, idle>5, in>10k, ours, errors; ! before a word means not.",
    ),
    sort: text(
        "sort",
        "Sort the table by the next column shown. A click on a heading does the same.",
    ),
    reverse: text("turn round", "Turn the table's order round."),
    closed: text(
        "list closed",
        "List the last connections that were closed, each with its reason, or fold them again. A \
         click on their number does the same.",
    ),
    errors: text(
        "errors",
        "Show only errors in the stream, or everything again. EAGAIN is no error.",
    ),
    own: text("plumbing", "Show the program's own plumbing (its waker) in the stream, or hide it."),
    time: text("time", "Times of the stream: since the server's start, or of the day here."),
    output: text(
        "its output",
        "Under `run`: what the program has written, in place of the event stream, or the events again.",
    ),
    textbook: text(
        "textbook",
        "In the code: the server as the texts write it, in Python, in place of what runs; or what \
         runs again.",
    ),
    whose: text(
        "loop's line",
        "In the code of threads, processes and coroutines: the line of the loop that accepts, in \
         place of the selected connection's; or that again.",
    ),
    epoll: text(
        "next epoll",
        "Under `run`, where the program has several epolls: show the next of them in the loop, whoever \
         waits; after the last one, again whichever was waited for last.",
    ),
    freeze: text(
        "freeze",
        "Freeze the picture, or thaw it: from any time back to now. The server goes on; in the \
         frozen picture you can scroll, sort and filter.",
    ),
    call_back: text(
        "step back",
        "One call back: the whole picture as it was before the last call; with a filter in the stream, \
         back to the last line shown. The server goes on meanwhile.",
    ),
    call_forth: text(
        "step forth",
        "One call further again; behind the newest the picture is of now.",
    ),
    turn_back: text("turn back", "One wake-up back, to just before a wait."),
    turn_forth: text("turn forth", "One wake-up further again."),
    jump: text(
        "jump",
        "Jump in time: by seconds (-10), to a time (12.5), to the next event that words of the filter \
         match (closed, fd:9), or what looks like a mistake; - before words: the last one before.",
    ),
    keep: text(
        "keep",
        "Keep the last seconds in files, to be sent: as a log that is replayed, and as a page that plays \
         them in a browser.",
    ),
    play: text(
        "play",
        "From a picture of before, or in a recording: let time go on by itself, or stop it.",
    ),
    play_slower: text("slower", "Play more slowly, down to a hundredth of how fast it was."),
    play_faster: text("faster", "Play faster, up to a thousand times as fast as it was."),
    explain: text(
        "explain",
        "Explain what lies under the mouse, or what is selected: what it is, how it was obtained, \
         what is normal, what to try, what to read.",
    ),
    zoom: text("zoom", "Give the whole screen to the panel with the focus, or take it back."),
    up: text("up", "One line up in the panel with the focus; in the stream, select an event."),
    down: text("down", "One line down."),
    page_up: text("page up", "One page up."),
    page_down: text("page down", "One page down."),
    first: text("first", "To the first line; in the stream to the oldest event kept."),
    last: text("follow", "To the last line; in the stream to the newest, and follow it again."),
    next_panel: text("next panel", "Move the focus to the next panel."),
    previous_panel: text("previous panel", "Move the focus to the previous panel."),
    back: text(
        "back",
        "Back: close what is open, end the zoom, follow the stream, show now again, clear the filter.",
    ),
    help: both("help", "This help. Type to search it.", "This help."),
    language: text("中文", "Speak Chinese instead of English, or English again."),
    save_settings: text(
        "save",
        "Save columns, order, panels and language in the settings file, after a question.",
    ),
    mouse: text(
        "mouse",
        "Mouse on or off. While it is on, the terminal's own selecting needs shift.",
    ),
    redraw: text("redraw", "Draw the whole screen anew."),
    suspend: text(
        "suspend",
        "Back to the shell; fg brings the dashboard back. The server goes on meanwhile.",
    ),
    quit: both(
        "quit",
        "Quit: the server ends too. Asks first while clients from outside are connected.",
        "Quit: the loads and both servers end.",
    ),
    quit_now: text("quit now", "Quit at once, whatever is open."),
    panels: Panels {
        table: text("fd → socket", "Go to the table of connections."),
        the_loop: text(
            "the loop",
            "Go to the loop: what the kernel watches, what is ready, what the program does.",
        ),
        stream: text("event stream", "Go to the event stream."),
        charts: text("charts", "Go to the charts."),
        card: text("card", "Go to the selected connection's card."),
        seats: text(
            "seats",
            "Go to the seats: one for each connection; it lights when it is asked, and glows when \
             it had something to say.",
        ),
        costs: text(
            "costs",
            "Go to the costs: what a request, a wake-up and a connection cost, and how each figure \
             was obtained.",
        ),
        code: text(
            "code",
            "Go to the code: the server's own source, with the line that is next and the one that made \
             the last call.",
        ),
        class: text("class", "Go to the class: who is in, whose hand is up, how it votes."),
    },
    run: "run",
    stop: "stop",
    read_again: "read again",
    close_card: "close card",
    what_runs: "what runs",
    its_line: "its line",
    until_line: "until here",
    thaw: "thaw",
    now: "now",
    read_so_far: "where it was",
    all_events: "all events",
    events: "events",
    fold_closed: "fold closed",
    groups: Groups {
        connection: "the selected connection",
        the_loop: "the server's loop",
        lessons: "lessons",
        class: "the class, where one is let in",
        clients: "clients of our own",
        looking: "what is shown",
        moving: "moving",
        program: "the program",
        taking: "what closes or ends something",
    },
    or: "or",
    none: "no key",
    key: "key",
    does: "what it does",
    names: Names {
        space: "Space",
        enter: "Enter",
        esc: "Esc",
        tab: "Tab",
        back_tab: "shift-Tab",
        up: "Up",
        down: "Down",
        page_up: "PgUp",
        page_down: "PgDn",
        home: "Home",
        end: "End",
        ctrl: |name| format!("ctrl-{name}"),
    },
};
