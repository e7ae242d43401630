//! A call with its result, as the loop panel writes it.

use super::describe::foreign;
use super::{strings, units};
use crate::telemetry::{EventRef, Kind, Next, Place, Ret, Site, What};

/// A call and its result, as the stream writes it: `recv(9) = 84`.
#[must_use]
pub fn call(event: EventRef<'_>) -> String {
    let (fd, name) = (event.event.fd, event.event.name());
    let fd = foreign(fd, event).unwrap_or_else(|| fd.to_string());
    match event.event.what {
        What::Listen { backlog, ret, .. } => format!("listen({fd}, {backlog}) = {}", result(ret)),
        What::EpollCtl { op, mask, ret, .. } => {
            format!("epoll_ctl({} {fd}, {mask}) = {}", op.name(), result(ret))
        }
        What::Select { ret, examined, .. } | What::Poll { ret, examined, .. } => {
            format!("{name}({}) = {}", fds(examined), result(ret))
        }
        What::Nap { waited, .. } => (strings().events.nap_of)(&units::ascii_duration(waited)),
        What::Accept { ret, .. } => format!("{name}({fd}) = {ret}"),
        What::Other { ret } => format!("{name}({}) = {}", arguments(event), result(ret)),
        What::Send { ret, len } | What::Sendfile { ret, len, .. } => {
            let of = match ret.get() {
                Ok(taken) if taken < len => (strings().events.of)(&units::count(len)),
                _ => String::new(),
            };
            format!("{name}({fd}) = {}{of}", result(ret))
        }
        What::Shutdown { how, ret } => format!("shutdown({fd}, {}) = {}", how.name(), result(ret)),
        What::Setsockopt { name: option, ret } => {
            format!("setsockopt({fd}, {option}) = {}", result(ret))
        }
        What::Connect { ret } => format!("connect({fd}, AF_UNSPEC) = {}", result(ret)),
        What::Open { look, ret } => {
            let path = String::from_utf8_lossy(event.bytes);
            let flags = if look { ", O_PATH" } else { "" };
            format!("openat2({}{flags}) = {ret}", path.escape_debug())
        }
        What::Openat { ret } => {
            format!("openat({}) = {ret}", String::from_utf8_lossy(event.bytes).escape_debug())
        }
        What::Recv { ret }
        | What::Stat { ret }
        | What::Read { ret, .. }
        | What::Getdents { ret }
        | What::Input { ret } => format!("{name}({fd}) = {}", result(ret)),
        // No descriptor is among their arguments.
        What::Wait4 { ret } | What::EpollCreate { ret } | What::EpollWait { ret, .. } => {
            format!("{name}() = {}", result(ret))
        }
        What::Round { asked, .. } => (strings().events.asked_in_round)(&fds(asked)),
        What::Close
        | What::Request { .. }
        | What::Response { .. }
        | What::Refused
        | What::Closed { .. }
        | What::Rest { .. }
        | What::Resume
        | What::Pace { .. }
        | What::Missed
        | What::Handler { .. }
        | What::Handled { .. }
        | What::Data { .. }
        | What::Switched { .. }
        | What::Started { .. }
        | What::Ended
        | What::Parked { .. }
        | What::Woken
        | What::Queued { .. }
        | What::Typed
        | What::Set
        | What::Class { .. }
        | What::Unreadable => format!("{name}({fd})"),
    }
}

/// The fd where there is one, and what lies beside the event.
fn arguments(event: EventRef<'_>) -> String {
    let text = event.text().to_string();
    match (event.event.fd, text.is_empty()) {
        (..0, _) => text,
        (fd, true) => fd.to_string(),
        (fd, false) => format!("{fd}, {text}"),
    }
}

/// A result: a number in groups of three, or the name of an error.
#[must_use]
pub fn result(ret: Ret) -> String {
    match ret.get() {
        Ok(value) => units::count(value),
        Err(errno) => errno.to_string(),
    }
}

/// `1 fd`, `50 fds`.
#[must_use]
pub fn fds(examined: u32) -> String {
    (strings().events.fds)(examined)
}

/// The call that is about to be made: `recv(9)`.
#[must_use]
pub fn before(next: Next) -> String {
    let Next { kind, fd, .. } = next;
    if kind == Kind::Nap {
        strings().events.the_nap.to_owned()
    } else if kind.is_wait() || fd < 0 {
        format!("{}()", next.name())
    } else {
        format!("{}({fd})", next.name())
    }
}

/// A place in the source, short: `turn.rs:98`.
#[must_use]
pub(super) fn place(site: Site) -> String {
    let Place { file, line } = site.place();
    format!("{}:{line}", file.rsplit_once('/').map_or(file, |(_, name)| name))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn every_call_is_short() {
        let want = [
            "listen(5, 1024) = 0",
            "epoll_ctl(ADD 5, IN|RDHUP|ET) = 0",
            "epoll_ctl(DEL 9, 0) = ENOENT",
            "epoll_wait() = 2",
            "epoll_wait() = EINTR",
            "accept(5) = 9",
            "accept(5) = EAGAIN",
            "recv(9) = 84",
            "send(9) = 1,290 of 3,100",
            "sendfile(9) = 4,096 of 8,192",
            "shutdown(9, WR) = 0",
            "setsockopt(9, SO_LINGER) = EINVAL",
            "openat2(a\\\"\\\\\\n\\u{7f}�.html, O_PATH) = 11",
            "fstat(11) = 0",
            "pread64(11) = 1,024",
            "close(9)",
            "openat(/proc/self/fd/11) = 12",
            "getdents64(11) = 96",
            "poll(50 fds) = 1",
            "select(50 fds) = 0",
            "nap of 2.0 ms",
            "read(0) = 5",
            "recv(9) = 84",
            "recv(78/fd/0) = 84",
            "wait4() = 78",
            "epoll_create1() = 4",
            "connect(9, AF_UNSPEC) = 0",
            "fcntl(9, F_SETFL, O_NONBLOCK) = 0",
        ];
        let mut events = samples::all();
        events.retain(|event| event.event.what.kind().is_call());
        let calls: Vec<_> = events.iter().map(|event| call(event.as_ref())).collect();
        assert_eq!(calls, want);
    }
}
