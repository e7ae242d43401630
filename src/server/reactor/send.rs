//! Sending what was answered, until the kernel takes no more.

use super::Reactor;
use super::drive::Flow;
use crate::http::Payload;
use crate::server::loop_state::{Budget, Gone};
use crate::server::mistake::Mistake;
use crate::server::selector::Selector;
use crate::server::session;
use crate::telemetry::{ConnId, Errno, Fd, Kind, Ret, What, Why};

impl<S: Selector> Reactor<S> {
    /// Sends what was gathered, and then the payload, until the kernel takes no more; only then
    /// OUT is asked for.
    pub(super) fn send(&mut self, fd: Fd, id: ConnId, budget: &mut Budget) -> Result<Flow, Gone> {
        let Self { state, responder, .. } = self;
        let mut sent = 0;
        while sent < responder.output.len() {
            // Taken in part again and again, it must not cost more than its budget either.
            if sent > 0 && budget.is_spent() {
                self.keep(fd, id, sent, false);
                return Ok(Flow::On);
            }
            let connection = state.pass(Kind::Send, fd, id)?;
            let payload = !matches!(connection.session.output.payload, Payload::None);
            let more = payload && responder.config.cork;
            let what = session::send(&connection.socket, &responder.output[sent..], more);
            budget.spend(moved(what));
            state.record(fd, id, what);
            match what.ret().map_or(Ok(0), Ret::get) {
                Ok(_) if state.config.makes(Mistake::IgnorePartialWrite) => break,
                Ok(n) => sent += usize::try_from(n).unwrap_or(0),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.keep(fd, id, sent, true);
                    return Ok(Flow::Over);
                }
                Err(errno) => return self.broken(fd, id, errno),
            }
        }
        responder.output.clear();
        self.send_payload(fd, id, budget)
    }

    /// Keeps for later what was gathered and is not sent.
    fn keep(&mut self, fd: Fd, id: ConnId, sent: usize, blocked: bool) {
        if let Some(connection) = self.state.table.get(fd, id) {
            connection.session.output.bytes = self.responder.output[sent..].to_vec();
            connection.blocked = blocked;
        }
    }

    /// Sends the payload, a bounded piece a call.
    fn send_payload(&mut self, fd: Fd, id: ConnId, budget: &mut Budget) -> Result<Flow, Gone> {
        let state = &mut self.state;
        let ignores = state.config.makes(Mistake::IgnorePartialWrite);
        loop {
            let connection = state.table.get(fd, id).ok_or(Gone)?;
            let Some(kind) = connection.session.output.next() else { return Ok(Flow::On) };
            if budget.is_spent() {
                return Ok(Flow::On);
            }
            let connection = state.pass(kind, fd, id)?;
            let payload = &mut connection.session.output.payload;
            let (what, mut left) = session::offer(&connection.socket, payload, budget.bytes());
            budget.spend(moved(what));
            if ignores && what.ret().is_some_and(|ret| ret.get().is_ok()) {
                left = session::pretend_all_sent(what, payload);
            }
            let connection = state.record(fd, id, what).ok_or(Gone)?;
            match what.ret().map_or(Ok(0), Ret::get) {
                Ok(0) => {
                    state.close(fd, id, Why::CutShort);
                    return Err(Gone);
                }
                Ok(_) if left == 0 => {
                    let output = std::mem::take(&mut connection.session.output);
                    state.close_file(output.payload);
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    connection.blocked = true;
                    return Ok(Flow::Over);
                }
                Err(errno) => return self.broken(fd, id, errno),
            }
        }
    }
}

/// The bytes that a call has moved.
fn moved(what: What) -> u64 {
    what.ret().and_then(|ret| ret.get().ok()).unwrap_or(0)
}
