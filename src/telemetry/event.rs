//! What a server tells: one [`Event`] for each system call it made and each conclusion it drew.
//!
//! An event is a small `Copy` value. What has no fixed size (the head of a request, a path, the
//! list of ready fds) lies beside it in the batch it travels in; [`EventRef`] joins the two, and
//! [`OwnedEvent`] keeps one for longer than its batch.

use std::fmt;
use std::num::NonZeroU64;

use super::{Addr, Mask};

/// A file descriptor's number, as the kernel gives it. Reused as soon as it is closed.
pub type Fd = std::os::fd::RawFd;

/// Nanoseconds since the server was started (`CLOCK_MONOTONIC`).
pub type Nanos = u64;

/// A connection's identity. Counts from 1 and is never used twice, unlike its fd.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnId(NonZeroU64);

impl ConnId {
    /// The id with that number; `None` for 0.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// The number, from 1.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A system call's error number, written by its name: `EAGAIN`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

impl Errno {
    /// The call would have had to wait (`EWOULDBLOCK` is the same number on Linux).
    pub const AGAIN: Self = Self(11);
    /// A signal came first.
    pub const INTR: Self = Self(4);
    /// The process has no descriptor left (`RLIMIT_NOFILE`).
    pub const MFILE: Self = Self(24);
    /// The system has no descriptor left.
    pub const NFILE: Self = Self(23);
    /// No memory left for it.
    pub const NOMEM: Self = Self(12);
    /// No buffer space left for it.
    pub const NOBUFS: Self = Self(105);
    /// The peer sent a reset.
    pub const CONNRESET: Self = Self(104);

    /// The symbolic name of errno(3), where it has one that a socket or file call can give.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "EPERM",
            2 => "ENOENT",
            4 => "EINTR",
            5 => "EIO",
            6 => "ENXIO",
            9 => "EBADF",
            11 => "EAGAIN",
            12 => "ENOMEM",
            13 => "EACCES",
            14 => "EFAULT",
            16 => "EBUSY",
            17 => "EEXIST",
            18 => "EXDEV",
            19 => "ENODEV",
            20 => "ENOTDIR",
            21 => "EISDIR",
            22 => "EINVAL",
            23 => "ENFILE",
            24 => "EMFILE",
            26 => "ETXTBSY",
            27 => "EFBIG",
            28 => "ENOSPC",
            29 => "ESPIPE",
            32 => "EPIPE",
            36 => "ENAMETOOLONG",
            38 => "ENOSYS",
            40 => "ELOOP",
            71 => "EPROTO",
            75 => "EOVERFLOW",
            88 => "ENOTSOCK",
            92 => "ENOPROTOOPT",
            95 => "EOPNOTSUPP",
            97 => "EAFNOSUPPORT",
            98 => "EADDRINUSE",
            99 => "EADDRNOTAVAIL",
            100 => "ENETDOWN",
            101 => "ENETUNREACH",
            103 => "ECONNABORTED",
            104 => "ECONNRESET",
            105 => "ENOBUFS",
            107 => "ENOTCONN",
            108 => "ESHUTDOWN",
            110 => "ETIMEDOUT",
            111 => "ECONNREFUSED",
            112 => "EHOSTDOWN",
            113 => "EHOSTUNREACH",
            _ => return None,
        })
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "errno {}", self.0),
        }
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A system call's result as the kernel returns it: a value from 0, or an error number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ret(i64);

impl Ret {
    /// Success with nothing to tell.
    pub const ZERO: Self = Self(0);

    /// A success. Values over `i64::MAX` do not occur.
    #[must_use]
    pub fn ok(value: u64) -> Self {
        Self(i64::try_from(value).unwrap_or(i64::MAX))
    }

    /// A failure.
    #[must_use]
    pub fn err(errno: Errno) -> Self {
        Self(-i64::from(errno.0))
    }

    /// The result as a `Result`.
    ///
    /// # Errors
    /// The call's error number, when it failed.
    pub fn get(self) -> Result<u64, Errno> {
        match u64::try_from(self.0) {
            Ok(value) => Ok(value),
            Err(_) => Err(Errno(i32::try_from(-self.0).unwrap_or(i32::MAX))),
        }
    }

    /// Whether this is that error.
    #[must_use]
    pub fn is_err(self, errno: Errno) -> bool {
        self.get() == Err(errno)
    }
}

impl fmt::Debug for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Ok(value) => write!(f, "{value}"),
            Err(errno) => write!(f, "{errno}"),
        }
    }
}

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
    /// `SHUT_RD`: who sleeps in `recv` wakes up; nothing is sent.
    Read,
    /// `SHUT_WR`: a FIN is sent, reading goes on (half-close).
    Write,
    /// `SHUT_RDWR`.
    Both,
}

impl How {
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

/// An fd that a wait call reported, and for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ready {
    /// The descriptor.
    pub fd: Fd,
    /// The bits the kernel returned.
    pub mask: Mask,
    /// The connection it belonged to; `None` for the listener and for own plumbing.
    pub conn: Option<ConnId>,
}

/// Why a connection was closed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Why {
    /// The peer closed first, with everything answered.
    PeerClosed,
    /// The peer sent a reset, or the connection broke.
    PeerReset,
    /// The answer said `Connection: close`, and it was sent.
    Answered,
    /// The request could not be understood; an error answer was sent.
    BadRequest,
    /// Nothing came for `--idle-timeout`.
    IdleTimeout,
    /// A request's head took longer than `--header-timeout`; answered with 408.
    HeaderTimeout,
    /// A request's body took longer than `--body-timeout`.
    BodyTimeout,
    /// The peer took nothing of its answer for `--write-timeout`; reset.
    WriteTimeout,
    /// The operator dropped it (FIN).
    Dropped,
    /// The operator reset it (RST).
    Reset,
    /// There were already `--max-connections`, or `--max-per-address`; answered with 503.
    OverLimit,
    /// A file became shorter while it was sent, so the promised length could not be kept.
    CutShort,
    /// A system call on it failed in a way that leaves nothing to do.
    Failed,
    /// The server was shut down.
    Shutdown,
    /// Another server took over (`v`).
    Switched,
    /// Its fd is not below `FD_SETSIZE`, so select(2) cannot be asked about it.
    FdSetSize,
    /// The process that served it has died.
    WorkerDied,
}

impl Why {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 17] = [
        Self::PeerClosed,
        Self::PeerReset,
        Self::Answered,
        Self::BadRequest,
        Self::IdleTimeout,
        Self::HeaderTimeout,
        Self::BodyTimeout,
        Self::WriteTimeout,
        Self::Dropped,
        Self::Reset,
        Self::OverLimit,
        Self::CutShort,
        Self::Failed,
        Self::Shutdown,
        Self::Switched,
        Self::FdSetSize,
        Self::WorkerDied,
    ];

    /// Why a connection ends on which a call failed for good: `EPIPE`, `ECONNRESET`, `ETIMEDOUT`
    /// and the like are the other end's doing, or that of the way to it.
    #[must_use]
    pub fn of(errno: Errno) -> Self {
        match errno.0 {
            32 | 100..=104 | 110..=113 => Self::PeerReset,
            _ => Self::Failed,
        }
    }

    /// Whether it was the other end that ended it.
    #[must_use]
    pub fn is_the_peers(self) -> bool {
        matches!(self, Self::PeerClosed | Self::PeerReset)
    }

    /// In words, as the log and the table say it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::PeerClosed => "peer closed",
            Self::PeerReset => "peer reset",
            Self::Answered => "answered, then closed",
            Self::BadRequest => "bad request",
            Self::IdleTimeout => "idle timeout",
            Self::HeaderTimeout => "header timeout",
            Self::BodyTimeout => "body timeout",
            Self::WriteTimeout => "write timeout",
            Self::Dropped => "dropped by operator",
            Self::Reset => "reset by operator",
            Self::OverLimit => "over the connection limit",
            Self::CutShort => "file cut short",
            Self::Failed => "failed",
            Self::Shutdown => "server shut down",
            Self::Switched => "server switched",
            Self::FdSetSize => "fd over FD_SETSIZE",
            Self::WorkerDied => "worker process died",
        }
    }
}

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
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 40] = [
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

/// What happened. The fields are the arguments that matter and the result.
///
/// Calls first, then facts. For the calls on a connection, fd and [`ConnId`] are in [`Event`].
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
        /// Whose it is.
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
    /// `openat(2)` of one segment of a path, where the kernel has no `openat2`; the fd is the
    /// folder's, the segment lies beside.
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

    /// A whole request was understood. Its head (request line and headers, possibly cut at
    /// [`EventRef::HEAD_KEPT`]) lies beside the event.
    Request {
        /// Length of the method, at the start of the head.
        method: u8,
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
    /// The listener rests: `accept` failed for want of descriptors; the fd is the listener.
    Rest {
        /// `EMFILE`, `ENFILE`, `ENOBUFS` or `ENOMEM`.
        errno: Errno,
    },
    /// The listener accepts again.
    Resume,
    /// The operator changed the pace of the loop.
    Pace {
        /// To what.
        mode: super::Mode,
    },
    /// A command named a connection that is gone already.
    Missed,
    /// A handler has begun on the loop's thread: nobody else is served until it ends.
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
        to: super::ServerKind,
    },
    /// `scan` has asked every socket once.
    Round {
        /// How many were asked; one that has more to do than its turn allows is asked twice.
        asked: u32,
        /// How many of them had something to say.
        answered: u32,
        /// How long the round took.
        took: Nanos,
    },
    /// A thread, process or task was started for the connection; [`Event::by`] says which.
    Started {
        /// A thread's stack in bytes; 0 for processes and tasks.
        stack: u64,
    },
    /// The connection's thread, process or task has ended; [`Event::by`] says which.
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
            Self::Switched { .. } => Kind::Switched,
            Self::Round { .. } => Kind::Round,
            Self::Started { .. } => Kind::Started,
            Self::Ended => Kind::Ended,
            Self::Parked { .. } => Kind::Parked,
            Self::Woken => Kind::Woken,
            Self::Queued { .. } => Kind::Queued,
            Self::Typed => Kind::Typed,
        }
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
            | Self::Open { ret }
            | Self::Stat { ret }
            | Self::Read { ret, .. }
            | Self::Openat { ret }
            | Self::Getdents { ret }
            | Self::Select { ret, .. }
            | Self::Poll { ret, .. }
            | Self::Nap { ret, .. }
            | Self::Input { ret }
            | Self::Wait4 { ret }
            | Self::EpollCreate { ret } => Some(ret),
            _ => None,
        }
    }
}

/// Who made a call or drew a conclusion: the server's own thread, another thread of this process,
/// or another process, whose fd numbers are its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct By(i32);

impl By {
    /// The server's own thread.
    pub const LOOP: Self = Self(0);

    /// Another thread, by its number (gettid(2)).
    #[must_use]
    pub fn thread(tid: i32) -> Self {
        Self(tid)
    }

    /// Another process, by its number (getpid(2)).
    #[must_use]
    pub fn process(pid: i32) -> Self {
        Self(-pid)
    }

    /// The thread's number, if it was another thread of this process.
    #[must_use]
    pub fn tid(self) -> Option<i32> {
        (self.0 > 0).then_some(self.0)
    }

    /// The process's number, if it was another process.
    #[must_use]
    pub fn pid(self) -> Option<i32> {
        (self.0 < 0).then_some(-self.0)
    }
}

/// One thing that the server did or concluded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// Its place in the order of all events of this server, from 1. A gap is a loss.
    pub seq: u64,
    /// When. The clock is read once a wake-up and again every few calls within a long one, and at
    /// every call while the loop is paced; between readings events share a time.
    pub time: Nanos,
    /// The descriptor it was about; -1 where there is none.
    pub fd: Fd,
    /// Whether it belongs to the program's own plumbing (its waker) and not to the lesson.
    pub own: bool,
    /// The connection, where there is one.
    pub conn: Option<ConnId>,
    /// What happened.
    pub what: What,
    /// Who did it.
    pub by: By,
    /// Where its payload lies, in the batch's bytes or ready list.
    pub(super) start: u32,
    /// Its payload's length in bytes or entries.
    pub(super) len: u16,
}

impl Event {
    /// An event without a payload, for what is recorded or made up; the publisher makes its own.
    /// [`super::Batch::push`] joins a payload to it.
    #[must_use]
    pub fn new(seq: u64, time: Nanos, fd: Fd, conn: Option<ConnId>, what: What) -> Self {
        Self { seq, time, fd, own: false, conn, what, by: By::LOOP, start: 0, len: 0 }
    }
}

/// An event with its payload.
#[derive(Clone, Copy, Debug)]
pub struct EventRef<'a> {
    /// The event.
    pub event: &'a Event,
    /// The head of a request, or a path; empty for other kinds.
    pub bytes: &'a [u8],
    /// The ready list of a wait call; empty for other kinds.
    pub ready: &'a [Ready],
}

impl<'a> EventRef<'a> {
    /// How much of a request's head is kept, in bytes; the request line is always kept whole.
    pub const HEAD_KEPT: usize = 1024;

    /// A request's method and target; `None` for other kinds.
    #[must_use]
    pub fn request_line(&self) -> Option<(&'a [u8], &'a [u8])> {
        let What::Request { method, target, .. } = self.event.what else {
            return None;
        };
        let (method, target) = (usize::from(method), usize::from(target));
        let rest = self.bytes.get(method + 1..)?;
        Some((self.bytes.get(..method)?, rest.get(..target)?))
    }

    /// A copy that outlives the batch.
    #[must_use]
    pub fn to_owned(&self) -> OwnedEvent {
        OwnedEvent { event: *self.event, bytes: self.bytes.into(), ready: self.ready.into() }
    }
}

/// An event that owns its payload.
#[derive(Clone, Debug)]
pub struct OwnedEvent {
    /// The event.
    pub event: Event,
    /// See [`EventRef::bytes`].
    pub bytes: Box<[u8]>,
    /// See [`EventRef::ready`].
    pub ready: Box<[Ready]>,
}

impl OwnedEvent {
    /// The event and its payload, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> EventRef<'_> {
        EventRef { event: &self.event, bytes: &self.bytes, ready: &self.ready }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_reasons_are_numbered_by_their_place() {
        for (i, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, i);
        }
        for (i, why) in Why::ALL.into_iter().enumerate() {
            assert_eq!(why as usize, i);
        }
        assert!(Kind::EpollCreate.is_call() && !Kind::Request.is_call());
    }

    #[test]
    fn a_result_keeps_the_kernels_meaning() {
        assert_eq!(Ret::ok(84).get(), Ok(84));
        assert_eq!(Ret::err(Errno::AGAIN).get(), Err(Errno::AGAIN));
        assert_eq!(format!("{:?} {:?}", Ret::err(Errno::AGAIN), Ret::ok(3)), "EAGAIN 3");
        assert_eq!(Errno(9999).to_string(), "errno 9999");
    }

    #[test]
    fn an_event_stays_small() {
        // The hot path writes one of these for each call.
        assert!(size_of::<Event>() <= 72, "{}", size_of::<Event>());
    }
}
