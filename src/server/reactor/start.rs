//! How the loop begins: everything that it needs, and the first fds on the interest list.

use std::io;

use super::keyboard::Keyboard;
use super::{Reactor, Round};
use crate::server::floor::{Floor, unmarked};
use crate::server::house::House;
use crate::server::pool::Pool;
use crate::server::selector::{Selector, Wish};
use crate::telemetry::{Fd, Listener, Mask, Ret, Stance, Stdin, What};

impl<S: Selector> Reactor<S> {
    /// A loop that watches the listener.
    pub(in crate::server) fn new(house: House) -> io::Result<Self> {
        let selector = S::new(&house.config)?;
        let (mut floor, desk) = Floor::new(house, selector);
        let input = vec![0; floor.config.recv_size()].into();
        let keyboard = floor.config.stdin.then(Keyboard::default);
        if floor.config.handler_threads > 0 {
            let (threads, most) = (floor.config.handler_threads, floor.config.max_connections);
            floor.pool = Some(Pool::new(threads, most + 1, &floor.commands.waker())?);
        }
        let Listener { fd, waker, epfd, .. } = floor.listener;
        if let Ok(epfd) = u64::try_from(epfd) {
            floor.tell.call(-1, None, What::EpollCreate { ret: Ret::ok(epfd) });
        }
        let waker = (waker >= 0).then_some(waker);
        floor.listener.stdin = keyboard.as_ref().map(|_| Stdin::default());
        let stdin = floor.listener.stdin.map(|_| Stdin::FD);
        for fd in [waker, Some(fd), stdin].into_iter().flatten() {
            let mask = floor.selector.mask(Wish::INPUT);
            floor.watch(unmarked(fd), Mask::NONE, mask).map_err(|_| refused(fd))?;
        }
        floor.tell.listener = Some(floor.listener);
        floor.publish(Stance::Working);
        let (ready, list, served, round) = (Vec::new(), Vec::new(), None, Round::default());
        Ok(Self { floor, desk, input, keyboard, ready, list, served, round })
    }
}

/// Why the loop cannot begin.
fn refused(fd: Fd) -> io::Error {
    if fd == Stdin::FD {
        let sentence = "Standard input cannot be watched: epoll(7) takes no regular file (EPERM); \
                        give it a pipe or a terminal, or take --server poll or select.";
        return io::Error::new(io::ErrorKind::Unsupported, sentence);
    }
    io::Error::other(format!("fd {fd} cannot be watched"))
}
