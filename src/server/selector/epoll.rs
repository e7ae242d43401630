//! `epoll(7)`, level-triggered unless asked otherwise: the kernel keeps
//! the list of those watched, and returns those that are ready and no
//! others.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event};
use rustix::event::epoll::{EventData, EventFlags};
use rustix::event::epoll::{add, delete, modify};

use super::raw::lend;
use super::{Ctl, Interest, Selector, Token};
use super::{Trigger, Watched, Watcher};
use crate::server::Config;
use crate::server::convert::ret;
use crate::telemetry::ServerKind;
use crate::telemetry::{CtlOp, Fd, Kind, Mask};

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

    fn set_trigger(&mut self, trigger: Trigger) -> bool {
        self.trigger = trigger;
        true
    }

    fn mask(&self, interest: Interest) -> Mask {
        interest.mask(self.trigger)
    }

    /// An fd that is watched for nothing still reports HUP and ERR, so
    /// it is taken off the list.
    fn watch(&mut self, token: Token, from: Mask, to: Mask) -> Watched {
        let (epoll, fd) = (&self.fd, lend(token.fd));
        let data = EventData::new_u64(token.to_data());
        let on = EventFlags::from_bits_retain(to.0);
        let Some(op) = Ctl::op(from, to) else { return Ok(None) };
        let result = match op {
            CtlOp::Add => add(epoll, fd, data, on),
            CtlOp::Mod => modify(epoll, fd, data, on),
            CtlOp::Del => delete(epoll, fd),
        };
        Ctl::made(op, ret(result.map(|()| 0)))
    }
}

impl Selector for Epoll {
    fn new(config: &Config) -> io::Result<Self> {
        let fd = epoll::create(CreateFlags::CLOEXEC)?;
        let events = Vec::with_capacity(EVENTS);
        Ok(Self { fd, events, trigger: config.trigger })
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
}
