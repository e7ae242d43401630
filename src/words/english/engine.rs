//! The loop: both its sides, the boundary between them, and what is done now.

use crate::words::places::engine::Engine;
use crate::words::units;

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
    which_epoll: |fd, place, count| {
        [
            format!("epoll fd {fd}, {place} of {count}"),
            format!("epoll {fd}, {place} of {count}"),
            format!("{place} of {count}"),
        ]
    },
    waited_by: |which, who| format!("{which}: {who}"),
    not_waited: |which, who| format!("{which}: {who}, not waited for yet"),
    not_waited_yet: |which| format!("{which}: not waited for yet"),
    is_chosen: |which| format!("{which} (chosen)"),
    interest_list: "interest list",
    watched: |fds| format!("{} watched", units::count(fds as u64)),
    watched_and_more: |fds| format!("{} seen to be added", units::count(fds as u64)),
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
    not_seen_outside: ["not to be seen from outside", "not seen from outside", "not seen"],
    watched_here: |fds| format!("{} of the table", units::count(fds as u64)),
    not_seen_running: ["not to be seen while the loop runs", "not seen while it runs", "not seen"],
    accept_queue: "accept queue",
    accept: "accept",
    accept_queue_of: |waiting, limit| {
        format!("accept queue {} of {}", units::count(waiting.into()), units::count(limit.into()))
    },
    accept_of: |waiting, limit| {
        format!("accept {}/{}", units::count(waiting.into()), units::count(limit.into()))
    },
    accept_queues: |listeners, waiting, full| {
        let waiting = units::count(waiting.into());
        let wait = if waiting == "1" { "waits" } else { "wait" };
        let full = if full > 0 { format!(", {full} full") } else { String::new() };
        [
            format!("{listeners} accept queues, {waiting} {wait}{full}"),
            format!("{listeners} accept queues: {waiting}{full}"),
        ]
    },
    syn_sent: |clients| format!("{} in SYN-SENT", units::count(clients as u64)),
    half_open: |clients| format!("{} half-open", units::count(clients as u64)),
    dropped: |clients| format!("{} dropped", units::count(clients as u64)),
    waiter: |peer, port, unread, time| {
        let at = port.map(|port| format!(" at :{port}")).unwrap_or_default();
        let bytes = units::bytes(unread.into());
        let time = time.map(|time| format!(", for {time}")).unwrap_or_default();
        format!("{peer}{at}, {bytes} unread{time}")
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
