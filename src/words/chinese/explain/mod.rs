//! What each thing on the screen is, how it was obtained, what is normal, what to try, what to read.
//! A key is named in braces, as settings call it: `{pause}`.

mod bits;
mod calls;
mod columns;
mod details;
mod facts;
mod gauges;
mod lights;
mod lints;
mod panels;
mod parts;
mod states;

use crate::telemetry::{Bit, ConnState, Kind};
use crate::words::places::explain::{Explain, Explained, Labels};

fn state(state: ConnState) -> Explained {
    match state {
        ConnState::New => states::NEW,
        ConnState::Reading => states::READING,
        ConnState::Idle => states::IDLE,
        ConnState::Handling => states::HANDLING,
        ConnState::Writing => states::WRITING,
        ConnState::Lingering => states::LINGERING,
        ConnState::Closed => states::CLOSED,
    }
}

fn bit(bit: Bit) -> Explained {
    match bit {
        Bit::In => bits::IN,
        Bit::Pri => bits::PRI,
        Bit::Out => bits::OUT,
        Bit::Rdhup => bits::RDHUP,
        Bit::Err => bits::ERR,
        Bit::Hup => bits::HUP,
        Bit::Nval => bits::NVAL,
        Bit::Et => bits::ET,
        Bit::Oneshot => bits::ONESHOT,
        Bit::Exclusive => bits::EXCLUSIVE,
    }
}

fn kind(kind: Kind) -> Explained {
    match kind {
        Kind::Listen => calls::LISTEN,
        Kind::EpollCtl => calls::EPOLL_CTL,
        Kind::EpollWait => calls::EPOLL_WAIT,
        Kind::Accept => calls::ACCEPT,
        Kind::Recv => calls::RECV,
        Kind::Send => calls::SEND,
        Kind::Sendfile => calls::SENDFILE,
        Kind::Shutdown => calls::SHUTDOWN,
        Kind::Close => calls::CLOSE,
        Kind::Setsockopt => calls::SETSOCKOPT,
        Kind::Open => calls::OPEN,
        Kind::Stat => calls::STAT,
        Kind::Read => calls::READ,
        Kind::Openat => calls::OPENAT,
        Kind::Getdents => calls::GETDENTS,
        Kind::Select => calls::SELECT,
        Kind::Poll => calls::POLL,
        Kind::Nap => calls::NAP,
        Kind::Input => calls::INPUT,
        Kind::Wait4 => calls::WAIT4,
        Kind::EpollCreate => calls::EPOLL_CREATE,
        Kind::Connect => calls::CONNECT,
        Kind::Request => facts::REQUEST,
        Kind::Response => facts::RESPONSE,
        Kind::Refused => facts::REFUSED,
        Kind::Closed => facts::CLOSED,
        Kind::Rest => facts::REST,
        Kind::Resume => facts::RESUME,
        Kind::Pace => facts::PACE,
        Kind::Missed => facts::MISSED,
        Kind::Handler => facts::HANDLER,
        Kind::Handled => facts::HANDLED,
        Kind::Data => facts::DATA,
        Kind::Switched => facts::SWITCHED,
        Kind::Round => facts::ROUND,
        Kind::Started => facts::STARTED,
        Kind::Ended => facts::ENDED,
        Kind::Parked => facts::PARKED,
        Kind::Woken => facts::WOKEN,
        Kind::Queued => facts::QUEUED,
        Kind::Typed => facts::TYPED,
        Kind::Set => facts::SET,
        Kind::Unreadable => facts::UNREADABLE,
    }
}

pub(in crate::words) const CHINESE: Explain = Explain {
    title: |name| format!("解释：{name}"),
    number: |at, of, place| format!("{place}：{at}/{of}"),
    header: "顶栏",
    labels: Labels {
        how: "怎么得来", normal: "正常时", tries: "试一试", read: "读什么"
    },
    keys: "左右键：下一个   Tab：别处   上下键：滚动   Esc：关闭",
    more_lines: |lines| format!("下面还有 {lines} 行：Down"),
    nothing: "这里没有可以解释的",
    panels: panels::PANELS,
    columns: columns::COLUMNS,
    state,
    bit,
    kind,
    lights: lights::LIGHTS,
    gauges: gauges::GAUGES,
    parts: parts::PARTS,
    details: details::DETAILS,
    lints: lints::LINTS,
};
