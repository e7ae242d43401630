//! Why a connection ends: each reason with its words.

use super::Errno;

/// Why a connection was closed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
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
        match errno {
            Errno::PIPE
            | Errno::NETDOWN
            | Errno::NETUNREACH
            | Errno::NETRESET
            | Errno::CONNABORTED
            | Errno::CONNRESET
            | Errno::TIMEDOUT
            | Errno::CONNREFUSED
            | Errno::HOSTDOWN
            | Errno::HOSTUNREACH => Self::PeerReset,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_numbered_by_their_place() {
        for (i, why) in Why::ALL.into_iter().enumerate() {
            assert_eq!(why as usize, i);
        }
    }
}
