//! What differs from server to server: names, ends, and what one cannot be asked for.

use crate::telemetry::{Mistake, ServerKind};
use crate::words::places::servers::Servers;

pub(in crate::words) const CHINESE: Servers = Servers {
    mistake: |mistake| match mistake {
        Mistake::NoDrain => "每个事件只 recv 一次，而边缘只报一次",
        Mistake::CompareEqual => "只在 event == IN 时处理，IN|RDHUP 就漏掉了",
        Mistake::IgnorePartialWrite => "send 没收下的部分再也不发",
        Mistake::ForgetUnregister => "连接已关闭，却还留在关注列表上",
        Mistake::AcceptSpin => "遇到 EMFILE 还不停地 accept，白白烧掉一个核",
        Mistake::NoBudget => "谁一直发就一直处理谁，别的连接挨饿",
        Mistake::RecvOnce => "请求被一次 1024 字节的 recv 切断，就答 400",
    },
    summary: ServerKind::summary,
    epoll_et: "epoll-et (mio)",
    coroutines: "coroutines (tokio)",
    stdin_quit: "Standard input said quit.",
    once: "It has served one connection: --once.",
    no_turns: "there is no wake-up to step by: no one loop serves all",
    process_sleeps: "a worker process sleeps in its own recv: it cannot be told to stop reading",
    thread_sleeps: "whoever serves it sleeps in its recv: it cannot be told to stop reading",
    no_single_call: "worker processes are paused by SIGSTOP, which knows no single call",
    not_slowed: "worker processes can be paused, not slowed down: nothing holds their calls",
};
