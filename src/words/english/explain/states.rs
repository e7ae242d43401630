//! What a connection is doing.

use crate::words::places::explain::{States, told};

/// How what stands in a connection's row was obtained.
const ROW: &str = "From the connection's row, which the server publishes itself: exact, also \
     where events were left out of the stream.";

pub(super) const STATES: States = States {
    new: told([
        "The connection was accepted, and not a byte has come yet.",
        ROW,
        "A moment, for a client that has something to ask. A browser often opens a connection in \
             advance and says nothing.",
        "Add an idle client with {client-kind} and {add-client}: it stays new. On the server \
             blocking it keeps everybody waiting.",
        "accept(2), RFC 9112 section 9",
    ]),
    reading: told([
        "A part of a request is here, and the end of its head or body is missing.",
        ROW,
        "Short: most requests come in one piece. Long is a slow or broken client, which a time \
             limit ends (--header-timeout).",
        "Add a slow sender or a stalled client with {client-kind} and {add-client}.",
        "recv(2), RFC 9112 section 2",
    ]),
    idle: told([
        "Everything that was received is answered, and the answer is with the kernel.",
        ROW,
        "The usual state: a keep-alive connection waits for its next request. It costs epoll \
             nothing, poll an entry in each call, threads a stack.",
        "Add a hundred with {add-many-clients} and look at fds examined : ready on poll and on \
             epoll.",
        "RFC 9112 section 9.3",
    ]),
    handling: told([
        "Its handler runs, or its request waits until the loop has run those before it.",
        ROW,
        "Too short to be seen, but for slow handlers such as /slow.",
        "Started with --demo, add slow callers with {client-kind} and {add-client}, then change \
             handler with {options}.",
        "pthreads(7)",
    ]),
    writing: told([
        "A part of an answer could not be sent: the kernel's send buffer is full. In per cent, \
             how much the kernel has taken.",
        ROW,
        "Short with a good client. It stays where the client reads slowly or not at all; a time \
             limit ends it (--write-timeout).",
        "Add a slow reader or a deaf client with {client-kind} and {add-client}: OUT stands in \
             its interest.",
        "send(2), epoll(7)",
    ]),
    lingering: told([
        "The answer is sent and our half is closed. What still comes is read and thrown away, \
             since closing with unread bytes would send a RST and could take the answer with it.",
        ROW,
        "At most a moment after an answer that ends the connection.",
        "Send a request that cannot be read, for example with nc: the answer 400 is followed by \
             it.",
        "RFC 9112 section 9.6, shutdown(2)",
    ]),
    closed: told([
        "The connection is gone. Behind the sign stands why.",
        ROW,
        "peer closed is how most end. The line stays for two seconds, and is only counted then.",
        "{hang-up} lets a client of our own close its end; {drop} closes ours; {reset} sends a \
             RST. {closed} lists the last ones.",
        "close(2), RFC 9293 section 3.6",
    ]),
};
