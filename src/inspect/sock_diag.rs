//! The kernel's table of TCP sockets, by netlink (`sock_diag(7)`).
//!
//! A dump is one request for one address family and one port: the kernel itself leaves out all
//! other sockets of the machine, but walks its whole table to do so. An exact look-up names both
//! ends of one socket and is found by hash. The layouts are those of `linux/netlink.h`, `linux/inet_diag.h` and
//! `struct tcp_info` of `linux/tcp.h`; every read is checked against the message's length.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink};

use super::{AcceptQueue, HalfOpen, Socket, TcpState, Waiting};
use crate::words::strings;

const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_DUMP: u16 = 0x300;
const ENOENT: i32 = 2;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// The attribute that holds `struct tcp_info`.
const INET_DIAG_INFO: u16 = 2;
/// The attribute that holds the counters of `SK_MEMINFO_*`.
const INET_DIAG_SKMEMINFO: u16 = 7;
/// Where `SK_MEMINFO_DROPS`, the ninth of them, lies.
const DROPS: usize = 8 * 4;
/// All TCP states but `TIME_WAIT`, whose entries belong to no socket and can be very many.
const STATES: u32 = 0xfff & !(1 << 6);
/// `SYN_SENT` alone.
const SYN_SENT: u32 = 1 << 2;

/// So many look-ups go into one message. Each has an answer of its own, which has to find room in
/// the receive buffer (208 KiB by default, about 2 KiB for each).
const BATCH: usize = 32;

/// Length of `struct nlmsghdr`.
const HEADER: usize = 16;
/// Length of `struct inet_diag_req_v2`.
const REQUEST: usize = 56;
/// Length of `struct inet_diag_msg`.
const MESSAGE: usize = 72;

/// What the kernel knows of the sockets on one local address.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Dump {
    /// The listener's queue.
    pub(super) accept_queue: Option<AcceptQueue>,
    /// Connections that the listener dropped.
    pub(super) drops: Option<u32>,
    /// Connected sockets, sorted by peer.
    pub(super) sockets: Vec<Socket>,
    /// Those that wait in the accept queue, the longest wait first.
    pub(super) waiting: Vec<Waiting>,
    /// Those whose handshake is not complete, sorted by peer.
    pub(super) half_open: Vec<HalfOpen>,
}

impl Dump {
    /// Takes in one socket of the listener `local`.
    fn add(&mut self, found: &Found, local: SocketAddr) {
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
                    unread: recv_queue,
                    closed,
                    waits: found.unsent,
                });
            }
            _ => {}
        }
        self.sockets.push(found.socket);
    }

    /// Puts the lists in order.
    fn sort(&mut self) {
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
        Ok(Self { socket, buffer: vec![0; 32 * 1024], seq: 0 })
    }

    /// Asks for all sockets whose local address is `local`; an unspecified IP means any.
    ///
    /// # Errors
    /// What the kernel answered, or that the answer could not be read.
    pub(super) fn dump(&mut self, local: SocketAddr) -> io::Result<Dump> {
        let mut dump = Dump::default();
        let any = SocketAddr::new(unspecified(local), 0);
        self.dump_all(Request { flags: NLM_F_DUMP, states: STATES, local, peer: any }, |found| {
            dump.add(&found, local);
        })?;
        dump.sort();
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
                            0 | ENOENT => {}
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
                                dump.add(&found, local);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        dump.sort();
        Ok(dump)
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

/// What is asked for: sockets between these two ends. In a dump, only the ports count, and 0 is
/// any.
#[derive(Clone, Copy)]
struct Request {
    flags: u16,
    states: u32,
    local: SocketAddr,
    peer: SocketAddr,
}

impl Request {
    /// `struct nlmsghdr`, then `struct inet_diag_req_v2`.
    fn bytes(self, seq: u32) -> [u8; HEADER + REQUEST] {
        let Self { flags, states, local, peer } = self;
        let family = if local.is_ipv4() { AF_INET } else { AF_INET6 };
        let mut out = [0; HEADER + REQUEST];
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &72u32.to_ne_bytes());
        put(4, &SOCK_DIAG_BY_FAMILY.to_ne_bytes());
        put(6, &(NLM_F_REQUEST | flags).to_ne_bytes());
        put(8, &seq.to_ne_bytes());
        let attributes = 1 << (INET_DIAG_INFO - 1) | 1 << (INET_DIAG_SKMEMINFO - 1);
        put(HEADER, &[family, IPPROTO_TCP, attributes]);
        put(HEADER + 4, &states.to_ne_bytes());
        // `struct inet_diag_sockid`, in network order.
        for (port, ip, end) in [(8, 12, local), (10, 28, peer)] {
            put(HEADER + port, &end.port().to_be_bytes());
            match end.ip() {
                IpAddr::V4(v4) => put(HEADER + ip, &v4.octets()),
                IpAddr::V6(v6) => put(HEADER + ip, &v6.octets()),
            }
        }
        if let SocketAddr::V6(v6) = local {
            put(HEADER + 44, &v6.scope_id().to_ne_bytes());
        }
        // `INET_DIAG_NOCOOKIE`, twice.
        put(HEADER + 48, &[0xff; 8]);
        out
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

/// One netlink message.
struct Message<'a> {
    kind: u16,
    seq: u32,
    body: &'a [u8],
}

impl Message<'_> {
    /// The error's number, of a message that tells one.
    fn error(&self) -> i32 {
        u32_at(self.body, 0).map_or(0, u32::cast_signed).wrapping_neg()
    }
}

/// The messages of one datagram; it ends where one is cut.
fn messages(mut bytes: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let len = usize::try_from(u32_at(bytes, 0)?).ok()?;
        let (kind, seq, body) = (u16_at(bytes, 4)?, u32_at(bytes, 8)?, bytes.get(HEADER..len)?);
        // Messages begin at multiples of four.
        bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
        Some(Message { kind, seq, body })
    })
}

/// Reads the messages of one datagram of a dump; returns whether the dump is complete.
fn parse(bytes: &[u8], seq: u32, each: &mut impl FnMut(Found)) -> io::Result<bool> {
    // Another number is that of an answer to an earlier question that was given up.
    for message in messages(bytes).filter(|message| message.seq == seq) {
        match message.kind {
            NLMSG_DONE => return Ok(true),
            NLMSG_ERROR => {
                return match message.error() {
                    0 => Ok(true),
                    code => Err(io::Error::from_raw_os_error(code)),
                };
            }
            SOCK_DIAG_BY_FAMILY => {
                if let Some(found) = socket(message.body) {
                    each(found);
                }
            }
            _ => {}
        }
    }
    Ok(false)
}

/// A socket as it was read.
struct Found {
    own: SocketAddr,
    socket: Socket,
    /// How long nothing was sent through it (`tcpi_last_data_sent`).
    unsent: Option<Duration>,
    /// `SYN+ACK`s sent again, of a half-open one.
    retransmits: u8,
    /// Packets that it dropped.
    drops: Option<u32>,
}

/// Reads a `struct inet_diag_msg` and its attributes; `None` when it is cut.
fn socket(body: &[u8]) -> Option<Found> {
    let family = *body.first()?;
    let state = state(*body.get(1)?)?;
    let zone = u32_at(body, 40)?;
    let own = addr(family, body.get(8..24)?, be16_at(body, 4)?, zone)?;
    let peer = addr(family, body.get(24..40)?, be16_at(body, 6)?, zone)?;
    let (recv_queue, send_queue) = (u32_at(body, 56)?, u32_at(body, 60)?);
    let inode = u32_at(body, 68)?;
    let attributes = body.get(MESSAGE..)?;
    let info = attribute(attributes, INET_DIAG_INFO).unwrap_or_default();
    let memory = attribute(attributes, INET_DIAG_SKMEMINFO).unwrap_or_default();
    let micros = |at| {
        let time = u32_at(info, at).filter(|&time| time > 0);
        time.map(|time| Duration::from_micros(time.into()))
    };
    let socket = Socket {
        peer,
        state,
        recv_queue,
        send_queue,
        rtt: micros(68),
        rtt_var: micros(72),
        cwnd: u32_at(info, 80).unwrap_or(0),
        retransmits: u32_at(info, 100).unwrap_or(0),
        inode,
    };
    let unsent = u32_at(info, 44).map(|time| Duration::from_millis(time.into()));
    let (retransmits, drops) = (*body.get(3)?, u32_at(memory, DROPS));
    Some(Found { own, socket, unsent, retransmits, drops })
}

/// The value of the first attribute (`struct rtattr`) of that type.
fn attribute(mut bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let len = usize::from(u16_at(bytes, 0)?);
        let value = bytes.get(4..len)?;
        if u16_at(bytes, 2)? == wanted {
            return Some(value);
        }
        bytes = bytes.get(len.next_multiple_of(4)..)?;
    }
}

/// The states of `net/tcp_states.h`.
fn state(number: u8) -> Option<TcpState> {
    Some(match number {
        1 => TcpState::Established,
        2 => TcpState::SynSent,
        // 12 is a request that has not become a socket yet.
        3 | 12 => TcpState::SynRecv,
        4 => TcpState::FinWait1,
        5 => TcpState::FinWait2,
        6 => TcpState::TimeWait,
        7 => TcpState::Close,
        8 => TcpState::CloseWait,
        9 => TcpState::LastAck,
        10 => TcpState::Listen,
        11 => TcpState::Closing,
        _ => return None,
    })
}

/// An address of `struct inet_diag_sockid`: 16 bytes, of which IPv4 uses four.
fn addr(family: u8, ip: &[u8], port: u16, zone: u32) -> Option<SocketAddr> {
    match family {
        AF_INET => {
            let ip: [u8; 4] = ip.get(..4)?.try_into().ok()?;
            Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::from(ip)), port))
        }
        AF_INET6 => {
            let ip = Ipv6Addr::from(<[u8; 16]>::try_from(ip).ok()?);
            // As accept(2) reports it: only a link-local address has a zone.
            let zone = if ip.is_unicast_link_local() { zone } else { 0 };
            Some(SocketAddr::V6(SocketAddrV6::new(ip, port, 0, zone)))
        }
        _ => None,
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_ne_bytes)
}

fn be16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    use proptest::prelude::*;

    /// Dumps until the condition holds.
    fn until(diag: &mut Diag, local: SocketAddr, done: impl Fn(&Dump) -> bool) -> Dump {
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        loop {
            let dump = diag.dump(local).unwrap();
            if done(&dump) {
                return dump;
            }
            assert!(std::time::Instant::now() < deadline, "never so: {dump:?}");
            std::thread::yield_now();
        }
    }

    fn queues_on(host: &str) {
        let listener = TcpListener::bind((host, 0)).unwrap();
        let local = listener.local_addr().unwrap();
        let mut diag = Diag::open().unwrap();
        let dump = diag.dump(local).unwrap();
        assert_eq!((dump.accept_queue.unwrap().len, dump.sockets.len()), (0, 0));

        let mut client = TcpStream::connect(local).unwrap();
        let peer = client.local_addr().unwrap();
        let dump = until(&mut diag, local, |dump| dump.accept_queue.is_some_and(|q| q.len == 1));
        assert!(dump.accept_queue.unwrap().limit > 0);
        assert_eq!((dump.sockets[0].peer, dump.sockets[0].inode), (peer, 0), "not accepted yet");

        let (server, _) = listener.accept().unwrap();
        client.write_all(&[7; 1000]).unwrap();
        let dump = until(&mut diag, local, |dump| {
            dump.accept_queue.is_some_and(|q| q.len == 0)
                && dump.sockets.first().is_some_and(|s| s.recv_queue == 1000)
        });
        let socket = dump.sockets[0];
        assert_eq!(dump.sockets.len(), 1, "only the server's end");
        assert_eq!((socket.peer, socket.state), (peer, TcpState::Established));
        assert!(socket.inode > 0 && socket.cwnd > 0 && socket.rtt.is_some());

        client.shutdown(std::net::Shutdown::Write).unwrap();
        until(&mut diag, local, |dump| dump.sockets[0].state == TcpState::CloseWait);
        drop(server);
    }

    #[test]
    fn queues_and_states_of_ipv4() {
        queues_on("127.0.0.1");
    }

    #[test]
    fn queues_and_states_of_ipv6() {
        if TcpListener::bind(("::1", 0)).is_err() {
            eprintln!("skipped: this machine has no IPv6");
            return;
        }
        queues_on("::1");
    }

    #[test]
    fn another_listener_on_the_same_port_is_not_ours() {
        let ours = TcpListener::bind("127.0.0.1:0").unwrap();
        let local = ours.local_addr().unwrap();
        let other = TcpListener::bind(("127.0.0.2", local.port())).unwrap();
        let _client = TcpStream::connect(other.local_addr().unwrap()).unwrap();
        let mut diag = Diag::open().unwrap();
        let dump = diag.dump(local).unwrap();
        assert_eq!((dump.accept_queue.unwrap().len, dump.sockets.len()), (0, 0));
        let any = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), local.port());
        until(&mut diag, any, |dump| dump.sockets.len() == 1);
    }

    /// A whole, valid answer to build broken ones from.
    fn answer() -> Vec<u8> {
        let mut body = vec![0; MESSAGE];
        body[0] = AF_INET;
        body[1] = 1;
        body[4..6].copy_from_slice(&7890u16.to_be_bytes());
        body[6..8].copy_from_slice(&40000u16.to_be_bytes());
        body[8..12].copy_from_slice(&[127, 0, 0, 1]);
        body[24..28].copy_from_slice(&[127, 0, 0, 1]);
        body[56..60].copy_from_slice(&42u32.to_ne_bytes());
        let mut info = vec![0; 104];
        info[68..72].copy_from_slice(&150u32.to_ne_bytes());
        let mut out = Vec::new();
        for (kind, body) in [(SOCK_DIAG_BY_FAMILY, Some(body)), (NLMSG_DONE, None)] {
            let body = body.map_or_else(Vec::new, |mut body| {
                body.extend_from_slice(&u16::try_from(4 + info.len()).unwrap().to_ne_bytes());
                body.extend_from_slice(&INET_DIAG_INFO.to_ne_bytes());
                body.extend_from_slice(&info);
                body
            });
            let len = u32::try_from(HEADER + body.len()).unwrap();
            out.extend_from_slice(&len.to_ne_bytes());
            out.extend_from_slice(&kind.to_ne_bytes());
            out.extend_from_slice(&[0; 2]);
            out.extend_from_slice(&9u32.to_ne_bytes());
            out.extend_from_slice(&[0; 4]);
            out.extend_from_slice(&body);
        }
        out
    }

    const LOCAL_ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
    const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7890);

    #[test]
    fn a_built_answer_is_understood() {
        let mut dump = Dump::default();
        assert!(parse(&answer(), 9, &mut |found| dump.add(&found, LOCAL)).unwrap());
        assert_eq!(dump.sockets[0].recv_queue, 42);
        assert_eq!(dump.sockets[0].rtt, Some(Duration::from_micros(150)));
        assert!(!parse(&answer(), 8, &mut |_| ()).unwrap(), "an answer to another question");
    }

    #[test]
    fn those_that_wait_are_listed_with_what_they_sent_and_for_how_long() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let local = listener.local_addr().unwrap();
        let mut diag = Diag::open().unwrap();
        let begin = std::time::Instant::now();
        let mut first = TcpStream::connect(local).unwrap();
        let connected = std::time::Instant::now();
        std::thread::sleep(Duration::from_millis(200));
        let second = TcpStream::connect(local).unwrap();
        first.write_all(&[7; 71]).unwrap();
        second.shutdown(std::net::Shutdown::Write).unwrap();
        let dump = until(&mut diag, local, |dump| {
            dump.waiting.len() == 2 && dump.waiting[0].unread == 71 && dump.waiting[1].closed
        });
        let (least, most) = (connected.elapsed(), begin.elapsed());
        let [one, two] = dump.waiting[..] else { unreachable!() };
        assert_eq!((one.peer, one.closed), (first.local_addr().unwrap(), false));
        // A FIN counts as one more.
        assert_eq!((two.peer, two.unread), (second.local_addr().unwrap(), 1));
        // The kernel counts in jiffies of at most 10 ms; the look itself takes a while.
        let (waits, jiffy) = (one.waits.unwrap(), Duration::from_millis(11));
        assert!(waits + jiffy + Duration::from_millis(100) > least, "{waits:?} of {least:?}");
        assert!(waits + jiffy >= Duration::from_millis(200) && waits <= most + jiffy, "{waits:?}");
        assert!(two.waits.unwrap() < waits);

        let (server, _) = listener.accept().unwrap();
        let dump = until(&mut diag, local, |dump| dump.waiting.len() == 1);
        assert_eq!(dump.waiting[0].peer, two.peer);
        // What is closed has no inode, as what waits.
        drop(server);
        until(&mut diag, local, |dump| dump.waiting.len() == 1);
    }

    #[test]
    fn overflow_is_counted_by_the_listener_and_clients_are_seen_connecting() {
        let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        rustix::net::bind(&socket, &LOCAL_ANY).unwrap();
        rustix::net::listen(&socket, 0).unwrap();
        let listener = TcpListener::from(socket);
        let local = listener.local_addr().unwrap();
        let mut diag = Diag::open().unwrap();
        assert_eq!(diag.exact(local, &[]).unwrap().drops, Some(0));
        assert_eq!(diag.connecting(local).unwrap(), []);
        let mut clients = Vec::new();
        let started = super::super::drops::read().unwrap();
        for _ in 0..3 {
            let flags = SocketFlags::NONBLOCK;
            let client =
                rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None);
            let client = client.unwrap();
            let _ = rustix::net::connect(&client, &local);
            clients.push(client);
        }
        // One has room, the other two have not.
        let dump = until(&mut diag, local, |dump| dump.drops.is_some_and(|drops| drops >= 2));
        assert_eq!(dump.waiting.len(), 1);
        assert!(diag.exact(local, &[]).unwrap().drops >= Some(2));
        let now = super::super::drops::read().unwrap();
        assert!(now.overflows >= started.overflows + 2 && now.drops >= started.drops + 2);
        let names = |client| SocketAddr::try_from(rustix::net::getsockname(client).unwrap());
        let mut expected: Vec<_> = clients[1..].iter().map(|c| names(c).unwrap()).collect();
        expected.sort_unstable();
        assert_eq!(diag.connecting(local).unwrap(), expected);
    }

    fn exact_on(host: &str) {
        let listener = TcpListener::bind((host, 0)).unwrap();
        let local = listener.local_addr().unwrap();
        let mut diag = Diag::open().unwrap();
        let (mut clients, mut servers, mut wanted) = (vec![], vec![], vec![]);
        // More than one message holds.
        for _ in 0..40 {
            clients.push(TcpStream::connect(local).unwrap());
            servers.push(listener.accept().unwrap().0);
            wanted.push((local, clients.last().unwrap().local_addr().unwrap()));
        }
        let _waiting = TcpStream::connect(local).unwrap();
        clients[0].write_all(b"12345").unwrap();
        let whole = until(&mut diag, local, |dump| {
            let sent = dump.sockets.iter().find(|socket| socket.peer == wanted[0].1);
            sent.unwrap().recv_queue == 5 && dump.waiting.len() == 1
        });
        // Times and windows may differ between two looks.
        let key = |s: &Socket| (s.peer, s.state, s.recv_queue, s.send_queue, s.inode);
        let found = diag.exact(local, &wanted).unwrap();
        assert_eq!(found.accept_queue, whole.accept_queue);
        let expected: Vec<_> = whole.sockets.iter().filter(|s| s.inode > 0).map(key).collect();
        assert_eq!(found.sockets.iter().map(key).collect::<Vec<_>>(), expected);
        assert_eq!(found.sockets.len(), 40);
        assert_eq!(diag.exact(local, &wanted[3..5]).unwrap().sockets.len(), 2);

        // One that never was, and one that has left TIME-WAIT behind.
        drop(servers.remove(0));
        drop(clients.remove(0));
        let never = (local, SocketAddr::new(local.ip(), 1));
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        while !diag.exact(local, &[wanted[0], never]).unwrap().sockets.is_empty() {
            assert!(std::time::Instant::now() < deadline, "it is still there");
        }
        drop(listener);
        assert_eq!(diag.exact(local, &[]).unwrap(), Dump::default());
    }

    #[test]
    fn exact_look_ups_find_what_a_dump_finds() {
        exact_on("127.0.0.1");
        if TcpListener::bind(("::1", 0)).is_ok() {
            exact_on("::1");
        }
    }

    /// Prints what the two ways cost; the threshold in `thread` comes from it.
    #[test]
    #[ignore = "a measurement"]
    fn cost_of_exact_look_ups_and_of_a_dump() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let local = listener.local_addr().unwrap();
        let mut diag = Diag::open().unwrap();
        let (mut held, mut wanted) = (vec![], vec![]);
        for count in [0, 3, 16, 64, 256, 1000] {
            while wanted.len() < count {
                let client = TcpStream::connect(local).unwrap();
                wanted.push((local, client.local_addr().unwrap()));
                held.push((client, listener.accept().unwrap().0));
            }
            let mut cost = |look: &mut dyn FnMut(&mut Diag)| {
                let begin = std::time::Instant::now();
                (0..50).for_each(|_| look(&mut diag));
                begin.elapsed() / 50
            };
            let exact = cost(&mut |diag| drop(diag.exact(local, &wanted).unwrap()));
            let dump = cost(&mut |diag| drop(diag.dump(local).unwrap()));
            eprintln!("{count} connections: exact {exact:?}, dump {dump:?}");
        }
    }

    #[test]
    fn a_half_open_one_is_listed_apart() {
        let mut answer = answer();
        (answer[HEADER + 1], answer[HEADER + 3]) = (12, 2);
        let mut dump = Dump::default();
        assert!(parse(&answer, 9, &mut |found| dump.add(&found, LOCAL)).unwrap());
        let peer = SocketAddr::from(([127, 0, 0, 1], 40000));
        assert_eq!(dump.half_open, [HalfOpen { peer, retransmits: 2 }]);
        assert_eq!(dump.waiting, []);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes, 0, &mut |_| ());
        }

        #[test]
        fn any_damage_is_survived(
            cut in 0usize..260,
            changes in proptest::collection::vec((0usize..260, any::<u8>()), 0..8),
        ) {
            let mut bytes = answer();
            for (at, value) in changes {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
            bytes.truncate(cut);
            let _ = parse(&bytes, 9, &mut |_| ());
        }
    }
}
