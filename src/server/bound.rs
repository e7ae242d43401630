//! The socket that will listen, with its address: `socket(2)` and `bind(2)`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};

use super::error::Refusal;
use crate::descriptors;

/// A socket that has its address but does not listen yet.
#[derive(Debug)]
pub struct Bound {
    pub(super) socket: OwnedFd,
    pub(super) addr: SocketAddr,
    /// The last port that may be taken in place of this one.
    last: u16,
    /// How many servers have had it.
    pub(super) runs: u32,
    /// Its clients' descriptors are not among those of the server that is shown.
    pub(super) apart: bool,
}

impl Bound {
    /// The address, with the port that the kernel chose if it was asked to.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The same, for a server that is not shown: its clients' descriptors have large numbers.
    #[must_use]
    pub fn apart(self) -> Self {
        Self { apart: true, ..self }
    }

    /// One more handle of the same socket, for one that is shown.
    ///
    /// # Errors
    /// No descriptor is left.
    pub fn try_clone(&self) -> io::Result<Self> {
        let socket = descriptors::own(self.socket.try_clone()?);
        Ok(Self { socket, apart: false, ..*self })
    }

    /// One more handle, with the smallest number that is free: as the first had.
    ///
    /// # Errors
    /// No descriptor is left.
    pub fn try_clone_small(&self) -> io::Result<Self> {
        Ok(Self { socket: self.socket.try_clone()?, apart: false, ..*self })
    }

    /// The same on the next port that is free, while there is one that may be taken.
    pub(super) fn next(&self) -> Option<Self> {
        let first = self.addr.port().checked_add(1)?;
        bind_one_of(self.addr.ip(), first..=self.last).ok()
    }
}

/// Makes a socket and binds it: `socket(2)`, `bind(2)`.
///
/// # Errors
/// The kernel's: the port is taken, the address is not of this host, no permission. And a
/// [`Refusal`]: no connection can be made to that address, though the kernel binds to it.
pub fn bind(addr: SocketAddr) -> io::Result<Bound> {
    let ip = addr.ip().to_canonical();
    if ip.is_multicast() {
        return Err(Refusal::Multicast(addr.ip()).into());
    }
    if is_broadcast(ip) {
        return Err(Refusal::Broadcast(addr.ip()).into());
    }
    let family = match addr.ip() {
        IpAddr::V4(_) => AddressFamily::INET,
        IpAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, None)?;
    // So that a restart does not have to wait for the TIME-WAIT of old connections.
    sockopt::set_socket_reuseaddr(&socket, true)?;
    rustix::net::bind(&socket, &addr)?;
    let chosen = rustix::net::getsockname(&socket)?.try_into()?;
    if addr.port() == 0 {
        // A port that the kernel chose is lost when the listener is shut down (tcp_set_state in
        // net/ipv4/tcp.c), so it is asked for by its number, while the first socket still holds it.
        let _first = descriptors::own(socket);
        return bind(chosen);
    }
    Ok(Bound { socket, addr: chosen, last: chosen.port(), runs: 0, apart: false })
}

/// Whether it is a broadcast address. Which ones are depends on the networks that this host is in;
/// to those, and without asking for it, connect(2) of a datagram socket fails with `EACCES`.
fn is_broadcast(ip: IpAddr) -> bool {
    match ip {
        // Of this one the kernel says so only where there is a network.
        IpAddr::V4(Ipv4Addr::BROADCAST) => return true,
        IpAddr::V4(_) => {}
        IpAddr::V6(_) => return false,
    }
    let (family, flags) = (AddressFamily::INET, SocketFlags::CLOEXEC);
    rustix::net::socket_with(family, SocketType::DGRAM, flags, None).is_ok_and(|socket| {
        // The discard protocol's port; nothing is sent.
        let connected = rustix::net::connect(&socket, &SocketAddr::new(ip, 9));
        connected == Err(rustix::io::Errno::ACCESS)
    })
}

/// Binds to the first of these ports that is free. Two programs may bind to one port while neither
/// listens (`SO_REUSEADDR`), so only listen(2) decides whose it is: [`start`](super::start) goes on
/// to the next port when it fails.
///
/// # Errors
/// Why the first of them cannot be had, or the only one.
pub fn bind_one_of(ip: IpAddr, ports: RangeInclusive<u16>) -> io::Result<Bound> {
    let last = *ports.end();
    let mut refused = None;
    for port in ports {
        match bind(SocketAddr::new(ip, port)) {
            Ok(bound) => return Ok(Bound { last, ..bound }),
            Err(error) => {
                if refused.get_or_insert(error).kind() != io::ErrorKind::AddrInUse {
                    break;
                }
            }
        }
    }
    Err(refused.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}
