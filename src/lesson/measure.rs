//! What can be measured, by name: in a sentence between braces, in a claim, in `until`. A claim compares
//! times as the name of the measure says; a sentence gives them a unit that suits.

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
    /// Of the server as a whole. What is counted is counted since the step began; a rate is over the
    /// last `wait`.
    Total {
        /// The server.
        Server = "server",
        /// Connections open.
        Open = "open",
        /// Connections accepted.
        Accepted = "accepted",
        /// Connections that were answered with a 503.
        Refused = "refused",
        /// Connections that wait to be accepted, as the kernel says.
        Queue = "queue",
        /// How many may wait.
        Backlog = "backlog",
        /// Sockets of this machine that wait for the answer to their SYN.
        SynSent = "syn-sent",
        /// Times the listener dropped a SYN or the last ACK.
        Drops = "drops",
        /// Why the listener rests, while it does.
        Resting = "resting",
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
        /// Calls that ended in EAGAIN.
        Eagain = "eagain",
        /// The same, a second.
        EagainPerS = "eagain-per-s",
        /// Fds that were asked whether they are ready.
        Examined = "examined",
        /// Fds that were reported ready.
        Ready = "ready",
        /// The one by the other.
        ExaminedPerReady = "examined-per-ready",
        /// Bytes of lists of fds, copied into the kernel and out of it.
        Copied = "copied",
        /// How long the last wait call took, in µs.
        WaitUs = "wait-us",
        /// How long the shortest took.
        ShortestWaitUs = "shortest-wait-us",
        /// How long the longest took.
        LongestWaitUs = "longest-wait-us",
        /// How long the longest turn was at work, in ms.
        LongestTurnMs = "longest-turn-ms",
        /// The share of one CPU that the loop's thread uses, in percent.
        Cpu = "cpu",
        /// Times a thread of the server gave the CPU away, or lost it.
        Switches = "switches",
        /// Bytes that program and workers hold beyond pages of files, more than while nobody was there.
        MemoryGrown = "memory-grown",
        /// The same, by the connections that are open.
        MemoryPerConnection = "memory-per-connection",
        /// Threads, processes or tasks that serve a connection each.
        Workers = "workers",
        /// Those of them that sleep in a call, or are parked.
        Sleepers = "sleepers",
        /// Handlers that run on a thread of the pool.
        PoolBusy = "pool-busy",
        /// Handlers that wait for one.
        PoolQueued = "pool-queued",
        /// Fds on the interest list but our own waker, as the kernel says while the loop is held.
        Watched = "watched",
        /// How many of them a wait call would hand over, as the kernel says while the loop is held.
        ReadyNow = "ready-now",
        /// The call that the loop is held before.
        Next = "next",
        /// The call that its thread sleeps in.
        Within = "within",
        /// What mmap(2) of the server's epoll says.
        MmapEpoll = "mmap-epoll",
        /// What nginx watches a silent client for, if it runs on this machine.
        NginxInterest = "nginx-interest",
        /// What redis does.
        RedisInterest = "redis-interest",
        /// What node does.
        NodeInterest = "node-interest",
    }
}

measures! {
    /// Of a client. What there was of it stays when its connection is gone.
    OfClient {
        /// The server's descriptor for it.
        Fd = "fd",
        /// Its number on the server, which is never used twice.
        Id = "id",
        /// What it is doing, seen from the server.
        State = "state",
        /// Why it was closed.
        Why = "why",
        /// The state of the server's socket, in TCP's words.
        Tcp = "tcp",
        /// Bytes in its receive queue.
        Unread = "unread",
        /// Bytes in its send queue.
        SendQueue = "send-queue",
        /// Bytes of its answer that the kernel has not taken.
        Unsent = "unsent",
        /// For how long bytes of it have been unread, in ms.
        Waits = "waits",
        /// What the last wait call reported of it.
        Mask = "mask",
        /// What it is watched for.
        Interest = "interest",
        /// The call that its own thread, process or task sleeps in.
        Within = "within",
        /// Requests of it that were understood.
        Requests = "requests",
        /// The results of `recv` for it.
        Recv = "recv",
        /// The results of `send` and `sendfile` for it.
        Sent = "sent",
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

    /// Whether it is of another program, which may run here or not.
    #[must_use]
    pub fn is_elsewhere(self) -> bool {
        use Total as T;
        matches!(self, Self::Total(T::NginxInterest | T::RedisInterest | T::NodeInterest))
    }

    /// How many µs one of it is, where it is a time.
    pub(super) fn micros(self) -> Option<f64> {
        match self {
            Self::Total(Total::WaitUs | Total::ShortestWaitUs | Total::LongestWaitUs) => Some(1.0),
            Self::Total(Total::LongestTurnMs) | Self::Of(OfClient::Waits, _) => Some(1000.0),
            _ => None,
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
