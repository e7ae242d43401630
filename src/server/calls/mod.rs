//! The system calls on sockets: one function for each, and no other
//! file makes them.
//!
//! The methods are those of the readiness servers and the coroutines.
//! Each passes the gate, makes the call, publishes it, and notes it in
//! the connection's row; so a line that calls one of them is a line of
//! `strace`. How to wait and to watch is known to the selectors alone.
//! The functions are the bare calls (`bare`), which servers whose calls
//! sleep make too.

mod bare;
mod rest;

use std::io;

use rustix::net::SocketFlags;

use super::connection::Connection;
use super::loop_state::{Accepted, Gone, LoopState, token};
use super::selector::{Selector, Token, Watcher};
use super::table::Client;
use crate::telemetry::{Errno, Kind, Mask, Ret, What, Why};
pub(super) use bare::{accept, recv, send};
pub(super) use rest::{OFFER, dissolve, offer};
pub(super) use rest::{set_linger, set_timeout, shutdown};

/// What came of a call, and the connection that it was made on.
type Made<'a, T> = Result<(T, &'a mut Connection), Gone>;

/// How many bytes a call has moved.
type Size = Result<usize, Errno>;

/// What came of an `accept`.
type MadeAccept = Result<Result<Accepted, Errno>, Gone>;

/// The fds that a wait call returned, each with its mask.
pub(super) type Ready = Vec<(Token, Mask)>;

impl<S: Selector> LoopState<S> {
    /// The call that waits: sleeps until an fd is ready, and puts those
    /// that are into a list.
    #[track_caller]
    pub(super) fn wait(&mut self, to: &mut Ready) -> io::Result<usize> {
        self.gate_wait();
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
        self.gate_ctl(token.fd)?;
        let result = self.selector.watch(token, from, to);
        Ok(self.record_watch(token.fd, from, to, result))
    }

    /// `accept4(2)`: the next client is in the table from now on.
    #[track_caller]
    pub(super) fn accept(&mut self) -> MadeAccept {
        self.gate(Kind::Accept, self.listener.fd, None)?;
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let result = accept(&self.bound, flags);
        Ok(self.record_accept(result))
    }

    /// `recv(2)`: 0 bytes are the peer's FIN.
    #[inline]
    #[track_caller]
    pub(super) fn recv(
        &mut self,
        client: Client,
        input: &mut [u8], // where the bytes go
    ) -> Made<'_, Size> {
        let connection = self.pass(Kind::Recv, client)?;
        let ret = recv(&connection.socket, input);
        let connection = self.record(client, What::Recv { ret })?;
        Ok((ret.size(), connection))
    }

    /// `send(2)` or `sendfile(2)`, as `call` says: the next piece of
    /// what a connection has to send.
    #[inline]
    #[track_caller]
    pub(super) fn send(
        &mut self,
        call: Kind,
        client: Client,
        most: u64, // bytes of a payload
    ) -> Made<'_, What> {
        let cork = self.config.cork;
        let connection = self.pass(call, client)?;
        let socket = &connection.socket;
        let output = &mut connection.session.output;
        let what = if output.bytes.is_empty() {
            offer(socket, &mut output.payload, most)
        } else {
            let more = cork && output.has_payload();
            let what = send(socket, &output.bytes, more);
            output.took(what);
            what
        };
        Ok((what, self.record(client, what)?))
    }

    /// `close(2)`: with its only descriptor, a connection is off the
    /// kernel's interest list too.
    #[track_caller]
    pub(super) fn close(
        &mut self,
        client: Client,
        why: Why, // for the table and the log
    ) -> Gone {
        if self.pass(Kind::Close, client).is_ok()
            && let Some(connection) = self.table.remove(client.fd)
        {
            let Connection { socket, mut row, .. } = *connection;
            let Connection { session, refused, .. } = *connection;
            if self.forgets(token(client), why) {
                self.forgotten.push(socket);
            } else {
                drop(socket);
                let Client { fd, id } = client;
                self.publisher.call(fd, Some(id), What::Close);
                row.last = Kind::Close;
                row.last_ret = Ret::ZERO;
            }
            self.closed(row, session, refused, why);
        }
        Gone
    }
}
