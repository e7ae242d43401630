//! What is said of a process that is looked at from outside.

use crate::words::places::attach::{
    Attach, AttachKeys, Columns, DataText, Does, NoticedText, Objects, Unknown,
};
use crate::words::units;

pub(in crate::words) const CHINESE: Attach = Attach {
    nobody: |target| format!("没有进程 {target}：请给出进程号（ps -e），或程序的名字。"),
    inside: |target, here| {
        format!("这里没有进程 {target}：某个容器里有一个叫这个号，在这里是 {here}。")
    },
    kernel: |target| format!("{target} 是内核线程：它自己没有文件描述符。"),
    own: |target| format!("{target} 就是本程序：请换一个。"),
    not_permitted: |target| {
        format!(
            "不能查看 {target}：它属于别的用户，或自己禁止了查看（PR_SET_DUMPABLE）；请用那个用户或 root。"
        )
    },
    not_traced: |target| {
        format!(
            "不能跟踪 {target}：请用它的用户或 root，并确认没有禁止 ptrace \
             （kernel.yama.ptrace_scope 为 0，或用 root；容器里需要 SYS_PTRACE 权能）。"
        )
    },
    traced_already: |target| format!("{target} 正被别的程序跟踪（strace、调试器）：请先结束它。"),
    one_process: |target, others| {
        format!("{target} 有 {} 个进程：用 --calls 时请给出要看的那个进程号。", others + 1)
    },
    failed: |target, why| format!("无法查看 {target}：{why}。"),
    several: |name| format!("叫 {name} 的有好几个："),
    one_of: |place, pid, members, command| {
        let others = match members {
            1 => String::new(),
            _ => format!("，连同它启动的 {} 个", members - 1),
        };
        format!("  {place}  {pid}{others}：{command}")
    },
    which: |most| format!("哪一个（1 到 {most}）？"),
    choose: |name| format!("叫 {name} 的有好几个：请给出其中一个的进程号。"),

    from_outside: "从外面看，没有停住它",
    processes: |count| format!("{count} 个进程"),
    ended: |name| format!("{name} 已结束；这是最后看到的"),
    frozen: "画面冻结",
    connections: |count| format!("{} 个连接", units::count(count as u64)),
    waiting: |queue| format!("{} 个等待 accept", units::count(queue.into())),
    descriptors: |open, limit| {
        let open = units::count(open as u64);
        match limit {
            Some(limit) => format!("fd {open} 个，上限 {}", units::count(limit)),
            None => format!("fd {open} 个"),
        }
    },
    cpu: |percent| format!("CPU {percent:.1} %"),
    switches: |a_second| format!("上下文切换 {}/s", units::rate(a_second)),
    threads_are: |count| format!("{} 个线程", units::count(count as u64)),

    table: "文件描述符",
    threads: "线程",
    list: |pid, epfd, entries| {
        format!("{pid}/fd {epfd} 的关注列表：{} 项", units::count(entries as u64))
    },
    lists: "关注列表",
    findings: "注意到的",
    nothing_shown: "没有符合的",
    no_list: "它没有 epoll",
    empty_list: "列表是空的",
    sorted: |column| format!("按{column}排序"),
    folded: |count, key| format!("另有文件和管道 {count} 个（{key}）"),
    filtered: |text, shown, of| format!("/{text}：{of} 个中的 {shown} 个"),

    columns: Columns {
        process: "进程",
        fd: "fd",
        what: "代表什么",
        state: "状态",
        recv: "接收队列",
        send: "发送队列",
        rtt: "往返",
        watched: "关注的事件（哪个 epoll）",
        thread: "线程",
        name: "名字",
        does: "正在做",
        cpu: "CPU",
        mask: "掩码",
        data: "数据",
    },
    objects: Objects {
        listener: |at| format!("监听套接字 {at}"),
        socket: "套接字，未绑定",
        unix: |name, listens| {
            let kind = if listens { "Unix 监听套接字" } else { "Unix 套接字" };
            if name.is_empty() { kind.to_owned() } else { format!("{kind} {name}") }
        },
        epoll: |entries| match entries {
            Some(entries) => format!("epoll，{} 项", units::count(entries as u64)),
            None => "epoll".to_owned(),
        },
        eventfd: |count| match count {
            Some(count) => format!("eventfd，计数 {}", units::count(count)),
            None => "eventfd".to_owned(),
        },
        timerfd_armed: |due| format!("timerfd，{due} 后到期"),
        timerfd_idle: "timerfd，未启动",
        io_uring: |submitted, completed| {
            format!("io_uring，已提交 {submitted} 项，完成而未取走 {completed} 项")
        },
        pipe: "管道",
        outlived: "和这个 fd 现在的文件不同",
    },
    does: Does {
        runs: "在运行",
        stands: "被停住",
        in_kernel: "睡在内核里，不在系统调用中",
        sleeps: |call| format!("睡在 {call} 里"),
        within: |call| format!("在 {call} 里"),
        unknown: "未知：看不到它的系统调用",
    },
    data: DataText {
        number: "数据：都是 fd 自己的编号",
        number_below: "数据：低一半是 fd 的编号，高一半没有写过",
        pointers: "数据：都是它内存里的地址",
        marked: "数据：它内存里的地址，有的最低位是 1",
        other: "数据：既不是 fd 的编号，也不是地址",
        nginx: "nginx（凭它的文件和数据）：地址，最低位用来识别过期事件",
        redis: "redis（凭它的文件和数据）：都是 fd 的编号",
        libuv: "node 里的 libuv（凭它的文件和数据）：都是 fd 的编号",
        go: "Go 的运行时（凭文件里的标记和数据）：带标签的地址",
        python: "Python 的 select.epoll（凭它的文件和数据）：都是 fd 的编号",
    },
    noticed: NoticedText {
        outlived: |fd, epfd| {
            format!(
                "epoll {epfd} 上 fd {fd} 的那一项比它的描述符活得久：同一文件还有别的描述符开着，内核就留着它；\
                 它的事件报的编号，如今代表别的东西。"
            )
        },
        herd: |own, epolls| {
            format!(
                "监听套接字 {own} 在 {epolls} 个关注列表上，并非都用 EXCLUSIVE：来一个客户端会唤醒好几个（惊群）。"
            )
        },
        spins: |fd, epfd| {
            format!(
                "epoll {epfd} 以水平触发关注 fd {fd} 的 OUT，却没有东西要发：每次等待都立刻返回。"
            )
        },
        unread: |fd, bytes, time| format!("fd {fd} 上有 {bytes} 至少 {time} 没读。"),
        unread_edge: |fd, bytes, time| {
            format!(
                "fd {fd} 上有 {bytes} 至少 {time} 没读，而它是边缘触发：在新数据到来之前不会再报。"
            )
        },
        not_closed: |fd, time| format!("fd {fd} 的对端至少 {time} 前已挂断，描述符还开着。"),
        blocks: |tid, call, fd, time| {
            format!(
                "线程 {tid} 平时等待许多描述符，现在睡在 {call}({fd}, …) 里至少 {time} 了：别的都在等它。"
            )
        },
        queue_full: |own, queue, limit| {
            format!("{own} 的 accept 队列满了：{queue} 个在等，最多 {limit} 个。")
        },
        near_limit: |pid, open, limit| {
            format!("进程 {pid} 最多 {limit} 个描述符，已开 {open} 个：快要 EMFILE 了。")
        },
        nothing: "从外面没有看到错误",
    },
    unknown: Unknown {
        events: "从外面看不到：它的事件、它读写了什么、就绪列表。",
        descriptors: |pid, why| format!("看不到进程 {pid} 的描述符：{why}。"),
        table: "这里不能查询内核的套接字表：往返时间和 accept 队列的上限未知。",
        calls: "看不到它的线程的系统调用（不允许 ptrace）。",
    },
    keys: AttachKeys {
        quit: "退出",
        help: "帮助",
        panel: "下一个面板",
        zoom: "放大",
        epoll: "下一个 epoll",
        files: "也列文件",
        no_files: "不列文件",
        sort: "排序",
        filter: "过滤",
        freeze: "冻结",
        go_on: "继续",
        language: "语言",
        title: "附着：这里看到的是什么",
        about: "这里的一切都读自 /proc 和内核的套接字表。不停住那个进程，不问它，也不改变它。\
                每一行是读到的那一刻的样子；两次读之间发生的事看不到。\
                要看到每一次系统调用，请在示波器下运行它：epollscope run PROGRAM。",
    },
};
