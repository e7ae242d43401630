//! What is said on one connection, without its socket: input that is not answered yet, answers that
//! are not sent yet. Both are empty while it is idle, and then hold no memory.

use super::echo::Text;
use crate::http::{Discard, Payload};
use crate::telemetry::{Kind, Nanos, What, Why};

/// What is received and sent on one connection.
#[derive(Default)]
pub(super) struct Session {
    /// Received, but not a whole request yet, or waiting behind an answer that is being sent.
    pub(super) input: Vec<u8>,
    /// `input` may begin with a whole request, which had to wait until earlier answers were sent.
    pub(super) behind: bool,
    /// The body of the request just answered, as far as it is still to come.
    pub(super) body: Option<Box<Discard>>,
    /// What comes, as text; only under the echo protocol, and once something has come.
    pub(super) text: Option<Text>,
    /// Answered, but not taken by the kernel yet.
    pub(super) output: Output,
    /// No further request is taken; it is closed for this reason when all is sent.
    pub(super) ending: Option<Why>,
    /// Where the handler of the next request is, if it has one.
    pub(super) handler: Handler,
    /// How long the handlers may take that were begun since something was last received.
    pub(super) slow: Nanos,
    /// Its answer does not end: what is told comes from elsewhere, and nothing is taken any more.
    pub(super) streams: bool,
    /// What of a request is awaited, and since when.
    pub(super) awaits: Option<(Part, Nanos)>,
    /// When the server was told of what was received last. Until all of that is answered, nothing
    /// more is received.
    pub(super) told: Nanos,
}

impl Session {
    /// Whether input had to wait until earlier answers were sent. It need not any longer.
    pub(super) fn is_behind(&mut self) -> bool {
        !self.input.is_empty() && std::mem::take(&mut self.behind)
    }

    /// Whether a part of a request is here, or of its body still to come.
    pub(super) fn is_reading(&self) -> bool {
        !self.input.is_empty() || self.body.is_some()
    }
}

/// Where the handler of a request is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Handler {
    /// It was not begun.
    #[default]
    None,
    /// In the pool; until it has ended, nothing is received and nothing answered.
    Pool,
    /// It has ended in the pool; its answer is due.
    Ended,
    /// It has to wait until the loop has run those before it; until then, as in the pool.
    Due,
    /// It may run on the loop now.
    Turn,
}

impl Handler {
    /// Whether nothing is received and nothing answered until the server says so.
    pub(super) fn is_awaited(self) -> bool {
        matches!(self, Self::Pool | Self::Due)
    }
}

/// A part of a request that has begun to come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The request line and header section.
    Head,
    /// The body.
    Body,
}

/// What is still to be sent: the bytes first, then the payload.
pub(super) struct Output {
    pub(super) bytes: Vec<u8>,
    pub(super) payload: Payload,
    /// Requests whose answers these are; the last of them may have the payload.
    pub(super) answers: u32,
}

impl Default for Output {
    fn default() -> Self {
        Self { bytes: Vec::new(), payload: Payload::None, answers: 0 }
    }
}

impl Output {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && matches!(self.payload, Payload::None)
    }

    /// How many bytes of the payload are to be sent.
    #[inline]
    pub(super) fn payload_left(&self) -> u64 {
        match &self.payload {
            Payload::None => 0,
            Payload::Memory(bytes) => bytes.len() as u64,
            Payload::File { len, .. } => *len,
        }
    }

    /// Puts more bytes behind those that wait. Where none do, it takes their memory too.
    pub(super) fn append(&mut self, bytes: &mut Vec<u8>) {
        if self.bytes.is_empty() {
            self.bytes = std::mem::take(bytes);
        } else {
            self.bytes.append(bytes);
        }
    }

    /// A call has offered the bytes: takes off what was sent of them.
    #[inline]
    pub(super) fn took(&mut self, what: What) {
        self.bytes.drain(..what.size().unwrap_or(0));
    }

    /// The call that sends the next piece of it, if there is one.
    #[inline]
    pub(super) fn next(&self) -> Option<Kind> {
        match &self.payload {
            _ if !self.bytes.is_empty() => Some(Kind::Send),
            Payload::None => None,
            Payload::Memory(_) => Some(Kind::Send),
            Payload::File { .. } => Some(Kind::Sendfile),
        }
    }

    /// Whether the payload is sent, if there is one.
    #[inline]
    pub(super) fn is_sent(&self) -> bool {
        match &self.payload {
            Payload::None => true,
            Payload::Memory(bytes) => bytes.is_empty(),
            Payload::File { len, .. } => *len == 0,
        }
    }

    /// How many bytes are to be sent.
    #[inline]
    pub(super) fn left(&self) -> u64 {
        self.bytes.len() as u64 + self.payload_left()
    }

    /// How many answers were sent to their last byte since this was last asked.
    #[inline]
    pub(super) fn take_answered(&mut self) -> u32 {
        if self.answers == 0 || !self.bytes.is_empty() {
            return 0;
        }
        let left = u32::from(!self.is_sent());
        std::mem::replace(&mut self.answers, left) - left
    }

    /// Takes off what is sent: the memory of the bytes becomes `spare`, for the next answer; then
    /// the payload, which is returned.
    #[inline]
    pub(super) fn take_sent(&mut self, spare: &mut Vec<u8>) -> Payload {
        if self.bytes.capacity() > 0 {
            if self.bytes.is_empty() {
                *spare = std::mem::take(&mut self.bytes);
            }
        } else if self.is_sent() {
            return std::mem::replace(&mut self.payload, Payload::None);
        }
        Payload::None
    }
}

/// What is left of the input when so much of it is used: of what was kept, which has the fresh
/// bytes at its end by then, or of the fresh bytes alone.
pub(super) fn rest_of(mut kept: Vec<u8>, fresh: &[u8], used: usize) -> Vec<u8> {
    if kept.is_empty() {
        return fresh[used..].to_vec();
    }
    kept.drain(..used);
    // A burst leaves no more memory claimed than it needs now.
    if kept.capacity() / 4 > kept.len() {
        kept.shrink_to_fit();
    }
    kept
}

/// Takes the whole piece that was offered as sent (`--mistake ignore-partial-write`).
pub(super) fn pretend_all_sent(what: What, output: &mut Output) {
    let (What::Send { ret, len } | What::Sendfile { ret, len, .. }) = what else { return };
    let lost = len - ret.get().unwrap_or(0);
    match &mut output.payload {
        _ if !output.bytes.is_empty() => output.bytes.clear(),
        Payload::None => {}
        Payload::Memory(bytes) => drop(bytes.split_to(usize::try_from(lost).unwrap_or(0))),
        Payload::File { offset, len: left, .. } => {
            *offset += lost;
            *left -= lost;
        }
    }
}
