//! A round of questions: what `scan` makes of a turn, since nothing reports which fds are ready.

use super::Reactor;
use crate::server::mistake::Mistake;
use crate::server::selector::Selector;
use crate::telemetry::Fd;

impl<S: Selector> Reactor<S> {
    /// A round begins: its calls are counted from here.
    #[inline]
    pub(super) fn begin_round(&mut self) {
        if !S::KNOWS_READY {
            self.state.begin_question(&mut self.tally);
        }
    }

    /// An fd was served; where it was not known to be ready, counts whether it was.
    #[inline]
    pub(super) fn end_question(&mut self) {
        if !S::KNOWS_READY {
            self.state.end_question(&mut self.tally);
        }
    }

    /// The round ends here.
    #[inline]
    pub(super) fn end_round(&mut self) {
        if !S::KNOWS_READY {
            self.state.record_round(&mut self.tally);
        }
    }

    /// Asks an fd that was closed and is still on the list of `scan`, unless its number was given
    /// to a connection again: `--mistake forget-unregister`. Elsewhere such an event is ignored.
    pub(super) fn ask_closed(&mut self, fd: Fd) {
        let state = &mut self.state;
        let forgets = state.config.makes(Mistake::ForgetUnregister);
        if !S::KNOWS_READY && forgets && state.table.at(fd).is_none() {
            // When the server ends, it need not be asked.
            let _ = state.recv_closed(fd);
        }
    }
}
