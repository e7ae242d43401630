//! The split screen: two servers under the same load.

use crate::words::places::split::{Split, SplitFigure};
use crate::words::units;

fn meanwhile(held: bool) -> &'static str {
    if held { "，其间停过或放慢过" } else { "" }
}

pub(in crate::words) const CHINESE: Split = Split {
    name: "epollscope compare",
    cannot: |why| format!("无法进行：{why}"),
    load: |idle, active, path| {
        format!(
            "每边 {} 个空闲、{} 个活跃，GET {path}",
            units::count(idle.into()),
            units::count(active.into())
        )
    },
    opening: "正在建立连接",
    under_load: |seconds, of, held| format!("负载进行中：{seconds:.1} / {of} s{}", meanwhile(held)),
    over: |seconds, held| format!("负载结束：{seconds} s{}", meanwhile(held)),
    costs: "负载下的开销",
    against: |second, first| format!("{second} 比 {first}："),
    against_long: |second, first| format!("{second} 比 {first}，同一段时间"),
    shared: "它们共用处理器",
    help: "帮助：按任意键关闭",
    more_help: "屏幕再大些才放得下其余的",
    requests: SplitFigure {
        name: "每秒请求数",
        word: "请求/s",
        how: "负载开始以来服务器读懂的请求数，除以负载的时间。两个服务器、它们的客户端和这个\
              屏幕共用处理器。",
    },
    calls: SplitFigure {
        name: "每请求系统调用",
        word: "调用",
        how: "服务器报告的系统调用数（含内部调用），除以这些请求数。",
    },
    examined: SplitFigure {
        name: "检查 : 就绪",
        word: "检查",
        how: "被问是否就绪的 fd 数，除以其中就绪的；epoll 只看就绪列表。",
    },
    copied: SplitFigure {
        name: "每次唤醒列表字节",
        word: "列表字节",
        how: "拷进拷出的 fd 列表字节数（按结构体大小算），除以有收获的唤醒次数。",
    },
    cpu: SplitFigure {
        name: "每请求 CPU",
        word: "CPU",
        how: "服务器自己的线程和工作进程占用 CPU 的时间，读自 /proc/.../schedstat，除以两次读取\
              之间的请求数。客户端和仪表盘的不算在内。",
    },
};
