//! The boxes over the screen: questions, choices, help; and the screens that stand for the others.

use crate::words::places::boxes::Boxes;
use crate::words::units;

pub(in crate::words) const ENGLISH: Boxes = Boxes {
    sure: "sure?",
    yes: "yes",
    no: |keys| format!("or {keys}: no"),
    drop_idle: "drop idle clients",
    idle_for: ["idle for more than", "seconds"],
    drops: |clients| format!("drops {} of them now", units::count(clients as u64)),
    no_seconds: "type a number of seconds",
    drops_them: "drops them",
    leaves_them: "leaves them",
    kinds: "clients of our own: kind",
    now: |clients| format!("{clients} now"),
    chooses: "Up, Down or its key; Enter chooses; Esc leaves it",
    idle: "connects and says nothing",
    steady: "a request each second",
    burst: "ten requests at once, then rest",
    slow_reader: "reads its answer drop by drop",
    slow_sender: "sends its request byte by byte",
    resetting: "asks, then breaks off with RST",
    stalled: "half a request, then nothing",
    deaf: "asks for much, reads 4 KiB, then nothing",
    firehose: "asks again as soon as it is answered",
    slow_caller: "a handler of a second, again and again",
    leaver: "asks and closes at once",
    flood: "asks on and on, waits for no answer",
    keep: "keep in files",
    keep_last: ["the last", "seconds up to this picture"],
    keeps: "as a log to be replayed, and as a page",
    keeps_them: "keeps them",
    how_many: "clients of our own: how many",
    adds: |kind| format!("clients of the kind \"{kind}\""),
    no_number: "type a number, 10,000 at most",
    adds_them: "adds them",
    adds_none: "leaves it",
    servers: "server: who waits for what",
    switches: "Up, Down or a number; Enter switches; Esc leaves it",
    runs_now: |mark| format!("{mark} runs now"),
    explained: |key| format!("{key} explains"),
    help: "help",
    looking_at: |panel| format!("you are looking at: {panel}"),
    explains: [
        "Every connection, by its file descriptor: who is at its other end, what the server does \
         with it now, and the last system call made for it. recv-q are bytes that the kernel holds \
         and the server has not read; send-q are bytes that the peer has not acknowledged. A closed \
         one says why, and goes after two seconds.",
        "Above the double line stands what the kernel holds, below it what the program does. The \
         double line is the call in which the loop waits: what it returned, and how long it slept. \
         While the loop is paused the ready list is the kernel's own; while it runs nobody can see \
         it. Servers that keep no such list show who is asked, or who sleeps in which call.",
        "A line for each system call that the server made and each conclusion that it drew, the \
         newest at the bottom: what it was, on which fd, its result, and what that means. A worker \
         process has descriptors of its own: 4711/fd/0 is fd 0 of process 4711, as in /proc. What \
         found no room is counted where it is missing.",
        "What happened in each second, the last one at the right; how long turns of the loop and \
         requests took; and how many fds a wake-up brought. Each says its value now.",
        "All that is known of the selected connection: its state and counters, what the kernel says \
         of its socket, its last request, and its own events, the newest first.",
        "A seat for each connection. It lights when its connection is asked whether it is ready, \
         and glows when it had something to say: poll lights the whole room, epoll those who raised \
         a hand.",
        "What a request, a wake-up and a connection cost, in the same figures for every server. \
         Zoomed, each says how it was obtained. A dash stands for what was not measured.",
        "The server's own source, which is what runs. One mark is at the line that is next: the loop \
         is held before its call, or sleeps in it. The other is at the line of the last call, with \
         the result behind it. While the loop runs freely, the margin says how often each line's \
         call was made in the last second. With a thread, a process or a task for each connection \
         it is the line of the selected one.",
        "The class that joined with telephones: raised hands, the longest first; how the question is \
         answered; what came of pressing all at once; then everybody who is in. A student is a row of the \
         table, and seat and row show a hand that is up.",
    ],
    no_key: "no key does that",
    the_signs: "Signs",
    signs: &[
        ["▸", ">", "the selected line; in the loop, the fd that is being served"],
        ["◆", "&", "a client of our own"],
        ["○", "n", "of a connection: it has said nothing yet"],
        [
            "·",
            ".",
            "of a connection: idle; of a call: on a file, or an option; of an fd: not served yet",
        ],
        ["←", "<", "bytes come in: a state, and recv and read"],
        ["→", ">", "bytes go out: a state, and send and sendfile"],
        ["■", "#", "the operator has stopped reading from it"],
        ["×", "x", "closed, and why; close, shutdown"],
        ["✓", "+", "the program has served it in this turn; of a round, it spoke"],
        ["✗", "x", "it was closed in this turn before its event was looked at"],
        ["▲", "^", "the queue has grown since the last look"],
        ["△", "^", "the table is sorted by this column, the least first"],
        ["▽", "v", "the table is sorted by this column, the greatest first"],
        ["?", "?", "its edge may have been taken already, which cannot be seen"],
        ["◷", "w", "a call that waits: epoll_wait, poll, select, a nap"],
        ["◇", "*", "what is watched has changed: epoll_ctl, listen"],
        ["+", "+", "accept"],
        ["▪", "=", "a conclusion of the server, or another call"],
        ["!", "!", "an error, or what looks like a mistake"],
        ["▶", ">", "in the code: the line that is next"],
        ["●", "*", "in the code: the line of the last call"],
        ["●", "@", "a seat that had something to say"],
        ["○", "o", "a seat that was asked"],
        ["○", "q", "one that waits in the accept queue"],
        ["–", "-", "not known, or not measured"],
    ],
    search: "search:",
    scrolls: "Up, Down scroll, Esc closes",
    ended: "the server has ended",
    not_running: "The server is not running any more.",
    quits: "quits",
    too_small: |width, by, height| format!("too small: {width}{by}{height}"),
    needs: |width, by, height| format!("needs {width}{by}{height}"),
    key_quits: |key| format!("{key} quits"),
};
