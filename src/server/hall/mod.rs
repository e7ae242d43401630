//! What the threads share of a server whose calls sleep, behind one lock: the table, the gate, and
//! somebody to tell. Nobody holds the lock during a call that may sleep.

mod line;
mod operator;

use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, Scope};
use std::time::{Duration, Instant};

use rustix::net::{SocketAddrAny, SocketFlags};

use super::connection::row;
use super::converse::turn_away;
use super::desk::{Desk, Witness};
use super::pace::{Pace, Verdict};
use super::processes::Worker;
use super::table::{Seat, Table};
use super::{After, Bound, Config, House, ret};
use crate::telemetry::{
    By, ConnId, Errno, Fd, Kind, Listener, Mask, Nanos, Next, Publisher, Ret, Row, ServerKind,
    Stance, Standing, What, Why,
};
pub(super) use line::AtTable;

/// How long the listener rests when no descriptor is left and none of ours is closed meanwhile.
const REST: Duration = Duration::from_millis(100);

/// How many may be told at a time that there are too many. They take their time to hear it.
const REFUSED: usize = 64;

pub(super) struct Hall {
    pub(super) config: Config,
    bound: Bound,
    inner: Mutex<Inner>,
    /// Somebody who stands at the gate, or rests, may look again.
    pub(super) go: Condvar,
}

/// What is behind the lock.
pub(super) struct Inner {
    pub(super) tell: Publisher,
    pub(super) table: Table<Guest>,
    pub(super) pace: Pace,
    pub(super) listener: Listener,
    /// Desks that nobody answers at just now.
    pub(super) desks: Vec<Desk>,
    last_id: u64,
    /// How many are open that are too many.
    pub(super) refused: usize,
    /// Where the server's own thread is, and since when.
    pub(super) stance: Stance,
    pub(super) since: Nanos,
    /// Who stands at the gate, before which call.
    held: Vec<(By, Next)>,
    /// The server's own thread sleeps in `accept`.
    pub(super) accepting: bool,
    /// The listener was shut down, to end that sleep.
    pub(super) shut: bool,
    /// Why the server ends, once it does.
    pub(super) ending: Option<After>,
}

/// A connection of the table.
pub(super) struct Guest {
    /// Shared with the thread that serves it, which closes it.
    pub(super) socket: Arc<OwnedFd>,
    pub(super) row: Row,
    changed: bool,
    /// Why the operator has ended it.
    pub(super) doom: Option<Why>,
    /// It is one too many.
    pub(super) full: bool,
    /// The process that serves it.
    pub(super) worker: Option<Worker>,
}

impl Seat for Guest {
    fn row(&self) -> &Row {
        &self.row
    }

    fn row_mut(&mut self) -> &mut Row {
        &mut self.row
    }

    fn changed(&mut self) -> &mut bool {
        &mut self.changed
    }
}

/// A connection that was just accepted.
pub(super) struct Arrival {
    pub(super) socket: Arc<OwnedFd>,
    pub(super) fd: Fd,
    pub(super) id: ConnId,
    /// There are too many: it gets a 503.
    pub(super) full: bool,
    /// So many are being told so that this one is turned away at once.
    pub(super) crowded: bool,
}

/// Runs a server on this thread, and the operator's thread beside it.
pub(super) fn run(
    house: House,
    server: ServerKind,
    started: &mut dyn FnMut(Fd),
    serve: impl for<'scope> FnOnce(&'scope Scope<'scope, '_>, &'scope Hall),
) -> std::io::Result<(House, After)> {
    let House { bound, config, desk, tell, commands, last_id } = house;
    let hall = Hall::new(bound, config, desk, tell, last_id, server)?;
    let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
    started(-1);
    std::thread::scope(|scope| {
        let operator = Builder::new()
            .name("operator".into())
            .spawn_scoped(scope, || hall.operate(&commands.queue, &stopped))?;
        let alarm = Alarm(&hall);
        serve(scope, &hall);
        drop((stop, alarm));
        match operator.join() {
            Ok(()) => Ok::<_, std::io::Error>(()),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    let Hall { config, bound, inner, .. } = hall;
    let mut inner = inner.into_inner().unwrap_or_else(PoisonError::into_inner);
    let after = inner.ending.unwrap_or(After::End);
    inner.leave(&bound, &config, after)?;
    let Inner { tell, mut desks, last_id, .. } = inner;
    let desk = desks.pop().ok_or_else(|| std::io::Error::other("a desk is missing"))?;
    Ok((House { bound, config, desk, tell, commands, last_id }, after))
}

/// Ends the server when a thread of it panics: nobody else would wake the others.
pub(super) struct Alarm<'h>(pub(super) &'h Hall);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.end(After::End);
        }
    }
}

/// The number of this thread, as gettid(2) and strace(1) give it.
pub(super) fn this_thread() -> By {
    By::thread(rustix::thread::gettid().as_raw_nonzero().get())
}

impl Hall {
    fn new(
        bound: Bound,
        config: Config,
        desk: Desk,
        mut tell: Publisher,
        last_id: u64,
        server: ServerKind,
    ) -> std::io::Result<Self> {
        // Its accept shall sleep.
        rustix::io::ioctl_fionbio(&bound.socket, false)?;
        let listener = Listener {
            fd: bound.socket.as_raw_fd(),
            addr: bound.addr,
            backlog: config.backlog,
            interest: Mask::NONE,
            resting: None,
            server,
            epfd: -1,
            waker: -1,
        };
        tell.listener = Some(listener);
        let inner = Inner {
            since: tell.now(),
            tell,
            table: Table::new(config.max_per_address > 0),
            pace: Pace::default(),
            listener,
            desks: vec![desk],
            last_id,
            refused: 0,
            stance: Stance::Working,
            held: Vec::new(),
            accepting: false,
            shut: false,
            ending: None,
        };
        Ok(Self { config, bound, inner: Mutex::new(inner), go: Condvar::new() })
    }

    pub(super) fn listener(&self) -> &OwnedFd {
        &self.bound.socket
    }

    /// The lock. What is told from now on is this one's doing.
    pub(super) fn lock(&self, by: By) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.tell.by = by;
        inner.tell.read_clock();
        inner
    }

    /// The gate that every call passes. Returns when it last had to stand there, too.
    pub(super) fn pass(&self, by: By, next: Next) -> (MutexGuard<'_, Inner>, Option<Nanos>) {
        let mut inner = self.lock(by);
        if inner.pace.is_free() {
            return (inner, None);
        }
        let waits = matches!(next.kind, Kind::Accept | Kind::Recv);
        let mut stood = false;
        while inner.ending.is_none() && inner.doom(next).is_none() {
            let Verdict::Stand(until) = inner.pace.ask(waits, Instant::now()) else { break };
            if !std::mem::replace(&mut stood, true) {
                inner.held.push((by, next));
                inner.publish();
            }
            inner = match until {
                None => self.go.wait(inner).unwrap_or_else(PoisonError::into_inner),
                Some(until) => self.sleep(inner, until),
            };
        }
        inner.tell.by = by;
        let now = inner.tell.read_clock();
        inner.held.retain(|(who, _)| *who != by);
        (inner, stood.then_some(now))
    }

    /// Sleeps until then, or until somebody says that there is something to look at.
    pub(super) fn sleep<'h>(
        &self,
        inner: MutexGuard<'h, Inner>,
        until: Instant,
    ) -> MutexGuard<'h, Inner> {
        let time = until.saturating_duration_since(Instant::now());
        self.go.wait_timeout(inner, time).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Accepts a connection; sleeps until there is one. `None` when the server ends.
    pub(super) fn accept(&self) -> Option<Arrival> {
        let fd = self.bound.socket.as_raw_fd();
        let next = Next { kind: Kind::Accept, fd, conn: None };
        loop {
            let (mut inner, _) = self.pass(By::LOOP, next);
            if inner.ending.is_some() {
                return None;
            }
            inner.accepting = true;
            let before = inner.enter(next);
            drop(inner);
            let result = rustix::net::acceptfrom_with(&self.bound.socket, SocketFlags::CLOEXEC);
            let mut inner = self.lock(By::LOOP);
            inner.accepting = false;
            inner.leave_call(before);
            let errno = match result {
                Ok((socket, peer)) => return Some(inner.admit(socket, peer, &self.config)),
                Err(errno) => Errno(errno.raw_os_error()),
            };
            inner.tell.call(fd, None, What::Accept { ret: Ret::err(errno), peer: None });
            if matches!(errno, Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) {
                inner.rest(Some(errno));
                inner.publish();
                drop(self.sleep(inner, Instant::now() + REST));
            }
        }
    }
}

impl Hall {
    /// A connection that is open.
    pub(super) fn find(&self, fd: Fd, id: ConnId) -> Option<Arrival> {
        let mut inner = self.lock(By::LOOP);
        let Guest { socket, full, .. } = inner.table.get(fd, id)?;
        Some(Arrival { socket: socket.clone(), fd, id, full: *full, crowded: true })
    }

    /// Notes who serves a connection.
    pub(super) fn assign(&self, arrival: &Arrival, by: By, worker: Option<Worker>) {
        let mut inner = self.lock(by);
        let Some(guest) = inner.table.get(arrival.fd, arrival.id) else { return };
        guest.row.by = by;
        guest.worker = worker;
        inner.table.touch(arrival.fd);
        inner.worker_began(arrival.fd, arrival.id);
    }

    /// Closes a connection at once, with a 503 but without waiting until it was read.
    pub(super) fn turn_away(&self, arrival: Arrival) {
        let mut line = AtTable::new(self, &arrival, By::LOOP);
        if !arrival.full {
            line.fact(What::Refused, &[]);
        }
        turn_away(arrival.socket.as_fd(), &self.config, &mut line);
        line.close(arrival.socket, Why::OverLimit);
    }

    /// The thread or process of a connection has ended.
    pub(super) fn ended(&self, by: By, fd: Fd, id: ConnId) {
        let mut inner = self.lock(by);
        inner.tell.fact(fd, Some(id), What::Ended, &[]);
        inner.publish();
    }
}

impl Inner {
    /// Why the operator has ended the connection of a call.
    fn doom(&mut self, next: Next) -> Option<Why> {
        self.table.get(next.fd, next.conn?)?.doom
    }

    /// The server's own thread goes into a call that may sleep. Returns when.
    pub(super) fn enter(&mut self, next: Next) -> Nanos {
        (self.stance, self.since) = (Stance::Within(next), self.tell.now());
        self.publish();
        self.since
    }

    /// It has come back.
    pub(super) fn leave_call(&mut self, entered: Nanos) {
        (self.stance, self.since) = (Stance::Working, self.tell.now());
        self.tell.counters.waited += self.since - entered;
    }

    pub(super) fn publish(&mut self) {
        let stance = self.held.last().map_or(self.stance, |&(_, next)| Stance::Held(next));
        let standing = Standing { stance, since: self.since, mode: self.pace.mode() };
        self.tell.publish(&mut self.table, standing);
    }

    /// Puts an accepted socket into the table.
    fn admit(&mut self, socket: OwnedFd, peer: Option<SocketAddrAny>, config: &Config) -> Arrival {
        self.last_id += 1;
        let (fd, id) = (socket.as_raw_fd(), ConnId::new(self.last_id).expect("counts from 1"));
        // An internet socket's peer has an internet address.
        let peer: SocketAddr =
            peer.and_then(|peer| peer.try_into().ok()).unwrap_or(self.listener.addr);
        let what = What::Accept { ret: Ret::ok(fd.unsigned_abs().into()), peer: Some(peer.into()) };
        self.tell.call(self.listener.fd, Some(id), what);
        self.rest(None);
        let full = config.is_full(&self.table, peer.ip());
        let row = row(&socket, id, peer, self.tell.now());
        let socket = Arc::new(socket);
        // It may have come while the others were ended.
        let doom = self.ending.map(After::why);
        self.table.insert(Guest {
            socket: socket.clone(),
            row,
            changed: false,
            doom,
            full,
            worker: None,
        });
        self.refused += usize::from(full);
        if full {
            self.tell.fact(fd, Some(id), What::Refused, &[]);
        }
        Arrival { socket, fd, id, full, crowded: full && self.refused > REFUSED }
    }

    /// The listener rests for want of descriptors, or does so no longer.
    fn rest(&mut self, errno: Option<Errno>) {
        if std::mem::replace(&mut self.listener.resting, errno) != errno {
            let fd = self.listener.fd;
            self.tell.listener = Some(self.listener);
            match errno {
                Some(errno) => self.tell.fact(fd, None, What::Rest { errno }, &[]),
                None => self.tell.fact(fd, None, What::Resume, &[]),
            }
        }
    }

    /// Puts the listener back into the state in which the next server expects it.
    fn leave(&mut self, bound: &Bound, config: &Config, after: After) -> std::io::Result<()> {
        self.tell.by = By::LOOP;
        self.tell.read_clock();
        if after == After::End {
            return Ok(());
        }
        rustix::io::ioctl_fionbio(&bound.socket, true)?;
        if self.shut {
            let backlog = config.backlog;
            let result =
                rustix::net::listen(&bound.socket, i32::try_from(backlog).unwrap_or(i32::MAX));
            let what =
                What::Listen { addr: bound.addr.into(), backlog, ret: ret(result.map(|()| 0)) };
            self.tell.call(self.listener.fd, None, what);
            result?;
        }
        Ok(())
    }
}
