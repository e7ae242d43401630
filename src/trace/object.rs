//! What a descriptor of a traced program stands for: asked of the socket itself by a copy that is closed
//! again at once (`pidfd_getfd(2)`), of anything else by its link in `/proc`.

use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Mode, OFlags, readlinkat_raw};
use rustix::net::{AddressFamily, SocketType, sockopt};
use rustix::path::DecInt;
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use crate::inspect::Link;
use crate::telemetry::{ConnId, Fd, OtherKind};

/// What a descriptor stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Object {
    /// A TCP connection that this program has accepted, or had from the beginning.
    Connection(ConnId),
    /// A TCP socket that listens.
    Listener,
    /// Another socket, of whatever kind: not connected, connected by this program, Unix, UDP.
    Socket,
    /// An epoll instance.
    Epoll,
    Pipe,
    Eventfd,
    Timerfd,
    Signalfd,
    IoUring,
    /// An inotify, a pidfd: something else that is waited for.
    Waited,
    /// A file, a folder, a terminal: of no interest here.
    File,
}

/// An open file description (open(2)): what all copies of a descriptor stand for, in whichever process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Opened(pub(super) u64);

/// A socket, as it says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Socket {
    pub(super) is_tcp: bool,
    /// What it is, if no other than this program's clients are at its end.
    pub(super) kind: OtherKind,
    pub(super) listens: bool,
    pub(super) local: Option<SocketAddr>,
    pub(super) peer: Option<SocketAddr>,
    /// As in `/proc/PID/fd`; 0 where it does not say.
    pub(super) inode: u32,
}

/// The descriptors of a process, seen from outside.
#[derive(Debug)]
pub(super) struct Outside {
    /// `None` where the kernel gives none: then nothing can be copied.
    pidfd: Option<OwnedFd>,
    /// Its folder `fd` in `/proc`: to look a number up in it costs half of what the whole path does, and
    /// a program that opens a file for each request is stopped for that each time.
    folder: Option<OwnedFd>,
}

impl Outside {
    pub(super) fn of(pid: i32) -> Self {
        let pidfd = Pid::from_raw(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        let how = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(format!("/proc/{pid}/fd"), how, Mode::empty()).ok();
        Self { pidfd, folder }
    }

    /// A copy of a descriptor. While it is there, closing the program's own sends no FIN.
    fn copy(&self, fd: Fd) -> Option<OwnedFd> {
        pidfd_getfd(self.pidfd.as_ref()?, fd, PidfdGetfdFlags::empty()).ok()
    }

    /// What a socket says of itself; `None` for anything else.
    pub(super) fn socket(&self, fd: Fd) -> Option<Socket> {
        let socket = self.copy(fd)?;
        let domain = sockopt::socket_domain(&socket).ok()?;
        let stream = sockopt::socket_type(&socket) == Ok(SocketType::STREAM);
        let internet = [AddressFamily::INET, AddressFamily::INET6].contains(&domain);
        let local = rustix::net::getsockname(&socket).ok().and_then(|at| at.try_into().ok());
        let peer = rustix::net::getpeername(&socket).ok().flatten();
        let peer = peer.and_then(|at| at.try_into().ok());
        let listens = sockopt::socket_acceptconn(&socket) == Ok(true);
        let is_tcp = stream && internet;
        let kind = match domain {
            AddressFamily::UNIX => OtherKind::Unix,
            _ if is_tcp && listens => OtherKind::Listener,
            _ if is_tcp && peer.is_some() => OtherKind::Made,
            _ if is_tcp => OtherKind::Tcp,
            _ if internet => OtherKind::Udp,
            _ => OtherKind::Socket,
        };
        let inode = rustix::fs::fstat(&socket).ok().and_then(|stat| stat.st_ino.try_into().ok());
        let inode = inode.unwrap_or_default();
        Some(Socket { is_tcp, kind, listens, local, peer, inode })
    }

    /// At which address of its own a socket is.
    pub(super) fn local(&self, fd: Fd) -> Option<SocketAddr> {
        rustix::net::getsockname(self.copy(fd)?).ok()?.try_into().ok()
    }

    /// What a descriptor is that is no socket, and whether it is one; `None` for a number that stands
    /// for nothing.
    pub(super) fn kind(&self, fd: Fd) -> Option<Object> {
        // Of what is no file the link is short; of a file it is of no interest how it ends.
        let mut room = [MaybeUninit::uninit(); 64];
        let number = DecInt::new(fd);
        let (link, _) = readlinkat_raw(self.folder.as_ref()?, number, &mut room).ok()?;
        Some(match Link::from(&*String::from_utf8_lossy(link)) {
            Link::Socket(_) => Object::Socket,
            Link::Pipe(_) => Object::Pipe,
            Link::Epoll => Object::Epoll,
            Link::Eventfd => Object::Eventfd,
            Link::Timerfd => Object::Timerfd,
            Link::Signalfd => Object::Signalfd,
            Link::IoUring => Object::IoUring,
            Link::Inotify | Link::Pidfd | Link::Anonymous(_) => Object::Waited,
            Link::File(_) => Object::File,
        })
    }

    /// Shuts a connection down from outside, both ways: its program reads an end.
    pub(super) fn shutdown(&self, fd: Fd) {
        if let Some(socket) = self.copy(fd) {
            // One whose peer has gone already is as good as shut down.
            let _ = rustix::net::shutdown(&socket, rustix::net::Shutdown::Both);
        }
    }

    /// Dissolves a connection from outside: its peer gets a RST.
    pub(super) fn reset(&self, fd: Fd) {
        if let Some(socket) = self.copy(fd) {
            // Likewise.
            let _ = rustix::net::connect_unspec(socket.as_fd());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read as _;
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn each_is_told_from_the_others() {
        let own = Outside::of(std::process::id().cast_signed());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, peer) = listener.accept().unwrap();
        let told = own.socket(server.as_raw_fd()).unwrap();
        assert_eq!((told.is_tcp, told.listens, told.peer), (true, false, Some(peer)));
        let told = own.socket(listener.as_raw_fd()).unwrap();
        assert_eq!((told.is_tcp, told.listens, told.peer), (true, true, None));
        assert_eq!(told.local, listener.local_addr().ok());
        let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
        assert!(!own.socket(datagrams.as_raw_fd()).unwrap().is_tcp);
        let poll = mio::Poll::new().unwrap();
        let file = fs::File::open("/dev/null").unwrap();
        assert_eq!(own.socket(file.as_raw_fd()), None);
        let of = |fd: Fd| own.kind(fd);
        assert_eq!(of(poll.as_raw_fd()), Some(Object::Epoll));
        assert_eq!(of(file.as_raw_fd()), Some(Object::File));
        assert_eq!((of(client.as_raw_fd()), of(-1)), (Some(Object::Socket), None));
        let (pipe, _write) = std::io::pipe().unwrap();
        assert_eq!(of(pipe.as_raw_fd()), Some(Object::Pipe));
    }

    #[test]
    fn a_connection_is_ended_from_outside() {
        let own = Outside::of(std::process::id().cast_signed());
        for reset in [false, true] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (server, _) = listener.accept().unwrap();
            if reset {
                own.reset(server.as_raw_fd());
            } else {
                own.shutdown(server.as_raw_fd());
            }
            let read = client.read(&mut [0; 8]);
            let want = std::io::ErrorKind::ConnectionReset;
            assert_eq!(read.map_err(|error| error.kind()), if reset { Err(want) } else { Ok(0) });
        }
    }
}
