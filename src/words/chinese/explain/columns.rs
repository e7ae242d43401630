//! The columns of the table.

use crate::words::places::explain::{Columns, told};

/// How the kernel's view was.
const KERNEL: &str = "用 sock_diag 问内核，和 ss(8) 一样：每秒约十次；超过 1,000 个连接，或者没有\
     什么发生时，每秒两次。";

/// How what stands in a connection's row was obtained.
const ROW: &str = "取自这个连接的一行，由服务器自己发布；事件流丢了事件，这里也准确。";

pub(super) const COLUMNS: Columns = Columns {
    fd: told([
        "文件描述符：程序用这个编号，告诉内核说的是哪个套接字。",
        "就是 accept 这个连接时返回的结果。",
        "内核总是给最小的空闲编号，所以关闭以后，编号很快又会用上。fd 不是身份。",
        "{drop} 断开选中的客户端，再按 {add-client}：新来的 fd 一样，连接编号不一样。",
        "open(2)、close(2)、accept(2)",
    ]),
    id: told([
        "连接自己的编号。服务器从 1 数起，一个编号只用一次。",
        "accept 时由服务器给定；这个连接的每个事件都带着它。",
        "只增不减；而旁边的 fd 用了又用。",
        "{drop} 断开一个，再按 {add-client}：旧连接迟到的事件，不会错当成新连接的。",
        "epoll(7)",
    ]),
    peer: told([
        "对端：客户端的地址和端口。",
        "accept 连同描述符一起返回。",
        "本机的客户端都是 127.0.0.1，端口各不相同。地方不够就截掉前面：靠端口来区分。",
        "{filter} 再输入端口，就只看这个连接。",
        "accept(2)、ip(7)",
    ]),
    state: told([
        "服务器现在对这个连接做什么，用一个词说。",
        ROW,
        "平时空闲，偶尔接收、发送。一个状态一直不变，就该问一问。",
        "用 {client-kind} 选种类，{add-client} 添加：“半截”一直在接收中，“不读”一直在发送中。",
        "RFC 9112 第 9 节",
    ]),
    interest: told([
        "关注这个 fd 的什么：服务器交给 epoll_ctl 的掩码，或每次放进 poll、select 的。ERR 和 HUP \
         不在里面：不用要求也会报告。",
        "取自这个连接的一行，由服务器自己发布；事件流丢了事件，这里也准确。没有这样的列表，或者由\
         运行时保管，就是一条横线。",
        "IN；调用认得的话，还有 RDHUP；边缘触发的服务器还有 ET。响应没发完时，才有 OUT。",
        "添加一个“不读”的客户端（{client-kind}、{add-client}）：OUT 出现，只要它不读，就一直在。",
        "epoll_ctl(2)、poll(2)",
    ]),
    last: told([
        "在这个 fd 上做的最后一次系统调用，和它的结果。",
        ROW,
        "服务完一个请求，读空的循环以 recv EAGAIN 收尾；调用会睡眠的服务器，最后是 send。",
        "{pause}，再反复按 {step-call}：每做一次调用，这一列就变一次。",
        "recv(2)、send(2)、epoll_ctl(2)",
    ]),
    requests: told([
        "在这个连接上读懂了多少个请求。",
        "取自这个连接的一行，由服务器自己发布；事件流丢了事件，这里也准确。echo 协议下没有请求。\
         别的程序数的是响应：在这个连接上读过之后又写的次数。",
        "多于一个就是长连接 (keep-alive)：同一个连接接着用。很久还是 0，就是连上以后没说话。",
        "用 {client-kind} 选“匀速”，{add-client} 添加：每秒多一个。",
        "RFC 9112 第 9.3 节",
    ]),
    bytes_in: told([
        "accept 以来，在这个连接上收到的字节。",
        "它的各次 recv 返回值之和。",
        "浏览器的一个请求有几百字节。还在内核接收队列里的不算。",
        "用 {stop-reading} 停止读取：这个数不动了，接收队列却变长。",
        "recv(2)",
    ]),
    bytes_out: told([
        "accept 以来，在这个连接上发出的字节。",
        "它的各次 send 和 sendfile 返回值之和。",
        "发出，是说内核收下了，不是说客户端拿到了：看发送队列。",
        "用 {client-kind} 选“慢读”，{add-client} 添加：客户端读一点，它就跳一点。",
        "send(2)、sendfile(2)",
    ]),
    idle: told([
        "多久没有字节进出了。",
        "画面的时间，减去最后一个字节的时间（在服务器发布的那一行里）；只取整秒。",
        "忙的连接很小。太久没有动静的连接，服务器会关掉（--idle-timeout）。",
        "{drop-idle} 断开空闲超过若干秒的连接，秒数由你输入。",
        "RFC 9112 第 9.5 节",
    ]),
    recv_queue: told([
        "内核替这个套接字收下了，程序还没读的字节。FIN 不算在内。",
        KERNEL,
        "0，或者很快又是 0。一直不变，就是没有人读：循环停住了或者在忙，没有读空，或者已停读。",
        "对一个在发送的客户端按 {stop-reading}，或者按 {pause}：队列满了以后，客户端的 send 也得\
         等。",
        "sock_diag(7)、ss(8)、tcp(7)、recv(2)",
    ]),
    send_queue: told([
        "程序发出了，客户端还没确认的字节：在内核的发送缓冲区里，或者在路上。",
        KERNEL,
        "0，或者一时不大。又满又不动，就是客户端不读：send 返回 EAGAIN，循环等 OUT。",
        "用 {client-kind} 选“不读”，{add-client} 添加。",
        "tcp(7)、ss(8)、send(2)",
    ]),
};
