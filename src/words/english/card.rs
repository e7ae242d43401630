//! The card of a connection.

use crate::words::places::card::Card;
use crate::words::units;

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
    answers: "answers",
    no_protocol: "its protocol is not known here",
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
