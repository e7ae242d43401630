//! The readiness loop: wait until the kernel says who is ready, serve those, wait again.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant, SystemTime};

use rustix::net::{SocketAddrAny, SocketFlags, sockopt};

use super::connection::Connection;
use super::pace::{Pace, Verdict};
use super::selector::{EpollEt, Tag};
use super::table::Table;
use super::timers::Timers;
use super::{Bound, Config};
use crate::http::{Now, Site};
use crate::telemetry::{
    Command, Commands, ConnId, Counters, CtlOp, Errno, Fd, Kind, Listener, Mask, Nanos, Next,
    Publisher, Ready, Ret, ServerKind, Stance, Standing, Turn, What, Why,
};

/// Connections accepted in one turn; the others wait for the next, which comes at once.
const ACCEPTS: usize = 256;
/// How long the listener rests when no descriptor is left and none of ours is closed meanwhile.
const REST: Duration = Duration::from_millis(100);

/// The server: everything that its thread owns.
pub(super) struct Reactor {
    pub(super) config: Config,
    socket: OwnedFd,
    listener: Listener,
    selector: EpollEt,
    pub(super) table: Table,
    pub(super) timers: Timers,
    pub(super) site: Site,
    pub(super) tell: Publisher,
    pub(super) commands: Commands,
    pub(super) pace: Pace,
    /// Commands that came while a handler kept the loop.
    pub(super) late: Vec<Command>,
    /// A command is being carried out: its calls are the operator's and pass the gate.
    pub(super) commanded: bool,
    /// Where every `recv` lands first.
    pub(super) input: Box<[u8]>,
    /// Where answers are gathered before they are sent.
    pub(super) output: Vec<u8>,
    /// The fds that the last wait call returned.
    ready: Vec<(Tag, Mask)>,
    /// The same, as it is told.
    list: Vec<Ready>,
    /// Connections with work left that no event will tell of.
    pub(super) unfinished: Vec<(Fd, ConnId)>,
    /// The accept queue may not be empty, though no event will tell.
    acceptable: bool,
    last_id: u64,
    /// When the last wait call returned, with pauses since then taken out.
    woke: Nanos,
    /// When the loop last stood, or was held up: what peers sent meanwhile had to wait for us, so
    /// no time limit is counted from earlier than this.
    pub(super) resumed: Nanos,
    served: Option<u32>,
    pub(super) time: Now,
    /// When the calendar clock was last read, for the seconds in `time`.
    dated: Option<Nanos>,
    pub(super) ending: bool,
}

impl Reactor {
    /// A server that listens.
    pub(super) fn new(
        bound: Bound,
        config: Config,
        site: Site,
        tell: Publisher,
        commands: Commands,
    ) -> io::Result<Self> {
        let selector = EpollEt::new()?;
        let listener = Listener {
            fd: bound.socket.as_raw_fd(),
            addr: bound.addr,
            backlog: config.backlog,
            interest: EpollEt::READ,
            resting: None,
            server: ServerKind::EpollEt,
            epfd: selector.fd(),
            waker: commands.as_fd().as_raw_fd(),
        };
        let mut server = Self {
            table: Table::new(config.max_per_address > 0),
            input: vec![0; config.read_buffer.max(1)].into(),
            config,
            socket: bound.socket,
            listener,
            selector,
            timers: Timers::new(),
            site,
            tell,
            commands,
            pace: Pace::default(),
            late: Vec::new(),
            commanded: false,
            output: Vec::new(),
            ready: Vec::new(),
            list: Vec::new(),
            unfinished: Vec::new(),
            acceptable: false,
            last_id: 0,
            woke: 0,
            resumed: 0,
            served: None,
            time: Now { monotonic: 0, unix: 0 },
            dated: None,
            ending: false,
        };
        server.listen()?;
        Ok(server)
    }

    pub(super) fn epfd(&self) -> Fd {
        self.listener.epfd
    }

    fn listen(&mut self) -> io::Result<()> {
        self.tell.read_clock();
        let Listener { fd, addr, backlog, waker, .. } = self.listener;
        if self.config.nodelay {
            // Inherited by every accepted socket.
            let result = sockopt::set_tcp_nodelay(&self.socket, true);
            let ret = ret(result.map(|()| 0));
            self.tell.call(fd, None, What::Setsockopt { name: "TCP_NODELAY", ret });
            result?;
        }
        let result = rustix::net::listen(&self.socket, i32::try_from(backlog).unwrap_or(i32::MAX));
        self.tell.call(
            fd,
            None,
            What::Listen { addr: addr.into(), backlog, ret: ret(result.map(|()| 0)) },
        );
        result?;
        self.ctl(CtlOp::Add, Tag { fd: waker, mark: 0 }, false)?;
        self.ctl(CtlOp::Add, Tag { fd, mark: 0 }, false)?;
        self.tell.listener = Some(self.listener);
        self.publish(Stance::Working);
        Ok(())
    }

    /// The loop. Returns the totals when the operator has ended it.
    pub(super) fn run(mut self) -> io::Result<Ended> {
        while !self.ending {
            self.turn()?;
        }
        self.close_all();
        Ok(self.finish())
    }

    /// One turn of it.
    pub(super) fn turn(&mut self) -> io::Result<()> {
        self.wait()?;
        for i in 0..self.ready.len() {
            let (tag, mask) = self.ready[i];
            self.serve(tag, mask);
        }
        self.go_on();
        self.expire();
        Ok(())
    }

    /// Sleeps until something is ready.
    fn wait(&mut self) -> io::Result<()> {
        self.gate(Kind::EpollWait, self.listener.epfd, None);
        let before = self.tell.read_clock();
        if let Some(ready) = self.served.take() {
            self.tell.turn(Turn { busy: before.saturating_sub(self.woke), ready });
        }
        let timeout = self.timeout(before);
        self.publish(Stance::Waiting);
        let result = self.selector.wait(timeout);
        let now = self.tell.read_clock();
        self.woke = now;
        self.read_date(now);
        self.tell.counters.wakeups += 1;
        self.ready.clear();
        match result {
            Ok(_) => self.ready.extend(self.selector.ready()),
            Err(ref error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        self.tell_wait(result, now - before);
        Ok(())
    }

    /// Keeps the calendar time that answers carry right to a tenth of a second.
    fn read_date(&mut self, now: Nanos) {
        const STALE: Nanos = 100_000_000;
        self.time.monotonic = now;
        if self.dated.is_none_or(|dated| now - dated >= STALE) {
            let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            self.time.unix = unix.map_or(0, |unix| unix.as_secs());
            self.dated = Some(now);
        }
    }

    /// How long the wait call may sleep.
    fn timeout(&self, now: Nanos) -> Option<Duration> {
        if self.ending || self.acceptable || !self.unfinished.is_empty() {
            return Some(Duration::ZERO);
        }
        let due = self.timers.sleep(now);
        if self.listener.resting.is_some() {
            return Some(due.map_or(REST, |due| due.min(REST)));
        }
        due
    }

    fn tell_wait(&mut self, result: io::Result<usize>, waited: Nanos) {
        let Listener { epfd, waker, .. } = self.listener;
        let ours = self.ready.iter().filter(|(tag, _)| tag.fd == waker).count();
        let ready = self.ready.len() - ours;
        self.tell.counters.ready += ready as u64;
        // A wake-up that only brought a command or a deadline is no part of the lesson.
        let own = ready == 0;
        if own {
            self.tell.counters.own_wakeups += 1;
        } else {
            self.served = Some(u32::try_from(ready).unwrap_or(u32::MAX));
        }
        let Self { ready, list, table, tell, .. } = self;
        list.clear();
        if tell.has_reader() {
            list.extend(ready.iter().map(|&(tag, mask)| {
                let conn = table.at(tag.fd).map(|connection| connection.row.id);
                Ready { fd: tag.fd, mask, conn }
            }));
        }
        let what = What::EpollWait { ret: ret_of(result), waited };
        tell.call_with(epfd, None, what, &[], list, own);
    }

    /// Serves one fd that the wait call returned.
    fn serve(&mut self, tag: Tag, mask: Mask) {
        if tag.fd == self.listener.fd {
            self.accept();
        } else if tag.fd == self.listener.waker {
            self.obey();
        } else if let Some(connection) = self.table.at(tag.fd)
            && mark(connection.row.id) == tag.mark
        {
            let id = connection.row.id;
            let postponed = connection.unfinished;
            connection.hangup |= mask.any(Mask::RDHUP.with(Mask::HUP).with(Mask::ERR));
            connection.unread |= mask.any(Mask::IN.with(Mask::RDHUP).with(Mask::HUP));
            // One that was left unfinished gets its turn after those that had none lately.
            if !postponed {
                self.attend(tag.fd, id);
            }
        }
        // Else the event is stale: its connection was closed earlier in this turn.
    }

    /// Goes on with what a budget or the operator had interrupted.
    fn go_on(&mut self) {
        if std::mem::take(&mut self.acceptable) || self.listener.resting.is_some() {
            self.accept();
        }
        for (fd, id) in std::mem::take(&mut self.unfinished) {
            if let Some(connection) = self.table.get(fd, id) {
                connection.unfinished = false;
                self.attend(fd, id);
            }
        }
    }

    /// Accepts until the accept queue is empty.
    fn accept(&mut self) {
        for _ in 0..ACCEPTS {
            self.gate(Kind::Accept, self.listener.fd, None);
            if self.ending {
                return;
            }
            let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
            match rustix::net::acceptfrom_with(&self.socket, flags) {
                Ok((socket, peer)) => self.admit(socket, peer),
                Err(error) => {
                    let errno = Errno(error.raw_os_error());
                    let what = What::Accept { ret: Ret::err(errno), peer: None };
                    self.tell.call(self.listener.fd, None, what);
                    match errno {
                        Errno::AGAIN => return self.rest(None),
                        Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM => {
                            return self.rest(Some(errno));
                        }
                        // The others tell of one broken connection (accept(2)): the next is fine.
                        _ => {}
                    }
                }
            }
        }
        self.acceptable = true;
    }

    /// Without a descriptor left, the listener rests; its edge is spent, so the loop must come
    /// back by itself: when a connection is closed, and every [`REST`].
    fn rest(&mut self, errno: Option<Errno>) {
        let before = std::mem::replace(&mut self.listener.resting, errno);
        if before != errno {
            let fd = self.listener.fd;
            self.tell.listener = Some(self.listener);
            match errno {
                Some(errno) => {
                    self.tell.counters.rests += 1;
                    self.tell.fact(fd, None, What::Rest { errno }, &[]);
                }
                None => self.tell.fact(fd, None, What::Resume, &[]),
            }
        }
    }

    /// Puts an accepted socket into the table and on the interest list.
    fn admit(&mut self, socket: OwnedFd, peer: Option<SocketAddrAny>) {
        let fd = socket.as_raw_fd();
        self.last_id += 1;
        let id = ConnId::new(self.last_id).expect("counts from 1");
        // An internet socket's peer has an internet address.
        let peer = peer.and_then(|peer| peer.try_into().ok()).unwrap_or(self.listener.addr);
        let what = What::Accept { ret: Ret::ok(fd.unsigned_abs().into()), peer: Some(peer.into()) };
        self.tell.call(self.listener.fd, Some(id), what);
        self.tell.counters.accepted += 1;
        let (most, most_of_one) = (self.config.max_connections, self.config.max_per_address);
        let full = self.table.len() >= most
            || most_of_one > 0 && self.table.len_of(peer.ip()) >= most_of_one;
        let mut connection = Connection::new(socket, id, peer, self.tell.now());
        connection.row.last_ret = Ret::ok(fd.unsigned_abs().into());
        self.table.insert(connection);
        if full {
            self.tell.counters.refused += 1;
            self.tell.fact(fd, Some(id), What::Refused, &[]);
        }
        if !self.gate(Kind::EpollCtl, fd, Some(id)) {
            return;
        }
        let watched = self.ctl(CtlOp::Add, Tag { fd, mark: mark(id) }, false);
        if watched.is_err() {
            return self.close(fd, id, Why::Failed);
        }
        if let Some(first) = self.config.look_again(self.tell.now()) {
            self.timers.set(fd, first);
        }
        if full {
            self.refuse(fd, id, 503, Why::OverLimit);
        }
    }

    /// `epoll_ctl`, told.
    fn ctl(&mut self, op: CtlOp, tag: Tag, out: bool) -> io::Result<()> {
        let (mask, result) = self.selector.ctl(op, tag, out);
        let conn = self.table.at(tag.fd).map(|connection| {
            connection.row.interest = mask;
            connection.row.id
        });
        let ret = match &result {
            Ok(()) => Ret::ZERO,
            Err(error) => Ret::err(Errno(error.raw_os_error().unwrap_or(0))),
        };
        let own = tag.fd == self.listener.waker;
        let what = What::EpollCtl { epfd: self.listener.epfd, op, mask, ret };
        self.tell.call_with(tag.fd, conn, what, &[], &[], own);
        self.table.touch(tag.fd);
        result
    }

    /// Asks to be told when there is room to write, or no longer.
    pub(super) fn watch_out(&mut self, fd: Fd, id: ConnId, out: bool) {
        let Some(connection) = self.table.get(fd, id) else { return };
        if connection.row.interest.has(Mask::OUT) != out
            && self.gate(Kind::EpollCtl, fd, Some(id))
            && self.ctl(CtlOp::Mod, Tag { fd, mark: mark(id) }, out).is_err()
        {
            self.close(fd, id, Why::Failed);
        }
    }

    /// Closes a connection; closing its only descriptor takes it off the interest list too.
    pub(super) fn close(&mut self, fd: Fd, id: ConnId, why: Why) {
        if !self.gate(Kind::Close, fd, Some(id)) {
            return;
        }
        let Some(mut connection) = self.table.remove(fd) else { return };
        self.timers.clear(fd);
        drop(connection.socket);
        self.tell.call(fd, Some(id), What::Close);
        let row = &mut connection.row;
        row.last = Kind::Close;
        row.last_ret = Ret::ZERO;
        row.state = crate::telemetry::ConnState::Closed;
        row.why = Some(why);
        let (bytes_in, bytes_out, requests) = (row.bytes_in, row.bytes_out, row.requests);
        self.tell.fact(fd, Some(id), What::Closed { why, bytes_in, bytes_out, requests }, &[]);
        self.tell.counters.closed[why as usize] += 1;
        self.tell.gone(*row);
        // A file that was being sent to it is closed with it.
        if let crate::http::Payload::File { file, .. } = connection.output.payload {
            let fd = file.as_raw_fd();
            drop(file);
            self.tell.call(fd, None, What::Close);
        }
        // A descriptor is free: let the resting listener try at once.
        self.acceptable |= self.listener.resting.is_some();
    }

    /// The gate that every call of the loop passes. Returns whether the connection that the call
    /// is for still is there: the operator may have closed it while the loop stood here.
    #[inline]
    pub(super) fn gate(&mut self, kind: Kind, fd: Fd, conn: Option<ConnId>) -> bool {
        self.pace.is_free() || self.hold(Next { kind, fd, conn })
    }

    #[cold]
    fn hold(&mut self, next: Next) -> bool {
        let begin = self.tell.read_clock();
        self.obey_late();
        while !self.commanded && !self.ending {
            let Verdict::Stand(until) = self.pace.ask(next.kind, Instant::now()) else { break };
            self.publish(Stance::Held(next));
            let command = match until {
                Some(until) => self.commands.queue.recv_deadline(until).ok(),
                None => self.commands.queue.recv().ok(),
            };
            if let Some(command) = command {
                self.command(command);
            } else if until.is_none() {
                // Nobody is left who could let it go on.
                self.ending = true;
            }
        }
        self.resumed = self.tell.read_clock();
        self.woke += self.resumed - begin;
        next.conn.is_none_or(|id| self.table.get(next.fd, id).is_some())
    }

    pub(super) fn publish(&mut self, stance: Stance) {
        let standing = Standing { stance, since: self.tell.now(), mode: self.pace.mode() };
        self.tell.publish(&mut self.table, standing);
    }

    /// Closes the listener and the epoll instance, and publishes for the last time.
    fn finish(self) -> Ended {
        let Self { socket, listener, selector, site, mut tell, mut table, pace, .. } = self;
        drop(socket);
        tell.call(listener.fd, None, What::Close);
        drop(selector);
        tell.call_with(listener.epfd, None, What::Close, &[], &[], true);
        let since = tell.read_clock();
        let counters = tell.counters.clone();
        tell.finish(&mut table, Standing { stance: Stance::Ended, since, mode: pace.mode() });
        (counters, site)
    }
}

/// What a server leaves: its totals, and the site, whose own descriptors are not the loop's to
/// close.
pub(super) type Ended = (Counters, Site);

/// What tells a connection's events from those of an earlier holder of its fd.
#[expect(clippy::cast_possible_truncation, reason = "the low half is mark enough within a turn")]
fn mark(id: ConnId) -> u32 {
    id.get() as u32
}

pub(super) fn nanos(duration: Duration) -> Nanos {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A call's result as it is told.
pub(super) fn ret(result: Result<usize, rustix::io::Errno>) -> Ret {
    match result {
        Ok(value) => Ret::ok(value as u64),
        Err(errno) => Ret::err(Errno(errno.raw_os_error())),
    }
}

fn ret_of(result: io::Result<usize>) -> Ret {
    match result {
        Ok(value) => Ret::ok(value as u64),
        Err(error) => Ret::err(Errno(error.raw_os_error().unwrap_or(0))),
    }
}
