//! The interest list: what an fd is watched for, when it is reported,
//! and what came of watching it.

use crate::telemetry::{CtlOp, Errno, Fd, Mask, Ret, Trigger, Why};

/// What an fd is put on the interest list with, and what comes back
/// with each of its events: the fd, and the generation, by which an
/// event of an earlier connection with the same fd is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct Token {
    pub(in crate::server) fd: Fd,
    pub(in crate::server) generation: u32,
}

impl Token {
    /// Both halves travel through the kernel in the 64 bits of
    /// `epoll_data`.
    pub(super) fn to_data(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.fd.cast_unsigned())
    }

    #[expect(clippy::cast_possible_truncation, reason = "the two halves are taken apart")]
    pub(super) fn from_data(data: u64) -> Self {
        Self { fd: (data as u32).cast_signed(), generation: (data >> 32) as u32 }
    }
}

/// What the loop waits for on an fd.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct Interest {
    /// That there is input.
    pub(in crate::server) read: bool,
    /// That there is room to write.
    pub(in crate::server) write: bool,
}

impl Interest {
    pub(in crate::server) const READ: Self = Self { read: true, write: false };

    /// As a mask of epoll(7).
    pub(super) fn mask(self, trigger: Trigger) -> Mask {
        match (trigger, self.level()) {
            // Input that is not read now is reported once, and cannot
            // disturb.
            (Trigger::Edge, _) => Self { read: true, ..self }.level().with(Mask::ET),
            (_, Mask::NONE) => Mask::NONE,
            (Trigger::Level, mask) => mask,
            (Trigger::Oneshot, mask) => mask.with(Mask::ONESHOT),
        }
    }

    /// As a mask whose bits are reported with every wait: it has only
    /// those that are of use now.
    pub(super) fn level(self) -> Mask {
        let input = if self.read { Mask::IN.with(Mask::RDHUP) } else { Mask::NONE };
        if self.write { input.with(Mask::OUT) } else { input }
    }
}

/// An `epoll_ctl(2)` that was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct Ctl {
    pub(in crate::server) op: CtlOp,
    pub(in crate::server) ret: Ret,
}

impl Ctl {
    /// What has to be done so that an fd that was watched for `from` is
    /// watched for `to`; `None` when nothing has.
    pub(in crate::server) fn op(from: Mask, to: Mask) -> Option<CtlOp> {
        match (from, to) {
            (Mask::NONE, Mask::NONE) => None,
            (_, Mask::NONE) => Some(CtlOp::Del),
            (Mask::NONE, _) => Some(CtlOp::Add),
            _ => Some(CtlOp::Mod),
        }
    }

    /// The call as it was made, or why the fd cannot be watched.
    pub(super) fn made(op: CtlOp, ret: Ret) -> Watched {
        match ret.get() {
            Ok(_) => Ok(Some(Self { op, ret })),
            Err(errno) => Err(RegisterError::Failed(op, errno)),
        }
    }
}

/// What came of watching an fd: the call that was made, if one was
/// needed.
pub(in crate::server) type Watched = Result<Option<Ctl>, RegisterError>;

/// Why an fd cannot be watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) enum RegisterError {
    /// The call failed.
    Failed(CtlOp, Errno),
    /// There is no place in the list for so high a number.
    TooHigh,
}

impl RegisterError {
    /// The call that failed.
    pub(in crate::server) fn call(self) -> Option<Ctl> {
        match self {
            Self::Failed(op, errno) => Some(Ctl { op, ret: Ret::err(errno) }),
            Self::TooHigh => None,
        }
    }

    /// Why its connection is closed.
    pub(in crate::server) fn why(self) -> Why {
        match self {
            Self::Failed(..) => Why::Failed,
            Self::TooHigh => Why::FdSetSize,
        }
    }
}
