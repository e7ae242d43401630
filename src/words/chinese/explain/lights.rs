//! The seats.

use crate::words::places::explain::{Lights, named};

pub(super) const LIGHTS: Lights = Lights {
    free: named(
        "空座位",
        [
            "没有人坐：原来的连接结束了。",
            "来自表里的各行。",
            "下一个连接坐第一个空座位。",
            "{drop} 断开选中的客户端：它的座位就暗了。",
            "close(2)",
        ],
    ),
    quiet: named(
        "安静的座位",
        [
            "这个连接刚才没有被问，也没有话说。",
            "最近一会儿，没有关于它的事件。",
            "在 epoll 上，几乎所有座位、几乎所有时候都这样：所以才便宜。",
            "用 {server} 换到 poll：每次调用，全场都亮。",
            "epoll(7)",
        ],
    ),
    asked: named(
        "被问到",
        [
            "有人问了这个连接有没有话说：select 和 poll 里是内核问，scan 里是程序自己问。",
            "来自这次调用或这一轮的事件。亮 0.3 s。",
            "poll 和 select 每次调用，全场都亮；epoll 上，只有同时有话说的才亮。",
            "客户端多、又都空闲时，用 {server} 比较 poll 和 epoll。",
            "poll(2)、select(2)",
        ],
    ),
    spoke: named(
        "有话说",
        [
            "这个连接就绪了：等待调用报告了它，或者在它上面的调用没有返回 EAGAIN。",
            "来自这次调用的事件。发光 0.9 s。",
            "在工作的客户端。哪种服务器都一样多，不同的是为此要问多少个。",
            "用 {client-kind} 选“匀速”，{add-client} 添加。",
            "epoll_wait(2)",
        ],
    ),
};
