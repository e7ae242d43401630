//! What the kernel knows of the server's sockets: queues, TCP state and what has become ready,
//! read from `sock_diag(7)` and `/proc` by a thread of its own, without touching the server.
//!
//! | file | what lives there |
//! |---|---|
//! | `sock_diag` | the kernel's table of TCP sockets, by netlink |
//! | `tcp_table` | the same by inode, whosever they are |
//! | `quiet` | the many sockets of which there is nothing to tell, in little memory |
//! | `drops` | connections that the kernel dropped, from `/proc/net/netstat` |
//! | `ready` | which fds are ready now, and what an epoll would hand over, by a second epoll |
//! | `kept` | a file of `/proc` that stays open |
//! | `link` | what a link in `/proc/PID/fd` says |
//! | `mapped` | whether an epoll's memory can be shared with a program |
//! | `fdinfo` | an epoll's interest list, from `/proc/PID/fdinfo` |
//! | `runtime` | the loop inside a runtime: the call its thread sleeps in, and that epoll's list |
//! | `usage` | CPU, context switches and memory of threads and processes, from `/proc` |
//! | `thread` | the thread that is asked and answers |
//! | `unseen` | what the kernel does not let it see |

mod drops;
mod fdinfo;
mod kept;
mod link;
mod mapped;
mod quiet;
mod ready;
mod runtime;
mod sock_diag;
mod tcp_table;
mod thread;
mod unseen;
mod usage;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::telemetry::{Fd, Local, canonical};

pub use fdinfo::{Interest, interest_list};
pub use link::Link;
pub use mapped::mmap_of;
pub use quiet::Quiet;
pub use ready::{EpollView, Handed, Listed};
pub use runtime::{RuntimeView, Timeout};
pub use tcp_table::{TcpSocket, TcpTable};
pub(crate) use thread::replace;
pub use thread::{EXACT_AT_MOST, Inspector};
pub use unseen::{Cause, Unseen};
pub use usage::{LoopCpu, Usage, Workers, cpu};

/// A TCP socket's state, as `sock_diag` reports it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "RFC 9293's names")]
pub enum TcpState {
    Established,
    SynSent,
    SynRecv,
    FinWait1,
    FinWait2,
    TimeWait,
    Close,
    CloseWait,
    LastAck,
    Listen,
    Closing,
}

impl TcpState {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Established,
        Self::SynSent,
        Self::SynRecv,
        Self::FinWait1,
        Self::FinWait2,
        Self::TimeWait,
        Self::Close,
        Self::CloseWait,
        Self::LastAck,
        Self::Listen,
        Self::Closing,
    ];

    /// The one with that number of the kernel's (`net/tcp_states.h`).
    #[must_use]
    pub fn numbered(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Established,
            2 => Self::SynSent,
            // 12 is a request that has not become a socket yet.
            3 | 12 => Self::SynRecv,
            4 => Self::FinWait1,
            5 => Self::FinWait2,
            6 => Self::TimeWait,
            7 => Self::Close,
            8 => Self::CloseWait,
            9 => Self::LastAck,
            10 => Self::Listen,
            11 => Self::Closing,
            _ => return None,
        })
    }

    /// As ss(8) and netstat(8) write it: `ESTABLISHED`, `CLOSE-WAIT`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN-SENT",
            Self::SynRecv => "SYN-RECV",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::TimeWait => "TIME-WAIT",
            Self::Close => "CLOSED",
            Self::CloseWait => "CLOSE-WAIT",
            Self::LastAck => "LAST-ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
        }
    }
}

/// One of the server's connected sockets, seen by the kernel. Found by its two ends: a client may come to
/// two listeners from one port.
///
/// After a dump, a connection that still waits in the accept queue is among them, with `inode` 0. One in
/// TIME-WAIT is not: it has no socket any more.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Socket {
    /// The other end; of a client that has come by IPv4 that address, whatever socket has taken it.
    pub peer: SocketAddr,
    /// Its own end; unknown where there is but one.
    #[serde(default, skip_serializing_if = "Local::is_unknown")]
    pub local: Local,
    /// TCP's state.
    pub state: TcpState,
    /// What the kernel counts as received and not read: a FIN is one more byte of it.
    pub recv_queue: u32,
    /// Bytes written that the peer has not acknowledged.
    pub send_queue: u32,
    /// Smoothed round-trip time, where the kernel has measured one.
    pub rtt: Option<Duration>,
    /// Its variance.
    pub rtt_var: Option<Duration>,
    /// Congestion window, in segments.
    pub cwnd: u32,
    /// Segments retransmitted over its life.
    pub retransmits: u32,
    /// The socket's inode, as in `/proc/PID/fd`.
    pub inode: u32,
}

/// What there is to tell of every socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Queues {
    /// See [`Socket::state`].
    pub state: TcpState,
    /// See [`Socket::recv_queue`].
    pub recv_queue: u32,
    /// See [`Socket::send_queue`].
    pub send_queue: u32,
}

/// Bytes that were received and not read, of a receive queue as the kernel counts it: the peer's FIN
/// has a place in the stream, and is in the count until the end of it is read (`tcp_recvmsg`).
fn unread(state: TcpState, recv_queue: u32) -> u32 {
    recv_queue.saturating_sub(u32::from(state == TcpState::CloseWait))
}

impl Socket {
    /// Bytes received that the server has not read.
    #[must_use]
    pub fn unread(&self) -> u32 {
        unread(self.state, self.recv_queue)
    }
}

impl Queues {
    /// See [`Socket::unread`].
    #[must_use]
    pub fn unread(&self) -> u32 {
        unread(self.state, self.recv_queue)
    }
}

/// The listener's accept queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AcceptQueue {
    /// Connections that wait to be accepted.
    pub len: u32,
    /// How many may wait: the backlog after the kernel's cap.
    pub limit: u32,
}

/// A socket that listens beside the first, of a program that has several.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listening {
    /// Its address.
    pub addr: SocketAddr,
    /// Its inode; 0 where nobody listens there any more, and there still are connections.
    pub inode: u32,
}

/// What the kernel knows of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Queued {
    /// Its inode.
    pub inode: u32,
    /// Its queue.
    pub queue: AcceptQueue,
    /// As [`Detail::listener_drops`].
    pub drops: Option<u32>,
}

/// A connection that waits in the accept queue: its handshake is complete, and the server has not
/// taken it by accept(2).
///
/// Known from a socket of the listener's port that belongs to no file (inode 0), in a state that a
/// socket closed by the server cannot have. One that the peer has reset keeps its place in the
/// queue but is no longer in the kernel's table: it counts in [`AcceptQueue::len`] and is not
/// listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Waiting {
    /// The other end.
    pub peer: SocketAddr,
    /// To which address it has come, as [`Socket::local`].
    #[serde(default, skip_serializing_if = "Local::is_unknown")]
    pub local: Local,
    /// Bytes already there for the server to read; a FIN counts as one.
    pub unread: u32,
    /// Whether the peer has already sent its FIN.
    pub closed: bool,
    /// How long it has waited, when the answer was taken.
    ///
    /// This is `tcpi_last_data_sent` of `struct tcp_info`: the kernel sets that clock when the
    /// handshake completes, and nothing is sent before the connection is accepted. It counts in
    /// the kernel's ticks (1 to 10 ms). `None` where the kernel did not tell.
    pub waits: Option<Duration>,
}

/// A connection whose handshake is not complete: the kernel has answered the SYN and has not
/// taken an ACK yet (SYN-RECV).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HalfOpen {
    /// The other end.
    pub peer: SocketAddr,
    /// How often the SYN+ACK was sent again.
    pub retransmits: u8,
}

/// Who is at the listeners and not accepted yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrivals {
    /// The accept queues one by one, the longest wait first.
    pub waiting: Vec<Waiting>,
    /// Half-open ones, by peer.
    pub half_open: Vec<HalfOpen>,
}

/// Counters of the whole network namespace (`TcpExt` of `/proc/net/netstat`): every listener in it
/// counts here, not the server's alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NamespaceDrops {
    /// `ListenOverflows`: times an accept queue was full when a SYN or the last ACK came. A client
    /// that repeats its SYN is counted each time.
    pub overflows: u64,
    /// `ListenDrops`: times a SYN or the last ACK was dropped, for that reason or another.
    pub drops: u64,
}

/// Which connections are to be looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// All that there are, and those that wait in the accept queues: a dump, for which the kernel
    /// walks its whole table.
    #[default]
    All,
    /// All of them too; but of those that are established and have empty queues only these, by
    /// remote address, with everything that is known of them: the others are [`Quiet`].
    Shown(Vec<SocketAddr>),
    /// These, by local and remote address, one look-up for each. A dump all the same where it is
    /// the cheaper way (above [`EXACT_AT_MOST`]), where a local address is unspecified, or where
    /// somebody waits in an accept queue.
    These(Vec<(SocketAddr, SocketAddr)>),
}

/// What is to be found out.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Where the server listens, where that is not where it listened at the start.
    pub addr: Option<SocketAddr>,
    /// The connections to be looked up.
    pub wanted: Wanted,
    /// The listeners beside the first: of these too, and of their connections.
    pub others: Vec<Listening>,
    /// Also list this machine's sockets that try to connect to the server (one more dump).
    pub connecting: bool,
    /// Also look at this epoll instance, the server's, entry by entry. Asked while the loop is held.
    pub epfd: Option<Fd>,
    /// The program's own waker on it, to be told apart.
    pub waker: Option<Fd>,
    /// Also look at the loop inside a runtime, whose thread is `usage.own`, and on whose interest
    /// list this listener stands.
    pub runtime: Option<Fd>,
    /// Also read what these have used; about once a second, however often it is asked.
    pub usage: Option<Workers>,
}

/// What the answer has beside the table of sockets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// Who is at the listeners and not accepted yet. `None` after exact look-ups, which happen only
    /// while the accept queues are empty: half-open ones are not known then.
    pub arrivals: Option<Arrivals>,
    /// The local addresses of this machine's sockets in SYN-SENT towards the server, sorted;
    /// `None` when not asked.
    pub connecting: Option<Vec<SocketAddr>>,
    /// Times the listener dropped a SYN or the last ACK since it listens (`sk_drops`, by
    /// `SK_MEMINFO_DROPS`): this listener alone, and nearly always because the accept queue was
    /// full. The kernel adds to it wherever it adds to `ListenDrops`.
    pub listener_drops: Option<u32>,
    /// The namespace's counters since the inspector began, read once a second.
    pub namespace_drops: Option<NamespaceDrops>,
    /// The share of one CPU of the loop's thread; `None` when not asked, or before the second
    /// reading. The last reading is repeated until there is a newer one.
    pub loop_cpu: Option<LoopCpu>,
    /// The server's epoll entry by entry; `None` when not asked.
    pub epoll: Option<EpollView>,
    /// The loop inside the runtime; `None` when not asked, or not seen yet.
    pub runtime: Option<RuntimeView>,
}

impl Detail {
    /// Whether all is the same but the share of a CPU, which is another at each reading.
    #[must_use]
    pub fn is_same_but_cpu(&self, other: &Self) -> bool {
        let Self {
            arrivals,
            connecting,
            listener_drops,
            namespace_drops,
            loop_cpu: _,
            epoll,
            runtime,
        } = self;
        (arrivals, connecting, listener_drops)
            == (&other.arrivals, &other.connecting, &other.listener_drops)
            && (namespace_drops, epoll, runtime)
                == (&other.namespace_drops, &other.epoll, &other.runtime)
    }
}

/// An answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// When it was taken.
    #[serde(skip, default = "Instant::now")]
    pub taken: Instant,
    /// The queue of the listener, of several of the first.
    pub accept_queue: Option<AcceptQueue>,
    /// What is known of the others, in no order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Queued>,
    /// The server's connections, sorted by peer.
    pub sockets: Vec<Socket>,
    /// Those of which only the peer is kept: they are established, and their queues are empty.
    pub quiet: Quiet,
    /// What the server has used; `None` when not asked, or not yet again.
    pub usage: Option<Usage>,
    /// Whether the thread of the server's loop slept; `None` when not asked.
    pub asleep: Option<bool>,
    /// What goes beyond that.
    pub detail: Detail,
    /// Why a part of this is missing.
    pub unseen: Option<Unseen>,
}

impl Snapshot {
    /// One in which nothing is known.
    #[must_use]
    pub fn empty(taken: Instant) -> Self {
        Self {
            taken,
            accept_queue: None,
            others: Vec::new(),
            sockets: Vec::new(),
            quiet: Quiet::default(),
            usage: None,
            asleep: None,
            detail: Detail::default(),
            unseen: None,
        }
    }

    /// The accept queues, the first listener's first.
    pub fn accept_queues(&self) -> impl Iterator<Item = AcceptQueue> {
        self.accept_queue.into_iter().chain(self.others.iter().map(|other| other.queue))
    }

    /// The socket with these ends.
    #[must_use]
    pub fn socket(&self, peer: SocketAddr, local: Local) -> Option<&Socket> {
        let peer = canonical(peer);
        let from = self.sockets.partition_point(|socket| socket.peer < peer);
        let mut found = self.sockets[from..].iter().take_while(|socket| socket.peer == peer);
        found.find(|socket| socket.local.may_be(local))
    }

    /// The state and the queues of the socket with these ends.
    #[must_use]
    pub fn queues(&self, peer: SocketAddr, local: Local) -> Option<Queues> {
        match self.socket(peer, local) {
            Some(&Socket { state, recv_queue, send_queue, .. }) => {
                Some(Queues { state, recv_queue, send_queue })
            }
            None => self.quiet.contains(canonical(peer), local).then_some(Queues {
                state: TcpState::Established,
                recv_queue: 0,
                send_queue: 0,
            }),
        }
    }
}
