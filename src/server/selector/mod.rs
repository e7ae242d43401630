//! Who says which fds are ready. One file for each way of asking the kernel.

mod epoll_et;

pub(super) use epoll_et::EpollEt;

use crate::telemetry::Fd;

/// What an fd was put on the interest list with, and what comes back with each of its events: the
/// fd, and a mark that tells an event of an earlier holder of the same number from one of the
/// present holder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tag {
    pub(super) fd: Fd,
    pub(super) mark: u32,
}
