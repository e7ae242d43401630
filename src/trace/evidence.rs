//! Which of the nine ways a program goes, concluded from its calls, and from nothing else.

use crate::telemetry::{Errno, Kind, Mask, Ret, ServerKind};

/// What its calls have shown so far.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is seen or not, whatever the others are")]
pub(super) struct Evidence {
    epoll: bool,
    edge: bool,
    poll: bool,
    select: bool,
    accepts: bool,
    /// A connection was used by another thread than that which accepted it, or by another process.
    threads: bool,
    processes: bool,
    /// Asked a connection that had nothing to say, and has never waited in a call for many.
    asked_in_vain: bool,
}

impl Evidence {
    /// A thread stands before a call.
    pub(super) fn before(&mut self, kind: Kind) {
        self.accepts |= kind == Kind::Accept;
    }

    /// A connection or the listener is watched, by a list that is handed over or that the kernel keeps.
    /// What is watched beside them says nothing: a blocking server polls too, to look a name up.
    pub(super) fn watched(&mut self, by: Kind, mask: Mask) {
        self.epoll |= by == Kind::EpollCtl;
        self.edge |= mask.has(Mask::ET);
        self.poll |= by == Kind::Poll;
        self.select |= by == Kind::Select;
    }

    /// A connection was used: by whom it was accepted, and by whom it is used.
    pub(super) fn used(&mut self, accepted: (i32, i32), user: (i32, i32), ret: Ret) {
        let ((_, pid), (_, users)) = (accepted, user);
        self.processes |= pid != users;
        self.threads |= pid == users && accepted != user;
        self.asked_in_vain |= ret.is_err(Errno::AGAIN);
    }

    /// The server that goes the same way; `None` as long as it is not known.
    pub(super) fn server(self) -> Option<ServerKind> {
        Some(match self {
            Self { epoll: true, edge: true, .. } => ServerKind::EpollEt,
            Self { epoll: true, .. } => ServerKind::Epoll,
            Self { processes: true, .. } => ServerKind::Processes,
            Self { threads: true, .. } => ServerKind::Threads,
            Self { poll: true, .. } => ServerKind::Poll,
            Self { select: true, .. } => ServerKind::Select,
            Self { asked_in_vain: true, .. } => ServerKind::Scan,
            Self { accepts: true, .. } => ServerKind::Blocking,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_known_by_the_calls() {
        let mut seen = Evidence::default();
        seen.before(Kind::Poll);
        assert_eq!(seen.server(), None, "of something else");
        seen.before(Kind::Accept);
        assert_eq!(seen.server(), Some(ServerKind::Blocking));
        seen.used((1, 1), (1, 1), Ret::err(Errno::AGAIN));
        assert_eq!(seen.server(), Some(ServerKind::Scan));
        seen.watched(Kind::Select, Mask::IN);
        assert_eq!(seen.server(), Some(ServerKind::Select));
        seen.used((1, 1), (2, 1), Ret::ZERO);
        assert_eq!(seen.server(), Some(ServerKind::Threads));
        seen.used((1, 1), (3, 3), Ret::ZERO);
        assert_eq!(seen.server(), Some(ServerKind::Processes));
        seen.watched(Kind::EpollCtl, Mask::IN);
        assert_eq!(seen.server(), Some(ServerKind::Epoll));
        seen.watched(Kind::EpollCtl, Mask::IN.with(Mask::ET));
        assert_eq!(seen.server(), Some(ServerKind::EpollEt));
    }
}
