//! What a client is told, in bytes.

use crate::clients::Act;
use crate::lesson::Deed;

/// Of its receive queue: small, so that a long answer is soon a matter of what it reads.
const RECEIVE_BUFFER: usize = 4096;
/// How a request begins that never ends; it goes on with `x`.
const HEAD: &[u8] = b"GET / HTTP/1.1\r\nHost: lesson\r\nX-Lesson: ";
/// What is said at parting.
const BYE: &[u8] = b"bye";

pub(super) fn connect() -> Act {
    Act::Connect { receive_buffer: Some(RECEIVE_BUFFER) }
}

/// What it is told, where so many bytes of a request that never ends are `begun`.
pub(super) fn act(deed: &Deed, begun: usize) -> Act {
    match deed {
        Deed::SendBytes(bytes) => {
            let endless = HEAD.iter().copied().chain(std::iter::repeat(b'x'));
            Act::Send(endless.skip(begun).take(*bytes).collect())
        }
        Deed::SendText(text) => Act::Send(text.clone().into_bytes()),
        Deed::Ask(path) => Act::Ask(path.clone()),
        Deed::Read(Some(bytes)) => Act::Read(*bytes),
        Deed::Read(None) => Act::ReadAll,
        Deed::StopReading => Act::StopReading,
        Deed::HalfClose => Act::HalfClose,
        Deed::Reset => Act::Reset,
        Deed::Close => Act::Close,
        Deed::SayBye => Act::Bye(BYE.to_vec()),
    }
}

/// How many bytes of a request that never ends are begun after that.
pub(super) fn begun(deed: &Deed, before: usize) -> usize {
    match deed {
        Deed::SendBytes(bytes) => before.saturating_add(*bytes),
        Deed::SendText(_) | Deed::Ask(_) => 0,
        _ => before,
    }
}
