//! Lessons: what is wrong with a file, and what `lesson` prints.

use crate::words::places::lesson::{Kinds, Lesson};

pub(in crate::words) const CHINESE: Lesson = Lesson {
    unreadable: |path, why| format!("课程文件 {path} 读不了：{why}。"),
    unknown: |name, nearest, names| {
        let near = nearest.map(|nearest| format!("，最接近的是 {nearest}")).unwrap_or_default();
        format!("这里没有 {name}{near}。可以写：{names}。")
    },
    lacks: |name| format!("这里缺少 {name}。"),
    empty: |name| format!("{name} 是空的。"),
    how_many: |name, least, most, there| {
        format!("{name} 应有 {least} 到 {most} 项，不能是 {there} 项。")
    },
    both_or_none: "提问和揭晓必须同时写。",
    other_measures: |english, chinese| {
        format!("英文里显示 {english}，中文里显示 {chinese}：两边必须一样。")
    },
    undeclared: |name, declared| format!("这一课没有客户端 {name}，只有：{declared}。"),
    twice: |name| format!("{name} 写了两次。"),

    open_brace: "这个 { 没有配对的 }；要写 { 本身，请写 {{。",
    open_quote: "这个引号没有结束。",
    none_of: |kind, text, nearest, names| {
        let near = nearest.map(|nearest| format!("，最接近的是 {nearest}")).unwrap_or_default();
        format!("{text} 不是{kind}{near}。可以写：{names}。")
    },
    not_a: |kind, text| format!("{text} 不是{kind}。"),
    missing: |kind| format!("这里应写{kind}。"),
    too_much: |text| format!("这里应当结束，{text} 是多余的。"),
    no_letter: |text| format!("{text} 不是客户端：客户端用一个字母命名，A 到 Z。"),
    no_escape: |text| format!("没有 {text} 这种写法，只有 \\r、\\n、\\\" 和 \\\\。"),
    not_comparable: |measure| format!("{measure} 和前面的量不能比较。"),
    kinds: Kinds {
        action: "动作（也可以以客户端的字母或客户端个数开头）",
        call: "系统调用",
        client: "客户端的字母",
        clients: "客户端的种类",
        verb: "客户端的动作",
        word: "这里应有的词",
        measure: "测量的量",
        sign: "这个量可以用的比较符号",
        name: "这个量可以取的值",
        errno: "错误的名称或 no",
        result: "调用的结果：数字或错误的名称",
        mask: "掩码，例如 IN|RDHUP",
        server: "服务器",
        option: "运行中可以改动的选项",
        value: "值",
        unit: "时间单位",
        path: "以 / 开头的路径",
        place: "可以看的位置",
        column: "表里的一列",
    },

    no_such: |name, nearest| {
        let near = nearest.map(|nearest| format!("，最接近的是 {nearest}")).unwrap_or_default();
        format!("没有 {name} 这一课{near}。`epollscope lesson` 会列出全部的课。")
    },
    no_screen: "上课需要终端；加上 --check 就不需要。",
    listed: |title, minutes| format!("{title}（{minutes} 分钟）"),
    there_already: |path| format!("{path} 已经存在：请写一个还没有的文件。"),
    unwritten: |path, why| format!("{path} 写不了：{why}。"),
    written: |path| format!("{path} 现在是一课。怎样改、怎样试，见文件开头。\n"),

    holds: "成立",
    fails: "不成立",
    claim: |claim, measured, with| match with {
        Some(with) => format!("{claim}（测得 {measured} 和 {with}）"),
        None => format!("{claim}（测得 {measured}）"),
    },
    late: |what| format!("没有及时做到：{what}"),
    unknown_figure: |measure| format!("{{{measure}}} 在这里测不到"),
    too_long: |text, lines, columns| format!("超过 {lines} 行、每行 {columns} 列：{text}"),
    summary: |lessons, claims, failed| match failed {
        0 => format!("{lessons} 课，{claims} 个断言：在这台机器上全部成立。"),
        failed => format!("{lessons} 课，{claims} 个断言：发现 {failed} 处问题。"),
    },
};
