//! One turn of the loop: wait, serve what is ready, and go on with what
//! was left.
//!
//! A line that calls one of `self.state.wait`, `watch`, `accept`,
//! `recv`, `send` or `close` is a system call: see `calls`.

use std::io;

use super::{Flow, Progress, Reactor, Whose};
use crate::server::connection::Due;
use crate::server::listener::ends_queue;
use crate::server::loop_state::{Accepted, Gone, token};
use crate::server::selector::{Interest, Selector, Token};
use crate::server::table::Client;
use crate::telemetry::{Errno, Mask, Why};

impl<S: Selector> Reactor<S> {
    /// Waits, then serves every fd that is ready.
    pub(super) fn turn(&mut self) -> io::Result<()> {
        let result = self.state.wait(&mut self.ready);
        self.after_wait(result)?;
        for i in 0..self.ready.len() {
            let (token, mask) = self.ready[i];
            self.serve(token, mask);
        }
        self.run_postponed();
        self.expire();
        Ok(())
    }

    /// Serves one fd that the wait call returned.
    fn serve(&mut self, token: Token, mask: Mask) {
        match self.whose(token) {
            Whose::Listener => self.serve_listener(token.fd),
            Whose::Waker => self.serve_waker(token.fd),
            Whose::Client(client) => self.serve_client(client, mask),
            Whose::Stdin => self.read_stdin(),
            // Its connection was closed earlier in this turn.
            Whose::Stale => self.ask_closed(token.fd),
        }
    }

    /// Notes what the kernel said of a connection, and goes on with it.
    fn serve_client(&mut self, client: Client, mask: Mask) {
        let Self { state, .. } = self;
        if state.config.overlooks(mask) {
            return;
        }
        let Some(connection) = state.table.get(client) else { return };
        connection.note_ready(mask, state.woke);
        // One that was left unfinished gets its turn after the others.
        if !connection.unfinished {
            self.drive(client);
        }
    }

    /// Accepts until the accept queue is empty, or enough for a turn.
    pub(super) fn accept(&mut self) -> Result<(), Gone> {
        for _ in 0..self.state.config.accepts() {
            match self.state.accept()? {
                Ok(accepted) => self.admit(accepted),
                Err(errno) if ends_queue(errno) => return Ok(()),
                // Other errors are of one broken connection
                // (accept(2)): the next one is fine.
                Err(_) => {}
            }
        }
        self.state.leave_accepting();
        Ok(())
    }

    /// Puts a connection on the interest list.
    fn admit(&mut self, Accepted { client, full }: Accepted) {
        let Self { state, .. } = self;
        let mask = state.selector.mask(Interest::READ);
        let result = state.watch(token(client), Mask::NONE, mask);
        if let Ok(watched) = result {
            self.admitted(client, full, watched);
        }
    }

    /// Goes on with a connection as far as it will go.
    pub(super) fn drive(&mut self, client: Client) {
        self.budget = self.state.budget();
        while let Ok(Flow::On) = self.next_action(client) {
            if self.state.is_spent(self.budget) {
                self.state.postpone(client);
                break;
            }
        }
        self.state.watch_again(client);
    }

    /// Does the next thing that is due.
    fn next_action(&mut self, client: Client) -> Progress {
        let connection = self.state.table.get(client).ok_or(Gone)?;
        match connection.due() {
            Due::Send => self.send(client),
            Due::Answer => self.answer(client, 0),
            Due::Receive => self.receive(client),
            Due::WindUp(why) => self.wind_up(client, why),
            Due::Close(why) => Err(self.state.close(client, why)),
            Due::Nothing => Ok(Flow::Over),
        }
    }

    /// One `recv`, and what follows from it.
    fn receive(&mut self, client: Client) -> Progress {
        let Self { state, input, budget, .. } = self;
        let drains = state.config.drains();
        let (result, connection) = state.recv(client, input)?;
        budget.spend(result);
        match result {
            Ok(0) => {
                connection.note_fin();
                Ok(Flow::On)
            }
            Ok(n) => {
                // After a short read there is nothing left, unless
                // RDHUP has reported a FIN; what comes later, data
                // or FIN, comes with an event of its own.
                let more = n == input.len() || connection.hangup;
                connection.unread = drains && more;
                if connection.linger.is_some() {
                    return self.linger(client, n);
                }
                self.answer(client, n)
            }
            Err(Errno::AGAIN) => {
                connection.unread = false;
                Ok(Flow::Over)
            }
            Err(Errno::INTR) => Ok(Flow::On),
            Err(errno) => Err(state.broken(client, errno)),
        }
    }

    /// Answers what was kept and the `fresh` bytes just received.
    fn answer(&mut self, client: Client, fresh: usize) -> Progress {
        let Self { state, responder, input, .. } = self;
        state.answer(responder, client, &input[..fresh])?;
        self.send(client)
    }

    /// Sends answers until the kernel takes no more; only then OUT is
    /// asked for.
    pub(super) fn send(&mut self, client: Client) -> Progress {
        let Self { state, responder, budget, .. } = self;
        while let Some(call) = state.next_send(client)? {
            let most = budget.bytes();
            let (result, connection) = state.send(call, client, most)?;
            budget.spend(result);
            match result {
                Ok(0) => return Err(state.close(client, Why::CutShort)),
                Ok(_) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    connection.block();
                    return Ok(Flow::Over);
                }
                Err(errno) => return Err(state.broken(client, errno)),
            }
            let output = &mut connection.session.output;
            let sent = output.take_sent(&mut responder.output);
            state.close_file(sent);
            if budget.is_spent() {
                break;
            }
        }
        Ok(Flow::On)
    }
}
