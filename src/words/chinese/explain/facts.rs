//! The conclusions that the server draws.

use crate::words::places::explain::{Facts, told};

/// How a conclusion was.
const FACT: &str = "这是服务器自己得出的结论，按先后排在各次调用之间；它不是系统调用。";

pub(super) const FACTS: Facts = Facts {
    request: told([
        "读懂了一个完整的请求：请求头到齐了，格式也对。",
        FACT,
        "一个页面、一张图片、一次举手各一个。一次 recv 之后有好几个，就是流水线请求。",
        "在一个连接上按 {card}，可以逐行看请求头。",
        "RFC 9112 第 3 节",
    ]),
    response: told([
        "响应做好了，放进了输出缓冲区：状态码和响应体的长度。随后才是 send。",
        FACT,
        "200；浏览器已经有了，就是 304。4xx 是客户端的错，5xx 是服务器的错。",
        "请求一个不存在的页面：404。",
        "RFC 9110 第 15 节",
    ]),
    refused: told([
        "超过上限的连接，得到 503，然后关闭：总数、同一地址的数目，或者 select 上 fd 超出 \
             FD_SETSIZE。",
        FACT,
        "没到上限就没有。正在发生时，顶栏会说。",
        "用 --max-connections 3 启动，再用 {add-client} 添加客户端。",
        "RFC 9110 第 15.6.4 节",
    ]),
    closed: told([
        "一个连接结束了：为什么，一共收发了多少。",
        FACT,
        "对端关闭，或者响应后关闭。重置和超时会写明。",
        "{hang-up}、{drop}、{reset}：结束连接的三种方式。",
        "RFC 9293 第 3.6 节",
    ]),
    rest: told([
        "accept 找不到空闲的描述符，服务器就暂时不关注监听套接字：不然它马上又会被报告，没完没了。",
        FACT,
        "没有，除非描述符（EMFILE、ENFILE）或内存用完。这期间来的，在全连接队列里等。",
        "用 --max-fds 40 启动，再用 {add-many-clients} 添加客户端。",
        "accept(2)、getrlimit(2)",
    ]),
    resume: told([
        "又有空闲的描述符了：重新关注监听套接字，排队的接着 accept。",
        FACT,
        "每次暂歇之后。",
        "监听套接字暂歇时，用 {drop} 断开一个客户端。",
        "accept(2)",
    ]),
    pace: told([
        "手动改了循环的快慢：暂停、慢动作，或自由运行。",
        FACT,
        "按了相应的键才有。内核照常工作，队列越积越长。",
        "{pause}、{slower}、{faster}。",
        "signal(7)",
    ]),
    missed: told([
        "命令要动的连接早就不在了，所以谁也没动。",
        FACT,
        "少见：客户端在按键和命令之间走了。命令认的是连接，不是 fd，所以不会误伤拿到同一个 fd 的\
             人。",
        "在客户端正要离开的一刻重置它。",
        "epoll(7)",
    ]),
    handler: told([
        "一个处理函数开始在循环的线程上运行：它不结束，谁都得不到服务。",
        FACT,
        "很短。慢的处理函数会堵住所有人；放进线程池（--handler offload）就不会。",
        "用 --demo 启动，用 {client-kind} 选“慢处理”，{add-client} 添加，再用 {options} 改 \
             handler。",
        "pthreads(7)",
    ]),
    handled: told([
        "处理函数结束了，用了多久。",
        FACT,
        "开始以后很快。这期间来的，现在轮到了。",
        "拿它和别人的延迟比一比。",
        "pthreads(7)",
    ]),
    data: told([
        "echo 协议下收到的数据，显示成文字；会原样发回去。",
        FACT,
        "只在 --protocol echo 时；那时没有请求。",
        "用 --protocol echo 启动，再在 nc 里打字。",
        "recv(2)",
    ]),
    switched: told([
        "另一个服务器接手了监听套接字。之前所有连接都关了，端口不变。",
        FACT,
        "手动换了服务器才有。",
        "按 {server} 选九种里的另一种；{before-after} 比较各花了多少。",
        "epoll(7)、poll(2)、select(2)",
    ]),
    round: told([
        "scan 把每个套接字都问了一遍：问了几个，几个有话说。返回 EAGAIN 的调用合成这一行。",
        FACT,
        "大多是 EAGAIN：十个空闲的客户端，不小睡，一秒可以有几十万次。",
        "暂停时按 {step-call}：每次询问各有一行。",
        "recv(2)、errno(3)",
    ]),
    started: told([
        "为这个连接启动了一个线程、进程或任务。",
        FACT,
        "在 threads、processes、coroutines 上，每个连接一次。线程要为栈预留地址空间，真正用到的很\
             少。",
        "用 {server} 换到 threads，再按 {add-ten-clients}。",
        "pthreads(7)、fork(2)",
    ]),
    ended: told([
        "这个连接的线程、进程或任务结束了。",
        FACT,
        "连接关闭之后不久。",
        "在服务器 threads 上，用 {hang-up} 让一个内置客户端挂断。",
        "pthreads(7)、wait(2)",
    ]),
    parked: told([
        "任务在等：套接字就绪之前，运行时不会运行它。没有线程为它睡着。",
        FACT,
        "在 coroutines 上，recv 返回 EAGAIN 之后，或者 send 没有空间之后。",
        "用 {server} 换到 coroutines，再用 {step-call} 走完一个请求。",
        "epoll(7)",
    ]),
    woken: told([
        "运行时从挂起的地方接着运行这个任务。",
        FACT,
        "在 coroutines 上，运行时的 epoll_wait 报告了它的套接字之后，或者连接的某个时限到了。",
        "在服务器 coroutines 上添加一个“匀速”的客户端，再用 {filter} 只看它的 fd。",
        "epoll(7)",
    ]),
    queued: told([
        "一个请求的处理函数放进了线程池的队列；循环马上接着转。",
        FACT,
        "有 --handler offload，处理函数又慢时。",
        "用 --demo 启动：{options} 给 handler 几个线程，再用 {client-kind} 选“慢处理”，\
             {add-client} 添加。",
        "pthreads(7)",
    ]),
    typed: told([
        "有人在标准输入敲了一行字：键盘也是循环关注的一个 fd。",
        FACT,
        "只在有 --stdin 时。quit 结束服务器。",
        "用 --headless --stdin 启动，敲一行字。",
        "read(2)",
    ]),
    class: told([
        "同学或老师在课堂上做了什么：加入、举手、投票。",
        FACT,
        "只在开放课堂以后。同学做的都是普通的请求，在旁边那个连接上。",
        "用 --class 启动，用手机加入。",
        "accept(2)",
    ]),
    set: told([
        "手动改了运行中服务器的一个选项：哪一个，现在是什么。",
        FACT,
        "手动改了才有。图表里有一条线标出时刻。",
        "{options}；改了以后有什么变化，看 {before-after}。",
        "epoll(7)",
    ]),
    unreadable: told([
        "工作进程报来的内容读不懂。这个进程已经结束，它最后的几次调用缺了。",
        FACT,
        "不应该出现。",
        "没有什么可试的：它说明一个工作进程坏了。",
        "wait(2)",
    ]),
};
