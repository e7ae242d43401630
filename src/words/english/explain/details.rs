//! Single things of the table, the card and the stream.

use crate::words::places::explain::{Details, named};

/// How the kernel's view was.
const KERNEL: &str = "Asked of the kernel by sock_diag, as ss(8) does it: about ten times a \
     second; twice a second with more than 1,000 connections or while nothing happens.";

/// How what stands in a connection's row was obtained.
const ROW: &str = "From the connection's row, which the server publishes itself: exact, also \
     where events were left out of the stream.";

pub(super) const DETAILS: Details = Details {
    listener: named(
        "the listening socket",
        [
            "The socket to which clients connect. Its receive queue is the accept queue: connections \
         that are complete and wait for accept.",
            "The fd is the server's own word. Length and limit of the queue are the kernel's, asked \
         by sock_diag: for a listener they stand where other sockets have their queues.",
            "The queue is empty, or soon empty again. Full, the kernel drops the handshakes of those \
         who come next, and they try again.",
            "{pause}, then add clients with {add-ten-clients}: they are connected, and nobody has \
         called accept.",
            "listen(2), sock_diag(7), ss(8)",
        ],
    ),
    stdin: named(
        "standard input",
        [
            "The keyboard as one more fd of the loop, fd 0 (--stdin).",
            "The server's own word: its mask, and the bytes read from it.",
            "Watched for IN, and silent until somebody types a line.",
            "Start it with --stdin and a pipe as its input: `echo hello | epollscope --stdin`.",
            "read(2), epoll(7)",
        ],
    ),
    other: named(
        "another descriptor",
        [
            "What a program has open beside its clients' connections: other listeners, connections that \
         it has made, pipes, eventfds, timers, epoll instances; and what it is watched for.",
            "From its own calls, which make them, copy them and close them; of a socket the address, and \
         of a listener its accept queue, is asked of the kernel. Those that a call has named are known; each is shown once, however \
         many processes have it.",
            "Most loops have an eventfd or a pair of sockets that wakes them, and an epoll instance.",
            "epollscope run with a server that listens on two ports, and compare with /proc/PID/fd.",
            "epoll(7), eventfd(2)",
        ],
    ),
    folded: named(
        "closed connections",
        [
            "How many connections have ended since the start and are not in the table any more.",
            "Exact: the server counts connections closed.",
            "It grows with every client that leaves; a browser that loads many pages uses one \
         connection again and again.",
            "{closed} lists the last ones, each with its reason.",
            "close(2)",
        ],
    ),
    stopped: named(
        "reading is stopped",
        [
            "The operator told the server not to read from this connection. The client does not know \
         it.",
            ROW,
            "Only after the key was pressed. The receive queue fills, the window that TCP offers \
         closes, and at last the client's own send gets EAGAIN.",
            "{stop-reading} reads again.",
            "tcp(7), RFC 9293 section 3.8.6",
        ],
    ),
    queued: named(
        "its handler is queued",
        [
            "The request is understood and its handler waits: for a thread of the pool, or for its \
         turn on the loop.",
            ROW,
            "Only with slow handlers. On the loop it lasts as long as the handlers before it.",
            "{options}: more threads for handler, or none.",
            "pthreads(7)",
        ],
    ),
    blocks: named(
        "its handler keeps the loop",
        [
            "The handler of this connection runs on the thread of the loop: nobody else is served \
         until it ends.",
            "The server publishes that it enters a handler, and since when; the row says whose it is.",
            "Never for longer than a moment. epoll takes away waiting, not work.",
            "{options}: handler with threads gives slow handlers to a pool.",
            "epoll(7), pthreads(7)",
        ],
    ),
    ours: named(
        "a client of our own",
        [
            "This connection is one of the built-in clients: its number and its kind.",
            "Its local address and port, which the client knows, are this connection's peer.",
            "They are real sockets in this program; the server does not know the difference.",
            "{client-kind} chooses the kind, {hang-up} lets the selected one leave, {stop-clients} \
         all of them.",
            "socket(7)",
        ],
    ),
    answer: named(
        "how far the answer is",
        [
            "How much of the answers that are being sent the kernel has taken, of how much.",
            ROW,
            "Here only while something is left: a client reads more slowly than the server sends.",
            "Add a slow reader with {client-kind} and {add-client}.",
            "send(2)",
        ],
    ),
    times: named(
        "open and idle",
        [
            "How long the connection has been open, and how long no byte has gone in or out.",
            "From the times in the server's row: of the accept, and of the last byte.",
            "A keep-alive connection is open for long and idle for most of it.",
            "{drop-idle} drops those that have been idle for longer than you say.",
            "RFC 9112 section 9.5",
        ],
    ),
    tcp: named(
        "the state of TCP",
        [
            "The kernel's own state of the connection, as RFC 9293 names it.",
            KERNEL,
            "ESTABLISHED. CLOSE-WAIT: the client has closed and we have not. FIN-WAIT: we have, it \
         has not.",
            "{pause}, then {hang-up} a client of our own: CLOSE-WAIT, until the loop reads its FIN.",
            "RFC 9293 section 3.3.2, ss(8)",
        ],
    ),
    rtt: named(
        "round-trip time",
        [
            "How long a segment and its acknowledgement take, smoothed, and how much that varies. \
         TCP waits a multiple of it before it sends again.",
            KERNEL,
            "Less than a millisecond on one machine, a few on a wireless network; more where the \
         receiver delays its acknowledgements.",
            "Let a phone connect and compare it with a client of our own.",
            "RFC 6298, tcp(7)",
        ],
    ),
    window: named(
        "congestion window",
        [
            "How many segments may be under way unacknowledged; and how many had to be sent again.",
            KERNEL,
            "It begins at 10 and grows while nothing is lost. Segments that were resent are a \
         network that loses them.",
            "Load a large file on a phone and watch it grow.",
            "RFC 5681, RFC 6928, tcp(7)",
        ],
    ),
    request: named(
        "the last request",
        [
            "Request line and headers of the last request on this connection, as the client sent them.",
            "From the event of the request. The head is kept up to 1,024 bytes; what is not \
         printable is escaped.",
            "GET, a target and HTTP/1.1. A browser sends some ten headers.",
            "Open a page in a browser, select its connection and {card}.",
            "RFC 9112 sections 3 and 5",
        ],
    ),
    events: named(
        "its own events",
        [
            "The calls and conclusions of this connection, the newest first.",
            "From the stream's history: at most the last 20,000 events of all connections. Older \
         ones are gone.",
            "For a request on a loop: recv, request, response, send, and recv with EAGAIN.",
            "{filter} with conn: and its number shows them among the wait calls that reported it.",
            "strace(1)",
        ],
    ),
    lost: named(
        "events lost",
        [
            "The stream has a hole: the server made more events than the buffer between it and the \
         dashboard had room for.",
            "Events are numbered: a gap in the numbers is a loss, and its size is exact. The server \
         never waits for the dashboard.",
            "None, unless there are very many events a second. Rows, counters and rates stay exact.",
            "{slower} or fewer clients; an event log (--log) has a buffer of its own.",
            "strace(1)",
        ],
    ),
    skipped: named(
        "events not shown",
        [
            "More events came at once than the stream keeps or than could be shown.",
            "Counted as they were passed over. They are in all totals, and in an event log.",
            "Only under very high load.",
            "{slower} shows every call.",
            "strace(1)",
        ],
    ),
    change: named(
        "something was changed",
        [
            "From here on another server runs, or the same one with another option.",
            "The dashboard puts the line where the server told the change.",
            "Only after the operator asked for it.",
            "{before-after} compares what each has cost.",
            "epoll(7)",
        ],
    ),
    output: named(
        "what the program writes",
        [
            "The last lines that a program under `run` has written to its standard output and its standard \
         error, in the order in which they came.",
            "Both are one pipe, which a thread of this program reads. Control characters are made \
         visible.",
            "A server says at its start where it listens, and then little.",
            "{output} shows the events again. What was written stands on the terminal when the dashboard \
         is closed; --output FILE takes it instead.",
            "write(2)",
        ],
    ),
};
