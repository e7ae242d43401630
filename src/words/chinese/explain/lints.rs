//! The diagnoses.

use crate::words::places::explain::{Diagnoses, named};

pub(super) const LINTS: Diagnoses = Diagnoses {
    undrained: named(
        "没有人会来读的字节",
        [
            "接收队列里有字节，或者有 FIN，却不会再有事件来：客户端永远等下去。",
            "只看现象得出：队列（sock_diag）2 s 没有变，其间好几次看到服务器的线程睡着。只对 select、\
         poll、epoll 下结论，而且循环要在自由运行。",
            "写对的服务器上没有。边缘触发：没有读到 EAGAIN。一次性触发：没有重新启用。",
            "{options}：在 epoll-et 上选错误 no-drain；取消它，下一个字节就能救客户端。",
            "epoll(7)",
        ],
    ),
    not_accepted: named(
        "有人没有被 accept",
        [
            "有客户端在全连接队列里等，监听套接字却不会再有事件来。",
            "全连接队列（sock_diag）不空，2 s 没有 accept 任何人，其间好几次看到服务器的线程睡着。只\
         对 select、poll、epoll 下结论，而且循环要在自由运行。",
            "写对的服务器上没有。边缘触发的监听套接字，要 accept 到 EAGAIN。",
            "{options}：在 epoll-et 上选 accept one；{pause}，用 {add-client} 添加三个客户端，再恢复\
         运行。",
            "accept(2)、epoll(7)",
        ],
    ),
    spins: named(
        "循环在忙等",
        [
            "内核一再报告一个 fd，程序却什么也不做，于是等待调用从不睡眠。",
            "同一个 fd 连续报告了 100 次以上，其间没有在它上面做过调用。",
            "写对的服务器上没有。水平触发：有个事件没人理，或者关闭的连接还留在列表上。",
            "{options}：选错误 forget-unregister，用 {hang-up} 让一个客户端离开；看循环线程的 CPU。",
            "epoll(7)",
        ],
    ),
    accept_spins: named(
        "循环在 accept 上忙等",
        [
            "没有描述符，accept 失败，监听套接字却还在列表上：马上又被报告。",
            "一秒之内，accept 有 100 次以上以 EMFILE 或 ENFILE 结束。",
            "写对的服务器上没有：它会暂时不关注监听套接字。",
            "用 --max-fds 40 启动，用 {options} 选错误 accept-spin，再用 {add-many-clients} 添加客户\
         端。",
            "accept(2)、getrlimit(2)",
        ],
    ),
    starves: named(
        "别人在饥饿",
        [
            "一圈里一直只服务一个连接，别的连接有字节却没有人读。",
            "0.3 s 没有从等待调用返回过，1,000 次以上的调用全给了一个连接；这期间内核里一直有别人没读\
         的字节。",
            "有预算的服务器上没有：调用够了次数，就轮到下一个。",
            "{options}：选错误 no-budget，再用 {client-kind} 和 {add-client} 添加一个“洪水”、一个“匀\
         速”。",
            "epoll(7)",
        ],
    ),
    cut_short: named(
        "响应不完整",
        [
            "send 收下的比给的少，剩下的再也没有发：客户端只拿到半个响应。",
            "来自事件：下一次 send 没有接着发剩下的，或者没发完连接就结束了。",
            "写对的服务器上没有：它留着剩下的，等 OUT。",
            "{options}：选错误 ignore-partial-write，write-buffer 改小，再用 {client-kind} 和 \
         {add-client} 添加一个“慢读”。",
            "send(2)",
        ],
    ),
    compared: named(
        "用 == 比较掩码",
        [
            "几个位一起来了，程序却用 == 只找其中一个：多出别的位，它就当什么也没有。",
            "连续 100 次以上报告 IN 加别的位，其间没有在这个 fd 上做过调用；只报告 IN 时却有调用。只对 \
         epollscope run 下的程序下结论。",
            "写对的程序上没有：用 mask & EPOLLIN 看 IN 在不在里面。",
            "关注一个 fd 的 IN 和 RDHUP，让客户端离开：两个位会一起报告。",
            "epoll_ctl(2)、poll(2)",
        ],
    ),
    blocks: named(
        "循环里有调用在睡眠",
        [
            "recv、send、accept 或定时的睡眠，在还要服务别人的循环里睡着：它返回之前，谁都得不到服务。",
            "一个同时等很多 fd 的线程，在别的调用里待了 0.3 s 以上，这期间内核里一直有别人没读的字节，或\
         者有人等着被 accept。只对 epollscope run 下的程序下结论。",
            "写对的程序上没有：它的描述符是非阻塞的，没有数据就回到等待调用。",
            "连接两个客户端：一个只发半个请求，另一个发整个请求。",
            "accept(2)、open(2)",
        ],
    ),
    end_read: named(
        "一再读到结尾",
        [
            "客户端已经走了：recv 返回 0，马上返回，永远如此，因为结束了的连接总是可读。",
            "同一个连接上连续 100 次以上 recv 返回 0。只对 epollscope run 下的程序下结论。",
            "写对的程序上没有：0 表示再也不会有数据来，要关闭描述符。",
            "写一个从不关闭的回声服务器，让一个客户端离开。",
            "recv(2)",
        ],
    ),
    listed: named(
        "列表上有关闭了的 fd",
        [
            "交给 select 或 poll 的数字什么也不代表：poll 回答 NVAL，select 以 EBADF 失败，都是马上返回，\
         一次又一次。",
            "只看调用的结果得出。只对 epollscope run 下的程序下结论。",
            "写对的程序上没有：要关闭的，先移出列表。",
            "在 poll 服务器上关闭一个连接，但把它留在列表上。",
            "poll(2)、select(2)",
        ],
    ),
    outlived: named(
        "关闭了还在报告",
        [
            "epoll 关注的是打开的文件，不是数字：只要描述符还有副本开着，在本进程或子进程里，关闭这个\
         数字并不会把它移出列表。",
            "来自事件：先有 close，后来又报告这个数字，其间没有给过它新的含义。只对 epollscope run 下的程序下结\
         论。",
            "写对的程序上没有：先 EPOLL_CTL_DEL，再 close。关闭之后，就没有数字可用来移除它了。",
            "复制一个连接的描述符，或启动一个子进程，然后关闭它，再让客户端发数据。",
            "epoll(7)",
        ],
    ),
    herd: named(
        "惊群",
        [
            "来了一个客户端，好几个都被唤醒：一个 accept 到它，其余的什么也没有，又去睡。",
            "来自事件：监听套接字在两个或更多关注列表上，没有 EXCLUSIVE，至少三次报告后的第一个 accept \
         以 EAGAIN 结束。只对 epollscope run 下的程序下结论。",
            "两个工作进程时无妨，很多时就很贵。EPOLLEXCLUSIVE 只唤醒一个；SO_REUSEPORT 让每个都有自己的\
         监听套接字。",
            "启动四个工作进程，各有自己的 epoll，共用一个监听套接字，让客户端一个一个来。",
            "epoll_ctl(2)、socket(7)",
        ],
    ),
    head_cut: named(
        "请求头被截断",
        [
            "服务器把一次 recv 取来的当成整个请求，请求头其实还有一段在下一次。",
            "来自事件：一次 recv 正好取满读缓冲区，接着是 400，或者什么也没有。",
            "写对的服务器上没有：它一直收到空行为止。",
            "{options}：选错误 recv-once，再用请求头很长的浏览器打开页面。",
            "recv(2)、RFC 9112 第 2.2 节",
        ],
    ),
};
