//! mio's tokens, interests and events, and ours.

use super::Token;
use crate::telemetry::Mask;

/// What mio is asked to watch for.
pub(super) fn to_interest(mask: Mask) -> mio::Interest {
    if mask.has(Mask::OUT) {
        mio::Interest::READABLE | mio::Interest::WRITABLE
    } else {
        mio::Interest::READABLE
    }
}

/// mio hides the kernel's bits behind questions; this asks back for
/// them. For a TCP socket that is watched for IN and RDHUP the answer
/// is exact, because the kernel reports neither RDHUP without IN, nor
/// HUP without RDHUP, nor ERR without HUP there (`tcp_poll`,
/// `tcp_done`).
pub(super) fn mask(event: &mio::event::Event) -> Mask {
    [
        (event.is_readable(), Mask::IN),
        (event.is_writable(), Mask::OUT),
        (event.is_read_closed(), Mask::RDHUP),
        (event.is_error(), Mask::ERR),
        (event.is_read_closed() && event.is_write_closed(), Mask::HUP),
    ]
    .into_iter()
    .filter(|&(set, _)| set)
    .fold(Mask::NONE, |mask, (_, bit)| mask.with(bit))
}

/// mio's token is what `epoll_data` carries.
#[expect(clippy::cast_possible_truncation, reason = "64 bits wide where this is used")]
pub(super) fn to_mio(token: Token) -> mio::Token {
    mio::Token(token.to_data() as usize)
}

pub(super) fn from_mio(token: mio::Token) -> Token {
    Token::from_data(token.0 as u64)
}
