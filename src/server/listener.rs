//! The listening socket of a readiness loop: accepting, and resting when no descriptor is left.

use std::os::fd::{AsRawFd, OwnedFd};

use rustix::net::{SocketAddrAny, SocketFlags};

use super::connection::Connection;
use super::floor::{Floor, mark, unmarked};
use super::reactor::Reactor;
use super::selector::{Selector, Tag, Trigger, Watcher, Wish};
use crate::telemetry::{ConnId, Errno, Fd, Kind, Mask, Ret, What, Why};

/// Connections accepted in one turn; the others wait for the next, which comes at once.
const ACCEPTS: usize = 256;

impl<S: Selector> Reactor<S> {
    /// Accepts until the accept queue is empty.
    pub(super) fn accept(&mut self) {
        for _ in 0..ACCEPTS {
            let floor = &mut self.floor;
            let fd = floor.listener.fd;
            floor.gate(Kind::Accept, fd, None);
            if floor.ending.is_some() {
                return;
            }
            let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
            match rustix::net::acceptfrom_with(&floor.bound.socket, flags) {
                Ok((socket, peer)) => self.admit(socket, peer),
                Err(error) => {
                    let errno = Errno(error.raw_os_error());
                    floor.tell.call(fd, None, What::Accept { ret: Ret::err(errno), peer: None });
                    match errno {
                        Errno::AGAIN => return floor.rest(None),
                        Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM => {
                            return floor.rest(Some(errno));
                        }
                        // The others tell of one broken connection (accept(2)): the next is fine.
                        _ => {}
                    }
                }
            }
            if !self.floor.config.accept_all {
                return self.floor.rest(None);
            }
        }
        self.floor.acceptable = true;
    }

    /// Puts an accepted socket into the table and on the interest list.
    fn admit(&mut self, socket: OwnedFd, peer: Option<SocketAddrAny>) {
        let Self { floor, .. } = self;
        let fd = socket.as_raw_fd();
        floor.last_id += 1;
        let id = ConnId::new(floor.last_id).expect("counts from 1");
        // An internet socket's peer has an internet address.
        let peer = peer.and_then(|peer| peer.try_into().ok()).unwrap_or(floor.listener.addr);
        let what = What::Accept { ret: Ret::ok(fd.unsigned_abs().into()), peer: Some(peer.into()) };
        floor.tell.call(floor.listener.fd, Some(id), what);
        let full = floor.config.is_full(&floor.table, peer.ip());
        floor.table.insert(Connection::new(socket, id, peer, floor.tell.now()));
        if !floor.gate_ctl(fd, Some(id)) {
            return;
        }
        let mask = floor.selector.mask(Wish::INPUT);
        let watched = floor.watch(Tag { fd, mark: mark(id) }, Mask::NONE, mask);
        if let Some(first) = floor.config.look_again(floor.tell.now()) {
            floor.timers.set(fd, first);
        }
        match watched {
            Ok(()) if full => self.turn_away(fd, id, Why::OverLimit),
            Ok(()) => {}
            Err(Why::FdSetSize) => self.turn_away(fd, id, Why::FdSetSize),
            Err(why) => floor.close(fd, id, why),
        }
    }

    /// There is no place for it.
    fn turn_away(&mut self, fd: Fd, id: ConnId, why: Why) {
        self.floor.tell.fact(fd, Some(id), What::Refused, &[]);
        self.refuse(fd, id, 503, why);
    }
}

impl<W: Watcher> Floor<W> {
    /// Without a descriptor left, the listener rests, off the list: it would be reported with
    /// every wait. An edge is spent, and need not be taken back. Either way the loop must come back
    /// by itself: when a connection is closed, and every `REST`.
    pub(super) fn rest(&mut self, errno: Option<Errno>) {
        let before = std::mem::replace(&mut self.listener.resting, errno);
        if before == errno {
            return;
        }
        let fd = self.listener.fd;
        match errno {
            Some(errno) => self.tell.fact(fd, None, What::Rest { errno }, &[]),
            None => self.tell.fact(fd, None, What::Resume, &[]),
        }
        if self.selector.trigger() != Trigger::Edge && before.is_some() != errno.is_some() {
            let mask = self.selector.mask(Wish::INPUT);
            let (from, to) = if errno.is_some() { (mask, Mask::NONE) } else { (Mask::NONE, mask) };
            self.gate_ctl(fd, None);
            // What can fail here is for want of memory; then it is tried again as without.
            if let Err(Why::Failed) = self.watch(unmarked(fd), from, to) {
                self.listener.resting = Some(errno.unwrap_or(Errno::NOMEM));
            }
        }
        self.tell.listener = Some(self.listener);
    }

    /// Watches the listener or the waker again, where an event is told once only.
    pub(super) fn rearm(&mut self, fd: Fd) {
        let mask = self.selector.mask(Wish::INPUT);
        if self.selector.trigger() == Trigger::Oneshot && self.gate_ctl(fd, None) {
            // It is on the list already, so nothing can fail.
            let _ = self.watch(unmarked(fd), mask, mask);
        }
    }
}
