//! The bits of a mask.

use crate::words::places::explain::{Bits, told};

/// How a mask was.
const MASK: &str = "在关注列表里，是服务器要求关注的；在就绪列表里，是内核返回的；对 select，表示\
     这个 fd 是在哪个集合里找到的。";

pub(super) const BITS: Bits = Bits {
    readable: told([
        "EPOLLIN：有东西可读：数据、FIN；监听套接字上，是有连接可以 accept。",
        MASK,
        "几乎每个掩码里都有。来了 FIN 就和 RDHUP 一起来，所以掩码不等于 IN。",
        "用 {options} 选错误 compare-equal，它判断 `mask == IN`：看它漏掉 IN|RDHUP。要用 & 来判断。",
        "epoll_ctl(2)、poll(2)",
    ]),
    pri: told([
        "EPOLLPRI：有紧急的东西可读；在 TCP 上是带外数据。",
        MASK,
        "这里没有：九种服务器都不关注它。",
        "看关注这一列：哪个掩码里都没有。",
        "epoll_ctl(2)、tcp(7)",
    ]),
    writable: told([
        "EPOLLOUT：发送缓冲区有空间，send 能写进去一些。",
        MASK,
        "几乎总是成立，所以只在响应没发完时才关注；不然水平触发的循环就会忙等。",
        "用 {client-kind} 选“慢读”，{add-client} 添加：有空间就有 OUT，没有就没有。",
        "epoll_ctl(2)、send(2)",
    ]),
    rdhup: told([
        "EPOLLRDHUP：对端关了它发送的那一半，FIN 到了。它之前发的还读得到。",
        MASK,
        "客户端关闭时，和 IN 一起来。poll 和 epoll 认得它；select 和 scan 只看到 recv 返回 0。",
        "用 {client-kind} 选“早退”，{add-client} 添加：一次报告 IN|RDHUP。",
        "epoll_ctl(2)、RFC 9293 第 3.6 节",
    ]),
    err: told([
        "EPOLLERR：套接字上有一个错误，下一次调用会返回它。",
        MASK,
        "少见。对端发了 RST，它不用要求就和 IN、HUP 一起来。",
        "用 {client-kind} 选“重置”，{add-client} 添加：接着 recv 就是 ECONNRESET。",
        "epoll_ctl(2)、socket(7)",
    ]),
    hup: told([
        "EPOLLHUP：两个方向都关了，不会再有什么进出。",
        MASK,
        "不用要求就会报告。来了 RST，它和 ERR 一起在。对端只关一半，是 RDHUP，不是 HUP。",
        "用 {client-kind} 选“重置”，{add-client} 添加。",
        "epoll_ctl(2)、poll(2)",
    ]),
    nval: told([
        "POLLNVAL：列表里的这个编号，不是打开着的 fd。只有 poll 有它。",
        MASK,
        "写对的服务器上没有：关闭 fd 和移出列表，是一起做的。",
        "epoll 没有这种事：关闭的 fd 自己就离开关注列表了。",
        "poll(2)",
    ]),
    et: told([
        "EPOLLET：边缘触发 (ET)。有新东西来才报告，不是有东西在就一直报告。",
        MASK,
        "epoll-et 的每个 fd 都有；epoll 选了 trigger edge 也有。要小心：必须读到 EAGAIN。",
        "{options}：trigger edge，drain off，再来一个发得多的客户端：接收队列停在剩下的字节上。",
        "epoll(7)",
    ]),
    oneshot: told([
        "EPOLLONESHOT：一次性触发。报告一次以后，fd 还在列表上，但不再报告，直到 epoll_ctl(MOD) \
             重新启用。",
        MASK,
        "只在 epoll 选了 trigger oneshot 时有；它是给几个线程同时等一个 epoll 的程序用的。",
        "{options}：trigger oneshot，数一数一个请求有几次 epoll_ctl。",
        "epoll_ctl(2)、epoll(7)",
    ]),
    exclusive: told([
        "EPOLLEXCLUSIVE：几个 epoll 关注同一个套接字，一个事件不会把它们都唤醒：用来对付惊群。",
        MASK,
        "这里没有：只有一个循环在等监听套接字。nginx 有几个工作进程时会用。",
        "看关注这一列：九种服务器的掩码里都没有。",
        "epoll_ctl(2)",
    ]),
};
