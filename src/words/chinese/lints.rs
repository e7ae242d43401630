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
