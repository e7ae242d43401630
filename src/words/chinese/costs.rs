//! The cost meter: each figure with how it was obtained.

use crate::words::places::costs::{CostText, Costs};
use crate::words::units;

pub(in crate::words) const CHINESE: Costs = Costs {
    calls: CostText {
        name: "每请求系统调用",
        how: "服务器报告的系统调用数（含内部调用），除以读懂的请求数；取最近 10 s。",
    },
    calls_per_echo: CostText {
        name: "每回显系统调用",
        how: "服务器报告的系统调用数（含内部调用），除以收到并送回的次数；取最近 10 s。",
    },
    calls_per_answer: CostText {
        name: "每响应系统调用",
        how: "程序停下来的系统调用数，除以它在连接上读过之后又写的次数；取最近 10 s。",
    },
    cpu_per_answer: CostText {
        name: "每响应 CPU",
        how: "程序各线程占用 CPU 的时间（取自 /proc/.../schedstat），除以两次读数之间的响应数。\
              被跟踪时，程序用的 CPU 比自己运行时多。",
    },
    latency_of_answers: CostText {
        name: "延迟 p50、p99",
        how: "从带来数据的 recv 返回算起，到同一连接上此后第一个 send 返回为止。此前没读的时间不算。",
    },
    latency: CostText {
        name: "延迟 p50、p99",
        how: "统计本服务器接手以来的请求：从报告它的那次等待调用返回算起（调用会睡眠的服务器，\
              还有 scan 和 coroutines，从 recv 返回算起），到取走响应最后一个字节的 send 返回为止。\
              此前没读的时间不算；因暂停而耽搁的请求也不算。",
    },
    percentiles: |p50, p99, missing| match missing {
        0 => format!("{p50}、{p99}"),
        n => format!("{p50}、{p99}；缺 {} 个", units::count(n)),
    },
    examined: CostText {
        name: "fd 检查 : 就绪",
        how: "每次等待调用返回时，检查过多少个 fd（scan 按每一轮算），其中多少个就绪；取最近 10 s。\
              epoll 只看就绪列表。",
    },
    copied: CostText {
        name: "每次唤醒的列表字节",
        how: "等待调用和 epoll_ctl 拷进拷出的描述符列表有多少字节（按结构体大小算），\
              除以唤醒次数；取最近 10 s。",
    },
    again: CostText {
        name: "每秒 EAGAIN",
        how: "以 EAGAIN 结束的调用，也就是白问的；最近 10 s 的平均。",
    },
    loop_cpu: CostText {
        name: "循环线程的 CPU",
        how: "服务器自己的线程占用 CPU 的时间，读自 /proc/self/task/.../schedstat，\
              除以两次读取的间隔（约 1 s）：100 % 就是循环从不睡眠。",
    },
    cpu: CostText {
        name: "每请求 CPU",
        how: "服务器的线程和工作进程占用 CPU 的时间，读自 /proc/.../schedstat，\
              除以两次读取之间的请求数。",
    },
    cpu_per_echo: CostText {
        name: "每回显 CPU",
        how: "服务器的线程和工作进程占用 CPU 的时间，读自 /proc/.../schedstat，\
              除以两次读取之间送回的次数。",
    },
    memory: CostText {
        name: "每连接内存",
        how: "程序和工作进程现在的匿名内存（RssAnon 和 RssShmem），减去本服务器还没有客户端时的量，\
              再减去没有新连接时增加的量，除以打开的连接数；每个连接在仪表盘连接表里的一行\
              也算在内。不到 100 个连接时不显示；重用先前释放的内存时也不显示。",
    },
    waiting: CostText {
        name: "等待调用占时",
        how: "服务器自己的线程在等待调用、两轮之间的小睡和会睡眠的调用里，从进入到离开的时间；\
              取最近 10 s，还没结束的也算。",
    },
    workers: CostText {
        name: "专属线程、进程或任务",
        how: "为连接启动的线程、进程或任务，减去已结束的；以服务器的报告为准。",
    },
    switches: CostText {
        name: "上下文切换/秒",
        how: "自愿的和非自愿的，读自服务器的线程和工作进程的 /proc/.../status，约每秒读一次；\
              线程或进程在最后一次读取之后、结束之前的切换没有算进来。",
    },
    refused: CostText {
        name: "拒绝的客户端",
        how: "本服务器接手以来，超出 --max-connections、--max-per-address 或 FD_SETSIZE、\
              得到 503 的连接。",
    },
    threads: CostText {
        name: "程序的线程数",
        how: "读自 /proc/self/status；仪表盘和内置客户端的线程也在内。",
    },
    more_lines: |lines, key| format!("还有 {lines} 行：{key}"),
    obtained: |key| format!("{key}：数字怎么得来"),
};
