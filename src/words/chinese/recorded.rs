//! An event log that is read again: `epollscope log`.

use crate::words::places::recorded::Recorded;
use crate::words::units::count;

pub(in crate::words) const CHINESE: Recorded = Recorded {
    unread: |name, why| format!("读不了 {name}：{why}"),
    shelf: |name| {
        Some(match name {
            "accept-spin" => "描述符用完了，监听套接字一直就绪，循环空转",
            "class" => "三十部模拟手机的课堂：举手，老师服务，一起按；先是 poll，再换成 epoll",
            "first-client" => "epoll，一次调用一次调用地看：客户端来，请求，得到应答，离开",
            "forget-unregister" => "关掉了描述符，但还有一份副本把它留在关注列表里",
            "ignore-partial-write" => "内核一次没有收下的部分再也没有发：客户端永远等下去",
            "level-and-edge" => "第 6 课的讲授：问了什么，大家怎么预测，结果是什么",
            "one-at-a-time" => "阻塞服务器：只服务一个客户端，其他人都等到它走",
            "poll-to-epoll" => "poll 挨个问四十个客户端，然后按一个键，同样的客户端换成 epoll",
            "no-drain" => "边沿触发却没有读空：字节躺在那里没人读，也没有谁再通知",
            "recv-once" => "水平触发，每个事件只 recv 一次：能工作，但每次都要多花一轮",
            _ => return None,
        })
    },
    how_to_play: "\nepollscope replay NAME 播放其中一个。",
    same_file: |name| format!("不能一边读 {name} 一边写它：换一个名字写"),
    out_exists: |path| format!("{path} 里已有内容：换一个文件，或用 --force 替换它"),
    out_unread: |path| format!("{path} 是一个没有人读的 FIFO：请先启动读它的程序"),
    out_failed: |path, why| format!("写不了 {path}：{why}"),
    not_of_format: |option, format| format!("{option} 对 {format} 没有意义：请去掉它"),
    ends_early: "这一段在开始之前就结束了：请给一个更晚的结束时间",
    is_terminal: "标准输入是终端：请把日志送进来，例如 replay - <run.jsonl",
    which_recordings: |sentence| format!("{sentence}；epollscope replay 列出随程序附带的录像"),
    empty_part: "这一段里没有事件",
    in_all: |here, all| format!("这里有 {here}，总共 {}", count(all)),
    too_old: "这个日志是版本 1，里面没有可以显示的连接表和总数；epollscope log stat 和 log grep 能读它",
    no_screen: "replay 需要终端；epollscope log stat FILE 用数字说明日志里有什么",
    no_log: "这不是 epollscope 的事件日志：第一行不是它的",
    torn: |line| format!("第 {line} 行：没写完，跳过"),
    foreign: |line, why| format!("第 {line} 行：不是事件日志里的行：{why}"),
    too_long: |line| format!("第 {line} 行：比日志里的任何一行都长；后面的不再读"),
    misplaced: |line| format!("第 {line} 行：在日志的最后一行之后，或者是又一个第一行"),
    unordered: |line| format!("第 {line} 行：这个事件比上面的更早"),
    gap: |line, events| format!("第 {line} 行：它前面少了 {} 个事件", count(events)),
    not_closed: "不完整：没有最后一行，所以 epollscope 是被杀掉的，或者还在写",
    cut: "不完整：epollscope 比服务器先结束",
    miscounted: |counted, there| {
        format!("最后一行说有 {} 个事件，实际有 {} 个", count(counted), count(there))
    },
    lost: |events| format!("写的时候漏了 {} 个事件", count(events)),
    more: |troubles| format!("另外还有 {} 处", count(troubles)),
    is_whole: |events| format!("有效、完整、没有缺口：{} 个事件", count(events)),
    is_not: |events| format!("能读的有 {} 个事件", count(events)),
    no_filter: |why| format!("看不懂这个过滤：{why}"),
    skipped: |lines| format!("跳过了 {} 行读不懂的：请看 epollscope log check", count(lines)),
    server: "服务器",
    time: "时间",
    events: "事件",
    connections: "连接",
    bytes: "字节",
    requests: "请求",
    cost: "开销",
    calls: "调用",
    diagnoses: "可能的错误",
    which: |server, pid, start| format!("{server}，进程 {pid}，启动于 {start}"),
    from_to: |from, to| format!("启动后 {from} 到 {to}"),
    of_events: |there, lost| match lost {
        0 => format!("{}，没有漏掉的", count(there)),
        _ => format!("{}，漏掉 {}", count(there), count(lost)),
    },
    of_connections: |accepted, closed| {
        format!("accept 了 {}，关闭了 {}", count(accepted), count(closed))
    },
    of_bytes: |received, sent| format!("已关闭的连接：收到 {received}，发出 {sent}"),
    of_requests: |requests, answers| match answers {
        "" => count(requests),
        _ => format!("{}，应答 {answers}", count(requests)),
    },
    of_costs: |examined, ready, copied| {
        format!("检查 {} : {} 就绪，复制列表 {copied}", count(examined), count(ready))
    },
    cpu: |time, voluntary, involuntary| {
        format!(
            "CPU {time}（整个程序），上下文切换：自愿 {}，被迫 {}",
            count(voluntary),
            count(involuntary)
        )
    },
    failed: |errors| format!("其中 {errors}"),
    ended: |times, why| format!("{why} {}", count(times)),
    since: |time, diagnosis| format!("从 {time} 起：{diagnosis}"),
    of_conn: |conn, diagnosis| format!("conn {conn}，{diagnosis}"),
    so_often: |what, times| format!("{what} {}", count(times)),
};
