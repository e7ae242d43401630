//! `epollscope compare`: its progress, why a server could not be measured, and its reports.

use crate::words::places::compare::{Compare, FigureText, Figures, Notes, Report, Why};
use crate::words::{plain, units};

fn refused(count: u64, of: u32, which: &str, why: &str) -> String {
    let (count, of) = (units::count(count), units::count(of.into()));
    format!("{of} 个{which}连接中有 {count} 个被拒绝：{why}")
}

/// How a process has ended, as the standard library writes it.
fn exit(status: &str) -> String {
    status.replace("exit status: ", "退出码 ").replace("signal: ", "信号 ")
}

fn unanswered(answered: u32, of: u32, which: &str, seconds: u64) -> String {
    let (answered, of) = (units::count(answered.into()), units::count(of.into()));
    format!(
        "{of} 个{which}连接中只有 {answered} 个得到第一个响应，此后 {seconds} s 里再没有别的得到。"
    )
}

pub(in crate::words) const CHINESE: Compare = Compare {
    measuring: |server| format!("正在测量 {server}"),
    none_measured: "所有服务器都没法测量；原因见表。",
    report_failed: |path, why| format!("无法写报告 {path}：{why}。"),
    fifo_unread: "这个 FIFO 没有人读",
    descriptors: |connections, descriptors| {
        format!(
            "{} 个连接要用的 fd 太多，这里一个进程只能打开 {} 个：减少连接，或提高上限\
             （ulimit -n）。",
            units::count(connections),
            units::count(descriptors)
        )
    },
    no_signals: |error| format!("无法捕获信号：{}。", plain(error)),
    signalled: "还没测完所有服务器，就被信号结束了。",
    no_parent: |error| format!("无法得知比较何时结束：{}。", plain(error)),
    parent_ended: |variable| format!("这个服务器所属的比较（{variable}）已经结束。"),
    why: Why {
        not_started: |why| format!("没能启动：{why}"),
        not_listening: |seconds| format!("{seconds} s 之内没有开始监听"),
        ended: |status| format!("服务器已结束（{}）", exit(status)),
        idle_refused: |count, of, why| refused(count, of, "空闲", why),
        active_refused: |count, of, why| refused(count, of, "活跃", why),
        unasked: "没有请求却来了响应",
        closed_after: "一次响应后就关闭",
        status: |status| format!("响应的状态码是 {status}"),
        no_answer: "没有响应就关闭了",
    },
    notes: Notes {
        idle_unanswered: |answered, of, seconds| unanswered(answered, of, "空闲", seconds),
        active_unanswered: |answered, of, seconds| unanswered(answered, of, "活跃", seconds),
        none_answered: "负载期间，没有一个活跃连接得到响应。",
        some_unanswered: |count, of| {
            format!(
                "负载期间，{} 个活跃连接中有 {} 个没有得到响应；延迟只算其余的连接。",
                units::count(of.into()),
                units::count(count.into())
            )
        },
        failed: |count, why| format!("负载期间，{} 个连接失败：{why}。", units::count(count)),
        counts_differ: |answers, requests| {
            format!(
                "负载发生器数到 {} 个响应，服务器数到 {} 个请求（读计数器的那一个不算）。",
                units::count(answers),
                units::figure(requests)
            )
        },
        no_counters: "读不到它的计数器：它没有响应 GET /-/metrics。",
    },
    figures: Figures {
        throughput: FigureText {
            title: "每秒请求数",
            heading: "请求/s",
            how: "负载发生器完整读到的响应数，除以从它的第一个请求到最后一个响应的时间。",
        },
        median: FigureText {
            title: "延迟 p50",
            heading: "p50",
            how: "一半的响应不超过这么久：从写请求之前，到读完响应的最后一个字节，按负载发生器的\
                  时钟。",
        },
        p99: FigureText {
            title: "延迟 p99", heading: "p99", how: "99 % 的响应不超过这么久。"
        },
        cpu: FigureText {
            title: "每请求 CPU 时间",
            heading: "CPU/请求",
            how: "测量期间，服务器各进程的 utime + stime（/proc/PID/stat，每项精确到 10 ms），\
                  加上它们已结束的子进程的，除以响应数。",
        },
        memory: FigureText {
            title: "每连接内存",
            heading: "内存/连接",
            how: "所有连接都已打开、各得到一次响应时，服务器各进程独占的内存页\
                  （/proc/PID/smaps_rollup 的 Pss_Anon + Pss_Shmem），减去之前的，除以连接数；\
                  内核为套接字、线程和页表用的内存不算在内。",
        },
        calls: FigureText {
            title: "每请求系统调用",
            heading: "调用/请求",
            how: "服务器自己数的系统调用数（精确），除以它数的请求数（前后各读一次 /-/metrics；\
                  第二次读取在两个数里都算进去了）。",
        },
        examined: FigureText {
            title: "检查 : 就绪",
            heading: "检查:就绪",
            how: "每报告一个 fd 就绪，内核或程序问过多少个 fd 是否就绪；按服务器自己的计数。",
        },
        copied: FigureText {
            title: "每请求 fd 列表",
            heading: "列表/请求",
            how: "服务器的等待调用和 epoll_ctl 拷进拷出内核的 fd 列表字节数，按它自己的计数。",
        },
        wake_ups: FigureText {
            title: "每请求唤醒",
            heading: "唤醒/请求",
            how: "服务器的等待调用返回的次数，按它自己的计数。",
        },
        again: FigureText {
            title: "每请求 EAGAIN",
            heading: "EAGAIN/请求",
            how: "服务器的调用中以 EAGAIN 结束的次数，按它自己的计数。",
        },
        switches: FigureText {
            title: "每请求上下文切换",
            heading: "切换/请求",
            how: "测量期间，服务器各线程的上下文切换，自愿的和非自愿的都算\
                  （/proc/PID/task/*/status），除以响应数。",
        },
        threads: FigureText {
            title: "线程数",
            heading: "线程",
            how: "负载下服务器所有进程的线程数，从 /proc 里数。",
        },
        waiting: FigureText {
            title: "等待时间",
            heading: "等待",
            how: "两次读计数器之间，服务器自己的线程有多大比例的时间在等待调用里，或睡在别的调用\
                  里；按它自己的计数和时钟。",
        },
    },
    report: Report {
        language: "zh-Hans",
        heading: |load| format!("epollscope compare：{load}。"),
        load: |idle, active, path, seconds, warm_up| {
            format!(
                "{} 个空闲连接，{} 个活跃连接，GET {path}，预热 {warm_up} s 后各测 {seconds} s",
                units::count(idle.into()),
                units::count(active.into()),
            )
        },
        server: "服务器",
        cannot: |why| format!("无法测量：{why}"),
        more_is_better: "越大越好",
        less_is_better: "越小越好",
        explains: "解释其他数据",

        machine: "机器",
        kernel: "内核",
        program: "程序",
        time: "时间",
        load_name: "负载",
        unknown: "未知",
        processors: |count, name, architecture| {
            format!("{count} 个处理器（{name}，{architecture}）")
        },
        memory: |amount| format!("内存：{amount}"),
        load_average: |load| format!("；测量前一分钟的平均负载 {}", units::figure(load)),
        optimised: "优化构建",
        debug: "调试构建：优化构建要快许多倍",

        figures: "数据",
        below: |server| format!("每个数的下面：是 {server} 的多少倍。"),
        multiples: |server| format!("相当于 {server} 的多少倍"),
        what_explains: "数据背后的原因",
        side_by_side: "并排对比",
        notes: "说明",
        how: "怎样测量",
        setting: "服务器一个接一个地运行，每个都在自己的进程里，都不绑定处理器；负载发生器是\
                  另一个进程的一个线程，和它们共用这台机器。",
        commands: "命令",
    },
};
