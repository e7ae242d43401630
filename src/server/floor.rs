//! What every step of a readiness loop needs, and of the coroutines: the table, the interest list,
//! the gate, and somebody to tell. Answering is not here (`desk`), so the operator's commands can
//! be carried out in the middle of it.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use super::connection::Connection;
use super::desk::Witness;
use super::mistake::Mistake;
use super::pace::{Pace, Verdict};
use super::pool::Pool;
use super::selector::{Ctl, Tag, Trigger, Unwatched, Watcher, Wish, peek};
use super::session::{Handler, Session};
use super::table::Table;
use super::timers::Timers;
use super::{After, Bound, Config, ret};
use crate::http::Payload;
use crate::telemetry::{
    Command, Commands, ConnId, ConnState, Counters, CtlOp, Fd, Kind, Listener, Mask, Nanos, Next,
    Publisher, Ret, Stance, Standing, What, Why,
};

/// The loop's own things.
pub(super) struct Floor<S> {
    pub(super) config: Config,
    pub(super) bound: Bound,
    pub(super) listener: Listener,
    pub(super) selector: S,
    pub(super) table: Table<Connection>,
    pub(super) timers: Timers,
    pub(super) tell: Publisher,
    pub(super) commands: Commands,
    pub(super) pace: Pace,
    /// Threads for handlers, with `--handler offload`.
    pub(super) pool: Option<Pool>,
    /// Commands that came while a handler kept the loop.
    pub(super) late: Vec<Command>,
    /// A command is being carried out: its calls are the operator's and pass the gate.
    pub(super) commanded: bool,
    /// Connections with work left that no event will tell of.
    pub(super) unfinished: Vec<(Fd, ConnId)>,
    /// The accept queue may not be empty, though no event will tell.
    pub(super) acceptable: bool,
    /// Sockets that are never closed: `--mistake forget-unregister`.
    pub(super) forgotten: Vec<OwnedFd>,
    pub(super) last_id: u64,
    /// When the last wait call returned, with pauses since then taken out.
    pub(super) woke: Nanos,
    /// When the loop last stood, or was held up: what peers sent meanwhile had to wait for us, so
    /// no time limit is counted from earlier than this.
    pub(super) resumed: Nanos,
    /// Why the loop ends, once it does.
    pub(super) ending: Option<After>,
}

impl<S: Watcher> Floor<S> {
    pub(super) fn new(
        bound: Bound,
        config: Config,
        selector: S,
        tell: Publisher,
        commands: Commands,
        last_id: u64,
    ) -> Self {
        let listener = Listener {
            fd: bound.socket.as_raw_fd(),
            addr: bound.addr,
            backlog: config.backlog,
            interest: Mask::NONE,
            resting: None,
            server: S::SERVER,
            epfd: selector.fd().unwrap_or(-1),
            waker: if S::ASKS { -1 } else { commands.as_fd().as_raw_fd() },
        };
        Self {
            table: Table::new(config.max_per_address > 0),
            last_id,
            resumed: tell.now(),
            config,
            bound,
            listener,
            selector,
            timers: Timers::new(),
            tell,
            commands,
            pace: Pace::default(),
            pool: None,
            late: Vec::new(),
            commanded: false,
            unfinished: Vec::new(),
            acceptable: false,
            forgotten: Vec::new(),
            woke: 0,
            ending: None,
        }
    }

    /// The gate that every call of the loop passes. Returns whether the connection that the call
    /// is for still is there: the operator may have closed it while the loop stood here.
    #[inline]
    pub(super) fn gate(&mut self, kind: Kind, fd: Fd, conn: Option<ConnId>) -> bool {
        self.pace.is_free() || self.hold(Next { kind, fd, conn })
    }

    /// The gate before the call that watches an fd, where that is one.
    pub(super) fn gate_ctl(&mut self, fd: Fd, conn: Option<ConnId>) -> bool {
        self.selector.fd().is_none() || self.gate(Kind::EpollCtl, fd, conn)
    }

    /// The gate before a call on a connection. Returns it, if it still is there.
    #[inline]
    pub(super) fn pass(&mut self, kind: Kind, fd: Fd, id: ConnId) -> Option<&mut Connection> {
        if !self.gate(kind, fd, Some(id)) {
            return None;
        }
        self.table.get(fd, id)
    }

    #[cold]
    fn hold(&mut self, next: Next) -> bool {
        let begin = self.tell.read_clock();
        self.obey_late();
        while !self.commanded && self.ending.is_none() {
            let ends_turn = next.kind == S::WAIT;
            let Verdict::Stand(until) = self.pace.ask(ends_turn, Instant::now()) else { break };
            self.publish(Stance::Held(next));
            let command = match until {
                Some(until) => self.commands.queue.recv_deadline(until).ok(),
                None => self.commands.queue.recv().ok(),
            };
            if let Some(command) = command {
                self.command(command);
            } else if until.is_none() {
                // Nobody is left who could let it go on.
                self.ending = Some(After::End);
            }
        }
        self.resumed = self.tell.read_clock();
        self.woke += self.resumed - begin;
        next.conn.is_none_or(|id| self.table.get(next.fd, id).is_some())
    }

    /// Tells a call on a connection, and notes it in its row. Returns the connection.
    #[inline]
    pub(super) fn told(&mut self, fd: Fd, id: ConnId, what: What) -> Option<&mut Connection> {
        let now = self.tell.now();
        self.tell.call(fd, Some(id), what);
        self.table.note(fd, id, what, now)
    }

    /// Watches an fd, told. `Err` says why it cannot be watched.
    pub(super) fn watch(&mut self, tag: Tag, from: Mask, to: Mask) -> Result<(), Why> {
        let result = self.selector.watch(tag, from, to);
        let interest = if result.is_ok() { to } else { from };
        if tag.fd == self.listener.fd {
            self.listener.interest = interest;
        }
        let conn = self.table.at(tag.fd).map(|connection| {
            connection.row.interest = interest;
            connection.row.id
        });
        let (call, result) = match result {
            Ok(call) => (call, Ok(())),
            Err(Unwatched::TooHigh) => (None, Err(Why::FdSetSize)),
            Err(Unwatched::Failed(op, errno)) => {
                (Some(Ctl { op, ret: Ret::err(errno) }), Err(Why::Failed))
            }
        };
        if let Some(Ctl { op, ret }) = call {
            let own = tag.fd == self.listener.waker;
            let mask = if op == CtlOp::Del { Mask::NONE } else { to };
            let what = What::EpollCtl { epfd: self.listener.epfd, op, mask, ret };
            self.tell.call_with(tag.fd, conn, what, &[], &[], own);
        }
        self.table.touch(tag.fd);
        result
    }

    /// Watches a connection for what it is waiting for now, if that has changed.
    pub(super) fn watch_again(&mut self, fd: Fd, id: ConnId) {
        let Some(connection) = self.table.get(fd, id) else { return };
        // One that is gone on with in any case need not be told of.
        if connection.unfinished {
            return;
        }
        let sending = !connection.session.output.is_empty();
        let waiting = connection.session.handler == Handler::Pool;
        let input = !sending && !waiting && !connection.row.stopped;
        let wish = Wish { input, room: connection.blocked };
        let (from, to) = (connection.row.interest, self.selector.mask(wish));
        if from == to && (to == Mask::NONE || self.selector.trigger() != Trigger::Oneshot) {
            return;
        }
        if !self.gate_ctl(fd, Some(id)) {
            return;
        }
        // One whose number is too high lives by its timer alone.
        if let Err(Why::Failed) = self.watch(Tag { fd, mark: mark(id) }, from, to) {
            self.close(fd, id, Why::Failed);
        }
    }

    /// Closes a connection; closing its only descriptor takes it off the interest list too.
    pub(super) fn close(&mut self, fd: Fd, id: ConnId, why: Why) {
        if !self.gate(Kind::Close, fd, Some(id)) {
            return;
        }
        let Some(mut connection) = self.table.remove(fd) else { return };
        let forgets = self.config.makes(Mistake::ForgetUnregister);
        if !forgets {
            self.selector.forget(Tag { fd, mark: mark(id) });
        }
        self.timers.clear(fd);
        let row = &mut connection.row;
        // The kernel forgets a closed one by itself, so with epoll it takes not to close it.
        if forgets && self.selector.fd().is_some() && why.is_the_peers() {
            self.forgotten.push(connection.socket);
        } else {
            drop(connection.socket);
            self.tell.call(fd, Some(id), What::Close);
            row.last = Kind::Close;
            row.last_ret = Ret::ZERO;
        }
        row.state = ConnState::Closed;
        row.within = None;
        row.why = Some(why);
        let (bytes_in, bytes_out, requests) = (row.bytes_in, row.bytes_out, row.requests);
        self.tell.fact(fd, Some(id), What::Closed { why, bytes_in, bytes_out, requests }, &[]);
        self.tell.gone(*row);
        self.let_go(connection.session);
        // A descriptor is free: let the resting listener try at once.
        self.acceptable |= self.listener.resting.is_some();
    }

    /// Asks an fd that was closed and is still on the list of `scan`, unless its number was given
    /// to a connection again.
    pub(super) fn ask_nobody(&mut self, fd: Fd) {
        if self.table.at(fd).is_none() {
            self.gate(Kind::Recv, fd, None);
            self.tell.call(fd, None, What::Recv { ret: ret(peek(fd)) });
        }
    }

    /// What is left of a closed connection's session: a file that was being sent is closed too.
    pub(super) fn let_go(&mut self, session: Session) {
        self.close_file(session.output.payload);
    }

    /// A file that was sent, or will not be.
    pub(super) fn close_file(&mut self, payload: Payload) {
        if let Payload::File { file, .. } = payload {
            let fd = file.as_raw_fd();
            self.gate(Kind::Close, fd, None);
            drop(file);
            self.tell.call(fd, None, What::Close);
        }
    }

    /// Goes on with a connection when all that is ready has been served.
    pub(super) fn postpone(&mut self, fd: Fd, id: ConnId) {
        if let Some(connection) = self.table.get(fd, id)
            && !std::mem::replace(&mut connection.unfinished, true)
        {
            self.unfinished.push((fd, id));
        }
    }

    pub(super) fn publish(&mut self, stance: Stance) {
        let standing = Standing { stance, since: self.tell.now(), mode: self.pace.mode() };
        self.tell.publish(&mut self.table, standing);
    }

    /// Whoever is told what happens while the request of a connection is answered.
    pub(super) fn witness(&mut self, fd: Fd, id: ConnId) -> OnLoop<'_, S> {
        OnLoop { floor: self, fd, id }
    }
}

/// Answering a request of a connection, on the loop's own thread.
pub(super) struct OnLoop<'f, S> {
    floor: &'f mut Floor<S>,
    fd: Fd,
    id: ConnId,
}

impl<S: Watcher> Witness for OnLoop<'_, S> {
    fn now(&self) -> Nanos {
        self.floor.tell.now()
    }

    fn is_heard(&self) -> bool {
        self.floor.tell.has_reader()
    }

    fn gate(&mut self, kind: Kind, fd: Fd) {
        self.floor.gate(kind, fd, None);
    }

    fn call(&mut self, fd: Fd, what: What, bytes: &[u8]) {
        self.floor.tell.call_with(fd, None, what, bytes, &[], false);
    }

    #[inline]
    fn fact(&mut self, what: What, bytes: &[u8]) {
        self.floor.tell.fact(self.fd, Some(self.id), what, bytes);
        if let What::Request { .. } = what
            && let Some(connection) = self.floor.table.get(self.fd, self.id)
        {
            connection.row.requests += 1;
        }
    }

    fn counters(&mut self) -> Counters {
        self.floor.tell.counters.clone()
    }

    fn handle(&mut self, route: &'static str, time: Duration) {
        self.floor.block(route, time, self.fd, self.id);
    }

    fn has_pool(&self) -> bool {
        self.floor.pool.is_some()
    }

    fn offload(&mut self, route: &'static str, time: Duration) {
        if let Some(pool) = &self.floor.pool {
            pool.queue(self.fd, self.id, route, time);
        }
        self.fact(What::Queued { route }, &[]);
    }
}

/// What tells a connection's events from those of an earlier holder of its fd.
#[expect(clippy::cast_possible_truncation, reason = "the low half is mark enough within a turn")]
pub(super) fn mark(id: ConnId) -> u32 {
    id.get() as u32
}

/// The listener and the waker have no earlier holder.
pub(super) fn unmarked(fd: Fd) -> Tag {
    Tag { fd, mark: 0 }
}
