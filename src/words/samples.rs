//! One event of each sort, for tests.

use std::net::SocketAddr;
use std::time::Instant;

use crate::telemetry::{
    By, Capacity, ConnId, CtlOp, Did, Errno, Fd, Form, How, Kind, Mask, Mode, Next, OwnedEvent,
    Publisher, Ready, Ret, Row, Rows, ServerKind, Standing, Until, What, Why, control, wire,
};

/// The server's waker in these events.
pub(crate) const WAKER: Fd = 3;

/// A table without rows.
pub(crate) struct NoRows;

impl Rows for NoRows {
    fn take_changed(&mut self, _: &mut Vec<Row>) {}
    fn take_all(&mut self, _: &mut Vec<Row>) {}
}

/// Tells them, as a server would.
pub(crate) fn tell(to: &mut Publisher) {
    let conn = ConnId::new(1);
    let addr: SocketAddr = "127.0.0.1:7890".parse().unwrap();
    let peer: SocketAddr = "127.0.0.1:51820".parse().unwrap();
    let watch = Mask::IN.with(Mask::RDHUP).with(Mask::ET);
    let (ok, zero) = (Ret::ok, Ret::ZERO);
    let err = |number| Ret::err(Errno(number));
    let ready = [
        Ready { fd: 5, mask: Mask::IN, conn: None },
        Ready { fd: WAKER, mask: Mask::IN, conn: None },
    ];
    let add = What::EpollCtl { epfd: 4, op: CtlOp::Add, mask: watch, ret: zero };
    let del = What::EpollCtl { epfd: 4, op: CtlOp::Del, mask: Mask::NONE, ret: err(2) };

    to.call(5, None, What::Listen { addr: addr.into(), backlog: 1024, ret: zero });
    to.call(5, None, add);
    to.call(9, conn, del);
    let wait = What::EpollWait { ret: ok(2), waited: 1_203_000_000 };
    to.call_with(4, None, wait, &[], &ready, true);
    to.call(4, None, What::EpollWait { ret: err(4), waited: 1000 });
    to.call(5, conn, What::Accept { ret: ok(9), peer: Some(peer.into()) });
    to.call(5, None, What::Accept { ret: Ret::err(Errno::AGAIN), peer: None });
    to.call(9, conn, What::Recv { ret: ok(84) });
    to.call(9, conn, What::Send { ret: ok(1290), len: 3100 });
    to.call(9, conn, What::Sendfile { file: 11, offset: 7, len: 8192, ret: ok(4096) });
    to.call(9, conn, What::Shutdown { how: How::Write, ret: zero });
    to.call(9, conn, What::Setsockopt { name: "SO_LINGER", ret: err(22) });
    let open = What::Open { look: true, ret: ok(11) };
    to.call_with(6, None, open, b"a\"\\\n\x7f\xff.html", &[], false);
    to.call(11, None, What::Stat { ret: zero });
    to.call(11, None, What::Read { offset: 0, ret: ok(1024) });
    to.call(9, conn, What::Close);
    let request = What::Request { method: 3, target: 6, minor: 1 };
    to.fact(9, conn, request, b"GET /a\x1b[2J HTTP/1.1\r\nHost: x\r\n\r\n");
    to.fact(9, conn, What::Response { status: 200, body: 1024 }, &[]);
    to.fact(9, conn, What::Refused, &[]);
    let closed = What::Closed { why: Why::PeerClosed, bytes_in: 84, bytes_out: 1290, requests: 1 };
    to.fact(9, conn, closed, &[]);
    to.fact(5, None, What::Rest { errno: Errno::MFILE }, &[]);
    to.fact(5, None, What::Resume, &[]);
    to.fact(-1, None, What::Pace { mode: Mode::Slow(10) }, &[]);
    to.fact(-1, ConnId::new(7), What::Missed, &[]);
    to.fact(9, conn, What::Data { bytes: 6 }, "手\"\n!".as_bytes());
    to.call_with(-100, None, What::Openat { ret: ok(12) }, b"/proc/self/fd/11", &[], false);
    to.call(11, None, What::Getdents { ret: ok(96) });
    to.fact(9, conn, What::Handler { route: "/slow" }, &[]);
    to.fact(9, conn, What::Handled { took: 3_200_000_000 }, &[]);
    let waited = 2_000_000;
    let poll = What::Poll { ret: ok(1), examined: 50, copied: 500, waited };
    to.call_with(-1, None, poll, &[], &ready[..1], false);
    let select = What::Select { ret: ok(0), examined: 50, copied: 48, waited };
    to.call(-1, None, select);
    to.call(-1, None, What::Nap { ret: zero, waited });
    to.call(0, None, What::Input { ret: ok(5) });
    to.fact(0, None, What::Typed, b"quit");
    to.fact(-1, None, What::Set, b"drain off");
    to.fact(-1, None, What::Round { asked: 50, answered: 2, took: waited }, &[]);
    to.fact(-1, None, What::Switched { to: ServerKind::Threads }, &[]);
    to.by = By::thread(77);
    to.fact(9, conn, What::Started { stack: 65_536 }, &[]);
    to.call(9, conn, What::Recv { ret: ok(84) });
    to.fact(9, conn, What::Ended, &[]);
    to.by = By::process(78);
    to.call(0, conn, What::Recv { ret: ok(84) });
    to.by = By::LOOP;
    to.call(-1, conn, What::Wait4 { ret: ok(78) });
    to.fact(9, conn, What::Started { stack: 0 }, &[]);
    to.fact(9, conn, What::Parked { on: Mask::IN }, &[]);
    to.fact(9, conn, What::Woken, &[]);
    to.fact(9, conn, What::Queued { route: "/slow" }, &[]);
    to.call(-1, None, What::EpollCreate { ret: ok(4) });
    to.call(9, conn, What::Connect { ret: zero });
    let call = Next { form: Form::Fcntl, ..Next::new(Kind::Other, 9, conn, None) };
    to.call_of(call, What::Other { ret: zero }, b"F_SETFL, O_NONBLOCK", &[]);
    to.fact(9, conn, What::Unreadable, &[]);
    let until = Until::Call { kind: Some(Kind::Recv), conn };
    to.fact(-1, None, What::Pace { mode: Mode::Until(until) }, &[]);
    to.fact(9, conn, What::Class { student: 3, did: Did::Raised, value: 0 }, &[]);
}

/// How many [`tell`] tells.
pub(crate) const COUNT: usize = 52;

/// What `tells` tells, as a reader gets it.
pub(crate) fn events_of(tells: impl FnOnce(&mut Publisher)) -> Vec<OwnedEvent> {
    let (sink, mut subscriber) = wire(Capacity::default());
    let (control, _commands) = control().unwrap();
    let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
    tells(&mut publisher);
    publisher.finish(&mut NoRows, Standing::default());
    let mut events = Vec::new();
    while subscriber.drain(&control, |batch| {
        events.extend(batch.events().map(|event| event.to_owned()));
    }) {}
    events
}

/// All of them, in order; their numbers begin at 1.
pub(crate) fn all() -> Vec<OwnedEvent> {
    events_of(tell)
}

/// What a peer may send that changes how a terminal or an editor shows the rest of a line: control
/// characters, line ends and marks of the writing direction.
pub(crate) const UNSAFE: &[std::ops::RangeInclusive<char>] = &[
    '\0'..='\x1f',
    '\x7f'..='\u{9f}',
    '\u{61c}'..='\u{61c}',
    '\u{200e}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2066}'..='\u{2069}',
];

#[test]
fn there_is_one_of_each_kind() {
    let kinds: Vec<Kind> = all().iter().map(|event| event.event.what.kind()).collect();
    for kind in Kind::ALL {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
}
