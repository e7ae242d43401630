//! The system calls on sockets: one function for each, and no other
//! file makes them.
//!
//! The methods are those of the readiness servers and the coroutines.
//! Each passes the gate, makes the call, publishes it, and notes it in
//! the connection's row; so a line that calls one of them is a line of
//! `strace`. How to wait and to watch is known to the selectors alone.
//! The functions are the bare calls, which servers whose calls sleep
//! make too.

mod rest;

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::{self, RecvFlags, SendFlags, SocketFlags};

use super::Bound;
use super::connection::Connection;
use super::convert::ret;
use super::listener::record_accept;
use super::loop_state::{Accepted, Gone, LoopState, Tally, token};
use super::mistake::Mistake;
use super::selector::{Ctl, RegisterError, Selector, Token, Watcher};
use crate::telemetry::{ConnId, CtlOp, Errno, Fd, Kind, Mask};
use crate::telemetry::{Ret, What, Why};
pub(super) use rest::{OFFER, dissolve, offer};
pub(super) use rest::{set_linger, set_timeout, shutdown};

/// What the kernel said of a call, and the connection it was made on.
type Made<'a> = Result<(Moved, &'a mut Connection), Gone>;

/// So many bytes were moved.
type Moved = Result<usize, Errno>;

/// What the kernel said of an `accept`.
type MadeAccept = Result<Result<Accepted, Errno>, Gone>;

/// A client's socket and address.
type Peer = Result<(OwnedFd, SocketAddr), Errno>;

impl<S: Selector> LoopState<S> {
    /// The call that waits: sleeps until an fd is ready, and puts those
    /// that are into `ready`.
    #[track_caller]
    pub(super) fn wait(
        &mut self,
        ready: &mut Vec<(Token, Mask)>,
        tally: &mut Tally,
    ) -> io::Result<usize> {
        self.gate_wait();
        let timeout = self.begin_wait(tally);
        let result = self.selector.wait(timeout);
        self.record_wait(tally, ready, &result);
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
        let Token { fd, .. } = token;
        self.gate_ctl(fd)?;
        let result = self.selector.watch(token, from, to);
        let interest = if result.is_ok() { to } else { from };
        let conn = self.note_interest(fd, interest);
        let call = result.unwrap_or_else(RegisterError::call);
        if let Some(Ctl { op, ret }) = call {
            let epfd = self.listener.epfd;
            let own = fd == self.listener.waker;
            let mask = if op == CtlOp::Del { Mask::NONE } else { to };
            let what = What::EpollCtl { epfd, op, mask, ret };
            self.publisher.call_with(fd, conn, what, &[], &[], own);
        }
        Ok(result.map(|_| ()).map_err(RegisterError::why))
    }

    /// `accept4(2)`: the next client is in the table from now on.
    #[track_caller]
    pub(super) fn accept(&mut self) -> MadeAccept {
        let fd = self.listener.fd;
        self.gate(Kind::Accept, fd, None)?;
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let result = accept(&self.bound, flags);
        let Self { last_id, publisher, .. } = self;
        let result = record_accept(result, fd, last_id, publisher);
        Ok(self.accepted(result))
    }

    /// `recv(2)`: 0 bytes are the peer's FIN.
    #[inline]
    #[track_caller]
    pub(super) fn recv(
        &mut self,
        fd: Fd,
        id: ConnId,
        input: &mut [u8],
        flags: RecvFlags,
    ) -> Made<'_> {
        let connection = self.pass(Kind::Recv, fd, id)?;
        let ret = recv(&connection.socket, input, flags);
        let connection = self.record(fd, id, What::Recv { ret })?;
        Ok((size(ret), connection))
    }

    /// `send(2)`.
    #[inline]
    #[track_caller]
    pub(super) fn send(&mut self, fd: Fd, id: ConnId, bytes: &[u8]) -> Made<'_> {
        let cork = self.config.cork;
        let connection = self.pass(Kind::Send, fd, id)?;
        // Something follows at once.
        let more = cork && connection.session.output.has_payload();
        let what = send(&connection.socket, bytes, more);
        let connection = self.record(fd, id, what)?;
        Ok((size(what.ret().unwrap_or(Ret::ZERO)), connection))
    }

    /// `close(2)`: with its only descriptor, a connection is off the
    /// kernel's interest list too.
    #[track_caller]
    pub(super) fn close(&mut self, fd: Fd, id: ConnId, why: Why) {
        if self.pass(Kind::Close, fd, id).is_err() {
            return;
        }
        let Some(connection) = self.table.remove(fd) else { return };
        let forgets = self.config.makes(Mistake::ForgetUnregister);
        if !forgets {
            self.selector.forget(token(fd, id));
        }
        let Connection { socket, mut row, .. } = *connection;
        let Connection { session, refused, .. } = *connection;
        // The kernel forgets a closed one by itself, so with epoll it
        // takes not to close it.
        let has_list = self.selector.fd().is_some();
        if forgets && has_list && why.is_the_peers() {
            self.forgotten.push(socket);
        } else {
            drop(socket);
            self.publisher.call(fd, Some(id), What::Close);
            (row.last, row.last_ret) = (Kind::Close, Ret::ZERO);
        }
        self.closed(row, session, refused, why);
    }
}

/// The bytes that a call has moved.
fn size(ret: Ret) -> Moved {
    ret.get().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
}

fn errno(errno: rustix::io::Errno) -> Errno {
    Errno(errno.raw_os_error())
}

/// `accept4(2)`: the next client's socket and address.
pub(super) fn accept(bound: &Bound, flags: SocketFlags) -> Peer {
    let accepted = net::acceptfrom_with(&bound.socket, flags);
    let (socket, peer) = accepted.map_err(errno)?;
    // An internet socket's peer has an internet address.
    let peer = peer.and_then(|peer| peer.try_into().ok());
    Ok((socket, peer.unwrap_or(bound.addr)))
}

/// `recv(2)`.
#[inline]
pub(super) fn recv(socket: impl AsFd, input: &mut [u8], flags: RecvFlags) -> Ret {
    ret(net::recv(socket, input, flags).map(|(count, _)| count))
}

/// `send(2)`. `more` says that something follows at once (`MSG_MORE`).
#[inline]
pub(super) fn send(to: impl AsFd, bytes: &[u8], more: bool) -> What {
    let more = if more { SendFlags::MORE } else { SendFlags::empty() };
    let flags = SendFlags::NOSIGNAL | more;
    let ret = ret(net::send(to, bytes, flags));
    What::Send { ret, len: bytes.len() as u64 }
}
