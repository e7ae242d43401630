//! What happened: every call and every fact that a server can publish, with what matters of each.

use super::{Addr, Did, Errno, Fd, Kind, Mask, Mode, Nanos, Ret, ServerKind, Why};

/// The socket options that have a name here, and what stands for any other.
pub const SOCKET_OPTIONS: [&str; 18] = [
    "SO_REUSEADDR",
    "SO_REUSEPORT",
    "SO_KEEPALIVE",
    "SO_LINGER",
    "SO_RCVBUF",
    "SO_SNDBUF",
    "SO_RCVTIMEO",
    "SO_SNDTIMEO",
    "SO_BROADCAST",
    "TCP_NODELAY",
    "TCP_CORK",
    "TCP_DEFER_ACCEPT",
    "TCP_KEEPIDLE",
    "TCP_KEEPINTVL",
    "TCP_KEEPCNT",
    "TCP_USER_TIMEOUT",
    "IPV6_V6ONLY",
    "other",
];

/// What `epoll_ctl(2)` was asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CtlOp {
    /// Put an fd on the interest list.
    Add,
    /// Change what it is watched for.
    Mod,
    /// Take it off the list. (Closing the last descriptor of a socket does the same.)
    Del,
}

impl CtlOp {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Add, Self::Mod, Self::Del];

    /// `ADD`, `MOD` or `DEL`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Mod => "MOD",
            Self::Del => "DEL",
        }
    }
}

/// Which half `shutdown(2)` closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// `SHUT_RD`: a thread that sleeps in `recv` wakes up; nothing is sent.
    Read,
    /// `SHUT_WR`: a FIN is sent, reading goes on (half-close).
    Write,
    /// `SHUT_RDWR`.
    Both,
}

impl How {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Both];

    /// `RD`, `WR` or `RDWR`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "RD",
            Self::Write => "WR",
            Self::Both => "RDWR",
        }
    }
}

/// What happened. The fields are the arguments that matter and the result.
///
/// Calls first, then facts. For the calls on a connection, fd and [`ConnId`](super::ConnId) are in [`Event`](super::Event).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// `listen(2)`; the fd is the listener.
    Listen {
        /// The bound address.
        addr: Addr,
        /// The backlog asked for; the kernel caps it at `net.core.somaxconn`.
        backlog: u32,
        /// Its result.
        ret: Ret,
    },
    /// `epoll_ctl(2)`; the fd is the watched one.
    EpollCtl {
        /// The epoll instance.
        epfd: Fd,
        /// Add, modify or delete.
        op: CtlOp,
        /// What to watch for; empty for a deletion.
        mask: Mask,
        /// Its result.
        ret: Ret,
    },
    /// `epoll_wait(2)`; the fd is the epoll instance, the ready list lies beside the event.
    EpollWait {
        /// How many were ready.
        ret: Ret,
        /// How long the call took.
        waited: Nanos,
    },
    /// `accept4(2)`; the fd is the listener, the id that of the new connection.
    Accept {
        /// The new descriptor.
        ret: Ret,
        /// The client's address.
        peer: Option<Addr>,
    },
    /// `recv(2)`. A result of 0 is the peer's FIN.
    Recv {
        /// Bytes read.
        ret: Ret,
    },
    /// `send(2)`.
    Send {
        /// Bytes taken by the kernel, which may be fewer than offered.
        ret: Ret,
        /// Bytes offered.
        len: u64,
    },
    /// `sendfile(2)`; the fd is the socket.
    Sendfile {
        /// The file's descriptor.
        file: Fd,
        /// Where in the file it began.
        offset: u64,
        /// Bytes asked for.
        len: u64,
        /// Bytes taken by the kernel.
        ret: Ret,
    },
    /// `shutdown(2)`.
    Shutdown {
        /// Which half.
        how: How,
        /// Its result.
        ret: Ret,
    },
    /// `close(2)`. Its result is not looked at: after it the number is free either way.
    Close,
    /// `setsockopt(2)`.
    Setsockopt {
        /// The option's name, as strace prints it: `SO_LINGER`, `TCP_NODELAY`.
        name: &'static str,
        /// Its result.
        ret: Ret,
    },
    /// `openat2(2)` of a file below the root; the fd is the root's, the path lies beside.
    Open {
        /// With `O_PATH`: the file is found, and not opened.
        look: bool,
        /// The file's descriptor.
        ret: Ret,
    },
    /// `fstat(2)`; the fd is the file's.
    Stat {
        /// Its result.
        ret: Ret,
    },
    /// `pread64(2)`; the fd is the file's.
    Read {
        /// Where in the file it began.
        offset: u64,
        /// Bytes read.
        ret: Ret,
    },
    /// `openat(2)` of the file that a descriptor below `/proc` stands for, or of one segment of a
    /// path, where the kernel has no `openat2`; the fd is the folder's, or none (`AT_FDCWD`), the
    /// path lies beside.
    Openat {
        /// Its descriptor.
        ret: Ret,
    },
    /// `getdents64(2)`; the fd is the folder's.
    Getdents {
        /// Bytes of entries.
        ret: Ret,
    },
    /// `select(2)`; there is no fd of its own, the ready list lies beside the event.
    Select {
        /// How many were ready.
        ret: Ret,
        /// Fds in the sets handed over: the kernel asks each of them.
        examined: u32,
        /// Bytes of sets copied in and out.
        copied: u32,
        /// How long the call took.
        waited: Nanos,
    },
    /// `poll(2)`; there is no fd of its own, the ready list lies beside the event.
    Poll {
        /// How many were ready.
        ret: Ret,
        /// Fds in the list handed over: the kernel asks each of them.
        examined: u32,
        /// Bytes of the list copied in and out.
        copied: u32,
        /// How long the call took.
        waited: Nanos,
    },
    /// `clock_nanosleep(2)`: the nap between two rounds of `scan`.
    Nap {
        /// Its result.
        ret: Ret,
        /// How long it took.
        waited: Nanos,
    },
    /// `read(2)` on standard input, whose fd is 0, or on the program's own waker.
    Input {
        /// Bytes read.
        ret: Ret,
    },
    /// `wait4(2)`: a worker process has ended and is taken off the process table.
    Wait4 {
        /// Its pid.
        ret: Ret,
    },
    /// `epoll_create1(2)`: the empty interest list, in the kernel.
    EpollCreate {
        /// The epoll instance's descriptor.
        ret: Ret,
    },
    /// `connect(2)` to no address (`AF_UNSPEC`), which dissolves the connection: a RST is sent at
    /// once, and a thread that sleeps in a call on the socket wakes up.
    Connect {
        /// Its result.
        ret: Ret,
    },
    /// Another call of a traced program; [`Event::form`](super::Event::form) says which, the rest of
    /// its arguments lies beside, as strace(1) writes them.
    Other {
        /// Its result.
        ret: Ret,
    },

    /// A whole request was understood. Its head (request line and headers, possibly cut at
    /// [`EventRef::HEAD_KEPT`](super::EventRef::HEAD_KEPT)) lies beside the event.
    Request {
        /// Length of the method, at the start of the head.
        method: u32,
        /// Length of the target, one space after the method.
        target: u16,
        /// The minor version: 0 or 1.
        minor: u8,
    },
    /// A response was queued for sending.
    Response {
        /// The status code.
        status: u16,
        /// Length of its body in bytes.
        body: u64,
    },
    /// A connection was over `--max-connections`, `--max-per-address` or `FD_SETSIZE` and gets a
    /// 503.
    Refused,
    /// A connection ended.
    Closed {
        /// Why.
        why: Why,
        /// Bytes received on it.
        bytes_in: u64,
        /// Bytes sent on it.
        bytes_out: u64,
        /// Requests understood on it.
        requests: u64,
    },
    /// Accepting is paused: `accept` found no free descriptor; the fd is the listener.
    Rest {
        /// `EMFILE`, `ENFILE`, `ENOBUFS` or `ENOMEM`.
        errno: Errno,
    },
    /// The listener accepts again.
    Resume,
    /// The operator changed the pace of the loop.
    Pace {
        /// To what.
        mode: Mode,
    },
    /// A command named a connection that is gone already.
    Missed,
    /// A handler has begun on the loop's thread: no other connection is served until it ends.
    Handler {
        /// Which: its path.
        route: &'static str,
    },
    /// It has ended.
    Handled {
        /// How long it took.
        took: Nanos,
    },
    /// What came, under the echo protocol; as text, possibly cut, beside the event.
    Data {
        /// Bytes received.
        bytes: u64,
    },
    /// Another server took over the listener; all connections were closed before.
    Switched {
        /// Which.
        to: ServerKind,
    },
    /// `scan` has asked every socket once. For the reader of the table, whom it asked lies beside
    /// the event, in order. A mask says how, `IN` or `OUT`, where the answer was EAGAIN: that call
    /// has no event of its own. It is empty where the calls have theirs. What was asked while the
    /// loop was held up is not in the list. Readers of the stream alone get every call and no list.
    Round {
        /// How many were asked; one that has more to do than its turn allows is asked twice.
        asked: u32,
        /// How many of them had something to say.
        answered: u32,
        /// How long the round took.
        took: Nanos,
    },
    /// A thread, process or task was started for the connection; [`Event::by`](super::Event::by) says which.
    Started {
        /// A thread's stack in bytes; 0 for processes and tasks.
        stack: u64,
    },
    /// The connection's thread, process or task has ended; [`Event::by`](super::Event::by) says which.
    Ended,
    /// The connection's task is parked: it will not be run until its socket is ready.
    Parked {
        /// What it waits for.
        on: Mask,
    },
    /// The runtime runs the task again.
    Woken,
    /// A request's handler was put into the pool's queue (`--handler offload`).
    Queued {
        /// Which: its path.
        route: &'static str,
    },
    /// A line was typed on standard input; it lies beside the event, possibly cut.
    Typed,
    /// The operator changed an option of the running server; which, and what it is now, lies beside
    /// the event: `drain off`.
    Set,
    /// A student, or the teacher with the class, did something (`--class`); the connection is the
    /// student's, where it was done by a request.
    Class {
        /// The student, in the order of joining, from 1; 0 for the whole class.
        student: u32,
        /// What.
        did: Did,
        /// See [`Did`].
        value: u32,
    },
    /// A worker process reported something that cannot be read. It is ended: what it did from then
    /// on, and had not reported yet, is missing.
    Unreadable,
}

impl What {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Listen { .. } => Kind::Listen,
            Self::EpollCtl { .. } => Kind::EpollCtl,
            Self::EpollWait { .. } => Kind::EpollWait,
            Self::Accept { .. } => Kind::Accept,
            Self::Recv { .. } => Kind::Recv,
            Self::Send { .. } => Kind::Send,
            Self::Sendfile { .. } => Kind::Sendfile,
            Self::Shutdown { .. } => Kind::Shutdown,
            Self::Close => Kind::Close,
            Self::Setsockopt { .. } => Kind::Setsockopt,
            Self::Open { .. } => Kind::Open,
            Self::Stat { .. } => Kind::Stat,
            Self::Read { .. } => Kind::Read,
            Self::Openat { .. } => Kind::Openat,
            Self::Getdents { .. } => Kind::Getdents,
            Self::Request { .. } => Kind::Request,
            Self::Response { .. } => Kind::Response,
            Self::Refused => Kind::Refused,
            Self::Closed { .. } => Kind::Closed,
            Self::Rest { .. } => Kind::Rest,
            Self::Resume => Kind::Resume,
            Self::Pace { .. } => Kind::Pace,
            Self::Missed => Kind::Missed,
            Self::Handler { .. } => Kind::Handler,
            Self::Handled { .. } => Kind::Handled,
            Self::Data { .. } => Kind::Data,
            Self::Select { .. } => Kind::Select,
            Self::Poll { .. } => Kind::Poll,
            Self::Nap { .. } => Kind::Nap,
            Self::Input { .. } => Kind::Input,
            Self::Wait4 { .. } => Kind::Wait4,
            Self::EpollCreate { .. } => Kind::EpollCreate,
            Self::Connect { .. } => Kind::Connect,
            Self::Other { .. } => Kind::Other,
            Self::Switched { .. } => Kind::Switched,
            Self::Round { .. } => Kind::Round,
            Self::Started { .. } => Kind::Started,
            Self::Ended => Kind::Ended,
            Self::Parked { .. } => Kind::Parked,
            Self::Woken => Kind::Woken,
            Self::Queued { .. } => Kind::Queued,
            Self::Typed => Kind::Typed,
            Self::Set => Kind::Set,
            Self::Class { .. } => Kind::Class,
            Self::Unreadable => Kind::Unreadable,
        }
    }

    /// How many bytes a call on a socket has moved.
    ///
    /// # Errors
    /// The call's error number, when it failed.
    #[inline]
    pub fn size(&self) -> Result<usize, Errno> {
        let (Self::Recv { ret } | Self::Send { ret, .. } | Self::Sendfile { ret, .. }) = *self
        else {
            return Ok(0);
        };
        ret.size()
    }

    /// The call's result; `None` for facts and for `close`.
    #[must_use]
    pub fn ret(&self) -> Option<Ret> {
        match *self {
            Self::Listen { ret, .. }
            | Self::EpollCtl { ret, .. }
            | Self::EpollWait { ret, .. }
            | Self::Accept { ret, .. }
            | Self::Recv { ret }
            | Self::Send { ret, .. }
            | Self::Sendfile { ret, .. }
            | Self::Shutdown { ret, .. }
            | Self::Setsockopt { ret, .. }
            | Self::Open { ret, .. }
            | Self::Stat { ret }
            | Self::Read { ret, .. }
            | Self::Openat { ret }
            | Self::Getdents { ret }
            | Self::Select { ret, .. }
            | Self::Poll { ret, .. }
            | Self::Nap { ret, .. }
            | Self::Input { ret }
            | Self::Wait4 { ret }
            | Self::EpollCreate { ret }
            | Self::Connect { ret }
            | Self::Other { ret } => Some(ret),
            Self::Close
            | Self::Request { .. }
            | Self::Response { .. }
            | Self::Refused
            | Self::Closed { .. }
            | Self::Rest { .. }
            | Self::Resume
            | Self::Pace { .. }
            | Self::Missed
            | Self::Handler { .. }
            | Self::Handled { .. }
            | Self::Data { .. }
            | Self::Switched { .. }
            | Self::Round { .. }
            | Self::Started { .. }
            | Self::Ended
            | Self::Parked { .. }
            | Self::Woken
            | Self::Queued { .. }
            | Self::Typed
            | Self::Set
            | Self::Class { .. }
            | Self::Unreadable => None,
        }
    }
}
