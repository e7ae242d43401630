//! A made-up run of a server, told in batches as the wire would.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::inspect::{AcceptQueue, Snapshot, Socket, TcpState};
use crate::telemetry::{
    Batch, ConnId, ConnState, CtlOp, Errno, Event, Fd, Form, Kind, Listener, Mask, Mode, Nanos,
    Next, Ready, Ret, Row, ServerKind, Site, Stance, Standing, Turn, What, Why, Work,
};

pub(super) const EPFD: Fd = 4;
pub(super) const LISTENER: Fd = 5;
const MS: Nanos = 1_000_000;

pub(super) fn id(number: u64) -> ConnId {
    ConnId::new(number).unwrap()
}

pub(super) fn peer(number: u64) -> SocketAddr {
    let port = 40_000 + u16::try_from(number % 20_000).unwrap();
    ([192, 168, 1, 30 + u8::try_from(number % 7).unwrap()], port).into()
}

fn interest() -> Mask {
    Mask::IN.with(Mask::RDHUP).with(Mask::ET)
}

/// A row as it is just after the accept.
pub(super) fn row(number: u64, fd: Fd, now: Nanos) -> Row {
    let row = Row::new(id(number), fd, peer(number), now);
    Row { interest: interest(), last: Kind::EpollCtl, last_ret: Ret::ZERO, ..row }
}

/// The server that is made up.
pub(super) struct Feed {
    seq: u64,
    pub(super) now: Nanos,
    pub(super) batch: Batch,
    /// Where the calls are made that are told from now on.
    pub(super) site: Option<Site>,
    rows: Vec<Row>,
}

impl Feed {
    /// Listening, nobody there.
    pub(super) fn new() -> Self {
        let mut feed =
            Self { seq: 0, now: 12_000, batch: Batch::default(), site: None, rows: Vec::new() };
        let addr = SocketAddr::from(([127, 0, 0, 1], 7890));
        feed.batch.listener = Some(Listener {
            fd: LISTENER,
            addr,
            backlog: 1024,
            interest: interest(),
            resting: None,
            epfd: EPFD,
            waker: 3,
            server: ServerKind::EpollEt,
            stdin: None,
            handler_threads: 0,
            options: crate::telemetry::Options::default(),
            work: Work::Requests,
            sends_http: false,
            suits_lessons: true,
            run: 0,
        });
        feed.tell(
            LISTENER,
            None,
            What::Listen { addr: addr.into(), backlog: 1024, ret: Ret::ZERO },
        );
        let add = What::EpollCtl { epfd: EPFD, op: CtlOp::Add, mask: interest(), ret: Ret::ZERO };
        feed.tell(LISTENER, None, add);
        feed
    }

    pub(super) fn tell(&mut self, fd: Fd, conn: Option<ConnId>, what: What) {
        self.tell_with(fd, conn, what, b"", &[]);
    }

    fn tell_with(
        &mut self,
        fd: Fd,
        conn: Option<ConnId>,
        what: What,
        bytes: &[u8],
        ready: &[Ready],
    ) {
        self.seq += 1;
        if what.kind().is_call() {
            self.batch.counters.call(&what);
        } else {
            self.batch.counters.fact(&what);
        }
        let site = self.site.filter(|_| what.kind().is_call());
        let mut event = Event::new(self.seq, self.now, fd, conn, what);
        event.site = site;
        self.batch.push(event, bytes, ready);
        self.now += 9_000;
    }

    /// Events that the wire lost.
    pub(super) fn lose(&mut self, kind: Kind, count: u64) {
        self.seq += count;
        self.batch.lost.events[kind as usize] += count;
    }

    pub(super) fn wake(&mut self, waited: Nanos, ready: &[(Fd, Mask, Option<u64>)]) {
        self.now += waited;
        let ready: Vec<Ready> = ready
            .iter()
            .map(|&(fd, mask, conn)| Ready { fd, mask, conn: conn.and_then(ConnId::new) })
            .collect();
        self.batch.counters.wakeups += 1;
        self.batch.counters.ready += ready.len() as u64;
        self.batch.turns.push(Turn { busy: 340_000, ready: u32::try_from(ready.len()).unwrap() });
        let what = What::EpollWait { ret: Ret::ok(ready.len() as u64), waited };
        self.tell_with(EPFD, None, what, b"", &ready);
    }

    /// The program wakes itself up.
    pub(super) fn own_plumbing(&mut self) {
        self.now += 9_000;
        self.seq += 1;
        let what = What::EpollWait { ret: Ret::ok(1), waited: 0 };
        self.batch.counters.call(&what);
        self.batch.counters.wakeups += 1;
        self.batch.counters.own_wakeups += 1;
        self.batch.counters.own_examined += 1;
        let mut event = Event::new(self.seq, self.now, EPFD, None, what);
        event.form = Form::Own;
        self.batch.push(event, b"", &[Ready { fd: 3, mask: Mask::IN, conn: None }]);
    }

    /// Much is typed.
    pub(super) fn talk(&mut self) {
        self.tell_with(0, None, What::Typed, &[b'x'; 4000], &[]);
    }

    pub(super) fn row(&mut self, number: u64) -> &mut Row {
        self.rows.iter_mut().find(|row| row.id == id(number)).unwrap()
    }

    pub(super) fn accept(&mut self, number: u64, fd: Fd) {
        let conn = Some(id(number));
        let accept = What::Accept {
            ret: Ret::ok(fd.unsigned_abs().into()),
            peer: Some(peer(number).into()),
        };
        self.tell(LISTENER, conn, accept);
        let add = What::EpollCtl { epfd: EPFD, op: CtlOp::Add, mask: interest(), ret: Ret::ZERO };
        self.tell(fd, conn, add);
        let row = row(number, fd, self.now);
        self.rows.push(row);
    }

    pub(super) fn drained(&mut self) {
        self.tell(LISTENER, None, What::Accept { ret: Ret::err(Errno::AGAIN), peer: None });
    }

    pub(super) fn get(&mut self, number: u64, target: &str, body: u64) {
        let (fd, conn) = (self.row(number).fd, Some(id(number)));
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: 192.168.1.20:7890\r\nUser-Agent: Mozilla/5.0 (X11; Linux)\r\nAccept: text/html\r\n\r\n"
        );
        let len = head.len() as u64;
        self.tell(fd, conn, What::Recv { ret: Ret::ok(len) });
        let request =
            What::Request { method: 3, target: u16::try_from(target.len()).unwrap(), minor: 1 };
        self.tell_with(fd, conn, request, head.as_bytes(), &[]);
        self.tell(fd, conn, What::Response { status: 200, body });
        self.tell(fd, conn, What::Send { ret: Ret::ok(body + 180), len: body + 180 });
        self.tell(fd, conn, What::Recv { ret: Ret::err(Errno::AGAIN) });
        let now = self.now;
        let row = self.row(number);
        row.state = ConnState::Idle;
        row.requests += 1;
        row.bytes_in += len;
        row.bytes_out += body + 180;
        row.active = now;
        row.last = Kind::Recv;
        row.last_ret = Ret::err(Errno::AGAIN);
    }

    pub(super) fn close(&mut self, number: u64, why: Why) {
        let mut row = *self.row(number);
        row.state = ConnState::Closed;
        row.why = Some(why);
        let conn = Some(row.id);
        self.tell(row.fd, conn, What::Close);
        let Row { bytes_in, bytes_out, requests, .. } = row;
        self.tell(row.fd, conn, What::Closed { why, bytes_in, bytes_out, requests });
        self.rows.retain(|other| other.id != row.id);
        self.batch.gone.push(Row { interest: Mask::NONE, ..row });
    }

    /// Another server takes over.
    pub(super) fn switch(&mut self, to: ServerKind) {
        self.batch.listener.as_mut().unwrap().server = to;
        self.tell(-1, None, What::Switched { to });
    }

    pub(super) fn hold(&mut self, kind: Kind, fd: Fd, conn: Option<u64>) {
        let next = Next::new(kind, fd, conn.and_then(ConnId::new), self.site);
        self.batch.standing =
            Standing { stance: Stance::Held(next), since: self.now, mode: Mode::Paused };
    }

    /// What was told since the last call.
    pub(super) fn publish(&mut self) -> Batch {
        let mut batch = std::mem::take(&mut self.batch);
        batch.rows.clone_from(&self.rows);
        batch.time = self.now;
        self.batch.counters.clone_from(&batch.counters);
        self.batch.lost.clone_from(&batch.lost);
        self.batch.listener = batch.listener;
        self.batch.standing = batch.standing;
        batch
    }

    /// What the kernel would say of it.
    pub(super) fn snapshot(&self) -> Snapshot {
        let mut sockets: Vec<Socket> = self
            .rows
            .iter()
            .map(|row| Socket {
                peer: row.peer,
                local: row.local,
                state: TcpState::Established,
                recv_queue: u32::from(row.stopped) * 5904,
                send_queue: u32::from(row.state == ConnState::Writing) * 2_500_000,
                rtt: Some(Duration::from_micros(340)),
                rtt_var: Some(Duration::from_micros(80)),
                cwnd: 10,
                retransmits: 0,
                inode: row.fd.unsigned_abs(),
            })
            .collect();
        sockets.sort_by_key(|socket| socket.peer);
        Snapshot {
            accept_queue: Some(AcceptQueue { len: 0, limit: 1024 }),
            sockets,
            ..Snapshot::empty(Instant::now())
        }
    }
}

/// Three clients served, one reading slowly, one stopped, one gone.
pub(super) fn classroom() -> Feed {
    let mut feed = Feed::new();
    feed.batch.standing = Standing { stance: Stance::Waiting(None), since: 0, mode: Mode::Run };
    feed.wake(1_203 * MS, &[(LISTENER, Mask::IN, None)]);
    for number in 1..=5 {
        feed.accept(number, 8 + Fd::try_from(number).unwrap());
    }
    feed.drained();
    feed.wake(40 * MS, &[(9, Mask::IN, Some(1)), (12, Mask::IN, Some(4))]);
    feed.get(1, "/", 1024);
    feed.get(4, "/hand", 84);
    feed.wake(900 * MS, &[(10, Mask::IN.with(Mask::RDHUP), Some(2)), (11, Mask::IN, Some(3))]);
    feed.tell(10, Some(id(2)), What::Recv { ret: Ret::ok(0) });
    feed.close(2, Why::PeerClosed);
    feed.get(3, "/large.jpg", 4_200_000);
    let row = feed.row(3);
    row.state = ConnState::Writing;
    row.interest = Mask::IN.with(Mask::OUT).with(Mask::RDHUP).with(Mask::ET);
    row.last = Kind::Send;
    row.last_ret = Ret::err(Errno::AGAIN);
    feed.row(5).stopped = true;
    feed
}
