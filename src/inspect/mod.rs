//! What the kernel knows of the server's sockets: queues, TCP state and what has become ready,
//! read from `sock_diag(7)` and `/proc` by a thread of its own, without touching the server.
//!
//! | file | what lives there |
//! |---|---|
//! | `sock_diag` | the kernel's table of TCP sockets, by netlink |
//! | `ready` | which fds have something to read, by a second epoll |
//! | `fdinfo` | an epoll's interest list, from `/proc/PID/fdinfo` |
//! | `usage` | CPU, context switches and memory of threads and processes, from `/proc` |
//! | `thread` | the thread that is asked and answers |

mod fdinfo;
mod ready;
mod sock_diag;
mod thread;
mod usage;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::telemetry::{Fd, Mask};

pub use fdinfo::{Interest, interest_list};
pub use thread::Inspector;
pub use usage::{Usage, Workers, cpu};

/// A TCP socket's state, as `sock_diag` reports it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

/// One of the server's connected sockets, seen by the kernel. Found by its peer.
///
/// A connection that still waits in the accept queue is among them, with `inode` 0. One in
/// TIME-WAIT is not: it has no socket any more.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Socket {
    /// The other end.
    pub peer: SocketAddr,
    /// TCP's state.
    pub state: TcpState,
    /// Bytes received that the server has not read.
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

/// The listener's accept queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AcceptQueue {
    /// Connections that wait to be accepted.
    pub len: u32,
    /// How many may wait: the backlog after the kernel's cap.
    pub limit: u32,
}

/// What is to be found out.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Also look which of these fds have something to read, with a second epoll of our own, and
    /// whether the server's own ready list is empty. Asked while the loop stands.
    pub watch: Option<Vec<Fd>>,
    /// The server's epoll instance, where it has one.
    pub epfd: Option<Fd>,
    /// Also read what these have used; about once a second, however often it is asked.
    pub usage: Option<Workers>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When it was taken.
    pub taken: Instant,
    /// The listener's queue.
    pub accept_queue: Option<AcceptQueue>,
    /// The server's connections, sorted by peer.
    pub sockets: Vec<Socket>,
    /// Which of the watched fds have something to read, sorted; `None` when not asked.
    pub readable: Option<Vec<Fd>>,
    /// Whether the server's epoll has something on its ready list (an epoll fd is itself pollable,
    /// and polling it consumes nothing); `None` when not asked.
    pub ready_list: Option<bool>,
    /// The server's interest list as the kernel keeps it, sorted by fd; `None` when not asked.
    pub interest: Option<Vec<(Fd, Mask)>>,
    /// What the server has used; `None` when not asked, or not yet again.
    pub usage: Option<Usage>,
    /// Whether the thread of the server's loop slept; `None` when not asked.
    pub asleep: Option<bool>,
    /// Why a part of this is missing, in one sentence.
    pub trouble: Option<String>,
}

impl Snapshot {
    /// The socket whose other end this is.
    #[must_use]
    pub fn socket(&self, peer: SocketAddr) -> Option<&Socket> {
        self.sockets.binary_search_by(|s| s.peer.cmp(&peer)).ok().map(|i| &self.sockets[i])
    }
}
