//! The card of a connection.

use crate::words::places::card::Card;
use crate::words::units;

pub(in crate::words) const CHINESE: Card = Card {
    title: |fd, dot, peer| format!("fd {fd} {dot} {peer}"),
    none: "没有选中连接",
    end: "到底了",
    more_lines: |lines, keys| format!("下面还有 {lines} 行：{keys}"),
    state: "状态",
    fin_read: "已读到对端的 FIN",
    blocks: |route, time| format!("处理函数 {route} 占住循环已 {time}"),
    ours: "内置",
    client: |number, kind| format!("{number} 号客户端，{kind}"),
    conn: "连接",
    interest: "关注",
    no_interest: "无",
    requests: "请求",
    answers: "响应",
    no_protocol: "不知道它说什么协议",
    bytes: "字节",
    in_and_out: |bytes_in, bytes_out| {
        format!("收 {}，发 {}", units::bytes(bytes_in), units::bytes(bytes_out))
    },
    answer: "响应",
    progress: |sent, all| {
        let (percent, sent, all) =
            (units::percent(sent, all), units::rounded_bytes(sent), units::rounded_bytes(all));
        [format!("内核已收下 {sent} / {all}，{percent}"), format!("{sent} / {all}")]
    },
    times: "时间",
    open_and_idle: |open, idle| format!("持续 {open}，空闲 {idle}"),
    kernel: "内核",
    tcp: "TCP",
    recv_queue: "接收队列",
    unread: |bytes| format!("{} 还没读", units::bytes(bytes.into())),
    send_queue: "发送队列",
    unacked: |bytes| format!("{} 还没确认", units::bytes(bytes.into())),
    rtt: "RTT",
    rtt_and_var: |rtt, var| format!("{rtt}，波动 {var}"),
    not_measured: "还没测到",
    cwnd: "拥塞窗口",
    segments: |window, resent| format!("{window} 段，重传 {resent} 段"),
    socket_closed: "它的套接字已关闭",
    not_asked: "还没问过内核",
    events: "它的事件，新的在前",
    no_request: "还没有请求",
    request_unseen: "上次请求不在事件流里",
    last_request: "上次请求",
    ago: |time| format!("{time} 前"),
    ago_or_later: |time| format!("{time} 前；之后的可能漏掉了"),
    first_line: |bytes| format!("请求行共 {}", units::bytes(bytes)),
};
