//! The system calls on sockets, and no others make them: one function for each call.
//!
//! The methods are those of the readiness servers and the coroutines. Each passes the gate, makes
//! the call, publishes it, and notes it in the connection's row; so a line that calls one of them
//! is a line of `strace`. How to wait and to watch is known to the selectors alone. The functions
//! below them are the bare calls, which servers whose calls sleep make too.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use rustix::net::sockopt::{self, Timeout};
use rustix::net::{RecvFlags, SendFlags, Shutdown, SocketFlags};

use super::connection::Connection;
use super::listener;
use super::loop_state::{Accepted, Gone, LoopState, Tally, generation};
use super::mistake::Mistake;
use super::selector::{Ctl, RegisterError, Selector, Token, Watcher, peek};
use super::session::Output;
use super::{Bound, ret};
use crate::http::Payload;
use crate::telemetry::{ConnId, CtlOp, Errno, Fd, How, Kind, Mask, Ret, Stance, Stdin, What, Why};

/// Bytes of a payload offered to the kernel at once.
pub(super) const OFFER: u64 = 512 * 1024;

/// What the kernel said of a call, and the connection that it was made on.
type Made<'a> = (Result<usize, Errno>, &'a mut Connection);

impl<S: Selector> LoopState<S> {
    /// The call that waits: sleeps until an fd is ready, and puts those that are into `ready`.
    #[track_caller]
    pub(super) fn wait(
        &mut self,
        ready: &mut Vec<(Token, Mask)>,
        tally: &mut Tally,
    ) -> io::Result<usize> {
        let sleeps = self.selector.sleeps();
        if sleeps {
            // When the server ends, it looks once more: `timeout` lets it not sleep.
            let _ = self.gate(S::WAIT, self.listener.epfd, None);
        } else {
            self.pace.end_turn();
        }
        let before = self.publisher.read_clock();
        self.record_turn(tally, before);
        let timeout = self.timeout(before);
        self.publish(if sleeps { Stance::Waiting } else { Stance::Working });
        let result = self.selector.wait(timeout);
        let now = self.publisher.read_clock();
        (self.woke, self.handled) = (now, false);
        ready.clear();
        if result.is_ok() {
            ready.extend(self.selector.ready());
        }
        self.record_wait(tally, ready, &result, now - before);
        result
    }
}

impl<W: Watcher> LoopState<W> {
    /// `epoll_ctl(2)`, where there is one: watches an fd for `to` from now on.
    #[track_caller]
    pub(super) fn watch(
        &mut self,
        token: Token,
        from: Mask,
        to: Mask,
    ) -> Result<Result<(), Why>, Gone> {
        let Token { fd, .. } = token;
        if self.selector.fd().is_some() {
            let conn = self.table.at(fd).map(|there| there.row.id);
            self.gate(Kind::EpollCtl, fd, conn)?;
        }
        let result = self.selector.watch(token, from, to);
        let conn = self.note_interest(fd, if result.is_ok() { to } else { from });
        let (call, result) = match result {
            Ok(call) => (call, Ok(())),
            Err(RegisterError::TooHigh) => (None, Err(Why::FdSetSize)),
            Err(RegisterError::Failed(op, errno)) => {
                (Some(Ctl { op, ret: Ret::err(errno) }), Err(Why::Failed))
            }
        };
        if let Some(Ctl { op, ret }) = call {
            let own = fd == self.listener.waker;
            let mask = if op == CtlOp::Del { Mask::NONE } else { to };
            let what = What::EpollCtl { epfd: self.listener.epfd, op, mask, ret };
            self.publisher.call_with(fd, conn, what, &[], &[], own);
        }
        Ok(result)
    }

    /// `accept4(2)`: the next client is in the table from now on.
    #[track_caller]
    pub(super) fn accept(&mut self) -> Result<Result<Accepted, Errno>, Gone> {
        let fd = self.listener.fd;
        self.gate(Kind::Accept, fd, None)?;
        let result = accept(&self.bound, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC);
        let Self { last_id, publisher, .. } = self;
        let result = listener::record_accept(result, fd, last_id, publisher);
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
    ) -> Result<Made<'_>, Gone> {
        let connection = self.pass(Kind::Recv, fd, id)?;
        let ret = recv(&connection.socket, input, flags);
        let connection = self.record(fd, id, What::Recv { ret })?;
        Ok((size(ret), connection))
    }

    /// `recv(2)` on an fd that was closed and is still on a list (`--mistake forget-unregister`).
    #[track_caller]
    pub(super) fn recv_closed(&mut self, fd: Fd) -> Result<(), Gone> {
        self.gate(Kind::Recv, fd, None)?;
        self.publisher.call(fd, None, What::Recv { ret: ret(peek(fd)) });
        Ok(())
    }

    /// `send(2)`.
    #[inline]
    #[track_caller]
    pub(super) fn send(&mut self, fd: Fd, id: ConnId, bytes: &[u8]) -> Result<Made<'_>, Gone> {
        let cork = self.config.cork;
        let Connection { socket, session, .. } = self.pass(Kind::Send, fd, id)?;
        let what = send(socket, bytes, cork && !matches!(session.output.payload, Payload::None));
        let connection = self.record(fd, id, what)?;
        Ok((size(what.ret().unwrap_or(Ret::ZERO)), connection))
    }

    /// `send(2)` or `sendfile(2)`, which `call` says: the next piece of what a connection keeps
    /// to be sent. Returns how much is left of it, too.
    #[inline]
    #[track_caller]
    pub(super) fn send_kept(
        &mut self,
        call: Kind,
        fd: Fd,
        id: ConnId,
        most: u64,
    ) -> Result<(What, u64, &mut Connection), Gone> {
        let cork = self.config.cork;
        let Connection { socket, session, .. } = self.pass(call, fd, id)?;
        let Output { bytes, payload } = &mut session.output;
        let (what, left) = if bytes.is_empty() {
            offer(socket, payload, most)
        } else {
            let what = send(socket, bytes, cork && !matches!(payload, Payload::None));
            bytes.drain(..size(what.ret().unwrap_or(Ret::ZERO)).unwrap_or(0));
            (what, bytes.len() as u64)
        };
        let connection = self.record(fd, id, what)?;
        Ok((what, left, connection))
    }

    /// `shutdown(2)` of our half.
    #[track_caller]
    pub(super) fn shutdown(&mut self, fd: Fd, id: ConnId) -> Result<&mut Connection, Gone> {
        let connection = self.pass(Kind::Shutdown, fd, id)?;
        let ret = shutdown(&connection.socket, Shutdown::Write);
        self.record(fd, id, What::Shutdown { how: How::Write, ret })
    }

    /// `setsockopt(2)`, `SO_LINGER` of 0 seconds: a `close` will send a reset.
    #[track_caller]
    pub(super) fn set_linger(&mut self, fd: Fd, id: ConnId) -> Result<(), Gone> {
        let connection = self.pass(Kind::Setsockopt, fd, id)?;
        let what = set_linger(&connection.socket);
        self.record(fd, id, what).map(|_| ())
    }

    /// `close(2)`: with its only descriptor, a connection is off the kernel's interest list too.
    #[track_caller]
    pub(super) fn close(&mut self, fd: Fd, id: ConnId, why: Why) {
        if self.pass(Kind::Close, fd, id).is_err() {
            return;
        }
        let Some(connection) = self.table.remove(fd) else { return };
        let forgets = self.config.makes(Mistake::ForgetUnregister);
        if !forgets {
            self.selector.forget(Token { fd, generation: generation(id) });
        }
        let Connection { socket, mut row, session, refused, .. } = *connection;
        // The kernel forgets a closed one by itself, so with epoll it takes not to close it.
        if forgets && self.selector.fd().is_some() && why.is_the_peers() {
            self.forgotten.push(socket);
        } else {
            drop(socket);
            self.publisher.call(fd, Some(id), What::Close);
            (row.last, row.last_ret) = (Kind::Close, Ret::ZERO);
        }
        self.closed(row, session, refused, why);
    }

    /// `close(2)` of what is no connection, or is none any more. It is closed in any case.
    #[track_caller]
    pub(super) fn close_fd(&mut self, closed: impl AsRawFd) {
        let fd = closed.as_raw_fd();
        let _ = self.gate(Kind::Close, fd, None);
        drop(closed);
        self.publisher.call(fd, None, What::Close);
    }

    /// `read(2)` of the waker. It is read also when the server ends: the next one shall not wake
    /// up for it.
    #[track_caller]
    pub(super) fn read_waker(&mut self) {
        let fd = self.listener.waker;
        let _ = self.gate(Kind::Input, fd, None);
        let ret = ret(rustix::io::read(&self.commands, &mut [0; 8]));
        self.publisher.call_with(fd, None, What::Input { ret }, &[], &[], true);
    }

    /// `read(2)` of standard input.
    #[track_caller]
    pub(super) fn read_stdin(&mut self, input: &mut [u8]) -> Result<Result<usize, Errno>, Gone> {
        self.gate(Kind::Input, Stdin::FD, None)?;
        let ret = ret(rustix::io::read(io::stdin().as_fd(), input));
        self.publisher.call(Stdin::FD, None, What::Input { ret });
        Ok(size(ret))
    }
}

/// The bytes that a call has moved.
fn size(ret: Ret) -> Result<usize, Errno> {
    ret.get().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
}

/// `accept4(2)`: the next client's socket and address.
pub(super) fn accept(bound: &Bound, flags: SocketFlags) -> Result<(OwnedFd, SocketAddr), Errno> {
    match rustix::net::acceptfrom_with(&bound.socket, flags) {
        Ok((socket, peer)) => {
            // An internet socket's peer has an internet address.
            let peer = peer.and_then(|peer| peer.try_into().ok()).unwrap_or(bound.addr);
            Ok((socket, peer))
        }
        Err(errno) => Err(Errno(errno.raw_os_error())),
    }
}

/// `recv(2)`.
#[inline]
pub(super) fn recv(socket: impl AsFd, input: &mut [u8], flags: RecvFlags) -> Ret {
    ret(rustix::net::recv(socket, input, flags).map(|(received, _)| received))
}

/// `send(2)`. `more` says that something follows at once (`MSG_MORE`).
#[inline]
pub(super) fn send(socket: impl AsFd, bytes: &[u8], more: bool) -> What {
    let more = if more { SendFlags::MORE } else { SendFlags::empty() };
    let result = rustix::net::send(socket, bytes, SendFlags::NOSIGNAL | more);
    What::Send { ret: ret(result), len: bytes.len() as u64 }
}

/// `send(2)` or `sendfile(2)`: offers the next piece of a payload to the kernel, of [`OFFER`] or
/// `most` bytes; returns the call and what is left.
pub(super) fn offer(socket: impl AsFd, payload: &mut Payload, most: u64) -> (What, u64) {
    let most = most.min(OFFER);
    match payload {
        Payload::None => (What::Send { ret: Ret::ZERO, len: 0 }, 0),
        Payload::Memory(bytes) => {
            let piece = &bytes[..bytes.len().min(usize::try_from(most).unwrap_or(usize::MAX))];
            let what = send(socket, piece, false);
            let taken = what.ret().and_then(|ret| ret.get().ok()).unwrap_or(0);
            drop(bytes.split_to(usize::try_from(taken).unwrap_or(0)));
            (what, bytes.len() as u64)
        }
        Payload::File { file, offset, len: left } => {
            let (begin, len) = (*offset, (*left).min(most));
            let count = usize::try_from(len).unwrap_or(usize::MAX);
            let result = rustix::fs::sendfile(socket, &*file, Some(offset), count);
            *left -= result.unwrap_or(0) as u64;
            let file = file.as_raw_fd();
            (What::Sendfile { file, offset: begin, len, ret: ret(result) }, *left)
        }
    }
}

/// `shutdown(2)`.
pub(super) fn shutdown(socket: impl AsFd, how: Shutdown) -> Ret {
    ret(rustix::net::shutdown(socket, how).map(|()| 0))
}

/// `setsockopt(2)`, `SO_LINGER` of 0 seconds.
pub(super) fn set_linger(socket: impl AsFd) -> What {
    let result = sockopt::set_socket_linger(socket, Some(Duration::ZERO));
    What::Setsockopt { name: "SO_LINGER", ret: ret(result.map(|()| 0)) }
}

/// `connect(2)` to nowhere: dissolves the connection, which sends a reset at once.
pub(super) fn dissolve(socket: impl AsFd) -> Ret {
    ret(rustix::net::connect_unspec(socket).map(|()| 0))
}

/// `setsockopt(2)`, how long a call may sleep.
pub(super) fn set_timeout(socket: impl AsFd, which: Timeout, time: Option<Duration>) -> Ret {
    ret(sockopt::set_socket_timeout(socket, which, time).map(|()| 0))
}
