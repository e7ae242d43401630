//! The wait call of each selector as it is published, with what it
//! costs.

use rustix::event::FdSetIter;

use super::{Epoll, EpollEt, Poll, Scan, Select, Selector, Watcher};
use crate::telemetry::{Nanos, Ret, What};

/// Bytes of a `struct pollfd`: all of it is copied in, and its
/// `revents` out.
const POLLFD: u32 = 8;
const REVENTS: u32 = 2;

/// A selector's wait as it is published.
pub(in crate::server) trait WaitEvent: Watcher {
    /// The call that [`Selector::wait`] made: `epoll_wait(2)`, if it is
    /// not said otherwise; `None` where it made none.
    fn wait_event(&self, ret: Ret, waited: Nanos) -> Option<What> {
        Some(What::EpollWait { ret, waited })
    }
}

impl WaitEvent for Epoll {}
impl WaitEvent for EpollEt {}

impl WaitEvent for Poll {
    fn wait_event(&self, ret: Ret, waited: Nanos) -> Option<What> {
        let examined = self.list.len().try_into().unwrap_or(u32::MAX);
        let copied = examined.saturating_mul(POLLFD + REVENTS);
        Some(What::Poll { ret, examined, copied, waited })
    }
}

impl WaitEvent for Select {
    /// The kernel copies whole words of each set up to the highest fd,
    /// in, and after a success out again.
    fn wait_event(&self, ret: Ret, waited: Nanos) -> Option<What> {
        let watched = |set| FdSetIter::new(set).count();
        let examined = watched(&self.input) + watched(&self.room);
        let examined = examined.try_into().unwrap_or(u32::MAX);
        let copies = if ret.get().is_ok() { 4 } else { 2 };
        let words = self.nfds().unsigned_abs().div_ceil(64);
        let copied = copies * words * 8;
        Some(What::Select { ret, examined, copied, waited })
    }
}

impl WaitEvent for Scan {
    fn wait_event(&self, ret: Ret, waited: Nanos) -> Option<What> {
        let ret = if ret.get().is_ok() { Ret::ZERO } else { ret };
        self.sleeps().then_some(What::Nap { ret, waited })
    }
}
