//! What a connection keeps to be sent: the rest of its answers, and the payload behind them.

use super::{Flow, Progress, Reactor};
use crate::server::loop_state::{Gone, moved};
use crate::server::mistake::Mistake;
use crate::server::selector::Selector;
use crate::server::session::pretend_all_sent;
use crate::telemetry::{ConnId, Errno, Fd, Ret, Why};

impl<S: Selector> Reactor<S> {
    /// Goes on with what was kept, unless the kernel still takes no more.
    pub(super) fn send_rest(&mut self, fd: Fd, id: ConnId) -> Progress {
        let connection = self.state.table.get(fd, id).ok_or(Gone)?;
        if connection.blocked {
            return Ok(Flow::Over);
        }
        let bytes = &mut connection.session.output.bytes;
        // The shared buffer may still hold what another connection could not send.
        self.responder.output.clear();
        self.responder.output.append(bytes);
        *bytes = Vec::new();
        self.send(fd, id)
    }

    /// Sends the payload, a bounded piece a call.
    pub(super) fn send_payload(&mut self, fd: Fd, id: ConnId) -> Progress {
        let Self { state, budget, .. } = self;
        let partly = state.config.makes(Mistake::IgnorePartialWrite);
        loop {
            let connection = state.table.get(fd, id).ok_or(Gone)?;
            let Some(call) = connection.session.output.next() else {
                return Ok(Flow::On);
            };
            if budget.is_spent() {
                return Ok(Flow::On);
            }
            let most = budget.bytes();
            let (what, mut left, connection) = state.send_kept(call, fd, id, most)?;
            budget.spend(moved(what));
            let output = &mut connection.session.output;
            let result = what.ret().map_or(Ok(0), Ret::get);
            if partly && result.is_ok() {
                left = pretend_all_sent(what, &mut output.payload);
            }
            match result {
                Ok(0) => {
                    state.close(fd, id, Why::CutShort);
                    return Err(Gone);
                }
                Ok(_) if left == 0 => {
                    let output = std::mem::take(output);
                    state.close_file(output.payload);
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    connection.blocked = true;
                    return Ok(Flow::Over);
                }
                Err(errno) => return Err(state.broken(fd, id, errno)),
            }
        }
    }

    /// Keeps for later what was gathered and is not sent.
    pub(super) fn keep(&mut self, fd: Fd, id: ConnId, sent: usize, blocked: bool) {
        if let Some(connection) = self.state.table.get(fd, id) {
            let rest = self.responder.output[sent..].to_vec();
            connection.session.output.bytes = rest;
            connection.blocked = blocked;
        }
    }
}
