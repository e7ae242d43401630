//! `epoll(7)`, edge-triggered, by mio.

use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Poll};

use super::{Ctl, Interest, RegisterError, Selector, Token, Trigger, Watched, Watcher};
use crate::server::Config;
use crate::telemetry::{CtlOp, Errno, Fd, Kind, Mask, Nanos, Ret, ServerKind, What};

/// How many ready fds one wait call can return; what is over that comes with the next.
const EVENTS: usize = 1024;

/// An epoll instance and the array it fills.
pub(in crate::server) struct EpollEt {
    poll: Poll,
    events: Events,
}

impl EpollEt {
    /// What mio's `READABLE` stands for.
    const READ: Mask = Mask::IN.with(Mask::RDHUP).with(Mask::ET);
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

    /// Input is watched for always: with edges, what nobody reads is told once.
    fn mask(&self, interest: Interest) -> Mask {
        if interest.write { Self::READ.with(Mask::OUT) } else { Self::READ }
    }

    fn watch(&mut self, token: Token, from: Mask, to: Mask) -> Watched {
        let registry = self.poll.registry();
        let mut source = SourceFd(&token.fd);
        let interest = if to.has(Mask::OUT) {
            mio::Interest::READABLE | mio::Interest::WRITABLE
        } else {
            mio::Interest::READABLE
        };
        let (op, result) = if to == Mask::NONE {
            (CtlOp::Del, registry.deregister(&mut source))
        } else if from == Mask::NONE {
            (CtlOp::Add, registry.register(&mut source, to_mio(token), interest))
        } else {
            (CtlOp::Mod, registry.reregister(&mut source, to_mio(token), interest))
        };
        match result {
            Ok(()) => Ok(Some(Ctl { op, ret: Ret::ZERO })),
            Err(error) => {
                Err(RegisterError::Failed(op, Errno(error.raw_os_error().unwrap_or_default())))
            }
        }
    }
}

impl Selector for EpollEt {
    fn new(_: &Config) -> io::Result<Self> {
        Ok(Self { poll: Poll::new()?, events: Events::with_capacity(EVENTS) })
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize> {
        self.poll.poll(&mut self.events, timeout)?;
        Ok(self.events.iter().count())
    }

    fn ready(&self) -> impl Iterator<Item = (Token, Mask)> + '_ {
        self.events.iter().map(|event| (from_mio(event.token()), mask(event)))
    }

    fn wait_event(&self, ret: Ret, waited: Nanos) -> Option<What> {
        Some(What::EpollWait { ret, waited })
    }
}

/// mio hides the kernel's bits behind questions; this asks back for them. For a TCP socket that
/// is watched for IN and RDHUP the answer is exact, because the kernel reports neither RDHUP
/// without IN, nor HUP without RDHUP, nor ERR without HUP there (`tcp_poll`, `tcp_done`).
fn mask(event: &mio::event::Event) -> Mask {
    [
        (event.is_readable(), Mask::IN),
        (event.is_writable(), Mask::OUT),
        (event.is_read_closed(), Mask::RDHUP),
        (event.is_error(), Mask::ERR),
        (event.is_read_closed() && event.is_write_closed(), Mask::HUP),
    ]
    .into_iter()
    .filter(|&(set, _)| set)
    .fold(Mask::NONE, |mask, (_, bit)| mask.with(bit))
}

/// mio's token is what `epoll_data` carries.
#[expect(clippy::cast_possible_truncation, reason = "64 bits wide where this is used")]
fn to_mio(token: Token) -> mio::Token {
    mio::Token(token.to_data() as usize)
}

fn from_mio(token: mio::Token) -> Token {
    Token::from_data(token.0 as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_returns_what_was_registered_and_edges_come_once() {
        let (a, b) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut selector = EpollEt::new(&Config::default()).unwrap();
        let there = Token { fd: a.as_raw_fd(), generation: 7 };
        let mask = selector.mask(Interest::READ);
        assert_eq!(mask.to_string(), "IN|RDHUP|ET");
        let call = selector.watch(there, Mask::NONE, mask).unwrap();
        assert_eq!(call, Some(Ctl { op: CtlOp::Add, ret: Ret::ZERO }));
        assert_eq!(selector.wait(Some(Duration::ZERO)).unwrap(), 0);
        std::io::Write::write_all(&mut &b, b"x").unwrap();
        assert_eq!(selector.wait(None).unwrap(), 1);
        assert_eq!(selector.ready().collect::<Vec<_>>(), [(there, Mask::IN)]);
        assert_eq!(selector.wait(Some(Duration::ZERO)).unwrap(), 0, "an edge comes once");
    }
}
