//! A client's socket, and why it cannot be had.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream as StdStream};

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustix::net::{AddressFamily, SocketFlags, SocketType, ipproto, sockopt};

use crate::descriptors;
use crate::words::{plain, strings};

/// A socket on its way to `target`. A small buffer has to be small before it connects: the window is
/// agreed upon then.
pub(super) fn open(
    target: SocketAddr,
    receive_buffer: Option<usize>,
    token: Token,
    registry: &Registry,
) -> io::Result<TcpStream> {
    let family = if target.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = rustix::net::socket_with(
        family,
        SocketType::STREAM,
        SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
        Some(ipproto::TCP),
    )?;
    let socket = descriptors::client(socket);
    if let Some(bytes) = receive_buffer {
        sockopt::set_socket_recv_buffer_size(&socket, bytes)?;
    }
    match rustix::net::connect(&socket, &target) {
        Ok(()) | Err(rustix::io::Errno::INPROGRESS) => {}
        Err(errno) => return Err(errno.into()),
    }
    let mut socket = TcpStream::from_std(StdStream::from(socket));
    registry.register(&mut socket, token, Interest::READABLE | Interest::WRITABLE)?;
    Ok(socket)
}

/// An error in a few words, without its number.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => strings().clients.nobody_listens.into(),
        ErrorKind::TimedOut => strings().clients.no_answer.into(),
        _ => plain(error).to_lowercase(),
    }
}
