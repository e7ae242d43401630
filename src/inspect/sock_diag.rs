//! The kernel's table of TCP sockets, by netlink (`sock_diag(7)`).
//!
//! A dump is one request for one address family and its ports: the kernel itself leaves out all
//! other sockets of the machine, but walks its whole table to do so. An exact look-up names both
//! ends of one socket and is found by hash. Those that listen lie in a small table of their own.

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

use self::message::{End, Found, HEADER, NLM_F_DUMP, NLMSG_ERROR, REQUEST, Request};
use self::message::{SOCK_DIAG_BY_FAMILY, messages, only, parse, socket};
use super::{AcceptQueue, HalfOpen, Listening, Queued, Quiet, Socket, TcpState, Waiting};
use crate::telemetry::{Local, canonical};
use crate::words::strings;

/// All TCP states but `TIME_WAIT`, whose entries belong to no socket and can be very many.
const STATES: u32 = 0xfff & !(1 << 6);
/// `SYN_SENT` alone.
const SYN_SENT: u32 = 1 << 2;
/// `LISTEN` alone: for these the kernel walks no other table than theirs.
const LISTEN: u32 = 1 << 10;

/// So many look-ups go into one message. Each has an answer of its own, which has to find room in
/// the receive buffer (208 KiB by default, about 2 KiB for each).
const BATCH: usize = 32;

/// Where a server listens.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    /// An unspecified IP means any.
    pub(super) first: SocketAddr,
    /// Of a program that has several.
    pub(super) others: &'a [Listening],
}

impl At<'_> {
    /// One listener.
    #[cfg(test)]
    fn one(first: SocketAddr) -> Self {
        Self { first, others: &[] }
    }

    fn all(&self) -> impl Iterator<Item = SocketAddr> {
        std::iter::once(self.first).chain(self.others.iter().map(|other| other.addr))
    }

    /// Who has come to the only address needs not to be told from others.
    fn local(&self, own: SocketAddr) -> Local {
        let one = self.others.is_empty() && !self.first.ip().to_canonical().is_unspecified();
        if one { Local::UNKNOWN } else { Local::of(canonical(own)) }
    }

    /// Whether a socket with this end belongs to one of them.
    fn has(&self, end: SocketAddr) -> bool {
        self.all().any(|listener| is_at(end, listener))
    }
}

/// What the kernel knows of the sockets of some listeners.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Dump {
    /// The first listener's queue.
    pub(super) accept_queue: Option<AcceptQueue>,
    /// Connections that it dropped.
    pub(super) drops: Option<u32>,
    /// The same of the others.
    pub(super) others: Vec<Queued>,
    /// The end of the last socket, and whether it is one of ours: nearly all have the same.
    last: Option<(SocketAddr, Option<Local>)>,
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
    /// Takes in one socket, if it is of one of the listeners. With `shown`, of one that is quiet only
    /// its ends, unless its peer is among these.
    fn add(&mut self, found: &Found, at: At<'_>, shown: Option<&[SocketAddr]>) {
        let Socket { peer, state, recv_queue, send_queue, inode, .. } = found.socket;
        if state == TcpState::Listen {
            return self.listens(found, at);
        }
        let peer = canonical(peer);
        let local = match self.last {
            Some((own, local)) if own == found.own => local,
            // Another server may hold the same port on another address.
            _ => at.has(found.own).then(|| at.local(found.own)),
        };
        self.last = Some((found.own, local));
        let Some(local) = local else { return };
        match state {
            TcpState::SynRecv => {
                self.half_open.push(HalfOpen { peer, retransmits: found.retransmits });
            }
            // A socket that the server has closed has no inode either, but is in another state.
            TcpState::Established | TcpState::CloseWait if inode == 0 => {
                let closed = state == TcpState::CloseWait;
                self.waiting.push(Waiting {
                    peer,
                    local,
                    unread: found.socket.unread(),
                    closed,
                    waits: found.unsent,
                });
            }
            TcpState::Established
                if recv_queue == 0
                    && send_queue == 0
                    && shown
                        .is_some_and(|all| all.iter().all(|shown| canonical(*shown) != peer)) =>
            {
                self.quiet.push(peer, local);
                return;
            }
            _ => {}
        }
        self.sockets.push(Socket { peer, local, ..found.socket });
    }

    /// Takes in one that listens. Of the first the inode is not known: it is the one at its address that
    /// is none of the others.
    fn listens(&mut self, found: &Found, at: At<'_>) {
        let Socket { recv_queue: len, send_queue: limit, inode, .. } = found.socket;
        let (queue, drops) = (AcceptQueue { len, limit }, found.drops);
        if at.others.iter().any(|other| other.inode == inode) {
            self.others.push(Queued { inode, queue, drops });
        } else if is_at(found.own, at.first) {
            (self.accept_queue, self.drops) = (Some(queue), drops);
        }
    }

    /// Puts the lists in order.
    fn sort(&mut self) {
        self.quiet.sort();
        self.sockets.sort_unstable_by_key(|socket| (socket.peer, socket.local));
        self.sockets.dedup_by_key(|socket| (socket.peer, socket.local));
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

    /// Asks for all sockets of these listeners. With `shown`, of those that are quiet only these are
    /// told with everything.
    ///
    /// # Errors
    /// What the kernel answered, or that the answer could not be read.
    pub(super) fn dump(&mut self, at: At<'_>, shown: Option<&[SocketAddr]>) -> io::Result<Dump> {
        let mut dump = Dump::default();
        dump.quiet.reserve(self.quiet);
        self.dump_ports(STATES, End::Own, at.all(), |found| dump.add(&found, at, shown))?;
        dump.sort();
        self.quiet = dump.quiet.len();
        Ok(dump)
    }

    /// The local addresses of this machine's sockets that try to connect to one of these, sorted.
    ///
    /// # Errors
    /// What the kernel answered, or that the answer could not be read.
    pub(super) fn connecting(&mut self, at: At<'_>) -> io::Result<Vec<SocketAddr>> {
        let mut connecting = Vec::new();
        // A socket of IPv6 at no address is reached by IPv4 too.
        let both = at.all().filter(|addr| addr.is_ipv6() && addr.ip().is_unspecified());
        let both = both.map(|addr| SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), addr.port()));
        self.dump_ports(SYN_SENT, End::Peer, at.all().chain(both), |found| {
            if at.has(found.socket.peer) {
                connecting.push(found.own);
            }
        })?;
        connecting.sort_unstable();
        connecting.dedup();
        Ok(connecting)
    }

    /// Looks up the listeners and these connections (local and remote address), and nothing else:
    /// who waits in the accept queues is not found out. A connection that is gone is left out.
    ///
    /// # Errors
    /// What the kernel answered, or that the answer could not be read.
    pub(super) fn exact(
        &mut self,
        at: At<'_>,
        connections: &[(SocketAddr, SocketAddr)],
    ) -> io::Result<Dump> {
        let mut dump = Dump::default();
        let mut all = connections.to_vec();
        if at.others.is_empty() {
            all.insert(0, (at.first, SocketAddr::new(unspecified(at.first), 0)));
        } else {
            // Of several at one address a look-up would find any.
            self.dump_ports(LISTEN, End::Own, at.all(), |found| dump.listens(&found, at))?;
        }
        self.find(&all, |found| dump.add(found, at, None))?;
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
        self.find(ends, |found| each(found.own, found.socket, found.received))
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
        self.dump_all(request, &[], |found| each(found.own, found.socket, found.received))
    }

    fn find(
        &mut self,
        all: &[(SocketAddr, SocketAddr)],
        mut each: impl FnMut(&Found),
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
                    let Some(&(_, peer)) = place.ok().and_then(|place| wanted.get(place)) else {
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
                                canonical(found.socket.peer) == canonical(peer)
                                    && found.socket.state != TcpState::TimeWait
                            });
                            if let Some(found) = found {
                                each(&found);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Asks for the sockets in these states that have that end at the port of one of these addresses: of
    /// each family once, since the kernel walks its whole table each time.
    fn dump_ports(
        &mut self,
        states: u32,
        end: End,
        addresses: impl Iterator<Item = SocketAddr>,
        mut each: impl FnMut(Found),
    ) -> io::Result<()> {
        let (v4, v6): (Vec<_>, Vec<_>) = addresses.partition(SocketAddr::is_ipv4);
        for mut addresses in [v4, v6] {
            addresses.sort_unstable_by_key(SocketAddr::port);
            addresses.dedup_by_key(|addr| addr.port());
            let Some(first) = addresses.first().copied() else { continue };
            let any = SocketAddr::new(unspecified(first), 0);
            // One port has a place in the request itself.
            let (named, filter) = if addresses.len() == 1 {
                (first, Vec::new())
            } else {
                let ports: Vec<u16> = addresses.iter().map(SocketAddr::port).collect();
                (any, only(end, &ports))
            };
            let (local, peer) = match end {
                End::Own => (named, any),
                End::Peer => (any, named),
            };
            self.dump_all(Request { flags: NLM_F_DUMP, states, local, peer }, &filter, &mut each)?;
        }
        Ok(())
    }

    /// Sends a request for a dump and reads the answer.
    fn dump_all(
        &mut self,
        request: Request,
        filter: &[u8],
        mut each: impl FnMut(Found),
    ) -> io::Result<()> {
        self.seq = self.seq.wrapping_add(1);
        let seq = self.seq;
        rustix::net::send(&self.socket, &request.with(seq, filter), SendFlags::empty())?;
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
    let [end, listener] = [end, listener].map(canonical);
    let any = listener.ip().is_unspecified();
    end.port() == listener.port() && (any || end.ip() == listener.ip())
}
