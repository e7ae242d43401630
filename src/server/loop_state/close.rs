//! The ways in which a connection ends.

use std::os::fd::AsRawFd;
use std::time::Duration;

use rustix::net::{RecvFlags, Shutdown, sockopt};

use super::{Gone, LoopState, generation};
use crate::http::Payload;
use crate::server::connection::{LINGER, LINGER_BYTES, Linger, publish_closed};
use crate::server::mistake::Mistake;
use crate::server::ret;
use crate::server::selector::{Token, Watcher};
use crate::server::session::Session;
use crate::telemetry::{ConnId, Errno, Fd, How, Kind, Nanos, Ret, What, Why};

/// Unread input taken off a connection's hands before it is closed, in bytes at most.
const DRAIN: usize = 1024 * 1024;

impl<W: Watcher> LoopState<W> {
    /// Closes a connection; closing its only descriptor takes it off the interest list too.
    pub(in crate::server) fn close(&mut self, fd: Fd, id: ConnId, why: Why) {
        if self.gate(Kind::Close, fd, Some(id)).is_err() {
            return;
        }
        let Some(connection) = self.table.remove(fd) else { return };
        let forgets = self.config.makes(Mistake::ForgetUnregister);
        if !forgets {
            self.selector.forget(Token { fd, generation: generation(id) });
        }
        self.timers.clear(fd);
        self.refused -= usize::from(connection.refused);
        let mut row = connection.row;
        // The kernel forgets a closed one by itself, so with epoll it takes not to close it.
        if forgets && self.selector.fd().is_some() && why.is_the_peers() {
            self.forgotten.push(connection.socket);
        } else {
            drop(connection.socket);
            self.publisher.call(fd, Some(id), What::Close);
            (row.last, row.last_ret) = (Kind::Close, Ret::ZERO);
        }
        publish_closed(row, why, &mut self.publisher);
        if let Some(pool) = &mut self.pool {
            pool.forget(id);
        }
        self.release(connection.session);
        // A descriptor is free: let the resting listener try at once.
        self.acceptable |= self.listener.resting.is_some();
    }

    /// What is left of a closed connection's session: a file that was being sent is closed too.
    pub(in crate::server) fn release(&mut self, session: Session) {
        self.close_file(session.output.payload);
    }

    /// A file that was sent, or will not be.
    pub(in crate::server) fn close_file(&mut self, payload: Payload) {
        if let Payload::File { file, .. } = payload {
            let fd = file.as_raw_fd();
            // It is closed in any case.
            let _ = self.gate(Kind::Close, fd, None);
            drop(file);
            self.publisher.call(fd, None, What::Close);
        }
    }

    /// A call failed for good.
    pub(in crate::server) fn broken(&mut self, fd: Fd, id: ConnId, errno: Errno) {
        let Some(connection) = self.table.get(fd, id) else { return };
        let why = match connection.session.ending {
            // All was sent before; that is why it ends.
            Some(why) if connection.linger.is_some() => why,
            _ => Why::of(errno),
        };
        self.close(fd, id, why);
    }

    /// All is sent and nothing more is taken: closes a connection if that needs no lingering, and
    /// returns whether it did. So many that were refused may linger; the others give their
    /// descriptors back at once, for the files of those who were admitted.
    pub(in crate::server) fn close_now(
        &mut self,
        fd: Fd,
        id: ConnId,
        unread: bool,
        why: Why,
    ) -> bool {
        let crowded = self.refused > self.config.max_refused;
        let Some(connection) = self.table.get(fd, id) else { return true };
        let silent = connection.is_silent(why, unread);
        let hurried = connection.refused && crowded;
        if hurried && !silent {
            self.drain(fd, id);
        }
        if silent || hurried {
            self.close(fd, id, why);
        }
        silent || hurried
    }

    /// Closes our half only, because closing a socket with unread input sends a reset, and a reset
    /// can overtake the answer (RFC 9112 section 9.6). Returns how long the peer may go on talking.
    pub(in crate::server) fn half_close(&mut self, fd: Fd, id: ConnId) -> Result<Nanos, Gone> {
        let until = self.publisher.now() + LINGER;
        let connection = self.pass(Kind::Shutdown, fd, id)?;
        connection.session.input = Vec::new();
        connection.linger = Some(Linger { until, bytes: LINGER_BYTES });
        let result = rustix::net::shutdown(&connection.socket, Shutdown::Write);
        let ret = ret(result.map(|()| 0));
        self.record(fd, id, What::Shutdown { how: How::Write, ret });
        Ok(until)
    }

    /// Closes with a reset.
    pub(in crate::server) fn reset(&mut self, fd: Fd, id: ConnId, why: Why) {
        let Some(connection) = self.table.get(fd, id) else { return };
        let result = sockopt::set_socket_linger(&connection.socket, Some(Duration::ZERO));
        let ret = ret(result.map(|()| 0));
        self.record(fd, id, What::Setsockopt { name: "SO_LINGER", ret });
        self.close(fd, id, why);
    }

    /// Takes unread input away, since `close(2)` on a socket that has some sends a reset in place
    /// of a FIN.
    pub(in crate::server) fn drain(&mut self, fd: Fd, id: ConnId) {
        let mut left = DRAIN;
        let mut buffer = [0; 4096];
        while left > 0 {
            let Ok(connection) = self.pass(Kind::Recv, fd, id) else { return };
            let result = rustix::net::recv(&connection.socket, &mut buffer, RecvFlags::empty())
                .map(|(received, _)| received);
            self.record(fd, id, What::Recv { ret: ret(result) });
            match result {
                Ok(0) | Err(_) => return,
                Ok(n) => left = left.saturating_sub(n),
            }
        }
    }

    /// Closes everything, when the loop has ended.
    pub(in crate::server) fn close_all(&mut self, why: Why) {
        for (fd, id) in self.table.all() {
            self.close(fd, id, why);
        }
        for socket in std::mem::take(&mut self.forgotten) {
            let fd = socket.as_raw_fd();
            drop(socket);
            self.publisher.call(fd, None, What::Close);
        }
    }
}
