//! The split screen: two servers under the same load.

use crate::words::places::split::{Split, SplitFigure};
use crate::words::units;

fn meanwhile(held: bool) -> &'static str {
    if held { ", held meanwhile" } else { "" }
}

pub(in crate::words) const CHINESE: Split = Split {
    name: "epollscope compare",
    cannot: |why| format!("cannot: {why}"),
    load: |idle, active, path| {
        format!(
            "{} idle, {} active on each, GET {path}",
            units::count(idle.into()),
            units::count(active.into())
        )
    },
    opening: "connections are being opened",
    under_load: |seconds, of, held| {
        format!("under load: {seconds:.1} of {of} s{}", meanwhile(held))
    },
    over: |seconds, held| format!("the load is over: {seconds} s{}", meanwhile(held)),
    costs: "costs under the load",
    against: |second, first| format!("{second} against {first}:"),
    against_long: |second, first| format!("{second} against {first}, over the same time"),
    shared: "while they share the processors",
    help: "help: any key closes it",
    more_help: "the rest takes a larger screen",
    requests: SplitFigure {
        name: "requests/s",
        word: "requests/s",
        how: "Requests that the server understood since the load began, over the time of the load. \
              Both servers, their clients and this screen share the processors.",
    },
    calls: SplitFigure {
        name: "calls/request",
        word: "calls",
        how: "System calls that the server told, plumbing included, over those requests.",
    },
    examined: SplitFigure {
        name: "examined per ready",
        word: "examined",
        how: "Fds that were asked whether they are ready, over those that were; in epoll only the \
              ready list is looked at.",
    },
    copied: SplitFigure {
        name: "list bytes/wake-up",
        word: "list bytes",
        how: "Bytes of descriptor lists copied in and out, by the size of their structs, over the \
              wake-ups that brought something.",
    },
    cpu: SplitFigure {
        name: "CPU/request",
        word: "CPU",
        how: "Time on a CPU of the server's own threads and worker processes, from \
              /proc/.../schedstat, over the requests between two readings. The clients' and the \
              dashboard's is not in it.",
    },
};
