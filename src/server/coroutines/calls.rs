//! The single calls of a connection: each is made when the runtime holds the socket ready, and
//! told.

use std::time::Duration;

use rustix::net::RecvFlags;
use tokio::time::sleep;

use super::client::{Client, Leave};
use super::runtime::Registered;
use super::tasks::TaskState;
use crate::server::connection::LINGER;
use crate::server::loop_state::{LoopState, moved};
use crate::server::responder::Responder;
use crate::telemetry::{ConnId, Errno, Fd, Kind, Mask, Ret, Why};

impl Client {
    /// One `recv`; `None` when it brought nothing.
    #[track_caller]
    pub(super) fn try_recv(&mut self) -> Result<Option<usize>, Leave> {
        let Self { fd, id, .. } = *self;
        let TaskState { state, input, .. } = &mut *self.shared.borrow_mut();
        let (result, connection) = state.recv(fd, id, input, RecvFlags::DONTWAIT)?;
        self.budget.spend(result.unwrap_or(0) as u64);
        match result {
            Ok(received) => {
                connection.row.half_closed |= received == 0;
                // After a short read there is nothing left: what comes later comes with an event.
                if received < input.len() {
                    state.selector.spent(fd, Mask::IN);
                }
                Ok(Some(received))
            }
            Err(Errno::AGAIN) => {
                state.selector.spent(fd, Mask::IN);
                Ok(None)
            }
            Err(Errno::INTR) => Ok(None),
            Err(errno) => Err(state.broken(fd, id, errno).into()),
        }
    }

    /// Answers what was kept and the `fresh` bytes just received.
    pub(super) fn answer(&mut self, fresh: usize) -> Result<(), Leave> {
        let Self { fd, id, .. } = *self;
        let TaskState { state, responder, input, .. } = &mut *self.shared.borrow_mut();
        responder.read_date(state.publisher.now());
        state.answer(responder, fd, id, &input[..fresh])?;
        keep(state, responder, (fd, id));
        Ok(())
    }

    /// Answers with an error before any request was read.
    pub(super) fn refuse(&mut self, status: u16, why: Why) {
        let Self { fd, id, .. } = *self;
        let TaskState { state, responder, .. } = &mut *self.shared.borrow_mut();
        responder.read_date(state.publisher.now());
        if state.refuse(responder, fd, id, status, why).is_ok() {
            keep(state, responder, (fd, id));
        }
    }

    /// Offers the next piece of the output to the kernel, by the call that [`Client::next_send`]
    /// said.
    #[track_caller]
    pub(super) fn try_send(&mut self, call: Kind) -> Result<(), Leave> {
        let Self { fd, id, .. } = *self;
        let TaskState { state, responder, .. } = &mut *self.shared.borrow_mut();
        let connection = state.table.get(fd, id).ok_or(Leave::Gone)?;
        let is_head = !connection.session.output.bytes.is_empty();
        let (what, left, connection) = state.send_kept(call, fd, id, self.budget.bytes())?;
        self.budget.spend(moved(what));
        let output = &mut connection.session.output;
        match what.ret().map_or(Ok(0), Ret::get) {
            Ok(0) => {
                state.close(fd, id, Why::CutShort);
                Err(Leave::Gone)
            }
            Ok(_) => {
                if left == 0 && is_head {
                    // Its memory serves the next answer.
                    responder.output = std::mem::take(&mut output.bytes);
                } else if left == 0 {
                    let output = std::mem::take(output);
                    state.close_file(output.payload);
                }
                Ok(())
            }
            Err(Errno::INTR) => Ok(()),
            Err(Errno::AGAIN) => {
                output.bytes.shrink_to_fit();
                state.selector.spent(fd, Mask::OUT);
                Ok(())
            }
            Err(errno) => Err(state.broken(fd, id, errno).into()),
        }
    }

    /// Shuts our half, and sets a limit for what the peer may still say.
    #[track_caller]
    pub(super) fn half_close(&mut self) -> Result<(), Leave> {
        self.budget.spend(0);
        self.shared().state.half_close(self.fd, self.id)?;
        self.limit = Some(Box::pin(sleep(Duration::from_nanos(LINGER))));
        Ok(())
    }
}

/// An answer that was written is kept with its connection.
fn keep(state: &mut LoopState<Registered>, responder: &mut Responder, (fd, id): (Fd, ConnId)) {
    if !responder.output.is_empty()
        && let Some(connection) = state.table.get(fd, id)
    {
        connection.session.output.bytes = std::mem::take(&mut responder.output);
    }
}
