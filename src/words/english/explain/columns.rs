//! The columns of the table.

use crate::words::places::explain::{Columns, told};

/// How the kernel's view was.
const KERNEL: &str = "Asked of the kernel by sock_diag, as ss(8) does it: about ten times a \
     second; twice a second with more than 1,000 connections or while nothing happens.";

/// How what stands in a connection's row was obtained.
const ROW: &str = "From the connection's row, which the server publishes itself: exact, also \
     where events were left out of the stream.";

pub(super) const COLUMNS: Columns = Columns {
    fd: told([
        "The file descriptor: the number by which the program names this socket to the kernel.",
        "It is the result of the accept that made the connection.",
        "The kernel gives the lowest number that is free, so a number comes back soon after a \
         close. An fd is not an identity.",
        "{drop} the selected client, then {add-client}: the new one has the same fd, and another \
         conn.",
        "open(2), close(2), accept(2)",
    ]),
    id: told([
        "The connection's own number. The server counts from 1 and never gives a number twice.",
        "Given by the server at the accept; it travels with every event of that connection.",
        "It only grows. Beside it the same fd comes back again and again.",
        "{drop} one and {add-client}: an event for the old connection that comes late cannot be \
         mistaken for the new one.",
        "epoll(7)",
    ]),
    peer: told([
        "The other end: the client's address and port.",
        "accept returned it together with the descriptor.",
        "Clients on this machine have 127.0.0.1 and a port of their own each. Where there is no \
         room the begin is cut: the port tells them apart.",
        "{filter} and the port shows that connection alone.",
        "accept(2), ip(7)",
    ]),
    state: told([
        "What the server is doing for this connection, in one word.",
        ROW,
        "idle, with short moments of reading and writing. A state that stays is worth a question.",
        "Choose a kind of client with {client-kind} and add it with {add-client}: a stalled one \
         stays in reading, a deaf one in writing.",
        "RFC 9112 section 9",
    ]),
    interest: told([
        "What this fd is watched for: the mask that the server gave to epoll_ctl, or puts into \
         each poll or select. ERR and HUP are not in it: they come unasked.",
        "From the connection's row, which the server publishes itself: exact, also where events \
         were left out of the stream. A dash where there is no such list, or where a runtime \
         keeps it.",
        "IN, with RDHUP where the call knows it, and ET on an edge-triggered server. OUT only \
         while a part of an answer waits.",
        "Add a deaf client ({client-kind}, {add-client}): OUT appears, and stays as long as the \
         client does not read.",
        "epoll_ctl(2), poll(2)",
    ]),
    last: told([
        "The last system call that was made on this fd, and its result.",
        ROW,
        "After a request is served a loop that drains ends with recv EAGAIN. Where calls sleep \
         it is the send.",
        "{pause}, then {step-call} again and again: this column changes with each call.",
        "recv(2), send(2), epoll_ctl(2)",
    ]),
    requests: told([
        "How many requests were understood on this connection.",
        "From the connection's row, which the server publishes itself: exact, also where events \
         were left out of the stream. Under the echo protocol there are none. Of another program \
         they are answers: how often it wrote on the connection after it had read from it.",
        "More than one is keep-alive: the connection is used again. 0 for a long time is a \
         client that connected and says nothing.",
        "Add a steady client with {client-kind} and {add-client}: one more each second.",
        "RFC 9112 section 9.3",
    ]),
    bytes_in: told([
        "Bytes received on this connection since it was accepted.",
        "The sum of what its recv calls returned.",
        "Some hundred bytes for each request of a browser. What still lies in the kernel's \
         receive queue is not in it.",
        "Stop reading with {stop-reading}: this figure stands still while recv-q grows.",
        "recv(2)",
    ]),
    bytes_out: told([
        "Bytes sent on this connection since it was accepted.",
        "The sum of what its send and sendfile calls returned.",
        "Sent means that the kernel has taken it, not that the client has it: see send-q.",
        "Add a slow reader with {client-kind} and {add-client}: it grows in steps, as the client \
         reads.",
        "send(2), sendfile(2)",
    ]),
    idle: told([
        "For how long no byte has gone in or out.",
        "The picture's time less the time of the last byte, which is in the server's row. In \
         whole seconds.",
        "Small for who is busy. A server closes connections that have been silent for too long \
         (--idle-timeout).",
        "{drop-idle} drops all that have been idle for longer than you say.",
        "RFC 9112 section 9.5",
    ]),
    recv_queue: told([
        "Bytes that the kernel has received for this socket and the program has not read. A FIN \
         is not counted.",
        KERNEL,
        "0, or soon 0 again. What stays is not read: the loop stands or is busy, the fd was not \
         drained, or reading was stopped.",
        "{stop-reading} on a client that sends, or {pause}: it fills, and then the client's own \
         sends must wait.",
        "sock_diag(7), ss(8), tcp(7), recv(2)",
    ]),
    send_queue: told([
        "Bytes that the program has sent and the client has not acknowledged: they lie in the \
         kernel's send buffer or are under way.",
        KERNEL,
        "0, or small for a moment. Full and standing still is a client that does not read: then \
         send returns EAGAIN and the loop waits for OUT.",
        "Add a deaf client with {client-kind} and {add-client}.",
        "tcp(7), ss(8), send(2)",
    ]),
};
