//! The bits of a mask.

use crate::words::places::explain::{Bits, told};

/// How a mask was.
const MASK: &str = "In an interest list it is what the server asked for. In a ready list it is \
     what the kernel returned; for select it names the set in which the fd was found.";

pub(super) const BITS: Bits = Bits {
    readable: told([
        "EPOLLIN: there is something to read: bytes, a FIN, or on a listener a connection to \
             accept.",
        MASK,
        "In nearly every mask. With a FIN it comes together with RDHUP, so the mask is not equal \
             to IN.",
        "The mistake compare-equal ({options}) tests `mask == IN`: watch it miss IN|RDHUP. Test \
             with &.",
        "epoll_ctl(2), poll(2)",
    ]),
    pri: told([
        "EPOLLPRI: something exceptional, on TCP out-of-band data.",
        MASK,
        "Never here: none of the nine servers asks for it.",
        "Look at the interest column: it is in no mask.",
        "epoll_ctl(2), tcp(7)",
    ]),
    writable: told([
        "EPOLLOUT: there is room in the send buffer, so a send would take something.",
        MASK,
        "Nearly always true, so it is asked for only while a part of an answer is left to send; \
             else a level-triggered loop would spin.",
        "Add a slow reader with {client-kind} and {add-client}: OUT comes and goes with the room.",
        "epoll_ctl(2), send(2)",
    ]),
    rdhup: told([
        "EPOLLRDHUP: the peer has shut down its writing half: its FIN is here. What it sent \
             before can still be read.",
        MASK,
        "With IN, when a client closes. poll and epoll know it; select and scan see only a recv \
             that returns 0.",
        "Add a leaver with {client-kind} and {add-client}: IN|RDHUP in one report.",
        "epoll_ctl(2), RFC 9293 section 3.6",
    ]),
    err: told([
        "EPOLLERR: an error is pending on the socket; the next call on it returns that error.",
        MASK,
        "Rare. It comes unasked, with IN and HUP, after a RST from the peer.",
        "Add a resetting client with {client-kind} and {add-client}: the next recv is ECONNRESET.",
        "epoll_ctl(2), socket(7)",
    ]),
    hup: told([
        "EPOLLHUP: both directions are shut; nothing will come or go any more.",
        MASK,
        "Comes unasked. After a RST it is there together with ERR. A peer that closes only its \
             half gives RDHUP, not HUP.",
        "Add a resetting client with {client-kind} and {add-client}.",
        "epoll_ctl(2), poll(2)",
    ]),
    nval: told([
        "POLLNVAL: the number in the list is not that of an open fd. Only poll knows it.",
        MASK,
        "Never, on a correct server: it closes an fd and takes it out of its list together.",
        "With epoll there is no such thing: a closed fd has left the interest list by itself.",
        "poll(2)",
    ]),
    et: told([
        "EPOLLET: edge-triggered. A report comes when something new arrives, not as long as \
             something is there.",
        MASK,
        "On every fd of epoll-et, and of epoll with the trigger edge. It asks for care: read \
             until EAGAIN.",
        "{options}: trigger edge and drain off, and a client that sends much: recv-q stands at \
             what was left.",
        "epoll(7)",
    ]),
    oneshot: told([
        "EPOLLONESHOT: after one report the fd stays on the list and is silent, until \
             epoll_ctl(MOD) arms it again.",
        MASK,
        "Only on epoll with the trigger oneshot; it is for programs in which several threads \
             wait on one epoll.",
        "{options}: trigger oneshot, and count the epoll_ctl calls of a request.",
        "epoll_ctl(2), epoll(7)",
    ]),
    exclusive: told([
        "EPOLLEXCLUSIVE: of several epolls that watch one socket not all are woken for an event: \
             against the thundering herd.",
        MASK,
        "Never here: one loop waits on the listener. nginx uses it with several workers.",
        "Look at the interest column: it is in no mask of the nine servers.",
        "epoll_ctl(2)",
    ]),
};
