//! The TCP sockets of a network namespace by their inodes, whosever they are: for processes of others.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Socket;
use super::sock_diag::Diag;

/// A TCP socket with its own end.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TcpSocket {
    /// Its own address.
    pub own: SocketAddr,
    /// What is known of it. Of one that listens, the queues are its accept queue and that one's limit.
    pub socket: Socket,
    /// Bytes that have come over its life; `None` where the kernel did not tell.
    pub received: Option<u64>,
}

/// The way to the kernel's table, in the network namespace of the thread that opens it.
#[derive(Debug)]
pub struct TcpTable(Diag);

impl TcpTable {
    /// Opens it.
    ///
    /// # Errors
    /// The kernel has no `sock_diag`, or a sandbox forbids it.
    pub fn open() -> io::Result<Self> {
        Ok(Self(Diag::open()?))
    }

    /// All of them, by inode: the kernel walks its whole table, which takes milliseconds.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn all(&mut self) -> io::Result<HashMap<u64, TcpSocket>> {
        let mut found = HashMap::new();
        let any: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        for any in any {
            // The number of those that belong to no descriptor is 0.
            let each = |own, socket: Socket, received| {
                if socket.inode > 0 {
                    found.insert(socket.inode.into(), TcpSocket { own, socket, received });
                }
            };
            let done = self.0.every(any, each);
            // A kernel without IPv6 has no such table.
            if any.is_ipv4() {
                done?;
            }
        }
        Ok(found)
    }

    /// What there is to tell of these now, each looked up by itself. One that is gone is left out.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn these(
        &mut self,
        ends: &[(SocketAddr, SocketAddr)],
    ) -> io::Result<HashMap<u64, TcpSocket>> {
        let mut found = HashMap::new();
        self.0.look_up(ends, |own, socket, received| {
            found.insert(socket.inode.into(), TcpSocket { own, socket, received });
        })?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::{AsRawFd as _, RawFd};

    use super::*;
    use crate::inspect::TcpState;

    fn inode(fd: RawFd) -> u64 {
        let link = std::fs::read_link(format!("/proc/self/fd/{fd}")).unwrap();
        let link = link.to_str().unwrap();
        link.strip_prefix("socket:[").unwrap().strip_suffix(']').unwrap().parse().unwrap()
    }

    #[test]
    fn both_ends_and_the_listener_are_found_by_inode_and_by_address() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            // There may be no IPv6 here.
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let at = listener.local_addr().unwrap();
            let mut client = TcpStream::connect(at).unwrap();
            let (server, peer) = listener.accept().unwrap();
            client.write_all(b"12345").unwrap();
            let mut table = TcpTable::open().unwrap();
            let all = table.all().unwrap();
            let server = &all[&inode(server.as_raw_fd())];
            assert_eq!((server.own, server.socket.peer), (at, peer));
            assert_eq!((server.socket.recv_queue, server.received), (5, Some(5)));
            assert_eq!(all[&inode(client.as_raw_fd())].socket.peer, at);
            let listens = &all[&inode(listener.as_raw_fd())];
            assert_eq!(listens.socket.state, TcpState::Listen);
            let any = SocketAddr::new(listens.socket.peer.ip(), 0);
            let these = table.these(&[(at, peer), (at, any)]).unwrap();
            assert_eq!(these.len(), 2);
            assert_eq!(these[&u64::from(server.socket.inode)].socket.recv_queue, 5);
        }
    }
}
