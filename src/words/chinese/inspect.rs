//! What the kernel does not let the inspector see.

use crate::words::places::inspect::Inspect;
use crate::words::plain;

pub(in crate::words) const CHINESE: Inspect = Inspect {
    no_sockets: |error| format!("内核没有列出套接字：{}。", plain(error)),
    no_socket_table: |error| format!("这里没法查询内核的套接字表：{}。", plain(error)),
    no_epoll: |error| format!("没能再建一个 epoll：{}。", plain(error)),
    no_interest_list: |error| format!("没法读取关注列表：{}。", plain(error)),
    large_message: "netlink 消息比缓冲区还大",
};
