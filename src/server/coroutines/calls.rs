//! The single calls of a connection: each is made when the runtime holds the socket ready, and
//! told.

use std::time::Duration;

use rustix::net::RecvFlags;
use tokio::time::sleep;

use super::client::{Client, Leave};
use super::runtime::Registered;
use super::tasks::TaskState;
use crate::http::Payload;
use crate::server::connection::{Connection, LINGER};
use crate::server::loop_state::LoopState;
use crate::server::responder::Responder;
use crate::server::ret;
use crate::server::session::{self, Output};
use crate::telemetry::{ConnId, Errno, Fd, Kind, Mask, Ret, What, Why};

impl Client {
    /// One `recv`; `None` when it brought nothing.
    pub(super) fn try_recv(&mut self) -> Result<Option<usize>, Leave> {
        let Self { fd, id, .. } = *self;
        let TaskState { state, input, .. } = &mut *self.shared.borrow_mut();
        let connection = state.pass(Kind::Recv, fd, id)?;
        let result = rustix::net::recv(&connection.socket, &mut **input, RecvFlags::DONTWAIT);
        let result = ret(result.map(|(received, _)| received));
        self.budget.spend(result.get().unwrap_or(0));
        let connection = state.record(fd, id, What::Recv { ret: result }).ok_or(Leave::Gone)?;
        match result.get() {
            Ok(n) => {
                connection.row.half_closed |= n == 0;
                let received = usize::try_from(n).unwrap_or(usize::MAX);
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
            Err(errno) => Err(broken(state, (fd, id), errno)),
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
    pub(super) fn try_send(&mut self, call: Kind) -> Result<(), Leave> {
        let Self { fd, id, .. } = *self;
        let TaskState { state, responder, .. } = &mut *self.shared.borrow_mut();
        let Connection { socket, session, .. } = state.pass(call, fd, id)?;
        let Output { bytes, payload } = &mut session.output;
        let is_head = !bytes.is_empty();
        let (what, left) = if is_head {
            let more = responder.config.cork && !matches!(payload, Payload::None);
            let what = session::send(socket, bytes, more);
            let sent = what.ret().and_then(|ret| ret.get().ok()).unwrap_or(0);
            bytes.drain(..usize::try_from(sent).unwrap_or(0));
            (what, bytes.len() as u64)
        } else {
            session::offer(socket, payload, self.budget.bytes())
        };
        self.budget.spend(what.ret().and_then(|ret| ret.get().ok()).unwrap_or(0));
        let connection = state.record(fd, id, what).ok_or(Leave::Gone)?;
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
            Err(errno) => Err(broken(state, (fd, id), errno)),
        }
    }

    /// Shuts our half, and sets a limit for what the peer may still say.
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

/// A call failed for good.
fn broken(state: &mut LoopState<Registered>, (fd, id): (Fd, ConnId), errno: Errno) -> Leave {
    state.broken(fd, id, errno);
    Leave::Gone
}
