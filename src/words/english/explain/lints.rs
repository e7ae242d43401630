//! The diagnoses.

use crate::words::places::explain::{Diagnoses, named};

pub(super) const LINTS: Diagnoses = Diagnoses {
    undrained: named(
        "bytes that nobody will read",
        [
            "Bytes, or a FIN, lie in a receive queue, and no event will come for them: the client \
         waits for ever.",
            "Concluded from what is seen alone: the queue (sock_diag) has not changed for 2 s while \
         the server's thread was seen asleep several times. Told of select, poll and epoll only, \
         while the loop runs freely.",
            "Never on a correct server. Edge-triggered it means: not read until EAGAIN. One-shot: \
         not armed again.",
            "{options}: the mistake no-drain makes it on epoll-et; take it back and the next byte \
         frees the client.",
            "epoll(7)",
        ],
    ),
    not_accepted: named(
        "somebody is not accepted",
        [
            "A client waits in the accept queue, and no event will come for the listener.",
            "The accept queue (sock_diag) is not empty and nobody was accepted for 2 s, while the \
         server's thread was seen asleep several times. Told of select, poll and epoll only, \
         while the loop runs freely.",
            "Never on a correct server. On an edge-triggered listener accept must be called until \
         EAGAIN.",
            "{options}: accept one on epoll-et; {pause}, add three clients with {add-client}, and \
         run again.",
            "accept(2), epoll(7)",
        ],
    ),
    spins: named(
        "the loop spins",
        [
            "An fd is reported again and again, and nothing is done about it, so the wait call never \
         sleeps.",
            "More than 100 reports of one fd in a row without a call on it.",
            "Never on a correct server. Level-triggered it is an event that is ignored, or a closed \
         connection that was left on the list.",
            "{options}: the mistake forget-unregister, and let a client leave with {hang-up}; look \
         at the CPU of the loop.",
            "epoll(7)",
        ],
    ),
    accept_spins: named(
        "the loop spins on accept",
        [
            "accept fails for want of a descriptor, and the listener stays on the list: it is \
         reported at once again.",
            "More than 100 accepts within a second that ended in EMFILE or ENFILE.",
            "Never on a correct server, which stops watching the listener for a while.",
            "Start it with --max-fds 40, choose the mistake accept-spin with {options}, and add \
         clients with {add-many-clients}.",
            "accept(2), getrlimit(2)",
        ],
    ),
    starves: named(
        "the others starve",
        [
            "One connection is served on and on in one turn, while others have bytes unread.",
            "No wait call has returned for 0.3 s and more than 1,000 calls, all on one connection, \
         while the kernel held unread bytes of others all that time.",
            "Never on a server with a budget: after so many calls the next connection gets its turn.",
            "{options}: the mistake no-budget, then add a flood and a steady client with \
         {client-kind} and {add-client}.",
            "epoll(7)",
        ],
    ),
    cut_short: named(
        "an answer was cut short",
        [
            "A send took less than it was offered, and the rest was never sent: the client gets half \
         an answer.",
            "From the events: the next send does not offer the rest, or the connection ends without \
         it.",
            "Never on a correct server: it keeps the rest and waits for OUT.",
            "{options}: the mistake ignore-partial-write and a small write-buffer, then a slow \
         reader with {client-kind} and {add-client}.",
            "send(2)",
        ],
    ),
    compared: named(
        "a mask is compared",
        [
            "Several bits come at once, and the program looks for one of them with ==: what is more \
         than that it takes for nothing.",
            "More than 100 reports in a row with IN and another bit, and no call on the fd, while \
         reports of IN alone were followed by one. Told of programs under epollscope run only.",
            "Never on a correct program: mask & EPOLLIN says whether IN is among the bits.",
            "Let a client leave while its fd is watched for IN and RDHUP: both are reported \
         together.",
            "epoll_ctl(2), poll(2)",
        ],
    ),
    blocks: named(
        "a call sleeps in the loop",
        [
            "recv, send, accept or a nap sleeps in a loop that has others to serve: nobody is served \
         until it returns.",
            "A thread that waits for many fds at once was in another call for 0.3 s and more, while \
         the kernel held unread bytes of others, or clients to be accepted. Told of programs under \
         epollscope run only.",
            "Never on a correct program: its descriptors are non-blocking, and it goes back to the \
         wait call.",
            "Connect two clients; let one send half of a request, the other a whole one.",
            "accept(2), open(2)",
        ],
    ),
    end_read: named(
        "an end is read again and again",
        [
            "The client has gone: recv returns 0, at once and for ever, since a connection that has \
         ended is always ready to be read.",
            "More than 100 recv in a row on one connection that returned 0. Told of programs under \
         epollscope run only.",
            "Never on a correct program: 0 means that no more will come, and the descriptor is closed.",
            "Write an echo server that never closes, and let a client leave.",
            "recv(2)",
        ],
    ),
    listed: named(
        "a closed fd is on the list",
        [
            "select or poll is given a number that stands for nothing: poll answers NVAL for it, \
         select fails with EBADF, each at once and again and again.",
            "From the answer of the call alone. Told of programs under epollscope run only.",
            "Never on a correct program: what is closed is taken off the list first.",
            "Close a connection of a poll server and leave it on the list.",
            "poll(2), select(2)",
        ],
    ),
    outlived: named(
        "it is closed, and is reported",
        [
            "epoll watches an open file, not a number: as long as a copy of the descriptor is open, \
         here or in a child, closing the number leaves it on the list.",
            "From the events: a close, and then a report of that number, which nothing has been \
         given since. Told of programs under epollscope run only.",
            "Never on a correct program: EPOLL_CTL_DEL comes before close. After it there is no \
         number to do it by.",
            "Copy a connection with dup, or fork a child, then close it and let its client send.",
            "epoll(7)",
        ],
    ),
    stale: named(
        "a stale event",
        [
            "One wait handed over events for two connections. Handling the first closed the second, an \
         accept in the same turn gave its number to a new client, and then the event of the closed one \
         was handled on the new one.",
            "From the calls of one thread between two waits. A server that reads as soon as it accepts makes \
         the same calls: so it is told only of one that has never done so, and after three clients at \
         least were read first in a later turn. Told of programs under epollscope run only.",
            "Never on a correct program: it closes at the end of the turn, or strikes what it closes from the \
         events still to be handled, or knows by the data of the event whose it is.",
            "Write a server in which one client's message closes another, and let three clients act in one \
         turn: one sends that message, a new one comes, the closed one sends too.",
            "epoll(7)",
        ],
    ),
    herd: named(
        "a thundering herd",
        [
            "A client comes, and several are woken for it: one accepts it, the others find nothing \
         and go back to sleep.",
            "From the events: the listener is on two interest lists or more without EXCLUSIVE, and \
         at least three times the first accept after a report ended in EAGAIN. Told of programs \
         under epollscope run only.",
            "Harmless with two workers, dear with many. EPOLLEXCLUSIVE wakes one; SO_REUSEPORT gives \
         each a listener of its own.",
            "Start four workers, each with an epoll of its own and the same listener, and let clients \
         come one by one.",
            "epoll_ctl(2), socket(7)",
        ],
    ),
    head_cut: named(
        "a head was cut",
        [
            "The server took what one recv brought for a whole request: the head went on in the next.",
            "From the events: a recv of exactly as much as a read buffer holds, and then a 400, or \
         nothing at all.",
            "Never on a correct server: it collects bytes until the blank line has come.",
            "{options}: the mistake recv-once, then load the page with a browser that sends long \
         headers.",
            "recv(2), RFC 9112 section 2.2",
        ],
    ),
};
