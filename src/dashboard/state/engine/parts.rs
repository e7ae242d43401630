//! What the loop's picture is made of.

use crate::inspect::{AcceptQueue, Arrivals, EpollView, RuntimeView, Unseen};
use crate::telemetry::{Fd, Kind, Mask, Nanos, Ready, Ret};

/// Wake-ups that are remembered.
pub const WAKES: usize = 32;

/// Fds of the interest list that are watched for the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// What they are watched for.
    pub mask: Mask,
    /// The fds, as runs of neighbouring numbers: first and last.
    pub runs: Vec<(Fd, Fd)>,
}

/// How far the program has got with one entry of the ready array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Served {
    /// No call has been made for it in this turn.
    Not,
    /// The last call, or the one that comes next, is for it.
    Now,
    /// Calls were made for it, and the program has gone on.
    Done,
    /// It was closed in this turn before its event was looked at: the event is stale.
    Stale,
}

/// An entry of the ready array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// As the wait call returned it.
    pub ready: Ready,
    /// How far it has got.
    pub served: Served,
}

/// How much is known of the turn that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Known {
    /// No wait call has been seen.
    #[default]
    Nothing,
    /// All of its calls so far.
    All,
    /// Some of its calls were left out of the stream: what looks unserved may have been served.
    Part,
    /// Its wait call itself was left out.
    NoWait,
}

/// A wait call's return; for `scan` a round of questions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wake {
    /// Which call it was; [`Kind::Round`] for a round.
    pub kind: Kind,
    /// Fds that were asked: those of the list handed over, or of the round.
    pub examined: u32,
    /// Bytes of the list handed over and back; 0 where there is none.
    pub copied: u32,
    /// When it returned.
    pub time: Nanos,
    /// How long it had waited; for a round, how long the nap before it was.
    pub waited: Nanos,
    /// What it returned.
    pub ret: Ret,
    /// How many of those were our own plumbing.
    pub own: u32,
    /// How many were not.
    pub ready: u32,
    /// The first ready fds, own plumbing left out.
    pub first: [Option<Fd>; 8],
    /// System calls made in its turn so far, without the wait call and own plumbing.
    pub calls: u32,
    /// Some of the calls of its turn were left out.
    pub part: bool,
}

/// A receive queue that is not empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Queue {
    /// The descriptor that it belongs to.
    pub fd: Fd,
    /// Bytes that the server has not read.
    pub bytes: u32,
    /// It has grown since it was last looked at.
    pub grown: bool,
    /// Since when it has not been empty, at least: the first look that found bytes in it after the
    /// last that the server has read from it.
    pub since: Nanos,
}

/// What is remembered of a receive queue that is not empty, from one look to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unread {
    pub(super) bytes: u32,
    pub(super) since: Nanos,
    /// What the server had read by then.
    pub(super) read: u64,
}

/// What the inspector measured.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// The listeners' queues; none where they are not known.
    pub accept: Vec<AcceptQueue>,
    /// More wait in them than when they were last looked at.
    pub accept_grown: bool,
    /// The receive queues that are not empty, by fd.
    pub queues: Vec<Queue>,
    /// The server's epoll, entry by entry, as it is while the loop is held before this call; `None`
    /// while it was not asked.
    pub epoll: Option<EpollView>,
    /// The loop inside the runtime, where one waits; `None` while it is not seen.
    pub runtime: Option<RuntimeView>,
    /// When it was taken.
    pub taken: Nanos,
    /// Who waits in the accept queues, and who is on the way there; `None` while that is not known.
    pub arrivals: Option<Arrivals>,
    /// How many sockets of this machine wait for the answer to their SYN; `None` while not asked.
    pub connecting: Option<usize>,
    /// How often the listeners have dropped a connection that wanted to come, since they listen.
    pub dropped: Option<u32>,
    /// Why something is missing.
    pub unseen: Option<Unseen>,
}

impl Measured {
    /// How many wait to be accepted, at all listeners together.
    #[must_use]
    pub fn waits_for_accept(&self) -> Option<u32> {
        self.accept.iter().map(|queue| queue.len).reduce(u32::saturating_add)
    }

    /// In how many accept queues there is no room.
    #[must_use]
    pub fn full(&self) -> usize {
        self.accept.iter().filter(|queue| queue.len >= queue.limit && queue.limit > 0).count()
    }
}
