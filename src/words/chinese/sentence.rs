//! What an event means, in one sentence: what a teacher would say at that step.

use std::borrow::Cow;

use crate::telemetry::{
    CtlOp, Errno, EventRef, Fd, How, Kind, Mask, Mode, Nanos, Ret, Until, What, Why,
};
use crate::words::call::place;
use crate::words::chinese::{errors, servers};
use crate::words::units::{self, Bytes, Time};

/// What this call and its result mean, or what this fact says, in one plain sentence.
#[expect(clippy::too_many_lines, reason = "every event, one arm each")]
pub(super) fn sentence(event: EventRef<'_>) -> Cow<'static, str> {
    let fd = event.event.fd;
    match event.event.what {
        What::Listen { addr, backlog, ret } => match ret.get() {
            Ok(_) => format!(
                "从现在起，谁来连 {addr}，都由内核自己完成握手；\
                 全连接队列里最多排 {backlog} 个，等着 accept。"
            )
            .into(),
            Err(errno) => failed(Kind::Listen, errno),
        },
        What::EpollCtl { op, mask, ret, .. } => epoll_ctl(fd, op, mask, ret),
        What::EpollWait { .. } if event.event.is_own() => {
            "来了一条命令：关注列表里的唤醒器结束了这次睡眠。".into()
        }
        What::EpollWait { ret, waited } => epoll_wait(ret, waited),
        What::Accept { ret, .. } => accept(ret, event),
        What::Recv { ret } => recv(fd, ret),
        What::Send { ret, len } => sent(fd, ret, len, Kind::Send),
        What::Sendfile { ret, len, .. } => sent(fd, ret, len, Kind::Sendfile),
        What::Shutdown { how, ret } => shutdown(fd, how, ret, event),
        What::Close => close(fd, event.event.conn.is_some()),
        What::Setsockopt { name, ret } => setsockopt(fd, name, ret),
        What::Open { look: true, ret } if ret.get().is_ok() => {
            "文件找到了，但还没打开：先看看它是什么。".into()
        }
        What::Open { ret, .. } | What::Openat { ret } => open(ret),
        What::Stat { ret } => match ret.get() {
            Ok(_) => "文件的大小、类型和修改时间，现在都知道了。".into(),
            Err(errno) => failed(Kind::Stat, errno),
        },
        What::Getdents { ret } => match ret.get() {
            Ok(0) => "目录里再没有别的名字了。".into(),
            Ok(n) => format!("目录里的名字拷贝到了程序里：{}。", bytes(n)).into(),
            Err(errno) => failed(Kind::Getdents, errno),
        },
        What::Read { ret, .. } => match ret.get() {
            Ok(0) => "文件的这个位置没有数据：已经到末尾了。".into(),
            Ok(n) => format!("文件的数据拷贝到了程序里：{}。", bytes(n)).into(),
            Err(errno) => failed(Kind::Read, errno),
        },
        What::Select { ret, examined, .. } | What::Poll { ret, examined, .. } => {
            asked_all(event.event.what.kind(), ret, examined)
        }
        What::Nap { waited, .. } => {
            format!("小睡 {}：这段时间谁也不问，谁说话都得等它过去。", Time(waited)).into()
        }
        What::Input { .. } if event.event.is_own() => {
            "读一下程序自己的唤醒器，免得内核一遍又一遍地报告它。".into()
        }
        What::Input { ret } => match ret.get() {
            Ok(0) => "标准输入结束了。".into(),
            Ok(n) => format!("从标准输入读到 {}。", bytes(n)).into(),
            Err(errno) => failed(Kind::Input, errno),
        },
        What::Wait4 { ret } => match ret.get() {
            Ok(pid) => format!("进程 {pid} 已从进程表里清除，不会留下僵尸进程。").into(),
            Err(errno) => failed(Kind::Wait4, errno),
        },
        What::Connect { ret } => connect(fd, ret),
        What::Other { ret } => match ret.get() {
            Ok(_) => format!("程序调用了 {}。", event.event.name()).into(),
            Err(errno) => failed_by(event.event.name(), errno),
        },
        What::EpollCreate { ret } => match ret.get() {
            Ok(fd) => {
                format!("内核为这个程序建了一张关注列表，现在还是空的；fd {fd} 就代表它。").into()
            }
            Err(errno) => failed(Kind::EpollCreate, errno),
        },
        What::Request { .. } => {
            let (method, target) = event.request_line().unwrap_or_default();
            format!("收到一个完整的请求：{method} {target}。").into()
        }
        What::Response { status, body } => {
            format!("响应准备好了，等着发送：状态码 {status}，响应体 {}。", bytes(body)).into()
        }
        What::Refused => "连接数已到上限（总的，或这个地址的）：给它回一个 503，然后关闭。".into(),
        What::Closed { why, .. } => closed(why).into(),
        What::Rest { errno } => format!(
            "accept 失败，返回 {errno}：监听套接字先歇着，等有 fd 空出来，\
             不然循环就会忙等；这期间来的连接在全连接队列里排队。"
        )
        .into(),
        What::Resume => "又有空闲的 fd 了：监听套接字接着 accept 还在排队的连接。".into(),
        What::Pace { mode: Mode::Run } => "循环恢复自由运行。".into(),
        What::Pace { mode: Mode::Paused } => "循环暂停了；内核照常工作，它的队列越积越长。".into(),
        What::Pace { mode: Mode::Slow(rate) } => format!("循环每秒最多做 {rate} 次调用。").into(),
        What::Pace { mode: Mode::Until(until) } => {
            let call = until_call(until);
            format!("循环自由运行，轮到这个调用时停在它前面：{call}。").into()
        }
        What::Handler { route } => {
            format!("{route} 的处理函数在循环的线程上运行：它不结束，大家都得等。").into()
        }
        What::Handled { took } => {
            format!("处理函数运行了 {} 才结束；这期间来的，现在轮到了。", Time(took)).into()
        }
        What::Missed => "那个连接早就不在了：没有断开任何人。".into(),
        What::Unreadable => "这个连接的进程报来的内容读不懂，于是结束了这个进程；\
                             它最后的几次调用，这里没有。"
            .into(),
        What::Switched { to } => {
            let summary = (servers::CHINESE.summary)(to);
            format!("监听套接字现在由 {to} 服务：{summary}。").into()
        }
        What::Round { asked, answered, .. } => format!(
            "每个套接字都单独调用一次问过了：{answered} 个有话说，{} 个返回 EAGAIN。\
             只要循环没被拖住，返回 EAGAIN 的就合成这一行。",
            asked.saturating_sub(answered)
        )
        .into(),
        What::Started { stack: 0 } => "从这里起，有专门的进程或任务为这个连接服务。".into(),
        What::Started { stack } => {
            format!("有专门的线程为这个连接服务；给它的栈预留的地址空间是 {}。", bytes(stack))
                .into()
        }
        What::Ended => "专为这个连接服务的线程、进程或任务结束了。".into(),
        What::Parked { on } => format!(
            "任务挂起了：它的套接字就绪（{on}）之前，运行时不会再运行它。\
             真正睡着的，只有运行时自己的等待调用。"
        )
        .into(),
        What::Woken => "运行时从挂起的地方接着运行这个任务：等待调用报告了它的套接字，\
                        或者这个连接的某个时限到了。"
            .into(),
        What::Queued { route } => {
            format!("{route} 的处理函数放进了线程池的队列；循环马上接着转。").into()
        }
        What::Typed => "有人敲了一行字：键盘也是循环关注的一个 fd。".into(),
        What::Class { student, did, value } => {
            (super::class::CHINESE.sentence)(did, student, value).into()
        }
        What::Set => "手动改了一个选项：服务器不停，照新的设置接着运行。".into(),
        What::Data { .. } => "收到的数据，显示成文字；在 echo 协议下会原样发回去。".into(),
    }
}

/// The call until which the loop runs.
pub(super) fn until_call(until: Until) -> String {
    match until {
        Until::Site(site) => place(site),
        Until::Call { kind: Some(kind), conn: Some(conn) } => {
            format!("连接 {conn} 的 {}", kind.name())
        }
        Until::Call { kind: Some(kind), conn: None } => kind.name().to_owned(),
        Until::Call { kind: None, conn: Some(conn) } => format!("连接 {conn} 的任一调用"),
        Until::Call { kind: None, conn: None } => "任一调用".to_owned(),
        Until::Wait => "等待调用".to_owned(),
    }
}

/// `select` and `poll`.
fn asked_all(kind: Kind, ret: Ret, examined: u32) -> Cow<'static, str> {
    match ret.get() {
        Ok(0) => {
            format!("{examined} 个 fd 的列表交给内核，内核挨个问了一遍：时限内一个也没有就绪。")
                .into()
        }
        Ok(n) => format!(
            "{examined} 个 fd 的列表交给内核，内核挨个问了一遍：{n} 个就绪，\
             是哪几个，程序还得自己在列表里找。"
        )
        .into(),
        Err(errno) => failed(kind, errno),
    }
}

fn epoll_ctl(fd: Fd, op: CtlOp, mask: Mask, ret: Ret) -> Cow<'static, str> {
    match (op, ret.get().err()) {
        (_, Some(Errno::NOENT)) => format!("fd {fd} 不在关注列表里。").into(),
        (_, Some(Errno::EXIST)) => format!("fd {fd} 已经在关注列表里了。").into(),
        (_, Some(errno)) => failed(Kind::EpollCtl, errno),
        (CtlOp::Add, None) => {
            let (what, only) = wanted(mask);
            if mask.has(Mask::ET) {
                format!("fd {fd} 加入了关注列表：{what}的状态每变化一次，内核报告一次{only}。")
            } else {
                format!("fd {fd} 加入了关注列表：只要{what}，内核就一直报告{only}。")
            }
            .into()
        }
        (CtlOp::Mod, None) if mask.has(Mask::OUT) => {
            let asked =
                if mask.has(Mask::IN) { "现在也关注 OUT" } else { "现在只关注 OUT" };
            format!("{asked}：等 fd {fd} 又有空间可写，内核会通知。").into()
        }
        (CtlOp::Mod, None) => {
            let (what, only) = wanted(mask);
            format!("从现在起，fd {fd} 关注的是{what}{only}。").into()
        }
        (CtlOp::Del, None) => {
            format!("fd {fd} 从关注列表里删掉了：再来什么都留在内核里，谁也不通知。").into()
        }
    }
}

/// What a mask asks for; and that it asks for nothing else, where it does not.
fn wanted(mask: Mask) -> (&'static str, &'static str) {
    match (mask.has(Mask::IN), mask.has(Mask::OUT)) {
        (true, true) => ("可读或可写", ""),
        (true, false) => ("可读", ""),
        (false, true) => ("可写", ""),
        (false, false) => ("出错", "，别的一概不管"),
    }
}

fn epoll_wait(ret: Ret, waited: Nanos) -> Cow<'static, str> {
    match ret.get() {
        Ok(0) => format!("等了 {}，没有 fd 就绪：有定时器到期了。", Time(waited)).into(),
        Ok(n) => format!("{n} 个 fd 举手了；别的一个也没问。").into(),
        Err(Errno::INTR) => "还没有 fd 就绪，就来了个信号，结束了睡眠。".into(),
        Err(errno) => failed(Kind::EpollWait, errno),
    }
}

fn shutdown(fd: Fd, how: How, ret: Ret, event: EventRef<'_>) -> Cow<'static, str> {
    match (how, ret.get()) {
        (_, Err(Errno::NOTCONN)) => format!("fd {fd} 的连接早就不在了：没有什么可关的。"),
        (_, Err(errno)) => return failed(Kind::Shutdown, errno),
        (How::Read, Ok(_)) => {
            format!("谁睡在 fd {fd} 的 recv 里，谁就醒来；对端这时还什么都不知道。")
        }
        (How::Write, Ok(_)) => format!("发出 FIN：fd {fd} 不再发送，但还能接收。"),
        (How::Both, Ok(_)) if event.event.conn.is_none() => {
            format!("fd {fd} 不再监听：谁睡在它的 accept 里，谁就醒来。")
        }
        (How::Both, Ok(_)) => {
            format!("fd {fd} 的两个方向都关了；这个编号还占着，直到 close。")
        }
    }
    .into()
}

fn accept(ret: Ret, event: EventRef<'_>) -> Cow<'static, str> {
    match ret.get() {
        Ok(new) => match (event.event.conn, event.event.what) {
            (Some(conn), What::Accept { peer: Some(peer), .. }) => {
                format!("从全连接队列里取出一个：{peer} 现在是 fd {new}，记作连接 {conn}。").into()
            }
            _ => format!("从全连接队列里取出一个连接，它是 fd {new}。").into(),
        },
        Err(Errno::AGAIN) => "全连接队列空了：排队的都已经 accept 了。".into(),
        // The kernel looks for a free number first, and at the queue only then.
        Err(Errno::MFILE) => {
            "这个进程没有空闲的 fd 了：等着 accept 的，都留在全连接队列里。".into()
        }
        Err(Errno::NFILE) => {
            "整个系统没有空闲的 fd 了：等着 accept 的，都留在全连接队列里。".into()
        }
        Err(Errno::CONNABORTED) => "那个客户端没等到 accept 就走了。".into(),
        Err(errno) => failed(Kind::Accept, errno),
    }
}

fn recv(fd: Fd, ret: Ret) -> Cow<'static, str> {
    match ret.get() {
        Ok(0) => format!("对端发来了 FIN：fd {fd} 不会再有数据来了。").into(),
        Ok(n) => format!("从 fd {fd} 的接收队列里取出了 {}。", bytes(n)).into(),
        Err(Errno::AGAIN) => format!("fd {fd} 的接收队列读空了；再有数据来，内核会通知。").into(),
        Err(Errno::CONNRESET) => format!("fd {fd} 的对端重置了连接：还在路上的数据都丢了。").into(),
        Err(Errno::TIMEDOUT) => format!("fd {fd} 的对端太久没有回应，TCP 放弃了。").into(),
        Err(errno) => failed(Kind::Recv, errno),
    }
}

fn sent(fd: Fd, ret: Ret, len: u64, kind: Kind) -> Cow<'static, str> {
    let all = bytes(len);
    match ret.get() {
        Ok(0) if kind == Kind::Sendfile && len > 0 => {
            "文件提前到了末尾：发送的时候，它变短了。".into()
        }
        Ok(n) if n >= len && kind == Kind::Sendfile => {
            format!("文件的数据直接到了 fd {fd}，不经过程序：全部 {all}。").into()
        }
        Ok(n) if n >= len => {
            format!("内核的发送缓冲区收下了全部 {all}，接下来由内核自己去发。").into()
        }
        Ok(n) => {
            format!("要发 {all}，内核的发送缓冲区只收下 {}；剩下的要等 OUT。", bytes(n)).into()
        }
        Err(Errno::AGAIN) => {
            format!("fd {fd} 的发送缓冲区满了，因为对端读得不够快：还有 {all}，要等 OUT。").into()
        }
        Err(Errno::PIPE) => format!("fd {fd} 的另一端已经没有人读了。").into(),
        Err(Errno::CONNRESET) => format!("fd {fd} 的对端重置了连接：再也发不出去了。").into(),
        Err(errno) => failed(kind, errno),
    }
}

fn close(fd: Fd, connection: bool) -> Cow<'static, str> {
    if connection {
        format!(
            "连接关闭了；内核里有关注列表的话，fd {fd} 会自动从里面去掉；\
             下一个连接可能又拿到编号 {fd}。"
        )
    } else {
        format!("fd {fd} 已关闭；这个编号空出来了，留给下一个打开的。")
    }
    .into()
}

fn setsockopt(fd: Fd, name: &str, ret: Ret) -> Cow<'static, str> {
    match (name, ret.get()) {
        (_, Err(errno)) => failed(Kind::Setsockopt, errno),
        ("SO_LINGER", Ok(_)) => {
            format!("fd {fd} 的 SO_LINGER 时间是 0：关闭时不发 FIN，改发 RST。").into()
        }
        ("TCP_NODELAY", Ok(_)) => {
            format!("fd {fd} 有一点就发一点，不再等凑满一个报文段（关掉了 Nagle 算法）。").into()
        }
        ("SO_RCVTIMEO", Ok(_)) => {
            format!("fd {fd} 的 recv 睡到时限，内核就让它返回 EAGAIN。").into()
        }
        ("SO_SNDTIMEO", Ok(_)) => {
            format!("fd {fd} 的 send 睡到时限，内核就让它返回 EAGAIN。").into()
        }
        ("TCP_CORK", Ok(_)) => {
            format!("fd {fd} 把响应头和响应体凑成满的报文段再发（TCP_CORK）。").into()
        }
        (name, Ok(_)) => format!("fd {fd} 的选项 {name} 设好了。").into(),
    }
}

fn connect(fd: Fd, ret: Ret) -> Cow<'static, str> {
    match ret.get() {
        Ok(_) => format!(
            "fd {fd} 的连接拆掉了：马上发出 RST，队列里的数据全部丢弃，\
             谁睡在它的调用里，谁就醒来。"
        )
        .into(),
        Err(Errno::BUSY) => {
            "还有人睡在这个连接的调用里，这个内核就不肯拆掉它：改用 shutdown 关。".into()
        }
        Err(errno) => failed(Kind::Connect, errno),
    }
}

fn open(ret: Ret) -> Cow<'static, str> {
    match ret.get() {
        Ok(file) => format!("文件打开了，是 fd {file}。").into(),
        Err(Errno::NOENT | Errno::NOTDIR) => "根目录下没有这个文件：响应会是 404。".into(),
        Err(Errno::ACCESS) => "服务器没有权限读这个文件。".into(),
        Err(Errno::XDEV) => "这个路径通到根目录外面，内核拒绝了。".into(),
        Err(Errno::LOOP) => "这个路径要经过符号链接，而符号链接一律不跟。".into(),
        Err(Errno::MFILE | Errno::NFILE) => "没有空闲的 fd 给这个文件了。".into(),
        Err(errno) => failed(Kind::Open, errno),
    }
}

fn closed(why: Why) -> &'static str {
    match why {
        Why::PeerClosed => "连接正常结束：对端关闭了它。",
        Why::PeerReset => "连接结束：对端重置了它，或者它断了。",
        Why::Answered => "连接结束：最后一个响应发完了，它说好了发完就关。",
        Why::BadRequest => "连接结束：读不懂它的请求。",
        Why::IdleTimeout => "连接结束：太久没有数据来。",
        Why::HeaderTimeout => "连接结束：请求来得太慢。",
        Why::BodyTimeout => "连接结束：请求体来得太慢。",
        Why::WriteTimeout => "连接结束：对端一直不收响应。",
        Why::Dropped => "连接结束：手动断开，发了 FIN。",
        Why::Reset => "连接结束：手动重置，发了 RST。",
        Why::OverLimit => "连接结束：打开的连接太多了。",
        Why::CutShort => "连接结束：文件还没发完就变短了。",
        Why::Failed => "连接结束：在它上面的一次调用失败了。",
        Why::Switched => "连接结束：换了另一个服务器接手。",
        Why::FdSetSize => {
            "连接结束：select 的集合只放得下小于 FD_SETSIZE（1,024）的 fd，它的放不下。"
        }
        Why::WorkerDied => "连接结束：为它服务的进程死了。",
        Why::Shutdown => "连接结束：服务器正在关闭。",
    }
}

/// The number's name says it all where there are no words for it.
fn failed(kind: Kind, errno: Errno) -> Cow<'static, str> {
    failed_by(kind.name(), errno)
}

/// The same, by the call's name.
fn failed_by(name: &str, errno: Errno) -> Cow<'static, str> {
    match errors::of_number(errno.0) {
        Some(words) => format!("{name} 失败，返回 {errno}：{words}。"),
        None => format!("{name} 失败，返回 {errno}。"),
    }
    .into()
}

/// `84 字节`, `2.6 MB`.
fn bytes(amount: u64) -> String {
    if amount < 100_000 {
        format!("{} 字节", units::count(amount))
    } else {
        Bytes(amount).to_string()
    }
}

#[cfg(test)]
mod tests;
