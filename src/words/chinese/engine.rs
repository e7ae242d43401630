//! The loop: both its sides, the boundary between them, and what is done now.

use crate::words::places::engine::Engine;
use crate::words::units;

pub(in crate::words) const CHINESE: Engine = Engine {
    kernel: "内核",
    program: "程序",
    none: "无",
    at_work: "工作中",
    fd: |fd| format!("fd {fd}"),
    starting: ["还没进入循环", "启动中"],
    ended: ["循环已结束", "已结束"],
    asleep: |time, call| {
        [format!("在 {call} 里已睡 {time}"), format!("已睡 {time}"), "睡着".to_owned()]
    },
    asked_and_answered: |asked, answered| format!("问了 {asked}，{answered} 个有话说"),
    after_nap: |round, nap| format!("{round}，之前小睡 {nap}"),
    waited: |time| format!("等了 {time}"),
    napped: |time| format!("小睡 {time}"),
    own_of_them: |own| [format!("其中 {own} 个是唤醒器"), format!("唤醒器 {own}")],
    timeout: "超时",
    copied: |bytes| format!("拷贝 {} 字节", units::count(bytes.into())),
    which_epoll: |fd, place, count| {
        [
            format!("epoll fd {fd}，共 {count} 个，第 {place} 个"),
            format!("epoll {fd}，{place}/{count}"),
            format!("{place}/{count}"),
        ]
    },
    waited_by: |which, who| format!("{which}：{who}"),
    not_waited: |which, who| format!("{which}：{who}，还没人等过"),
    not_waited_yet: |which| format!("{which}：还没人等过"),
    is_chosen: |which| format!("{which}（已选定）"),
    interest_list: "关注列表",
    watched: |fds| format!("关注 {} 个", units::count(fds as u64)),
    watched_and_more: |fds| format!("看到加入 {} 个", units::count(fds as u64)),
    rests: |fd, error| format!("（{fd} 暂歇：{error}）"),
    ready_list: "就绪列表",
    would_return: ["下一次等待调用就返回这些", "下次返回这些", "下次"],
    would_sleep: ["空：下一次等待调用会睡着", "空：下次会睡着", "空"],
    maybe_taken: ["? 这次边缘触发可能已取走，看不出来", "? 边缘触发可能已取走", "? 可能已取走"],
    empty_asleep: ["空，不然循环不会睡着", "空：循环睡着了", "空"],
    not_seen: ["还没测到", "没测到", "?"],
    not_seen_outside: ["从程序外面看不到", "外面看不到", "看不到"],
    watched_here: |fds| format!("表中 {} 个", units::count(fds as u64)),
    not_seen_running: ["循环运行期间看不到", "循环在跑，看不到", "看不到"],
    accept_queue: "全连接队列",
    accept: "全连接",
    accept_queue_of: |waiting, limit| {
        format!("全连接队列 {}/{}", units::count(waiting.into()), units::count(limit.into()))
    },
    accept_of: |waiting, limit| {
        format!("全连接 {}/{}", units::count(waiting.into()), units::count(limit.into()))
    },
    accept_queues: |listeners, waiting, full| {
        let waiting = units::count(waiting.into());
        let full = if full > 0 { format!("，{full} 个已满") } else { String::new() };
        [
            format!("{listeners} 个全连接队列，共 {waiting} 个在等{full}"),
            format!("{listeners} 个全连接队列：{waiting}{full}"),
        ]
    },
    syn_sent: |clients| format!("{} 个在 SYN-SENT", units::count(clients as u64)),
    half_open: |clients| format!("{} 个半连接", units::count(clients as u64)),
    dropped: |times| format!("丢弃 {} 次", units::count(times as u64)),
    waiter: |peer, port, unread, time| {
        let at = port.map(|port| format!(" 连 :{port}")).unwrap_or_default();
        let bytes = units::bytes(unread.into());
        let time = time.map(|time| format!("，已等 {time}")).unwrap_or_default();
        format!("{peer}{at}，{bytes} 未读{time}")
    },
    has_left: "已离开",
    more_waiting: |clients| format!("还有 {} 个在等", units::count(clients as u64)),
    unread_in_queue: |bytes| format!("其中未读 {}", units::bytes(bytes)),
    nothing_unread: "没有未读",
    queues: "队列",
    queues_unmeasured: "接收队列还没测到",
    unread: |sockets| match sockets {
        0 => "没有未读字节".to_owned(),
        n => format!("{} 个套接字有未读字节", units::count(n as u64)),
    },
    more_queues: |queues, bytes| format!("还有 {queues} 个，共 {}", units::bytes(bytes)),
    calls_left_out: ["这一圈有些调用漏掉了", "这一圈漏了些调用", "漏了些调用"],
    nothing_ready: "没有 fd 就绪",
    now: |call| format!("现在：{call}"),
    next: |call| format!("接着：{call}"),
    now_and_next: |now, next| format!("现在：{now}，接着：{next}"),
    last: |call| format!("上次：{call}"),
    last_call: |call| format!("上次调用：{call}"),
    last_seen: |call| format!("最后看到：{call}"),
    held_before: |call| [format!("停在 {call} 之前"), format!("停住：{call}")],
    held: "停住",
    blocked: |route, time, fd| {
        let of = fd.map(|fd| format!("fd {fd} 的")).unwrap_or_default();
        // A blank between Chinese letters and a path.
        let gap = if of.is_empty() { "" } else { " " };
        [
            format!("阻塞 {time}：{of}处理函数 {route} 占住循环，别的连接都得不到服务"),
            format!("阻塞 {time}，卡在 {of}{gap}{route}：别人都在等"),
            format!("阻塞 {time}，卡在 {of}{gap}{route}"),
            format!("阻塞 {time}，卡在 {route}"),
            format!("阻塞在 {route}"),
        ]
    },
    pool: "处理线程池",
    pool_short: "线程池",
    pool_sum: |busy, threads, queued| {
        let (threads, queued) = (units::count(threads as u64), units::count(queued as u64));
        [
            format!("{threads} 个线程中 {busy} 个在工作，{queued} 个排队"),
            format!("{busy}/{threads} 工作中，{queued} 个排队"),
        ]
    },
    a_thread: "某个线程",
    handles: |thread, fd, route, time| {
        let route = route.map(|route| format!(" {route}")).unwrap_or_default();
        let time = time.map(|time| format!(" 已 {time}")).unwrap_or_default();
        format!("{thread}：fd {fd}{route}{time}")
    },
    queue: "排队",
    queued: |fd, time| {
        let time = time.map(|time| format!("（{time}）")).unwrap_or_default();
        format!("fd {fd}{time}")
    },
    asleep_in: |call| format!("睡在 {call}"),
    no_call: "还没有调用",
    ready_array: "就绪数组",
    served: |done, all| format!("已服务 {done}/{all}"),
    marks: |done, now, not_yet, closed| {
        format!("{done} 已服务  {now} 正在服务  {not_yet} 还没轮到  {closed} 其间已关闭")
    },
    rounds: "轮次",
    wake_ups: "唤醒",
    newest_first: "新的在前",
    calls: |calls| format!("{calls} 次调用"),
    own_waker: "（唤醒器）",
    nothing_to_say: |fd| format!("fd {fd} 没话说，接着问下一个。"),
    one_is_ours: "其中一个是程序自己的唤醒器。",
    asked: |fds| format!("问了 {fds} 个"),
    and_waker: |fds| format!("{fds} + 唤醒器"),
    listed: |fds| format!("现在 {} 个", units::count(fds as u64)),
    list_handed_over: "交来的列表",
    list_of: |fds| format!("列表 {} 个", units::count(fds as u64)),
    found_ready: "查出就绪的",
    ready: "就绪",
    no_fd: "没有 fd",
    round_left_out: "这一轮有些调用漏掉了",
    none_spoke: "谁也没话说",
    round_marks: |spoke, again| format!("{spoke} 有话说  {again} EAGAIN"),
    took: |time| format!("用了 {time}"),
    going_on: "进行中",
    keeps_no_list: "不留列表",
    spoke: |spoke, asked| format!("有话说 {}/{}", units::count(spoke), units::count(asked)),
    the_round: "这一轮",
    end_of_stream: |fd, call| format!("{fd} {call} = 0 (FIN)"),
    sleepers: "谁在睡",
    count_asleep: |sleepers| format!("{} 个睡着", units::count(sleepers as u64)),
    all_sleep: "都睡着",
    threads: |threads| format!("{} 个线程", units::count(threads as u64)),
    processes: |processes| format!("{} 个进程", units::count(processes as u64)),
    and_accepter: |workers| format!("{workers}，加上 accept 的那个"),
    of: |some, all| format!("{}/{}", units::count(some as u64), units::count(all as u64)),
    in_call: |call, sleepers| format!("{call} {}", units::count(sleepers as u64)),
    first_thread: ["第一个线程", "首线程", "首个"],
    first_process: ["第一个进程", "首进程", "首个"],
    thread_accepts: ["第一个线程在 accept", "首线程 accept", "首个"],
    process_accepts: ["第一个进程在 accept", "首进程 accept", "首个"],
    thread: |number| format!("线程 {number}"),
    process: |number| format!("进程 {number}"),
    none_parked: "没有任务挂起",
    none_runs: "没有任务在运行",
    task: |task| format!("任务 {task}"),
    task_last: |task, call| format!("任务 {task}：{call}"),
    asleep_in_runtime: "睡在运行时自己的等待调用里",
    asleep_in_its_wait: |epfd, most| {
        let most = most.map(|most| format!("，最多 {most}")).unwrap_or_default();
        format!("睡在它的 epoll_wait({epfd}) 里{most}")
    },
    runtime_list: |epfd| {
        [format!("运行时的关注列表，epoll {epfd}"), format!("运行时的 epoll {epfd}")]
    },
    runtime_list_short: |epfd| format!("它的 epoll {epfd}："),
    ctl_unseen: "运行时在自己内部调用 epoll_ctl，从这里看不到；内核里的这份列表，就是那些调用的结果。",
    loop_held: "停住",
    tasks: "任务",
    parked: "挂起",
    wait: |tasks| format!("{} 个在等", units::count(tasks as u64)),
    count_parked: |tasks| format!("{} 个挂起", units::count(tasks as u64)),
    count_tasks: |tasks, state| {
        let tasks = units::count(tasks as u64);
        [
            format!("{tasks} 个任务下面是运行时的循环：{state}"),
            format!("{tasks} 个任务：{state}"),
            format!("{tasks} 个任务"),
        ]
    },
    runtime: "运行时",
    tasks_it_runs: "它运行的任务",
    not_parked: |tasks| format!("{} 个没挂起", units::count(tasks as u64)),
    waiting_of: |waiting, limit| {
        format!("{} 个在等，上限 {}", units::count(waiting.into()), units::count(limit.into()))
    },
    not_measured_yet: "还没测到",
    nobody_waits: "没有人在等",
    nobody_served: "没有人在接受服务",
    others_wait: |time, call| {
        [
            format!("在 {call} 里已睡 {time}：别人都在等"),
            format!("在 {call} 里已睡 {time}"),
            format!("在 {call} 里"),
        ]
    },
    one_at_a_time: ["一次一个：别人都在等", "一次一个"],
    queue_behind: "后面的队列",
    behind: |queue| format!("后面 {queue}"),
    the_one: "正在服务的那个",
    is_served: "服务中",
};
