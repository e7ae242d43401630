//! What only a program of somebody else's does wrong is seen of such a one, and of no server here.

use super::super::tests::FakeServer;
use super::*;
use crate::dashboard::panels::sample::MS;
use crate::telemetry::{Epoll, Event, Herd, Mode, Next, Ret, ServerKind, Work};

/// A program with a connection on fd 9.
pub(in crate::dashboard::state::lints) fn program(server: ServerKind) -> FakeServer {
    let mut room = FakeServer::new(server);
    room.script.batch.listener.as_mut().unwrap().work = Work::Answers;
    room.script.accept(9, 1).wait(0, &[(9, 1)]).recv(9, 1, 84);
    room
}

impl FakeServer {
    /// A wait call has told that of fd 9.
    fn reports(&mut self, mask: Mask) {
        self.script.seq += 1;
        let what = What::EpollWait { ret: Ret::ok(1), waited: 0 };
        let event = Event::new(self.script.seq, self.script.time, 3, None, what);
        let ready = Ready { fd: 9, mask, conn: ConnId::new(1) };
        self.script.batch.push(event, &[], &[ready]);
    }

    pub(in crate::dashboard::state::lints) fn says(&mut self, what: &str) -> bool {
        self.publish();
        self.told().iter().any(|told| told.contains(what))
    }
}

#[test]
fn a_call_that_sleeps_in_the_loop() {
    for (made_by, mode, sleeps) in [
        (By::LOOP, Mode::Run, true),
        (By::thread(7), Mode::Run, false),
        (By::LOOP, Mode::Paused, false),
    ] {
        let mut room = program(ServerKind::Epoll);
        room.script.accept(10, 2).row(10, 2);
        room.script.row(9, 1).batch.rows.iter_mut().for_each(|row| {
            row.by = made_by;
            row.within = (row.fd == 9).then_some(Kind::Recv);
        });
        room.script.batch.standing.mode = mode;
        room.script.batch.standing.stance = Stance::Working;
        room.publish();
        room.queues = vec![(10, 27, 0)];
        room.wait(1000 * MS);
        let says = "recv(9) slept for 900 ms in the loop while one other waited";
        assert_eq!(
            room.told().iter().any(|told| told.starts_with(says)),
            sleeps,
            "{:?}",
            room.told()
        );
    }
}

/// Threads of a process that is not the first are told as one.
#[test]
fn a_call_that_sleeps_beside_the_loop_of_a_child() {
    let child = By::process(7);
    for asleep in [None, Some(0)] {
        let mut room = program(ServerKind::Epoll);
        room.script.accept(10, 2).row(10, 2).row(9, 1).seq += 1;
        let what = What::EpollWait { ret: Ret::ok(0), waited: 0 };
        let mut wait = Event::new(room.script.seq, room.script.time, 3, None, what);
        wait.by = child;
        room.script.batch.push(wait, &[], &[]);
        room.script.batch.rows.iter_mut().for_each(|row| {
            row.by = child;
            row.within = (row.fd == 9).then_some(Kind::Recv);
        });
        let numbers = Arc::new([(Some(7), 3)]);
        let list = Arc::new([(9, Mask::IN), (10, Mask::IN)]);
        let (id, fd, by) = (1, 3, child);
        let epoll = Epoll { id, fd, by, waited: true, asleep, numbers, list, whole: true };
        let epolls = Epolls { list: vec![epoll], more: 0, herds: Arc::new([]), last: Some(1) };
        room.script.batch.epolls = Some(Arc::new(epolls));
        room.script.batch.standing.stance = Stance::Working;
        room.publish();
        room.queues = vec![(10, 27, 0)];
        room.wait(1000 * MS);
        let says = room.told().iter().any(|told| told.starts_with("recv(9) slept for"));
        assert_eq!(says, asleep.is_none(), "{:?}", room.told());
    }
}

#[test]
fn an_accept_that_sleeps_in_the_loop() {
    let mut room = program(ServerKind::Select);
    room.script.row(9, 1);
    room.script.batch.standing.stance = Stance::Within(Next::new(Kind::Accept, 5, None, None));
    room.publish();
    // Whom it waits for is no other.
    room.accept = 1;
    room.wait(600 * MS);
    assert!(room.told().is_empty());
    room.queues = vec![(9, 27, 0)];
    room.wait(600 * MS);
    assert!(room.told()[0].starts_with("accept(5) slept for"), "{:?}", room.told());
    // Who waits at another listener does wait for it.
    let mut room = program(ServerKind::Select);
    room.script.row(9, 1);
    room.script.batch.standing.stance = Stance::Within(Next::new(Kind::Accept, 5, None, None));
    room.listens_elsewhere(Mask::IN);
    room.publish();
    room.elsewhere = 1;
    room.wait(600 * MS);
    assert!(room.told()[0].starts_with("accept(5) slept for"), "{:?}", room.told());
}

#[test]
fn a_closed_number_on_a_list() {
    let mut room = program(ServerKind::Poll);
    room.reports(Mask::NVAL);
    assert!(room.says("fd 9 is closed and still on the list"));
    let mut room = program(ServerKind::Select);
    let what = What::Select { ret: Ret::err(Errno::BADF), examined: 2, copied: 8, waited: 0 };
    room.script.event(9, 0, what);
    assert!(room.says("fd 9 is closed and still on the list that select is given"));
}

#[test]
fn a_registration_that_outlives_its_number() {
    for given_anew in [false, true] {
        let mut room = program(ServerKind::Epoll);
        room.script.event(9, 1, What::Close);
        if given_anew {
            room.script.accept(9, 2);
        }
        room.reports(Mask::IN);
        assert_eq!(room.says("fd 9 was closed and is reported all the same (IN)"), !given_anew);
    }
    // One thread has got the number that another closes, and is told of first.
    let mut room = program(ServerKind::Epoll);
    room.script.accept(9, 2).event(9, 1, What::Close).wait(MS, &[(9, 2)]);
    assert!(!room.says("fd 9 was closed"), "{:?}", room.told());
}

#[test]
fn an_end_that_is_read_again_and_again() {
    let mut room = program(ServerKind::Epoll);
    for _ in 0..100 {
        room.script.recv(9, 1, 0);
    }
    assert!(!room.says("again and again"));
    for _ in 0..100 {
        room.script.recv(9, 1, 0);
    }
    assert!(room.says("recv(9) = 0 again and again"));
}

#[test]
fn a_mask_that_is_compared() {
    for acts in [true, false] {
        let mut room = program(ServerKind::Epoll);
        if !acts {
            // Without the connection that was read.
            room = FakeServer::new(ServerKind::Epoll);
            room.script.batch.listener.as_mut().unwrap().work = Work::Answers;
        }
        for _ in 0..200 {
            room.reports(Mask::IN.with(Mask::RDHUP));
        }
        assert_eq!(room.says("(IN|RDHUP) and nothing is done, while IN alone is acted on"), acts);
        assert_eq!(room.says("(IN|RDHUP) and nothing is done about it"), !acts);
    }
}

#[test]
fn a_herd_is_one_on_several_lists_only() {
    // The first listener, another one, and one that nobody shares.
    for (fd, herd) in [(5, true), (6, true), (7, false)] {
        let mut room = program(ServerKind::Epoll);
        let of = |fd| Herd { numbers: [(None, fd), (Some(4712), fd)].into(), lists: 2 };
        let epolls = Epolls { herds: [of(5), of(6)].into(), ..Epolls::default() };
        room.script.batch.epolls = Some(Arc::new(epolls));
        for _ in 0..2 {
            room.script.wait(0, &[(fd, 0)]);
            room.script.event(fd, 0, What::Accept { ret: Ret::err(Errno::AGAIN), peer: None });
        }
        // It has accepted somebody; what comes after is no answer to what was told.
        room.script.wait(0, &[(fd, 0)]);
        room.script.event(fd, 3, What::Accept { ret: Ret::ok(11), peer: None });
        room.script.event(fd, 0, What::Accept { ret: Ret::err(Errno::AGAIN), peer: None });
        assert!(!room.says("interest lists"));
        room.script.wait(0, &[(fd, 0)]);
        room.script.event(fd, 0, What::Accept { ret: Ret::err(Errno::AGAIN), peer: None });
        assert_eq!(room.says(&format!("fd {fd} is on 2 interest lists without EXCLUSIVE")), herd);
    }
}

#[test]
fn the_servers_here_are_not_asked() {
    let mut room = FakeServer::new(ServerKind::Epoll);
    room.script.accept(9, 1).event(9, 1, What::Close);
    room.reports(Mask::IN);
    assert!(!room.says("fd 9"));
}
