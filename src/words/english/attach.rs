//! What is said of a process that is looked at from outside.

use crate::words::places::attach::{
    Attach, AttachKeys, Columns, DataText, Does, NoticedText, Objects, Unknown,
};
use crate::words::units;

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

pub(in crate::words) const ENGLISH: Attach = Attach {
    nobody: |target| {
        format!(
            "There is no process {target}: give the number of one (ps -e), or its program's name."
        )
    },
    inside: |target, here| {
        format!(
            "There is no process {target} here: in a container one is called so, which here is {here}."
        )
    },
    kernel: |target| {
        format!("{target} is a thread of the kernel: it has no descriptors of its own.")
    },
    own: |target| format!("{target} is this program itself: name another."),
    not_permitted: |target| {
        format!(
            "{target} may not be looked at: it is another user's, or hides what it does \
             (PR_SET_DUMPABLE); be that user, or root."
        )
    },
    not_traced: |target| {
        format!(
            "{target} may not be traced: be its user or root, and see that nothing forbids ptrace \
             (kernel.yama.ptrace_scope 0, or root; in a container, the capability SYS_PTRACE)."
        )
    },
    traced_already: |target| {
        format!("{target} is traced by somebody else (strace, a debugger): end that first.")
    },
    one_process: |target, others| {
        format!(
            "{target} is {} processes: with --calls give the number of the one to look at.",
            others + 1
        )
    },
    failed: |target, why| format!("{target} cannot be looked at: {why}."),
    several: |name| format!("Several are called {name}:"),
    one_of: |place, pid, members, command| {
        let others = match members {
            1 => String::new(),
            _ => format!(" and {} of its own", members - 1),
        };
        format!("  {place}  {pid}{others}: {command}")
    },
    which: |most| format!("Which one (1 to {most})? "),
    choose: |name| format!("Several are called {name}: give the number of one of these."),

    from_outside: "from outside, not stopped",
    processes: |count| format!("{count} process{}", if count == 1 { "" } else { "es" }),
    ended: |name| format!("{name} has ended; this is what was seen last"),
    frozen: "frozen",
    connections: |count| format!("{} connection{}", units::count(count as u64), plural(count)),
    waiting: |queue| format!("{} wait to be accepted", units::count(queue.into())),
    descriptors: |open, limit| {
        let open = units::count(open as u64);
        match limit {
            Some(limit) => format!("{open} of {} fds", units::count(limit)),
            None => format!("{open} fds"),
        }
    },
    cpu: |percent| format!("CPU {percent:.1} %"),
    switches: |a_second| format!("{} context switches/s", units::rate(a_second)),
    threads_are: |count| format!("{} thread{}", units::count(count as u64), plural(count)),

    table: "descriptors",
    threads: "threads",
    list: |pid, epfd, entries| {
        let ies = if entries == 1 { "y" } else { "ies" };
        format!("interest list of {pid}/fd {epfd}: {} entr{ies}", units::count(entries as u64))
    },
    lists: "interest list",
    findings: "noticed",
    nothing_shown: "nothing matches",
    no_list: "it has no epoll",
    empty_list: "nothing is on it",
    sorted: |column| format!("by {column}"),
    folded: |count, key| format!("+ {count} files and pipes ({key})"),
    filtered: |text, shown, of| format!("/{text}: {shown} of {of}"),

    columns: Columns {
        process: "process",
        fd: "fd",
        what: "what it stands for",
        state: "state",
        recv: "recv-q",
        send: "send-q",
        rtt: "rtt",
        watched: "watched for (by epoll)",
        thread: "thread",
        name: "name",
        does: "does now",
        cpu: "CPU",
        mask: "mask",
        data: "data",
    },
    objects: Objects {
        listener: |at| format!("listener {at}"),
        socket: "socket, not bound",
        unix: |name, listens| {
            let kind = if listens { "Unix listener" } else { "Unix socket" };
            if name.is_empty() { kind.to_owned() } else { format!("{kind} {name}") }
        },
        epoll: |entries| match entries {
            Some(1) => "epoll, 1 entry".to_owned(),
            Some(entries) => format!("epoll, {} entries", units::count(entries as u64)),
            None => "epoll".to_owned(),
        },
        eventfd: |count| match count {
            Some(count) => format!("eventfd, counter {}", units::count(count)),
            None => "eventfd".to_owned(),
        },
        timerfd_armed: |due| format!("timerfd, due in {due}"),
        timerfd_idle: "timerfd, not armed",
        io_uring: |submitted, completed| {
            format!("io_uring, {submitted} submitted, {completed} completed and not taken")
        },
        pipe: "pipe",
        outlived: "another file than fd has now",
    },
    does: Does {
        runs: "runs",
        stands: "is stopped",
        in_kernel: "sleeps in the kernel, in no call",
        sleeps: |call| format!("sleeps in {call}"),
        within: |call| format!("is in {call}"),
        unknown: "not known: its calls may not be seen",
    },
    data: DataText {
        number: "data: each is the fd's own number",
        number_below: "data: the lower half is the fd's number, the upper was never written",
        pointers: "data: each is an address in its memory",
        marked: "data: addresses in its memory, some with the lowest bit set",
        other: "data: neither numbers of fds nor addresses",
        nginx: "nginx, by its file and its data: addresses, whose lowest bit guards against stale events",
        redis: "redis, by its file and its data: each is the fd's number",
        libuv: "libuv in node, by its file and its data: each is the fd's number",
        go: "Go's runtime, by the note in its file and its data: tagged addresses",
        python: "Python's select.epoll, by its file and its data: each is the fd's number",
    },
    noticed: NoticedText {
        outlived: |fd, epfd| {
            format!(
                "The entry for fd {fd} on epoll {epfd} has outlived its descriptor: another one of the \
                 same file is open, so the kernel keeps it, and its events name a number that stands \
                 for something else."
            )
        },
        herd: |own, epolls| {
            format!(
                "The listener {own} is on {epolls} interest lists, not all with EXCLUSIVE: one client \
                 wakes more than one (thundering herd)."
            )
        },
        spins: |fd, epfd| {
            format!(
                "fd {fd} is watched for OUT on epoll {epfd}, level-triggered, with nothing to send: \
                 each wait returns at once."
            )
        },
        unread: |fd, bytes, time| {
            format!("On fd {fd} {bytes} have lain unread for {time} at least.")
        },
        unread_edge: |fd, bytes, time| {
            format!(
                "On fd {fd} {bytes} have lain unread for {time} at least, and it is edge-triggered: \
                 nobody says so again before more comes."
            )
        },
        not_closed: |fd, time| {
            format!(
                "The peer of fd {fd} has hung up {time} ago at least, and the descriptor is still open."
            )
        },
        blocks: |tid, call, fd, time| {
            format!(
                "Thread {tid}, which waits for many by turns, has been asleep in {call}({fd}, …) for \
                 {time} at least: all others wait for this one."
            )
        },
        queue_full: |own, queue, limit| {
            format!("The accept queue of {own} is full: {queue} wait, {limit} may.")
        },
        near_limit: |pid, open, limit| {
            format!(
                "Process {pid} has {open} descriptors of {limit} that it may have: EMFILE is near."
            )
        },
        nothing: "no mistake that could be seen from outside",
    },
    unknown: Unknown {
        events: "Not known from outside: its events, what it reads and writes, the ready list.",
        descriptors: |pid, why| format!("The descriptors of process {pid} may not be seen: {why}."),
        table: "The kernel's socket table cannot be asked from here: neither round-trip times nor the \
                limit of the accept queue are known.",
        calls: "The calls of its threads may not be seen (ptrace is not permitted).",
    },
    keys: AttachKeys {
        quit: "quit",
        help: "help",
        panel: "next panel",
        zoom: "zoom",
        epoll: "next epoll",
        files: "files too",
        no_files: "no files",
        sort: "sort",
        filter: "filter",
        freeze: "freeze",
        go_on: "go on",
        language: "language",
        title: "attach: what is seen here",
        about: "All of this is read from /proc and from the kernel's socket table. The process is not \
                stopped, asked or changed. Each row is what was so when it was read; what happens \
                between two looks is not seen. To see every call, run it under the scope: \
                epollscope run PROGRAM.",
    },
};
