//! One connection: its socket, what of its input is not answered yet and what of its answers is
//! not sent yet. Both are empty while it is idle, and then hold no memory.

use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};

use super::echo::Text;
use crate::http::{Discard, Payload};
use crate::telemetry::{By, ConnId, ConnState, Kind, Mask, Nanos, Ret, Row, Why};

/// A connection of the table.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not the states of a machine")]
pub(super) struct Connection {
    pub(super) socket: OwnedFd,
    pub(super) row: Row,
    /// The row has changed since it was last published.
    pub(super) changed: bool,
    /// Received, but not a whole request yet, or waiting behind an answer that is being sent.
    pub(super) input: Vec<u8>,
    /// `input` may begin with a whole request, which had to wait until earlier answers were sent.
    pub(super) behind: bool,
    /// The body of the request just answered, as far as it is still to come.
    pub(super) body: Option<Discard>,
    /// What comes, as text; only under the echo protocol, and once something has come.
    pub(super) text: Option<Text>,
    /// Answered, but not taken by the kernel yet.
    pub(super) output: Output,
    /// The kernel may hold more input and will not tell again: with edges, an event is due only
    /// for what arrives after it.
    pub(super) unread: bool,
    /// It is on the list of unfinished ones.
    pub(super) unfinished: bool,
    /// The peer has closed or broken its half: reading on leads to the end, so a short read does
    /// not mean that all was read.
    pub(super) hangup: bool,
    /// No further request is taken; it is closed for this reason when all is sent.
    pub(super) ending: Option<Why>,
    /// What of a request is awaited, and since when.
    pub(super) awaits: Option<(Part, Nanos)>,
    /// Our half is shut; until then, and for so many bytes more, the peer may go on talking.
    pub(super) linger: Option<Linger>,
}

/// A part of a request that has begun to come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The request line and header section.
    Head,
    /// The body.
    Body,
}

/// The bounds of a lingering close.
#[derive(Clone, Copy)]
pub(super) struct Linger {
    pub(super) until: Nanos,
    pub(super) bytes: usize,
}

/// What is still to be sent: the bytes first, then the payload.
pub(super) struct Output {
    pub(super) bytes: Vec<u8>,
    pub(super) payload: Payload,
}

impl Output {
    pub(super) const EMPTY: Self = Self { bytes: Vec::new(), payload: Payload::None };

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && matches!(self.payload, Payload::None)
    }
}

impl Connection {
    pub(super) fn new(socket: OwnedFd, id: ConnId, peer: SocketAddr, now: Nanos) -> Self {
        let row = Row {
            id,
            fd: socket.as_raw_fd(),
            peer,
            state: ConnState::New,
            half_closed: false,
            stopped: false,
            interest: Mask::NONE,
            last: Kind::Accept,
            last_ret: Ret::ZERO,
            requests: 0,
            bytes_in: 0,
            bytes_out: 0,
            opened: now,
            active: now,
            by: By::LOOP,
            within: None,
            why: None,
        };
        Self {
            socket,
            row,
            changed: false,
            input: Vec::new(),
            behind: false,
            body: None,
            text: None,
            output: Output::EMPTY,
            unread: false,
            unfinished: false,
            hangup: false,
            ending: None,
            awaits: None,
            linger: None,
        }
    }

    /// What it is doing, for the table.
    pub(super) fn state(&self) -> ConnState {
        if self.linger.is_some() {
            ConnState::Lingering
        } else if !self.output.is_empty() {
            ConnState::Writing
        } else if !self.input.is_empty() || self.body.is_some() {
            ConnState::Reading
        } else if self.row.bytes_in == 0 {
            ConnState::New
        } else {
            ConnState::Idle
        }
    }
}
