//! What the loop's state needs of what watches its fds: a selector, or
//! the coroutines' runtime, which waits by itself.

use std::time::Duration;

use super::interest::{Interest, Token, Watched};
use crate::telemetry::{Fd, Kind, Mask, ServerKind, Trigger};

/// A list of fds that are watched.
pub(in crate::server) trait Watcher {
    /// The server's name.
    const SERVER: ServerKind;
    /// The call that waits: before it the loop's turn ends.
    const WAIT: Kind;
    /// Whether its wait reports which fds are ready. If not, every fd
    /// that it watches is to be asked in each turn, and most have
    /// nothing to say. It watches no waker.
    const KNOWS_READY: bool = true;

    /// Its own descriptor, where it has one.
    fn fd(&self) -> Option<Fd> {
        None
    }

    /// When an fd is reported.
    #[inline]
    fn trigger(&self) -> Trigger {
        Trigger::Level
    }

    /// Another trigger, where it has one; returns whether it has.
    fn set_trigger(&mut self, _: Trigger) -> bool {
        false
    }

    /// Another nap between two rounds, where there are naps.
    fn set_nap(&mut self, _: Duration) {}

    /// The mask that a wish is put into.
    fn mask(&self, interest: Interest) -> Mask;

    /// Watches an fd for `to` from now on, where it was watched for
    /// `from` before; an empty mask is not to be watched. Returns the
    /// call that was made, if one was needed: none where both are
    /// empty.
    ///
    /// # Errors
    /// The fd cannot be watched.
    fn watch(&mut self, token: Token, from: Mask, to: Mask) -> Watched;

    /// An fd was closed. The kernel takes it off its own list by
    /// itself; from ours it is taken here.
    fn forget(&mut self, token: Token) {
        // Nothing can fail when an entry is taken off.
        let _ = self.watch(token, Mask::NONE, Mask::NONE);
    }
}
