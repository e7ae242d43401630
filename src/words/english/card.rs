//! The card of a connection.

use crate::words::units;

/// What the card says beside its figures.
pub(crate) struct Card {
    pub(crate) title: fn(fd: i32, dot: &str, peer: &str) -> String,
    pub(crate) none: &'static str,
    pub(crate) end: &'static str,
    /// More lines below, and the keys that go there.
    pub(crate) more_lines: fn(lines: usize, keys: &str) -> String,
    pub(crate) state: &'static str,
    pub(crate) fin_read: &'static str,
    /// Its handler keeps the loop, for so long.
    pub(crate) blocks: fn(route: &str, time: &str) -> String,
    pub(crate) ours: &'static str,
    pub(crate) client: fn(number: u32, kind: &str) -> String,
    pub(crate) conn: &'static str,
    pub(crate) interest: &'static str,
    pub(crate) no_interest: &'static str,
    pub(crate) requests: &'static str,
    pub(crate) bytes: &'static str,
    pub(crate) in_and_out: fn(bytes_in: u64, bytes_out: u64) -> String,
    pub(crate) answer: &'static str,
    /// How many of its bytes the kernel has taken: the longest first.
    pub(crate) progress: fn(sent: u64, all: u64) -> [String; 2],
    pub(crate) times: &'static str,
    pub(crate) open_and_idle: fn(open: &str, idle: &str) -> String,
    pub(crate) kernel: &'static str,
    pub(crate) tcp: &'static str,
    pub(crate) recv_queue: &'static str,
    pub(crate) unread: fn(bytes: u32) -> String,
    pub(crate) send_queue: &'static str,
    pub(crate) unacked: fn(bytes: u32) -> String,
    pub(crate) rtt: &'static str,
    pub(crate) rtt_and_var: fn(rtt: &str, var: &str) -> String,
    pub(crate) not_measured: &'static str,
    pub(crate) cwnd: &'static str,
    pub(crate) segments: fn(window: u32, resent: u32) -> String,
    pub(crate) socket_closed: &'static str,
    pub(crate) not_asked: &'static str,
    pub(crate) events: &'static str,
    pub(crate) no_request: &'static str,
    pub(crate) request_unseen: &'static str,
    pub(crate) last_request: &'static str,
    pub(crate) ago: fn(time: &str) -> String,
    pub(crate) ago_or_later: fn(time: &str) -> String,
    pub(crate) first_line: fn(bytes: u64) -> String,
}

pub(in crate::words) const ENGLISH: Card = Card {
    title: |fd, dot, peer| format!("fd {fd} {dot} {peer}"),
    none: "no connection is selected",
    end: "end",
    more_lines: |lines, keys| format!("{lines} more lines: {keys}"),
    state: "state",
    fin_read: "its FIN was read",
    blocks: |route, time| format!("blocks the loop in {route} for {time}"),
    ours: "ours",
    client: |number, kind| format!("client {number}, {kind}"),
    conn: "conn",
    interest: "interest",
    no_interest: "none",
    requests: "requests",
    bytes: "bytes",
    in_and_out: |bytes_in, bytes_out| {
        format!("{} in, {} out", units::bytes(bytes_in), units::bytes(bytes_out))
    },
    answer: "answer",
    progress: |sent, all| {
        let (percent, sent, all) =
            (units::percent(sent, all), units::rounded_bytes(sent), units::rounded_bytes(all));
        [format!("{sent} of {all} taken by the kernel, {percent}"), format!("{sent} of {all}")]
    },
    times: "times",
    open_and_idle: |open, idle| format!("open {open}, idle {idle}"),
    kernel: "kernel",
    tcp: "TCP",
    recv_queue: "recv-q",
    unread: |bytes| format!("{} not read yet", units::bytes(bytes.into())),
    send_queue: "send-q",
    unacked: |bytes| format!("{} not acked yet", units::bytes(bytes.into())),
    rtt: "RTT",
    rtt_and_var: |rtt, var| format!("{rtt}, rttvar {var}"),
    not_measured: "not measured yet",
    cwnd: "cwnd",
    segments: |window, resent| format!("{window} segments, {resent} resent"),
    socket_closed: "its socket is closed",
    not_asked: "not asked yet",
    events: "its events, newest first",
    no_request: "no request yet",
    request_unseen: "its last request was not in the stream",
    last_request: "last request",
    ago: |time| format!("{time} ago"),
    ago_or_later: |time| format!("{time} ago; later ones may have been left out"),
    first_line: |bytes| format!("its first line has {}", units::bytes(bytes)),
};
