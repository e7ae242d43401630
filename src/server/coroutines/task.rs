//! One connection, as its task has it.

use std::cell::RefMut;
use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use super::tasks::{TaskShared, TaskState};
use crate::server::connection::Connection;
use crate::server::loop_state::{Budget, Gone};
use crate::server::session::Handler;
use crate::server::table::Client;
use crate::telemetry::{Kind, What, Why};

/// A connection's task has this alone of it: the connection itself is
/// in the table, where the operator may close it at any time.
pub(super) struct Task {
    pub(super) shared: TaskShared,
    pub(super) client: Client,
    /// Wakes the task when a time limit may be over; `None` when there
    /// is none.
    pub(super) limit: Option<Pin<Box<Sleep>>>,
    /// What is left to the task until it lets the others go on.
    pub(super) budget: Budget,
}

/// Why a connection's task leaves what it is doing.
pub(super) enum Leave {
    /// The connection is closed.
    Gone,
    /// A time limit is over.
    Late(Why),
}

/// Why a conversation was left; it does not end otherwise.
pub(super) type Ended = Result<Infallible, Leave>;

impl From<Gone> for Leave {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl Task {
    pub(super) fn new(shared: TaskShared, client: Client) -> Self {
        let (limit, budget) = {
            let state = &shared.borrow().state;
            let now = state.publisher.now();
            let limit = state.config.look_again(now);
            (limit.map(|next| Duration::from_nanos(next - now)), state.budget())
        };
        Self { shared, client, limit: limit.map(|limit| Box::pin(sleep(limit))), budget }
    }

    pub(super) fn shared(&self) -> RefMut<'_, TaskState> {
        self.shared.borrow_mut()
    }

    /// Looks at the connection, if it still is there.
    pub(super) fn with<R>(&self, look: impl FnOnce(&mut Connection) -> R) -> Result<R, Leave> {
        self.shared().state.table.get(self.client).map(look).ok_or(Leave::Gone)
    }

    /// Why it is to be closed once all is sent, if it is.
    pub(super) fn ending(&self) -> Result<Option<Why>, Leave> {
        self.with(|connection| connection.session.ending)
    }

    /// Whether requests had to wait until the answers before them were
    /// sent.
    pub(super) fn is_behind(&self) -> Result<bool, Leave> {
        self.with(|connection| connection.session.is_behind())
    }

    /// Whether the handler of its next request has to wait for its
    /// turn.
    pub(super) fn is_due(&self) -> Result<bool, Leave> {
        self.with(|connection| connection.session.handler == Handler::Due)
    }

    pub(super) fn is_half_closed(&self) -> Result<bool, Leave> {
        self.with(|connection| connection.row.half_closed)
    }

    /// Answers what was kept and the `fresh` bytes just received.
    pub(super) fn answer(&mut self, fresh: usize) -> Result<(), Leave> {
        let Self { client, .. } = *self;
        let TaskState { state, responder, input, .. } = &mut *self.shared();
        responder.read_date(state.publisher.now());
        state.answer(responder, client, &input[..fresh])?;
        Ok(())
    }

    /// The call that the next piece of output takes, if there is one.
    pub(super) fn next_send(&self) -> Result<Option<Kind>, Leave> {
        self.with(|connection| connection.session.output.next())
    }
}

impl Drop for Task {
    /// The task has ended, or was ended with its runtime.
    fn drop(&mut self) {
        self.shared().state.publisher.fact(self.client.fd, Some(self.client.id), What::Ended, &[]);
    }
}
