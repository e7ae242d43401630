//! Whether the program speaks HTTP, by what it sends: nobody has to ask it.

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
        let known = self.listener.is_none_or(|(_, listener)| listener.sends_http);
        let Some(id) = call.conn.filter(|_| call.kind == Kind::Send && !known) else { return };
        if self.world.has_sent(id) || ret.get().is_err() {
            return;
        }
        let begins = arguments::sent(call.form, call.args, Memory(tid));
        if let (Some((_, listener)), Some(HTTP)) = (&mut self.listener, begins.as_ref()) {
            listener.sends_http = true;
        }
    }
}
