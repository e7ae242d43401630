//! What follows from a wait call that failed, or cannot report the
//! waker.

use std::io;

use super::Reactor;
use crate::server::selector::Selector;
use crate::telemetry::Mistake;

impl<S: Selector> Reactor<S> {
    /// Looks at what the wait call returned, where it returned no list.
    pub(super) fn after_wait(&mut self, result: io::Result<usize>) -> io::Result<()> {
        let Self { state, responder, input, .. } = self;
        responder.read_date(state.woke);
        if std::mem::take(&mut state.retuned) {
            *input = vec![0; state.config.recv_size()].into();
            responder.config.mistake = state.config.mistake;
        }
        let mut deaf = !S::KNOWS_READY;
        match result {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A closed fd among them spoils the answer for all, the
            // waker too.
            Err(_) if state.config.makes(Mistake::ForgetUnregister) => {
                deaf = true;
            }
            Err(error) => return Err(error),
        }
        if deaf {
            state.run_commands();
        }
        state.begin_round();
        Ok(())
    }
}
