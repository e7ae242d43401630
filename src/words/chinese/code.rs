//! The code view.

use crate::words::places::code::Code;

pub(in crate::words) const CHINESE: Code = Code {
    held: "停在这里",
    asleep: "睡在这里",
    parked: "挂起",
    the_loop: "事件循环",
    accepting: "accept 循环",
    thread: |conn, tid| format!("#{conn}，线程 {tid}"),
    worker: |conn, pid| format!("#{conn}，进程 {pid}"),
    task: |conn| format!("#{conn}，它的任务"),
    held_before: |call| [format!("停在 {call} 之前"), call.to_owned()],
    asleep_in: |call| [format!("睡在 {call} 里"), call.to_owned()],
    in_runtime: |call| [format!("睡在 {call} 里，由运行时调用"), "睡在运行时里".to_owned()],
    parked_for: |call| [format!("挂起，等着 {call}"), call.to_owned()],
    in_handler: ["在处理函数里，两次调用之间", "在处理函数里"],
    goes_on: ["正在往下走", "正在往下走"],
    not_told: ["别的线程或进程停着，不知道它在哪里", "现在不知道"],
    margin: ["最近一秒的调用次数", "次/秒"],
    until: |key, line| format!("{key}：运行到第 {line} 行"),
    to_the_loop: |key| [format!("{key}：看事件循环的那一行"), format!("{key}：事件循环")],
    to_conn: |key, conn| [format!("{key}：看 #{conn} 的那一行"), format!("{key}：#{conn}")],
    equivalent: "等价的 Python 程序，实际运行的不是它。",
    nothing: "还没有做过系统调用",
};
