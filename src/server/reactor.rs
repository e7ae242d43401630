//! The readiness loop: wait until the kernel says who is ready, serve those, wait again.
//!
//! The same loop for `scan`, `select`, `poll`, `epoll` and `epoll-et`: they differ in their
//! [`Selector`] alone.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use rustix::net::{SocketAddrAny, SocketFlags};

use super::connection::Connection;
use super::desk::Desk;
use super::floor::{Floor, mark, unmarked};
use super::pool::Pool;
use super::selector::{Selector, Tag, Wish};
use super::{After, House, ret_of};
use crate::telemetry::{
    ConnId, Errno, Fd, Kind, Listener, Mask, Nanos, Ready, Ret, Stance, Turn, What, Why,
};

/// Connections accepted in one turn; the others wait for the next, which comes at once.
const ACCEPTS: usize = 256;
/// How long the listener rests when no descriptor is left and none of ours is closed meanwhile.
pub(super) const REST: Duration = Duration::from_millis(100);

/// The server: everything that its thread owns.
pub(super) struct Reactor<S> {
    pub(super) floor: Floor<S>,
    pub(super) desk: Desk,
    /// Where every `recv` lands first.
    pub(super) input: Box<[u8]>,
    /// The fds that the last wait call returned.
    ready: Vec<(Tag, Mask)>,
    /// The same, as it is told.
    list: Vec<Ready>,
    /// How many were ready in the turn that is not told yet.
    served: Option<u32>,
}

impl<S: Selector> Reactor<S> {
    /// A loop that watches the listener.
    pub(super) fn new(house: House) -> io::Result<Self> {
        let House { bound, config, desk, tell, commands, last_id } = house;
        let selector = S::new(&config)?;
        let input = vec![0; config.read_buffer.max(1)].into();
        let mut floor = Floor::new(bound, config, selector, tell, commands, last_id);
        if floor.config.handler_threads > 0 {
            let (threads, most) = (floor.config.handler_threads, floor.config.max_connections);
            floor.pool = Some(Pool::new(threads, most + 1, &floor.commands.waker())?);
        }
        let Listener { fd, waker, epfd, .. } = floor.listener;
        if let Ok(epfd) = u64::try_from(epfd) {
            floor.tell.call(-1, None, What::EpollCreate { ret: Ret::ok(epfd) });
        }
        let mask = floor.selector.mask(Wish::INPUT);
        for fd in [waker, fd] {
            floor.watch(unmarked(fd), Mask::NONE, mask).map_err(|_| refused(fd))?;
        }
        floor.listener.interest = mask;
        floor.tell.listener = Some(floor.listener);
        floor.publish(Stance::Working);
        Ok(Self { floor, desk, input, ready: Vec::new(), list: Vec::new(), served: None })
    }

    /// The loop. Returns the house when the operator has ended it.
    pub(super) fn run(mut self, started: &mut dyn FnMut(Fd)) -> io::Result<(House, After)> {
        started(self.floor.listener.epfd);
        let after = loop {
            if let Some(after) = self.floor.ending {
                break after;
            }
            self.turn()?;
        };
        self.floor.close_all(after.why());
        Ok((self.leave(), after))
    }

    /// One turn of it.
    pub(super) fn turn(&mut self) -> io::Result<()> {
        self.wait()?;
        for i in 0..self.ready.len() {
            let (tag, mask) = self.ready[i];
            self.serve(tag, mask);
        }
        self.go_on();
        self.expire();
        Ok(())
    }

    /// Sleeps until something is ready.
    fn wait(&mut self) -> io::Result<()> {
        let floor = &mut self.floor;
        floor.gate(S::WAIT, floor.listener.epfd, None);
        let before = floor.tell.read_clock();
        if let Some(ready) = self.served.take() {
            floor.tell.turn(Turn { busy: before.saturating_sub(floor.woke), ready });
        }
        let timeout = floor.timeout(before);
        floor.publish(Stance::Waiting);
        let result = floor.selector.wait(timeout);
        let now = floor.tell.read_clock();
        floor.woke = now;
        self.desk.read_date(now);
        self.ready.clear();
        match result {
            Ok(_) => self.ready.extend(floor.selector.ready()),
            Err(ref error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        self.tell_wait(ret_of(result), now - before);
        Ok(())
    }

    fn tell_wait(&mut self, ret: Ret, waited: Nanos) {
        let Self { floor, ready, list, .. } = self;
        let waker = floor.listener.waker;
        let ours = ready.iter().filter(|(tag, _)| tag.fd == waker).count();
        let count = ready.len() - ours;
        floor.tell.counters.wakeups += 1;
        floor.tell.counters.ready += count as u64;
        // A wake-up that only brought a command or a deadline is no part of the lesson.
        let own = count == 0;
        if own {
            floor.tell.counters.own_wakeups += 1;
        } else {
            self.served = Some(u32::try_from(count).unwrap_or(u32::MAX));
        }
        list.clear();
        if floor.tell.has_reader() {
            list.extend(ready.iter().map(|&(tag, mask)| {
                let conn = floor.table.at(tag.fd).map(|connection| connection.row.id);
                Ready { fd: tag.fd, mask, conn }
            }));
        }
        if let Some(what) = floor.selector.told(ret, waited) {
            floor.tell.call_with(floor.listener.epfd, None, what, &[], list, own);
        }
    }

    /// Serves one fd that the wait call returned.
    fn serve(&mut self, tag: Tag, mask: Mask) {
        let floor = &mut self.floor;
        if tag.fd == floor.listener.fd {
            self.accept();
        } else if tag.fd == floor.listener.waker {
            floor.obey();
        } else if let Some(connection) = floor.table.at(tag.fd)
            && mark(connection.row.id) == tag.mark
        {
            let id = connection.row.id;
            let postponed = connection.unfinished;
            connection.hangup |= mask.any(Mask::RDHUP.with(Mask::HUP).with(Mask::ERR));
            connection.unread |= mask.any(Mask::IN.with(Mask::RDHUP).with(Mask::HUP));
            connection.blocked &= !mask.any(Mask::OUT.with(Mask::HUP).with(Mask::ERR));
            // One that was left unfinished gets its turn after those that had none lately.
            if !postponed {
                self.attend(tag.fd, id);
            }
        }
        // Else the event is stale: its connection was closed earlier in this turn.
    }

    /// Goes on with what a budget or the operator had interrupted.
    fn go_on(&mut self) {
        if std::mem::take(&mut self.floor.acceptable) || self.floor.listener.resting.is_some() {
            self.accept();
        }
        for (fd, id) in std::mem::take(&mut self.floor.unfinished) {
            if let Some(connection) = self.floor.table.get(fd, id) {
                connection.unfinished = false;
                self.attend(fd, id);
            }
        }
    }

    /// Accepts until the accept queue is empty.
    fn accept(&mut self) {
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
        if full {
            floor.tell.fact(fd, Some(id), What::Refused, &[]);
        }
        if floor.selector.fd().is_some() && !floor.gate(Kind::EpollCtl, fd, Some(id)) {
            return;
        }
        let mask = floor.selector.mask(Wish::INPUT);
        let watched = floor.watch(Tag { fd, mark: mark(id) }, Mask::NONE, mask);
        if let Some(first) = floor.config.look_again(floor.tell.now()) {
            floor.timers.set(fd, first);
        }
        match watched {
            Ok(()) if full => self.refuse(fd, id, 503, Why::OverLimit),
            Ok(()) => {}
            Err(Why::FdSetSize) => {
                floor.tell.fact(fd, Some(id), What::Refused, &[]);
                self.refuse(fd, id, 503, Why::FdSetSize);
            }
            Err(why) => floor.close(fd, id, why),
        }
    }

    /// Gives the house back, without its connections and the selector's own descriptor.
    fn leave(self) -> House {
        let Self { floor, desk, .. } = self;
        let Floor { bound, config, selector, mut tell, commands, listener, last_id, .. } = floor;
        let epoll = selector.fd();
        drop(selector);
        if epoll.is_some() {
            tell.call_with(listener.epfd, None, What::Close, &[], &[], true);
        }
        House { bound, config, desk, tell, commands, last_id }
    }
}

fn refused(fd: Fd) -> io::Error {
    io::Error::other(format!("fd {fd} cannot be watched"))
}

impl<S: Selector> Floor<S> {
    /// How long the wait call may sleep.
    fn timeout(&self, now: Nanos) -> Option<Duration> {
        if self.ending.is_some() || self.acceptable || !self.unfinished.is_empty() {
            return Some(Duration::ZERO);
        }
        let due = self.timers.sleep(now);
        if self.listener.resting.is_some() {
            return Some(due.map_or(REST, |due| due.min(REST)));
        }
        due
    }
}
