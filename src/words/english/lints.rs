//! What looks like a mistake in a server: a sentence each, without its full stop; in ASCII.

use crate::words::places::lints::Lints;
use crate::words::units;

fn count(bytes: u64) -> String {
    let plural = if bytes == 1 { "" } else { "s" };
    format!("{} byte{plural}", units::count(bytes))
}

pub(in crate::words) const ENGLISH: Lints = Lints {
    undrained: |fd, bytes, lasts, why| {
        let what = match bytes {
            0 => "a FIN".to_owned(),
            bytes => count(bytes.into()),
        };
        format!("fd {fd} has had {what} waiting for {lasts} and no event is due: {why}")
    },
    not_watched: "it is not watched for IN",
    one_shot: "one-shot and not armed again",
    edge_triggered: "edge-triggered and not drained",
    not_asked: "the kernel was not asked about it",
    not_accepted: |fd, clients, lasts| {
        let who = match clients {
            1 => "somebody has waited".to_owned(),
            clients => format!("{} clients have waited", units::count(clients.into())),
        };
        format!("{who} to be accepted for {lasts} and no event is due: fd {fd} was not drained")
    },
    spins: |fd, mask| {
        format!(
            "the loop spins: fd {fd} is reported again and again ({mask}) and nothing is done \
             about it"
        )
    },
    spins_out: |fd| {
        format!(
            "the loop spins: fd {fd} is watched for OUT, is ready for it again and again, and \
             nothing is sent"
        )
    },
    compared: |fd, mask| {
        format!(
            "the loop spins: fd {fd} is reported again and again ({mask}) and nothing is done, \
             while IN alone is acted on: a mask is tested with &, not compared with =="
        )
    },
    blocks: |call, lasted, others| {
        let others = match others {
            1 => "one other".to_owned(),
            others => format!("{} others", units::count(others as u64)),
        };
        format!(
            "{call} slept for {lasted} in the loop while {others} waited: in a loop nothing but the \
             wait call may sleep"
        )
    },
    end_read: |fd| {
        format!("recv({fd}) = 0 again and again: the client has gone, and fd {fd} is not closed")
    },
    listed: |fd, call| {
        format!(
            "fd {fd} is closed and still on the list that {call} is given: take it off when it is \
             closed"
        )
    },
    outlived: |fd, mask| {
        format!(
            "fd {fd} was closed and is reported all the same ({mask}): a copy of it is open (dup, \
             fork), so close has not taken it off the list, and EPOLL_CTL_DEL before it would have"
        )
    },
    stale: |fd| {
        format!(
            "fd {fd} was closed in this turn before its event was handled, a new client got the number, and \
             was read for the old event: a stale event"
        )
    },
    herd: |fd, lists, vain| {
        format!(
            "fd {fd} is on {lists} interest lists without EXCLUSIVE, and {} times somebody was woken \
             for a client whom another had accepted: a thundering herd",
            units::count(vain.into())
        )
    },
    accept_spins: |fd| {
        format!(
            "the loop spins: accept({fd}) finds no descriptor again and again, and fd {fd} stays on \
             the list"
        )
    },
    starves: |fd, calls, lasted, others, longest, waited| {
        let others = match others {
            1 => "one other".to_owned(),
            others => format!("{} others", units::count(others as u64)),
        };
        format!(
            "fd {fd} starved the others: {} calls on it in a row, for {lasted}, while {others} had \
             bytes unread, fd {longest} for {waited}: no budget for a turn",
            units::count(calls)
        )
    },
    cut_short: |fd, promised, sent| {
        format!(
            "fd {fd} was promised {} and got {}: a partial write was ignored",
            count(promised),
            units::count(sent)
        )
    },
    head_cut: |fd, bytes| {
        format!(
            "fd {fd} was answered 400 after a recv of exactly {} bytes: its head was cut at the \
             read buffer",
            units::count(bytes)
        )
    },
    head_cut_waits: |fd, bytes, lasts| {
        format!(
            "fd {fd} has waited for {lasts} since a recv of exactly {} bytes, as many as one ever \
             brought: its head was cut at the read buffer",
            units::count(bytes)
        )
    },
};
