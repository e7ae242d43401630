//! Before and after: the marks of a change, and the table of what each stretch cost.

use crate::words::places::stretches::Stretches;
use crate::words::units;

pub(in crate::words) const CHINESE: Stretches = Stretches {
    title: "前后对比",
    title_of: |from, to, all| match to {
        to if to == all => format!("前后对比：共 {all} 段，显示最后 {} 段", to + 1 - from),
        to if to == from => format!("前后对比：共 {all} 段，显示第 {from} 段"),
        to => format!("前后对比：共 {all} 段，显示第 {from} 到第 {to} 段"),
    },
    older: |columns| format!("前 {columns} 段"),
    newer: |columns| format!("后 {columns} 段"),
    moves: "左右键：更早、更晚   Home、End：最早、最晚",
    only_one: |server_key, options_key| {
        format!("还没有做过改动：{server_key} 换服务器，{options_key} 改选项。")
    },
    keys: |back| format!("{back}：关闭"),
    switched: |before, after| format!("{before} → {after}"),
    changed: |server, options| format!("{server}：{options}"),
    as_usual: |option| format!("{option} 恢复默认"),
    goes_on: "进行中",
    how_long: "运行了",
    measured: "从启动算起",
    connections: "连接",
    came_and_open: |came, open| format!("新来 {}，打开 {}", units::count(came), units::count(open)),
    requests: "请求",
    calls: "每请求系统调用",
    examined: "检查 : 就绪",
    cpu: "每请求 CPU",
    over: |figure, time| format!("{figure}（{time} 内）"),
    p50: "延迟 p50",
    p99: "延迟 p99",
    missing: |figure, answers| format!("{figure}（缺 {} 个）", units::count(answers)),
    memory: "每连接内存",
    how: "计数：每段从第一次发布到最后一次发布；改动本身花掉的，哪一段都不算。\
          CPU：服务器的线程和进程所用，读自 /proc，旁边是统计的时长。\
          延迟：从得知有请求，到 send 送出响应的最后一个字节；\
          满 20 个响应才有 p50，满 100 个才有 p99。内存：至少 100 个连接才算。–：没有测量。",
};
