//! Where a browser finds a server.

use std::net::{SocketAddr, UdpSocket};

/// The URL of a server that listens there.
pub(super) fn of(scheme: &str, addr: SocketAddr) -> String {
    format!("{scheme}://{}/", reachable(addr))
}

/// The address for a browser: one bound to every address is reached by the one that the way to
/// the outside begins at. No packet is sent: connecting a datagram socket only looks up the route.
fn reachable(addr: SocketAddr) -> SocketAddr {
    if !addr.ip().is_unspecified() {
        return addr;
    }
    // Addresses for documentation (RFC 5737, RFC 3849): nobody is there.
    let (any, outside) =
        if addr.is_ipv4() { ("0.0.0.0:0", "192.0.2.1:9") } else { ("[::]:0", "[2001:db8::1]:9") };
    let found = UdpSocket::bind(any).and_then(|socket| {
        socket.connect(outside)?;
        socket.local_addr()
    });
    found.map_or(addr, |own| SocketAddr::new(own.ip(), addr.port()))
}
