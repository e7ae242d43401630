//! The system calls.

use crate::words::places::explain::{Calls, told};

/// How a call was.
const CALL: &str = "The server tells each call as it returns, with what it was asked and what \
     came of it; tests compare that with strace(1), call by call.";

pub(super) const CALLS: Calls = Calls {
    listen: told([
        "The socket becomes a listener: from now on the kernel finishes the handshakes of all \
             who come, and lets them wait in the accept queue.",
        CALL,
        "Once at the start, and again when the backlog is changed. The kernel caps the backlog \
             at net.core.somaxconn.",
        "{options}: another backlog is another listen.",
        "listen(2), tcp(7)",
    ]),
    epoll_ctl: told([
        "Changes the kernel's interest list: ADD puts an fd on it, MOD changes its mask, DEL \
             takes it off.",
        CALL,
        "An ADD after each accept, a MOD when OUT is wanted and another when it is not, no call \
             for each wait: that is the point of epoll. Closing an fd takes it off, too.",
        "{filter} and kind:epoll_ctl, then {add-client}.",
        "epoll_ctl(2)",
    ]),
    epoll_wait: told([
        "Sleeps until at least one fd of the interest list is ready or a time limit is over, and \
             copies out the ready ones, and only those.",
        CALL,
        "It waits long without work and not at all under load, and brings more fds the busier it \
             is. 0 is a timer; EINTR a signal.",
        "{pause}, then {step-turn}: each step goes to just before the next one.",
        "epoll_wait(2)",
    ]),
    accept: told([
        "Takes the first connection out of the accept queue and gives it an fd. The client has \
             long been connected.",
        CALL,
        "One for each client. A loop that accepts all who wait ends with EAGAIN; EMFILE says \
             that no fd is free.",
        "{pause}, add three clients with {add-client}, then {step-call}: they come out one by one.",
        "accept(2)",
    ]),
    recv: told([
        "Takes bytes out of the socket's receive queue. 0 is the peer's FIN, EAGAIN an empty \
             queue, ECONNRESET a RST.",
        CALL,
        "As many bytes as there are, up to the buffer. Non-blocking it returns at once; on \
             blocking, threads and processes it sleeps.",
        "{options}: a smaller read-buffer makes more of them; drain off leaves the last EAGAIN \
             out.",
        "recv(2)",
    ]),
    send: told([
        "Gives bytes to the kernel's send buffer, from which TCP delivers them. It may take \
             fewer than it was offered.",
        CALL,
        "It takes all, and nobody waits for the peer. Fewer, or EAGAIN, is a full buffer: a \
             non-blocking server then waits for OUT, one whose calls sleep waits here.",
        "Add a deaf client with {client-kind} and {add-client}: the first send takes a part, the \
             next EAGAIN.",
        "send(2)",
    ]),
    sendfile: told([
        "Lets the kernel send a file's bytes itself: they do not pass through the program.",
        CALL,
        "For files larger than 64 KiB. Like send it may take only a part.",
        "Open a large file of the site in a browser, and {filter} with kind:sendfile.",
        "sendfile(2)",
    ]),
    shutdown: told([
        "Closes one half of the connection or both, while the fd stays open. WR sends a FIN; RD \
             or RDWR wakes who sleeps in a call on it.",
        CALL,
        "WR after the last answer of a connection. On servers whose calls sleep, the operator's \
             drop is one.",
        "{drop} a client on the server threads.",
        "shutdown(2), RFC 9293 section 3.6",
    ]),
    close: told([
        "Gives the fd back. With the last descriptor of a socket the connection ends: a FIN, or \
             a RST where bytes were left unread.",
        CALL,
        "Once for each connection and each file. The number may come back with the next accept.",
        "{drop} the selected client, then {add-client}: the same number again.",
        "close(2), RFC 9293 section 3.6",
    ]),
    setsockopt: told([
        "Sets an option of a socket: TCP_NODELAY sends small pieces at once, SO_LINGER with time \
             0 makes close send a RST, SO_RCVTIMEO and SO_SNDTIMEO limit sleeping calls.",
        CALL,
        "TCP_NODELAY once, on the listener; SO_SNDBUF where a write-buffer is set; time limits \
             on servers whose calls sleep; SO_LINGER for a reset.",
        "{reset} the selected client: SO_LINGER stands before the close on a loop.",
        "setsockopt(2), socket(7), tcp(7)",
    ]),
    open: told([
        "Finds a file below the root folder. The kernel itself lets no path lead out of it. With \
             O_PATH the file is looked at and not opened.",
        CALL,
        "For a file that is not remembered. ENOENT becomes the answer 404. What is small stays \
             in memory for the next request.",
        "Ask for a page that does not exist, and {errors}.",
        "openat2(2)",
    ]),
    stat: told([
        "Asks size, type and time of change of an open file, from which come Content-Length, \
             ETag and Last-Modified.",
        CALL,
        "After a file is found; not for every request, since what is known of a file holds for a \
             second.",
        "{filter} and kind:fstat while a browser loads a page.",
        "stat(2)",
    ]),
    read: told([
        "Reads from a file at a place, without moving a file offset.",
        CALL,
        "For small files, once; larger ones go by sendfile. It blocks until the disk answers: \
             epoll cannot watch a file on a disk.",
        "Touch a file of the site and load it again.",
        "pread(2)",
    ]),
    openat: told([
        "Opens what a descriptor below /proc stands for: the file that was looked at before. \
             Where the kernel has no openat2, it opens a path piece by piece.",
        CALL,
        "Once for a file that is read.",
        "{filter} and kind:openat while a browser loads a page that is new.",
        "openat(2)",
    ]),
    getdents: told([
        "Reads the names in a folder, for a page that lists it.",
        CALL,
        "Only with --list, for a folder without an index page; 0 says that there are no more \
             names.",
        "Start with --list and ask for a folder without an index.html.",
        "getdents(2)",
    ]),
    select: told([
        "Hands the kernel sets of fds, as bits, at each call. The kernel asks every fd in them, \
             and the program then looks for those that are set.",
        CALL,
        "The cost grows with the fds, not with the work. An fd number of 1,024 (FD_SETSIZE) or \
             more does not fit.",
        "On the server select ({server}) add idle clients with {add-many-clients} and watch fds \
             examined : ready.",
        "select(2)",
    ]),
    poll: told([
        "Hands the kernel the list of all fds at each call. The kernel asks every one, and the \
             program then looks for those with a result.",
        CALL,
        "The cost grows with the list, not with the work. With few fds that are all busy it is \
             as good as epoll.",
        "On the server poll ({server}) add idle clients with {add-many-clients} and watch fds \
             examined : ready.",
        "poll(2)",
    ]),
    nap: told([
        "The nap of scan between two rounds: nobody is asked meanwhile.",
        CALL,
        "Without it the loop burns a CPU; with it everybody who speaks during it is served late.",
        "On the server scan ({server}) change nap with {options}: CPU against latency.",
        "clock_nanosleep(2)",
    ]),
    input: told([
        "Reads standard input, or the program's own waker, which ends a wait when a command comes.",
        CALL,
        "On fd 0 only with --stdin. Of the waker, once for each command; those lines are hidden \
             as plumbing.",
        "{plumbing} shows the reads of the waker.",
        "read(2), eventfd(2)",
    ]),
    wait4: told([
        "Takes a worker process that has ended off the process table. Until then it is a zombie.",
        CALL,
        "One for each connection of the server processes.",
        "{server}: processes, then {hang-up} a client of our own.",
        "wait4(2), wait(2)",
    ]),
    epoll_create: told([
        "Makes an epoll: an empty interest list in the kernel, with an fd that stands for it.",
        CALL,
        "Once, when a server that waits by epoll begins. The list is the kernel's: the program \
             has no memory of it, and mmap on this fd fails.",
        "Go from poll to epoll with {server}.",
        "epoll_create(2)",
    ]),
    connect: told([
        "connect to no address (AF_UNSPEC) dissolves the connection: a RST goes out at once, and \
             a thread that sleeps in a call on the socket wakes up.",
        CALL,
        "Only on servers whose calls sleep, when the operator resets a client.",
        "{server}: threads, then {reset} the selected client.",
        "connect(2), RFC 9293 section 3.10.5",
    ]),
    other: told([
        "Another call of a program that is traced: its name and its arguments stand in the line.",
        CALL,
        "Sockets made and bound, modes set, pipes, timers and event counters opened: most of them \
             when a program begins.",
        "Look it up by its name: man 2 NAME.",
        "syscalls(2)",
    ]),
};
