//! What is said for a moment, what is asked, and how the dashboard ends.

use crate::words::places::notices::Notices;
use crate::words::units;

pub(in crate::words) const CHINESE: Notices = Notices {
    limit_reached: "已到上限：新来的客户端得到 503",
    server_now: |name, summary| format!("服务器换成了 {name}：{summary}"),
    already: |server| format!("现在的服务器就是 {server}"),
    gone: "它已经不在了：什么也没有断开",
    adds: |key, kind| format!("{key} 现在添加“{kind}”客户端"),
    mouse_on: "鼠标已打开：按住 shift 才能在终端里选取文字",
    mouse_off: "鼠标已关闭：可以在终端里直接选取文字",
    no_commands: "服务器已结束：不再接受命令",
    none_selected: "没有选中打开的连接",
    none_open: "现在没有客户端连着",
    slowest: "已经是最慢了",
    not_slow: "循环不在慢动作中",
    none_of_ours_selected: "没有选中内置客户端",
    none_of_ours: "现在没有内置客户端",
    not_in_the_table: "这个键在连接表里才有用",
    none_closed: "没有收起的已关闭连接",
    no_stream: "屏幕上没有事件流",
    no_code: "这一行没有代码，不会做系统调用",
    no_code_panel: "屏幕上没有代码",
    no_class: "这里没有课堂可加入",
    no_class_yet: "还没有开放课堂",
    in_lesson: "上课途中不行",
    press_elsewhere: "上课途中不行：同学们连的不是画面上的服务器",
    no_hand: "没有人举手",
    nothing_asked: "现在没有问题要答",
    nobody_in: "还没有人加入",
    no_student: "没有选中同学：表里和课堂面板里都没有",
    send_away: |student| format!("把{student}移出课堂？"),
    one_line: "只有一行可看：没有哪个连接有自己的一行",
    one_epoll: "没有多个 epoll 可选",
    textbook: "实际运行的不是教科书上的程序",
    never_called: |line, key| {
        format!("第 {line} 行还没有做过系统调用：一直运行到它做为止；按 {key} 暂停")
    },
    after_the_pause: |key, calls| match calls {
        Some(calls) => format!("还在暂停：按 {key} 以每秒 {calls} 次调用继续"),
        None => format!("还在暂停：按 {key} 全速运行"),
    },
    no_chinese: "改用英文：Linux 控制台 (TERM=linux) 没有汉字。",
    not_utf8: "改用英文：区域设置是中文，但不是 UTF-8，而本程序只输出 UTF-8。",
    wide_signs: "这个终端把图中的符号画成两格宽，所以改用 ASCII 绘制。",
    quit: |foreign| {
        format!("退出？服务器会结束，{} 个外部客户端会断线", units::count(foreign as u64))
    },
    drop: |fd, peer| format!("断开 fd {fd} · {peer}？"),
    reset: |fd, peer| format!("重置 fd {fd} · {peer}？"),
    drop_all: |open| match open {
        1 => "断开唯一打开的连接？".to_owned(),
        open => format!("断开全部 {} 个打开的连接？", units::count(open as u64)),
    },
    kept: |time, log, page| match page {
        None => format!("最后 {time} 在 {log} 里；网页正在生成。"),
        Some(page) => format!("最后 {time} 在 {log} 里，网页是 {page}。"),
    },
    not_kept: |path, why| format!("写不了 {path}：{why}。"),
    saved: |path, backup| match backup {
        Some(backup) => format!("已保存到 {path}，原来的文件在旁边：{backup}"),
        None => format!("已保存到 {path}"),
    },
    nothing_to_save: |path| format!("不用保存：{path} 里已经是这样"),
    no_settings: "没有设置文件：用了 --no-config，或没有设置 XDG_CONFIG_HOME 和 HOME",
    save: |path| format!("把列、排序、面板和语言保存到 {path}？"),
    switch: |server, open| format!("换成 {server}？会关闭 {} 个连接", units::count(open as u64)),
    returned: "没有接到命令，它的线程就返回了。",
    ended_by_itself: |why| format!("服务器自己结束了：{why}"),
    not_in_time: "服务器没有按时结束",
    two_servers: "需要两个服务器",
    mistake: |panic| format!("本程序有错误，请报告：{panic}"),
    panicked: |thread, panic| format!("{thread} 崩溃：{panic}"),
    a_thread: "某个线程",
};
