//! What a server publishes: one [`Event`] for each system call it made and each conclusion it drew.
//!
//! An event is a small `Copy` value. What has no fixed size (the head of a request, a path, the
//! list of ready fds) lies beside it in the batch it travels in; [`EventRef`] joins the two, and
//! [`OwnedEvent`] keeps one for longer than its batch.

use std::fmt;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::{Form, Mask, Site, Text, What};

/// A file descriptor's number, as the kernel gives it. Reused as soon as it is closed.
pub type Fd = std::os::fd::RawFd;

/// Nanoseconds since the server was started (`CLOCK_MONOTONIC`).
pub type Nanos = u64;

/// A connection's identity. Counts from 1 and is never used twice, unlike its fd.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ConnId(NonZeroU64);

impl ConnId {
    /// The id with that number; `None` for 0.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// The number, from 1.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An fd that a wait call reported, and for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ready {
    /// The descriptor.
    pub fd: Fd,
    /// The bits the kernel returned.
    pub mask: Mask,
    /// The connection it belonged to; `None` for the listener and for own plumbing.
    pub conn: Option<ConnId>,
}

/// Who made a call or drew a conclusion: the server's own thread, another thread of this process,
/// or another process. The fd of a call is a number of the process that made it; that of a
/// conclusion is the server's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct By(i32);

impl By {
    /// The server's own thread.
    pub const LOOP: Self = Self(0);

    /// Another thread, by its number (gettid(2)).
    #[must_use]
    pub fn thread(tid: i32) -> Self {
        Self(tid)
    }

    /// Another process, by its number (getpid(2)).
    #[must_use]
    pub fn process(pid: i32) -> Self {
        Self(-pid)
    }

    /// As one number: a process's below 0.
    pub(super) fn number(self) -> i32 {
        self.0
    }

    /// Who has that number.
    pub(super) fn numbered(number: i32) -> Self {
        Self(number)
    }

    /// The thread's number, if it was another thread of this process.
    #[must_use]
    pub fn tid(self) -> Option<i32> {
        (self.0 > 0).then_some(self.0)
    }

    /// The process's number, if it was another process.
    #[must_use]
    pub fn pid(self) -> Option<i32> {
        (self.0 < 0).then_some(-self.0)
    }
}

/// One thing that the server did or concluded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// Its place in the order in which this server heard of all its events, from 1. A gap is a
    /// loss. Calls that a round has folded have no place in it for the reader of the table.
    pub seq: u64,
    /// When. The clock is read once a wake-up, again every few calls within a long one and, for the
    /// reader of the table, when an answer is sent, and at every call while the loop is paced;
    /// between readings events share a time.
    /// What another process did carries the time at which that process did it. The server hears of
    /// it later, so its time may be earlier than that of the event before.
    pub time: Nanos,
    /// The descriptor it was about; -1 where there is none.
    pub fd: Fd,
    /// In which form the call was made; and whether it is own plumbing.
    pub form: Form,
    /// The connection, where there is one.
    pub conn: Option<ConnId>,
    /// What happened.
    pub what: What,
    /// Who did it.
    pub by: By,
    /// Where its payload lies, in the batch's bytes or ready list.
    pub(super) start: u32,
    /// Its payload's length in bytes or entries. Of a text that was cut, [`Event::CUT`] is set.
    pub(super) len: u16,
    /// Where in the source the call is made; `None` for facts, and for what was made up.
    pub site: Option<Site>,
}

impl Event {
    /// In the length of a text, which is at most [`Text::KEPT`] bytes long: it was cut, and behind
    /// it lies its true length.
    pub(super) const CUT: u16 = 1 << 15;

    /// An event without a payload, for what is recorded or made up; the publisher makes its own.
    /// [`super::Batch::push`] joins a payload to it.
    #[must_use]
    pub fn new(seq: u64, time: Nanos, fd: Fd, conn: Option<ConnId>, what: What) -> Self {
        let (form, by) = (Form::Usual, By::LOOP);
        Self { seq, time, fd, form, conn, what, by, start: 0, len: 0, site: None }
    }

    /// Whether it belongs to the program's own plumbing (its waker) and not to the lesson.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.form == Form::Own
    }

    /// Its name: of a call that by which it was made, of a fact that of its kind.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.form.name().unwrap_or_else(|| self.what.kind().name())
    }
}

/// An event with its payload.
#[derive(Clone, Copy, Debug)]
pub struct EventRef<'a> {
    /// The event.
    pub event: &'a Event,
    /// The head of a request, a path or another text, cut where it is long; empty for other kinds.
    pub bytes: &'a [u8],
    /// How long it was before it was cut. Of a request, [`EventRef::request_line`] says that.
    pub len: usize,
    /// The ready list of a wait call. Of a round ([`What::Round`]): who was asked, in order; see
    /// there. Empty for other kinds.
    pub ready: &'a [Ready],
}

impl<'a> EventRef<'a> {
    /// How much of a request's head is kept, in bytes; of a longer request line, as much as of any
    /// text ([`Text::KEPT`]).
    pub const HEAD_KEPT: usize = 1024;

    /// Its text: a path, what was typed, what came.
    #[must_use]
    pub fn text(&self) -> Text<'a> {
        Text { kept: self.bytes, len: self.len }
    }

    /// Of a round: the questions that got EAGAIN and are no events of their own.
    pub fn folded(&self) -> impl Iterator<Item = &'a Ready> + use<'a> {
        let is_round = matches!(self.event.what, What::Round { .. });
        self.ready.iter().filter(move |asked| is_round && asked.mask != Mask::NONE)
    }

    /// A request's method and target; `None` for other kinds.
    #[must_use]
    pub fn request_line(&self) -> Option<(Text<'a>, Text<'a>)> {
        let What::Request { method, target, .. } = self.event.what else {
            return None;
        };
        let (method, target) = (method as usize, usize::from(target));
        let front =
            |bytes: &'a [u8], len: usize| Text { kept: &bytes[..len.min(bytes.len())], len };
        let rest = self.bytes.get(method + 1..).unwrap_or_default();
        Some((front(self.bytes, method), front(rest, target)))
    }

    /// What is kept of a request's head behind its first line; `None` for other kinds, and where nothing
    /// behind it is known.
    #[must_use]
    pub fn headers(&self) -> Option<&'a [u8]> {
        let What::Request { method, target, .. } = self.event.what else { return None };
        let line = method as usize + 1 + usize::from(target);
        let rest = self.bytes.get(line..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        Some(&rest[end + 1..])
    }

    /// A copy that outlives the batch.
    #[must_use]
    pub fn to_owned(&self) -> OwnedEvent {
        OwnedEvent {
            event: *self.event,
            bytes: self.bytes.into(),
            len: self.len,
            ready: self.ready.into(),
        }
    }
}

/// An event that owns its payload.
#[derive(Clone, Debug)]
pub struct OwnedEvent {
    /// The event.
    pub event: Event,
    /// See [`EventRef::bytes`].
    pub bytes: Box<[u8]>,
    /// See [`EventRef::len`].
    pub len: usize,
    /// See [`EventRef::ready`].
    pub ready: Box<[Ready]>,
}

impl OwnedEvent {
    /// The event and its payload, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> EventRef<'_> {
        EventRef { event: &self.event, bytes: &self.bytes, len: self.len, ready: &self.ready }
    }

    /// Bytes of memory beside the event itself.
    #[must_use]
    pub fn payload(&self) -> usize {
        self.bytes.len() + size_of_val(&*self.ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_stays_small() {
        // The hot path writes one of these for each call.
        assert!(size_of::<Event>() <= 72, "{}", size_of::<Event>());
    }
}
