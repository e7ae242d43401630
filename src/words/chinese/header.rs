//! The header: badges and rates. Narrow screens have the short spellings.

use crate::words::places::header::Header;
use crate::words::units;

pub(in crate::words) const CHINESE: Header = Header {
    name: "epollscope",
    starting: "启动中",
    running: "运行中",
    paused: "已暂停",
    paused_at: "循环已暂停",
    slow: |calls| format!("慢动作 {calls} 次/s"),
    slow_short: |calls| format!("慢 {calls}/s"),
    until: |call| format!("运行到：{call}"),
    until_short: "运行到",
    blocked: |stood, route| format!("阻塞在 {route} 已 {stood}"),
    blocked_short: |stood| format!("阻塞 {stood}"),
    ended: "服务器已结束",
    frozen: |age| format!("画面定格 {age}"),
    frozen_short: |age| format!("定格 {age}"),
    not_accepting: |error| {
        [format!("描述符用完了（{error}）：暂不 accept"), format!("{error}：暂不 accept")]
    },
    refused: |clients| format!("超过上限：{} 个被拒，回 503", units::count(clients)),
    lost: |events| format!("丢失 {} 个事件", units::count(events)),
    open: |connections| format!("连接 {}", units::count(connections)),
    requests: |rate| format!("{rate} 请求/s"),
    echoes: |rate| format!("{rate} 回显/s"),
    answers: |rate| format!("{rate} 响应/s"),
    bytes_out: |rate| format!("发 {rate}"),
    bytes_in: |rate| format!("收 {rate}"),
    wake_up: |rate| format!("{rate} 唤醒/s"),
    wake_ups: |rate| format!("{rate} 唤醒/s"),
    examined: |examined_and_ready| format!("检查 {examined_and_ready} 就绪"),
    loop_cpu: |share| format!("循环 CPU {share}"),
    loop_cpu_short: |share| format!("CPU {share}"),
    latency: |p50, p99| format!("p50 {p50}，p99 {p99}"),
    waits: |time| format!("字节未读 {time}"),
    waits_short: |time| format!("未读 {time}"),
    next: |call, fd| format!("接着：{call}({fd})"),
};
