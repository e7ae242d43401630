//! Made-up batches for the tests of state and panels.

use crate::dashboard::state::engine::{Engine, Group};
use crate::dashboard::state::table::{Table, TableRow};
use crate::inspect::{EpollView, Handed, Listed, Snapshot};
use crate::telemetry::{
    Batch, By, ConnId, ConnState, CtlOp, Event, Fd, Form, Kind, Listener, Local, Mask, Nanos, Next,
    Ready, Ret, Row, ServerKind, Stance, What, Work,
};

pub(crate) const MS: Nanos = 1_000_000;

pub(crate) const WATCH: Mask = Mask(0x8000_2001);

pub(crate) fn conn(number: u64) -> Option<ConnId> {
    ConnId::new(number)
}

/// Builds batches with events numbered without a gap.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) batch: Batch,
    pub(crate) seq: u64,
    pub(crate) time: Nanos,
}

impl Script {
    /// A server that listens on fd 5, at a time.
    pub(crate) fn new(time: Nanos) -> Self {
        let mut script = Self { time, ..Self::default() };
        script.batch.listener = Some(Listener {
            fd: 5,
            addr: "127.0.0.1:7890".parse().unwrap(),
            backlog: 128,
            interest: Mask::IN.with(Mask::ET),
            resting: None,
            epfd: 3,
            waker: 4,
            server: ServerKind::EpollEt,
            stdin: None,
            handler_threads: 0,
            options: crate::telemetry::Options::default(),
            work: Work::Requests,
            sends_http: false,
            suits_lessons: true,
            run: 0,
        });
        script.batch.standing.stance = Stance::Waiting(None);
        script.batch.standing.since = time;
        script
    }

    pub(crate) fn event(&mut self, fd: Fd, id: u64, what: What) -> &mut Self {
        self.seq += 1;
        self.batch.push(Event::new(self.seq, self.time, fd, conn(id), what), &[], &[]);
        self
    }

    /// A wait call that returned these; an id of 0 is the listener's or the waker's.
    pub(crate) fn wait(&mut self, waited: Nanos, ready: &[(Fd, u64)]) -> &mut Self {
        self.seq += 1;
        let list: Vec<Ready> =
            ready.iter().map(|&(fd, id)| Ready { fd, mask: Mask::IN, conn: conn(id) }).collect();
        let what = What::EpollWait { ret: Ret::ok(list.len() as u64), waited };
        self.batch.push(Event::new(self.seq, self.time, 3, None, what), &[], &list);
        self.batch.counters.wakeups += 1;
        self.batch.counters.ready += list.len() as u64;
        self
    }

    /// The same by poll(2), which was handed that many fds.
    pub(crate) fn poll(&mut self, examined: u32, ready: &[(Fd, u64)]) -> &mut Self {
        self.seq += 1;
        let list: Vec<Ready> =
            ready.iter().map(|&(fd, id)| Ready { fd, mask: Mask::IN, conn: conn(id) }).collect();
        let ret = Ret::ok(list.len() as u64);
        let what = What::Poll { ret, examined, copied: examined * 8, waited: 1200 * MS };
        self.batch.counters.call(&what);
        self.batch.push(Event::new(self.seq, self.time, -1, None, what), &[], &list);
        self.batch.counters.wakeups += 1;
        self.batch.counters.ready += list.len() as u64;
        self
    }

    /// A round of `scan`: the listener has no client, and of the connections with these ids and the
    /// same fds eight further on, one has 84 bytes to say.
    pub(crate) fn round(&mut self, ids: std::ops::RangeInclusive<u64>, says: u64) -> &mut Self {
        let again = Ret::err(crate::telemetry::Errno::AGAIN);
        let mut list = vec![Ready { fd: 5, mask: Mask::IN, conn: None }];
        for id in ids {
            let fd = Fd::try_from(id).unwrap() + 8;
            let mask = if id == says {
                let sent = What::Send { ret: Ret::ok(1290), len: 1290 };
                self.recv(fd, id, 84).event(fd, id, sent).event(fd, id, What::Recv { ret: again });
                Mask::NONE
            } else {
                Mask::IN
            };
            list.push(Ready { fd, mask, conn: conn(id) });
        }
        let asked = u32::try_from(list.len()).unwrap();
        let round = What::Round { asked, answered: 1, took: MS };
        self.batch.counters.fact(&round);
        self.seq += 1;
        self.batch.push(Event::new(self.seq, self.time, -1, None, round), &[], &list);
        self.event(-1, 0, What::Nap { ret: Ret::ZERO, waited: 500 * MS })
    }

    /// It is another server from now on.
    pub(crate) fn server(&mut self, server: ServerKind) -> &mut Self {
        let listener = self.batch.listener.as_mut().unwrap();
        listener.server = server;
        if server.asks() != crate::telemetry::Asks::Interest {
            (listener.epfd, listener.waker) = (-1, -1);
        }
        self
    }

    pub(crate) fn recv(&mut self, fd: Fd, id: u64, bytes: u64) -> &mut Self {
        self.event(fd, id, What::Recv { ret: Ret::ok(bytes) })
    }

    pub(crate) fn accept(&mut self, fd: Fd, id: u64) -> &mut Self {
        let ret = Ret::ok(u64::try_from(fd).unwrap());
        self.event(5, id, What::Accept { ret, peer: Some(peer(fd).into()) });
        let add = What::EpollCtl { epfd: 3, op: CtlOp::Add, mask: WATCH, ret: Ret::ZERO };
        self.event(fd, id, add).row(fd, id)
    }

    pub(crate) fn row(&mut self, fd: Fd, id: u64) -> &mut Self {
        let row = row(fd, id);
        self.batch.rows.push(row);
        self
    }

    pub(crate) fn held(&mut self, kind: Kind, fd: Fd, id: u64) -> &mut Self {
        self.batch.standing.stance = Stance::Held(Next::new(kind, fd, conn(id), None));
        self.batch.standing.mode = crate::telemetry::Mode::Paused;
        self
    }

    /// The batch as it is now; what follows begins a new one.
    pub(crate) fn publish(&mut self) -> Batch {
        let mut next = Self::new(self.time);
        next.batch.counters = self.batch.counters.clone();
        next.batch.lost = self.batch.lost.clone();
        next.batch.listener = self.batch.listener;
        let mut batch = std::mem::replace(&mut self.batch, next.batch);
        batch.time = self.time;
        batch.standing.since = self.time;
        batch
    }
}

pub(crate) fn peer(fd: Fd) -> std::net::SocketAddr {
    let port = 50_000 + u16::try_from(fd.rem_euclid(10_000)).unwrap();
    std::net::SocketAddr::from(([127, 0, 0, 1], port))
}

pub(crate) fn row(fd: Fd, id: u64) -> Row {
    Row {
        id: ConnId::new(id).unwrap(),
        fd,
        peer: peer(fd),
        local: Local::UNKNOWN,
        state: ConnState::Idle,
        half_closed: false,
        stopped: false,
        interest: WATCH,
        last: Kind::Recv,
        form: Form::Usual,
        last_ret: Ret::ok(84),
        requests: 1,
        bytes_in: 84,
        bytes_out: 1290,
        answer: 0,
        unsent: 0,
        opened: 0,
        active: 0,
        by: By::LOOP,
        within: None,
        site: None,
        why: None,
    }
}

/// An epoll that watches these fds for IN, of which some would be handed over.
pub(crate) fn looked_at(fds: impl IntoIterator<Item = Fd>, ready: &[Fd]) -> EpollView {
    let entry = |fd| {
        let (now, handed) =
            if ready.contains(&fd) { (Mask::IN, Handed::Yes) } else { (Mask::NONE, Handed::No) };
        Listed { fd, watched: WATCH, now, handed }
    };
    EpollView {
        entries: fds.into_iter().map(entry).collect(),
        non_empty: !ready.is_empty(),
        waker: None,
    }
}

/// The loop with the connections that it watches, told by the same batches.
#[derive(Default)]
pub(crate) struct Watched {
    engine: Engine,
    pub(crate) table: Table,
}

impl Watched {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn apply(&mut self, batch: &Batch) {
        self.table.apply(batch);
        self.engine.apply(batch);
    }

    pub(crate) fn pass_over(&mut self, batch: &Batch) {
        self.table.apply(batch);
        self.engine.pass_over(batch);
    }

    pub(crate) fn kernel(&mut self, snapshot: &Snapshot, taken: Nanos) {
        self.engine.kernel(snapshot, &self.table, taken);
    }

    pub(crate) fn interest(&self) -> Vec<Group> {
        self.engine.interest(&self.table)
    }

    pub(crate) fn watched(&self) -> usize {
        self.engine.watched(&self.table)
    }

    pub(crate) fn fds(&self) -> Vec<Fd> {
        self.engine.fds(&self.table)
    }

    pub(crate) fn blocking(&self) -> Option<&TableRow> {
        self.engine.blocking(&self.table)
    }
}

impl std::ops::Deref for Watched {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.engine
    }
}

impl std::ops::DerefMut for Watched {
    fn deref_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }
}
