//! What every step of a readiness loop needs, and of the coroutines: the table, the interest list,
//! the gate, and the publisher. Receiving and sending are not here, so the operator's commands
//! can be carried out in the middle of them.

mod accept;
mod answer;
mod budget;
mod close;
mod gate;
mod handlers;
mod operator;
mod options;
mod tally;
mod turns;
mod watch;

use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use super::connection::Connection;
use super::handover::{Handover, Outcome};
use super::listener;
use super::pace::Pace;
use super::pool::Pool;
use super::responder::Responder;
use super::selector::Watcher;
use super::table::{Client, Table};
use super::timers::Timers;
use super::{Bound, Config};
use crate::telemetry::{
    Command, Commands, Fd, Listener, Mistake, Nanos, Publisher, ServerKind, Stance, Standing, What,
};
pub(super) use accept::Accepted;
pub(super) use budget::Budget;
pub(super) use close::Closing;
pub(super) use gate::{Gone, Made};
use tally::Tally;
pub(super) use watch::{generation, plain_token, token};

/// The loop's own things.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not the states of a machine")]
pub(super) struct LoopState<W> {
    pub(super) config: Config,
    pub(super) bound: Bound,
    pub(super) listener: Listener,
    pub(super) selector: W,
    pub(super) table: Table<Connection>,
    pub(super) timers: Timers,
    pub(super) publisher: Publisher,
    pub(super) commands: Commands,
    pub(super) pace: Pace,
    /// The pace that it begins with.
    handed: Pace,
    /// Threads for handlers, with `--handler offload`.
    pub(super) pool: Option<Pool>,
    /// Commands that came while a handler kept the loop.
    pub(super) late: Vec<Command>,
    /// A handler has kept the loop in this turn.
    pub(super) handled: bool,
    /// Connections whose handlers have to wait for a turn of their own, in their order.
    pub(super) due: VecDeque<Client>,
    /// A command is being carried out: its calls are the operator's and pass the gate.
    commanded: bool,
    /// Connections with work left that no event will report.
    pub(super) unfinished: Vec<Client>,
    /// What is counted of its turns.
    tally: Tally,
    /// How many are open for which there was no place.
    refused: usize,
    /// The accept queue may not be empty, though no event will say so.
    pub(super) acceptable: bool,
    /// Sockets that are never closed: `--mistake forget-unregister`.
    pub(super) forgotten: Vec<OwnedFd>,
    pub(super) last_id: u64,
    /// When the last wait call returned, with pauses since then taken out.
    pub(super) woke: Nanos,
    /// When the loop last stood, or was held up: what peers sent meanwhile had to wait for us, so
    /// no time limit is counted from earlier than this.
    pub(super) resumed: Nanos,
    /// When the operator last let it go on.
    stood: Nanos,
    /// An option has changed that the owner of the shared buffers looks at.
    pub(super) retuned: bool,
    /// Calls of turns that may not end by themselves.
    glances: u32,
    /// Why the loop ends, once it does.
    pub(super) ending: Option<Outcome>,
}

impl<W: Watcher> LoopState<W> {
    /// Takes over what the server before left, all but the responder.
    pub(super) fn new(handover: Handover, selector: W) -> (Self, Responder) {
        let Handover { bound, config, mut responder, publisher, commands, last_id, pace } =
            handover;
        // One that the runtime's tasks would make by halves is not made there.
        responder.config.mistake = config.mistake.filter(|_| W::SERVER != ServerKind::Coroutines);
        let listener = Listener {
            epfd: selector.fd().unwrap_or(-1),
            waker: if W::KNOWS_READY { commands.as_fd().as_raw_fd() } else { -1 },
            ..listener::of(&bound, &config, W::SERVER)
        };
        let state = Self {
            table: Table::new(config.counts_addresses()),
            last_id,
            resumed: publisher.now(),
            config,
            bound,
            listener,
            selector,
            timers: Timers::new(),
            publisher,
            commands,
            pace: Pace::default(),
            handed: pace,
            pool: None,
            late: Vec::new(),
            handled: false,
            due: VecDeque::new(),
            commanded: false,
            unfinished: Vec::new(),
            tally: Tally::default(),
            refused: 0,
            acceptable: false,
            forgotten: Vec::new(),
            woke: 0,
            stood: 0,
            retuned: false,
            glances: 0,
            ending: None,
        };
        (state, responder)
    }

    /// All that it needs is watched: from now on it may be held.
    pub(super) fn begin(&mut self) {
        self.pace = std::mem::take(&mut self.handed);
        self.pace.endless = self.config.makes(Mistake::NoBudget);
        self.publish(Stance::Working);
    }

    /// Gives back what the next server needs, when its connections are closed. The selector's own descriptor, if it
    /// has one, is closed with it.
    pub(super) fn leave(self, responder: Responder) -> Handover {
        let pace = self.pace.handed_over();
        let Self { bound, config, selector, mut publisher, commands, listener, last_id, .. } = self;
        let epoll = selector.fd();
        drop(selector);
        if epoll.is_some() {
            publisher.call_with(listener.epfd, None, What::Close, &[], &[], true);
        }
        Handover { bound, config, responder, publisher, commands, last_id, pace }
    }

    /// Goes on with a connection when all that is ready has been served.
    pub(super) fn postpone(&mut self, client: Client) {
        if let Some(connection) = self.table.get(client)
            && !std::mem::replace(&mut connection.unfinished, true)
        {
            self.unfinished.push(client);
        }
    }

    /// How long the wait may sleep.
    pub(super) fn timeout(&self, now: Nanos) -> Option<Duration> {
        let work_left = !self.unfinished.is_empty() || !self.due.is_empty();
        if self.ending.is_some() || self.acceptable || work_left {
            return Some(Duration::ZERO);
        }
        let due = self.timers.sleep(now);
        if self.listener.resting.is_some() {
            return Some(due.map_or(listener::ACCEPT_PAUSE, |due| due.min(listener::ACCEPT_PAUSE)));
        }
        due
    }

    /// Sets the timer of a connection that was just accepted.
    pub(super) fn set_first_limit(&mut self, fd: Fd) {
        if let Some(first) = self.config.look_again(self.publisher.now()) {
            self.timers.set(fd, first);
        }
    }

    pub(super) fn publish(&mut self, stance: Stance) {
        let standing = Standing { stance, since: self.publisher.now(), mode: self.pace.mode() };
        self.publisher.publish(&mut self.table, standing);
    }
}
