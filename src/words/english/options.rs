//! The menu of options that are changed on the running server.

use crate::telemetry::Setting;
use crate::words::places::options::Options;
use crate::words::units;

pub(in crate::words) const ENGLISH: Options = Options {
    title: "experiment: options of the running server",
    keys: "Up, Down: which   Left, Right: change it   Backspace: as usual   Esc: close",
    about: |setting| match setting {
        Setting::Trigger(_) => "when an fd that is ready is reported",
        Setting::Drain(_) => "recv until EAGAIN, or once an event",
        Setting::AcceptAll(_) => "accept all who wait, or one an event",
        Setting::Nap(_) => "sleep between two rounds of scan",
        Setting::ReadBuffer(_) => "how much one recv may bring",
        Setting::WriteBuffer(_) => "SO_SNDBUF: kept for a slow peer",
        Setting::Backlog(_) => "how many may wait to be accepted",
        Setting::Handlers(_) => "where slow handlers run",
        Setting::Budget(_) => "calls for one connection in a turn",
        Setting::Mistake(_) => "what is done wrong on purpose",
    },
    takes: |setting, fresh| match setting {
        _ if fresh => "A fresh server takes over: open connections are closed.",
        Setting::Trigger(_) => "Every fd is watched anew: an epoll_ctl(MOD) for each.",
        Setting::Drain(_) => "From the next event on. What lies undrained waits for its edge.",
        Setting::AcceptAll(_) => "From the next event of the listener on.",
        Setting::Nap(_) => "From the next round on.",
        Setting::ReadBuffer(_) => "From the next turn on.",
        Setting::WriteBuffer(_) => {
            "For connections accepted from now on: a setsockopt for each. auto: no call, and the \
             kernel chooses."
        }
        Setting::Backlog(_) => "listen(2) is called again; who waits already stays.",
        Setting::Handlers(_) => "For requests from now on; a handler that has begun goes on.",
        Setting::Budget(_) => "From the next connection served on.",
        Setting::Mistake(_) => "From the next call on; what it has spoilt stays spoilt.",
    },
    value: |setting| match setting {
        Setting::Nap(nap) if nap.is_zero() => "none".into(),
        Setting::Nap(nap) => units::ascii_duration(u64::try_from(nap.as_nanos()).unwrap_or(0)),
        Setting::ReadBuffer(n) | Setting::WriteBuffer(Some(n)) => {
            format!("{} B", units::count(n.into()))
        }
        Setting::Backlog(n) | Setting::Budget(n) => units::count(n.into()),
        Setting::Handlers(n @ 1..) => format!("{n} thread{}", if n == 1 { "" } else { "s" }),
        Setting::Trigger(_)
        | Setting::Drain(_)
        | Setting::AcceptAll(_)
        | Setting::WriteBuffer(None)
        | Setting::Handlers(0)
        | Setting::Mistake(_) => setting.value(),
    },
    short: |setting| match setting {
        Setting::Trigger(_) | Setting::Mistake(_) => setting.value(),
        Setting::Nap(nap) => {
            format!("nap {}", units::ascii_duration(u64::try_from(nap.as_nanos()).unwrap_or(0)))
        }
        Setting::ReadBuffer(n) => format!("recv {}", units::count(n.into())),
        Setting::WriteBuffer(n) => format!("sndbuf {}", units::count(n.unwrap_or(0).into())),
        Setting::Backlog(n) => format!("backlog {}", units::count(n.into())),
        Setting::Handlers(n) => format!("pool {n}"),
        Setting::Drain(_) | Setting::AcceptAll(_) | Setting::Budget(_) => setting.to_string(),
    },
    and_more: |options| format!("+{options}"),
    asked: "asked for",
    usual: |value| format!("usually {value}"),
    epoll_alone: "only --server epoll can be asked for it",
    always_edge: "mio asks for edges, always",
    runtime_edge: "the runtime asks for edges, always",
    scan_alone: "only --server scan naps between rounds",
    call_drains: "a recv that sleeps takes what there is: no event, nothing to drain",
    runtime_drains: "a task goes on until its socket is drained",
    accepts_one: "one thread accepts, one client with each call",
    runtime_accepts: "the task that accepts goes on until the queue is empty",
    worker_flags: "a worker process has it from the command line",
    own_handler: "whoever serves the connection runs its handler",
    runtime_handler: "this server has no pool: handlers run on its one thread",
    no_turns: "each connection is served by itself: there are no turns to share",
    loops_alone: "the mistakes are made in the readiness loops",
};
