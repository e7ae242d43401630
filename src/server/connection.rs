//! One connection of a readiness loop: its socket, its row of the table, and what the loop must
//! remember of it from one event to the next.

use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};

use super::session::{Handler, Session};
use super::table::Seat;
use crate::telemetry::{By, ConnId, ConnState, Kind, Mask, Nanos, Ret, Row};

/// A connection of the table.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not the states of a machine")]
pub(super) struct Connection {
    pub(super) socket: OwnedFd,
    pub(super) row: Row,
    /// The row has changed since it was last published.
    changed: bool,
    /// What was said and is to be said.
    pub(super) session: Session,
    /// The kernel may hold more input and will not tell again: with edges, an event is due only
    /// for what arrives after it.
    pub(super) unread: bool,
    /// It is on the list of unfinished ones.
    pub(super) unfinished: bool,
    /// The peer has closed or broken its half: reading on leads to the end, so a short read does
    /// not mean that all was read.
    pub(super) hangup: bool,
    /// The kernel took no more of an answer: OUT is asked for.
    pub(super) blocked: bool,
    /// Our half is shut; until then, and for so many bytes more, the peer may go on talking.
    pub(super) linger: Option<Linger>,
}

/// The bounds of a lingering close.
#[derive(Clone, Copy)]
pub(super) struct Linger {
    pub(super) until: Nanos,
    pub(super) bytes: usize,
}

/// The row of a connection that was just accepted.
pub(super) fn row(fd: &impl AsRawFd, id: ConnId, peer: SocketAddr, now: Nanos) -> Row {
    let fd = fd.as_raw_fd();
    Row {
        id,
        fd,
        peer,
        state: ConnState::New,
        half_closed: false,
        stopped: false,
        interest: Mask::NONE,
        last: Kind::Accept,
        last_ret: Ret::ok(fd.unsigned_abs().into()),
        requests: 0,
        bytes_in: 0,
        bytes_out: 0,
        opened: now,
        active: now,
        by: By::LOOP,
        within: None,
        why: None,
    }
}

impl Connection {
    pub(super) fn new(socket: OwnedFd, id: ConnId, peer: SocketAddr, now: Nanos) -> Self {
        let row = row(&socket, id, peer, now);
        Self {
            socket,
            row,
            changed: false,
            session: Session::default(),
            unread: false,
            unfinished: false,
            hangup: false,
            blocked: false,
            linger: None,
        }
    }

    /// What it is doing, for the table.
    pub(super) fn state(&self) -> ConnState {
        if self.linger.is_some() {
            ConnState::Lingering
        } else if !self.session.output.is_empty() {
            ConnState::Writing
        } else if self.session.handler == Handler::Pool {
            ConnState::Handling
        } else if !self.session.input.is_empty() || self.session.body.is_some() {
            ConnState::Reading
        } else if self.row.bytes_in == 0 {
            ConnState::New
        } else {
            ConnState::Idle
        }
    }
}

impl Seat for Connection {
    fn row(&self) -> &Row {
        &self.row
    }

    fn row_mut(&mut self) -> &mut Row {
        &mut self.row
    }

    fn changed(&mut self) -> &mut bool {
        &mut self.changed
    }
}
