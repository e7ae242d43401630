//! `epoll(7)`, edge-triggered, by mio.

use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use super::Tag;
use crate::telemetry::{CtlOp, Fd, Mask};

/// How many ready fds one wait call can return; what is over that comes with the next.
const EVENTS: usize = 1024;

/// An epoll instance and the array it fills.
pub(in crate::server) struct EpollEt {
    poll: Poll,
    events: Events,
}

impl EpollEt {
    pub(in crate::server) fn new() -> io::Result<Self> {
        Ok(Self { poll: Poll::new()?, events: Events::with_capacity(EVENTS) })
    }

    /// The epoll instance's own descriptor.
    pub(in crate::server) fn fd(&self) -> Fd {
        self.poll.as_raw_fd()
    }

    /// `epoll_ctl(2)`. Returns the mask that was handed over.
    pub(in crate::server) fn ctl(&self, op: CtlOp, tag: Tag, out: bool) -> (Mask, io::Result<()>) {
        let registry = self.poll.registry();
        let mut source = SourceFd(&tag.fd);
        let (interest, mask) = if out {
            (Interest::READABLE | Interest::WRITABLE, Self::READ.with(Mask::OUT))
        } else {
            (Interest::READABLE, Self::READ)
        };
        match op {
            CtlOp::Add => (mask, registry.register(&mut source, token(tag), interest)),
            CtlOp::Mod => (mask, registry.reregister(&mut source, token(tag), interest)),
            CtlOp::Del => (Mask::NONE, registry.deregister(&mut source)),
        }
    }

    /// What mio's `READABLE` stands for.
    pub(in crate::server) const READ: Mask = Mask::IN.with(Mask::RDHUP).with(Mask::ET);

    /// `epoll_wait(2)`; returns how many fds are ready.
    pub(in crate::server) fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize> {
        self.poll.poll(&mut self.events, timeout)?;
        Ok(self.events.iter().count())
    }

    /// The fds that the last wait call returned.
    pub(in crate::server) fn ready(&self) -> impl Iterator<Item = (Tag, Mask)> + '_ {
        self.events.iter().map(|event| (tag(event.token()), mask(event)))
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

/// Both halves of a tag travel through the kernel in the 64 bits of `epoll_data`.
fn token(tag: Tag) -> Token {
    Token((tag.mark as usize) << 32 | tag.fd.cast_unsigned() as usize)
}

#[expect(clippy::cast_possible_truncation, reason = "the two halves are taken apart")]
fn tag(token: Token) -> Tag {
    Tag { fd: (token.0 as u32).cast_signed(), mark: (token.0 >> 32) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_survives_the_kernel() {
        for there in [Tag { fd: 0, mark: 0 }, Tag { fd: i32::MAX, mark: u32::MAX }] {
            assert_eq!(tag(token(there)), there);
        }
    }

    #[test]
    fn wait_returns_what_was_registered_and_edges_come_once() {
        let (a, b) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut selector = EpollEt::new().unwrap();
        let there = Tag { fd: a.as_raw_fd(), mark: 7 };
        let (mask, result) = selector.ctl(CtlOp::Add, there, false);
        result.unwrap();
        assert_eq!(mask.to_string(), "IN|RDHUP|ET");
        assert_eq!(selector.wait(Some(Duration::ZERO)).unwrap(), 0);
        std::io::Write::write_all(&mut &b, b"x").unwrap();
        assert_eq!(selector.wait(None).unwrap(), 1);
        assert_eq!(selector.ready().collect::<Vec<_>>(), [(there, Mask::IN)]);
        assert_eq!(selector.wait(Some(Duration::ZERO)).unwrap(), 0, "an edge comes once");
    }
}
