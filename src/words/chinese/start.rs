//! What is said when the program starts, while it runs without a dashboard, and when it ends.

use crate::words::places::start::Start;

pub(in crate::words) const CHINESE: Start = Start {
    port_taken: |port, ip| {
        format!(
            "{ip} 的端口 {port} 已被别的程序占用：用 --port 另选一个，写 0 就用任意一个空闲的。"
        )
    },
    port_denied: |port| format!("没有特权，不能用端口 {port}：请用 --port 选一个 1024 或以上的。"),
    port_moved: |taken, port| format!("端口 {taken} 已被占用：改为监听 {port}。"),
    address_foreign: |ip| {
        format!(
            "{ip} 不是这台机器的地址：--bind 要写 `ip addr` 列出的地址，或者写 0.0.0.0，监听全部。"
        )
    },
    listen_failed: |addr, why| format!("无法监听 {addr}：{why}。"),

    no_folder: |path| format!("没有目录 {path}：写一个存在的，不写就用内置的页面。"),
    not_a_folder: |path| format!("{path} 不是目录：请写它所在的目录。"),
    folder_denied: |path| format!("没有权限读目录 {path}：改它的权限，或换一个目录。"),
    folder_failed: |path, why| format!("无法打开目录 {path}：{why}。"),

    dumb_dashboard: "这个终端（TERM=dumb）显示不了仪表盘：换一个终端，或用 --headless。",
    dumb_split: "这个终端（TERM=dumb）显示不了分屏：换一个终端，或去掉 --split。",
    split_two: "--split 显示的服务器要正好两个。",
    split_descriptors: |needed, descriptors| {
        format!(
            "两个服务器连同它们的客户端在这里要用 {needed} 个 fd，而一个进程只能打开 \
             {descriptors} 个：减少连接，或提高上限（ulimit -n）。"
        )
    },

    mistake: |name, summary| format!("这个服务器故意犯一个错，{name}：{summary}。"),
    fewer_connections: |possible, asked, descriptors| {
        format!(
            "最多 {possible} 个连接，到不了 {asked} 个：这个进程只能打开 {descriptors} 个 \
             fd（ulimit -n）。"
        )
    },

    no_eventfd: |why| format!("无法创建 eventfd：{why}。"),
    no_signals: |why| format!("无法捕获信号：{why}。"),
    no_clients: |why| format!("无法启动内置的客户端：{why}。"),
    no_inspector: |why| format!("无法启动观测线程：{why}。"),
    no_thread: |why| format!("无法启动线程：{why}。"),
    no_stdout: |why| format!("无法写标准输出：{why}。"),
    worker_rootless: |why| format!("工作进程没有拿到根目录：{why}。"),
    worker_parentless: |why| format!("工作进程无法监视父进程：{why}。"),

    log_exists: |path| format!("日志 {path} 里已有内容：换一个文件，或用 --force 清空它。"),
    log_unread: |path| format!("日志 {path} 是一个没有人读的 FIFO：请先启动读它的程序。"),
    log_failed: |path, why| format!("无法写日志 {path}：{why}。"),
    log_stopped: |why| format!("日志写不进去了：{why}。"),
    log_again: "日志又能写了，什么也没少。",
    log_again_lost: |lost| format!("日志又能写了；里面缺 {lost} 个事件。"),
    log_lost: |why, lost| format!("日志不完整：{why}，所以缺 {lost} 个事件。"),
    log_incomplete: |why| format!("日志不完整：{why}。"),

    dashboard_ended: |why| format!("仪表盘已结束：{why}。"),
};
