//! Whether the program speaks HTTP, by what it sends to those who have come to a listener: nobody has to
//! ask it.

use super::Tracer;
use crate::telemetry::{Kind, Ret};
use crate::trace::arguments;
use crate::trace::memory::Memory;
use crate::trace::outcome::Call;

/// How every answer of HTTP/1.0 and HTTP/1.1 begins.
const HTTP: &[u8; 7] = b"HTTP/1.";

impl Tracer {
    /// Looks at the first bytes that are sent on a connection, until it is known.
    pub(super) fn listen_in(&mut self, tid: i32, call: &Call, ret: Ret) {
        if call.kind != Kind::Send || self.listeners.iter().all(|(_, it)| it.sends_http) {
            return;
        }
        let Some(id) = call.conn else { return };
        let own = self.accepted.get(&id).and_then(|accepted| accepted.listener);
        // Whom one has accepted before it was traced, the only listener has.
        let only = own.is_none() && self.listeners.len() == 1;
        let mut listeners = self.listeners.iter_mut();
        let found = listeners.find(|(opened, _)| only || Some(*opened) == own);
        let Some((_, listener)) = found else { return };
        if listener.sends_http || self.world.has_sent(id) || ret.get().is_err() {
            return;
        }
        if arguments::sent(call.form, call.args, Memory(tid)).as_ref() == Some(HTTP) {
            listener.sends_http = true;
        }
    }
}
