//! What is said of each thing. Each match names every one: a new one does not compile before it is
//! explained.

use super::thing::{Boxed, CodePart, Detail, Diagnosis, Gauge, Part, Place, Thing};
use crate::dashboard::panel::Panel;
use crate::dashboard::state::seats::Light;
use crate::dashboard::state::table::Column;
use crate::telemetry::{Bit, ConnState, Kind};
use crate::words::{Explained, Named, strings};

impl Thing {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Panel(panel) => panel.label(),
            Self::Column(column) => column.label(),
            Self::State(state) => (strings().table.state)(state),
            Self::Bit(bit) => bit.name(),
            Self::Kind(kind) => kind.name(),
            Self::Light(light) => light.said().name,
            Self::Gauge(gauge) => gauge.said().name,
            Self::Part(part) => part.said().name,
            Self::Detail(detail) => detail.said().name,
            Self::Lint(diagnosis) => diagnosis.said().name,
            Self::Code(part) => part.said().name,
            Self::Boxed(boxed) => boxed.said().name,
        }
    }

    /// What is said of it.
    pub(in crate::dashboard) fn says(self) -> Explained {
        match self {
            Self::Panel(panel) => of_panel(panel),
            Self::Column(column) => of_column(column),
            Self::State(state) => of_state(state),
            Self::Bit(bit) => of_bit(bit),
            Self::Kind(kind) => of_kind(kind),
            Self::Light(light) => light.said().says,
            Self::Gauge(gauge) => gauge.said().says,
            Self::Part(part) => part.said().says,
            Self::Detail(detail) => detail.said().says,
            Self::Lint(diagnosis) => diagnosis.said().says,
            Self::Code(part) => part.said().says,
            Self::Boxed(boxed) => boxed.said().says,
        }
    }
}

impl Place {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Header => strings().explain.header,
            Self::Panel(panel) => panel.label(),
            Self::Around => strings().explain.around,
        }
    }
}

fn of_panel(panel: Panel) -> Explained {
    let say = &strings().explain.panels;
    match panel {
        Panel::Table => say.table,
        Panel::Loop => say.the_loop,
        Panel::Stream => say.stream,
        Panel::Charts => say.charts,
        Panel::Card => say.card,
        Panel::Seats => say.seats,
        Panel::Costs => say.costs,
        Panel::Code => say.code,
        Panel::Class => say.class,
    }
}

fn of_state(state: ConnState) -> Explained {
    let say = &strings().explain.states;
    match state {
        ConnState::New => say.new,
        ConnState::Reading => say.reading,
        ConnState::Idle => say.idle,
        ConnState::Handling => say.handling,
        ConnState::Writing => say.writing,
        ConnState::Lingering => say.lingering,
        ConnState::Closed => say.closed,
    }
}

fn of_bit(bit: Bit) -> Explained {
    let say = &strings().explain.bits;
    match bit {
        Bit::In => say.readable,
        Bit::Pri => say.pri,
        Bit::Out => say.writable,
        Bit::Rdhup => say.rdhup,
        Bit::Err => say.err,
        Bit::Hup => say.hup,
        Bit::Nval => say.nval,
        Bit::Et => say.et,
        Bit::Oneshot => say.oneshot,
        Bit::Exclusive => say.exclusive,
    }
}

fn of_kind(kind: Kind) -> Explained {
    let (call, fact) = (&strings().explain.calls, &strings().explain.facts);
    match kind {
        Kind::Listen => call.listen,
        Kind::EpollCtl => call.epoll_ctl,
        Kind::EpollWait => call.epoll_wait,
        Kind::Accept => call.accept,
        Kind::Recv => call.recv,
        Kind::Send => call.send,
        Kind::Sendfile => call.sendfile,
        Kind::Shutdown => call.shutdown,
        Kind::Close => call.close,
        Kind::Setsockopt => call.setsockopt,
        Kind::Open => call.open,
        Kind::Stat => call.stat,
        Kind::Read => call.read,
        Kind::Openat => call.openat,
        Kind::Getdents => call.getdents,
        Kind::Select => call.select,
        Kind::Poll => call.poll,
        Kind::Nap => call.nap,
        Kind::Input => call.input,
        Kind::Wait4 => call.wait4,
        Kind::EpollCreate => call.epoll_create,
        Kind::Connect => call.connect,
        Kind::Other => call.other,
        Kind::Request => fact.request,
        Kind::Response => fact.response,
        Kind::Refused => fact.refused,
        Kind::Closed => fact.closed,
        Kind::Rest => fact.rest,
        Kind::Resume => fact.resume,
        Kind::Pace => fact.pace,
        Kind::Missed => fact.missed,
        Kind::Handler => fact.handler,
        Kind::Handled => fact.handled,
        Kind::Data => fact.data,
        Kind::Switched => fact.switched,
        Kind::Round => fact.round,
        Kind::Started => fact.started,
        Kind::Ended => fact.ended,
        Kind::Parked => fact.parked,
        Kind::Woken => fact.woken,
        Kind::Queued => fact.queued,
        Kind::Typed => fact.typed,
        Kind::Set => fact.set,
        Kind::Class => fact.class,
        Kind::Unreadable => fact.unreadable,
    }
}

fn of_column(column: Column) -> Explained {
    let say = &strings().explain.columns;
    match column {
        Column::Fd => say.fd,
        Column::Id => say.id,
        Column::Peer => say.peer,
        Column::State => say.state,
        Column::Interest => say.interest,
        Column::Last => say.last,
        Column::Requests => say.requests,
        Column::In => say.bytes_in,
        Column::Out => say.bytes_out,
        Column::Idle => say.idle,
        Column::RecvQueue => say.recv_queue,
        Column::SendQueue => say.send_queue,
    }
}

impl Light {
    fn said(self) -> &'static Named {
        let say = &strings().explain.lights;
        match self {
            Self::Free => &say.free,
            Self::Quiet => &say.quiet,
            Self::Asked => &say.asked,
            Self::Spoke => &say.spoke,
        }
    }
}

impl Gauge {
    fn said(self) -> &'static Named {
        let say = &strings().explain.gauges;
        match self {
            Self::Server => &say.server,
            Self::Url => &say.url,
            Self::Options => &say.options,
            Self::Badge => &say.badge,
            Self::Frozen => &say.frozen,
            Self::Resting => &say.resting,
            Self::Refused => &say.refused,
            Self::Lost => &say.lost,
            Self::Open => &say.open,
            Self::Requests => &say.requests,
            Self::Examined => &say.examined,
            Self::LoopCpu => &say.loop_cpu,
            Self::Latency => &say.latency,
            Self::Waits => &say.waits,
            Self::BytesOut => &say.bytes_out,
            Self::BytesIn => &say.bytes_in,
            Self::WakeUps => &say.wake_ups,
            Self::Calls => &say.calls,
            Self::Turn => &say.turn,
            Self::Ready => &say.ready,
            Self::CallsPerRequest => &say.calls_per_request,
            Self::Accepts => &say.accepts,
            Self::Disconnects => &say.disconnects,
            Self::Started => &say.started,
            Self::Ended => &say.ended,
            Self::Copied => &say.copied,
            Self::Again => &say.again,
            Self::Cpu => &say.cpu,
            Self::Memory => &say.memory,
            Self::Waiting => &say.waiting,
            Self::Workers => &say.workers,
            Self::Switches => &say.switches,
            Self::Threads => &say.threads,
        }
    }
}

impl Part {
    fn said(self) -> &'static Named {
        let say = &strings().explain.parts;
        match self {
            Self::Which => &say.which,
            Self::Interest => &say.interest,
            Self::Ready => &say.ready,
            Self::Queues => &say.queues,
            Self::Boundary => &say.boundary,
            Self::Array => &say.array,
            Self::Now => &say.now,
            Self::WakeUps => &say.wake_ups,
            Self::Pool => &say.pool,
            Self::Handed => &say.handed,
            Self::Found => &say.found,
            Self::Answers => &say.answers,
            Self::Round => &say.round,
            Self::Sleepers => &say.sleepers,
            Self::AtWork => &say.at_work,
            Self::Parked => &say.parked,
            Self::Running => &say.running,
            Self::Runtime => &say.runtime,
            Self::Behind => &say.behind,
            Self::Served => &say.served,
        }
    }
}

impl Detail {
    fn said(self) -> &'static Named {
        let say = &strings().explain.details;
        match self {
            Self::Listener => &say.listener,
            Self::Stdin => &say.stdin,
            Self::Other => &say.other,
            Self::Folded => &say.folded,
            Self::Stopped => &say.stopped,
            Self::Queued => &say.queued,
            Self::Blocks => &say.blocks,
            Self::Ours => &say.ours,
            Self::Answer => &say.answer,
            Self::Times => &say.times,
            Self::Tcp => &say.tcp,
            Self::Rtt => &say.rtt,
            Self::Window => &say.window,
            Self::Request => &say.request,
            Self::Events => &say.events,
            Self::Lost => &say.lost,
            Self::Skipped => &say.skipped,
            Self::Change => &say.change,
            Self::Output => &say.output,
        }
    }
}

impl Diagnosis {
    fn said(self) -> &'static Named {
        let say = &strings().explain.lints;
        match self {
            Self::Undrained => &say.undrained,
            Self::NotAccepted => &say.not_accepted,
            Self::Spins => &say.spins,
            Self::AcceptSpins => &say.accept_spins,
            Self::Starves => &say.starves,
            Self::CutShort => &say.cut_short,
            Self::HeadCut => &say.head_cut,
            Self::Compared => &say.compared,
            Self::Blocks => &say.blocks,
            Self::EndRead => &say.end_read,
            Self::Listed => &say.listed,
            Self::Outlived => &say.outlived,
            Self::Stale => &say.stale,
            Self::Herd => &say.herd,
        }
    }
}

impl CodePart {
    fn said(self) -> &'static Named {
        let say = &strings().explain.code;
        match self {
            Self::Next => &say.next,
            Self::Last => &say.last,
            Self::Count => &say.count,
            Self::Number => &say.number,
            Self::Holder => &say.holder,
            Self::Whose => &say.whose,
            Self::Listing => &say.listing,
        }
    }
}

impl Boxed {
    fn said(self) -> &'static Named {
        let say = &strings().explain.boxes;
        match self {
            Self::Keys => &say.keys,
            Self::Notice => &say.notice,
            Self::Strip => &say.strip,
            Self::Kinds => &say.kinds,
            Self::Servers => &say.servers,
            Self::Options => &say.options,
        }
    }
}
