//! What lies around the panels, and over them.

use crate::words::places::explain::{Boxes, named};

pub(super) const BOXES: Boxes = Boxes {
    keys: named(
        "the key bar",
        [
            "The keys that do something now, the most useful first, as far as there is room.",
            "From the one list of keys, which says of each when it works.",
            "It changes with the panel that has the focus, and with what the server can do.",
            "{help} lists all of them, and what each does.",
            "epoll(7)",
        ],
    ),
    notice: named(
        "a notice",
        [
            "What a key has done, why it does nothing now, or what has happened to the program.",
            "From the dashboard itself; it is no event of the server.",
            "It goes after six seconds, or with the next key. Of several that answer keys only the newest is shown.",
            "Press {faster} while the loop runs at full speed: it says why nothing happens.",
            "epoll(7)",
        ],
    ),
    strip: named(
        "a lesson",
        [
            "What the lesson that runs says and asks, and after the answer what was measured beside what was predicted.",
            "The figures are measured here and now, by the same counters, rows and events as everything on the screen.",
            "The double frame and the arrows say where to look.",
            "{lesson-on} goes on, {lesson-back} goes back, {lessons} lists all.",
            "epoll(7)",
        ],
    ),
    kinds: named(
        "the kinds of client",
        [
            "The clients of our own that can be added: what each does.",
            "They are real sockets of this program. Beside a kind stands how many of it are at work.",
            "steady is the kind at the start.",
            "{client-kind} opens it; {add-client} adds one of the kind that was chosen.",
            "socket(7), connect(2)",
        ],
    ),
    servers: named(
        "the nine servers",
        [
            "The nine ways to serve many clients, from one after another to edge-triggered epoll.",
            "The mark stands at the one that runs; the server says in each batch which one it is.",
            "Another takes over the same listening socket. All connections are closed before.",
            "{server} opens it; {before-after} compares what each has cost.",
            "epoll(7), poll(2), select(2)",
        ],
    ),
    options: named(
        "the options of the server",
        [
            "The options that can be changed while the server runs, each with its value.",
            "The server says how its options are in each batch; what was asked for and is not yet so is told.",
            "As usual. One in brackets has no effect on the server that runs.",
            "{options} opens it. Change the trigger, and look at the masks in the table.",
            "epoll(7), socket(7)",
        ],
    ),
};
