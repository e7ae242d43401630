//! The kinds of event: the calls by strace's names, and the facts by words of our own.

/// The kinds of event, for counting, filtering and colouring.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is named after the call or fact of `What`")]
pub enum Kind {
    Listen,
    EpollCtl,
    EpollWait,
    Accept,
    Recv,
    Send,
    Sendfile,
    Shutdown,
    Close,
    Setsockopt,
    Open,
    Stat,
    Read,
    Openat,
    Getdents,
    Select,
    Poll,
    Nap,
    Input,
    Wait4,
    EpollCreate,
    Connect,
    Request,
    Response,
    Refused,
    Closed,
    Rest,
    Resume,
    Pace,
    Missed,
    Handler,
    Handled,
    Data,
    Switched,
    Round,
    Started,
    Ended,
    Parked,
    Woken,
    Queued,
    Typed,
    Unreadable,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 42] = [
        Self::Listen,
        Self::EpollCtl,
        Self::EpollWait,
        Self::Accept,
        Self::Recv,
        Self::Send,
        Self::Sendfile,
        Self::Shutdown,
        Self::Close,
        Self::Setsockopt,
        Self::Open,
        Self::Stat,
        Self::Read,
        Self::Openat,
        Self::Getdents,
        Self::Select,
        Self::Poll,
        Self::Nap,
        Self::Input,
        Self::Wait4,
        Self::EpollCreate,
        Self::Connect,
        Self::Request,
        Self::Response,
        Self::Refused,
        Self::Closed,
        Self::Rest,
        Self::Resume,
        Self::Pace,
        Self::Missed,
        Self::Handler,
        Self::Handled,
        Self::Data,
        Self::Switched,
        Self::Round,
        Self::Started,
        Self::Ended,
        Self::Parked,
        Self::Woken,
        Self::Queued,
        Self::Typed,
        Self::Unreadable,
    ];

    /// The name in log and stream: strace's for calls (`accept4` as `accept`, `recvfrom` as
    /// `recv`, `sendto` as `send`), a word of our own for facts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Listen => "listen",
            Self::EpollCtl => "epoll_ctl",
            Self::EpollWait => "epoll_wait",
            Self::Accept => "accept",
            Self::Recv => "recv",
            Self::Send => "send",
            Self::Sendfile => "sendfile",
            Self::Shutdown => "shutdown",
            Self::Close => "close",
            Self::Setsockopt => "setsockopt",
            Self::Open => "openat2",
            Self::Stat => "fstat",
            Self::Read => "pread64",
            Self::Openat => "openat",
            Self::Getdents => "getdents64",
            Self::Select => "select",
            Self::Poll => "poll",
            Self::Nap => "clock_nanosleep",
            Self::Input => "read",
            Self::Wait4 => "wait4",
            Self::EpollCreate => "epoll_create1",
            Self::Connect => "connect",
            Self::Request => "request",
            Self::Response => "response",
            Self::Refused => "refused",
            Self::Closed => "closed",
            Self::Rest => "rest",
            Self::Resume => "resume",
            Self::Pace => "pace",
            Self::Missed => "missed",
            Self::Handler => "handler",
            Self::Handled => "handled",
            Self::Data => "data",
            Self::Switched => "switched",
            Self::Round => "round",
            Self::Started => "started",
            Self::Ended => "ended",
            Self::Parked => "parked",
            Self::Woken => "woken",
            Self::Queued => "queued",
            Self::Typed => "typed",
            Self::Unreadable => "unreadable",
        }
    }

    /// Whether this is a system call, rather than a fact.
    #[must_use]
    pub fn is_call(self) -> bool {
        self < Self::Request
    }

    /// Whether this is a call that waits until one of many fds is ready. Its ready list lies
    /// beside the event.
    #[inline]
    #[must_use]
    pub fn is_wait(self) -> bool {
        matches!(self, Self::EpollWait | Self::Select | Self::Poll)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_numbered_by_their_place() {
        for (i, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, i);
        }
        assert!(Kind::Connect.is_call() && !Kind::Request.is_call());
    }
}
