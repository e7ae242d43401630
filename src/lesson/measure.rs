//! What can be measured, by name: in a sentence between braces, in a claim, in `until`.

use std::fmt;

use super::{Call, Name};

/// Writes an enum of measures, all of them, and their names from one list.
macro_rules! measures {
    ($(#[$about:meta])* $enum:ident { $($(#[$doc:meta])* $measure:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $enum {
            $($(#[$doc])* $measure,)*
        }

        impl $enum {
            /// All of them.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$measure),*];

            /// Its name in a lesson.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$measure => $name,)*
                }
            }
        }
    };
}

measures! {
    /// Of the server as a whole. What is counted is counted since the step began; a rate is over
    /// the last `wait`.
    Total {
        /// Connections open.
        Open = "open",
        /// Connections that wait to be accepted.
        Queue = "queue",
        /// How many may wait.
        Backlog = "backlog",
        /// Clients of this machine whose SYN is not answered.
        SynSent = "syn-sent",
        /// Times the listener dropped a SYN or the last ACK.
        Overflows = "overflows",
        /// Connections accepted.
        Accepted = "accepted",
        /// Fds that were asked whether they are ready.
        Examined = "examined",
        /// Fds that were reported ready.
        Ready = "ready",
        /// The one by the other.
        ExaminedPerReady = "examined-per-ready",
        /// Bytes of lists of fds, copied into the kernel and out of it.
        Copied = "copied",
        /// Calls that ended in EAGAIN.
        Eagain = "eagain",
        /// The same, a second.
        EagainPerS = "eagain-per-s",
        /// Requests understood.
        Requests = "requests",
        /// The same, a second.
        RequestsPerS = "requests-per-s",
        /// Returns of the wait call.
        Wakeups = "wakeups",
        /// The same, a second.
        WakeupsPerS = "wakeups-per-s",
        /// Calls made, a second.
        CallsPerS = "calls-per-s",
        /// The share of one CPU that the loop's thread uses, in percent.
        Cpu = "cpu",
        /// How long the last wait call took, in µs.
        WaitUs = "wait-us",
        /// How long the shortest took.
        ShortestWaitUs = "shortest-wait-us",
        /// How long the longest took.
        LongestWaitUs = "longest-wait-us",
        /// What the program holds beyond pages of files, in bytes, for each connection that is open.
        MemoryPerConnection = "memory-per-connection",
        /// Times a thread of the server gave the CPU away.
        Switches = "switches",
        /// Threads, processes or tasks that serve a connection each.
        Workers = "workers",
        /// Those of them that sleep in a call, or are parked.
        Sleepers = "sleepers",
        /// Fds on the interest list, as the kernel says.
        Watched = "watched",
        /// Those that a wait call would hand over now, as the kernel says.
        ReadyNow = "ready-now",
        /// Handlers that wait for a thread of the pool.
        Queued = "queued",
        /// The call that the loop stands before.
        Next = "next",
        /// The call that it sleeps in.
        Within = "within",
        /// The server.
        Server = "server",
        /// What mmap(2) of the server's epoll says.
        MmapEpoll = "mmap-epoll",
    }
}

measures! {
    /// Of a client.
    OfClient {
        /// The server's descriptor for it.
        Fd = "fd",
        /// Its number on the server, which is never used twice.
        Id = "id",
        /// What it is doing, seen from the server.
        State = "state",
        /// Bytes in its receive queue.
        Unread = "unread",
        /// Bytes in its send queue.
        SendQueue = "send-queue",
        /// Bytes of an answer that the kernel has not taken.
        Unsent = "unsent",
        /// What the last wait call reported of it.
        Mask = "mask",
        /// What it is watched for.
        Interest = "interest",
        /// The results of `recv` for it since the step began.
        Recv = "recv",
        /// The results of `send` and `sendfile` for it since the step began.
        Sent = "sent",
        /// For how long bytes of it have been unread, in ms.
        Waits = "waits",
        /// Requests of it that were understood since the step began.
        Requests = "requests",
        /// The state of its own end, in TCP's words.
        Tcp = "tcp",
    }
}

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Measure {
    /// Of the server as a whole.
    Total(Total),
    /// Of a client.
    Of(OfClient, Name),
    /// How many calls of a kind were made since the step began, for a client or for all.
    Calls(Call, Option<Name>),
}

impl Measure {
    /// The client that it is of.
    #[must_use]
    pub fn client(self) -> Option<Name> {
        match self {
            Self::Total(_) => None,
            Self::Of(_, name) => Some(name),
            Self::Calls(_, name) => name,
        }
    }
}

/// As a lesson writes it: `recv A`, `calls send B`.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total(total) => f.write_str(total.name()),
            Self::Of(what, name) => write!(f, "{} {name}", what.name()),
            Self::Calls(call, None) => write!(f, "calls {}", call.name()),
            Self::Calls(call, Some(name)) => write!(f, "calls {} {name}", call.name()),
        }
    }
}
