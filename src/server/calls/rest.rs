//! The calls that are not needed every time: ending a connection by
//! half or with a reset, the loop's own fds; and those that only servers
//! make whose calls sleep.

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use rustix::net::sockopt::{self, Timeout};
use rustix::net::{self, Shutdown};

use super::Size;
use crate::server::connection::Connection;
use crate::server::convert::ret;
use crate::server::loop_state::{Closing, LoopState, Made};
use crate::server::selector::{Ctl, RegisterError, Watched, Watcher, peek};
use crate::server::table::Client;
use crate::telemetry::{CtlOp, Fd, How, Kind, Mask, Ret, Stdin, What, Why};

impl<W: Watcher> LoopState<W> {
    /// `recv(2)` on an fd that was closed and is still on a list
    /// (`--mistake forget-unregister`).
    #[track_caller]
    pub(in crate::server) fn recv_closed(&mut self, fd: Fd) -> Made<()> {
        self.gate(Kind::Recv, fd, None)?;
        self.publisher.call(fd, None, What::Recv { ret: ret(peek(fd)) });
        Ok(())
    }

    /// Publishes and notes what came of watching an fd.
    #[track_caller]
    pub(super) fn record_watch(
        &mut self,
        fd: Fd,
        from: Mask,
        to: Mask,
        result: Watched,
    ) -> Result<(), Why> {
        let conn = self.note_interest(fd, if result.is_ok() { to } else { from });
        if let Some(Ctl { op, ret }) = result.unwrap_or_else(RegisterError::call) {
            let epfd = self.listener.epfd;
            let own = fd == self.listener.waker;
            let mask = if op == CtlOp::Del { Mask::NONE } else { to };
            let what = What::EpollCtl { epfd, op, mask, ret };
            self.publisher.call_with(fd, conn, what, &[], &[], own);
        }
        result.map(|_| ()).map_err(RegisterError::why)
    }

    /// Publishes that a connection's socket is closed, and what follows.
    #[track_caller]
    pub(in crate::server) fn record_close(&mut self, mut closing: Closing) {
        let row = &mut closing.row;
        (row.last, row.last_ret) = (Kind::Close, Ret::ZERO);
        let Client { fd, id } = Client::of(row);
        self.publisher.call(fd, Some(id), What::Close);
        self.closed(closing);
    }

    /// `shutdown(2)` of our half.
    #[track_caller]
    pub(in crate::server) fn shutdown(&mut self, client: Client) -> Made<&mut Connection> {
        let connection = self.pass(Kind::Shutdown, client)?;
        let ret = shutdown(&connection.socket, Shutdown::Write);
        let (_, connection) = self.record(client, What::Shutdown { how: How::Write, ret })?;
        Ok(connection)
    }

    /// `setsockopt(2)`, `SO_LINGER` of 0 seconds: a `close` will send a
    /// reset.
    #[track_caller]
    pub(in crate::server) fn set_linger(&mut self, client: Client) -> Made<()> {
        let connection = self.pass(Kind::Setsockopt, client)?;
        let what = set_linger(&connection.socket);
        self.record(client, what).map(|_| ())
    }

    /// `setsockopt(2)`, `SO_SNDBUF`: how much the kernel keeps for a peer.
    #[track_caller]
    pub(in crate::server) fn set_write_buffer(&mut self, client: Client, bytes: u32) -> Made<()> {
        let connection = self.pass(Kind::Setsockopt, client)?;
        let what = set_write_buffer(&connection.socket, bytes);
        self.record(client, what).map(|_| ())
    }

    /// `close(2)` of what is no connection, or is none any more. It is
    /// closed in any case.
    #[track_caller]
    pub(in crate::server) fn close_fd(&mut self, closed: impl AsRawFd) {
        let fd = closed.as_raw_fd();
        let _ = self.gate(Kind::Close, fd, None);
        drop(closed);
        self.publisher.call(fd, None, What::Close);
    }

    /// `read(2)` of the waker. It is read also when the server ends:
    /// the next one shall not wake up for it. The program's own
    /// plumbing is no step of the lesson: the loop is not held before it.
    #[track_caller]
    pub(in crate::server) fn read_waker(&mut self) {
        let fd = self.listener.waker;
        let ret = ret(rustix::io::read(&self.commands, &mut [0; 8]));
        self.publisher.call_with(fd, None, What::Input { ret }, &[], &[], true);
    }

    /// `read(2)` of standard input.
    #[track_caller]
    pub(in crate::server) fn read_stdin(&mut self, input: &mut [u8]) -> Made<Size> {
        self.gate(Kind::Input, Stdin::FD, None)?;
        let ret = ret(rustix::io::read(io::stdin().as_fd(), input));
        self.publisher.call(Stdin::FD, None, What::Input { ret });
        Ok(ret.size())
    }
}

/// `shutdown(2)`.
pub(in crate::server) fn shutdown(socket: impl AsFd, how: Shutdown) -> Ret {
    ret(net::shutdown(socket, how).map(|()| 0))
}

/// `setsockopt(2)`, `SO_LINGER` of 0 seconds.
pub(in crate::server) fn set_linger(socket: impl AsFd) -> What {
    let result = sockopt::set_socket_linger(socket, Some(Duration::ZERO));
    What::Setsockopt { name: "SO_LINGER", ret: ret(result.map(|()| 0)) }
}

/// `setsockopt(2)`, `SO_SNDBUF`. The kernel doubles it, for what it keeps beside the bytes
/// (socket(7)), and no longer chooses by itself.
pub(in crate::server) fn set_write_buffer(socket: impl AsFd, bytes: u32) -> What {
    let result = sockopt::set_socket_send_buffer_size(socket, bytes as usize);
    What::Setsockopt { name: "SO_SNDBUF", ret: ret(result.map(|()| 0)) }
}

/// `connect(2)` to nowhere: dissolves the connection, which sends a
/// reset at once.
pub(in crate::server) fn dissolve(socket: impl AsFd) -> Ret {
    ret(net::connect_unspec(socket).map(|()| 0))
}

/// `setsockopt(2)`, how long a call may sleep.
pub(in crate::server) fn set_timeout(
    socket: impl AsFd,
    which: Timeout,
    time: Option<Duration>,
) -> Ret {
    ret(sockopt::set_socket_timeout(socket, which, time).map(|()| 0))
}
