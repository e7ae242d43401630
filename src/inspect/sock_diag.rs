//! The kernel's table of TCP sockets, by netlink (`sock_diag(7)`).
//!
//! One request for one address family and one local port: the kernel itself leaves out all other
//! sockets of the machine. The layouts are those of `linux/netlink.h`, `linux/inet_diag.h` and
//! `struct tcp_info` of `linux/tcp.h`; every read is checked against the message's length.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink};

use super::{AcceptQueue, Socket, TcpState};
use crate::words::strings;

const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST | NLM_F_DUMP`.
const FLAGS: u16 = 0x301;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// The attribute that holds `struct tcp_info`.
const INET_DIAG_INFO: u16 = 2;
/// All TCP states but `TIME_WAIT`, whose entries belong to no socket and can be very many.
const STATES: u32 = 0xfff & !(1 << 6);

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
    /// Connected sockets, sorted by peer.
    pub(super) sockets: Vec<Socket>,
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
        self.seq = self.seq.wrapping_add(1);
        rustix::net::send(&self.socket, &request(local, self.seq), SendFlags::empty())?;
        let mut dump = Dump::default();
        loop {
            // TRUNC makes the result the message's real length, so that a cut one is noticed.
            let (_, len) =
                rustix::net::recv(&self.socket, self.buffer.as_mut_slice(), RecvFlags::TRUNC)?;
            let Some(messages) = self.buffer.get(..len) else {
                return Err(io::Error::other(strings().inspect.large_message));
            };
            if parse(messages, self.seq, local, &mut dump)? {
                break;
            }
        }
        dump.sockets.sort_unstable_by_key(|socket| socket.peer);
        dump.sockets.dedup_by_key(|socket| socket.peer);
        Ok(dump)
    }
}

/// The request: `struct nlmsghdr`, then `struct inet_diag_req_v2`.
fn request(local: SocketAddr, seq: u32) -> [u8; HEADER + REQUEST] {
    let family = if local.is_ipv4() { AF_INET } else { AF_INET6 };
    let mut out = [0; HEADER + REQUEST];
    let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &72u32.to_ne_bytes());
    put(4, &SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    put(6, &FLAGS.to_ne_bytes());
    put(8, &seq.to_ne_bytes());
    put(HEADER, &[family, IPPROTO_TCP, 1 << (INET_DIAG_INFO - 1)]);
    put(HEADER + 4, &STATES.to_ne_bytes());
    // The kernel's filter: the local port, in network order as all of `inet_diag_sockid`.
    put(HEADER + 8, &local.port().to_be_bytes());
    out
}

/// Reads the messages of one datagram into `dump`; returns whether the dump is complete.
fn parse(mut bytes: &[u8], seq: u32, local: SocketAddr, dump: &mut Dump) -> io::Result<bool> {
    while let (Some(len), Some(kind), Some(number)) =
        (u32_at(bytes, 0), u16_at(bytes, 4), u32_at(bytes, 8))
    {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let Some(body) = bytes.get(HEADER..len) else { break };
        // An answer to an earlier question that was given up.
        let ours = number == seq;
        match kind {
            NLMSG_DONE if ours => return Ok(true),
            NLMSG_ERROR if ours => {
                let code = u32_at(body, 0).map_or(0, u32::cast_signed);
                return match code {
                    0 => Ok(true),
                    _ => Err(io::Error::from_raw_os_error(code.wrapping_neg())),
                };
            }
            SOCK_DIAG_BY_FAMILY if ours => {
                if let Some(found) = socket(body, local) {
                    match found {
                        Found::Listener(queue) => dump.accept_queue = Some(queue),
                        Found::Socket(socket) => dump.sockets.push(socket),
                    }
                }
            }
            _ => {}
        }
        // Messages begin at multiples of four.
        bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

enum Found {
    Listener(AcceptQueue),
    Socket(Socket),
}

/// Reads a `struct inet_diag_msg` and its attributes; `None` when it is cut or not ours.
fn socket(body: &[u8], local: SocketAddr) -> Option<Found> {
    let family = *body.first()?;
    let state = state(*body.get(1)?)?;
    let zone = u32_at(body, 40)?;
    let own = addr(family, body.get(8..24)?, be16_at(body, 4)?, zone)?;
    let peer = addr(family, body.get(24..40)?, be16_at(body, 6)?, zone)?;
    let (recv_queue, send_queue) = (u32_at(body, 56)?, u32_at(body, 60)?);
    let inode = u32_at(body, 68)?;
    // Another server may hold the same port on another address.
    if own.port() != local.port() || !(local.ip().is_unspecified() || own.ip() == local.ip()) {
        return None;
    }
    if state == TcpState::Listen {
        return Some(Found::Listener(AcceptQueue { len: recv_queue, limit: send_queue }));
    }
    let info = attribute(body.get(MESSAGE..)?, INET_DIAG_INFO).unwrap_or_default();
    let micros = |at| {
        let time = u32_at(info, at).filter(|&time| time > 0);
        time.map(|time| Duration::from_micros(time.into()))
    };
    Some(Found::Socket(Socket {
        peer,
        state,
        recv_queue,
        send_queue,
        rtt: micros(68),
        rtt_var: micros(72),
        cwnd: u32_at(info, 80).unwrap_or(0),
        retransmits: u32_at(info, 100).unwrap_or(0),
        inode,
    }))
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

    const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7890);

    #[test]
    fn a_built_answer_is_understood() {
        let mut dump = Dump::default();
        assert!(parse(&answer(), 9, LOCAL, &mut dump).unwrap());
        assert_eq!(dump.sockets[0].recv_queue, 42);
        assert_eq!(dump.sockets[0].rtt, Some(Duration::from_micros(150)));
        assert!(!parse(&answer(), 8, LOCAL, &mut dump).unwrap(), "an answer to another question");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes, 0, LOCAL, &mut Dump::default());
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
            let _ = parse(&bytes, 9, LOCAL, &mut Dump::default());
        }
    }
}
