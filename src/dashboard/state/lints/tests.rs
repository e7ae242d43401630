//! Each symptom is seen, and its healthy neighbour is not.

use proptest::prelude::*;

use super::*;
use crate::dashboard::panels::sample::{MS, Script, peer, row};
use crate::inspect::{AcceptQueue, Queued, Socket, TcpState};
use crate::telemetry::{By, Errno, Event, Kind, Local, OtherKind, Others, Ready, Ret};

pub(super) struct FakeServer {
    pub(super) script: Script,
    table: Table,
    lints: Lints,
    pub(super) queues: Vec<(Fd, u32, u32)>,
    pub(super) accept: u32,
    /// How many wait at the other listener, whose number is 6.
    pub(super) elsewhere: u32,
    asleep: bool,
}

impl FakeServer {
    pub(super) fn new(server: ServerKind) -> Self {
        let mut script = Script::new(1000 * MS);
        script.server(server);
        let (table, lints) = (Table::default(), Lints::default());
        Self { script, table, lints, queues: Vec::new(), accept: 0, elsewhere: 0, asleep: true }
    }

    pub(super) fn publish(&mut self) {
        let batch = self.script.publish();
        self.table.apply(&batch);
        self.lints.apply(&batch);
    }

    /// It has another listener, which is watched for that.
    pub(super) fn listens_elsewhere(&mut self, interest: Mask) {
        let (kind, at) = (OtherKind::Listener, Some(([127, 0, 0, 1], 81).into()));
        let other = Other { fd: 6, by: By::LOOP, kind, at, interest, inode: 77 };
        self.script.batch.others = Some(Others { list: vec![other], more: 0 }.into());
    }

    fn look(&mut self) {
        let socket = |&(fd, recv_queue, send_queue)| Socket {
            peer: peer(fd),
            local: Local::UNKNOWN,
            state: TcpState::Established,
            recv_queue,
            send_queue,
            rtt: None,
            rtt_var: None,
            cwnd: 10,
            retransmits: 0,
            inode: 1,
        };
        let snapshot = Snapshot {
            accept_queue: Some(AcceptQueue { len: self.accept, limit: 128 }),
            others: vec![Queued {
                inode: 77,
                queue: AcceptQueue { len: self.elsewhere, limit: 5 },
                drops: Some(0),
            }],
            sockets: self.queues.iter().map(socket).collect(),
            asleep: Some(self.asleep),
            ..Snapshot::empty(std::time::Instant::now())
        };
        self.lints.kernel(&snapshot, &self.table, self.script.time);
    }

    /// Looks ten times a second for so long, nothing else happening.
    pub(super) fn wait(&mut self, time: Nanos) {
        for _ in 0..time / (100 * MS) {
            self.script.time += 100 * MS;
            self.look();
        }
    }

    pub(super) fn told(&self) -> Vec<String> {
        self.lints.found().iter().map(|lint| lint.text(self.script.time)).collect()
    }
}

#[test]
fn what_the_whole_table_does_not_name_is_forgotten() {
    let mut room = FakeServer::new(ServerKind::Epoll);
    for id in 1..=100 {
        let fd = i32::try_from(id).unwrap() + 8;
        // As much as a read buffer holds: a head may be cut there.
        room.script.accept(fd, id).recv(fd, id, 1024);
        room.publish();
    }
    // The last rows of all but one were left out.
    room.script.row(108, 100).batch.whole = true;
    room.publish();
    let known: Vec<_> = room.lints.seen.keys().map(|id| id.get()).collect();
    assert_eq!(known, [100]);
}

#[test]
fn who_is_answered_is_nothing_to_remember() {
    let mut room = FakeServer::new(ServerKind::Epoll);
    for id in 1..=100 {
        let fd = i32::try_from(id).unwrap() + 8;
        let response = What::Response { status: 200, body: 1200 };
        room.script.accept(fd, id).recv(fd, id, 84);
        room.script.event(fd, id, What::Request { method: 3, target: 1, minor: 1 });
        room.script.event(fd, id, response);
        // One has not got all of it.
        let taken = if id == 50 { 1000 } else { 1290 };
        room.script.event(fd, id, What::Send { ret: Ret::ok(taken), len: 1290 });
        room.publish();
    }
    let known: Vec<_> = room.lints.seen.keys().map(|id| id.get()).collect();
    assert_eq!(known, [50]);
    // Events are missing: of those that are there now not everything is known any more.
    room.script.seq += 9;
    room.script.recv(9, 1, 84).accept(200, 200).recv(10, 2, 84).recv(200, 200, 84);
    room.publish();
    let mut known: Vec<_> = room.lints.seen.keys().map(|id| id.get()).collect();
    known.sort_unstable();
    assert_eq!(known, [1, 2], "all of the last one's is known, and it owes nothing");
}

#[test]
fn bytes_that_wait_without_an_event() {
    let mut room = FakeServer::new(ServerKind::Epoll);
    room.script.accept(9, 1).wait(0, &[(9, 1)]).recv(9, 1, 1024);
    room.publish();
    room.queues = vec![(9, 5904, 0)];
    room.wait(2000 * MS);
    assert!(room.told().is_empty(), "not yet");
    room.wait(2100 * MS);
    let wanted = "fd 9 has had 5,904 bytes waiting for 4.0 s and no event is due: edge-triggered \
                  and not drained";
    assert_eq!(room.told(), [wanted]);
    assert_eq!(room.lints.found()[0].conn, ConnId::new(1));
    // They are read at last.
    room.queues = vec![(9, 0, 0)];
    room.wait(100 * MS);
    assert!(room.told().is_empty());
}

#[test]
fn bytes_may_wait_for_a_reason() {
    type Make = fn(&mut FakeServer);
    let reasons: [(&str, Make); 8] = [
        ("the loop is paused", |room| room.script.batch.standing.mode = Mode::Paused),
        ("a handler keeps it", |room| {
            room.script.batch.standing.stance = Stance::Handling("/slow");
        }),
        ("its thread is starved", |room| room.asleep = false),
        ("the operator stopped it", |room| room.script.batch.rows[0].stopped = true),
        ("an answer is being written", |room| {
            room.script.batch.rows[0].state = ConnState::Writing;
        }),
        ("the peer has not taken all", |room| room.queues[0].2 = 40_000),
        ("a handler of the pool has its request", |room| {
            let what = What::Request { method: 3, target: 1, minor: 1 };
            room.script.event(9, 1, what);
        }),
        ("the stream left events out", |room| {
            room.script.seq += 4;
            room.script.wait(0, &[]);
        }),
    ];
    for (reason, make) in reasons {
        let mut room = FakeServer::new(ServerKind::Epoll);
        room.script.accept(9, 1).wait(0, &[(9, 1)]).recv(9, 1, 1024);
        room.queues = vec![(9, 5904, 0)];
        make(&mut room);
        room.publish();
        room.wait(5000 * MS);
        assert!(room.told().is_empty(), "{reason}: {:?}", room.told());
    }
    // What was passed over may have been its request.
    let mut room = FakeServer::new(ServerKind::Epoll);
    room.script.accept(9, 1).wait(0, &[(9, 1)]).recv(9, 1, 1024);
    room.publish();
    room.lints.pass_over(&room.script.recv(14, 2, 9).publish());
    room.queues = vec![(9, 5904, 0)];
    room.wait(5000 * MS);
    assert!(room.told().is_empty(), "{:?}", room.told());
    // Threads sleep in their own calls.
    let mut room = FakeServer::new(ServerKind::Threads);
    room.script.accept(9, 1);
    room.publish();
    (room.queues, room.accept) = (vec![(9, 5904, 0)], 3);
    room.wait(5000 * MS);
    assert!(room.told().is_empty());
}

#[test]
fn accepting_without_a_descriptor_again_and_again() {
    let none_left = What::Accept { ret: Ret::err(Errno::MFILE), peer: None };
    for (pause, told) in [(1, 1), (100, 0)] {
        let mut room = FakeServer::new(ServerKind::Epoll);
        for _ in 0..300 {
            room.script.time += pause * MS;
            room.script.wait(0, &[(5, 0)]).event(5, 0, none_left);
        }
        room.publish();
        assert_eq!(room.told().len(), told, "every {pause} ms: {:?}", room.told());
    }
}

/// The loop serves fd 9 for so many rounds of 100 ms, while fd 10 has bytes unread; `other` is what
/// else happens in each.
fn hog(rounds: u64, mut other: impl FnMut(&mut FakeServer)) -> FakeServer {
    let mut room = FakeServer::new(ServerKind::Epoll);
    room.script.accept(9, 1).accept(10, 2).wait(0, &[(9, 1), (10, 2)]);
    room.publish();
    room.queues = vec![(9, 60_000, 0), (10, 84, 0)];
    for _ in 0..rounds {
        room.script.time += 100 * MS;
        room.script.batch.standing.stance = Stance::Working;
        room.script.batch.counters.calls[Kind::Recv as usize] += 400;
        let mut served = row(9, 1);
        served.bytes_in = room.script.time;
        room.script.batch.rows.push(served);
        // The stream leaves out what it likes: it is not asked.
        room.script.seq += 400;
        other(&mut room);
        room.publish();
        room.look();
    }
    room
}

#[test]
fn one_that_is_served_on_and_on_starves_the_others() {
    assert!(hog(3, |_| {}).told().is_empty(), "not yet");
    let mut room = hog(8, |_| {});
    let wanted = "fd 9 starved the others: 2,800 calls on it in a row, for 700 ms, while one other \
                  had bytes unread, fd 10 for 700 ms: no budget for a turn";
    assert_eq!(room.told(), [wanted]);
    assert_eq!(room.lints.found()[0].conn, ConnId::new(1));
    // A shorter stretch does not take its place, and in the end it is forgotten.
    room.script.batch.counters.wakeups += 1;
    room.queues.clear();
    room.publish();
    room.wait(STAYS - 200 * MS);
    assert_eq!(room.told(), [wanted]);
    room.wait(300 * MS);
    assert!(room.told().is_empty());
}

#[test]
fn a_long_turn_may_have_other_reasons() {
    type Make = fn(&mut FakeServer);
    let reasons: [(&str, Make); 6] = [
        ("the loop waits in between", |room| room.script.batch.counters.wakeups += 1),
        ("the other is served too", |room| {
            let mut other = row(10, 2);
            other.bytes_in = room.script.time;
            room.script.batch.rows.push(other);
        }),
        ("it is paused", |room| room.script.batch.standing.mode = Mode::Paused),
        ("nobody waits", |room| room.queues.truncate(1)),
        ("a handler keeps the loop", |room| {
            room.script.batch.counters.calls[Kind::Recv as usize] -= 399;
        }),
        ("the operator stopped the other", |room| {
            room.table.apply(&{
                let mut batch = Batch::default();
                let mut other = row(10, 2);
                other.stopped = true;
                batch.rows.push(other);
                batch
            });
        }),
    ];
    for (reason, make) in reasons {
        let room = hog(12, make);
        assert!(room.told().is_empty(), "{reason}: {:?}", room.told());
    }
}

#[test]
fn somebody_waits_to_be_accepted() {
    let mut room = FakeServer::new(ServerKind::Epoll);
    room.publish();
    room.accept = 1;
    room.wait(3100 * MS);
    let wanted = "somebody has waited to be accepted for 3.0 s and no event is due: fd 5 was not \
                  drained";
    assert_eq!(room.told(), [wanted]);

    // While others are accepted, the queue is a queue.
    let mut room = FakeServer::new(ServerKind::Epoll);
    room.accept = 2;
    for _ in 0..6 {
        room.script.batch.counters.accepted += 1;
        room.publish();
        room.wait(1000 * MS);
    }
    assert!(room.told().is_empty());
    // And a listener without descriptors has said so itself.
    let mut room = FakeServer::new(ServerKind::Epoll);
    room.script.batch.listener.as_mut().unwrap().resting = Some(Errno::MFILE);
    room.publish();
    room.accept = 2;
    room.wait(5000 * MS);
    assert!(room.told().is_empty());
}

#[test]
fn somebody_waits_to_be_accepted_at_another_listener() {
    for (interest, waits) in [(Mask::IN.with(Mask::ET), true), (Mask::NONE, false)] {
        let mut room = FakeServer::new(ServerKind::Epoll);
        room.listens_elsewhere(interest);
        room.publish();
        room.elsewhere = 2;
        room.wait(3100 * MS);
        let told = room.told().iter().any(|told| {
            told.starts_with("2 clients have waited to be accepted")
                && told.contains("fd 6 was not drained")
        });
        assert_eq!(told, waits, "{:?}", room.told());
    }
}

#[test]
fn a_loop_that_spins() {
    let mut room = FakeServer::new(ServerKind::Epoll);
    room.script.accept(9, 1);
    for _ in 0..REPORTS {
        room.script.wait(0, &[(9, 1)]);
    }
    room.publish();
    assert!(room.told().is_empty());
    room.script.wait(0, &[(9, 1)]);
    room.publish();
    room.look();
    let wanted =
        "the loop spins: fd 9 is reported again and again (IN) and nothing is done about it";
    assert_eq!(room.told(), [wanted]);
    // A call on it, and it is well again.
    room.script.recv(9, 1, 84);
    room.publish();
    assert!(room.told().is_empty());

    // Closed, and on the list all the same; reports are lost, but not the finding.
    let mut closed = FakeServer::new(ServerKind::Epoll);
    for _ in 0..=REPORTS {
        closed.script.wait(0, &[(15, 0)]);
    }
    closed.script.seq += 900;
    closed.script.wait(0, &[(15, 0)]);
    closed.publish();
    assert_eq!(closed.told().len(), 1);
    closed.wait(SPINS + 100 * MS);
    assert!(closed.told().is_empty(), "it has ended");

    // Reported as often, but served each time.
    for _ in 0..REPORTS * 2 {
        room.script.wait(0, &[(9, 1), (4, 0)]).recv(9, 1, 84);
    }
    room.publish();
    assert!(room.told().is_empty(), "and our own waker does not count");
}

#[test]
fn a_partial_write_that_was_ignored() {
    let short = |room: &mut FakeServer| {
        room.script.accept(9, 1).event(9, 1, What::Response { status: 200, body: 64_000 });
        let send = What::Send { ret: Ret::ok(12_000), len: 64_180 };
        room.script.event(9, 1, send);
        room.queues = vec![(9, 0, 0)];
    };
    let wanted = "fd 9 was promised 64,000 bytes and got 12,000: a partial write was ignored";
    let mut room = FakeServer::new(ServerKind::Epoll);
    short(&mut room);
    room.queues = vec![(9, 0, 9000)];
    room.publish();
    room.wait(2200 * MS);
    // The loop goes on while the peer has not even taken what it got.
    let of_the_send = "fd 9 was promised 64,180 bytes and got 12,000: a partial write was ignored";
    assert_eq!(room.told(), [of_the_send]);

    // Closed like that: told for a while.
    let mut room = FakeServer::new(ServerKind::Epoll);
    short(&mut room);
    let closed = |why| What::Closed { why, bytes_in: 84, bytes_out: 12_000, requests: 1 };
    room.script.event(9, 1, closed(Why::Answered)).batch.gone.push(row(9, 1));
    room.publish();
    assert_eq!(room.told(), [wanted]);
    room.wait(STAYS + 100 * MS);
    assert!(room.told().is_empty());

    // The next answer is sent, and the rest of this one was forgotten: told at once.
    let mut room = FakeServer::new(ServerKind::Epoll);
    short(&mut room);
    room.script.event(9, 1, What::Send { ret: Ret::err(Errno::AGAIN), len: 277 });
    room.publish();
    let wanted = "fd 9 was promised 64,180 bytes and got 12,000: a partial write was ignored";
    assert_eq!(room.told(), [wanted]);

    // The peer has not taken what it got yet; the rest is sent; it hangs up before it has all.
    let again = What::Send { ret: Ret::err(Errno::AGAIN), len: 52_180 };
    let rest = What::Send { ret: Ret::ok(52_180), len: 52_180 };
    let healthy: [fn(&mut FakeServer, [What; 3]); 4] = [
        |room, _| {
            room.queues[0].2 = 9000;
            let mut writing = row(9, 1);
            (writing.state, writing.unsent) = (ConnState::Writing, 52_180);
            room.script.batch.rows.push(writing);
        },
        |room, [again, ..]| {
            room.script.event(9, 1, again);
        },
        |room, [_, rest, _]| {
            room.script.event(9, 1, rest);
        },
        |room, [.., closed]| {
            room.script.event(9, 1, closed);
        },
    ];
    for (i, make) in healthy.into_iter().enumerate() {
        let mut room = FakeServer::new(ServerKind::Epoll);
        short(&mut room);
        make(&mut room, [again, rest, closed(Why::PeerReset)]);
        if i == 3 {
            room.script.batch.gone.push(row(9, 1));
        }
        room.publish();
        room.wait(5000 * MS);
        assert!(room.told().is_empty(), "{i}: {:?}", room.told());
    }
}

#[test]
fn a_head_that_was_cut_at_the_buffer() {
    let mut room = FakeServer::new(ServerKind::EpollEt);
    room.script.accept(9, 1).recv(9, 1, 1024);
    room.script.event(9, 1, What::Response { status: 400, body: 20 });
    room.publish();
    let wanted = "fd 9 was answered 400 after a recv of exactly 1,024 bytes: its head was cut at \
                  the read buffer";
    assert_eq!(room.told(), [wanted]);

    let mut room = FakeServer::new(ServerKind::EpollEt);
    room.script.accept(9, 1).recv(9, 1, 1024);
    room.script.batch.rows[0].state = ConnState::Reading;
    room.queues = vec![(9, 0, 0)];
    room.publish();
    room.wait(2200 * MS);
    assert!(room.told()[0].starts_with("fd 9 has waited for 2.1 s since a recv of exactly 1,024"));

    // A larger recv was seen: the buffer does not end there. And other bad requests are just bad.
    let mut room = FakeServer::new(ServerKind::EpollEt);
    room.script.accept(10, 2).recv(10, 2, 3000);
    room.script.event(10, 2, What::Response { status: 400, body: 20 });
    room.script.accept(9, 1).recv(9, 1, 1024);
    room.script.batch.rows[1].state = ConnState::Reading;
    room.queues = vec![(9, 0, 0)];
    room.publish();
    room.wait(5000 * MS);
    assert!(room.told().is_empty(), "{:?}", room.told());
}

#[test]
fn another_server_is_not_blamed_for_the_one_before() {
    let mut room = FakeServer::new(ServerKind::Epoll);
    room.script.accept(9, 1).recv(9, 1, 1024);
    room.script.event(9, 1, What::Response { status: 400, body: 20 });
    room.publish();
    assert_eq!(room.told().len(), 1);
    room.script.server(ServerKind::Poll);
    room.publish();
    assert!(room.told().is_empty());
}

/// What a healthy server does in a turn: it serves who is ready, wholly.
fn serve(room: &mut FakeServer, fd: Fd, id: u64, size: u64, chunk: u64, slow: bool) {
    let script = &mut room.script;
    let head = script.batch.rows.len() as u64;
    script.recv(fd, id, [84, 1024, 4096][usize::try_from(size % 3).unwrap()].max(head));
    script.event(fd, id, What::Request { method: 3, target: 1, minor: 1 });
    script.event(
        fd,
        id,
        What::Response { status: if size.is_multiple_of(11) { 404 } else { 200 }, body: size },
    );
    let mut left = size + 180;
    loop {
        let taken = left.min(chunk);
        script.event(fd, id, What::Send { ret: Ret::ok(taken), len: left });
        left -= taken;
        if left == 0 {
            break;
        }
        // The buffer is full: it waits until the peer has taken it.
        script.event(fd, id, What::Send { ret: Ret::err(Errno::AGAIN), len: left });
        script.time += if slow { 700 * MS } else { 3 * MS };
        script.wait(0, &[(fd, id)]);
    }
    script.event(fd, id, What::Recv { ret: Ret::err(Errno::AGAIN) });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_healthy_server_under_load_gives_none(
        server in 0usize..9,
        turns in prop::collection::vec(
            (0u64..40, 1u64..300_000, 1_000u64..200_000, any::<bool>(), 0u32..9, any::<bool>()),
            1..120),
    ) {
        let mut room = FakeServer::new(ServerKind::ALL[server]);
        for id in 1..=40u64 {
            room.script.accept(i32::try_from(id).unwrap() + 8, id);
        }
        room.publish();
        for (who, size, chunk, slow, unread, asleep) in turns {
            let (fd, id) = (i32::try_from(who).unwrap() + 9, who + 1);
            room.asleep = asleep;
            room.script.wait(MS, &[(fd, id), (5, 0)]);
            room.script.event(5, 0, What::Accept { ret: Ret::err(Errno::AGAIN), peer: None });
            serve(&mut room, fd, id, size, chunk, slow);
            room.script.batch.counters.accepted += 1;
            // Bytes come and go, and so do those who wait to be accepted.
            room.queues = (9..49).map(|fd| (fd, u32::from(fd % 9 == i32::try_from(unread).unwrap()) * (unread + 1), 0)).collect();
            let mut served = row(fd, id);
            served.bytes_in = size;
            room.script.batch.rows.push(served);
            room.accept = unread;
            room.publish();
            room.script.time += 90 * MS;
            room.look();
            // What was there is read within the second.
            room.queues.iter_mut().for_each(|queue| queue.1 = 0);
            room.accept = 0;
            room.script.time += 90 * MS;
            room.look();
            prop_assert!(room.told().is_empty(), "{:?}", room.told());
        }
    }
}

#[test]
fn a_send_that_got_eagain_in_a_round_is_seen_too() {
    for (mask, lints) in [(Mask::OUT, 0), (Mask::NONE, 1)] {
        let mut room = FakeServer::new(ServerKind::Scan);
        let script = &mut room.script;
        script.accept(9, 1).recv(9, 1, 84);
        script.event(9, 1, What::Response { status: 200, body: 5000 });
        script.event(9, 1, What::Send { ret: Ret::ok(1000), len: 5000 });
        script.seq += 1;
        let round = What::Round { asked: 1, answered: 0, took: 0 };
        let asked = Ready { fd: 9, mask, conn: ConnId::new(1) };
        let round = Event::new(script.seq, script.time, -1, None, round);
        script.batch.push(round, &[], &[asked]);
        let (bytes_in, bytes_out) = (84, 1000);
        let why = Why::PeerClosed;
        script.event(9, 1, What::Closed { why, bytes_in, bytes_out, requests: 1 });
        room.publish();
        assert_eq!(room.told().len(), lints, "{mask}");
    }
}
