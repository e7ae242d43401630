//! The conclusions that the server draws.

use crate::words::places::explain::{Facts, told};

/// How a conclusion was.
const FACT: &str = "A conclusion that the server draws itself and tells in its place among the \
     calls: no system call.";

pub(super) const FACTS: Facts = Facts {
    request: told([
        "A whole request was understood: its head is complete and well formed.",
        FACT,
        "One for each page, picture or raised hand. Several after one recv are pipelining.",
        "{card} on a connection shows the head line by line.",
        "RFC 9112 section 3",
    ]),
    response: told([
        "An answer was made and put into the output buffer: its status and the length of its \
             body. The send comes after it.",
        FACT,
        "200, or 304 for what the browser has already. 4xx is the client's fault, 5xx the \
             server's.",
        "Ask for a page that does not exist: 404.",
        "RFC 9110 section 15",
    ]),
    refused: told([
        "A connection over a limit gets a 503 and is closed: --max-connections, \
             --max-per-address, or on select an fd over FD_SETSIZE.",
        FACT,
        "Never, below the limits. The header says so while it goes on.",
        "Start with --max-connections 3 and add clients with {add-client}.",
        "RFC 9110 section 15.6.4",
    ]),
    closed: told([
        "A connection ended: why, and what went over it in all.",
        FACT,
        "peer closed, or answered. A reset or a time limit is told by its name.",
        "{hang-up}, {drop} and {reset} end connections in three ways.",
        "RFC 9293 section 3.6",
    ]),
    rest: told([
        "accept found no free descriptor, so the server stops watching the listener for a while: \
             else it would be reported again at once, for ever.",
        FACT,
        "Never, unless descriptors run out (EMFILE, ENFILE) or memory does. Who comes meanwhile \
             waits in the accept queue.",
        "Start it with --max-fds 40 and add clients with {add-many-clients}.",
        "accept(2), getrlimit(2)",
    ]),
    resume: told([
        "A descriptor is free again: the listener is watched again, and those who wait are \
             accepted.",
        FACT,
        "After each rest.",
        "{drop} a client while the listener rests.",
        "accept(2)",
    ]),
    pace: told([
        "The operator changed the pace of the loop: paused, slow, or free.",
        FACT,
        "Only when one of the keys for it was pressed. The kernel goes on meanwhile, and its \
             queues fill.",
        "{pause}, {slower}, {faster}.",
        "signal(7)",
    ]),
    missed: told([
        "A command named a connection that was gone already, so it hit nobody.",
        FACT,
        "Rare: the client left between the key and the command. The command names the \
             connection, not the fd, so the next holder of the fd is safe.",
        "Reset a client in the moment at which it leaves.",
        "epoll(7)",
    ]),
    handler: told([
        "A handler begins on the thread of the loop: until it ends nobody else is served.",
        FACT,
        "Short. A handler that takes long blocks all; one in the pool (--handler offload) does \
             not.",
        "Started with --demo, add slow callers with {client-kind} and {add-client}, then change \
             handler with {options}.",
        "pthreads(7)",
    ]),
    handled: told([
        "The handler has ended: how long it took.",
        FACT,
        "Soon after it has begun. What came meanwhile is served now.",
        "Compare its time with the latency of the others.",
        "pthreads(7)",
    ]),
    data: told([
        "What came under the echo protocol, as text; it goes back as it is.",
        FACT,
        "Only with --protocol echo, where there are no requests.",
        "Start with --protocol echo and type into nc.",
        "recv(2)",
    ]),
    switched: told([
        "Another server took over the listener. All connections were closed before, and the port \
             stayed.",
        FACT,
        "Only when the operator asked for it.",
        "{server} and another of the nine; {before-after} compares what they cost.",
        "epoll(7), poll(2), select(2)",
    ]),
    round: told([
        "scan has asked every socket once: how many, and how many had something to say. The \
             calls that got EAGAIN are this one line.",
        FACT,
        "Most answers are EAGAIN: with ten idle clients and no nap it can be hundreds of \
             thousands a second.",
        "{step-call} while it is paused: then each question has a line of its own.",
        "recv(2), errno(3)",
    ]),
    started: told([
        "A thread, a process or a task was started for this connection.",
        FACT,
        "On threads, processes and coroutines, once for each connection. A thread sets addresses \
             aside for its stack, of which it uses a little.",
        "{server}: threads, then {add-ten-clients}.",
        "pthreads(7), fork(2)",
    ]),
    ended: told([
        "The connection's thread, process or task has ended.",
        FACT,
        "Shortly after its connection was closed.",
        "{hang-up} a client of our own on the server threads.",
        "pthreads(7), wait(2)",
    ]),
    parked: told([
        "The task waits: the runtime will not run it before its socket is ready. No thread \
             sleeps for it.",
        FACT,
        "On coroutines, after each recv that got EAGAIN, and after a send that found no room.",
        "{server}: coroutines, then {step-call} through a request.",
        "epoll(7)",
    ]),
    woken: told([
        "The runtime runs the task again, from where it was parked.",
        FACT,
        "On coroutines, after the runtime's epoll_wait has reported the socket, or when a time \
             limit of the connection is over.",
        "Add a steady client on the server coroutines and {filter} with its fd.",
        "epoll(7)",
    ]),
    queued: told([
        "A request's handler was put into the queue of the pool; the loop goes on at once.",
        FACT,
        "With --handler offload, for slow handlers.",
        "Started with --demo: {options}, handler with threads, then slow callers with \
             {client-kind} and {add-client}.",
        "pthreads(7)",
    ]),
    typed: told([
        "A line was typed on standard input: the keyboard is one more fd of the loop.",
        FACT,
        "Only with --stdin. quit ends the server.",
        "Start it with --headless --stdin and type a line.",
        "read(2)",
    ]),
    class: told([
        "A student, or the teacher with the class, did something: joined, raised a hand, voted.",
        FACT,
        "Only where a class is let in. A student's own doing is a request like any other, on the connection beside it.",
        "Start it with --class and join with a telephone.",
        "accept(2)",
    ]),
    set: told([
        "The operator changed an option of the running server: which, and what it is now.",
        FACT,
        "Only when the operator asked for it. A line in the charts marks the time.",
        "{options}, and {before-after} for what it has changed.",
        "epoll(7)",
    ]),
    unreadable: told([
        "A worker process reported something that cannot be read. It is ended, and its last \
             calls are missing.",
        FACT,
        "Never.",
        "Nothing to try: it says that a worker broke.",
        "wait(2)",
    ]),
};
