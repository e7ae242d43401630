//! A round of questions: what `scan` makes of a turn, since nobody tells it who is ready.

use super::Reactor;
use crate::server::ret;
use crate::server::selector::{Selector, peek};
use crate::telemetry::{Fd, Kind, What};

/// Whom this round has asked, and who had something to say.
#[derive(Clone, Copy, Default)]
pub(super) struct Round {
    asked: u32,
    answered: u32,
}

impl<S: Selector> Reactor<S> {
    /// Serves; and where nobody has said that there is anything to serve, counts whether there
    /// was: an answer is whatever is not EAGAIN.
    #[inline]
    pub(super) fn ask(&mut self, serve: impl FnOnce(&mut Self)) {
        if S::KNOWS_READY {
            return serve(self);
        }
        let before = self.made();
        serve(self);
        let after = self.made();
        let (calls, again) = (after.0 - before.0, after.1 - before.1);
        self.round.asked += u32::from(calls > 0);
        self.round.answered += u32::from(calls > again);
    }

    /// Asks an fd that was closed and is still on the list of `scan`, unless its number was given
    /// to a connection again: `--mistake forget-unregister`.
    pub(super) fn ask_closed(&mut self, fd: Fd) {
        let state = &mut self.state;
        if state.table.at(fd).is_none() && state.gate(Kind::Recv, fd, None).is_ok() {
            state.publisher.call(fd, None, What::Recv { ret: ret(peek(fd)) });
        }
    }

    /// Calls made so far, and those of them that ended in EAGAIN.
    fn made(&self) -> (u64, u64) {
        let counters = &self.state.publisher.counters;
        (counters.calls_all(), counters.again)
    }

    /// Tells the round that ends here.
    pub(super) fn record_round(&mut self) {
        let Round { asked, answered } = std::mem::take(&mut self.round);
        let publisher = &mut self.state.publisher;
        let took = publisher.read_clock().saturating_sub(self.state.woke);
        publisher.counters.ready += u64::from(answered);
        publisher.fact(-1, None, What::Round { asked, answered, took }, &[]);
        self.served = Some(answered);
    }
}
