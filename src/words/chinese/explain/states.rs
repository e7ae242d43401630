//! What a connection is doing.

use crate::words::places::explain::{States, told};

/// How what stands in a connection's row was obtained.
const ROW: &str = "取自这个连接的一行，由服务器自己发布；事件流丢了事件，这里也准确。";

pub(super) const STATES: States = States {
    new: told([
        "连接已经 accept，一个字节都还没来。",
        ROW,
        "有话要说的客户端，一会儿就过去。浏览器常常先连上一个，什么也不说。",
        "用 {client-kind} 选“空闲”，{add-client} 添加：一直是新连接。在服务器 blocking 上，别人都\
             得等它。",
        "accept(2)、RFC 9112 第 9 节",
    ]),
    reading: told([
        "请求到了一部分，请求头或请求体还没完。",
        ROW,
        "很短：大多数请求一次就到齐。很久就是客户端慢，或者断在半路；时限一到就结束它（\
             --header-timeout）。",
        "用 {client-kind} 选“慢发”或“半截”，{add-client} 添加。",
        "recv(2)、RFC 9112 第 2 节",
    ]),
    idle: told([
        "收到的都回答了，响应已经交给内核。",
        ROW,
        "平常就是这样：长连接在等下一个请求。对 epoll 不花什么，对 poll 是每次调用多一项，对 \
             threads 是一个栈。",
        "用 {add-many-clients} 添加一百个，在 poll 和 epoll 上看“fd 检查 : 就绪”。",
        "RFC 9112 第 9.3 节",
    ]),
    handling: told([
        "它的处理函数在运行，或者请求在等循环先运行前面的。",
        ROW,
        "太短，看不见；/slow 这样慢的处理函数除外。",
        "用 --demo 启动，用 {client-kind} 选“慢处理”，{add-client} 添加，再用 {options} 改 \
             handler。",
        "pthreads(7)",
    ]),
    writing: told([
        "响应还有一部分发不出去：内核的发送缓冲区满了。百分数是内核已经收下的。",
        ROW,
        "客户端正常，就很短。客户端读得慢，或者不读，它就一直在；时限一到就结束（--write-timeout）。",
        "用 {client-kind} 选“慢读”或“不读”，{add-client} 添加：关注里有 OUT。",
        "send(2)、epoll(7)",
    ]),
    lingering: told([
        "响应发完了，自己这一半也关了。再来的数据读出来扔掉：有字节没读就 close，会发出 RST，可能\
             连响应一起丢掉。",
        ROW,
        "结束连接的响应之后，最多一会儿。",
        "发一个读不懂的请求，比如用 nc：400 响应之后就是它。",
        "RFC 9112 第 9.6 节、shutdown(2)",
    ]),
    closed: told([
        "连接没有了。记号后面写着原因。",
        ROW,
        "多数是对端关闭。这一行停留两秒，之后只计数。",
        "{hang-up} 让内置客户端关它那一端；{drop} 关我们这一端；{reset} 发 RST。{closed} 列出最近\
             的。",
        "close(2)、RFC 9293 第 3.6 节",
    ]),
};
