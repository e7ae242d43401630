//! Why a server cannot start or has ended.

use std::net::IpAddr;

use crate::words::places::server::Server;
use crate::words::plain;

fn no_peer(ip: IpAddr, group: &str) -> String {
    format!(
        "{ip} 是{group}地址，没法和它建立连接：--bind 要用 `ip addr` 列在 inet 后面的地址，\
         或用 0.0.0.0 表示全部。"
    )
}

pub(in crate::words) const CHINESE: Server = Server {
    multicast: |ip| no_peer(ip, "组播"),
    broadcast: |ip| no_peer(ip, "广播"),
    stdin_file: "标准输入没法关注：epoll(7) 不接受普通文件（EPERM）；请接上管道或终端，\
                 或改用 --server poll 或 select。",
    unwatched: |fd| format!("fd {fd} 没法关注"),
    no_responder: "缺少一个响应器",
    not_listening: "服务器线程还没有监听就结束了",
    wait_failed: |error| format!("服务器的等待调用失败：{}。", plain(error)),
    panicked: |message| format!("服务器线程崩溃：{message}。"),
    panicked_mute: "服务器线程崩溃：没有留下消息。",
};
