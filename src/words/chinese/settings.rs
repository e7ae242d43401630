//! The settings file: what is wrong with one, what one sets, and what stands in the default one.

use crate::words::places::settings::{Allowed, Settings};

pub(in crate::words) const CHINESE: Settings = Settings {
    missing: |path| format!("没有设置文件 {path}：请写一个存在的文件。"),
    unreadable: |path, why| format!("设置文件 {path} 读不了：{why}。"),
    too_long: |path, most| format!("{path} 不是设置文件：它超过了 {most} 字节。"),
    not_utf8: "这里不是 UTF-8。",
    not_toml: |why| format!("这里不是 TOML：{why}。"),
    unknown: |name, nearest| match nearest {
        Some(nearest) => format!("没有 {name} 这个设置，最接近的是 {nearest}。"),
        None => format!("没有 {name} 这个设置：`epollscope config` 会打印全部设置。"),
    },
    each_time: |name| format!("--{name} 只能写在命令行上，每次都要写明。"),
    takes: |name, allowed, value, nearest| match nearest {
        Some(nearest) => {
            format!("{name} 的值应是{allowed}，不能是 {value}，最接近的是 \"{nearest}\"。")
        }
        None => format!("{name} 的值应是{allowed}，不能是 {value}。"),
    },
    refused: |name, value, why| format!("{name} 不接受 {value}：{why}。"),
    allowed: Allowed {
        flag: " true 或 false",
        whole: |least, most| match most {
            Some(most) => format!("整数，从 {least} 到 {most}"),
            None => format!("整数，最小 {least}"),
        },
        number: "数字",
        names: |names| format!("其中之一：{names}"),
        clients: "客户端个数，或 \"idle=500,steady=4\" 这样的文本",
        text: "文本",
        table: "一个表",
    },
    a_list: "列表",
    a_table: "表",
    a_date: "日期",

    none_there: |path| format!("没有 {path}：全部设置都是默认值。"),
    nowhere: "XDG_CONFIG_HOME 和 HOME 都没有说明设置在哪里：全部设置都是默认值。",
    in_order: |path, settings| match settings {
        0 => format!("{path} 没有错误，也没有改动任何设置。"),
        n => format!("{path} 没有错误，改动了 {n} 项设置："),
    },
    instead_of: |default| match default {
        Some(default) => format!("默认是 {default}"),
        None => "默认没有".to_owned(),
    },

    head: &[
        "epollscope 的设置。这里写的都是没有设置文件时的值。",
        "",
        "放在这里就会被读到：$XDG_CONFIG_HOME/epollscope/config.toml，或 \
         ~/.config/epollscope/config.toml。--config FILE 读另一个文件，--no-config 不读任何文件，\
         `epollscope config --check` 会说明你的文件改动了什么。命令行优先：这里写成 true 的，\
         用 --no-NAME 取消。",
    ],
    general: "一般",
    compare: "`epollscope compare` 的负载",
};
