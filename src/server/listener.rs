//! The listening socket, for all servers alike.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use super::convert::ret;
use super::echo::Protocol;
use super::{Bound, Config};
use crate::telemetry::{ConnId, Errno, Fd, Listener, Mask, Publisher, Ret, ServerKind, What, Work};

/// How long accepting is paused when no descriptor is left and none of ours is closed meanwhile.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// As it is published.
pub(super) fn of(bound: &Bound, config: &Config, server: ServerKind) -> Listener {
    Listener {
        fd: bound.socket.as_raw_fd(),
        addr: bound.addr,
        backlog: config.backlog,
        interest: Mask::NONE,
        resting: None,
        server,
        epfd: -1,
        waker: -1,
        stdin: None,
        handler_threads: 0,
        options: config.options(),
        work: match config.protocol {
            Protocol::Echo(_) => Work::Echoes,
            Protocol::Http => Work::Requests,
        },
        sends_http: false,
        suits_lessons: config.suits_lessons,
        run: bound.runs,
    }
}

/// `listen(2)`, published.
pub(super) fn listen(bound: &Bound, backlog: u32, publisher: &mut Publisher) -> io::Result<()> {
    let result = rustix::net::listen(&bound.socket, i32::try_from(backlog).unwrap_or(i32::MAX));
    let ret = ret(result.map(|()| 0));
    let listened = What::Listen { addr: bound.addr.into(), backlog, ret };
    publisher.call(bound.socket.as_raw_fd(), None, listened);
    Ok(result?)
}

/// Publishes an `accept`, and numbers the client. `fd` is the listener.
#[track_caller]
pub(super) fn record_accept(
    result: Result<(OwnedFd, SocketAddr), Errno>,
    fd: Fd,
    last_id: &mut u64,
    publisher: &mut Publisher,
) -> Result<(OwnedFd, ConnId, SocketAddr), Errno> {
    match result {
        Ok((socket, peer)) => {
            *last_id += 1;
            let id = ConnId::new(*last_id).expect("counts from 1");
            let ret = Ret::ok(socket.as_raw_fd().unsigned_abs().into());
            publisher.call(fd, Some(id), What::Accept { ret, peer: Some(peer.into()) });
            Ok((socket, id, peer))
        }
        Err(errno) => {
            publisher.call(fd, None, What::Accept { ret: Ret::err(errno), peer: None });
            Err(errno)
        }
    }
}

/// Whether an `accept` failed for want of a descriptor, or of memory for one.
pub(super) fn out_of_descriptors(errno: Errno) -> bool {
    matches!(errno, Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM)
}

/// Whether an `accept` failed because the queue is empty, or because no descriptor is left.
pub(super) fn ends_queue(errno: Errno) -> bool {
    errno == Errno::AGAIN || out_of_descriptors(errno)
}

/// Accepting is paused for want of descriptors, or goes on: published, if that is new.
pub(super) fn pause_accepting(
    listener: &mut Listener,
    errno: Option<Errno>,
    publisher: &mut Publisher,
) -> bool {
    let new = std::mem::replace(&mut listener.resting, errno) != errno;
    if new {
        let what = errno.map_or(What::Resume, |errno| What::Rest { errno });
        publisher.fact(listener.fd, None, what, &[]);
        publisher.listener = Some(*listener);
    }
    new
}
