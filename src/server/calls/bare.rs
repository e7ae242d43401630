//! The bare calls: accept, receive and send, in the types of telemetry.

use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::{self, RecvFlags, SendFlags, SocketFlags};

use crate::descriptors;
use crate::server::Bound;
use crate::server::convert::{errno, ret};
use crate::telemetry::{Errno, What};

/// A client's socket and address.
type Peer = Result<(OwnedFd, SocketAddr), Errno>;

/// How a client's socket is made: no call on it sleeps.
pub(in crate::server) const NONBLOCKING: SocketFlags = SocketFlags::NONBLOCK.union(SLEEPING);

/// How a client's socket is made: calls on it sleep.
pub(in crate::server) const SLEEPING: SocketFlags = SocketFlags::CLOEXEC;

/// `accept4(2)`: the next client's socket and address.
pub(in crate::server) fn accept(bound: &Bound, flags: SocketFlags) -> Peer {
    let accepted = net::acceptfrom_with(&bound.socket, flags);
    let (socket, peer) = accepted.map_err(errno)?;
    let socket =
        if bound.apart { descriptors::apart(&socket).ok_or(Errno::MFILE)? } else { socket };
    // An internet socket's peer has an internet address.
    let peer = peer.and_then(|peer| peer.try_into().ok());
    Ok((socket, peer.unwrap_or(bound.addr)))
}

/// `recv(2)`.
#[inline]
pub(in crate::server) fn recv(from: impl AsFd, input: &mut [u8]) -> What {
    let received = net::recv(from, input, RecvFlags::empty());
    What::Recv { ret: ret(received.map(|(count, _)| count)) }
}

/// `send(2)` that does not sleep, whatever the socket is like (`MSG_DONTWAIT`).
pub(in crate::server) fn send_now(to: impl AsFd, bytes: &[u8]) -> What {
    sent(to, bytes, SendFlags::DONTWAIT)
}

/// `send(2)`. `more` says that something follows at once (`MSG_MORE`).
#[inline]
pub(in crate::server) fn send(to: impl AsFd, bytes: &[u8], more: bool) -> What {
    sent(to, bytes, if more { SendFlags::MORE } else { SendFlags::empty() })
}

#[inline]
fn sent(to: impl AsFd, bytes: &[u8], flags: SendFlags) -> What {
    let ret = ret(net::send(to, bytes, SendFlags::NOSIGNAL | flags));
    What::Send { ret, len: bytes.len() as u64 }
}
