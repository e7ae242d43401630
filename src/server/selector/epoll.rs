//! `epoll(7)`, level-triggered unless asked otherwise: the kernel keeps
//! the list of those watched, and returns those that are ready and no
//! others.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};

use super::raw::lend;
use super::{Ctl, Interest, RegisterError, Selector, Token};
use super::{Trigger, Watched, Watcher};
use crate::server::Config;
use crate::telemetry::{CtlOp, Errno, Fd, Kind, Mask, Nanos, Ret};
use crate::telemetry::{ServerKind, What};

/// How many ready fds one wait call can return; what is over that comes
/// with the next.
const EVENTS: usize = 1024;

/// An epoll instance and the array it fills.
pub(in crate::server) struct Epoll {
    fd: OwnedFd,
    events: Vec<Event>,
    trigger: Trigger,
}

impl Watcher for Epoll {
    const SERVER: ServerKind = ServerKind::Epoll;
    const WAIT: Kind = Kind::EpollWait;

    fn fd(&self) -> Option<Fd> {
        Some(self.fd.as_raw_fd())
    }

    fn trigger(&self) -> Trigger {
        self.trigger
    }

    fn mask(&self, interest: Interest) -> Mask {
        match (self.trigger, interest.level()) {
            // What is not read now is reported once, and cannot disturb.
            (Trigger::Edge, _) => {
                let all = Interest { read: true, ..interest };
                all.level().with(Mask::ET)
            }
            (_, Mask::NONE) => Mask::NONE,
            (Trigger::Level, mask) => mask,
            (Trigger::Oneshot, mask) => mask.with(Mask::ONESHOT),
        }
    }

    /// An fd that is watched for nothing still reports HUP and ERR, so
    /// it is taken off the list.
    fn watch(&mut self, token: Token, from: Mask, to: Mask) -> Watched {
        let fd = lend(token.fd);
        let data = EventData::new_u64(token.to_data());
        let flags = EventFlags::from_bits_retain(to.0);
        let epoll = &self.fd;
        let op = match (from, to) {
            (Mask::NONE, Mask::NONE) => return Ok(None),
            (_, Mask::NONE) => CtlOp::Del,
            (Mask::NONE, _) => CtlOp::Add,
            _ => CtlOp::Mod,
        };
        let result = match op {
            CtlOp::Add => epoll::add(epoll, fd, data, flags),
            CtlOp::Mod => epoll::modify(epoll, fd, data, flags),
            CtlOp::Del => epoll::delete(epoll, fd),
        };
        match result {
            Ok(()) => Ok(Some(Ctl { op, ret: Ret::ZERO })),
            Err(errno) => {
                let errno = Errno(errno.raw_os_error());
                Err(RegisterError::Failed(op, errno))
            }
        }
    }
}

impl Selector for Epoll {
    fn new(config: &Config) -> io::Result<Self> {
        let fd = epoll::create(CreateFlags::CLOEXEC)?;
        Ok(Self { fd, events: Vec::with_capacity(EVENTS), trigger: config.trigger })
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize> {
        let timeout = timeout.and_then(|time| time.try_into().ok());
        self.events.clear();
        let events = spare_capacity(&mut self.events);
        Ok(epoll::wait(&self.fd, events, timeout.as_ref())?)
    }

    fn ready(&self) -> impl Iterator<Item = (Token, Mask)> + '_ {
        self.events.iter().map(|event| {
            let (flags, data) = (event.flags, event.data);
            (Token::from_data(data.u64()), Mask(flags.bits()))
        })
    }

    fn wait_event(&self, ret: Ret, waited: Nanos) -> Option<What> {
        Some(What::EpollWait { ret, waited })
    }
}
