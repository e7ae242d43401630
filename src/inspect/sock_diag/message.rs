//! The messages of `sock_diag(7)`: requests as bytes, and answers from bytes.
//!
//! The layouts are those of `linux/netlink.h`, `linux/inet_diag.h` and `struct tcp_info` of
//! `linux/tcp.h`; every read is checked against the message's length.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use crate::inspect::{Socket, TcpState};
use crate::telemetry::Local;

pub(super) const NLMSG_ERROR: u16 = 2;
pub(super) const NLMSG_DONE: u16 = 3;
pub(super) const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
pub(super) const NLM_F_DUMP: u16 = 0x300;
pub(super) const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// The attribute that holds `struct tcp_info`.
pub(super) const INET_DIAG_INFO: u16 = 2;
/// The attribute that holds the counters of `SK_MEMINFO_*`.
const INET_DIAG_SKMEMINFO: u16 = 7;
/// Where `SK_MEMINFO_DROPS`, the ninth of them, lies.
const DROPS: usize = 8 * 4;

/// Length of `struct nlmsghdr`.
pub(super) const HEADER: usize = 16;
/// Length of `struct inet_diag_req_v2`.
pub(super) const REQUEST: usize = 56;
/// Length of `struct inet_diag_msg`.
pub(super) const MESSAGE: usize = 72;

/// What is asked for: sockets between these two ends. In a dump, only the ports count, and 0 is
/// any.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) flags: u16,
    pub(super) states: u32,
    pub(super) local: SocketAddr,
    pub(super) peer: SocketAddr,
}

impl Request {
    /// The same with an attribute behind it.
    pub(super) fn with(self, seq: u32, attribute: &[u8]) -> Vec<u8> {
        let mut message = [&self.bytes(seq)[..], attribute].concat();
        let len = u32::try_from(message.len()).unwrap_or(u32::MAX);
        message[..4].copy_from_slice(&len.to_ne_bytes());
        message
    }

    /// `struct nlmsghdr`, then `struct inet_diag_req_v2`.
    pub(super) fn bytes(self, seq: u32) -> [u8; HEADER + REQUEST] {
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

/// Which end of a socket.
#[derive(Clone, Copy)]
pub(super) enum End {
    Own,
    Peer,
}

/// The attribute of a request for a dump by which only sockets with one of these ports at that end are
/// told (`INET_DIAG_REQ_BYTECODE`): a small program, which the kernel runs for each.
pub(super) fn only(end: End, ports: &[u16]) -> Vec<u8> {
    /// `INET_DIAG_BC_JMP`, and the conditions on the ends.
    const JUMP: u8 = 1;
    const CONDITION: [u8; 2] = [7, 8];
    /// Lengths of `struct inet_diag_bc_op` alone, and with the `struct inet_diag_hostcond` of a port.
    const OP: u8 = 4;
    const COND: u8 = 12;
    // Each condition but the last is followed by a jump to the end, which accepts; to jump four bytes
    // behind the end rejects.
    let all = (ports.len() * usize::from(COND + OP)).saturating_sub(OP.into());
    let len = |len: usize| u16::try_from(len).unwrap_or(u16::MAX).to_ne_bytes();
    // `struct nlattr`: its length, and its type.
    let mut attribute = [len(4 + all), 1u16.to_ne_bytes()].concat();
    for (i, port) in ports.iter().enumerate() {
        attribute.extend_from_slice(&[CONDITION[end as usize], COND]);
        attribute.extend_from_slice(&len(usize::from(COND + OP)));
        // Of any family and any address.
        attribute.extend_from_slice(&[0; 4]);
        attribute.extend_from_slice(&i32::from(*port).to_ne_bytes());
        let left = all.saturating_sub(i * usize::from(COND + OP) + usize::from(COND));
        if left > 0 {
            attribute.extend_from_slice(&[JUMP, OP]);
            attribute.extend_from_slice(&len(left));
        }
    }
    attribute
}

/// One netlink message.
pub(super) struct Message<'a> {
    pub(super) kind: u16,
    pub(super) seq: u32,
    pub(super) body: &'a [u8],
}

impl Message<'_> {
    /// The error's number, of a message that tells one.
    pub(super) fn error(&self) -> i32 {
        u32_at(self.body, 0).map_or(0, u32::cast_signed).wrapping_neg()
    }
}

/// The messages of one datagram; it ends where one is cut.
pub(super) fn messages(mut bytes: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let len = usize::try_from(u32_at(bytes, 0)?).ok()?;
        let (kind, seq, body) = (u16_at(bytes, 4)?, u32_at(bytes, 8)?, bytes.get(HEADER..len)?);
        // Messages begin at multiples of four.
        bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
        Some(Message { kind, seq, body })
    })
}

/// Reads the messages of one datagram of a dump; returns whether the dump is complete.
pub(super) fn parse(bytes: &[u8], seq: u32, each: &mut impl FnMut(Found)) -> io::Result<bool> {
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
pub(super) struct Found {
    pub(super) own: SocketAddr,
    pub(super) socket: Socket,
    /// How long nothing was sent through it (`tcpi_last_data_sent`).
    pub(super) unsent: Option<Duration>,
    /// `SYN+ACK`s sent again, of a half-open one.
    pub(super) retransmits: u8,
    /// Packets that it dropped.
    pub(super) drops: Option<u32>,
    /// Bytes that have come over its life (`tcpi_bytes_received`).
    pub(super) received: Option<u64>,
}

/// Reads a `struct inet_diag_msg` and its attributes; `None` when it is cut.
pub(super) fn socket(body: &[u8]) -> Option<Found> {
    let family = *body.first()?;
    let state = TcpState::numbered(*body.get(1)?)?;
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
        local: Local::UNKNOWN,
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
    let received = array(info, 128).map(u64::from_ne_bytes);
    Some(Found { own, socket, unsent, retransmits, drops, received })
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
