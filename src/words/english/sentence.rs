//! What an event means, in one sentence: what a teacher would say at that step.

use std::borrow::Cow;
use std::io;

use crate::telemetry::{
    CtlOp, Errno, EventRef, Fd, How, Kind, Mask, Mode, Nanos, Ret, Until, What, Why,
};
use crate::words::call::place;
use crate::words::english::servers;
use crate::words::units::{Bytes, Time};

/// What this call and its result mean, or what this fact says, in one plain sentence.
#[expect(clippy::too_many_lines, reason = "every event, one arm each")]
pub(super) fn sentence(event: EventRef<'_>) -> Cow<'static, str> {
    let fd = event.event.fd;
    match event.event.what {
        What::Listen { addr, backlog, ret } => match ret.get() {
            Ok(_) => format!(
                "From now on the kernel itself answers who connects to {addr}, and lets up to \
                 {backlog} of them wait in the accept queue."
            )
            .into(),
            Err(errno) => failed(Kind::Listen, errno),
        },
        What::EpollCtl { op, mask, ret, .. } => epoll_ctl(fd, op, mask, ret),
        What::EpollWait { .. } if event.event.is_own() => {
            "A command has come, and the waker on the interest list ended the sleep.".into()
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
            "The file is found, and not opened: first see what it is.".into()
        }
        What::Open { ret, .. } | What::Openat { ret } => open(ret),
        What::Stat { ret } => match ret.get() {
            Ok(_) => "The file's size, kind and time of change are known now.".into(),
            Err(errno) => failed(Kind::Stat, errno),
        },
        What::Getdents { ret } => match ret.get() {
            Ok(0) => "The folder has no more names.".into(),
            Ok(n) => {
                let were = was(n);
                format!("{} of the folder's names {were} copied into the program.", Bytes(n)).into()
            }
            Err(errno) => failed(Kind::Getdents, errno),
        },
        What::Read { ret, .. } => match ret.get() {
            Ok(0) => "There is nothing at this place of the file: it has ended.".into(),
            Ok(n) => {
                let were = was(n);
                format!("{} {were} copied from the file into the program.", Bytes(n)).into()
            }
            Err(errno) => failed(Kind::Read, errno),
        },
        What::Select { ret, examined, .. } | What::Poll { ret, examined, .. } => {
            asked_all(event.event.what.kind(), ret, examined)
        }
        What::Nap { waited, .. } => format!(
            "Nobody is asked for {}; whoever speaks meanwhile has to wait that long.",
            Time(waited)
        )
        .into(),
        What::Input { .. } if event.event.is_own() => {
            "The program's own waker is read, so that it is not reported again and again.".into()
        }
        What::Input { ret } => match ret.get() {
            Ok(0) => "Standard input has ended.".into(),
            Ok(n) => format!("{} came from standard input.", Bytes(n)).into(),
            Err(errno) => failed(Kind::Input, errno),
        },
        What::Wait4 { ret } => match ret.get() {
            Ok(pid) => {
                format!("Process {pid} is taken off the process table: no zombie stays.").into()
            }
            Err(errno) => failed(Kind::Wait4, errno),
        },
        What::Connect { ret } => connect(fd, ret),
        What::Other { ret } => match ret.get() {
            Ok(_) => format!("The program has called {}.", event.event.name()).into(),
            Err(errno) => failed_by(event.event.name(), errno),
        },
        What::EpollCreate { ret } => match ret.get() {
            Ok(fd) => format!(
                "The kernel keeps an interest list for this program now, still empty; fd {fd} \
                 stands for it."
            )
            .into(),
            Err(errno) => failed(Kind::EpollCreate, errno),
        },
        What::Request { .. } => {
            let (method, target) = event.request_line().unwrap_or_default();
            format!("A whole request has come: {method} {target}.").into()
        }
        What::Response { status, body } => {
            let body = Bytes(body);
            format!("The answer is ready to be sent: status {status}, a body of {body}.").into()
        }
        What::Refused => "As many connections are open as may be, in all or from this address: \
                          this one gets a 503 and is closed."
            .into(),
        What::Closed { why, .. } => closed(why).into(),
        What::Rest { errno } => format!(
            "accept failed with {errno}: the listener rests until a descriptor is free, or the \
             loop would spin; who connects meanwhile waits in the accept queue."
        )
        .into(),
        What::Resume => {
            "There is room for a descriptor again: the listener accepts who has waited.".into()
        }
        What::Pace { mode: Mode::Run } => "The loop runs freely again.".into(),
        What::Pace { mode: Mode::Paused } => {
            "The loop stands still; the kernel goes on, and its queues fill.".into()
        }
        What::Pace { mode: Mode::Slow(rate) } => {
            format!("The loop makes {rate} calls a second at most.").into()
        }
        What::Pace { mode: Mode::Until(until) } => {
            let call = until_call(until);
            format!("The loop runs freely until this comes next, and stands before it: {call}.")
                .into()
        }
        What::Handler { route } => format!(
            "The handler of {route} runs on the loop's thread: until it ends, everybody waits."
        )
        .into(),
        What::Handled { took } => format!(
            "The handler has ended after {}; what has come meanwhile is served now.",
            Time(took)
        )
        .into(),
        What::Missed => "That connection is gone already: nobody was dropped.".into(),
        What::Unreadable => {
            "The connection's process reported something that cannot be read. It is \
                             ended, and its last calls are missing here."
                .into()
        }
        What::Switched { to } => {
            let summary = (servers::ENGLISH.summary)(to);
            format!("The listener is served by {to} now: {summary}.").into()
        }
        What::Round { asked, answered, .. } => format!(
            "Every socket was asked by a call of its own: {answered} had something to say, and {} \
             got EAGAIN. While nothing holds the loop up, those are this one line.",
            asked.saturating_sub(answered)
        )
        .into(),
        What::Started { stack: 0 } => {
            "From here on this connection is served by something of its own.".into()
        }
        What::Started { stack } => format!(
            "A thread of its own serves this connection; {} of addresses are set aside for its \
             stack.",
            Bytes(stack)
        )
        .into(),
        What::Ended => "What served this connection has ended.".into(),
        What::Parked { on } => format!(
            "The task is parked: the runtime will not run it again before its socket is ready \
             ({on}). Nothing sleeps but the runtime's own wait call."
        )
        .into(),
        What::Woken => "The runtime runs the task again, from where it was parked: its wait call \
                        has reported the socket, or a time limit of the connection is over."
            .into(),
        What::Queued { route } => format!(
            "The handler of {route} was put into the pool's queue; the loop goes on at once."
        )
        .into(),
        What::Typed => {
            "A line was typed: the keyboard is one more fd that the loop watches.".into()
        }
        What::Class { student, did, value } => {
            (super::class::ENGLISH.sentence)(did, student, value).into()
        }
        What::Set => {
            "The operator has changed an option; the running server goes on with it.".into()
        }
        What::Data { .. } => {
            "What came, as text; under the echo protocol it goes back as it is.".into()
        }
    }
}

/// The call until which the loop runs.
pub(super) fn until_call(until: Until) -> String {
    match until {
        Until::Site(site) => place(site),
        Until::Call { kind: Some(kind), conn: Some(conn) } => {
            format!("{} of conn {conn}", kind.name())
        }
        Until::Call { kind: Some(kind), conn: None } => kind.name().to_owned(),
        Until::Call { kind: None, conn: Some(conn) } => format!("any call of conn {conn}"),
        Until::Call { kind: None, conn: None } => "any call".to_owned(),
        Until::Wait => "the wait call".to_owned(),
    }
}

/// `select` and `poll`.
fn asked_all(kind: Kind, ret: Ret, examined: u32) -> Cow<'static, str> {
    let name = kind.name();
    match ret.get() {
        Ok(0) => format!(
            "The list of {examined} fds went into the kernel, which asked each of them: none was \
             ready in time."
        )
        .into(),
        Ok(n) => format!(
            "The list of {examined} fds went into the kernel, which asked each of them; {n} \
             {} ready, and the program has to look for them in the list.",
            if n == 1 { "was" } else { "were" }
        )
        .into(),
        Err(errno) => format!("{name} failed with {errno}.").into(),
    }
}

fn epoll_ctl(fd: Fd, op: CtlOp, mask: Mask, ret: Ret) -> Cow<'static, str> {
    match (op, ret.get().err()) {
        (_, Some(Errno::NOENT)) => format!("fd {fd} is not on the interest list.").into(),
        (_, Some(Errno::EXIST)) => format!("fd {fd} is on the interest list already.").into(),
        (_, Some(errno)) => failed(Kind::EpollCtl, errno),
        (CtlOp::Add, None) => {
            let how = if mask.has(Mask::ET) { "each time that changes" } else { "while it is so" };
            format!(
                "fd {fd} is on the interest list now: the kernel will report {}, {how}.",
                wanted(mask)
            )
            .into()
        }
        (CtlOp::Mod, None) if mask.has(Mask::OUT) => {
            let asked = if mask.has(Mask::IN) {
                "OUT is asked for as well"
            } else {
                "Only OUT is asked for"
            };
            format!("{asked}: the kernel will tell when fd {fd} has room to send again.").into()
        }
        (CtlOp::Mod, None) => {
            format!("From now on fd {fd} is watched for {}.", wanted(mask)).into()
        }
        (CtlOp::Del, None) => format!(
            "fd {fd} is off the interest list: whatever comes for it stays in the kernel, and \
             nobody is told."
        )
        .into(),
    }
}

/// What a mask asks for, in words.
fn wanted(mask: Mask) -> &'static str {
    match (mask.has(Mask::IN), mask.has(Mask::OUT)) {
        (true, true) => "something to read or room to write",
        (true, false) => "something to read",
        (false, true) => "room to write",
        (false, false) => "nothing but errors",
    }
}

fn epoll_wait(ret: Ret, waited: Nanos) -> Cow<'static, str> {
    match ret.get() {
        Ok(0) => format!("Nothing was ready within {}: a timer is due.", Time(waited)).into(),
        Ok(1) => "One fd raised a hand; nobody else was asked.".into(),
        Ok(n) => format!("{n} fds raised a hand; nobody else was asked.").into(),
        Err(Errno::INTR) => "A signal ended the sleep before anything was ready.".into(),
        Err(errno) => failed(Kind::EpollWait, errno),
    }
}

fn shutdown(fd: Fd, how: How, ret: Ret, event: EventRef<'_>) -> Cow<'static, str> {
    match (how, ret.get()) {
        (_, Err(Errno::NOTCONN)) => {
            format!("The connection of fd {fd} is gone already: there is nothing to shut down.")
        }
        (_, Err(errno)) => return failed(Kind::Shutdown, errno),
        (How::Read, Ok(_)) => {
            format!("Whoever sleeps in recv on fd {fd} wakes up; the peer is told nothing yet.")
        }
        (How::Write, Ok(_)) => {
            format!(
                "A FIN is sent: nothing more will be sent on fd {fd}, but it can still receive."
            )
        }
        (How::Both, Ok(_)) if event.event.conn.is_none() => {
            format!("fd {fd} listens no longer: whoever sleeps in accept on it wakes up.")
        }
        (How::Both, Ok(_)) => {
            format!("Both directions of fd {fd} are shut; the number stays in use until close.")
        }
    }
    .into()
}

fn accept(ret: Ret, event: EventRef<'_>) -> Cow<'static, str> {
    match ret.get() {
        Ok(new) => match (event.event.conn, event.event.what) {
            (Some(conn), What::Accept { peer: Some(peer), .. }) => format!(
                "fd {new} is {peer} now, taken from the accept queue: connection \
                 {conn}."
            )
            .into(),
            _ => format!("A connection has been taken from the accept queue as fd {new}.").into(),
        },
        Err(Errno::AGAIN) => {
            "The accept queue is empty: everybody who was waiting has been accepted.".into()
        }
        // The kernel looks for a free number first, and at the queue only then.
        Err(Errno::MFILE) => "The process has no descriptor left: whoever waits to be accepted \
                              stays in the accept queue."
            .into(),
        Err(Errno::NFILE) => "The whole system has no descriptor left: whoever waits to be \
                              accepted stays in the accept queue."
            .into(),
        Err(Errno::CONNABORTED) => "That client had gone before it was accepted.".into(),
        Err(errno) => failed(Kind::Accept, errno),
    }
}

fn recv(fd: Fd, ret: Ret) -> Cow<'static, str> {
    match ret.get() {
        Ok(0) => format!("The peer has sent FIN: nothing more will come from fd {fd}.").into(),
        Ok(n) => {
            let were = was(n);
            format!("{} {were} taken out of fd {fd}'s receive queue.", Bytes(n)).into()
        }
        Err(Errno::AGAIN) => format!(
            "fd {fd}'s receive queue is empty: it is drained, and the kernel will tell when more \
             comes."
        )
        .into(),
        Err(Errno::CONNRESET) => {
            format!("The peer of fd {fd} has reset the connection: what was under way is lost.")
                .into()
        }
        Err(Errno::TIMEDOUT) => {
            format!("The peer of fd {fd} has not answered for so long that TCP gave up.").into()
        }
        Err(errno) => failed(Kind::Recv, errno),
    }
}

fn sent(fd: Fd, ret: Ret, len: u64, kind: Kind) -> Cow<'static, str> {
    let all = Bytes(len);
    match ret.get() {
        Ok(0) if kind == Kind::Sendfile && len > 0 => {
            "The file has ended earlier than it should: it was cut short meanwhile.".into()
        }
        Ok(n) if n >= len && kind == Kind::Sendfile => {
            format!("All {all} went from the file to fd {fd} without passing the program.").into()
        }
        Ok(n) if n >= len => {
            let them = if len == 1 { "it" } else { "them" };
            format!("The kernel's send buffer took all {all} and delivers {them} by itself.").into()
        }
        Ok(n) => format!(
            "The kernel's send buffer took {} of {all}; the rest must wait for OUT.",
            Bytes(n)
        )
        .into(),
        Err(Errno::AGAIN) => format!(
            "fd {fd}'s send buffer is full, for its peer does not read fast enough: {all} must \
             wait for OUT."
        )
        .into(),
        Err(Errno::PIPE) => format!("Nobody reads fd {fd}'s other end any more.").into(),
        Err(Errno::CONNRESET) => {
            format!("The peer of fd {fd} has reset the connection: nothing more can be sent.")
                .into()
        }
        Err(errno) => failed(kind, errno),
    }
}

fn close(fd: Fd, connection: bool) -> Cow<'static, str> {
    if connection {
        format!(
            "The connection is closed; where the kernel keeps an interest list, fd {fd} is off it \
             by itself, and the next connection may get the number {fd} again."
        )
    } else {
        format!("fd {fd} is closed; its number is free for whatever opens next.")
    }
    .into()
}

fn setsockopt(fd: Fd, name: &str, ret: Ret) -> Cow<'static, str> {
    match (name, ret.get()) {
        (_, Err(errno)) => failed(Kind::Setsockopt, errno),
        ("SO_LINGER", Ok(_)) => {
            format!("The linger time of fd {fd} is 0: closing it will send RST instead of FIN.")
                .into()
        }
        ("TCP_NODELAY", Ok(_)) => format!(
            "fd {fd} sends small pieces at once instead of waiting to fill a segment (Nagle's \
             algorithm is off)."
        )
        .into(),
        ("SO_RCVTIMEO", Ok(_)) => {
            format!("The kernel ends a sleep in recv on fd {fd} with EAGAIN when a limit is over.")
                .into()
        }
        ("SO_SNDTIMEO", Ok(_)) => {
            format!("The kernel ends a sleep in send on fd {fd} with EAGAIN when a limit is over.")
                .into()
        }
        ("TCP_CORK", Ok(_)) => {
            format!("fd {fd} gathers head and body into full segments (TCP_CORK).").into()
        }
        (name, Ok(_)) => format!("The option {name} of fd {fd} is set.").into(),
    }
}

fn connect(fd: Fd, ret: Ret) -> Cow<'static, str> {
    match ret.get() {
        Ok(_) => format!(
            "The connection of fd {fd} is dissolved: a RST is sent at once, what was queued is \
             thrown away, and whoever sleeps in a call on it wakes up."
        )
        .into(),
        Err(Errno::BUSY) => {
            "This kernel does not dissolve a connection while somebody sleeps in a \
                           call on it: it is shut down instead."
                .into()
        }
        Err(errno) => failed(Kind::Connect, errno),
    }
}

fn open(ret: Ret) -> Cow<'static, str> {
    match ret.get() {
        Ok(file) => format!("The file is open as fd {file}.").into(),
        Err(Errno::NOENT | Errno::NOTDIR) => {
            "There is no such file below the root: the answer will be 404.".into()
        }
        Err(Errno::ACCESS) => "The server may not read that file.".into(),
        Err(Errno::XDEV) => "That path leads out of the root, and the kernel refuses it.".into(),
        Err(Errno::LOOP) => {
            "That path leads over a symbolic link, and those are not followed.".into()
        }
        Err(Errno::MFILE | Errno::NFILE) => "There is no descriptor left for the file.".into(),
        Err(errno) => failed(Kind::Open, errno),
    }
}

fn closed(why: Why) -> &'static str {
    match why {
        Why::PeerClosed => "The connection has ended as it should: the peer closed it.",
        Why::PeerReset => "The connection has ended because the peer reset it, or it broke.",
        Why::Answered => "The connection has ended after its last answer, as that answer said.",
        Why::BadRequest => "The connection has ended because its request could not be understood.",
        Why::IdleTimeout => "The connection has ended because nothing came for too long.",
        Why::HeaderTimeout => "The connection has ended because its request came too slowly.",
        Why::BodyTimeout => "The connection has ended because its request's body came too slowly.",
        Why::WriteTimeout => "The connection has ended because its peer did not take the answer.",
        Why::Dropped => "The connection has ended because the operator dropped it, with a FIN.",
        Why::Reset => "The connection has ended because the operator reset it, with a RST.",
        Why::OverLimit => "The connection has ended because too many were open.",
        Why::CutShort => {
            "The connection has ended because a file became shorter while it was sent."
        }
        Why::Failed => "The connection has ended because a call on it failed.",
        Why::Switched => "The connection has ended because another server took over.",
        Why::FdSetSize => {
            "The connection has ended because select's sets have no bit for its fd: they end \
             before FD_SETSIZE, 1,024."
        }
        Why::WorkerDied => "The connection has ended because the process that served it died.",
        Why::Shutdown => "The connection has ended because the server shuts down.",
    }
}

fn failed(kind: Kind, errno: Errno) -> Cow<'static, str> {
    failed_by(kind.name(), errno)
}

/// The same, by the call's name.
fn failed_by(name: &str, errno: Errno) -> Cow<'static, str> {
    if errno.is_restart() {
        return format!("{name} ended with {errno}: a signal has come first.").into();
    }
    let text = io::Error::from_raw_os_error(errno.0).to_string();
    let text = text.split(" (os error").next().unwrap_or_default().to_lowercase();
    format!("{name} failed with {errno}: {text}.").into()
}

/// The verb for that many bytes.
fn was(bytes: u64) -> &'static str {
    if bytes == 1 { "was" } else { "were" }
}

#[cfg(test)]
mod tests;
