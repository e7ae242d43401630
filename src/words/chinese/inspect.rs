//! What the kernel does not let the inspector see.

use super::parts::cause;
use crate::words::places::inspect::Inspect;

pub(in crate::words) const CHINESE: Inspect = Inspect {
    no_sockets: |error| format!("内核没有列出套接字：{}。", cause(error)),
    no_socket_table: |error| format!("这里没法查询内核的套接字表：{}。", cause(error)),
    no_epoll: |error| format!("没能再建一个 epoll：{}。", cause(error)),
    no_interest_list: |error| format!("没法读取关注列表：{}。", cause(error)),
    large_message: "netlink 消息比缓冲区还大",
};
