//! The keys: how they are called, what they do, and where the help lists them.

use crate::words::places::keys::{Groups, KeyText, Keys, Names, Panels};

const fn text(label: &'static str, sentence: &'static str) -> KeyText {
    KeyText { label, sentence, split: None }
}

const fn both(label: &'static str, sentence: &'static str, split: &'static str) -> KeyText {
    KeyText { label, sentence, split: Some(split) }
}

pub(in crate::words) const CHINESE: Keys = Keys {
    drop: text("断开", "断开选中的客户端：用 FIN 关闭它的连接。会先报出是哪一个，请你确认。"),
    reset: text("重置", "重置选中的客户端：用 RST 强行断掉它的连接。会先报出是哪一个，请你确认。"),
    reading: text(
        "停止读取",
        "停止读取选中的客户端，或恢复读取。停读期间，数据积在内核的接收队列里。",
    ),
    card: text(
        "卡片",
        "打开选中连接的卡片：最近一次请求、各项计数、它自己的事件、内核看到的情况。\
         在代码里：一直运行到选中的一行。",
    ),
    drop_all: text("全部断开", "断开所有客户端。先确认。"),
    drop_idle: text("断开空闲", "断开空闲超过若干秒的客户端，秒数由你输入。"),
    pause: both(
        "暂停",
        "让服务器的循环停在下一次调用之前，或继续运行。暂停期间，要做的事在内核里排队。",
        "让两边的循环都停在下一次调用之前，或继续运行。负载照常计时。",
    ),
    step_call: both(
        "单步",
        "循环已暂停，就做一次系统调用；还在运行，就先暂停。",
        "暂停时：两边各做一次系统调用。",
    ),
    step_turn: both(
        "一圈",
        "再走一次唤醒，停在下一次等待之前；循环还在运行，就先暂停。",
        "暂停时：两边各走到下一次等待之前。",
    ),
    slower: both(
        "放慢",
        "慢动作，逐级放慢：每秒 100、50、20、10、5、2、1 次调用。",
        "两边一起慢动作，逐级放慢：每秒 100、50、20、10、5、2、1 次调用。",
    ),
    faster: both("加快", "逐级加快，直到全速。", "两边一起逐级加快，直到全速。"),
    load_again: text("再加负载", "在打开着的连接上，给两边再加一遍同样的负载。"),
    server: text(
        "服务器",
        "换成九种服务器里的另一种，端口不变；原来暂停的，换后仍暂停。\
         打开的连接会关闭；有外部客户端时先确认。",
    ),
    options: text(
        "改选项",
        "修改运行中服务器的一个选项：触发方式、读空、accept、小睡、缓冲区、backlog、处理函数、\
         预算、故意犯错。",
    ),
    before: text("前后对比", "前后对比：每种服务器、每组选项，运行期间各花了多少。"),
    lesson_on: text(
        "课程",
        "从课程表里选一课；正在上课时继续：先揭晓，再到下一步。提问时按 1 到 4 预测。",
    ),
    lesson_back: text("后退一步", "课里后退：先回到这一步的开头，再到前一步。"),
    lessons: text(
        "课程表",
        "打开课程表，上课时也可以：从任何一步开始一课，或离开正在上的课，以后再接着上。",
    ),
    join: text(
        "加入",
        "怎么加入课堂：给手机扫的二维码，和写出来的网址。还没有开放课堂时，先问再开放。",
    ),
    serve: text("叫一位", "叫举手最久的同学，并告诉他的手机。"),
    votes: text("看投票", "公布投票结果，这里和手机上都有；再按，就再投一次，结果和第一次并排。"),
    burst: text("一起按", "请大家同时按，看各等多久。"),
    mute: text("禁言", "不再接受选中连接的同学（或课堂面板里选中的同学）举手和投票，或重新接受。"),
    hide_name: text("隐藏名字", "隐藏这位同学的名字。"),
    send_away: text("移出", "把这位同学移出课堂：他的手机凭原来的令牌进不来。"),
    project: text("投到手机", "让手机实时显示这块屏幕，只能看；再按就停止。"),
    client: text("客户端", "添加一个内置客户端，种类同上次所选。"),
    ten_clients: text("10 个客户端", "添加 10 个该种类的内置客户端。"),
    many_clients: text("多个", "添加该种类的内置客户端，个数由你输入。"),
    choose: text(
        "种类",
        "选择客户端的种类：空闲、匀速、突发、慢读、慢发、重置、半截、不读、\
         连续、慢处理、早退、洪水。",
    ),
    hang_up: text(
        "挂断",
        "选中的若是内置客户端，就让它挂断：它关闭自己这一端，服务器会读到 FIN 或 RST。",
    ),
    stop_clients: text("停止内置", "停止所有内置客户端。"),
    filter: text(
        "过滤",
        "焦点在事件流，就过滤事件流，否则过滤连接表：文字、fd:9、conn:3、state:reading、kind:recv、\
         line:turn.rs:24、idle>5、in>10k、ours、errors；词前加 ! 表示排除。",
    ),
    sort: text("排序", "连接表改按下一个显示的列排序。点击列标题也一样。"),
    reverse: text("反转顺序", "把连接表的顺序倒过来。"),
    closed: text("列出已关闭", "列出最近关闭的连接和各自的原因，或收起它们。点击个数也一样。"),
    errors: text("仅错误", "事件流只显示错误，或恢复显示全部。EAGAIN 不算错误。"),
    own: text("内部事件", "在事件流中显示程序自己的内部事件（它的唤醒器），或隐藏。"),
    time: text("时间", "事件流的时间：从服务器启动算起，或用本地时刻。"),
    output: text("程序输出", "在 `run` 下：事件流的位置改看程序的输出，或换回事件。"),
    textbook: text("教科书", "在代码里：改看教科书上的写法（Python），或换回实际运行的代码。"),
    whose: text(
        "循环那一行",
        "在 threads、processes 和 coroutines 的代码里：改看负责 accept 的循环走到的那一行，或换回选中连接的那一行。",
    ),
    epoll: text(
        "下个 epoll",
        "在 `run` 下，程序有多个 epoll 时：循环面板改看下一个，不管谁在等；最后一个之后，又跟着最近等待过的那个。",
    ),
    freeze: text(
        "定格",
        "画面定格，或恢复：从任何时刻回到现在。服务器照常运行；定格的画面里仍可滚动、排序、过滤。",
    ),
    call_back: text(
        "退一步",
        "后退一次系统调用：整个画面回到上一次调用之前；事件流有过滤时，退到上一条显示的事件。服务器照常运行。",
    ),
    call_forth: text("进一步", "再前进一次调用；过了最新的一次，画面就是现在。"),
    turn_back: text("退一圈", "后退一次唤醒，到某次等待之前。"),
    turn_forth: text("进一圈", "再前进一次唤醒。"),
    jump: text(
        "跳转",
        "按时间跳转：几秒（-10），到某一时刻（12.5），到下一个符合过滤词的事件（closed、fd:9），或像是错误的地方（mistake）；词前加 - 是往前找上一个。",
    ),
    keep: text(
        "保存",
        "把最后几秒存成文件，好发给别人：一个可以重放的日志，和一个在浏览器里播放的网页。",
    ),
    play: text("播放", "从以前的画面或在录像里：让时间自己往前走，或让它停下。"),
    play_slower: text("放慢", "放得更慢，最慢是原速的百分之一。"),
    play_faster: text("放快", "放得更快，最快是原速的一千倍。"),
    explain: text(
        "解释",
        "解释鼠标下面的，或选中的东西：它是什么，怎么得来，正常时怎样，试一试什么，读什么。",
    ),
    zoom: text("放大", "让焦点所在的面板占满屏幕，或还原。"),
    up: text("上移", "在焦点所在的面板里上移一行；在事件流里选一个事件。"),
    down: text("下移", "下移一行。"),
    page_up: text("上翻", "上翻一页。"),
    page_down: text("下翻", "下翻一页。"),
    first: text("开头", "到第一行；在事件流中，到保留下来的最早事件。"),
    last: text("跟随", "到最后一行；在事件流中，到最新的事件，并重新跟随。"),
    next_panel: text("下个面板", "焦点移到下一个面板。"),
    previous_panel: text("上个面板", "焦点移到上一个面板。"),
    back: text("返回", "返回：关掉打开的框，取消放大，重新跟随事件流，回到现在，清除过滤。"),
    help: both("帮助", "本帮助。输入文字可以搜索。", "本帮助。"),
    language: text("English", "改用英文；再按一次，换回中文。"),
    save_settings: text("保存", "把现在的列、排序、面板和语言写进设置文件，写之前会先问。"),
    mouse: text("鼠标", "打开或关闭鼠标。打开时，按住 shift 才能在终端里选取文字。"),
    redraw: text("重画", "重画整个屏幕。"),
    suspend: text("挂起", "回到命令行；输入 fg 再回到仪表盘。期间服务器照常运行。"),
    quit: both(
        "退出",
        "退出：服务器也结束。有外部客户端连着时先确认。",
        "退出：负载和两个服务器都结束。",
    ),
    quit_now: text("立即退出", "立即退出，不管打开着什么。"),
    panels: Panels {
        table: text("fd → 套接字", "转到连接表。"),
        the_loop: text("事件循环", "转到事件循环：内核关注什么，哪些已就绪，程序在做什么。"),
        stream: text("事件流", "转到事件流。"),
        charts: text("图表", "转到图表。"),
        card: text("卡片", "转到选中连接的卡片。"),
        seats: text("座位", "转到座位：一个连接一个座位；被问到就亮，有话说就发光。"),
        costs: text("开销", "转到开销：一个请求、一次唤醒、一个连接各花多少，每个数字怎么得来。"),
        code: text(
            "代码",
            "转到代码：服务器自己的源代码，标出接下来的一行，和做了上一次调用的一行。",
        ),
        class: text("课堂", "转到课堂：谁在，谁举着手，投票怎样。"),
    },
    run: "继续",
    stop: "停下",
    read_again: "恢复读取",
    close_card: "收起卡片",
    what_runs: "实际代码",
    its_line: "连接那一行",
    until_line: "运行到这里",
    thaw: "恢复",
    now: "回到现在",
    read_so_far: "回到播放处",
    all_events: "全部事件",
    events: "事件",
    fold_closed: "收起已关闭",
    groups: Groups {
        connection: "选中的连接",
        the_loop: "服务器的循环",
        lessons: "课程",
        class: "课堂（开放以后）",
        clients: "内置客户端",
        looking: "显示",
        moving: "移动",
        program: "程序",
        taking: "关闭与结束",
    },
    none: "无按键",
    or: "或",
    key: "按键",
    does: "作用",
    names: Names {
        space: "空格",
        enter: "Enter",
        esc: "Esc",
        tab: "Tab",
        back_tab: "shift-Tab",
        up: "Up",
        down: "Down",
        page_up: "PgUp",
        page_down: "PgDn",
        home: "Home",
        end: "End",
        ctrl: |name| format!("ctrl-{name}"),
    },
};
