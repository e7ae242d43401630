//! What looks like a mistake in a server: a sentence each, without its full stop.

use crate::words::places::lints::Lints;
use crate::words::units;

/// Every figure: what is told apart may differ by a byte.
fn exactly(bytes: u64) -> String {
    format!("{} B", units::count(bytes))
}

pub(in crate::words) const CHINESE: Lints = Lints {
    undrained: |fd, bytes, lasts, why| {
        let what = match bytes {
            0 => "一个 FIN ".to_owned(),
            bytes => format!(" {} ", exactly(bytes.into())),
        };
        format!("fd {fd} 有{what}没读，已等了 {lasts}，却没有事件要来：{why}")
    },
    not_watched: "没有关注它的 IN",
    one_shot: "一次性触发，还没有重新启用",
    edge_triggered: "边缘触发，没有读空",
    not_asked: "没有向内核问过它",
    not_accepted: |fd, clients, lasts| {
        format!(
            "有 {} 个客户端等 accept，已等了 {lasts}，却没有事件要来：fd {fd} 的队列没有取空",
            units::count(clients.into())
        )
    },
    spins: |fd, mask| format!("循环在忙等：内核一再报告 fd {fd}（{mask}），程序却什么也不做"),
    spins_out: |fd| format!("循环在忙等：fd {fd} 关注着 OUT，内核一再报告它可写，却没有什么要发"),
    compared: |fd, mask| {
        format!(
            "循环在忙等：内核一再报告 fd {fd}（{mask}），程序什么也不做，只有 IN 时才处理：\
             掩码要用 & 检查，不要用 == 比较"
        )
    },
    blocks: |call, lasted, others| {
        format!(
            "{call} 在循环里睡了 {lasted}，其间另外 {} 个客户端在等：循环里只有等待调用可以睡眠",
            units::count(others as u64)
        )
    },
    end_read: |fd| format!("recv({fd}) = 0，一次又一次：客户端已经走了，fd {fd} 却没有关闭"),
    listed: |fd, call| {
        format!("fd {fd} 已经关闭，却还在交给 {call} 的列表上：关闭时要把它移出列表")
    },
    outlived: |fd, mask| {
        format!(
            "fd {fd} 已经关闭，内核却还在报告它（{mask}）：它还有副本开着（dup、fork），close 没有\
             把它移出列表，要先 EPOLL_CTL_DEL"
        )
    },
    stale: |fd| {
        format!(
            "fd {fd} 的事件还没处理，这一轮里就把它关闭了；新客户端得到同一个数字，旧事件被当成它的，去读了它：\
             过期事件"
        )
    },
    herd: |fd, lists, vain| {
        format!(
            "fd {fd} 在 {lists} 个关注列表上，都没有 EXCLUSIVE，有 {} 次唤醒时客户端已被别人 accept：\
             惊群",
            units::count(vain.into())
        )
    },
    accept_spins: |fd| {
        format!("循环在忙等：没有描述符可用，accept({fd}) 一再失败，fd {fd} 却还留在列表上")
    },
    starves: |fd, calls, lasted, others, longest, waited| {
        format!(
            "fd {fd} 让其他连接饥饿：连续 {} 次调用都给了它，持续 {lasted}，其间另外 {} 个连接\
             有数据没读，fd {longest} 等了 {waited}：每圈没有预算",
            units::count(calls),
            units::count(others as u64)
        )
    },
    cut_short: |fd, promised, sent| {
        format!(
            "fd {fd} 本该得到 {}，只得到 {}：send 只写出一部分，剩下的没有管",
            exactly(promised),
            exactly(sent)
        )
    },
    head_cut: |fd, bytes| {
        format!(
            "fd {fd} 的一次 recv 正好读到 {}，随后得到 400 响应：请求头在读缓冲区末尾被截断",
            exactly(bytes)
        )
    },
    head_cut_waits: |fd, bytes, lasts| {
        format!(
            "fd {fd} 的一次 recv 正好读到 {}（没有哪次读到更多），之后已等了 {lasts}：\
             请求头在读缓冲区末尾被截断",
            exactly(bytes)
        )
    },
};
