//! The readiness loop: wait until the kernel says which fds are ready,
//! serve those, wait again.
//!
//! The same loop for `scan`, `select`, `poll`, `epoll` and `epoll-et`:
//! they differ in their [`Selector`] alone. `turn` is the loop; what it
//! does rarely has files of its own.
//!
//! With edges, an event reports only what is new: a connection is
//! served until its receive queue is drained and its answers are sent,
//! or the kernel takes no more of them. What a budget cuts short is put
//! on the list of unfinished ones, since no event would bring it back.
//! With levels, which come again, the same is right.

mod ending;
mod expire;
mod postponed;
mod start;
mod stdin;
mod stdin_lines;
#[cfg(test)]
mod tests;
mod turn;
mod waited;
mod whose;

use std::io;

use super::handover::{Handover, Outcome};
use super::loop_state::{Budget, Gone, LoopState};
use super::responder::Responder;
use super::selector::{Selector, Token};
use super::table::Client;
use crate::telemetry::{Fd, Mask};
pub(super) use stdin::prepare;
use stdin_lines::StdinLines;

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
    Client(Client),
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
        self.state.end_round();
        self.state.close_all(after.why());
        Ok((self.state.leave(self.responder), after))
    }
}
