//! A call with its result, as the loop panel writes it.

use super::units;
use crate::telemetry::{EventRef, Kind, Next, Ret, What};

/// A call and its result, as the stream writes it: `recv(9) = 84`.
#[must_use]
pub fn call(event: EventRef<'_>) -> String {
    let (fd, name) = (event.event.fd, event.event.what.kind().name());
    match event.event.what {
        What::Listen { backlog, ret, .. } => format!("listen({fd}, {backlog}) = {}", result(ret)),
        What::EpollCtl { op, mask, ret, .. } => {
            format!("epoll_ctl({} {fd}, {mask}) = {}", op.name(), result(ret))
        }
        What::EpollWait { ret, .. } => format!("epoll_wait() = {}", result(ret)),
        What::Select { ret, examined, .. } | What::Poll { ret, examined, .. } => {
            format!("{name}({}) = {}", fds(examined), result(ret))
        }
        What::Nap { waited, .. } => format!("nap of {}", units::ascii_duration(waited)),
        What::Accept { ret, .. } => format!("accept({fd}) = {ret}"),
        What::Recv { ret } => format!("recv({fd}) = {}", result(ret)),
        What::Send { ret, len } | What::Sendfile { ret, len, .. } => {
            let of = match ret.get() {
                Ok(taken) if taken < len => format!(" of {}", units::count(len)),
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
        What::Stat { ret }
        | What::Read { ret, .. }
        | What::Getdents { ret }
        | What::Input { ret }
        | What::Wait4 { ret }
        | What::EpollCreate { ret } => format!("{name}({fd}) = {}", result(ret)),
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
        | What::Round { .. }
        | What::Started { .. }
        | What::Ended
        | What::Parked { .. }
        | What::Woken
        | What::Queued { .. }
        | What::Typed => format!("{name}({fd})"),
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
    let fds = if examined == 1 { "fd" } else { "fds" };
    format!("{} {fds}", units::count(examined.into()))
}

/// The call that is about to be made: `recv(9)`.
#[must_use]
pub fn before(next: Next) -> String {
    let Next { kind, fd, .. } = next;
    if kind == Kind::Nap {
        "the nap".to_owned()
    } else if kind.is_wait() || fd < 0 {
        format!("{}()", kind.name())
    } else {
        format!("{}({fd})", kind.name())
    }
}
