//! A lesson that is given: its strip, the list of lessons, what is asked before it closes something.

use crate::words::places::strip::Strip;
use crate::words::units;

pub(in crate::words) const CHINESE: Strip = Strip {
    lesson: |number| format!("第 {number} 课"),
    step: |step, of| format!("第 {step} 步，共 {of} 步"),
    under_way: "进行中",
    predicts: "预测",
    reveals: "揭晓",
    goes_on: "继续",
    sums_up: "小结",
    ends: "结束这一课",
    back: "后退",
    expected: "预测",
    measured: "实测",
    nothing_expected: "没有人预测",
    lesson_says: "课上说",
    fails: |claim, figure| format!("这里不成立：{claim}；实测：{figure}"),
    trouble: |what| format!("没能做到：{what}"),
    over: "结束",
    take_home: "记住一句话：",
    change: "改动一处：",
    predictions: |right, of| format!("{of} 次预测，对了 {right} 次"),
    outcome: |step, right| format!("第 {step} 步：{right}"),
    came_otherwise: |step| format!("第 {step} 步：这里的结果和课上说的不一样"),
    you: |option| format!("（预测：{option}）"),
    lessons: "课程",
    minutes: |minutes| format!("{minutes} 分钟"),
    runs: |step| format!("正在上，第 {step} 步"),
    left: |step| format!("停在第 {step} 步"),
    is_over: "上完了",
    choose: "上下键选择；Enter 开始或继续；右箭头键看步骤；Esc 关闭",
    leaves: |key| format!("{key} 离开正在上的课"),
    choose_step: "上下键选择；Enter 从这一步开始；左箭头键回到课程；Esc 关闭",
    switches: |server, open| {
        format!("这一课要换成 {server}：关闭 {} 个连接吗？", units::count(open as u64))
    },
    starts_afresh: |open| {
        format!("这一课要重新启动服务器：关闭 {} 个连接吗？", units::count(open as u64))
    },
    restores: |open| format!("换回上课之前的服务器：关闭 {} 个连接吗？", units::count(open as u64)),
    none_runs: "没有正在上的课",
    not_yet: "这一步还在进行中：做完了才能继续",
    clock: |lesson, step, minutes| {
        format!("这一课已用 {lesson}（约需 {minutes} 分钟），这一步已用 {step}")
    },
    answer: "答案：",
    comes_next: "接下来：",
    none_runs_anywhere: "没有正在上的课：在另一个终端里用 epollscope lesson 开始一课。",
    no_notes: |why| format!("读不到讲稿：{why}"),
};
