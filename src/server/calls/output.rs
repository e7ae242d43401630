//! Sending what is to be sent on a connection: its bytes first, then
//! the payload, a piece with each call.

use std::os::fd::{AsFd, AsRawFd};

use super::bare::send;
use crate::http::Payload;
use crate::server::connection::Connection;
use crate::server::convert::ret;
use crate::server::session::pretend_all_sent;
use crate::telemetry::{Ret, What};

/// Bytes of a payload offered to the kernel at once.
pub(in crate::server) const OFFER: u64 = 512 * 1024;

/// How a piece is sent.
#[derive(Clone, Copy)]
pub(in crate::server) struct Sending {
    /// Bytes of a payload at most.
    pub(in crate::server) most: u64,
    /// Whether bytes wait in the kernel for a payload that follows.
    pub(in crate::server) cork: bool,
    /// Whether what the kernel did not take is forgotten (`--mistake
    /// ignore-partial-write`).
    pub(in crate::server) forgetful: bool,
}

/// `send(2)` or `sendfile(2)`: offers the next piece of what a
/// connection has to send to the kernel, and takes off what it has
/// taken.
#[inline]
pub(in crate::server) fn send_piece(connection: &mut Connection, how: Sending) -> What {
    let Connection { socket, session, .. } = connection;
    let output = &mut session.output;
    let what = if output.bytes.is_empty() {
        offer(socket, &mut output.payload, how.most)
    } else {
        let what = send(socket, &output.bytes, how.cork && output.has_payload());
        output.took(what);
        what
    };
    if how.forgetful && matches!(what.size(), Ok(1..)) {
        pretend_all_sent(what, output);
    }
    what
}

/// `send(2)` or `sendfile(2)`: offers the next piece of a payload to
/// the kernel, of [`OFFER`] or `most` bytes, and takes off what it has
/// taken.
pub(in crate::server) fn offer(socket: impl AsFd, payload: &mut Payload, most: u64) -> What {
    let most = most.min(OFFER);
    match payload {
        Payload::None => What::Send { ret: Ret::ZERO, len: 0 },
        Payload::Memory(bytes) => {
            let piece = &bytes[..bytes.len().min(usize::try_from(most).unwrap_or(usize::MAX))];
            let what = send(socket, piece, false);
            drop(bytes.split_to(what.size().unwrap_or(0)));
            what
        }
        Payload::File { file, offset, len: left } => {
            let (begin, len) = (*offset, (*left).min(most));
            let count = usize::try_from(len).unwrap_or(usize::MAX);
            let result = rustix::fs::sendfile(socket, &*file, Some(offset), count);
            *left -= result.unwrap_or(0) as u64;
            let file = file.as_raw_fd();
            What::Sendfile { file, offset: begin, len, ret: ret(result) }
        }
    }
}
