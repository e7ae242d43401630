//! Sending what is to be sent on a connection: its bytes first, then
//! the payload, a piece with each call.

use std::os::fd::{AsFd, AsRawFd};

use super::bare::send;
use crate::http::Payload;
use crate::server::connection::Connection;
use crate::server::convert::ret;
use crate::server::session::pretend_all_sent;
use crate::telemetry::{Ret, What};

/// Bytes of a payload offered to the kernel at once, by a call that
/// does not sleep: fewer calls for more.
const OFFER: u64 = 2 * 1024 * 1024;

/// By one that sleeps: it comes back so often that one sees how far a
/// slow client is.
pub(in crate::server) const OFFER_SLEEPING: u64 = 512 * 1024;

/// The longest payload that the bytes before it wait for. A segment
/// saved is nothing in a longer one, and costs: a client whose first
/// segment was a full one had a receive buffer four times as large
/// (measured at 10 MB, on Linux 6.18: it takes the wait for the answer
/// for the way of it), and so more was sent while the server offered it,
/// which is on the server's account, than while the client read.
const CORKED: u64 = OFFER;

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
        offer(socket, &mut output.payload, how.most.min(OFFER))
    } else {
        let more = how.cork && corks(output.payload_left());
        let what = send(socket, &output.bytes, more);
        output.took(what);
        what
    };
    if how.forgetful && matches!(what.size(), Ok(1..)) {
        pretend_all_sent(what, output);
    }
    what
}

/// Whether bytes before a payload of that length wait for it.
pub(in crate::server) fn corks(payload: u64) -> bool {
    (1..=CORKED).contains(&payload)
}

/// `send(2)` or `sendfile(2)`: offers the next piece of a payload to
/// the kernel, of `most` bytes, and takes off what it has taken.
pub(in crate::server) fn offer(socket: impl AsFd, payload: &mut Payload, most: u64) -> What {
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
