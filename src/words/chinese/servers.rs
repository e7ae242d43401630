//! What differs from server to server: names, ends, and what one cannot be asked for.

use crate::telemetry::{Mistake, ServerKind};
use crate::words::places::servers::Servers;

pub(in crate::words) const CHINESE: Servers = Servers {
    mistake: |mistake| match mistake {
        Mistake::NoDrain => "每个事件只 recv 一次，而边缘触发只报一次",
        Mistake::CompareEqual => "只在 event == IN 时处理，遇到 IN|RDHUP 就漏掉",
        Mistake::IgnorePartialWrite => "send 没收下的部分再也不发",
        Mistake::ForgetUnregister => "连接已关闭，fd 还留在关注列表上",
        Mistake::AcceptSpin => "遇到 EMFILE 还不停地 accept，白白占满一个核",
        Mistake::NoBudget => "谁一直发就一直服务谁，其他连接挨饿",
        Mistake::RecvOnce => "请求被一次 1024 字节的 recv 切断，就答 400",
    },
    summary: |server| match server {
        ServerKind::Blocking => "一次服务一个客户端，其余的在全连接队列里等",
        ServerKind::Processes => "每个连接一个进程",
        ServerKind::Threads => "每个连接一个线程",
        ServerKind::Coroutines => "每个连接一个任务，跑在 tokio 的循环上",
        ServerKind::Scan => "一遍又一遍地问每个套接字",
        ServerKind::Select => "每次都把全部 fd 的列表交给 select(2)",
        ServerKind::Poll => "每次都把全部 fd 的列表交给 poll(2)",
        ServerKind::Epoll => "列表由内核保管，谁就绪由内核来说",
        ServerKind::EpollEt => "和 epoll 一样，但只说一次：边缘触发，由 mio 实现",
    },
    epoll_et: "epoll-et (mio)",
    coroutines: "coroutines (tokio)",
    stdin_quit: "标准输入里读到了 quit。",
    once: "已服务完一个连接：--once。",
    no_turns: "不能按唤醒单步：没有一个为所有连接服务的循环",
    process_sleeps: "工作进程睡在自己的 recv 里：没法叫它停止读取",
    thread_sleeps: "服务它的线程睡在 recv 里：没法叫它停止读取",
    no_single_call: "工作进程靠 SIGSTOP 暂停，做不到只走一次调用",
    not_slowed: "工作进程能暂停，不能放慢：它们的调用没法一次次拦住",
};
