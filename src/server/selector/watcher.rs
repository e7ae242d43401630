//! What the floor needs of whoever watches its fds: of a selector everything but the waiting, and
//! of the coroutines' runtime, which waits by itself, the same.

use super::{Ctl, Selector, Tag, Trigger, Unwatched, Wish};
use crate::telemetry::{Fd, Kind, Mask, ServerKind};

/// See [`Selector`], whose methods these are.
pub(in crate::server) trait Watcher {
    const SERVER: ServerKind;
    const WAIT: Kind;
    const ASKS: bool = false;

    fn fd(&self) -> Option<Fd>;
    fn trigger(&self) -> Trigger;
    fn mask(&self, wish: Wish) -> Mask;
    fn watch(&mut self, tag: Tag, from: Mask, to: Mask) -> Result<Option<Ctl>, Unwatched>;
    fn forget(&mut self, tag: Tag);
}

impl<S: Selector> Watcher for S {
    const SERVER: ServerKind = S::SERVER;
    const WAIT: Kind = S::WAIT;
    const ASKS: bool = S::ASKS;

    fn fd(&self) -> Option<Fd> {
        Selector::fd(self)
    }

    #[inline]
    fn trigger(&self) -> Trigger {
        Selector::trigger(self)
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
}
