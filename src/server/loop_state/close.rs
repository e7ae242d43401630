//! The ways in which a connection ends.

use std::os::fd::OwnedFd;

use super::{Gone, LoopState, Made, token};
use crate::http::Payload;
use crate::server::connection::{Connection, LINGER, LINGER_BYTES, Linger};
use crate::server::selector::{Token, Watcher};
use crate::server::session::Session;
use crate::server::table::Client;
use crate::telemetry::{Errno, Kind, Mask, Mistake, Nanos, Row, Why};

/// Unread input taken off a connection's hands before it is closed, in bytes at most.
const DRAIN: usize = 1024 * 1024;

/// What is left of a connection whose socket is being closed.
pub(in crate::server) struct Closing {
    pub(in crate::server) row: Row,
    session: Session,
    refused: bool,
    why: Why,
}

impl<W: Watcher> LoopState<W> {
    /// The gate before the close of a connection: takes it out of the table, its socket apart.
    /// `None` when it is gone, or its socket is kept open on purpose.
    #[track_caller]
    pub(in crate::server) fn begin_close(
        &mut self,
        client: Client,
        why: Why,
    ) -> Option<(OwnedFd, Closing)> {
        self.pass(Kind::Close, client).ok()?;
        let connection = self.table.remove(client.fd)?;
        let Connection { socket, mut row, session, refused, .. } = *connection;
        let kept = self.forgets(token(client), why);
        // With this mistake a list of the program's own has every fd that ever was on it.
        let listed =
            kept || self.config.makes(Mistake::ForgetUnregister) && self.selector.fd().is_none();
        if !listed {
            row.interest = Mask::NONE;
        }
        let closing = Closing { row, session, refused, why };
        if kept {
            self.forgotten.push(socket);
            self.closed(closing);
            return None;
        }
        Some((socket, closing))
    }

    /// What follows from the close of a connection.
    #[track_caller]
    pub(in crate::server) fn closed(&mut self, closing: Closing) {
        let Closing { row, session, refused, why } = closing;
        let client = Client::of(&row);
        self.timers.clear(client.fd);
        self.refused -= usize::from(refused);
        self.publisher.closed(row, why);
        if let Some(pool) = &mut self.pool {
            pool.forget(client.id);
        }
        self.release(session);
        // A descriptor is free: let the resting listener try at once.
        self.acceptable |= self.listener.resting.is_some();
    }

    /// Whether a socket is kept open on purpose (`--mistake forget-unregister`); if not, the selector
    /// forgets it. The kernel's own list forgets a closed one by itself, so with epoll the mistake
    /// takes not to close it.
    fn forgets(&mut self, token: Token, why: Why) -> bool {
        let forgets = self.config.makes(Mistake::ForgetUnregister);
        if !forgets {
            self.selector.forget(token);
        }
        forgets && self.selector.fd().is_some() && why.is_the_peers()
    }

    /// What is left of a closed connection's session: a file that was being sent is closed too.
    #[track_caller]
    pub(in crate::server) fn release(&mut self, session: Session) {
        self.close_file(session.output.payload);
    }

    /// A file that was sent, or will not be.
    #[track_caller]
    pub(in crate::server) fn close_file(&mut self, payload: Payload) {
        if let Payload::File { file, .. } = payload {
            self.close_fd(file);
        }
    }

    /// A call failed for good: closes the connection.
    #[track_caller]
    pub(in crate::server) fn broken(&mut self, client: Client, errno: Errno) -> Gone {
        let Some(connection) = self.table.get(client) else { return Gone };
        let why = match connection.session.ending {
            // All was sent before; that is why it ends.
            Some(why) if connection.linger.is_some() => why,
            _ => Why::of(errno),
        };
        self.close(client, why)
    }

    /// All is sent and nothing more is taken: closes a connection if that needs no lingering, and
    /// returns whether it did. So many that were refused may linger; the others give their
    /// descriptors back at once, for the files of those that were admitted.
    #[track_caller]
    pub(in crate::server) fn close_now(&mut self, client: Client, unread: bool, why: Why) -> bool {
        let crowded = self.refused > self.config.max_refused;
        let Some(connection) = self.table.get(client) else { return true };
        let silent = connection.is_silent(why, unread);
        let hurried = connection.refused && crowded;
        if hurried && !silent {
            self.drain(client);
        }
        if silent || hurried {
            self.close(client, why);
        }
        silent || hurried
    }

    /// Closes our half only, because closing a socket with unread input sends a reset, and a reset
    /// can overtake the answer (RFC 9112 section 9.6). Returns how long the peer may go on talking.
    #[track_caller]
    pub(in crate::server) fn half_close(&mut self, client: Client) -> Made<Nanos> {
        let until = self.publisher.now() + LINGER;
        let connection = self.shutdown(client)?;
        connection.session.input = Vec::new();
        connection.linger = Some(Box::new(Linger { until, bytes: LINGER_BYTES }));
        Ok(until)
    }

    /// Closes with a reset.
    #[track_caller]
    pub(in crate::server) fn reset(&mut self, client: Client, why: Why) {
        if self.set_linger(client).is_ok() {
            self.close(client, why);
        }
    }

    /// Takes unread input away, since `close(2)` on a socket that has some sends a reset in place
    /// of a FIN.
    #[track_caller]
    pub(in crate::server) fn drain(&mut self, client: Client) {
        let mut left = DRAIN;
        let mut buffer = [0; 4096];
        while left > 0 {
            match self.recv(client, &mut buffer) {
                Ok((Ok(n @ 1..), _)) => left = left.saturating_sub(n),
                _ => return,
            }
        }
    }

    /// Closes everything, when the loop has ended.
    pub(in crate::server) fn close_all(&mut self, why: Why) {
        for client in self.table.all() {
            self.close(client, why);
        }
        for socket in std::mem::take(&mut self.forgotten) {
            self.close_fd(socket);
        }
    }
}
