//! The readiness loop: wait until the kernel says which fds are ready,
//! serve those, wait again.
//!
//! The same loop for `scan`, `select`, `poll`, `epoll` and `epoll-et`:
//! they differ in their [`Selector`] alone. A line that calls one of
//! `self.state.wait`, `watch`, `accept`, `recv`, `send`, `send_kept` or
//! `close` is a system call: see `calls`.
//!
//! With edges, an event reports only what is new: a connection is
//! served until its receive queue is drained and its answers are sent,
//! or the kernel takes no more of them. What a budget cuts short is put
//! on the list of unfinished ones, since no event would bring it back.
//! With levels, which come again, the same is right.

mod ending;
mod expire;
mod output;
mod postponed;
mod round;
mod start;
mod stdin;
mod stdin_lines;
#[cfg(test)]
mod tests;
mod waited;
mod whose;

use std::io;

use rustix::net::RecvFlags;

use super::handover::{Handover, Outcome};
use super::listener::ends_queue;
use super::loop_state::token;
use super::loop_state::{Accepted, Budget, Gone, LoopState, Tally};
use super::mistake::Mistake;
use super::responder::Responder;
use super::selector::{Interest, Selector, Token};
use crate::telemetry::{ConnId, Errno, Fd, Mask, Why};
pub(super) use stdin::prepare;
use stdin_lines::StdinLines;

/// Connections accepted in one turn; the others wait for the next,
/// which comes at once.
const ACCEPTS: usize = 256;

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
    /// What is left to the connection that is being served.
    budget: Budget,
    /// What is counted for the display.
    tally: Tally,
}

/// Whether to go on with a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// There may be more to do.
    On,
    /// Nothing until an event comes.
    Over,
}

/// Whose an fd is.
enum Whose {
    Listener,
    /// The eventfd that brings the operator's commands.
    Waker,
    Client(ConnId),
    Stdin,
    /// Its connection was closed since it was returned.
    Stale,
}

/// What the server leaves to the next one, and which that is.
type Left = io::Result<(Handover, Outcome)>;

/// How far a connection went, if it still is there.
type Progress = Result<Flow, Gone>;

impl<S: Selector> Reactor<S> {
    /// The loop. Returns what the next server needs when the operator
    /// has ended it.
    pub(super) fn run(mut self, started: &mut dyn FnMut(Fd)) -> Left {
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
            self.serve(token, mask);
            self.end_question();
        }
        self.run_postponed();
        self.expire();
        self.end_round();
        Ok(())
    }

    /// Sleeps until something is ready.
    fn wait(&mut self) -> io::Result<()> {
        let Self { state, ready, tally, responder, .. } = self;
        let result = state.wait(ready, tally);
        responder.read_date(state.woke);
        self.after_wait(result)
    }

    /// Serves one fd that the wait call returned.
    fn serve(&mut self, token: Token, mask: Mask) {
        match self.whose(token) {
            Whose::Listener => self.serve_listener(token.fd),
            Whose::Waker => self.serve_waker(token.fd),
            Whose::Client(id) => self.serve_client(token.fd, id, mask),
            Whose::Stdin => self.read_stdin(),
            // Its connection was closed earlier in this turn.
            Whose::Stale => self.ask_closed(token.fd),
        }
    }

    /// Notes what the kernel said of a connection, and goes on with it.
    fn serve_client(&mut self, fd: Fd, id: ConnId, mask: Mask) {
        let Self { state, .. } = self;
        let is_one = [Mask::IN, Mask::OUT].contains(&mask);
        if state.config.makes(Mistake::CompareEqual) && !is_one {
            return;
        }
        let Some(connection) = state.table.get(fd, id) else { return };
        let gone = Mask::RDHUP.with(Mask::HUP).with(Mask::ERR);
        let room = Mask::OUT.with(Mask::HUP).with(Mask::ERR);
        connection.hangup |= mask.any(gone);
        connection.unread |= mask.any(gone.with(Mask::IN));
        connection.blocked &= !mask.any(room);
        // One that was left unfinished gets its turn after those that
        // had none lately.
        if !connection.unfinished {
            self.drive(fd, id);
        }
    }

    /// Accepts until the accept queue is empty.
    fn accept(&mut self) -> Result<(), Gone> {
        for _ in 0..ACCEPTS {
            match self.state.accept()? {
                Ok(accepted) => self.admit(&accepted),
                Err(errno) if ends_queue(errno) => return Ok(()),
                // Other errors are of one broken connection
                // (accept(2)): the next one is fine.
                Err(_) => {}
            }
            if !self.state.config.accept_all {
                self.state.pause_accepting(None);
                return Ok(());
            }
        }
        self.state.acceptable = true;
        Ok(())
    }

    /// Puts a connection on the interest list.
    fn admit(&mut self, &Accepted { fd, id, full }: &Accepted) {
        let state = &mut self.state;
        let mask = state.selector.mask(Interest::READ);
        let token = token(fd, id);
        let result = state.watch(token, Mask::NONE, mask);
        let Ok(watched) = result else { return };
        state.set_first_limit(fd);
        match watched {
            Ok(()) if full => self.turn_away(fd, id, Why::OverLimit),
            Ok(()) => {}
            Err(why @ Why::FdSetSize) => self.turn_away(fd, id, why),
            Err(why) => state.close(fd, id, why),
        }
    }

    /// Goes on with a connection as far as it will go.
    fn drive(&mut self, fd: Fd, id: ConnId) {
        self.budget = self.state.budget();
        while let Ok(Flow::On) = self.next_action(fd, id) {
            if self.budget.is_spent() {
                self.state.postpone(fd, id);
                break;
            }
        }
        if let Some(connection) = self.state.table.get(fd, id) {
            connection.row.state = connection.state();
            self.state.watch_again(fd, id);
        }
    }

    /// Does the next thing that is due: send, then answer what is here,
    /// then receive.
    fn next_action(&mut self, fd: Fd, id: ConnId) -> Progress {
        let connection = self.state.table.get(fd, id).ok_or(Gone)?;
        let session = &mut connection.session;
        if !session.output.is_empty() {
            return self.send_rest(fd, id);
        }
        if let Some(why) = session.ending
            && connection.linger.is_none()
        {
            return self.wind_up(fd, id, why);
        }
        if session.handler.is_awaited() {
            return Ok(Flow::Over);
        }
        if session.is_behind() {
            return self.answer(fd, id, 0);
        }
        if connection.row.half_closed {
            let why = session.ending.unwrap_or(Why::PeerClosed);
            self.state.close(fd, id, why);
            return Err(Gone);
        }
        if connection.unread && !connection.row.stopped {
            return self.receive(fd, id);
        }
        Ok(Flow::Over)
    }

    /// One `recv`, and what follows from it.
    fn receive(&mut self, fd: Fd, id: ConnId) -> Progress {
        let Self { state, input, budget, .. } = self;
        let drains = state.config.drains();
        let none = RecvFlags::empty();
        let (result, connection) = state.recv(fd, id, input, none)?;
        budget.spend(result.unwrap_or(0) as u64);
        match result {
            Ok(0) => {
                connection.unread = false;
                connection.row.half_closed = true;
                Ok(Flow::On)
            }
            Ok(n) => {
                // After a short read there is nothing left, unless
                // RDHUP has reported a FIN; what comes later, data
                // or FIN, comes with an event of its own.
                let whole = n >= input.len();
                let more = whole || connection.hangup;
                connection.unread = drains && more;
                if connection.linger.is_some() {
                    return self.linger(fd, id, n);
                }
                self.answer(fd, id, n)
            }
            Err(Errno::AGAIN) => {
                connection.unread = false;
                Ok(Flow::Over)
            }
            Err(Errno::INTR) => Ok(Flow::On),
            Err(errno) => Err(state.broken(fd, id, errno)),
        }
    }

    /// Answers what was kept and the `fresh` bytes just received, then
    /// sends the answers.
    fn answer(&mut self, fd: Fd, id: ConnId, fresh: usize) -> Progress {
        let Self { state, responder, input, .. } = self;
        state.answer(responder, fd, id, &input[..fresh])?;
        if responder.output.is_empty() {
            return Ok(Flow::On);
        }
        self.send(fd, id)
    }

    /// Sends what was gathered, and then the payload, until the kernel
    /// takes no more; only then OUT is asked for.
    fn send(&mut self, fd: Fd, id: ConnId) -> Progress {
        let Self { state, responder, budget, .. } = self;
        let partly = state.config.makes(Mistake::IgnorePartialWrite);
        let mut sent = 0;
        while sent < responder.output.len() {
            // Taken in part again and again, it must not cost more than
            // its budget either.
            if sent > 0 && budget.is_spent() {
                self.keep(fd, id, sent, false);
                return Ok(Flow::On);
            }
            let bytes = &responder.output[sent..];
            let (result, _) = state.send(fd, id, bytes)?;
            budget.spend(result.unwrap_or(0) as u64);
            match result {
                Ok(_) if partly => break,
                Ok(n) => sent += n,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.keep(fd, id, sent, true);
                    return Ok(Flow::Over);
                }
                Err(errno) => return Err(state.broken(fd, id, errno)),
            }
        }
        responder.output.clear();
        self.send_payload(fd, id)
    }
}
