//! The parts of the code view.

use crate::words::places::explain::{CodeParts, named};

pub(super) const CODE: CodeParts = CodeParts {
    next: named(
        "the line that is next",
        [
            "The call in this line is made next: the loop is held before it, or sleeps in it, or a task is parked until it can be made. Behind the line stands which of these.",
            "Where the server says it stands, with the file and line that the compiler gave the call. For a thread, a process or a task it is in the row of its connection.",
            "The line of the wait call, while nothing is to be done. A loop that runs freely and makes many calls has no mark: it would only flicker.",
            "{pause}, then {step-call}: the mark goes on by one call.",
            "syscalls(2), strace(1)",
        ],
    ),
    last: named(
        "the line of the last call",
        [
            "The call in this line was made last, and this is what it returned: a number, or the name of an error.",
            "From the event of the call, which carries its line. Where that event was left out nothing is marked.",
            "Behind a recv the bytes that came, behind a wait the fds that are ready. EAGAIN is no mistake: nothing is left.",
            "{step-call}: what was next is last now, with its result.",
            "syscalls(2), errno(3)",
        ],
    ),
    count: named(
        "calls of a line",
        [
            "How many calls this line has made in the last second.",
            "Counted by the server, for each line; four times a second the sum of the last second is taken. Calls whose events were lost are in it.",
            "The lines of one request have about the same count. Where none stands no call was made.",
            "Let steady clients work and look which line is made most often; {pause} takes the counts away.",
            "syscalls(2), strace(1)",
        ],
    ),
    number: named(
        "the number of a line",
        [
            "The line in the file whose name stands above: as in the repository.",
            "The files are in the program as they were compiled. What is indented in all lines that are shown is left out, and long lines are wrapped.",
            "The same as in an editor.",
            "{up} and {down} choose a line, {card} runs until it is next, {filter} shows its events.",
            "syscalls(2)",
        ],
    ),
    holder: named(
        "the selected connection in the code",
        [
            "The name by which this line calls the selected connection; it looks like the fd in the selected row of the table.",
            "The call of this line is for that connection, as the event or the server said. Which name it has is known from a short list that tests hold against every call; where it is not known nothing is coloured.",
            "In most lines client. Where a thread or a task has one connection for itself, it is self.",
            "{pause}, {step-call} until a mark stands, and select another connection: the colour goes.",
            "accept(2), epoll(7)",
        ],
    ),
    whose: named(
        "whose line it is",
        [
            "Whose calls are marked: those of the loop, or those of the thread, process or task that serves the selected connection; and where it is.",
            "From what the server says of where it stands, and from the row of that connection.",
            "The loop, where one loop serves all. On threads, processes and coroutines the selected connection has a line of its own.",
            "{whose-line} goes from the one to the other where both have a line; selecting a connection shows its own.",
            "pthreads(7), epoll(7)",
        ],
    ),
    listing: named(
        "the textbook listing",
        [
            "The same kind of server as texts write it, a complete program in Python. It is the equivalent of the one that runs, not what runs.",
            "Written for this program, and tested: it runs, and serves the same site. The line that is marked is the one that does the work of the call that the loop makes.",
            "A call that the listing does without, such as a time limit, marks no line.",
            "{textbook} shows what runs again. epollscope textbook NAME writes the listing out.",
            "epoll(7), select(2), poll(2)",
        ],
    ),
};
