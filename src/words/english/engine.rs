//! The loop: both its sides, the boundary between them, and what is done now.

use std::net::SocketAddr;

use crate::words::units;

/// What the panel of the loop says. Of several spellings the longest is first.
pub(crate) struct Engine {
    pub(crate) kernel: &'static str,
    pub(crate) program: &'static str,
    pub(crate) none: &'static str,
    pub(crate) at_work: &'static str,
    pub(crate) fd: fn(fd: i32) -> String,
    /// The boundary.
    pub(crate) starting: [&'static str; 2],
    pub(crate) ended: [&'static str; 2],
    pub(crate) asleep: fn(time: &str, call: &str) -> [String; 3],
    pub(crate) asked_and_answered: fn(asked: &str, answered: &str) -> String,
    pub(crate) after_nap: fn(round: &str, nap: &str) -> String,
    pub(crate) waited: fn(time: &str) -> String,
    pub(crate) napped: fn(time: &str) -> String,
    pub(crate) own_of_them: fn(own: u32) -> [String; 2],
    pub(crate) timeout: &'static str,
    pub(crate) copied: fn(bytes: u32) -> String,
    /// epoll's lists.
    pub(crate) interest_list: &'static str,
    pub(crate) watched: fn(fds: usize) -> String,
    pub(crate) rests: fn(fd: i32, error: &str) -> String,
    pub(crate) ready_list: &'static str,
    pub(crate) would_return: [&'static str; 3],
    pub(crate) would_sleep: [&'static str; 3],
    pub(crate) maybe_taken: [&'static str; 3],
    pub(crate) empty_asleep: [&'static str; 3],
    pub(crate) not_seen: [&'static str; 3],
    pub(crate) not_seen_running: [&'static str; 3],
    /// The queues.
    pub(crate) accept_queue: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) accept_queue_of: fn(waiting: u32, limit: u32) -> String,
    pub(crate) accept_of: fn(waiting: u32, limit: u32) -> String,
    pub(crate) syn_sent: fn(clients: usize) -> String,
    pub(crate) half_open: fn(clients: usize) -> String,
    pub(crate) dropped: fn(clients: usize) -> String,
    /// One that waits in the accept queue; how long, where that is known.
    pub(crate) waiter: fn(peer: &SocketAddr, unread: u32, time: Option<&str>) -> String,
    pub(crate) has_left: &'static str,
    pub(crate) more_waiting: fn(clients: usize) -> String,
    pub(crate) unread_in_queue: fn(bytes: u64) -> String,
    pub(crate) nothing_unread: &'static str,
    pub(crate) queues: &'static str,
    pub(crate) queues_unmeasured: &'static str,
    pub(crate) unread: fn(sockets: usize) -> String,
    pub(crate) more_queues: fn(queues: usize, bytes: u64) -> String,
    /// The ready array, what is done now, and the wake-ups before.
    pub(crate) calls_left_out: [&'static str; 3],
    pub(crate) nothing_ready: &'static str,
    pub(crate) now: fn(call: &str) -> String,
    pub(crate) next: fn(call: &str) -> String,
    pub(crate) now_and_next: fn(now: &str, next: &str) -> String,
    pub(crate) last: fn(call: &str) -> String,
    pub(crate) last_call: fn(call: &str) -> String,
    pub(crate) last_seen: fn(call: &str) -> String,
    pub(crate) held_before: fn(call: &str) -> [String; 2],
    pub(crate) held: &'static str,
    /// A handler keeps the loop, for so long; whose, where that is known.
    pub(crate) blocked: fn(route: &str, time: &str, fd: Option<i32>) -> [String; 5],
    /// The pool of handlers.
    pub(crate) pool: &'static str,
    pub(crate) pool_short: &'static str,
    pub(crate) pool_sum: fn(busy: usize, threads: usize, queued: usize) -> [String; 2],
    pub(crate) a_thread: &'static str,
    pub(crate) handles:
        fn(thread: &str, fd: i32, route: Option<&str>, time: Option<&str>) -> String,
    pub(crate) queue: &'static str,
    pub(crate) queued: fn(fd: i32, time: Option<&str>) -> String,
    pub(crate) asleep_in: fn(call: &str) -> String,
    pub(crate) no_call: &'static str,
    pub(crate) ready_array: &'static str,
    pub(crate) served: fn(done: usize, all: usize) -> String,
    pub(crate) marks: fn(done: &str, now: &str, not_yet: &str, closed: &str) -> String,
    pub(crate) rounds: &'static str,
    pub(crate) wake_ups: &'static str,
    pub(crate) newest_first: &'static str,
    pub(crate) calls: fn(calls: u32) -> String,
    pub(crate) own_waker: &'static str,
    pub(crate) nothing_to_say: fn(fd: i32) -> String,
    pub(crate) one_is_ours: &'static str,
    /// `select` and `poll`.
    pub(crate) asked: fn(fds: &str) -> String,
    pub(crate) and_waker: fn(fds: &str) -> String,
    pub(crate) listed: fn(fds: usize) -> String,
    pub(crate) list_handed_over: &'static str,
    pub(crate) list_of: fn(fds: usize) -> String,
    pub(crate) found_ready: &'static str,
    pub(crate) ready: &'static str,
    pub(crate) no_fd: &'static str,
    /// `scan`.
    pub(crate) round_left_out: &'static str,
    pub(crate) none_spoke: &'static str,
    pub(crate) round_marks: fn(spoke: &str, again: &str) -> String,
    pub(crate) took: fn(time: &str) -> String,
    pub(crate) going_on: &'static str,
    pub(crate) keeps_no_list: &'static str,
    pub(crate) spoke: fn(spoke: u64, asked: u64) -> String,
    pub(crate) the_round: &'static str,
    pub(crate) end_of_stream: fn(fd: i32, call: &str) -> String,
    /// `threads` and `processes`.
    pub(crate) sleepers: &'static str,
    pub(crate) count_asleep: fn(sleepers: usize) -> String,
    pub(crate) all_sleep: &'static str,
    pub(crate) threads: fn(threads: usize) -> String,
    pub(crate) processes: fn(processes: usize) -> String,
    pub(crate) and_accepter: fn(workers: &str) -> String,
    pub(crate) of: fn(some: usize, all: usize) -> String,
    /// How many are in a call.
    pub(crate) in_call: fn(call: &str, sleepers: usize) -> String,
    /// The thread or process that accepts: asleep, and at work.
    pub(crate) first_thread: [&'static str; 3],
    pub(crate) first_process: [&'static str; 3],
    pub(crate) thread_accepts: [&'static str; 3],
    pub(crate) process_accepts: [&'static str; 3],
    pub(crate) thread: fn(number: i32) -> String,
    pub(crate) process: fn(number: i32) -> String,
    /// `coroutines`.
    pub(crate) none_parked: &'static str,
    pub(crate) none_runs: &'static str,
    pub(crate) task: fn(task: u64) -> String,
    pub(crate) task_last: fn(task: u64, call: &str) -> String,
    pub(crate) asleep_in_runtime: &'static str,
    pub(crate) asleep_in_its_wait: fn(epfd: i32, most: Option<&str>) -> String,
    pub(crate) runtime_list: fn(epfd: i32) -> [String; 2],
    pub(crate) runtime_list_short: fn(epfd: i32) -> String,
    pub(crate) ctl_unseen: &'static str,
    pub(crate) loop_held: &'static str,
    pub(crate) tasks: &'static str,
    pub(crate) parked: &'static str,
    pub(crate) wait: fn(tasks: usize) -> String,
    pub(crate) count_parked: fn(tasks: usize) -> String,
    pub(crate) count_tasks: fn(tasks: usize, state: &str) -> [String; 3],
    pub(crate) runtime: &'static str,
    pub(crate) tasks_it_runs: &'static str,
    pub(crate) not_parked: fn(tasks: usize) -> String,
    /// `blocking`.
    pub(crate) waiting_of: fn(waiting: u32, limit: u32) -> String,
    pub(crate) not_measured_yet: &'static str,
    pub(crate) nobody_waits: &'static str,
    pub(crate) nobody_served: &'static str,
    pub(crate) others_wait: fn(time: &str, call: &str) -> [String; 3],
    pub(crate) one_at_a_time: [&'static str; 2],
    pub(crate) queue_behind: &'static str,
    pub(crate) behind: fn(queue: &str) -> String,
    pub(crate) the_one: &'static str,
    pub(crate) is_served: &'static str,
}

pub(in crate::words) const ENGLISH: Engine = Engine {
    kernel: "kernel",
    program: "program",
    none: "none",
    at_work: "at work",
    fd: |fd| format!("fd {fd}"),
    starting: ["not in its loop yet", "starting"],
    ended: ["the loop has ended", "ended"],
    asleep: |time, call| {
        [format!("asleep for {time} in {call}"), format!("asleep for {time}"), "asleep".to_owned()]
    },
    asked_and_answered: |asked, answered| format!("{asked} asked, {answered} answered"),
    after_nap: |round, nap| format!("{round}, after a nap of {nap}"),
    waited: |time| format!("waited {time}"),
    napped: |time| format!("napped {time}"),
    own_of_them: |own| [format!("{own} of them our own waker"), format!("{own} own")],
    timeout: "timeout",
    copied: |bytes| format!("{} bytes copied", units::count(bytes.into())),
    interest_list: "interest list",
    watched: |fds| format!("{} watched", units::count(fds as u64)),
    rests: |fd, error| format!("({fd} rests: {error})"),
    ready_list: "ready list",
    would_return: ["the next wait call returns these", "returned next", "next"],
    would_sleep: ["empty: the next wait call would sleep", "empty: it would sleep", "empty"],
    maybe_taken: [
        "? its edge may have been taken already, which cannot be seen",
        "? the edge may be taken",
        "? maybe taken",
    ],
    empty_asleep: ["empty, or the loop would not sleep", "empty: the loop sleeps", "empty"],
    not_seen: ["not measured yet", "not measured", "?"],
    not_seen_running: ["not to be seen while the loop runs", "not seen while it runs", "not seen"],
    accept_queue: "accept queue",
    accept: "accept",
    accept_queue_of: |waiting, limit| {
        format!("accept queue {} of {}", units::count(waiting.into()), units::count(limit.into()))
    },
    accept_of: |waiting, limit| {
        format!("accept {}/{}", units::count(waiting.into()), units::count(limit.into()))
    },
    syn_sent: |clients| format!("{} in SYN-SENT", units::count(clients as u64)),
    half_open: |clients| format!("{} half-open", units::count(clients as u64)),
    dropped: |clients| format!("{} dropped", units::count(clients as u64)),
    waiter: |peer, unread, time| {
        let bytes = units::bytes(unread.into());
        let time = time.map(|time| format!(", for {time}")).unwrap_or_default();
        format!("{peer}, {bytes} unread{time}")
    },
    has_left: "has left",
    more_waiting: |clients| format!("+{} more wait", units::count(clients as u64)),
    unread_in_queue: |bytes| format!("{} unread in it", units::bytes(bytes)),
    nothing_unread: "nothing unread",
    queues: "queues",
    queues_unmeasured: "receive queues not measured yet",
    unread: |sockets| match sockets {
        0 => "no bytes unread".to_owned(),
        1 => "bytes unread on 1 socket".to_owned(),
        n => format!("bytes unread on {} sockets", units::count(n as u64)),
    },
    more_queues: |queues, bytes| format!("+{queues} more with {}", units::bytes(bytes)),
    calls_left_out: [
        "some calls of this turn were left out",
        "calls of this turn left out",
        "calls left out",
    ],
    nothing_ready: "nothing was ready",
    now: |call| format!("now: {call}"),
    next: |call| format!("next: {call}"),
    now_and_next: |now, next| format!("now: {now}, next: {next}"),
    last: |call| format!("last: {call}"),
    last_call: |call| format!("last call: {call}"),
    last_seen: |call| format!("last seen: {call}"),
    held_before: |call| [format!("HELD before {call}"), format!("HELD: {call}")],
    held: "HELD",
    blocked: |route, time, fd| {
        let of = fd.map(|fd| format!(" of fd {fd}")).unwrap_or_default();
        [
            format!("BLOCKED for {time} in the handler {route}{of}: nobody else is served"),
            format!("BLOCKED for {time} in {route}{of}: the others wait"),
            format!("BLOCKED for {time} in {route}{of}"),
            format!("BLOCKED {time} in {route}"),
            format!("BLOCKED in {route}"),
        ]
    },
    pool: "handler pool",
    pool_short: "pool",
    pool_sum: |busy, threads, queued| {
        let (threads, queued) = (units::count(threads as u64), units::count(queued as u64));
        [
            format!("{busy} of {threads} threads at work, {queued} queued"),
            format!("{busy} of {threads} at work, {queued} queued"),
        ]
    },
    a_thread: "a thread",
    handles: |thread, fd, route, time| {
        let route = route.map(|route| format!(" {route}")).unwrap_or_default();
        let time = time.map(|time| format!(" for {time}")).unwrap_or_default();
        format!("{thread}: fd {fd}{route}{time}")
    },
    queue: "queue",
    queued: |fd, time| {
        let time = time.map(|time| format!(" ({time})")).unwrap_or_default();
        format!("fd {fd}{time}")
    },
    asleep_in: |call| format!("asleep in {call}"),
    no_call: "no call yet",
    ready_array: "the ready array",
    served: |done, all| format!("{done} of {all} served"),
    marks: |done, now, not_yet, closed| {
        format!(
            "{done} served  {now} being served  {not_yet} still to be served  {closed} closed \
             meanwhile"
        )
    },
    rounds: "rounds",
    wake_ups: "wake-ups",
    newest_first: "newest first",
    calls: |calls| format!("{calls} call{}", if calls == 1 { "" } else { "s" }),
    own_waker: "(own waker)",
    nothing_to_say: |fd| format!("fd {fd} has nothing to say; the next is asked."),
    one_is_ours: "One of them is our own waker.",
    asked: |fds| format!("{fds} asked"),
    and_waker: |fds| format!("{fds} + our waker"),
    listed: |fds| format!("{} now", units::count(fds as u64)),
    list_handed_over: "the list handed over",
    list_of: |fds| format!("list of {}", units::count(fds as u64)),
    found_ready: "found ready",
    ready: "ready",
    no_fd: "no fd",
    round_left_out: "some calls of this round were left out",
    none_spoke: "nobody had anything to say",
    round_marks: |spoke, again| format!("{spoke} spoke  {again} EAGAIN"),
    took: |time| format!("took {time}"),
    going_on: "going on",
    keeps_no_list: "keeps no list",
    spoke: |spoke, asked| format!("{} of {} spoke", units::count(spoke), units::count(asked)),
    the_round: "the round",
    end_of_stream: |fd, call| format!("{fd} {call} = 0 (FIN)"),
    sleepers: "sleepers",
    count_asleep: |sleepers| format!("{} asleep", units::count(sleepers as u64)),
    all_sleep: "all sleep",
    threads: |threads| format!("{} threads", units::count(threads as u64)),
    processes: |processes| format!("{} processes", units::count(processes as u64)),
    and_accepter: |workers| format!("{workers} and the one that accepts"),
    of: |some, all| format!("{} of {}", units::count(some as u64), units::count(all as u64)),
    in_call: |call, sleepers| format!("{call} {}", units::count(sleepers as u64)),
    first_thread: ["the first thread", "first thread", "first"],
    first_process: ["the first process", "first process", "first"],
    thread_accepts: ["the first thread accepts", "first accepts", "first"],
    process_accepts: ["the first process accepts", "first accepts", "first"],
    thread: |number| format!("thread {number}"),
    process: |number| format!("process {number}"),
    none_parked: "no task is parked",
    none_runs: "no task runs",
    task: |task| format!("task {task}"),
    task_last: |task, call| format!("task {task}: {call}"),
    asleep_in_runtime: "asleep in the runtime's own wait call",
    asleep_in_its_wait: |epfd, most| {
        let most = most.map(|most| format!(", {most} at most")).unwrap_or_default();
        format!("asleep in its epoll_wait({epfd}){most}")
    },
    runtime_list: |epfd| {
        [
            format!("the runtime's interest list, epoll {epfd}"),
            format!("the runtime's epoll {epfd}"),
        ]
    },
    runtime_list_short: |epfd| format!("its epoll {epfd}: "),
    ctl_unseen: "The runtime's epoll_ctl calls are made inside it and cannot be seen from here; the \
                 list, as the kernel has it, is what came of them.",
    loop_held: "held",
    tasks: "tasks",
    parked: "parked",
    wait: |tasks| format!("{} wait", units::count(tasks as u64)),
    count_parked: |tasks| format!("{} parked", units::count(tasks as u64)),
    count_tasks: |tasks, state| {
        let tasks = units::count(tasks as u64);
        [
            format!("the runtime's loop under {tasks} tasks: {state}"),
            format!("{tasks} tasks: {state}"),
            format!("{tasks} tasks"),
        ]
    },
    runtime: "runtime",
    tasks_it_runs: "tasks it runs",
    not_parked: |tasks| format!("{} not parked", units::count(tasks as u64)),
    waiting_of: |waiting, limit| {
        format!("{} of {} wait", units::count(waiting.into()), units::count(limit.into()))
    },
    not_measured_yet: "not measured yet",
    nobody_waits: "nobody waits",
    nobody_served: "nobody is served",
    others_wait: |time, call| {
        [
            format!("asleep for {time} in {call}: the others wait"),
            format!("asleep for {time} in {call}"),
            format!("in {call}"),
        ]
    },
    one_at_a_time: ["one at a time: the others wait", "one at a time"],
    queue_behind: "the queue behind",
    behind: |queue| format!("behind it {queue}"),
    the_one: "the one that is served",
    is_served: "served",
};
