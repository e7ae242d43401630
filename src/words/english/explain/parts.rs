//! The parts of the picture of the loop.

use crate::words::places::explain::{Parts, named};

pub(super) const PARTS: Parts = Parts {
    which: named(
        "which epoll",
        [
            "A program may have several epoll instances: one for each thread, or one within another. The \
         lists of this panel, the wait call and the wake-ups are those of one of them: its number, \
         its place among all, and who was the last to wait for it.",
            "From the calls of the traced program: which number stands for which instance (copies and \
         children have others), what each epoll_ctl has put on it, who makes which epoll_wait.",
            "One in most programs; one for each thread or process where several share the work. One that \
         watches another reports that one's number when something is ready in it.",
            "{next-epoll} shows the next and keeps it; after the last one, again whichever was waited for \
         last. One that is closed is left.",
            "epoll(7), epoll_create(2), fork(2)",
        ],
    ),
    interest: named(
        "interest list",
        [
            "The fds that the server has asked the kernel to watch, by their masks where there is \
         room. The kernel keeps the list between the calls, as a red-black tree; the program has \
         no memory of it.",
            "As the server asked for it by epoll_ctl; of a traced program, as its calls have made it. While the loop is held it is the kernel's own, \
         read from /proc/self/fdinfo. Our waker and the bits ERR and HUP, which are on every \
         entry, are left out.",
            "The listener and every connection. An entry costs nothing while nothing happens on it.",
            "{add-client}: one more entry, by one epoll_ctl(ADD).",
            "epoll(7), epoll_ctl(2), proc(5)",
        ],
    ),
    ready: named(
        "ready list",
        [
            "The fds that the next wait call would return, with their masks. Data that arrives puts \
         an fd on it, in the kernel.",
            "The kernel does not export it. While the loop is held, a second epoll of our own and \
         poll say what is on it, without taking anything. While the loop sleeps it must be \
         empty; while it runs it cannot be seen.",
            "Empty while the loop sleeps. It grows while the loop is held or busy.",
            "{pause}, then {add-client} or wait for a request: the fd appears here.",
            "epoll_wait(2), epoll(7)",
        ],
    ),
    queues: named(
        "queues",
        [
            "What the kernel holds for the program: connections that wait for accept, and bytes that \
         nobody has read, each with how long at least.",
            "Asked of the kernel by sock_diag, as ss(8) does it: about ten times a second; twice a \
         second with more than 1,000 connections or while nothing happens. SYN-SENT, half-open \
         and dropped ones are told where they could be seen. Of a program with several listeners \
         all of them count; the table has the accept queue of each.",
            "All empty, or soon empty again.",
            "{pause} and let clients work: the bars grow; let it run again, and they go.",
            "ss(8), tcp(7), listen(2)",
        ],
    ),
    boundary: named(
        "the boundary",
        [
            "Between kernel and program: the call by which the loop waits, what it returned last, \
         and how long it waited. Where each call sleeps it says who serves instead.",
            "From the last event of that call; while the loop is asleep, from where the server says \
         it stands.",
            "Long waits without work, none under load.",
            "{step-turn} goes from one wait to the next.",
            "epoll_wait(2), poll(2), select(2)",
        ],
    ),
    array: named(
        "the ready array",
        [
            "What the last wait call copied into the program's array, in its order: served, being \
         served, still to be served, closed meanwhile.",
            "From the event of the wait call, and the calls on each of these fds since then.",
            "One or two fds with little load, many with much. Who stands behind waits for those \
         before it.",
            "{pause}, let three clients ask, then {step-call}: one after another is served.",
            "epoll_wait(2)",
        ],
    ),
    now: named(
        "what is done now",
        [
            "The call that was made, or the one before which the loop is held, and what the last one \
         meant.",
            "From the last event, and from where the server says it stands. Calls of our own \
         plumbing are left out.",
            "It changes too fast to be read while the loop runs.",
            "{pause}, then {step-call}; or {slower} for slow motion.",
            "strace(1), epoll(7)",
        ],
    ),
    wake_ups: named(
        "the last wake-ups",
        [
            "One line for each return of the wait call, the newest first: when, how many fds, how \
         long it waited, and how many calls followed. For scan, its rounds.",
            "From the events. Where some of a turn were left out it says so.",
            "Few calls for each fd, and a wait between them where there is time.",
            "{step-turn} adds a line.",
            "epoll_wait(2)",
        ],
    ),
    pool: named(
        "handler pool",
        [
            "The threads that run slow handlers (--handler offload), and the requests that wait for \
         one.",
            "From the rows of the connections, which say whose handler runs and whose is queued.",
            "Empty, but for slow handlers. With more of them than threads the queue grows, and the \
         loop still serves the others.",
            "Started with --demo, add slow callers with {client-kind} and {add-client}; change the \
         number of threads with {options}.",
            "pthreads(7)",
        ],
    ),
    handed: named(
        "the list handed over",
        [
            "select and poll: every fd that the program hands to the kernel, at each call anew; \
         those found ready are marked.",
            "The interest of each connection, as the server has it, and the result of the last call.",
            "All connections are in it, also those that have said nothing for hours: each is asked \
         each time.",
            "Add idle clients with {add-many-clients}: the list grows, and the work does not.",
            "poll(2), select(2)",
        ],
    ),
    found: named(
        "found ready",
        [
            "select and poll: those fds of the list that were ready. The program had to look for \
         them itself.",
            "From the event of the call, and the calls on each fd since then.",
            "Few of many.",
            "Compare with the server epoll ({server}): there only these are returned.",
            "poll(2), select(2)",
        ],
    ),
    answers: named(
        "who had something to say",
        [
            "scan: the kernel keeps no list and reports nothing. It only answers each call: these \
         had something.",
            "From the calls of the last round; those with EAGAIN are left out.",
            "Nobody, most of the time.",
            "{pause}, then {step-call}: one question at a time.",
            "recv(2)",
        ],
    ),
    round: named(
        "the round",
        [
            "scan: every socket in the order in which it is asked. A tick had something to say, a \
         point got EAGAIN.",
            "From the event of the round, which lists whom it asked; while the loop is held, from \
         the single calls.",
            "Everybody, in each round, again and again.",
            "{options}: a nap between two rounds trades CPU for latency.",
            "recv(2), clock_nanosleep(2)",
        ],
    ),
    sleepers: named(
        "sleepers",
        [
            "threads and processes: those that sleep, by the call in which they sleep. Each waits \
         for its own client only.",
            "Each says in which call it is before it enters it; that is in the connection's row.",
            "Nearly all sleep in recv; the first one in accept.",
            "Add idle clients with {add-ten-clients}: one more sleeper each, with a stack or a \
         process of its own.",
            "pthreads(7), fork(2), recv(2)",
        ],
    ),
    at_work: named(
        "at work",
        [
            "threads and processes: those that do not sleep in a call, with the last one that they \
         made.",
            "From the rows: those that say no call in which they wait.",
            "Few. With more of them than CPUs the kernel has to switch between them.",
            "Add firehose clients with {client-kind} and {add-client}, and look at the context \
         switches.",
            "sched(7)",
        ],
    ),
    parked: named(
        "parked tasks",
        [
            "coroutines: the tasks that wait, by what they wait for. No thread sleeps for them.",
            "Each tells that it parks, and on what; that is in the connection's row.",
            "Nearly all are parked on recv.",
            "Add idle clients with {add-ten-clients}: more tasks, and still one thread.",
            "epoll(7)",
        ],
    ),
    running: named(
        "tasks it runs",
        [
            "coroutines: the tasks that are not parked, with their last call.",
            "From the rows: those that are not parked.",
            "At most times none or one: one thread runs them in turn.",
            "{pause}, then {step-call} through a request.",
            "epoll(7)",
        ],
    ),
    runtime: named(
        "the runtime's list",
        [
            "coroutines: the interest list of the epoll inside the runtime, under all the tasks. \
         async and await are bookkeeping above this very loop.",
            "Read from /proc/self/fdinfo of that epoll. The runtime's epoll_ctl calls are made \
         inside it and are not events here.",
            "One entry for each socket, edge-triggered, for both directions, and the runtime's own \
         waker.",
            "{add-client}: one more entry, and no epoll_ctl in the stream.",
            "epoll(7), proc(5)",
        ],
    ),
    behind: named(
        "the queue behind",
        [
            "blocking: the clients that wait in the accept queue while another is served. They are \
         connected, and nobody has called accept.",
            "The listener's receive queue, asked by sock_diag; each with what it has sent already \
         where that is known.",
            "Everybody but one waits here.",
            "Add an idle client and then a steady one with {client-kind} and {add-client}: the \
         second waits for ever.",
            "listen(2), accept(2)",
        ],
    ),
    served: named(
        "the one that is served",
        [
            "blocking: the single connection for which the program works. Until it is over nobody \
         else gets a turn.",
            "From its row, and from the call in which the server's thread is.",
            "One, asleep in recv for most of the time.",
            "{hang-up} or {drop} it: the next one comes out of the queue.",
            "recv(2), accept(2)",
        ],
    ),
};
