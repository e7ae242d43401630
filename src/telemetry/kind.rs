//! The kinds of event: the calls by strace's names, and the facts by words of our own.

/// Writes the enum, [`Kind::ALL`] and [`Kind::name`] from one list.
macro_rules! kinds {
    ($($kind:ident = $name:literal,)*) => {
        /// The kinds of event, for counting, filtering and colouring.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "each is named after the call or fact of `What`")]
        pub enum Kind {
            $($kind,)*
        }

        impl Kind {
            /// All kinds, in the order of their numbers.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$kind),*];

            /// The name in log and stream: strace's for calls (`accept4` as `accept`, `recvfrom`
            /// as `recv`, `sendto` as `send`), a word of our own for facts.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

// Calls first, then facts: `Request` is the first fact.
kinds! {
    Listen = "listen",
    EpollCtl = "epoll_ctl",
    EpollWait = "epoll_wait",
    Accept = "accept",
    Recv = "recv",
    Send = "send",
    Sendfile = "sendfile",
    Shutdown = "shutdown",
    Close = "close",
    Setsockopt = "setsockopt",
    Open = "openat2",
    Stat = "fstat",
    Read = "pread64",
    Openat = "openat",
    Getdents = "getdents64",
    Select = "select",
    Poll = "poll",
    Nap = "clock_nanosleep",
    Input = "read",
    Wait4 = "wait4",
    EpollCreate = "epoll_create1",
    Connect = "connect",
    Other = "call",
    Request = "request",
    Response = "response",
    Refused = "refused",
    Closed = "closed",
    Rest = "rest",
    Resume = "resume",
    Pace = "pace",
    Missed = "missed",
    Handler = "handler",
    Handled = "handled",
    Data = "data",
    Switched = "switched",
    Round = "round",
    Started = "started",
    Ended = "ended",
    Parked = "parked",
    Woken = "woken",
    Queued = "queued",
    Typed = "typed",
    Set = "set",
    Class = "class",
    Unreadable = "unreadable",
}

impl Kind {
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

    /// Whether a list of fds lies beside the event, rather than a text: the ready list of a wait
    /// call, or whom a round has asked.
    #[inline]
    #[must_use]
    pub fn has_list(self) -> bool {
        self.is_wait() || self == Self::Round
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
        assert!(Kind::Other.is_call() && !Kind::Request.is_call());
    }
}
