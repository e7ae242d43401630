//! Each epoll has its own turns, and the one that is shown is the chosen one or the last.

use super::*;
use crate::dashboard::panels::sample::{MS, Script, Watched, conn};
use crate::dashboard::state::engine::{Known, Served};
use crate::telemetry::{Event, Fd, Mask, Ready, Ret, Work};

const OUTER: Fd = 4;
const INNER: Fd = 6;

fn thread() -> By {
    By::thread(4712)
}

fn epoll(fd: Fd, by: By, watches: &[Fd]) -> Epoll {
    let list: Vec<(Fd, Mask)> = watches.iter().map(|fd| (*fd, Mask::IN)).collect();
    Epoll {
        id: u64::from(fd.unsigned_abs()),
        fd,
        by,
        waited: true,
        asleep: None,
        numbers: [(by.pid(), fd)].into(),
        list: list.into(),
        whole: true,
    }
}

/// A program that is told of.
fn told(list: &[Epoll], last: Fd) -> Arc<Epolls> {
    let last = Some(u64::from(last.unsigned_abs()));
    Arc::new(Epolls { list: list.to_vec(), last, ..Epolls::default() })
}

trait Told {
    fn made(&mut self, by: By, fd: Fd, id: u64, what: What, ready: &[Fd]) -> &mut Self;

    fn waits(&mut self, by: By, epfd: Fd, ready: &[Fd]) -> &mut Self {
        let what = What::EpollWait { ret: Ret::ok(ready.len() as u64), waited: 0 };
        self.made(by, epfd, 0, what, ready)
    }

    fn reads(&mut self, by: By, fd: Fd) -> &mut Self {
        self.made(by, fd, 0, What::Recv { ret: Ret::ok(84) }, &[])
    }
}

impl Told for Script {
    fn made(&mut self, by: By, fd: Fd, id: u64, what: What, ready: &[Fd]) -> &mut Self {
        self.seq += 1;
        let mut event = Event::new(self.seq, self.time, fd, conn(id), what);
        let ready: Vec<_> =
            ready.iter().map(|fd| Ready { fd: *fd, mask: Mask::IN, conn: None }).collect();
        event.by = by;
        self.batch.push(event, &[], &ready);
        self
    }
}

/// Two threads, each with an epoll of its own.
fn two() -> (Script, Watched) {
    let mut script = Script::new(1000 * MS);
    script.batch.listener.as_mut().unwrap().work = Work::Answers;
    let mut engine = Watched::new();
    let list = [epoll(OUTER, By::LOOP, &[5, 9]), epoll(INNER, thread(), &[10, 11])];
    script.batch.epolls = Some(told(&list, INNER));
    script.waits(By::LOOP, OUTER, &[5, 9]).waits(thread(), INNER, &[10]);
    script.reads(By::LOOP, 9).reads(thread(), 10).reads(thread(), 10);
    engine.apply(&script.publish());
    (script, engine)
}

fn shown(engine: &Watched) -> (Fd, bool) {
    let shown = engine.shown().unwrap();
    (shown.epoll.fd, shown.chosen)
}

fn array(engine: &Watched) -> Vec<(Fd, Served)> {
    engine.entries().iter().map(|entry| (entry.ready.fd, entry.served)).collect()
}

#[test]
fn each_shows_its_own_lists_and_turns() {
    let (_, mut engine) = two();
    assert_eq!((shown(&engine), engine.has_several()), ((INNER, false), true));
    assert_eq!((engine.fds(), array(&engine)), (vec![10, 11], vec![(10, Served::Done)]));
    assert_eq!(engine.wakes().iter().map(|wake| wake.calls).collect::<Vec<_>>(), [2]);
    engine.choose_next();
    assert_eq!((shown(&engine), engine.shown().unwrap().place), ((OUTER, true), 1));
    assert_eq!(engine.fds(), [5, 9]);
    assert_eq!(array(&engine).iter().map(|(fd, _)| *fd).collect::<Vec<_>>(), [5, 9]);
    assert_eq!(engine.wakes().iter().map(|wake| wake.calls).collect::<Vec<_>>(), [1]);
    assert_eq!(engine.last_call().unwrap().event.fd, 9, "not what the other has done since");
    engine.choose_next();
    assert_eq!(shown(&engine), (INNER, true));
    engine.choose_next();
    assert_eq!(shown(&engine), (INNER, false), "again whichever was waited for last");
}

#[test]
fn turns_are_told_apart_before_it_is_told_which_there_are() {
    let (mut script, mut engine) = (Script::new(1000 * MS), Watched::new());
    script.waits(thread(), INNER, &[10]).waits(By::LOOP, OUTER, &[9]).reads(thread(), 10);
    engine.apply(&script.publish());
    script.batch.epolls =
        Some(told(&[epoll(OUTER, By::LOOP, &[9]), epoll(INNER, thread(), &[10])], INNER));
    engine.apply(&script.publish());
    assert_eq!((shown(&engine), array(&engine)), ((INNER, false), vec![(10, Served::Done)]));
}

#[test]
fn what_is_chosen_stays_until_it_is_closed() {
    let (mut script, mut engine) = two();
    engine.choose_next();
    let (outer, inner) = (epoll(OUTER, By::LOOP, &[5, 9]), epoll(INNER, thread(), &[]));
    script.batch.epolls = Some(told(&[outer, inner.clone()], INNER));
    engine.apply(&script.waits(thread(), INNER, &[11]).publish());
    assert_eq!((shown(&engine), engine.fds()), ((OUTER, true), vec![5, 9]));
    script.batch.epolls = Some(told(&[inner], INNER));
    engine.apply(&script.made(By::LOOP, OUTER, 0, What::Close, &[]).publish());
    assert_eq!((shown(&engine), engine.has_several()), ((INNER, false), false));
    assert_eq!(array(&engine), [(11, Served::Not)]);
}

#[test]
fn who_sleeps_in_it_is_asked_of_each() {
    let (mut script, mut engine) = two();
    let mut list = [epoll(OUTER, By::LOOP, &[5, 9]), epoll(INNER, thread(), &[])];
    list[0].asleep = Some(500 * MS);
    script.batch.epolls = Some(told(&list, OUTER));
    script.batch.standing.stance = crate::telemetry::Stance::Working;
    engine.apply(&script.publish());
    assert_eq!(engine.sleeps(), Some(500 * MS));
    assert!(engine.turn_over());
    engine.choose_next();
    engine.choose_next();
    assert_eq!((shown(&engine), engine.sleeps()), ((INNER, true), None));
    assert!(!engine.turn_over(), "it is at work");
    // It has returned since that was told.
    engine.choose_next();
    script.time += MS;
    engine.apply(&script.waits(By::LOOP, OUTER, &[9]).publish());
    assert_eq!(engine.sleeps(), None);
}

#[test]
fn one_within_another() {
    let mut script = Script::new(1000 * MS);
    let mut engine = Watched::new();
    let list = [epoll(OUTER, By::LOOP, &[5, INNER]), epoll(INNER, By::LOOP, &[9])];
    script.batch.epolls = Some(told(&list, INNER));
    script.waits(By::LOOP, OUTER, &[INNER, 5]).waits(By::LOOP, INNER, &[9]).reads(By::LOOP, 9);
    script.batch.standing.stance = crate::telemetry::Stance::Working;
    engine.apply(&script.publish());
    assert_eq!((array(&engine), engine.wakes()[0].calls), (vec![(9, Served::Now)], 1));
    engine.choose_next();
    assert_eq!((shown(&engine), engine.wakes()[0].calls), ((OUTER, true), 1));
    let served = [(INNER, Served::Now), (5, Served::Not)];
    assert_eq!((array(&engine), engine.turn_over()), (served.to_vec(), false));
    // The outer one's turn goes on.
    script.made(By::LOOP, 5, 2, What::Accept { ret: Ret::ok(10), peer: None }, &[]);
    script.batch.standing.stance = crate::telemetry::Stance::Working;
    engine.apply(&script.publish());
    assert_eq!(array(&engine), [(INNER, Served::Done), (5, Served::Now)]);
    assert_eq!(engine.wakes()[0].calls, 2);
}

#[test]
fn a_number_given_anew_has_no_turns_of_the_one_before() {
    let (mut script, mut engine) = two();
    let mut other = epoll(INNER, thread(), &[]);
    (other.id, other.waited) = (70, false);
    script.made(thread(), INNER, 0, What::Close, &[]);
    script.made(thread(), -1, 0, What::EpollCreate { ret: Ret::ok(6) }, &[]);
    script.batch.epolls = Some(told(&[epoll(OUTER, By::LOOP, &[5, 9]), other], OUTER));
    engine.apply(&script.publish());
    engine.choose_next();
    engine.choose_next();
    assert_eq!((shown(&engine), engine.known()), ((INNER, true), Known::Nothing));
    assert!(engine.wakes().is_empty() && engine.last_call().is_none());
}

#[test]
fn what_is_left_out_is_left_out_of_all() {
    let (mut script, mut engine) = two();
    script.seq += 2;
    script.batch.lost.events[crate::telemetry::Kind::Recv as usize] = 2;
    engine.apply(&script.publish());
    for _ in 0..2 {
        engine.choose_next();
        assert!(engine.wakes()[0].part && engine.known() == Known::Part);
    }
    // Which wait is whose is read even where others' events are passed over.
    script.waits(By::LOOP, OUTER, &[9]).waits(thread(), INNER, &[10]).reads(By::LOOP, 9);
    engine.pass_over(&script.publish());
    engine.choose_next();
    engine.choose_next();
    assert_eq!((shown(&engine), array(&engine)), ((OUTER, true), vec![(9, Served::Done)]));
}
