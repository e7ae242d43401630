//! `epoll(7)`, edge-triggered, by mio.

use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Poll};

use super::by_mio::{from_mio, mask, to_interest, to_mio};
use super::{Ctl, Interest, Selector, Token, Trigger, Watched, Watcher};
use crate::server::Config;
use crate::server::convert::ret_of;
use crate::telemetry::{CtlOp, Fd, Kind, Mask, ServerKind};

/// How many ready fds one wait call can return; what is over that comes
/// with the next.
const EVENTS: usize = 1024;

/// An epoll instance and the array it fills.
pub(in crate::server) struct EpollEt {
    poll: Poll,
    events: Events,
}

impl Watcher for EpollEt {
    const SERVER: ServerKind = ServerKind::EpollEt;
    const WAIT: Kind = Kind::EpollWait;

    fn fd(&self) -> Option<Fd> {
        Some(self.poll.as_raw_fd())
    }

    #[inline]
    fn trigger(&self) -> Trigger {
        Trigger::Edge
    }

    /// What mio's `READABLE` and `WRITABLE` stand for.
    fn mask(&self, interest: Interest) -> Mask {
        interest.mask(Trigger::Edge)
    }

    fn watch(&mut self, token: Token, from: Mask, to: Mask) -> Watched {
        let epoll = self.poll.registry();
        let fd = &mut SourceFd(&token.fd);
        let (id, on) = (to_mio(token), to_interest(to));
        let Some(op) = Ctl::op(from, to) else { return Ok(None) };
        let result = match op {
            CtlOp::Add => epoll.register(fd, id, on),
            CtlOp::Mod => epoll.reregister(fd, id, on),
            CtlOp::Del => epoll.deregister(fd),
        };
        Ctl::made(op, ret_of(result.map(|()| 0)))
    }
}

impl Selector for EpollEt {
    fn new(_: &Config) -> io::Result<Self> {
        let events = Events::with_capacity(EVENTS);
        Ok(Self { poll: Poll::new()?, events })
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize> {
        self.poll.poll(&mut self.events, timeout)?;
        Ok(self.events.iter().count())
    }

    fn ready(&self) -> impl Iterator<Item = (Token, Mask)> + '_ {
        let events = self.events.iter();
        events.map(|event| (from_mio(event.token()), mask(event)))
    }
}
