//! One connection of a readiness loop: its socket, its row of the table, and what the loop must
//! remember of it from one event to the next.

use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};

use super::session::Session;
use super::table::TableEntry;
use crate::telemetry::{ConnId, ConnState, Mask, Nanos, Row, Why};

/// A connection of the table.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not the states of a machine")]
pub(super) struct Connection {
    pub(super) socket: OwnedFd,
    pub(super) row: Row,
    /// What was said and is to be said.
    pub(super) session: Session,
    /// The kernel may hold more input and will not report it again: with edges, an event is due
    /// only for what arrives after it.
    pub(super) unread: bool,
    /// When the server was told of what is unread.
    pub(super) told: Nanos,
    /// It is on the list of unfinished ones.
    pub(super) unfinished: bool,
    /// The peer has closed or broken its half: reading on leads to the end, so a short read does
    /// not mean that all was read.
    pub(super) hangup: bool,
    /// The kernel took no more of an answer: OUT is asked for.
    pub(super) blocked: bool,
    /// There was no place for it.
    pub(super) refused: bool,
    /// Our half is shut; until then, and for so many bytes more, the peer may go on talking.
    pub(super) linger: Option<Box<Linger>>,
}

/// What the loop has to do next with a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    /// Send what waits to be sent.
    Send,
    /// Answer what was received.
    Answer,
    /// Receive.
    Receive,
    /// All is sent and nothing more is taken: end it, for this reason.
    WindUp(Why),
    /// The peer has closed its half, and all is answered: close it.
    Close(Why),
    /// Nothing, until an event comes.
    Nothing,
}

/// How long a closing connection may go on talking, and how much, so that its answer arrives.
pub(super) const LINGER: Nanos = 2_000_000_000;
pub(super) const LINGER_BYTES: usize = 1024 * 1024;

/// The bounds of a lingering close.
#[derive(Clone, Copy)]
pub(super) struct Linger {
    pub(super) until: Nanos,
    pub(super) bytes: usize,
}

impl Connection {
    pub(super) fn new(socket: OwnedFd, id: ConnId, peer: SocketAddr, now: Nanos) -> Self {
        let row = Row::new(id, socket.as_raw_fd(), peer, now);
        Self {
            socket,
            row,
            session: Session::default(),
            unread: false,
            told: now,
            unfinished: false,
            hangup: false,
            blocked: false,
            refused: false,
            linger: None,
        }
    }

    /// Notes what a wait call said of it, which returned then.
    #[inline]
    pub(super) fn note_ready(&mut self, mask: Mask, woke: Nanos) {
        let gone = Mask::RDHUP.with(Mask::HUP).with(Mask::ERR);
        let room = Mask::OUT.with(Mask::HUP).with(Mask::ERR);
        self.hangup |= mask.any(gone);
        if !self.unread {
            self.told = woke;
        }
        self.unread |= mask.any(gone.with(Mask::IN));
        self.blocked &= !mask.any(room);
    }

    /// Notes the peer's FIN.
    pub(super) fn note_fin(&mut self) {
        self.unread = false;
        self.row.half_closed = true;
    }

    /// The kernel takes no more: what is left of the answers waits, in no more memory than it
    /// needs.
    pub(super) fn block(&mut self) {
        self.blocked = true;
        self.session.output.bytes.shrink_to_fit();
    }

    /// What the loop has to do next: send, then answer what is here, then receive.
    #[inline]
    pub(super) fn due(&mut self) -> Due {
        let session = &mut self.session;
        if !session.output.is_empty() {
            return if self.blocked { Due::Nothing } else { Due::Send };
        }
        if let Some(why) = session.ending
            && self.linger.is_none()
        {
            return Due::WindUp(why);
        }
        if session.handler.is_awaited() {
            return Due::Nothing;
        }
        if session.is_behind() {
            return Due::Answer;
        }
        if self.row.half_closed {
            return Due::Close(session.ending.unwrap_or(Why::PeerClosed));
        }
        if self.unread && !self.row.stopped { Due::Receive } else { Due::Nothing }
    }

    /// What it is doing, for the table.
    pub(super) fn state(&self) -> ConnState {
        if self.linger.is_some() {
            ConnState::Lingering
        } else if !self.session.output.is_empty() {
            ConnState::Writing
        } else if self.session.handler.is_awaited() {
            ConnState::Handling
        } else if self.session.is_reading() {
            ConnState::Reading
        } else if self.row.bytes_in == 0 {
            ConnState::New
        } else {
            ConnState::Idle
        }
    }

    /// Whether it can be closed without a reset, when all is sent: the peer has nothing left to
    /// say, and there is nothing `unread`.
    pub(super) fn is_silent(&self, why: Why, unread: bool) -> bool {
        self.row.half_closed || why == Why::Answered && !unread && !self.session.is_reading()
    }
}

impl TableEntry for Connection {
    fn row(&self) -> &Row {
        &self.row
    }

    fn row_mut(&mut self) -> &mut Row {
        &mut self.row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_stays_small() {
        // Each is a block of its own, of which glibc takes 8 more and rounds up to 16.
        assert!(size_of::<Connection>() <= 312, "{}", size_of::<Connection>());
    }
}
