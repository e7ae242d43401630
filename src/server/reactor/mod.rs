//! The readiness loop: wait until the kernel says who is ready, serve
//! those, wait again.
//!
//! The same loop for `scan`, `select`, `poll`, `epoll` and `epoll-et`:
//! they differ in their [`Selector`] alone. Each line that calls
//! `self.state.wait`, `accept`, `recv`, `send`, `send_kept` or `close` is
//! a system call (see `calls`).
//!
//! With edges, an event tells of something new only: a connection is
//! served until its receive queue is drained and its answers are sent, or
//! the kernel takes no more of them. What a budget cuts short is put on
//! the list of unfinished ones, since no event would bring it back. With
//! levels, which come again, the same is right.

mod expire;
mod postponed;
mod refuse;
mod round;
mod start;
mod stdin;
#[cfg(test)]
mod tests;
mod whose;

use std::io;

use rustix::net::RecvFlags;

use super::handover::{Handover, Outcome};
use super::listener::out_of_descriptors;
use super::loop_state::{Accepted, Budget, Gone, LoopState, Tally};
use super::loop_state::{generation, moved};
use super::mistake::Mistake;
use super::responder::Responder;
use super::selector::{Interest, Selector, Token};
use super::session::pretend_all_sent;
use crate::telemetry::{ConnId, Errno, Fd, Mask, Ret, Why};
use stdin::StdinLines;
pub(super) use stdin::prepare;
use whose::Whose;

/// Connections accepted in one turn; the others wait for the next, which
/// comes at once.
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
    /// What the display is told of waits and turns.
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

impl<S: Selector> Reactor<S> {
    /// The loop. Returns what the next server needs when the operator has
    /// ended it.
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
        let state = &mut self.state;
        let result = state.wait(&mut self.ready, &mut self.tally);
        self.responder.read_date(state.woke);
        let mut deaf = !S::KNOWS_READY;
        match result {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A closed fd among them spoils the answer for all, the
            // waker too.
            Err(_) if state.config.makes(Mistake::ForgetUnregister) => {
                deaf = true;
            }
            Err(error) => return Err(error),
        }
        if deaf {
            state.run_commands();
        }
        self.begin_round();
        Ok(())
    }

    /// Serves one fd that the wait call returned.
    fn serve(&mut self, token: Token, mask: Mask) {
        let equal = self.state.config.makes(Mistake::CompareEqual);
        match self.whose(token) {
            Whose::Listener => self.serve_listener(token.fd),
            Whose::Waker => self.serve_waker(token.fd),
            Whose::Client(_) if equal && ![Mask::IN, Mask::OUT].contains(&mask) => {}
            Whose::Client(connection) => {
                let gone = Mask::RDHUP.with(Mask::HUP).with(Mask::ERR);
                let room = Mask::OUT.with(Mask::HUP).with(Mask::ERR);
                connection.hangup |= mask.any(gone);
                connection.unread |= mask.any(gone.with(Mask::IN));
                connection.blocked &= !mask.any(room);
                // One that was left unfinished gets its turn after those
                // that had none lately.
                if !connection.unfinished {
                    let id = connection.row.id;
                    self.drive(token.fd, id);
                }
            }
            Whose::Stdin => self.read_stdin(),
            // Its connection was closed earlier in this turn.
            Whose::Stale => self.ask_closed(token.fd),
        }
    }

    /// Accepts until the accept queue is empty.
    fn accept(&mut self) -> Result<(), Gone> {
        for _ in 0..ACCEPTS {
            match self.state.accept()? {
                Ok(accepted) => self.admit(&accepted),
                Err(Errno::AGAIN) => return Ok(()),
                Err(errno) if out_of_descriptors(errno) => return Ok(()),
                // The others tell of one broken connection (accept(2)):
                // the next is fine.
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
        let token = Token { fd, generation: generation(id) };
        let Ok(watched) = state.watch(token, Mask::NONE, mask) else {
            return;
        };
        if let Some(first) = state.config.look_again(state.publisher.now()) {
            state.timers.set(fd, first);
        }
        match watched {
            Ok(()) if full => self.turn_away(fd, id, Why::OverLimit),
            Ok(()) => {}
            Err(Why::FdSetSize) => self.turn_away(fd, id, Why::FdSetSize),
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
    fn next_action(&mut self, fd: Fd, id: ConnId) -> Result<Flow, Gone> {
        let connection = self.state.table.get(fd, id).ok_or(Gone)?;
        let session = &mut connection.session;
        if !session.output.is_empty() {
            if connection.blocked {
                return Ok(Flow::Over);
            }
            // The shared buffer may still hold what another connection
            // could not send.
            self.responder.output.clear();
            self.responder.output.append(&mut session.output.bytes);
            session.output.bytes = Vec::new();
            return self.send(fd, id);
        }
        if let Some(why) = session.ending
            && connection.linger.is_none()
        {
            return self.wind_up(fd, id, why);
        }
        if session.handler.is_awaited() {
            return Ok(Flow::Over);
        }
        if !session.input.is_empty() && std::mem::take(&mut session.behind) {
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
    fn receive(&mut self, fd: Fd, id: ConnId) -> Result<Flow, Gone> {
        let Self { state, input, budget, .. } = self;
        let drains = state.config.drains();
        let (result, connection) = state.recv(fd, id, input, RecvFlags::empty())?;
        budget.spend(result.unwrap_or(0) as u64);
        match result {
            Ok(0) => {
                connection.unread = false;
                connection.row.half_closed = true;
                Ok(Flow::On)
            }
            Ok(n) => {
                // After a short read there is nothing left, unless RDHUP
                // has told of a FIN; what comes later, data or FIN, comes
                // with an event of its own.
                let whole = n >= input.len();
                connection.unread = drains && (whole || connection.hangup);
                match &mut connection.linger {
                    Some(linger) if n > linger.bytes => {
                        let why = connection.session.ending;
                        state.close(fd, id, why.unwrap_or(Why::Answered));
                        Err(Gone)
                    }
                    Some(linger) => {
                        linger.bytes -= n;
                        Ok(Flow::On)
                    }
                    None => self.answer(fd, id, n),
                }
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
    fn answer(&mut self, fd: Fd, id: ConnId, fresh: usize) -> Result<Flow, Gone> {
        let Self { state, responder, input, .. } = self;
        state.answer(responder, fd, id, &input[..fresh])?;
        if responder.output.is_empty() {
            return Ok(Flow::On);
        }
        self.send(fd, id)
    }

    /// Sends what was gathered, and then the payload, until the kernel
    /// takes no more; only then OUT is asked for.
    fn send(&mut self, fd: Fd, id: ConnId) -> Result<Flow, Gone> {
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
            let (result, _) = state.send(fd, id, &responder.output[sent..])?;
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

    /// Sends the payload, a bounded piece a call.
    fn send_payload(&mut self, fd: Fd, id: ConnId) -> Result<Flow, Gone> {
        let Self { state, budget, .. } = self;
        let partly = state.config.makes(Mistake::IgnorePartialWrite);
        loop {
            let connection = state.table.get(fd, id).ok_or(Gone)?;
            let Some(call) = connection.session.output.next() else {
                return Ok(Flow::On);
            };
            if budget.is_spent() {
                return Ok(Flow::On);
            }
            let (what, mut left, connection) = state.send_kept(call, fd, id, budget.bytes())?;
            budget.spend(moved(what));
            let output = &mut connection.session.output;
            let result = what.ret().map_or(Ok(0), Ret::get);
            if partly && result.is_ok() {
                left = pretend_all_sent(what, &mut output.payload);
            }
            match result {
                Ok(0) => {
                    state.close(fd, id, Why::CutShort);
                    return Err(Gone);
                }
                Ok(_) if left == 0 => {
                    let output = std::mem::take(output);
                    state.close_file(output.payload);
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    connection.blocked = true;
                    return Ok(Flow::Over);
                }
                Err(errno) => return Err(state.broken(fd, id, errno)),
            }
        }
    }

    /// Keeps for later what was gathered and is not sent.
    fn keep(&mut self, fd: Fd, id: ConnId, sent: usize, blocked: bool) {
        if let Some(connection) = self.state.table.get(fd, id) {
            let rest = self.responder.output[sent..].to_vec();
            connection.session.output.bytes = rest;
            connection.blocked = blocked;
        }
    }

    /// All is sent and nothing more is taken: closes, at once or by half
    /// and after a while.
    fn wind_up(&mut self, fd: Fd, id: ConnId, why: Why) -> Result<Flow, Gone> {
        let state = &mut self.state;
        let connection = state.table.get(fd, id).ok_or(Gone)?;
        let unread = connection.unread || !state.config.drains();
        if state.close_now(fd, id, unread, why) {
            return Err(Gone);
        }
        let until = state.half_close(fd, id)?;
        state.timers.set(fd, until);
        Ok(Flow::On)
    }
}
