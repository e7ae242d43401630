//! A call with its result, as the loop panel writes it.

use super::units;
use crate::telemetry::{EventRef, Kind, Next, Ret, What};

/// A call and its result, as the stream writes it: `recv(9) = 84`.
#[must_use]
pub fn call(event: EventRef<'_>) -> String {
    let fd = event.event.fd;
    match event.event.what {
        What::Listen { backlog, ret, .. } => format!("listen({fd}, {backlog}) = {}", result(ret)),
        What::EpollCtl { op, mask, ret, .. } => {
            format!("epoll_ctl({} {fd}, {mask}) = {}", op.name(), result(ret))
        }
        What::EpollWait { ret, .. } => format!("epoll_wait() = {}", result(ret)),
        What::Select { ret, examined, .. } | What::Poll { ret, examined, .. } => {
            let name = event.event.what.kind().name();
            format!("{name}({}) = {}", fds(examined), result(ret))
        }
        What::Nap { waited, .. } => format!("nap of {}", units::ascii_duration(waited)),
        What::Accept { ret, .. } => format!("accept({fd}) = {ret:?}"),
        What::Recv { ret } => format!("recv({fd}) = {}", result(ret)),
        What::Send { ret, len } | What::Sendfile { ret, len, .. } => {
            let name = event.event.what.kind().name();
            let of = match ret.get() {
                Ok(taken) if taken < len => format!(" of {}", units::count(len)),
                _ => String::new(),
            };
            format!("{name}({fd}) = {}{of}", result(ret))
        }
        What::Shutdown { how, ret } => format!("shutdown({fd}, {}) = {}", how.name(), result(ret)),
        What::Setsockopt { name, ret } => format!("setsockopt({fd}, {name}) = {}", result(ret)),
        What::Connect { ret } => format!("connect({fd}, AF_UNSPEC) = {}", result(ret)),
        What::Open { look, ret } => {
            let path = String::from_utf8_lossy(event.bytes);
            let flags = if look { ", O_PATH" } else { "" };
            format!("openat2({}{flags}) = {ret:?}", path.escape_debug())
        }
        What::Openat { ret } => {
            format!("openat({}) = {ret:?}", String::from_utf8_lossy(event.bytes).escape_debug())
        }
        other => match other.ret() {
            Some(ret) => format!("{}({fd}) = {}", other.kind().name(), result(ret)),
            None => format!("{}({fd})", other.kind().name()),
        },
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
    match next.kind {
        Kind::Nap => "the nap".to_owned(),
        kind if kind.is_wait() || next.fd < 0 => format!("{}()", kind.name()),
        kind => format!("{}({})", kind.name(), next.fd),
    }
}
