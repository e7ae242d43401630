//! The single calls of a connection: each is made when the runtime
//! holds the socket ready, and published.

use std::time::Duration;

use tokio::time::sleep;

use super::task::{Leave, Task};
use super::tasks::TaskState;
use crate::server::connection::LINGER;
use crate::telemetry::{Errno, Kind, Mask, Why};

impl Task {
    /// One `recv`; `None` when it brought nothing.
    #[track_caller]
    pub(super) fn try_recv(&mut self) -> Result<Option<usize>, Leave> {
        let Self { client, .. } = *self;
        let mut shared = self.shared.borrow_mut();
        let TaskState { state, input, .. } = &mut *shared;
        let (result, connection) = state.recv(client, input)?;
        self.budget.spend(result);
        match result {
            Ok(received) => {
                connection.row.half_closed |= received == 0;
                // After a short read there is nothing left: what comes
                // later comes with an event.
                if received < input.len() {
                    state.selector.spent(client.fd, Mask::IN);
                }
                Ok(Some(received))
            }
            Err(Errno::AGAIN) => {
                state.selector.spent(client.fd, Mask::IN);
                Ok(None)
            }
            Err(Errno::INTR) => Ok(None),
            Err(errno) => Err(state.broken(client, errno).into()),
        }
    }

    /// Answers what was kept and the `fresh` bytes just received.
    pub(super) fn answer(&mut self, fresh: usize) -> Result<(), Leave> {
        let Self { client, .. } = *self;
        let mut shared = self.shared.borrow_mut();
        let TaskState { state, responder, input, .. } = &mut *shared;
        responder.read_date(state.publisher.now());
        state.answer(responder, client, &input[..fresh])?;
        Ok(())
    }

    /// Answers with an error before any request was read.
    pub(super) fn refuse(&mut self, status: u16, why: Why) {
        let Self { client, .. } = *self;
        let mut shared = self.shared.borrow_mut();
        let TaskState { state, responder, .. } = &mut *shared;
        responder.read_date(state.publisher.now());
        // Who is gone needs no answer.
        let _ = state.refuse(responder, client, status, why);
    }

    /// Offers the next piece of the output to the kernel, by the call
    /// that [`Task::next_send`] said.
    #[track_caller]
    pub(super) fn try_send(&mut self, call: Kind) -> Result<(), Leave> {
        let Self { client, .. } = *self;
        let mut shared = self.shared.borrow_mut();
        let TaskState { state, responder, .. } = &mut *shared;
        let most = self.budget.bytes();
        let (result, connection) = state.send(call, client, most)?;
        self.budget.spend(result);
        match result {
            Ok(0) => Err(state.close(client, Why::CutShort).into()),
            Ok(_) => {
                let output = &mut connection.session.output;
                let sent = output.take_sent(&mut responder.output);
                state.close_file(sent);
                Ok(())
            }
            Err(Errno::INTR) => Ok(()),
            Err(Errno::AGAIN) => {
                connection.session.output.bytes.shrink_to_fit();
                state.selector.spent(client.fd, Mask::OUT);
                Ok(())
            }
            Err(errno) => Err(state.broken(client, errno).into()),
        }
    }

    /// Shuts our half, and sets a limit for what the peer may still
    /// say.
    #[track_caller]
    pub(super) fn half_close(&mut self) -> Result<(), Leave> {
        self.budget.spend(Ok(0));
        self.shared().state.half_close(self.client)?;
        let until = sleep(Duration::from_nanos(LINGER));
        self.limit = Some(Box::pin(until));
        Ok(())
    }
}
