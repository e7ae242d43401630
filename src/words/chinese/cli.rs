//! What is wrong with the values of the command line. Its help is in the room of the same name.

use crate::words::places::cli::Cli;

/// The servers with a readiness loop of our own.
const LOOPS: &str = "scan、select、poll、epoll 或 epoll-et";

pub(in crate::words) const CHINESE: Cli = Cli {
    handler: "请写 inline、offload，或 offload=线程数（1 到 64）",
    no_such_name: "没有这个名字",
    nap_no_number: "不是秒数",
    nap_range: "要在 0 到 60 s 之间",
    encoding: "没有这种编码；可用的例如 utf-8、gb18030、big5、shift_jis",
    size: |least, most| {
        format!("列数和行数，如 120x36：从 {}x{} 到 {}x{}", least.0, least.1, most.0, most.1)
    },
    speed: "请写 0.01 到 1000 之间的数，小数点后最多两位",
    no_key: "里面有键盘上没有的字符",
    history: "请写 0，或至少 1MiB；可以写字节数，或用 KiB、MiB、GiB",
    demo: |kinds| {
        format!("请写数量，最多 10,000；或按种类写，例如 idle=500,steady=4；种类有 {kinds}")
    },
    path: "路径以 / 开头，只用 ASCII 字符，和 URL 里一样",
    report: "文件名要以 .md、.json 或 .html 结尾",

    once: "--once 只能配 --server blocking：别的服务器都同时服务多个客户端。",
    offload: |server| {
        format!(
            "--server {server} 没有自己的事件循环，处理函数运行的时候没有循环可以接着转，\
             所以不能用 --handler offload：请用 {LOOPS}。"
        )
    },
    mistake: |server| {
        format!(
            "--mistake 是事件循环里的错误，而 --server {server} 没有自己的事件循环：请用 {LOOPS}。"
        )
    },
    stdin: |server| {
        format!("--server {server} 一次只等一个 fd，不能再关注 --stdin：请用 {LOOPS}。")
    },
    only_for: |option, only, server| {
        format!("{option} 只用于 --server {only}，在 {server} 上什么也不会做。")
    },
    of_loops: |option, server| {
        format!("{option} 用于自己的事件循环，在 --server {server} 上什么也不会做：请用 {LOOPS}。")
    },
    only_echo: "--encoding 只用于 --protocol echo：HTTP 不显示成文字。",
    class_echo: "--class 要用 HTTP，手机只会说 HTTP：去掉 --protocol echo。",
    class_headless: "--class 要有仪表盘给全班看：去掉 --headless 和 --quiet，在终端里启动。",
    keyboard: "--stdin 要占用键盘，而仪表盘也要用键盘：加上 --headless，或给它接一个管道。",
    split_servers: |servers| {
        format!("--split 显示的服务器要正好两个，不是 {servers} 个：请写两个名字。")
    },
    split_terminal: "--split 要在屏幕上画，而标准输出不是终端：去掉它就输出表格，\
                     要不就别重定向。",
};
