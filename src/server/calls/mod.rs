//! The system calls on sockets: one function for each, and no other
//! file makes them.
//!
//! The methods are those of the readiness servers; the coroutines have
//! some of their own. Each passes the gate, makes the call, publishes
//! it, and notes it in the connection's row; so a line that calls one
//! of them is a line of `strace`. How to wait and to watch is known to
//! the selectors alone. The functions are the bare calls (`bare`,
//! `output`), which the other servers make too.

mod bare;
mod output;
mod rest;

use std::io;

use super::connection::Connection;
use super::loop_state::{Accepted, Gone, LoopState, Made};
use super::selector::{Selector, Token, Watcher};
use super::table::Client;
use crate::telemetry::{Errno, Kind, Mask, Why};
pub(super) use bare::{NONBLOCKING, SLEEPING};
pub(super) use bare::{accept, recv, send, send_now};
pub(super) use output::{OFFER_SLEEPING, Sending};
pub(super) use output::{corks, offer, send_piece};
pub(super) use rest::{dissolve, set_linger, set_timeout};
pub(super) use rest::{set_write_buffer, shutdown};

/// How many bytes a call has moved.
type Size = Result<usize, Errno>;

/// The fds that a wait call returned, each with its mask.
pub(super) type Ready = Vec<(Token, Mask)>;

impl<S: Selector> LoopState<S> {
    /// The call that waits: sleeps until an fd is ready, and puts those
    /// that are into a list.
    #[track_caller]
    pub(super) fn wait(&mut self, to: &mut Ready) -> io::Result<usize> {
        let timeout = self.begin_wait();
        let result = self.selector.wait(timeout);
        self.record_wait(to, &result);
        result
    }
}

impl<W: Watcher> LoopState<W> {
    /// `epoll_ctl(2)`, where there is one: watches an fd for `to` from
    /// now on.
    #[track_caller]
    pub(super) fn watch(
        &mut self,
        token: Token,
        from: Mask,
        to: Mask,
    ) -> Result<Result<(), Why>, Gone> {
        self.gate_ctl(token.fd, from, to)?;
        let result = self.selector.watch(token, from, to);
        Ok(self.record_watch(token.fd, from, to, result))
    }

    /// `accept4(2)`: the next client is in the table from now on.
    #[track_caller]
    pub(super) fn accept(&mut self) -> Made<Result<Accepted, Errno>> {
        self.gate(Kind::Accept, self.listener.fd, None)?;
        let result = accept(&self.bound, NONBLOCKING);
        Ok(self.record_accept(result))
    }

    /// `recv(2)`: 0 bytes are the peer's FIN.
    #[inline]
    #[track_caller]
    pub(super) fn recv(
        &mut self,
        client: Client,
        input: &mut [u8],
    ) -> Made<(Size, &mut Connection)> {
        let connection = self.pass(Kind::Recv, client)?;
        let what = recv(&connection.socket, input);
        self.record(client, what)
    }

    /// `send(2)` or `sendfile(2)`, as `call` says: the next piece of
    /// what a connection has to send, of at most so many bytes.
    #[inline]
    #[track_caller]
    pub(super) fn send(
        &mut self,
        call: Kind,
        client: Client,
        most: u64,
    ) -> Made<(Size, &mut Connection)> {
        let how = self.config.sending(most);
        let connection = self.pass(call, client)?;
        let what = send_piece(connection, how);
        self.record_send(client, what)
    }

    /// `close(2)`: with its only descriptor, a connection is off the
    /// kernel's interest list too.
    #[track_caller]
    pub(super) fn close(&mut self, client: Client, why: Why) -> Gone {
        if let Some((socket, closing)) = self.begin_close(client, why) {
            drop(socket);
            self.record_close(closing);
        }
        Gone
    }
}
