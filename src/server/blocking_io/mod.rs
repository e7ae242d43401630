//! One connection from its first byte to its last, with calls that
//! sleep: what `blocking`, `threads` and `processes` have in common.
//!
//! Nothing asks here which fd is ready. `recv` sleeps until something
//! comes, `send` until the peer has taken enough; the kernel ends the
//! sleep when a time limit is over (`SO_RCVTIMEO`, `SO_SNDTIMEO`), and
//! the operator from outside, by shutting the socket down or dissolving
//! its connection.

mod calls;
mod connection;
mod ending;
mod exchange;
mod host;
mod limits;

use std::os::fd::BorrowedFd;

use super::Config;
use crate::telemetry::Why;
use connection::BlockingConnection;
pub(super) use host::{ConnectionHost, Sent};

/// Serves a connection until it ends; returns why it did.
pub(super) fn serve_connection<L: ConnectionHost>(
    socket: BorrowedFd<'_>,
    config: &Config,
    host: &mut L,
) -> Why {
    let mut connection = BlockingConnection::new(socket, config, host);
    let ended = connection.exchange();
    connection.close_file();
    ended.unwrap_or_else(|why| why)
}

/// Answers with an error before any request was read, and ends.
pub(super) fn refuse<L: ConnectionHost>(
    socket: BorrowedFd<'_>,
    config: &Config,
    host: &mut L,
    status: u16,
    why: Why,
) -> Why {
    let mut connection = BlockingConnection::new(socket, config, host);
    let refused = connection.refuse(status, why);
    refused.and_then(|()| connection.wind_up(why)).unwrap_or_else(|why| why)
}

/// The same without any call that sleeps: so short an answer finds room
/// in a new socket.
pub(super) fn turn_away<L: ConnectionHost>(socket: BorrowedFd<'_>, config: &Config, host: &mut L) {
    let mut connection = BlockingConnection::new(socket, config, host);
    // Whatever comes of it, it is closed then.
    let _ = connection.refuse(503, Why::OverLimit);
}
