//! The readiness loop: wait until the kernel says who is ready, serve those, wait again.
//!
//! The same loop for `scan`, `select`, `poll`, `epoll` and `epoll-et`: they differ in their
//! [`Selector`] alone.

mod accept;
mod drive;
mod expire;
mod round;
mod send;
mod start;
mod stdin;
mod wait;

use std::io;

use super::handover::{Handover, Outcome};
use super::loop_state::{LoopState, generation};
use super::mistake::Mistake;
use super::responder::Responder;
use super::selector::{Selector, Token, Trigger};
use crate::telemetry::{Fd, Mask, Ready, Stdin};
use round::Round;
use stdin::StdinLines;
pub(super) use stdin::prepare;

/// The server: everything that its thread owns.
pub(super) struct Reactor<S> {
    state: LoopState<S>,
    responder: Responder,
    /// Where every `recv` lands first.
    input: Box<[u8]>,
    /// Standard input, where it is listened to.
    stdin_lines: Option<StdinLines>,
    /// The fds that the last wait call returned.
    ready: Vec<(Token, Mask)>,
    /// The same, as it is told.
    list: Vec<Ready>,
    /// How many were ready in the turn that is not told yet.
    served: Option<u32>,
    /// Whom a selector that knows nothing has asked in this turn, and who had something to say.
    round: Round,
}

impl<S: Selector> Reactor<S> {
    /// The loop. Returns what the next server needs when the operator has ended it.
    pub(super) fn run(mut self, started: &mut dyn FnMut(Fd)) -> io::Result<(Handover, Outcome)> {
        started(self.state.listener.epfd);
        let after = loop {
            if let Some(after) = self.state.ending {
                break after;
            }
            self.turn()?;
        };
        self.state.close_all(after.why());
        Ok((self.state.leave(self.responder), after))
    }

    /// One turn of it.
    fn turn(&mut self) -> io::Result<()> {
        self.wait()?;
        for i in 0..self.ready.len() {
            let (token, mask) = self.ready[i];
            self.ask(|reactor| reactor.serve(token, mask));
        }
        self.run_postponed();
        self.expire();
        if !S::KNOWS_READY {
            self.record_round();
        }
        Ok(())
    }

    /// Serves one fd that the wait call returned.
    fn serve(&mut self, token: Token, mask: Mask) {
        let state = &mut self.state;
        if token.fd == state.listener.fd {
            if self.accept().is_ok() && self.state.listener.resting.is_none() {
                self.state.rearm(token.fd);
            }
        } else if token.fd == state.listener.waker {
            // Read by nobody, it would be reported with every wait; an edge is told once.
            if state.selector.trigger() != Trigger::Edge {
                state.read_waker();
            }
            state.run_commands();
        } else if let Some(connection) = state.table.at(token.fd)
            && generation(connection.row.id) == token.generation
        {
            if state.config.makes(Mistake::CompareEqual) && ![Mask::IN, Mask::OUT].contains(&mask) {
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
                self.drive(token.fd, id);
            }
        } else if token.fd == Stdin::FD {
            self.read_stdin();
        } else if !S::KNOWS_READY && state.config.makes(Mistake::ForgetUnregister) {
            self.ask_closed(token.fd);
        }
        // Else the event is stale: its connection was closed earlier in this turn.
    }

    /// Goes on with what a budget or the operator had interrupted, and with what had to wait for a
    /// turn of its own.
    fn run_postponed(&mut self) {
        if std::mem::take(&mut self.state.acceptable) || self.state.listener.resting.is_some() {
            // When the server ends, nothing is accepted, and the loop ends with this turn.
            self.ask(|reactor| {
                let _ = reactor.accept();
            });
        }
        for (fd, id) in std::mem::take(&mut self.state.unfinished) {
            if let Some(connection) = self.state.table.get(fd, id) {
                connection.unfinished = false;
                self.ask(|reactor| reactor.drive(fd, id));
            }
        }
        if let Some((fd, id)) = self.state.next_due() {
            self.ask(|reactor| reactor.drive(fd, id));
        }
    }
}
