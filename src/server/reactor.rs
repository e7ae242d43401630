//! The readiness loop: wait until the kernel says who is ready, serve those, wait again.
//!
//! The same loop for `scan`, `select`, `poll`, `epoll` and `epoll-et`: they differ in their
//! [`Selector`] alone.

use std::io;
use std::time::Duration;

use super::desk::Desk;
use super::floor::{Floor, mark, unmarked};
use super::keyboard::{self, Keyboard};
use super::mistake::Mistake;
use super::pool::Pool;
use super::round::Round;
use super::selector::{Selector, Tag, Trigger, Wish};
use super::{After, House, ret_of};
use crate::telemetry::{Fd, Listener, Mask, Nanos, Ready, Ret, Stance, Turn, What};

/// How long the listener rests when no descriptor is left and none of ours is closed meanwhile.
pub(super) const REST: Duration = Duration::from_millis(100);

/// The server: everything that its thread owns.
pub(super) struct Reactor<S> {
    pub(super) floor: Floor<S>,
    pub(super) desk: Desk,
    /// Where every `recv` lands first.
    pub(super) input: Box<[u8]>,
    /// Standard input, where it is listened to.
    pub(super) keyboard: Option<Keyboard>,
    /// The fds that the last wait call returned.
    ready: Vec<(Tag, Mask)>,
    /// The same, as it is told.
    list: Vec<Ready>,
    /// How many were ready in the turn that is not told yet.
    pub(super) served: Option<u32>,
    /// Whom a selector that knows nothing has asked in this turn, and who had something to say.
    pub(super) round: Round,
}

impl<S: Selector> Reactor<S> {
    /// A loop that watches the listener.
    pub(super) fn new(house: House) -> io::Result<Self> {
        let House { bound, config, desk, tell, commands, last_id } = house;
        let selector = S::new(&config)?;
        let input = vec![0; config.recv_size()].into();
        let keyboard = config.stdin.then(Keyboard::default);
        let mut floor = Floor::new(bound, config, selector, tell, commands, last_id);
        if floor.config.handler_threads > 0 {
            let (threads, most) = (floor.config.handler_threads, floor.config.max_connections);
            floor.pool = Some(Pool::new(threads, most + 1, &floor.commands.waker())?);
        }
        let Listener { fd, waker, epfd, .. } = floor.listener;
        if let Ok(epfd) = u64::try_from(epfd) {
            floor.tell.call(-1, None, What::EpollCreate { ret: Ret::ok(epfd) });
        }
        let waker = (waker >= 0).then_some(waker);
        for fd in [waker, Some(fd), keyboard.as_ref().map(|_| keyboard::FD)].into_iter().flatten() {
            let mask = floor.selector.mask(Wish::INPUT);
            floor.watch(unmarked(fd), Mask::NONE, mask).map_err(|_| refused(fd))?;
        }
        floor.tell.listener = Some(floor.listener);
        floor.publish(Stance::Working);
        let (ready, list, served, round) = (Vec::new(), Vec::new(), None, Round::default());
        Ok(Self { floor, desk, input, keyboard, ready, list, served, round })
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
            self.ask(|reactor| reactor.serve(tag, mask));
        }
        self.go_on();
        self.expire();
        if S::ASKS {
            self.tell_round();
        }
        Ok(())
    }

    /// Sleeps until something is ready.
    fn wait(&mut self) -> io::Result<()> {
        let floor = &mut self.floor;
        let sleeps = floor.selector.sleeps();
        if sleeps {
            floor.gate(S::WAIT, floor.listener.epfd, None);
        } else {
            floor.pace.end_turn();
        }
        let before = floor.tell.read_clock();
        if let Some(ready) = self.served.take() {
            floor.tell.turn(Turn { busy: before.saturating_sub(floor.woke), ready });
        }
        let timeout = floor.timeout(before);
        floor.publish(if sleeps { Stance::Waiting } else { Stance::Working });
        let result = floor.selector.wait(timeout);
        let now = floor.tell.read_clock();
        floor.woke = now;
        self.desk.read_date(now);
        self.ready.clear();
        let mut deaf = S::ASKS;
        match result {
            Ok(_) => self.ready.extend(floor.selector.ready()),
            Err(ref error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A closed fd among them spoils the answer for all, the waker too.
            Err(_) if floor.config.makes(Mistake::ForgetUnregister) => deaf = true,
            Err(error) => return Err(error),
        }
        self.tell_wait(ret_of(result), now - before);
        if deaf {
            self.floor.obey();
        }
        Ok(())
    }

    fn tell_wait(&mut self, ret: Ret, waited: Nanos) {
        let Self { floor, ready, list, .. } = self;
        let told = floor.selector.told(ret, waited);
        floor.tell.counters.wakeups += 1;
        if S::ASKS {
            if let Some(nap) = told {
                floor.tell.call(-1, None, nap);
            }
            return;
        }
        let waker = floor.listener.waker;
        let ours = ready.iter().filter(|(tag, _)| tag.fd == waker).count();
        let count = ready.len() - ours;
        floor.tell.counters.ready += count as u64;
        // A wake-up that only brought a command or a deadline is no part of the lesson.
        let own = count == 0 && ret.get().is_ok();
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
        if let Some(what) = told {
            floor.tell.call_with(floor.listener.epfd, None, what, &[], list, own);
        }
    }

    /// Serves one fd that the wait call returned.
    fn serve(&mut self, tag: Tag, mask: Mask) {
        let floor = &mut self.floor;
        if tag.fd == floor.listener.fd {
            self.accept();
            if self.floor.listener.resting.is_none() {
                self.floor.rearm(tag.fd);
            }
        } else if tag.fd == floor.listener.waker {
            // Read by nobody, it would be reported with every wait; an edge is told once.
            if floor.selector.trigger() != Trigger::Edge {
                floor.read_waker();
            }
            floor.obey();
        } else if let Some(connection) = floor.table.at(tag.fd)
            && mark(connection.row.id) == tag.mark
        {
            if floor.config.makes(Mistake::CompareEqual) && ![Mask::IN, Mask::OUT].contains(&mask) {
                return;
            }
            let id = connection.row.id;
            let postponed = connection.unfinished;
            let gone = Mask::RDHUP.with(Mask::HUP).with(Mask::ERR);
            connection.hangup |= mask.any(gone);
            connection.unread |= mask.any(gone.with(Mask::IN));
            connection.blocked &= !mask.any(Mask::OUT.with(Mask::HUP).with(Mask::ERR));
            // One that was left unfinished gets its turn after those that had none lately.
            if !postponed {
                self.attend(tag.fd, id);
            }
        } else if tag.fd == keyboard::FD {
            self.hear();
        } else if S::ASKS && floor.config.makes(Mistake::ForgetUnregister) {
            floor.ask_nobody(tag.fd);
        }
        // Else the event is stale: its connection was closed earlier in this turn.
    }

    /// Goes on with what a budget or the operator had interrupted.
    fn go_on(&mut self) {
        if std::mem::take(&mut self.floor.acceptable) || self.floor.listener.resting.is_some() {
            self.ask(Self::accept);
        }
        for (fd, id) in std::mem::take(&mut self.floor.unfinished) {
            if let Some(connection) = self.floor.table.get(fd, id) {
                connection.unfinished = false;
                self.ask(|reactor| reactor.attend(fd, id));
            }
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

/// Why the loop cannot begin.
fn refused(fd: Fd) -> io::Error {
    if fd == keyboard::FD {
        let sentence = "Standard input cannot be watched: epoll(7) takes no regular file (EPERM); \
                        give it a pipe or a terminal, or take --server poll or select.";
        return io::Error::new(io::ErrorKind::Unsupported, sentence);
    }
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
