//! The panels, each as a whole.

use crate::words::places::explain::{Panels, told};

pub(super) const PANELS: Panels = Panels {
    table: told([
        "The program's own table: one line for each connection, found by its file descriptor. \
         Above them stands the listening socket.",
        "The lines are the server's own and exact, also where the stream has left events out. \
         The two queues are the kernel's, asked by sock_diag.",
        "Most lines are idle most of the time. A connection that was closed stays for two \
         seconds with the reason, and is only counted then.",
        "{add-ten-clients} adds ten clients, {sort} sorts by the next column, {card} opens the \
         card of the selected one.",
        "epoll(7), accept(2)",
    ]),
    the_loop: told([
        "The picture of how this server waits. Above the double line is what the kernel holds, \
         below it what the program does with what it was handed.",
        "The program's side comes from the events. The kernel's side is asked of the kernel by \
         another thread; the ready list can only be read while the loop is held.",
        "Without work the loop sleeps in its wait call. After a wake-up the list below the line \
         is served from the first to the last.",
        "{pause} holds the loop, {step-call} makes one call, {step-turn} goes on to the next \
         wait. {server} shows how another server waits.",
        "epoll(7), poll(2), select(2)",
    ]),
    stream: told([
        "Every system call of the server and every conclusion that it draws, a line each, the \
         newest last: like strace with notes.",
        "The server writes each into a buffer of its own, and the dashboard reads that. Where \
         the buffer was full, a line says how many are missing.",
        "A request on a loop is a wait, recv, request, response, send. Holes come only at very \
         high rates; the totals are exact even then.",
        "{up} selects an event, and the code shows its line. {filter} and kind:send or fd:9 shows \
         those alone, {errors} only errors, {time} the time of day.",
        "strace(1), epoll(7)",
    ]),
    charts: told([
        "What happened in each second, the newest at the right, and how times and sizes are \
         distributed.",
        "From the totals that come with every batch; each column has the highest of its seconds. \
         The two distributions count every turn and every answer of this server.",
        "Steady clients give level bars. The scale is a round number and changes with the \
         highest bar.",
        "{add-ten-clients} a few times, then {server}: a line marks the change in every chart.",
        "epoll(7), proc(5)",
    ]),
    card: told([
        "All that is known of the selected connection: its state and counters, the kernel's view \
         of its socket, its last request, its events.",
        "Counters come from the server's row, TCP's figures from sock_diag, the request and the \
         events from the stream.",
        "A healthy connection is ESTABLISHED with both queues empty and no segments resent.",
        "{up} and {down} scroll. {stop-reading} stops reading from a client: watch recv-q grow.",
        "ss(8), tcp(7), sock_diag(7)",
    ]),
    seats: told([
        "The dining room: a seat for each connection. It lights when somebody asks that \
         connection, and glows when it had something to say.",
        "Each light is an event that was told: of a wait call, of a round of scan, or of a call \
         that moved bytes where calls sleep. The counts beside are exact totals.",
        "select, poll and scan light the whole room for every answer; epoll lights only who \
         raised a hand. Where each call sleeps nobody is asked.",
        "Add idle clients with {add-ten-clients}, then go from poll to epoll with {server}.",
        "poll(2), epoll(7)",
    ]),
    costs: told([
        "What serving costs, in the same figures for all nine servers, so that they can be \
         compared.",
        "Each figure says below its name how it was obtained: by counting calls, or from /proc. \
         A dash is a figure that was not measured.",
        "It depends on the server and the load; compare the ratio between two servers, not the \
         number.",
        "{zoom} shows how each was obtained. {before-after} puts the servers that ran side by \
         side.",
        "proc(5), getrusage(2)",
    ]),
    class: told([
        "The class in the room, which joins with telephones (--class, or a key): who is in, whose hand is up, how \
         it votes.",
        "Each of it is a fact that the server published; what a student did is a request on a connection \
         of the table.",
        "As many as sit there are in. Who is grey is out of reach just now.",
        "{join} shows how to join, {serve} serves the longest hand, {all-press} lets all press at once.",
        "accept(2), recv(2)",
    ]),
    code: told([
        "The source of the server that runs, as it was compiled. One mark is the line that is \
         next, the other the line of the last call, with its result behind it.",
        "The compiler tells each call the file and line in which it is made, and its event \
         carries that. The counts at the left are counted by the server, for each line.",
        "While the loop runs freely, the lines of one request have about the same count, and \
         that of the wait call is smaller the more fds it returns.",
        "{pause}, then {step-call}: the mark moves. {card} on a line runs until that line is next.",
        "syscalls(2)",
    ]),
};
