//! The readiness loop: wait until the kernel says who is ready, serve those, wait again.
//!
//! The same loop for `scan`, `select`, `poll`, `epoll` and `epoll-et`: they differ in their
//! [`Selector`] alone.

mod accept;
mod attend;
mod expire;
mod keyboard;
mod round;
mod send;
mod start;
mod wait;

use std::io;

use super::desk::Desk;
use super::floor::{Floor, mark};
use super::house::{After, House};
use super::mistake::Mistake;
use super::selector::{Selector, Tag, Trigger};
use crate::telemetry::{Fd, Mask, Ready, Stdin};
use keyboard::Keyboard;
pub(super) use keyboard::prepare;
use round::Round;

/// The server: everything that its thread owns.
pub(super) struct Reactor<S> {
    floor: Floor<S>,
    desk: Desk,
    /// Where every `recv` lands first.
    input: Box<[u8]>,
    /// Standard input, where it is listened to.
    keyboard: Option<Keyboard>,
    /// The fds that the last wait call returned.
    ready: Vec<(Tag, Mask)>,
    /// The same, as it is told.
    list: Vec<Ready>,
    /// How many were ready in the turn that is not told yet.
    served: Option<u32>,
    /// Whom a selector that knows nothing has asked in this turn, and who had something to say.
    round: Round,
}

impl<S: Selector> Reactor<S> {
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
        Ok((self.floor.leave(self.desk), after))
    }

    /// One turn of it.
    fn turn(&mut self) -> io::Result<()> {
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
        } else if tag.fd == Stdin::FD {
            self.hear();
        } else if S::ASKS && floor.config.makes(Mistake::ForgetUnregister) {
            self.ask_nobody(tag.fd);
        }
        // Else the event is stale: its connection was closed earlier in this turn.
    }

    /// Goes on with what a budget or the operator had interrupted, and with what had to wait for a
    /// turn of its own.
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
        if let Some((fd, id)) = self.floor.next_due() {
            self.ask(|reactor| reactor.attend(fd, id));
        }
    }
}
