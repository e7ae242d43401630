//! The server around a responder: it publishes what the responder does, and holds its calls at the
//! gate.

use std::time::Duration;

use crate::class::{Answer, Ask};
use crate::http::{self, FileCall, FileKind};
use crate::telemetry::{Counters, Errno, Fd, Kind, Nanos, Ret, What};

/// What answering needs of the server around it: a publisher, and a gate for its calls.
pub(in crate::server) trait Host {
    /// The clock's last reading.
    fn now(&self) -> Nanos;
    /// Whether there is a reader; if not, long texts need not be made.
    fn has_reader(&self) -> bool;
    /// The gate, before a call on a file.
    #[track_caller]
    fn gate(&mut self, kind: Kind, fd: Fd);
    /// A call on a file was made.
    #[track_caller]
    fn call(&mut self, fd: Fd, what: What, bytes: &[u8]);
    /// A conclusion about the connection.
    fn fact(&mut self, what: What, bytes: &[u8]);
    /// The totals, and the server's time at which they were so.
    fn counters(&mut self) -> (Counters, Nanos);
    /// What the class answers, and publishes what has happened in it.
    fn class(&mut self, ask: &Ask<'_>) -> Answer;
    /// Whether a handler may run here and now. If not, the server says so later.
    fn may_handle(&mut self) -> bool {
        true
    }
    /// Runs a handler that takes that long, and publishes it. Returns how long it took: the end of
    /// the server ends it early.
    fn handle(&mut self, route: &'static str, time: Duration) -> Duration;
    /// Whether handlers have threads of their own.
    fn has_pool(&self) -> bool {
        false
    }
    /// Puts a handler into the pool's queue, and publishes it. Only where there is a pool.
    fn offload(&mut self, _route: &'static str, _time: Duration) {}
    /// What became of the others while a handler ran.
    fn meanwhile(&self) -> &'static str {
        "Nobody else was served meanwhile."
    }
}

/// Takes the calls that are made on files to find an answer through the gate, and publishes them.
pub(super) struct Files<'w, W>(pub(super) &'w mut W);

impl<W: Host> http::Watch for Files<'_, W> {
    fn before(&mut self, call: FileKind, fd: Fd) {
        let kind = match call {
            FileKind::Open => Kind::Open,
            FileKind::OpenAt => Kind::Openat,
            FileKind::Stat => Kind::Stat,
            FileKind::Read => Kind::Read,
            FileKind::List => Kind::Getdents,
            FileKind::Close => Kind::Close,
        };
        self.0.gate(kind, fd);
    }

    fn after(&mut self, call: FileCall<'_>) {
        let ret = |result: Result<i64, i32>| match result {
            Ok(value) => Ret::ok(value.unsigned_abs()),
            Err(errno) => Ret::err(Errno(errno)),
        };
        let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let (fd, what, path): (_, _, &[u8]) = match call {
            FileCall::Open { dirfd, path, look, ret: result } => {
                (dirfd, What::Open { look, ret: ret(result.map(i64::from)) }, path)
            }
            FileCall::OpenAt { dirfd, path, ret: result } => {
                (dirfd, What::Openat { ret: ret(result.map(i64::from)) }, path)
            }
            FileCall::List { fd, ret: result } => {
                (fd, What::Getdents { ret: ret(result.map(size)) }, &[])
            }
            FileCall::Stat { fd, ret: result } => {
                (fd, What::Stat { ret: ret(result.map(|()| 0)) }, &[])
            }
            FileCall::Read { fd, offset, ret: result } => {
                (fd, What::Read { offset, ret: ret(result.map(size)) }, &[])
            }
            FileCall::Close { fd } => (fd, What::Close, &[]),
        };
        self.0.call(fd, what, path);
    }
}
