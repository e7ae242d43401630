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
    no_action: |name, nearest| match nearest {
        Some(nearest) => format!("没有 {name} 这个操作，最接近的是 {nearest}。"),
        None => format!("没有 {name} 这个操作：`epollscope config` 会打印全部操作。"),
    },
    no_key: |text, nearest| {
        let near = nearest.map(|nearest| format!("，最接近的是 {nearest}")).unwrap_or_default();
        format!(
            "{text} 不是按键：按键是单个字符，或 Enter、F5 这样的名称，或 ctrl- 加一个字母{near}。"
        )
    },
    twin: |key, same| format!("终端分不清 {key} 和 {same}：请写 {same}。"),
    ctrl_c: |action| match action {
        "quit-now" => "ctrl-c 总是立即退出：不能从 quit-now 去掉。".to_owned(),
        action => format!("ctrl-c 总是立即退出：不能给 {action}。"),
    },
    key_twice: |key, action| format!("{key} 给了 {action} 两次。"),
    key_of_both: |key, first, second| format!("{key} 同时给了 {first} 和 {second}。"),
    key_of_other: |key, action, other| {
        format!(
            "{key} 给了 {action}，但它默认是 {other} 的键：请给 {other} 换一个键，或写 {other} = [] \
             去掉。"
        )
    },
    no_piece: |name, nearest| match nearest {
        Some(nearest) => format!("画面上没有 {name} 这一项，最接近的是 {nearest}。"),
        None => format!("画面上没有 {name} 这一项：`epollscope config` 会打印全部名称。"),
    },
    no_part: |name, nearest| match nearest {
        Some(nearest) => format!("这里没有 {name}，最接近的是 {nearest}。"),
        None => format!(
            "这里没有 {name}：只有 text、background、bold、dim、italic、underlined 和 reversed。"
        ),
    },
    column_twice: |column| format!("{column} 这一列写了两次。"),
    columns_begin: "columns 的第一列必须是 \"fd\"，并且要有 \"state\"。",
    hidden_sort: |column| format!("不能按 {column} 排序：columns 里没有这一列。"),
    unsaved: |path, why| format!("设置没能保存到 {path}：{why}。"),
    changed: |path| format!("没有保存：{path} 在读取之后被改动过。"),
    not_edited: |path| format!("没有保存：{path} 只能手工修改。"),
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
        keys: "一个键、几个键的列表，或 [] 表示没有",
        colour: " \"#rrggbb\"、\"light-red\" 这样的名称、0 到 255，或者由它们组成的列表，分别用于 24 \
                 位、256 色和 16 色",
        columns: |names| format!("列表，由这些名称组成：{names}"),
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
    of_theme: "默认随主题",

    head: &[
        "epollscope 的设置。这里写的都是没有设置文件时的值。",
        "",
        "放在这里就会被读到：$XDG_CONFIG_HOME/epollscope/config.toml，或 \
         ~/.config/epollscope/config.toml。--config FILE 读另一个文件，--no-config 不读任何文件，\
         `epollscope config --check` 会说明你的文件改动了什么。命令行优先：这里写成 true 的，\
         用 --no-NAME 取消。",
    ],
    general: "一般",
    keys: "按键",
    about_keys: &[
        "每个操作可以有一个键、几个键的列表，或 [] 表示没有。键是输入的单个字符（\"x\"、\"X\"、\
         \"?\"），或 Space、Enter、Esc、Tab、shift-Tab、Up、Down、Left、Right、PgUp、PgDn、Home、End、\
         Insert、Delete、Backspace、F1 到 F12 之一，或 \"ctrl-\" 加一个字母。",
        "在弹出的框里，方向键、Enter 和 Esc 总是框里写的意思；ctrl-c 总是立即退出。",
    ],
    table: "连接的表格",
    layout: "面板",
    picture: [
        "从左到右的列，不写就是全部；放不下的列不显示。第一列必须是 \"fd\"，并且要有 \"state\"。",
        "开始时按哪一列排序。",
        "是否倒序。",
        "开始时的当前面板；能放在表格旁边的面板，会放到那里。",
        "开始时放在表格旁边的面板。",
        "开始时当前面板是否占满屏幕。",
    ],
    colours: "颜色",
    about_colours: &[
        "在选项 theme 指定的主题上改动颜色：可以只改几种，也可以全部写出来，成为自己的主题。\
         （theme 是选项的名称，所以颜色写在这个表里。）theme 是 \"auto\" 时，无论终端用到哪个主题都会\
         改动，所以最好指定一个。没有颜色时（\"mono\" 或 NO_COLOR）这里的设置不起作用。",
        "颜色可以写成 \"#rrggbb\"、终端调色板的 0 到 255，或 black、red、green、yellow、blue、magenta、\
         cyan、gray、dark-gray、light-red、light-green、light-yellow、light-blue、light-magenta、\
         light-cyan、white 之一；\"terminal\" 是终端自己的颜色。终端显示不了的，用最接近的颜色；\
         也可以写三个颜色的列表，分别用于 24 位、256 色和 16 色。",
        "也可以分开写：{ text = \"white\", background = \"red\", bold = true }，此外还有 dim、italic、\
         underlined 和 reversed。没有写的保持不变。内置主题的文件也是这样写的，下面是深色主题的值。",
    ],
    roles: [
        "文字。",
        "次要的内容：单位、标签、已经结束的。",
        "标题。",
        "面板的边框。",
        "当前面板的边框。",
        "选中的内容；没有自己的背景色时反色显示。",
        "按键栏和帮助里的按键。",
        "正常的内容。",
        "需要注意的内容。",
        "出错的内容。",
        "循环里内核的一侧。",
        "循环里程序的一侧。",
        "图表的线条和柱形。",
        "内置客户端。",
        "代码里接下来的那一行。",
        "代码里的注释。",
        "代码里的关键字。",
        "代码里的字符串、字符和数字。",
        "代码里大写字母开头的名字：类型、常量。",
        "代码里的宏、属性和生命周期。",
    ],
    background: "整个画面的背景色；指定了主题，或者设置了文字颜色或背景色时才画。",
    compare: "`epollscope compare` 的负载",
};
