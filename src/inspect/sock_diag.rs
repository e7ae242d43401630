//! The kernel's table of TCP sockets, by netlink (`sock_diag(7)`).
//!
//! A dump is one request for one address family and one port: the kernel itself leaves out all
//! other sockets of the machine, but walks its whole table to do so. An exact look-up names both
//! ends of one socket and is found by hash.

mod message;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink};

use self::message::{Found, HEADER, NLM_F_DUMP, NLMSG_ERROR, REQUEST, Request};
use self::message::{SOCK_DIAG_BY_FAMILY, messages, parse, socket};
use super::{AcceptQueue, HalfOpen, Quiet, Socket, TcpState, Waiting};
use crate::words::strings;

/// All TCP states but `TIME_WAIT`, whose entries belong to no socket and can be very many.
const STATES: u32 = 0xfff & !(1 << 6);
/// `SYN_SENT` alone.
const SYN_SENT: u32 = 1 << 2;

/// So many look-ups go into one message. Each has an answer of its own, which has to find room in
/// the receive buffer (208 KiB by default, about 2 KiB for each).
const BATCH: usize = 32;

/// What the kernel knows of the sockets on one local address.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Dump {
    /// The listener's queue.
    pub(super) accept_queue: Option<AcceptQueue>,
    /// Connections that the listener dropped.
    pub(super) drops: Option<u32>,
    /// Connected sockets, sorted by peer.
    pub(super) sockets: Vec<Socket>,
    /// Those of which only the peer is kept.
    pub(super) quiet: Quiet,
    /// Those that wait in the accept queue, the longest wait first.
    pub(super) waiting: Vec<Waiting>,
    /// Those whose handshake is not complete, sorted by peer.
    pub(super) half_open: Vec<HalfOpen>,
}

impl Dump {
    /// Takes in one socket of the listener `local`. With `shown`, of one that is quiet only its
    /// peer, unless it is among these.
    fn add(&mut self, found: &Found, local: SocketAddr, shown: Option<&[SocketAddr]>) {
        // Another server may hold the same port on another address.
        if !is_at(found.own, local) {
            return;
        }
        let Socket { peer, state, recv_queue, send_queue, inode, .. } = found.socket;
        match state {
            TcpState::Listen => {
                self.accept_queue = Some(AcceptQueue { len: recv_queue, limit: send_queue });
                self.drops = found.drops;
                return;
            }
            TcpState::SynRecv => {
                self.half_open.push(HalfOpen { peer, retransmits: found.retransmits });
            }
            // A socket that the server has closed has no inode either, but is in another state.
            TcpState::Established | TcpState::CloseWait if inode == 0 => {
                let closed = state == TcpState::CloseWait;
                self.waiting.push(Waiting {
                    peer,
                    unread: found.socket.unread(),
                    closed,
                    waits: found.unsent,
                });
            }
            TcpState::Established
                if recv_queue == 0
                    && send_queue == 0
                    && shown.is_some_and(|shown| !shown.contains(&peer)) =>
            {
                self.quiet.push(peer);
                return;
            }
            _ => {}
        }
        self.sockets.push(found.socket);
    }

    /// Puts the lists in order.
    fn sort(&mut self) {
        self.quiet.sort();
        self.sockets.sort_unstable_by_key(|socket| socket.peer);
        self.sockets.dedup_by_key(|socket| socket.peer);
        self.waiting
            .sort_unstable_by_key(|waiting| (std::cmp::Reverse(waiting.waits), waiting.peer));
        self.half_open.sort_unstable_by_key(|half_open| half_open.peer);
    }
}

/// A netlink socket to ask through, and the buffer for the answers.
#[derive(Debug)]
pub(super) struct Diag {
    socket: OwnedFd,
    buffer: Vec<u8>,
    seq: u32,
    /// How many were quiet the last time.
    quiet: usize,
}

impl Diag {
    /// Opens the netlink socket.
    ///
    /// # Errors
    /// When the kernel has no `sock_diag`, or a sandbox forbids it.
    pub(super) fn open() -> io::Result<Self> {
        let socket = rustix::net::socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            Some(netlink::SOCK_DIAG),
        )?;
        // The kernel answers at once; the limit only keeps a surprise from hanging the thread.
        set_socket_timeout(&socket, Timeout::Recv, Some(Duration::from_secs(1)))?;
        // The kernel fills at most 32 KiB of a dump at a time.
        Ok(Self { socket, buffer: vec![0; 32 * 1024], seq: 0, quiet: 0 })
    }

    /// Asks for all sockets whose local address is `local`; an unspecified IP means any. With
    /// `shown`, of those that are quiet only these are told with everything.
    ///
    /// # Errors
    /// What the kernel answered, or that the answer could not be read.
    pub(super) fn dump(
        &mut self,
        local: SocketAddr,
        shown: Option<&[SocketAddr]>,
    ) -> io::Result<Dump> {
        let mut dump = Dump::default();
        dump.quiet.reserve(self.quiet);
        let any = SocketAddr::new(unspecified(local), 0);
        self.dump_all(Request { flags: NLM_F_DUMP, states: STATES, local, peer: any }, |found| {
            dump.add(&found, local, shown);
        })?;
        dump.sort();
        self.quiet = dump.quiet.len();
        Ok(dump)
    }

    /// The local addresses of this machine's sockets that try to connect to `remote`, sorted.
    ///
    /// # Errors
    /// What the kernel answered, or that the answer could not be read.
    pub(super) fn connecting(&mut self, remote: SocketAddr) -> io::Result<Vec<SocketAddr>> {
        let mut connecting = Vec::new();
        let any = SocketAddr::new(unspecified(remote), 0);
        let request = Request { flags: NLM_F_DUMP, states: SYN_SENT, local: any, peer: remote };
        self.dump_all(request, |found| {
            if is_at(found.socket.peer, remote) {
                connecting.push(found.own);
            }
        })?;
        connecting.sort_unstable();
        connecting.dedup();
        Ok(connecting)
    }

    /// Looks up the listener and these connections (local and remote address), and nothing else:
    /// who waits in the accept queue is not found out. A connection that is gone is left out.
    ///
    /// # Errors
    /// What the kernel answered, or that the answer could not be read.
    pub(super) fn exact(
        &mut self,
        listener: SocketAddr,
        connections: &[(SocketAddr, SocketAddr)],
    ) -> io::Result<Dump> {
        let mut dump = Dump::default();
        let any = SocketAddr::new(unspecified(listener), 0);
        let all: Vec<_> =
            std::iter::once((listener, any)).chain(connections.iter().copied()).collect();
        self.find(&all, |local, found| dump.add(found, local, None))?;
        dump.sort();
        Ok(dump)
    }

    /// Looks up these sockets (local and remote address) one by one; each that there is, is handed over
    /// with its own address, what is known of it, and how many bytes have come over its life.
    ///
    /// # Errors
    /// What the kernel answered, or that the answer could not be read.
    pub(super) fn look_up(
        &mut self,
        ends: &[(SocketAddr, SocketAddr)],
        mut each: impl FnMut(SocketAddr, Socket, Option<u64>),
    ) -> io::Result<()> {
        self.find(ends, |_, found| each(found.own, found.socket, found.received))
    }

    /// Every socket of an address family.
    ///
    /// # Errors
    /// What the kernel answered, or that the answer could not be read.
    pub(super) fn every(
        &mut self,
        any: IpAddr,
        mut each: impl FnMut(SocketAddr, Socket, Option<u64>),
    ) -> io::Result<()> {
        let any = SocketAddr::new(any, 0);
        let request = Request { flags: NLM_F_DUMP, states: STATES, local: any, peer: any };
        self.dump_all(request, |found| each(found.own, found.socket, found.received))
    }

    fn find(
        &mut self,
        all: &[(SocketAddr, SocketAddr)],
        mut each: impl FnMut(SocketAddr, &Found),
    ) -> io::Result<()> {
        for wanted in all.chunks(BATCH) {
            let first = self.seq.wrapping_add(1);
            let mut message = Vec::with_capacity(wanted.len() * (HEADER + REQUEST));
            for &(local, peer) in wanted {
                self.seq = self.seq.wrapping_add(1);
                let request = Request { flags: 0, states: STATES, local, peer };
                message.extend_from_slice(&request.bytes(self.seq));
            }
            rustix::net::send(&self.socket, &message, SendFlags::empty())?;
            let mut left = wanted.len();
            while left > 0 {
                for message in messages(self.receive()?) {
                    let place = usize::try_from(message.seq.wrapping_sub(first));
                    let Some(&(local, peer)) = place.ok().and_then(|place| wanted.get(place))
                    else {
                        continue;
                    };
                    left = left.saturating_sub(1);
                    match message.kind {
                        NLMSG_ERROR => match message.error() {
                            code if code == Errno::NOENT.raw_os_error() => {}
                            0 => {}
                            code => return Err(io::Error::from_raw_os_error(code)),
                        },
                        // Where there is no such connection, the kernel finds the listener, or
                        // what TIME-WAIT has left.
                        SOCK_DIAG_BY_FAMILY => {
                            let found = socket(message.body).filter(|found| {
                                found.socket.peer == peer
                                    && found.socket.state != TcpState::TimeWait
                            });
                            if let Some(found) = found {
                                each(local, &found);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Sends a request for a dump and reads the answer.
    fn dump_all(&mut self, request: Request, mut each: impl FnMut(Found)) -> io::Result<()> {
        self.seq = self.seq.wrapping_add(1);
        let seq = self.seq;
        rustix::net::send(&self.socket, &request.bytes(seq), SendFlags::empty())?;
        while !parse(self.receive()?, seq, &mut each)? {}
        Ok(())
    }

    /// One datagram.
    fn receive(&mut self) -> io::Result<&[u8]> {
        // TRUNC makes the result the message's real length, so that a cut one is noticed.
        let (_, len) =
            rustix::net::recv(&self.socket, self.buffer.as_mut_slice(), RecvFlags::TRUNC)?;
        self.buffer.get(..len).ok_or_else(|| io::Error::other(strings().inspect.large_message))
    }
}

/// Any address, of the same family.
fn unspecified(like: SocketAddr) -> IpAddr {
    match like {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// Whether `end` is at the address of a listener; an unspecified IP means any.
fn is_at(end: SocketAddr, listener: SocketAddr) -> bool {
    end.port() == listener.port() && (listener.ip().is_unspecified() || end.ip() == listener.ip())
}
