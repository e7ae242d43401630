//! The calls that are made on files to find an answer.

use super::Witness;
use crate::http::{self, FileCall, FileKind};
use crate::telemetry::{Errno, Fd, Kind, Ret, What};

/// Takes them through the gate, and tells them.
pub(super) struct Files<'w, W>(pub(super) &'w mut W);

impl<W: Witness> http::Watch for Files<'_, W> {
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
            FileCall::Open { dirfd, path, ret: result } => {
                (dirfd, What::Open { ret: ret(result.map(i64::from)) }, path)
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
