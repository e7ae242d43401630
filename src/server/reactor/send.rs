//! Sending what was answered, until the kernel takes no more.

use super::Reactor;
use super::drive::Flow;
use crate::http::Payload;
use crate::server::loop_state::Budget;
use crate::server::mistake::Mistake;
use crate::server::selector::Selector;
use crate::server::session;
use crate::telemetry::{ConnId, Errno, Fd, Kind, Ret, What, Why};

impl<S: Selector> Reactor<S> {
    /// Sends what was gathered, and then the payload, until the kernel takes no more; only then
    /// OUT is asked for.
    #[track_caller]
    pub(super) fn send(&mut self, fd: Fd, id: ConnId, budget: &mut Budget) -> Flow {
        let Self { state, responder, .. } = self;
        let mut sent = 0;
        while sent < responder.output.len() {
            // Taken in part again and again, it must not cost more than its budget either.
            if sent > 0 && budget.is_spent() {
                self.keep(fd, id, sent, false);
                return Flow::On;
            }
            let Some(connection) = state.pass(Kind::Send, fd, id) else { return Flow::Over };
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
                    return Flow::Over;
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
    #[track_caller]
    fn send_payload(&mut self, fd: Fd, id: ConnId, budget: &mut Budget) -> Flow {
        let state = &mut self.state;
        let ignores = state.config.makes(Mistake::IgnorePartialWrite);
        loop {
            let Some(connection) = state.table.get(fd, id) else { return Flow::Over };
            let Some(kind) = connection.session.output.next() else { return Flow::On };
            if budget.is_spent() {
                return Flow::On;
            }
            let Some(connection) = state.pass(kind, fd, id) else { return Flow::Over };
            let payload = &mut connection.session.output.payload;
            let (what, mut left) = session::offer(&connection.socket, payload, budget.bytes());
            budget.spend(moved(what));
            if ignores && what.ret().is_some_and(|ret| ret.get().is_ok()) {
                left = session::pretend_all_sent(what, payload);
            }
            let Some(connection) = state.record(fd, id, what) else { return Flow::Over };
            match what.ret().map_or(Ok(0), Ret::get) {
                Ok(0) => {
                    state.close(fd, id, Why::CutShort);
                    return Flow::Over;
                }
                Ok(_) if left == 0 => {
                    let output = std::mem::take(&mut connection.session.output);
                    state.close_file(output.payload);
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    connection.blocked = true;
                    return Flow::Over;
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
