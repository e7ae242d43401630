//! What is said of a program that is traced.

use crate::words::places::run::Run;

pub(in crate::words) const CHINESE: Run = Run {
    not_traced: |why| format!("无法跟踪这个程序：{why}。"),
    no_program: |name| format!("没有程序 {name}：请给出它的路径，或先安装它。"),
    a_folder: |name| format!("{name} 是一个目录：请写出其中的程序。"),
    not_permitted: |name| {
        format!(
            "{name} 不能运行或不能跟踪：请给它可执行权限，并确认没有禁止 ptrace \
             （kernel.yama.ptrace_scope 小于 3；容器里需要 SYS_PTRACE 权能）。"
        )
    },
    of_32_bits: |name| format!("{name} 是 32 位程序，无法跟踪：请编译成 64 位。"),
    no_start: |name, why| format!("{name} 无法运行：{why}。"),
    no_keyboard: "--stdin 要的是文件或管道：被跟踪的程序不能用键盘。",
    output_there: |path| format!("{path} 里已有内容：换一个文件，或用 --force 清空它。"),
    no_output: |path, why| format!("程序的输出无法写到 {path}：{why}。"),
    exited: |name, code| format!("{name} 已结束，退出码 {code}。"),
    left: |name| format!("{name} 继续运行，不再跟踪。"),
    killed: |name, signal| format!("{name} 被 {signal} 结束。"),
    listens_not: "还没有监听",
    delayed: |time| format!("每次调用至少耽搁 {time}"),
    the_program: "程序",
    no_line: "还不知道哪一次调用出自程序自己的文件：库里的行不显示。",
    no_source: "这里能显示 Python 程序的源代码。别的程序需要调试信息，这里不读取。",
    unknown_python: "读不了这个 Python 的内存：需要 CPython，3.8 到 3.13 一定可以。",
    without_python: "这个 epollscope 编译时没有带上读取 Python 行号的部分（cargo feature python）。",
    unreadable: |file, line, why| format!("调用在 {file} 的第 {line} 行，但无法显示：{why}。"),
    no_file: "它不是普通文件",
    long_file: |most| format!("它超过 {most}"),
    ours_writes_nothing: "只有 `run` 运行的程序才有自己的输出",
    written_elsewhere: "程序的输出写到了 --output 的文件",
    is_another: "这是别的程序的服务器：只能看它做什么",
};
