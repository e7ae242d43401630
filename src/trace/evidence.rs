//! Which of the nine ways a program goes, concluded from its calls, and from nothing else.

use crate::telemetry::{Errno, Fd, Kind, Mask, Ret, ServerKind};

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
        match kind {
            Kind::EpollWait => self.epoll = true,
            Kind::Poll => self.poll = true,
            Kind::Select => self.select = true,
            Kind::Accept => self.accepts = true,
            _ => {}
        }
    }

    /// A descriptor of a connection or of the listener is watched for that.
    pub(super) fn watched(&mut self, mask: Mask) {
        self.edge |= mask.has(Mask::ET);
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

/// The descriptors on an epoll's interest list, and the data by which it tells of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Interests(Vec<(Fd, u64)>);

impl Interests {
    pub(super) fn watch(&mut self, fd: Fd, data: u64) {
        self.forget(fd);
        self.0.push((fd, data));
    }

    pub(super) fn forget(&mut self, fd: Fd) {
        self.0.retain(|(other, _)| *other != fd);
    }

    /// The descriptor that the data stands for; -1 where it is none, or more than one.
    pub(super) fn fd(&self, data: u64) -> Fd {
        let mut found = self.0.iter().filter(|(_, other)| *other == data);
        match (found.next(), found.next()) {
            (Some((fd, _)), None) => *fd,
            _ => -1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_known_by_the_calls() {
        let mut seen = Evidence::default();
        assert_eq!(seen.server(), None);
        seen.before(Kind::Accept);
        assert_eq!(seen.server(), Some(ServerKind::Blocking));
        seen.used((1, 1), (1, 1), Ret::err(Errno::AGAIN));
        assert_eq!(seen.server(), Some(ServerKind::Scan));
        seen.before(Kind::Select);
        assert_eq!(seen.server(), Some(ServerKind::Select));
        seen.used((1, 1), (2, 1), Ret::ZERO);
        assert_eq!(seen.server(), Some(ServerKind::Threads));
        seen.used((1, 1), (3, 3), Ret::ZERO);
        assert_eq!(seen.server(), Some(ServerKind::Processes));
        seen.before(Kind::EpollWait);
        assert_eq!(seen.server(), Some(ServerKind::Epoll));
        seen.watched(Mask::IN.with(Mask::ET));
        assert_eq!(seen.server(), Some(ServerKind::EpollEt));
    }

    #[test]
    fn data_that_stands_for_two_is_known_of_neither() {
        let mut list = Interests::default();
        list.watch(7, 70);
        list.watch(8, 80);
        assert_eq!((list.fd(70), list.fd(80), list.fd(9)), (7, 8, -1));
        list.watch(9, 70);
        assert_eq!(list.fd(70), -1);
        list.watch(9, 90);
        list.forget(8);
        assert_eq!((list.fd(70), list.fd(90), list.fd(80)), (7, 9, -1));
    }
}
