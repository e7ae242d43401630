//! The menu of options that are changed on the running server.

use crate::telemetry::Setting;
use crate::words::places::options::Options;
use crate::words::units;

pub(in crate::words) const CHINESE: Options = Options {
    title: "实验：修改运行中服务器的选项",
    keys: "上下键：选哪个   左右键：改它   Backspace：恢复默认   Esc：关闭",
    about: |setting| match setting {
        Setting::Trigger(_) => "fd 就绪后，什么时候报告",
        Setting::Drain(_) => "recv 到 EAGAIN，还是每个事件一次",
        Setting::AcceptAll(_) => "等着的全 accept，还是每个事件一个",
        Setting::Nap(_) => "scan 两轮之间小睡多久",
        Setting::ReadBuffer(_) => "一次 recv 最多读多少",
        Setting::WriteBuffer(_) => "SO_SNDBUF：对端慢时能存多少",
        Setting::Backlog(_) => "最多几个连接排队等 accept",
        Setting::Handlers(_) => "慢的处理函数在哪里运行",
        Setting::Budget(_) => "一圈里给一个连接多少次调用",
        Setting::Mistake(_) => "故意犯什么错",
    },
    takes: |setting, fresh| match setting {
        _ if fresh => "换上一个新的服务器：打开的连接会关闭。",
        Setting::Trigger(_) => "每个 fd 都重设关注：各做一次 epoll_ctl(MOD)。",
        Setting::Drain(_) => "从下一个事件起生效。没读空的，要等下一次边缘触发。",
        Setting::AcceptAll(_) => "从监听套接字的下一个事件起生效。",
        Setting::Nap(_) => "从 scan 的下一轮起生效。",
        Setting::ReadBuffer(_) => "从循环的下一圈起生效。",
        Setting::WriteBuffer(_) => {
            "对今后 accept 的连接生效：各做一次 setsockopt。自动：不调用，由内核决定。"
        }
        Setting::Backlog(_) => "重新调用 listen(2)；已在排队的不受影响。",
        Setting::Handlers(_) => "对今后的请求生效；已开始的处理函数继续运行。",
        Setting::Budget(_) => "从服务下一个连接起生效。",
        Setting::Mistake(_) => "从下一次调用起生效；已经弄坏的不会复原。",
    },
    value: |setting| match setting {
        Setting::Nap(nap) if nap.is_zero() => "不睡".into(),
        Setting::Nap(nap) => units::ascii_duration(u64::try_from(nap.as_nanos()).unwrap_or(0)),
        Setting::ReadBuffer(n) | Setting::WriteBuffer(Some(n)) => {
            format!("{} B", units::count(n.into()))
        }
        Setting::WriteBuffer(None) => "自动".into(),
        Setting::Backlog(n) | Setting::Budget(n) => units::count(n.into()),
        Setting::Handlers(n @ 1..) => format!("{n} 个线程"),
        Setting::Mistake(None) => "无".into(),
        Setting::Trigger(_)
        | Setting::Drain(_)
        | Setting::AcceptAll(_)
        | Setting::Handlers(0)
        | Setting::Mistake(Some(_)) => setting.value(),
    },
    short: |setting| match setting {
        Setting::Trigger(_) | Setting::Mistake(_) => setting.value(),
        Setting::Nap(nap) => {
            format!("nap {}", units::ascii_duration(u64::try_from(nap.as_nanos()).unwrap_or(0)))
        }
        Setting::ReadBuffer(n) => format!("recv {}", units::count(n.into())),
        Setting::WriteBuffer(n) => format!("sndbuf {}", units::count(n.unwrap_or(0).into())),
        Setting::Backlog(n) => format!("backlog {}", units::count(n.into())),
        Setting::Handlers(n) => format!("线程池 {n}"),
        Setting::Drain(_) | Setting::AcceptAll(_) | Setting::Budget(_) => setting.to_string(),
    },
    and_more: |options| format!("+{options}"),
    asked: "待生效",
    usual: |value| format!("默认 {value}"),
    epoll_alone: "只有 --server epoll 可选",
    always_edge: "mio 总是用边缘触发",
    runtime_edge: "运行时总是用边缘触发",
    scan_alone: "只有 --server scan 在两轮之间小睡",
    call_drains: "阻塞的 recv 有多少取多少：没有事件，也就无所谓读空",
    runtime_drains: "任务会一直读到套接字空了为止",
    accepts_one: "一个线程负责 accept，一次调用接一个客户端",
    runtime_accepts: "负责 accept 的任务会一直接到队列空了为止",
    worker_flags: "工作进程的这一项由命令行给定",
    own_handler: "谁服务这个连接，谁运行它的处理函数",
    runtime_handler: "这种服务器没有线程池：处理函数都在它唯一的线程上运行",
    no_turns: "各连接单独服务：没有大家共用的一圈",
    loops_alone: "只有基于就绪通知的循环才犯这些错",
};
