//! An internet address as small as it is on the wire, for events: a `SocketAddr` is half as large
//! again, and every event pays for the largest.

use std::fmt;
use std::net::{AddrParseError, IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// An address and a port. An IPv4 address, mapped into IPv6 or not, is the same address; flow and
/// scope are left out.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Addr {
    ip: [u8; 16],
    port: [u8; 2],
}

/// The address of IPv4 that one of IPv6 stands for, as a socket that takes both reports it; any other as it
/// is.
pub(crate) fn canonical(addr: SocketAddr) -> SocketAddr {
    match addr.ip().to_canonical() {
        IpAddr::V4(ip) => (ip, addr.port()).into(),
        IpAddr::V6(_) => addr,
    }
}

impl From<SocketAddr> for Addr {
    fn from(addr: SocketAddr) -> Self {
        let ip = match addr.ip() {
            IpAddr::V4(ip) => ip.to_ipv6_mapped(),
            IpAddr::V6(ip) => ip,
        };
        Self { ip: ip.octets(), port: addr.port().to_be_bytes() }
    }
}

impl From<Addr> for SocketAddr {
    fn from(addr: Addr) -> Self {
        Self::new(Ipv6Addr::from(addr.ip).to_canonical(), u16::from_be_bytes(addr.port))
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SocketAddr::from(*self).fmt(f)
    }
}

/// What [`Addr`]'s `Display` has written.
impl FromStr for Addr {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        text.parse().map(|addr: SocketAddr| addr.into())
    }
}

impl fmt::Debug for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_as_it_went_in() {
        for text in ["127.0.0.1:7890", "[::1]:80", "[2001:db8::7]:65535", "0.0.0.0:0"] {
            let addr: SocketAddr = text.parse().unwrap();
            assert_eq!(SocketAddr::from(Addr::from(addr)), addr);
            assert_eq!(Addr::from(addr).to_string(), text);
            assert_eq!(text.parse(), Ok(Addr::from(addr)));
        }
    }

    #[test]
    fn a_mapped_address_is_the_ipv4_address() {
        let addr: SocketAddr = "[::ffff:192.0.2.1]:80".parse().unwrap();
        assert_eq!(Addr::from(addr).to_string(), "192.0.2.1:80");
    }
}
