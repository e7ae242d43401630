//! Who says which fds are ready. One file for each way of asking the kernel.

mod epoll_et;

use std::io;
use std::time::Duration;

pub(super) use epoll_et::EpollEt;

use super::Config;
use crate::telemetry::{CtlOp, Errno, Fd, Kind, Mask, Nanos, Ret, ServerKind, What};

/// What an fd was put on the interest list with, and what comes back with each of its events: the
/// fd, and a mark that tells an event of an earlier holder of the same number from one of the
/// present holder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tag {
    pub(super) fd: Fd,
    pub(super) mark: u32,
}

/// What the loop wants to hear of an fd.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wish {
    /// That there is input.
    pub(super) input: bool,
    /// That there is room to write.
    pub(super) room: bool,
}

impl Wish {
    pub(super) const INPUT: Self = Self { input: true, room: false };
}

/// A way of asking which fds are ready.
pub(super) trait Selector: Sized {
    /// Its name.
    const SERVER: ServerKind;
    /// The call that waits: before it the loop's turn ends.
    const WAIT: Kind;

    fn new(config: &Config) -> io::Result<Self>;

    /// Its own descriptor, where it has one.
    fn fd(&self) -> Option<Fd> {
        None
    }

    /// The mask that a wish is put into.
    fn mask(&self, wish: Wish) -> Mask;

    /// Watches an fd for `to` from now on, where it was watched for `from` before; an empty mask
    /// is not to be watched. Returns the call that was made, if one was needed.
    ///
    /// # Errors
    /// The fd cannot be watched.
    fn watch(&mut self, tag: Tag, from: Mask, to: Mask) -> Result<Option<Ctl>, Unwatched>;

    /// An fd was closed. The kernel takes it off its own list by itself.
    fn forget(&mut self, _: Tag) {}

    /// Whether an event is told once only, until the fd is watched again.
    fn is_oneshot(&self) -> bool {
        false
    }

    /// Sleeps until something is ready, but not for longer than `timeout`; returns how many are.
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize>;

    /// The fds that the last wait found ready.
    fn ready(&self) -> impl Iterator<Item = (Tag, Mask)> + '_;

    /// The call that [`Selector::wait`] made; `None` where it made none.
    fn told(&self, ret: Ret, waited: Nanos) -> Option<What>;
}

/// An `epoll_ctl(2)` that was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ctl {
    pub(super) op: CtlOp,
    pub(super) ret: Ret,
}

/// Why an fd cannot be watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unwatched {
    /// The call failed.
    Failed(CtlOp, Errno),
    /// There is no place in the list for so high a number.
    TooHigh,
}

/// What the floor needs of whoever watches its fds: of a selector everything but the waiting, and
/// also of a runtime, which waits by itself.
pub(super) trait Watcher {
    /// See [`Selector::SERVER`].
    const SERVER: ServerKind;
    /// See [`Selector::WAIT`].
    const WAIT: Kind;

    /// See [`Selector::fd`].
    fn fd(&self) -> Option<Fd>;
    /// See [`Selector::mask`].
    fn mask(&self, wish: Wish) -> Mask;
    /// See [`Selector::watch`].
    fn watch(&mut self, tag: Tag, from: Mask, to: Mask) -> Result<Option<Ctl>, Unwatched>;
    /// See [`Selector::forget`].
    fn forget(&mut self, tag: Tag);
    /// See [`Selector::is_oneshot`].
    fn is_oneshot(&self) -> bool;
}

impl<S: Selector> Watcher for S {
    const SERVER: ServerKind = S::SERVER;
    const WAIT: Kind = S::WAIT;

    fn fd(&self) -> Option<Fd> {
        Selector::fd(self)
    }

    fn mask(&self, wish: Wish) -> Mask {
        Selector::mask(self, wish)
    }

    fn watch(&mut self, tag: Tag, from: Mask, to: Mask) -> Result<Option<Ctl>, Unwatched> {
        Selector::watch(self, tag, from, to)
    }

    fn forget(&mut self, tag: Tag) {
        Selector::forget(self, tag);
    }

    fn is_oneshot(&self) -> bool {
        Selector::is_oneshot(self)
    }
}
