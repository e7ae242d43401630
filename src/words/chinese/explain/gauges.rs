//! The figures of the header, the charts and the costs.

use crate::words::chinese::costs::CHINESE as COSTS;
use crate::words::places::explain::{Gauges, named};

/// How a rate was.
const RATE: &str = "服务器的准确总数，在刚过去的一整秒里增加了多少。";

pub(super) const GAUGES: Gauges = Gauges {
    url: named(
        "地址",
        [
            "用浏览器打开这个地址，就到服务器。",
            "监听套接字绑定的地址；绑定所有地址时，写本机连别人用的那个。",
            "127.0.0.1 只有本机能连。要让别人连，用 --bind 0.0.0.0。",
            "用浏览器打开：表里就出现连接。",
            "ip(7)、bind(2)",
        ],
    ),
    server: named(
        "哪种服务器",
        [
            "现在运行的是九种里的哪一种，用什么写成。",
            "服务器在每批数据里说明。",
            "epoll-et；启动时用 --server 可以选别的。",
            "{server} 让另一种在同一个端口接手；{before-after} 比较它们。",
            "epoll(7)、poll(2)、select(2)",
        ],
    ),
    options: named(
        "改过的选项",
        [
            "和平常不一样的选项，只列对这个服务器有作用的。",
            "服务器在每批数据里说明。",
            "这里什么也没有。",
            "{options} 在服务器运行时改。",
            "epoll(7)",
        ],
    ),
    badge: named(
        "循环怎么样",
        [
            "循环在运行、暂停、慢动作，还是被处理函数占住。",
            "服务器报告它在哪里，从什么时候起。",
            "运行中，睡着也算：没有事做才睡。",
            "{pause}、{slower}、{faster}。",
            "epoll_wait(2)",
        ],
    ),
    frozen: named(
        "以前的画面",
        [
            "整个画面是一段时间以前的样子，已经过了多久。服务器照常运行；循环的标记说的是现在。",
            "由保留下来的内容重新做出：服务器发布的一批批事件，和在旁边测得的数据。之后发生的、当时还不知道的，都不在里面。",
            "按了键才有。最多保留 --history 这么多字节，留最近的；更早的已经丢弃。按键上面的那一行说明保留了多久、有多大：+ 是来了客户端，x 是连接关闭，? 是丢失的事件，! 是像是错误的地方。",
            "{call-back} 和 {call-forth} 按一次调用走，{turn-back} 和 {turn-forth} 按一次唤醒走；{jump} 跳转，点那一行也可以；{freeze} 回到现在。",
            "epoll(7)",
        ],
    ),
    resting: named(
        "暂不 accept",
        [
            "没有空闲的描述符，服务器暂时不关注监听套接字。",
            "由服务器报告，带着 accept 返回的错误。",
            "没有。这期间来的，在全连接队列里等。",
            "{drop} 或 {drop-idle}：空出一个描述符，就接着来。",
            "accept(2)、getrlimit(2)",
        ],
    ),
    lost: named(
        "丢失的事件",
        [
            "启动以来，因为缓冲区满了，事件流漏掉多少个事件。",
            "准确：服务器按种类数着，从不等仪表盘。",
            "没有。就算有，总数和连接表也是对的。",
            "{slower}，或者少几个客户端。",
            "strace(1)",
        ],
    ),
    open: named(
        "打开的连接",
        [
            "现在打开着多少个连接。",
            "accept 的减去关闭的，按服务器的准确总数。",
            "有几个客户端就有几个；一个浏览器最多六个左右。",
            "{add-ten-clients}。",
            "accept(2)、RFC 9112 第 9.4 节",
        ],
    ),
    requests: named(
        "每秒请求",
        [
            "刚过去的一秒里，读懂了多少个请求；echo 协议下，是收到又送回了多少次。",
            RATE,
            "客户端问多少就有多少。循环暂停时没有。",
            "用 {client-kind} 选“匀速”，{add-client} 添加：每个每秒一次。",
            "RFC 9112 第 3 节",
        ],
    ),
    waits: named(
        "字节未读",
        [
            "字节在接收队列里没有人读，最久的已经多久；连接可以是已经 accept 的，也可以还在等。从 \
         0.3 s 起才显示。",
            "来自内核的队列：从第一次看到有字节、此后一直没读算起。所以至少有这么久。",
            "这里什么也没有。很久，就是有客户端在等：循环停住了，被占住了，或者让它饥饿。",
            "客户端在工作时，按 {pause}。",
            "recv(2)、ss(8)",
        ],
    ),
    bytes_out: named(
        "每秒发出的字节",
        [
            "刚过去的一秒里，内核从 send 和 sendfile 收下的字节。",
            RATE,
            "请求的东西有多大，它就有多大。",
            "用浏览器打开一个大文件。",
            "send(2)",
        ],
    ),
    bytes_in: named(
        "每秒收到的字节",
        [
            "刚过去的一秒里，recv 取来的字节。",
            RATE,
            "比发出的小：请求很短。",
            "用 {client-kind} 选“连续”，{add-client} 添加。",
            "recv(2)",
        ],
    ),
    wake_ups: named(
        "每秒唤醒",
        [
            "刚过去的一秒里，等待调用带着结果返回了几次；scan 是几轮。只带来唤醒器或定时器的不算。",
            RATE,
            "几个 fd 同时就绪，它就比请求少。负载越高，一次带来的越多，所以它涨得比负载慢。",
            "用 {add-ten-clients} 添加客户端，和每次唤醒的就绪数对照着看。",
            "epoll_wait(2)",
        ],
    ),
    calls: named(
        "每秒系统调用",
        [
            "刚过去的一秒里，服务器的全部系统调用，包括内部的。",
            "服务器的准确总数，在刚过去的一整秒里增加了多少。processes 则包括工作进程报来的。",
            "每个请求几次。",
            "客户端不变，用 {server} 比较两种服务器。",
            "syscalls(2)",
        ],
    ),
    started: named(
        "每秒启动",
        [
            "刚过去的一秒里，为连接启动的线程、进程或任务。",
            RATE,
            "来一个客户端，启动一个。",
            "{add-ten-clients}。",
            "pthreads(7)、fork(2)",
        ],
    ),
    ended: named(
        "每秒结束",
        [
            "刚过去的一秒里，结束了的线程、进程或任务。",
            RATE,
            "走一个客户端，结束一个。",
            "{stop-clients}。",
            "pthreads(7)、wait(2)",
        ],
    ),
    turn: named(
        "循环一圈",
        [
            "一圈用多久：从等待调用返回，到再次进入等待。横轴是对数的，画出多少圈用了多久。",
            "服务器量了它接手以来的每一圈；放不下的，写明缺多少。手动停住循环的时间不算。",
            "负载低时，远小于 1 ms。一圈很长，就是循环上有处理函数，或者就绪的 fd 非常多：别人都要等\
         它完。",
            "用 --demo 启动，用 {client-kind} 选“慢处理”，{add-client} 添加。",
            "epoll(7)",
        ],
    ),
    ready: named(
        "每次唤醒就绪数",
        [
            "等待调用返回一次，带来几个 fd，各有多少次；scan 是一轮里几个有话说。",
            "服务器数了它接手以来的每一圈；自己的唤醒器不算。",
            "负载低，一个。负载高，很多：一次调用顶很多次。",
            "{pause}，等一会儿再恢复：第一次唤醒全都带来了。",
            "epoll_wait(2)",
        ],
    ),
    accepts: named(
        "每秒 accept",
        [
            "刚过去的一秒里 accept 的连接，包括被拒绝的。",
            RATE,
            "大家都留着，就是 0。很多，就是客户端每个请求都新开一个连接。",
            "{add-ten-clients}。",
            "accept(2)",
        ],
    ),
    disconnects: named(
        "每秒关闭连接",
        [
            "刚过去的一秒里，不管什么原因关闭的连接。",
            RATE,
            "跟 accept 一样多，晚一点。",
            "{stop-clients} 或 {drop-all}。",
            "close(2)",
        ],
    ),
    calls_per_request: named(
        "每请求系统调用",
        [
            "一个请求要花服务器几次系统调用。",
            COSTS.calls.how,
            "读空的循环约四次：等待、recv、send、返回 EAGAIN 的 recv；负载高就少，一次等待顶很多个；\
         scan 上非常多。",
            "{options}：drain off 省一次 recv。用 {before-after} 比较各种服务器。",
            "syscalls(2)、strace(1)",
        ],
    ),
    latency: named(
        "延迟",
        [
            "100 个请求里，50 个、99 个在多久之内得到响应。",
            COSTS.latency.how,
            "远小于 1 ms，除非处理函数慢。p99 比 p50 大得多，就是有人在等别人。",
            "用 --demo 启动，用 {client-kind} 选“慢处理”，{add-client} 添加，看 p99。",
            "recv(2)、send(2)",
        ],
    ),
    examined: named(
        "fd 检查 : 就绪",
        [
            "每次唤醒，检查了多少个 fd，其中多少个就绪。",
            COSTS.examined.how,
            "在 epoll 上几乎相等。在 poll、select、scan 上，左边就是连接数，不管它们有没有事。",
            "用 {add-many-clients} 添加一百个空闲的客户端，再用 {server} 从 poll 换到 epoll。",
            "poll(2)、epoll(7)",
        ],
    ),
    copied: named(
        "每次唤醒的列表字节",
        [
            "每次唤醒，描述符列表拷进拷出内核多少字节。",
            COSTS.copied.how,
            "epoll 每个就绪的 fd 12 字节（x86-64）。poll 列表里每个 fd 拷进拷出共 10 字节。select 从 \
         0 到最大的 fd，每个编号几位。",
            "在服务器 poll 上，用 {add-many-clients} 添加空闲的客户端。",
            "poll(2)、select(2)、epoll_wait(2)",
        ],
    ),
    again: named(
        "每秒 EAGAIN",
        [
            "白问的调用：队列是空的，或者缓冲区满了。",
            COSTS.again.how,
            "读空的循环，每个请求约一次。scan 不小睡，每秒几十万次：都是白问。",
            "用 {server} 换到 scan，再用 {options} 改 nap。",
            "recv(2)、errno(3)",
        ],
    ),
    loop_cpu: named(
        "循环线程的 CPU",
        [
            "服务器自己的线程占一个 CPU 的百分之几。",
            COSTS.loop_cpu.how,
            "没事做，接近 0 %。没事做还是 100 %，就是循环在忙等。",
            "用 {server} 换到 scan；或者用 {options} 选错误 forget-unregister，再让一个客户端离开。",
            "proc(5)、sched(7)",
        ],
    ),
    cpu: named(
        "每请求 CPU",
        [
            "一个请求要花服务器多少 CPU 时间，所有线程和工作进程加在一起。",
            COSTS.cpu.how,
            "负载高就变少：一次唤醒顶很多个；处理函数慢，这里也看得出来。",
            "用 {server} 比较 threads 和 epoll，再看 {before-after}。",
            "proc(5)、getrusage(2)",
        ],
    ),
    memory: named(
        "每连接内存",
        [
            "多一个连接，程序要多用多少内存。",
            COSTS.memory.how,
            "循环最少，线程有栈，多一些，进程最多。内核自己的缓冲区不在内。",
            "重新启动，用 {client-kind} 选“空闲”，{add-many-clients} 添加 200 个。",
            "proc(5)",
        ],
    ),
    waiting: named(
        "等待调用占时",
        [
            "服务器自己的线程，有百分之几的时间在等待的调用里。",
            COSTS.waiting.how,
            "没事做，接近 100 %：睡着不花什么。接近 0 %，就是循环永远做不完。",
            "用 {client-kind} 选“连续”，{add-client} 添加。",
            "epoll_wait(2)",
        ],
    ),
    workers: named(
        "专属线程、进程或任务",
        [
            "有多少个线程、进程或任务，各为一个连接服务。",
            COSTS.workers.how,
            "在 threads、processes、coroutines 上，和打开的连接一样多；在循环上没有。",
            "在服务器 threads 上，用 {add-ten-clients} 添加客户端。",
            "pthreads(7)、fork(2)",
        ],
    ),
    switches: named(
        "上下文切换",
        [
            "内核每秒换上别的线程多少次：因为服务器的线程睡了，或者因为它的时间片用完了。",
            COSTS.switches.how,
            "负载高的循环很少。threads 和 processes 上，一个请求往往就有一次以上。",
            "客户端不变，用 {server} 比较 threads 和 epoll。",
            "proc(5)、sched(7)",
        ],
    ),
    refused: named(
        "拒绝的客户端",
        [
            "超过上限、得到 503 的连接。",
            COSTS.refused.how,
            "没到上限就没有。",
            "用 --max-connections 3 启动；或者在服务器 select 上添加 1,000 个以上的客户端。",
            "RFC 9110 第 15.6.4 节",
        ],
    ),
    threads: named(
        "程序的线程数",
        [
            "本程序现在的全部线程。",
            COSTS.threads.how,
            "十来个；在循环上不随客户端变多。在服务器 threads 上，每个连接多一个。",
            "用 {server} 换到 threads，再按 {add-ten-clients}。",
            "proc(5)",
        ],
    ),
};
