//! The system calls.

use crate::words::places::explain::{Calls, told};

/// How a call was.
const CALL: &str =
    "每次调用返回时，服务器就报告要做什么、结果如何；测试拿它和 strace(1) 逐个对照。";

pub(super) const CALLS: Calls = Calls {
    listen: told([
        "套接字开始监听：从现在起，谁来连，都由内核自己完成握手，让它在全连接队列里等。",
        CALL,
        "启动时一次；改 backlog 时再来一次。backlog 的上限是 net.core.somaxconn。",
        "{options}：换一个 backlog，就再 listen 一次。",
        "listen(2)、tcp(7)",
    ]),
    epoll_ctl: told([
        "修改内核里的关注列表：ADD 加入一个 fd，MOD 改它的掩码，DEL 去掉它。",
        CALL,
        "accept 之后一次 ADD；要 OUT 时一次 MOD，不要了再一次；等待本身不用它：这正是 epoll 的好\
             处。关闭 fd 也会把它去掉。",
        "{filter} 再输入 kind:epoll_ctl，然后按 {add-client}。",
        "epoll_ctl(2)",
    ]),
    epoll_wait: told([
        "睡到关注列表里至少有一个 fd 就绪，或者时限到了；只把就绪的那些拷贝出来。",
        CALL,
        "没事做就等得久，负载高就不等；越忙，一次带来的 fd 越多。返回 0 是定时器到了，EINTR 是信\
             号。",
        "{pause}，再按 {step-turn}：每次走到下一次等待之前。",
        "epoll_wait(2)",
    ]),
    accept: told([
        "从全连接队列里取出第一个连接，给它一个 fd。客户端早就连上了。",
        CALL,
        "一个客户端一次。把排队的都取完，最后是 EAGAIN；EMFILE 是没有空闲的 fd 了。",
        "{pause}，用 {add-client} 添加三个客户端，再按 {step-call}：一个一个取出来。",
        "accept(2)",
    ]),
    recv: told([
        "从套接字的接收队列里取出字节。0 是对端的 FIN，EAGAIN 是队列空了，ECONNRESET 是 RST。",
        CALL,
        "有多少取多少，最多到缓冲区那么大。非阻塞的马上返回；在 blocking、threads、processes 上它\
             会睡眠。",
        "{options}：read-buffer 改小，次数就变多；drain off 就没有最后那次 EAGAIN。",
        "recv(2)",
    ]),
    send: told([
        "把字节交给内核的发送缓冲区，由 TCP 去发。内核收下的可能比给的少。",
        CALL,
        "全部收下，不用等对端。收得少，或者 EAGAIN，就是缓冲区满了：非阻塞的服务器去等 OUT，调用\
             会睡眠的就在这里等。",
        "用 {client-kind} 选“不读”，{add-client} 添加：先收下一部分，接着是 EAGAIN。",
        "send(2)",
    ]),
    sendfile: told([
        "让内核自己发送文件的内容：数据不经过程序。",
        CALL,
        "用于大于 64 KiB 的文件。和 send 一样，可能只发出一部分。",
        "用浏览器打开网站里的一个大文件，{filter} 再输入 kind:sendfile。",
        "sendfile(2)",
    ]),
    shutdown: told([
        "关闭连接的一半或两半，fd 还开着。WR 会发出 FIN；RD、RDWR 会叫醒睡在它的调用里的人。",
        CALL,
        "连接的最后一个响应之后是 WR。调用会睡眠的服务器上，手动断开用的也是它。",
        "在服务器 threads 上，{drop} 断开一个客户端。",
        "shutdown(2)、RFC 9293 第 3.6 节",
    ]),
    close: told([
        "还回 fd。一个套接字的最后一个描述符关了，连接就结束：发 FIN；还有字节没读，就发 RST。",
        CALL,
        "一个连接一次，一个文件一次。下一次 accept 可能又拿到这个编号。",
        "{drop} 断开选中的客户端，再按 {add-client}：又是这个编号。",
        "close(2)、RFC 9293 第 3.6 节",
    ]),
    setsockopt: told([
        "设置套接字的选项：TCP_NODELAY 让小块马上发；SO_LINGER 时间为 0，让 close 发 RST；\
             SO_RCVTIMEO 和 SO_SNDTIMEO 限制会睡眠的调用。",
        CALL,
        "TCP_NODELAY 只在监听套接字上设一次；给了 write-buffer，就设 SO_SNDBUF；调用会睡眠的服务\
             器设时限；SO_LINGER 用于重置。",
        "{reset} 重置选中的客户端：在循环上，close 之前有 SO_LINGER。",
        "setsockopt(2)、socket(7)、tcp(7)",
    ]),
    open: told([
        "在根目录下面找文件，路径通到外面的，内核自己就拒绝。带 O_PATH 只是看一看，不打开。",
        CALL,
        "还没记住的文件才用。ENOENT 就是 404 响应。小文件留在内存里，给下一个请求用。",
        "请求一个不存在的页面，再按 {errors}。",
        "openat2(2)",
    ]),
    stat: told([
        "问打开的文件的大小、类型、修改时间；Content-Length、ETag、Last-Modified 都从这里来。",
        CALL,
        "找到文件以后；不是每个请求都问，问过一次，一秒之内有效。",
        "浏览器打开页面时，{filter} 再输入 kind:fstat。",
        "stat(2)",
    ]),
    read: told([
        "从文件的某个位置读，不移动文件偏移。",
        CALL,
        "用于小文件，只读一次；大的用 sendfile。磁盘没有回答之前，它一直阻塞：epoll 不能关注磁盘\
             上的文件。",
        "改一下网站里一个文件的时间，再打开它。",
        "pread(2)",
    ]),
    openat: told([
        "打开 /proc 下面一个描述符代表的文件，也就是先前看过的那个。内核没有 openat2 时，用它一段\
             一段打开路径。",
        CALL,
        "读一个文件用一次。",
        "浏览器打开没看过的页面时，{filter} 再输入 kind:openat。",
        "openat(2)",
    ]),
    getdents: told([
        "读目录里的名字，用来列出目录。",
        CALL,
        "只在有 --list、目录又没有首页时；0 表示名字都读完了。",
        "用 --list 启动，请求一个没有首页的目录。",
        "getdents(2)",
    ]),
    select: told([
        "每次调用都把 fd 的集合（按位表示）交给内核。内核把里面的挨个问一遍，程序再自己找哪些位\
             是 1。",
        CALL,
        "花费跟 fd 有多少成正比，跟有多少事无关。fd 编号到了 1,024 (FD_SETSIZE)，就放不下。",
        "换到服务器 select（{server}），用 {add-many-clients} 添加空闲的客户端，看“fd 检查 : 就绪”。",
        "select(2)",
    ]),
    poll: told([
        "每次调用都把全部 fd 的列表交给内核。内核挨个问一遍，程序再自己找哪些有结果。",
        CALL,
        "花费跟列表长度成正比，跟有多少事无关。fd 不多、又都很忙时，它和 epoll 一样好。",
        "换到服务器 poll（{server}），用 {add-many-clients} 添加空闲的客户端，看“fd 检查 : 就绪”。",
        "poll(2)",
    ]),
    nap: told([
        "scan 在两轮之间的小睡：这段时间谁也不问。",
        CALL,
        "不睡，循环就烧 CPU；睡，这段时间里说话的都要等。",
        "换到服务器 scan（{server}），用 {options} 改 nap：CPU 和延迟，此消彼长。",
        "clock_nanosleep(2)",
    ]),
    input: told([
        "读标准输入，或者读程序自己的唤醒器：来了命令，它就结束等待。",
        CALL,
        "fd 0 上只在有 --stdin 时。唤醒器是每条命令一次；这些行作为内部事件隐藏。",
        "{plumbing} 显示对唤醒器的读取。",
        "read(2)、eventfd(2)",
    ]),
    wait4: told([
        "把已结束的工作进程从进程表里清除。在这之前，它是僵尸进程。",
        CALL,
        "服务器 processes 的每个连接一次。",
        "用 {server} 换到 processes，再用 {hang-up} 让一个内置客户端挂断。",
        "wait4(2)、wait(2)",
    ]),
    epoll_create: told([
        "建一个 epoll：内核里一张空的关注列表，用一个 fd 代表它。",
        CALL,
        "用 epoll 等待的服务器，开始时一次。列表在内核里，程序并没有和内核共享这块内存：对这个 \
             fd 做 mmap 会失败。",
        "用 {server} 从 poll 换到 epoll。",
        "epoll_create(2)",
    ]),
    connect: told([
        "对空地址 (AF_UNSPEC) 做 connect，连接就拆掉：马上发出 RST，睡在它的调用里的线程醒来。",
        CALL,
        "只在调用会睡眠的服务器上，手动重置客户端时。",
        "用 {server} 换到 threads，再用 {reset} 重置选中的客户端。",
        "connect(2)、RFC 9293 第 3.10.5 节",
    ]),
    other: told([
        "被跟踪的程序的另一个调用：名字和参数就在这一行里。",
        CALL,
        "建套接字、绑定地址、设模式、打开管道、定时器和事件计数器：多半在程序开始时。",
        "按名字到手册第 2 节去查。",
        "syscalls(2)",
    ]),
};
