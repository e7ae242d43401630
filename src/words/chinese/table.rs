//! The table of connections.

use crate::telemetry::{ConnState, OtherKind, Why};
use crate::words::places::table::{Columns, Table};
use crate::words::units;

/// Three letters at most: the column has no room for more.
fn state(state: ConnState) -> &'static str {
    match state {
        ConnState::New => "新连接",
        ConnState::Reading => "接收中",
        ConnState::Handling => "处理中",
        ConnState::Idle => "空闲",
        ConnState::Writing => "发送中",
        ConnState::Lingering => "收尾中",
        ConnState::Closed => "已关闭",
    }
}

fn why(why: Why) -> &'static str {
    match why {
        Why::PeerClosed => "对端关闭",
        Why::PeerReset => "对端重置",
        Why::Answered => "响应后关闭",
        Why::BadRequest => "请求有误",
        Why::IdleTimeout => "空闲超时",
        Why::HeaderTimeout => "请求头超时",
        Why::BodyTimeout => "请求体超时",
        Why::WriteTimeout => "发送超时",
        Why::Dropped => "手动断开",
        Why::Reset => "手动重置",
        Why::OverLimit => "超过连接数上限",
        Why::CutShort => "文件中途变短",
        Why::Failed => "出错",
        Why::Shutdown => "服务器停止",
        Why::Switched => "换了服务器",
        Why::FdSetSize => "fd 超出 FD_SETSIZE",
        Why::WorkerDied => "工作进程中途退出",
    }
}

pub(in crate::words) const CHINESE: Table = Table {
    open: |connections| format!("{} 个连接", units::count(connections as u64)),
    filter: |filter, shown| format!("过滤：{filter}（{} 个）", units::count(shown as u64)),
    shown: |from, to, of| format!("{from}-{to} 共 {}", units::count(of as u64)),
    not_listening: "还没开始监听",
    answers: "响应",
    listens: "LISTEN",
    rests: |error| [format!("暂歇：{error}，描述符用完了"), format!("暂歇：{error}")],
    accept_queue: |waiting, limit| {
        let (len, limit) = (units::count(waiting.into()), units::count(limit.into()));
        [
            format!("全连接队列 {len}/{limit}"),
            format!("队列 {len}/{limit}"),
            format!("{len}/{limit}"),
        ]
    },
    stdin: "标准输入",
    stdin_read: |bytes| format!("已读 {}", units::bytes(bytes)),
    stdin_ended: "结束",
    other: |kind| match kind {
        OtherKind::Listener => "LISTEN",
        OtherKind::Made => "主动连接",
        OtherKind::Tcp => "TCP 套接字",
        OtherKind::Udp => "UDP",
        OtherKind::Unix => "Unix 套接字",
        OtherKind::Socket => "套接字",
        OtherKind::Epoll => "epoll",
        OtherKind::Pipe => "管道",
        OtherKind::Eventfd => "eventfd",
        OtherKind::Timerfd => "timerfd",
        OtherKind::Signalfd => "signalfd",
        OtherKind::IoUring => "io_uring 看不到",
        OtherKind::Waited => "其他",
    },
    other_unwatched: "没有关注",
    more_others: |more| format!("还有 {more} 个描述符"),
    stopped: "停读",
    closed: "已关闭",
    is_open: "打开",
    folded: |closed, key, listed| {
        let number = units::count(closed);
        let long = match listed as u64 {
            all if all == closed => format!("已关闭 {number} 个 · {key} 列出"),
            last => format!("已关闭 {number} 个 · {key} 列出最近 {last} 个"),
        };
        [long, format!("已关闭 {number} · {key}")]
    },
    listed: |closed, key| {
        let number = units::count(closed);
        [format!("已关闭 {number} 个 · {key} 收起"), format!("已关闭 {number} · {key}")]
    },
    queued: "排队中",
    blocks: "占循环",
    in_handler: |route, time| [format!("{route} 已 {time}"), time.to_owned()],
    state,
    why,
    seconds: |seconds| format!("{seconds} s"),
    minutes: |minutes| format!("{minutes} min"),
    hours: |hours| format!("{hours} h"),
    none_passes: "没有符合条件的连接",
    clears_filter: |key| format!("{key} 清除过滤"),
    none: "还没有人连上来。",
    none_any_more: "现在没有人连着了。",
    none_accepted: |waiting| format!("还没有 accept：{} 个在等。", units::count(waiting.into())),
    in_browser: "请用浏览器打开：",
    in_browser_short: "打开：",
    adds_client: "添加一个内置客户端",
    columns: Columns {
        fd: "fd",
        id: "连接",
        peer: "对端",
        state: "状态",
        interest: "关注",
        last: "上次调用",
        requests: "请求",
        bytes_in: "收",
        bytes_out: "发",
        idle: "空闲",
        recv_queue: "收队列",
        send_queue: "发队列",
    },
};
