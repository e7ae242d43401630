//! The figures of the header, the charts and the costs.

use crate::words::english::costs::ENGLISH as COSTS;
use crate::words::places::explain::{Gauges, named};

/// How a rate was.
const RATE: &str = "The difference of the server's exact totals over the last whole second.";

pub(super) const GAUGES: Gauges = Gauges {
    url: named(
        "address",
        [
            "Where a browser finds the server.",
            "The address that the listener is bound to; for all addresses, the one by which this \
         machine reaches others.",
            "127.0.0.1 is this machine alone. Others reach it with --bind 0.0.0.0.",
            "Open it in a browser: the connections appear in the table.",
            "ip(7), bind(2)",
        ],
    ),
    server: named(
        "which server",
        [
            "Which of the nine ways to serve runs now, and on what it is built.",
            "The server says so in each batch.",
            "epoll-et, unless it was started with another --server.",
            "{server} lets another take over on the same port; {before-after} compares them.",
            "epoll(7), poll(2), select(2)",
        ],
    ),
    options: named(
        "changed options",
        [
            "The options that are not as usual, of those that have an effect on this server.",
            "The server says how its options are in each batch.",
            "Nothing stands here.",
            "{options} changes them while the server runs.",
            "epoll(7)",
        ],
    ),
    badge: named(
        "how the loop is",
        [
            "Whether the loop runs, is paused, goes slowly, or is kept by a handler.",
            "Where the server says it stands, and since when.",
            "RUNNING, also while it sleeps: it sleeps because nothing is to be done.",
            "{pause}, {slower}, {faster}.",
            "epoll_wait(2)",
        ],
    ),
    frozen: named(
        "a picture of before",
        [
            "The whole picture is as it was some time ago, and how long that is. The server goes on; \
             the badge of its loop is of now.",
            "Made again from what was kept: the batches of events that the server has published, and \
             what was measured beside it. What came later, or was not known then, is not in it.",
            "Only after a key was pressed. At most --history bytes are kept, the last ones; what is \
             older has fallen out. In the line above the keys, which tells how long and how large that \
             is, + are clients that came, x connections that were closed, ? lost events, ! what looks \
             like a mistake.",
            "{call-back} and {call-forth} go by a call, {turn-back} and {turn-forth} by a wake-up; \
             {jump} jumps, and so does a click on the line above the keys; {freeze} shows the present \
             again.",
            "epoll(7)",
        ],
    ),
    resting: named(
        "not accepting",
        [
            "No descriptor is free, so the server has stopped watching the listener for a while.",
            "The server's own word, with the error that accept returned.",
            "Never. Who comes meanwhile waits in the accept queue.",
            "{drop} or {drop-idle}: a descriptor becomes free, and it goes on.",
            "accept(2), getrlimit(2)",
        ],
    ),
    lost: named(
        "events lost",
        [
            "How many events the stream left out since the start, because the buffer was full.",
            "Exact: counted by kind by the server, which never waits for the dashboard.",
            "None. The totals and the table are right even then.",
            "{slower}, or fewer clients.",
            "strace(1)",
        ],
    ),
    open: named(
        "open connections",
        [
            "How many connections are open now.",
            "Connections accepted less those closed, by the server's exact totals.",
            "As many as there are clients, and for a browser up to six.",
            "{add-ten-clients}.",
            "accept(2), RFC 9112 section 9.4",
        ],
    ),
    requests: named(
        "requests a second",
        [
            "Requests understood in the last second; under the echo protocol, how often something \
         came and went back.",
            RATE,
            "As many as the clients ask. A paused loop has none.",
            "Add steady clients with {client-kind} and {add-client}: one each a second.",
            "RFC 9112 section 3",
        ],
    ),
    waits: named(
        "unread for",
        [
            "The longest time for which bytes have lain in a receive queue unread, of an accepted \
         connection or of one that waits for accept. It is shown from 0.3 s on.",
            "From the kernel's queues: since the first look at which there were bytes and nothing \
         was read since. So it is at least so long.",
            "Nothing stands here. Long is a client that waits: the loop stands, is blocked, or \
         starves it.",
            "{pause} while clients work.",
            "recv(2), ss(8)",
        ],
    ),
    bytes_out: named(
        "bytes sent a second",
        [
            "Bytes that the kernel took from send and sendfile in the last second.",
            RATE,
            "It follows the size of what is asked for.",
            "Open a large file in a browser.",
            "send(2)",
        ],
    ),
    bytes_in: named(
        "bytes received a second",
        [
            "Bytes that recv brought in the last second.",
            RATE,
            "Small beside what is sent: requests are short.",
            "Add firehose clients with {client-kind} and {add-client}.",
            "recv(2)",
        ],
    ),
    wake_ups: named(
        "wake-ups a second",
        [
            "Returns of the wait call that brought something in the last second; for scan its \
         rounds. Those that brought only our waker or a timer are left out.",
            RATE,
            "Fewer than the requests where several fds are ready at once. Under more load each \
         brings more, so it grows less than the load.",
            "Add clients with {add-ten-clients} and compare with the ready fds of each.",
            "epoll_wait(2)",
        ],
    ),
    calls: named(
        "system calls a second",
        [
            "All system calls of the server in the last second, our own plumbing included.",
            "The difference of the server's exact totals over the last whole second. For processes, \
         with those that the workers have reported.",
            "A few for each request.",
            "Compare two servers under the same clients with {server}.",
            "syscalls(2)",
        ],
    ),
    started: named(
        "started a second",
        [
            "Threads, processes or tasks that were started for connections in the last second.",
            RATE,
            "One for each client that comes.",
            "{add-ten-clients}.",
            "pthreads(7), fork(2)",
        ],
    ),
    ended: named(
        "ended a second",
        [
            "Threads, processes or tasks of connections that have ended in the last second.",
            RATE,
            "One for each client that leaves.",
            "{stop-clients}.",
            "pthreads(7), wait(2)",
        ],
    ),
    turn: named(
        "a turn of the loop",
        [
            "How long a turn takes: from the return of the wait call to the next time that it is \
         entered. How many took how long, on a logarithmic axis.",
            "The server measures each turn since it took over. What is missing for want of room is \
         told; time in which the loop was held by the operator is not in it.",
            "Far below a millisecond with little load. A long turn is a handler on the loop, or very \
         many ready fds: everybody else waits for its end.",
            "Started with --demo, add slow callers with {client-kind} and {add-client}.",
            "epoll(7)",
        ],
    ),
    ready: named(
        "ready fds a wake-up",
        [
            "How many fds one return of the wait call brought, and how often; for scan, how many in \
         a round had something to say.",
            "The server counts each turn since it took over; our own waker is left out.",
            "One with little load. Under much load many: then one call serves for all of them.",
            "{pause}, wait a little, and run again: the first wake-up brings all.",
            "epoll_wait(2)",
        ],
    ),
    accepts: named(
        "accepts a second",
        [
            "Connections accepted in the last second, refused ones included.",
            RATE,
            "None while everybody stays. Many is clients that open a connection for each request.",
            "{add-ten-clients}.",
            "accept(2)",
        ],
    ),
    disconnects: named(
        "disconnects a second",
        [
            "Connections closed in the last second, for whatever reason.",
            RATE,
            "Like the accepts, a little later.",
            "{stop-clients} or {drop-all}.",
            "close(2)",
        ],
    ),
    calls_per_request: named(
        "system calls per request",
        [
            "How many system calls a request costs the server.",
            COSTS.calls.how,
            "About four on a loop that drains: wait, recv, send, recv with EAGAIN; fewer under load, \
         where one wait serves many; very many on scan.",
            "{options}: drain off saves a recv. Compare the servers with {before-after}.",
            "syscalls(2), strace(1)",
        ],
    ),
    latency: named(
        "latency",
        [
            "The times within which 50 and 99 of 100 requests were answered.",
            COSTS.latency.how,
            "Well below a millisecond, unless a handler is slow. p99 far above p50 is somebody who \
         waits for others.",
            "Started with --demo, add a slow caller with {client-kind} and {add-client}, and look at \
         p99.",
            "recv(2), send(2)",
        ],
    ),
    examined: named(
        "fds examined : ready",
        [
            "How many fds had to be asked for each wake-up, and how many of them were ready.",
            COSTS.examined.how,
            "Nearly equal on epoll. On poll, select and scan the left one is the number of \
         connections, whatever they do.",
            "Add a hundred idle clients with {add-many-clients} and go from poll to epoll with \
         {server}.",
            "poll(2), epoll(7)",
        ],
    ),
    copied: named(
        "list bytes per wake-up",
        [
            "How many bytes of descriptor lists went into the kernel and out of it for each wake-up.",
            COSTS.copied.how,
            "On epoll 12 for each ready fd (x86-64). On poll 10 for each fd of the list, in and out. \
         On select some bits for each number up to the highest fd.",
            "Add idle clients on the server poll with {add-many-clients}.",
            "poll(2), select(2), epoll_wait(2)",
        ],
    ),
    again: named(
        "EAGAIN a second",
        [
            "Calls that got nothing: the queue was empty, or the buffer full.",
            COSTS.again.how,
            "About one for each request on a loop that drains. Hundreds of thousands on scan without \
         a nap: asking for nothing.",
            "Go to scan with {server}, and change nap with {options}.",
            "recv(2), errno(3)",
        ],
    ),
    loop_cpu: named(
        "CPU of the loop",
        [
            "The share of one CPU that the server's own thread uses.",
            COSTS.loop_cpu.how,
            "Near 0 % without work. 100 % without work is a loop that spins.",
            "Go to scan with {server}; or choose the mistake forget-unregister with {options} and \
         let a client leave.",
            "proc(5), sched(7)",
        ],
    ),
    cpu: named(
        "CPU per request",
        [
            "CPU time that the server uses for a request, all its threads and workers together.",
            COSTS.cpu.how,
            "It falls under load, where a wake-up serves many; a slow handler shows here, too.",
            "Compare threads and epoll with {server}, and then {before-after}.",
            "proc(5), getrusage(2)",
        ],
    ),
    memory: named(
        "memory per connection",
        [
            "How much memory one more connection costs the program.",
            COSTS.memory.how,
            "Least on a loop, more for a thread with its stack, most for a process. The kernel's own \
         buffers are not in it.",
            "Start afresh, and add 200 idle clients with {client-kind} and {add-many-clients}.",
            "proc(5)",
        ],
    ),
    waiting: named(
        "time in the wait call",
        [
            "The share of time that the server's own thread spends in calls that wait.",
            COSTS.waiting.how,
            "Near 100 % without work: sleeping is free. Near 0 % is a loop that is never done.",
            "Add firehose clients with {client-kind} and {add-client}.",
            "epoll_wait(2)",
        ],
    ),
    workers: named(
        "threads, processes, tasks",
        [
            "How many threads, processes or tasks serve a connection each.",
            COSTS.workers.how,
            "As many as open connections on threads, processes and coroutines, and none on the loops.",
            "Add clients on the server threads with {add-ten-clients}.",
            "pthreads(7), fork(2)",
        ],
    ),
    switches: named(
        "context switches",
        [
            "How often a second the kernel put another thread on the CPU: because the server's \
         thread went to sleep, and because its time was up.",
            COSTS.switches.how,
            "A loop under load has few. threads and processes often have one or more for each request.",
            "Compare threads and epoll with {server} under the same clients.",
            "proc(5), sched(7)",
        ],
    ),
    refused: named(
        "clients refused",
        [
            "Connections that were over a limit and got a 503.",
            COSTS.refused.how,
            "None, below the limits.",
            "Start with --max-connections 3, or add more than 1,000 clients on the server select.",
            "RFC 9110 section 15.6.4",
        ],
    ),
    threads: named(
        "threads of the program",
        [
            "All threads of this program now.",
            COSTS.threads.how,
            "A dozen or so, which do not grow with clients on a loop. On the server threads one more \
         for each connection.",
            "{server}: threads, then {add-ten-clients}.",
            "proc(5)",
        ],
    ),
};
