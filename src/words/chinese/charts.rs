//! The charts: the names of the tiles, and what stands beside them.

use crate::words::places::charts::Charts;
use crate::words::units;

pub(in crate::words) const CHINESE: Charts = Charts {
    requests: "请求/秒",
    echoes: "回显/秒",
    answers_a_second: "响应/秒",
    calls: "系统调用/秒",
    wake_ups: "唤醒/秒",
    started: "启动/秒",
    ended: "结束/秒",
    bytes_out: "发出字节/秒",
    bytes_in: "收到字节/秒",
    accepts: "accept/秒",
    disconnects: "关闭连接/秒",
    peak: |peak| format!("峰值 {peak}"),
    // Of a total as of a mean: over all the time.
    in_all: |total| format!("全程 {total}"),
    ago: |seconds| match seconds / 60 {
        minutes @ 2.. if seconds % 60 == 0 => format!("{minutes} min"),
        _ => format!("{seconds} s"),
    },
    now: "现在",
    turn: "循环一圈",
    p50: |time| format!("p50 {time}"),
    p99: |time| format!("p99 {time}"),
    max: |time| format!("最大 {time}"),
    turns: |turns| format!("{} 圈", units::count(turns)),
    latency: "延迟",
    answers: |answers| format!("{} 个响应", units::count(answers)),
    // Turns or answers.
    missing: |turns| format!("缺 {}", units::count(turns)),
    part: "(不全)",
    ready: "每次唤醒就绪数",
    ready_short: "就绪/唤醒",
    mean: |mean| format!("平均 {mean}"),
    calls_per_request: "每请求系统调用",
    calls_per_echo: "每回显系统调用",
    calls_per_answer: "每响应系统调用",
    figure_now: |figure| format!("现在 {figure}"),
    again: |percent| {
        [
            format!("{percent} % 的调用返回 EAGAIN"),
            format!("EAGAIN 占调用 {percent} %"),
            format!("EAGAIN {percent} %"),
        ]
    },
    left_out: |events| format!("丢失 {} 个事件", units::count(events)),
    turns_missing: |turns| format!("缺 {} 圈", units::count(turns)),
};
