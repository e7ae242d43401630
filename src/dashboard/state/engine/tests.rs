//! Turns, gaps, queues and lists, as the panel gets them.

use super::*;
use crate::dashboard::panels::sample::{MS, Script, Watched, looked_at, peer, row};
use crate::inspect::{AcceptQueue, Handed, Socket, TcpState};
use crate::telemetry::{Event, Form, Kind, Local, Mask, Mode, Ret, Row, ServerKind, Stdin};

fn marks(engine: &Watched) -> Vec<(Fd, Served)> {
    engine.entries().iter().map(|entry| (entry.ready.fd, entry.served)).collect()
}

fn snapshot(queues: &[(Fd, u32)], ready: Option<Vec<Fd>>) -> Snapshot {
    let socket = |&(fd, recv_queue)| Socket {
        peer: peer(fd),
        local: Local::UNKNOWN,
        state: TcpState::Established,
        recv_queue,
        send_queue: 0,
        rtt: None,
        rtt_var: None,
        cwnd: 10,
        retransmits: 0,
        inode: 1,
    };
    let mut snapshot = Snapshot::empty(std::time::Instant::now());
    snapshot.accept_queue = Some(AcceptQueue { len: 3, limit: 128 });
    snapshot.sockets = queues.iter().map(socket).collect();
    snapshot.detail.epoll = ready.map(|fds| looked_at([5, 9, 14], &fds));
    snapshot
}

#[test]
fn the_ready_array_is_served_entry_by_entry() {
    let mut script = Script::new(2000 * MS);
    let mut engine = Watched::new();
    script.row(9, 1).row(14, 2).wait(1200 * MS, &[(4, 0), (5, 0), (9, 1), (14, 2)]);
    engine.apply(&script.accept(10, 3).held(Kind::Recv, 9, 1).publish());
    assert_eq!(engine.wake().unwrap().own, 1, "the waker is not of the lesson");
    assert_eq!(marks(&engine), [(5, Served::Done), (9, Served::Now), (14, Served::Not)]);

    engine.apply(&script.recv(9, 1, 84).held(Kind::Send, 9, 1).publish());
    assert_eq!(marks(&engine), [(5, Served::Done), (9, Served::Now), (14, Served::Not)]);

    engine.apply(&script.recv(14, 2, 84).held(Kind::EpollWait, 3, 0).publish());
    assert!(engine.turn_over());
    assert_eq!(marks(&engine), [(5, Served::Done), (9, Served::Done), (14, Served::Done)]);
    assert_eq!(engine.known(), Known::All);
    assert_eq!(engine.wake().unwrap().calls, 4);
}

#[test]
fn a_reused_fd_is_not_the_entry_of_the_one_before() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    script.row(9, 1).wait(0, &[(5, 0), (9, 1)]);
    engine.apply(&script.event(9, 1, What::Close).publish());
    engine.apply(&script.accept(9, 2).recv(9, 2, 10).publish());
    assert_eq!(marks(&engine), [(5, Served::Done), (9, Served::Stale)]);

    // Served, closed and accepted again: what is done for the new one is not for the entry.
    script.wait(0, &[(9, 2), (5, 0)]).recv(9, 2, 10).event(9, 2, What::Close);
    script.batch.standing.stance = Stance::Working;
    engine.apply(&script.accept(9, 3).recv(9, 3, 10).publish());
    assert_eq!(marks(&engine), [(9, Served::Done), (5, Served::Now)]);

    // The old connection's last row arrives with the new one's first: the new one stays.
    let mut batch = script.row(9, 3).publish();
    batch.gone.push(crate::dashboard::panels::sample::row(9, 2));
    engine.apply(&batch);
    assert_eq!(engine.watched(), 2);
}

#[test]
fn only_the_last_of_many_turns_is_worked_out_and_all_are_remembered() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    for _ in 0..40 {
        script.wait(MS, &[(9, 1)]).recv(9, 1, 5).recv(9, 1, 5);
    }
    engine.apply(&script.wait(MS, &[(14, 2)]).publish());
    assert_eq!(marks(&engine), [(14, Served::Not)]);
    assert_eq!(engine.wakes().len(), WAKES);
    assert_eq!(engine.wakes()[WAKES - 2].calls, 2);
    assert_eq!(engine.wakes()[WAKES - 1].calls, 0);
}

#[test]
fn of_a_batch_that_is_passed_over_the_last_turn_is_shown() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    engine.apply(&script.wait(MS, &[(9, 1)]).recv(9, 1, 5).publish());
    script.recv(9, 1, 5).wait(MS, &[(9, 1)]).recv(9, 1, 5).wait(MS, &[(9, 1), (14, 2)]);
    engine.pass_over(&script.recv(9, 1, 5).recv(14, 2, 7).publish());
    assert_eq!(marks(&engine), [(9, Served::Done), (14, Served::Done)]);
    assert_eq!((engine.known(), engine.wakes().len()), (Known::All, 2), "one is not remembered");
    assert!(engine.wakes()[0].part && !engine.wakes()[1].part);
    assert_eq!(engine.last_call().unwrap().event.what, What::Recv { ret: Ret::ok(7) });

    // Nothing was lost on the wire; then something is, and that is no part of the turn.
    engine.apply(&script.recv(14, 2, 8).publish());
    assert_eq!((engine.known(), engine.wake().unwrap().calls), (Known::All, 3));
    script.batch.lost.events[Kind::Recv as usize] = 1;
    script.seq += 1;
    engine.pass_over(&script.recv(9, 1, 5).recv(9, 1, 6).publish());
    assert_eq!(engine.known(), Known::NoWait, "no wait in it: whose turn this is is not known");
    assert_eq!(engine.last_call().unwrap().event.what, What::Recv { ret: Ret::ok(6) });

    // Where each is asked it is the last round, and it is whole.
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    script.server(ServerKind::Scan).row(9, 1).row(10, 2);
    engine.apply(&script.publish());
    engine.pass_over(&script.round(1..=2, 1).round(1..=2, 2).round(1..=2, 2).publish());
    let last = engine.rounds().last().unwrap();
    assert_eq!((last.asks.len(), last.answered, last.part), (3, 1, false));
    assert_eq!(engine.wakes().len(), 1);
}

#[test]
fn a_gap_is_told_and_no_call_is_put_into_the_wrong_turn() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    engine.apply(&script.wait(0, &[(9, 1), (14, 2)]).recv(9, 1, 5).publish());
    script.seq += 3;
    script.batch.lost.events[Kind::Recv as usize] = 3;
    engine.apply(&script.recv(14, 2, 5).publish());
    assert_eq!((engine.known(), engine.entries().len()), (Known::NoWait, 0));
    assert!(engine.wake().is_none());
    assert!(engine.wakes().back().unwrap().part);
    engine.apply(&script.wait(0, &[(14, 2)]).recv(14, 2, 5).publish());
    assert_eq!(engine.known(), Known::All, "a new turn is whole again");
    assert_eq!(engine.entries().len(), 1);
}

#[test]
fn a_loss_after_the_last_event_is_told_too() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    engine.apply(&script.wait(0, &[(9, 1), (14, 2)]).recv(9, 1, 5).publish());
    script.batch.lost.events[Kind::Recv as usize] = 2;
    assert!(!engine.later_left_out());
    engine.apply(&script.publish());
    assert_eq!(engine.known(), Known::Part);
    assert!(engine.later_left_out(), "the last call that was told may not be the last");
    script.seq += 2;
    engine.apply(&script.wait(0, &[(9, 1)]).publish());
    assert_eq!(engine.known(), Known::All);
    assert!(!engine.later_left_out());
}

#[test]
fn queues_are_joined_with_fds_and_their_growth_is_seen() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    script.row(9, 1).row(14, 2).held(Kind::EpollWait, 3, 0);
    engine.apply(&script.publish());
    engine.kernel(&snapshot(&[(9, 84), (14, 10)], Some(vec![9, 14])), script.time);
    engine.kernel(&snapshot(&[(9, 84), (14, 20), (77, 5)], Some(vec![9, 14])), script.time);
    let queue = |fd, bytes, grown| Queue { fd, bytes, grown, since: 0 };
    assert_eq!(engine.measured().unwrap().queues, [queue(9, 84, false), queue(14, 20, true)]);
    let handed = |engine: &Watched| {
        let entries = engine.epoll()?.entries.iter();
        Some(entries.filter(|e| e.handed == Handed::Yes).map(|e| e.fd).collect::<Vec<_>>())
    };
    assert_eq!((handed(&engine), engine.wants_look()), (Some(vec![9, 14]), false));

    // One step on: what was measured before it says nothing of what is so now.
    let before = script.time;
    script.time += MS;
    engine.apply(&script.wait(0, &[(9, 1), (14, 2)]).held(Kind::Recv, 9, 1).publish());
    assert_eq!((handed(&engine), engine.wants_look()), (None, true));
    engine.kernel(&snapshot(&[], Some(vec![9])), before);
    assert_eq!(handed(&engine), None, "an answer that was taken before the step");
    engine.kernel(&snapshot(&[], Some(vec![9])), script.time);
    assert_eq!(handed(&engine), Some(vec![9]));

    engine.apply(&script.publish());
    assert_eq!((handed(&engine), engine.wants_look()), (None, false), "it runs again");
    engine.kernel(&snapshot(&[], Some(vec![9])), Nanos::MAX);
    assert_eq!(handed(&engine), None, "an answer that came too late");
}

#[test]
fn a_queue_waits_since_the_first_look_after_the_last_read() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    engine.apply(&script.row(9, 1).row(14, 2).publish());
    assert_eq!(engine.longest_wait(), None);
    for tenth in 1..=30 {
        engine.tick(tenth * 100 * MS);
        engine.kernel(&snapshot(&[(9, 84), (14, 10)], None), tenth * 100 * MS);
    }
    engine.tick(3050 * MS);
    assert_eq!(engine.longest_wait(), Some(2950 * MS));
    // The server reads from the first, and not all.
    script.time = 3100 * MS;
    script.row(9, 1).batch.rows[0].bytes_in += 50;
    engine.apply(&script.publish());
    engine.tick(3200 * MS);
    engine.kernel(&snapshot(&[(9, 34)], None), 3200 * MS);
    engine.tick(3500 * MS);
    assert_eq!(engine.longest_wait(), Some(300 * MS), "the other's queue is empty");
    // One that waits to be accepted has its time from the kernel.
    let mut queued = snapshot(&[], None);
    let peer = peer(20);
    let waits = Some(std::time::Duration::from_millis(700));
    let local = Local::UNKNOWN;
    let waiting = vec![crate::inspect::Waiting { peer, local, unread: 71, closed: false, waits }];
    queued.detail.arrivals = Some(crate::inspect::Arrivals { waiting, half_open: vec![] });
    engine.kernel(&queued, 3500 * MS);
    engine.tick(3600 * MS);
    assert_eq!(engine.longest_wait(), Some(800 * MS));
}

#[test]
fn the_programs_own_waker_is_in_no_turn_unless_it_is_asked_for() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    let waker = script.batch.listener.unwrap().waker;
    let woken = |script: &mut Script| {
        let mut batch = script.publish();
        let seq = batch.events().next_back().map_or(0, |event| event.event.seq) + 1;
        let what = What::EpollWait { ret: Ret::ok(1), waited: 1000 * MS };
        let mut own = Event::new(seq, batch.time, 3, None, what);
        own.form = Form::Own;
        batch.push(own, &[], &[Ready { fd: waker, mask: Mask::IN, conn: None }]);
        let close = Event::new(seq + 1, batch.time, 14, ConnId::new(2), What::Close);
        batch.push(close, &[], &[]);
        batch
    };
    script.row(9, 1).row(14, 2).wait(5 * MS, &[(9, 1)]).recv(9, 1, 84);
    let batch = woken(&mut script);
    engine.apply(&batch);
    let wake = engine.wake().unwrap();
    assert_eq!((wake.ret, wake.own, wake.calls), (Ret::ok(1), 0, 1), "that of fd 9");
    assert_eq!(engine.wakes().len(), 1);
    assert_eq!(engine.last_call().unwrap().event.what, What::Close, "the operator's");
    engine.show_own(true);
    let mut engine = Watched::new();
    engine.show_own(true);
    engine.apply(&batch);
    let wake = engine.wake().unwrap();
    assert_eq!((wake.own, wake.calls, engine.entries()[0].ready.fd), (1, 1, waker));
}

#[test]
fn the_interest_list_is_grouped_into_runs() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    for fd in [9, 10, 11, 14] {
        script.row(fd, u64::try_from(fd).unwrap());
    }
    script.batch.rows[2].interest = Mask(crate::dashboard::panels::sample::WATCH.0 | 4);
    script.row(20, 20);
    script.batch.rows[4].interest = Mask::NONE;
    engine.apply(&script.publish());
    let groups = engine.interest();
    let runs: Vec<_> =
        groups.iter().map(|group| (group.mask.to_string(), group.runs.clone())).collect();
    let expected = [
        ("IN|ET".to_owned(), vec![(5, 5)]),
        ("IN|RDHUP|ET".to_owned(), vec![(9, 10), (14, 14)]),
        ("IN|OUT|RDHUP|ET".to_owned(), vec![(11, 11)]),
    ];
    assert_eq!(runs, expected);
    assert_eq!(engine.watched(), 5);

    // While it stands, the kernel's own list is better than what was asked for.
    engine.apply(&script.held(Kind::EpollWait, 3, 0).publish());
    let mut asked = snapshot(&[], Some(vec![]));
    let entries = &mut asked.detail.epoll.as_mut().unwrap().entries;
    entries.truncate(2);
    (entries[0].watched, entries[1].watched) = (Mask(0x8000_0019), Mask(0x8000_2019));
    engine.kernel(&asked, Nanos::MAX);
    let masks: Vec<_> = engine.interest().iter().map(|group| group.mask.to_string()).collect();
    assert_eq!(masks, ["IN|ET", "IN|RDHUP|ET"]);
    assert_eq!(engine.watched(), 2);

    let mut whole = script.row(30, 30).publish();
    whole.whole = true;
    engine.apply(&whole);
    assert_eq!(engine.watched(), 2, "what a whole table does not name is gone");
}

#[test]
fn what_was_closed_and_not_taken_off_stays_on_the_list() {
    let mut engine = Watched::new();
    let mut script = Script::new(0);
    engine.apply(&script.row(9, 1).row(10, 2).row(11, 3).publish());
    assert_eq!(engine.fds(), [5, 9, 10, 11]);
    // A closed socket is off the list; one that the server keeps open and forgets is not.
    let closed = Row { interest: Mask::NONE, ..row(9, 1) };
    script.batch.gone.extend([closed, row(10, 2)]);
    engine.apply(&script.publish());
    assert_eq!((engine.fds(), engine.watched()), (vec![5, 10, 11], 3));
    assert_eq!(engine.interest().last().unwrap().runs, [(10, 11)]);
    // A new owner of the number is there once.
    engine.apply(&script.row(10, 4).publish());
    assert_eq!(engine.fds(), [5, 10, 11]);
    // Another server has a list of its own.
    engine.apply(&script.server(ServerKind::Poll).publish());
    script.batch.gone.push(Row { interest: Mask::NONE, ..row(10, 4) });
    engine.apply(&script.publish());
    assert_eq!(engine.fds(), [5, 11]);
}

#[test]
fn the_last_call_and_its_meaning_leave_plumbing_out() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    assert_eq!(engine.meaning(), None);
    let mut batch = script.recv(9, 1, 84).publish();
    let mut own = crate::telemetry::Event::new(2, 0, 4, None, What::Recv { ret: Ret::ok(8) });
    own.form = Form::Own;
    batch.push(own, &[], &[]);
    batch.standing.mode = Mode::Slow(5);
    engine.apply(&batch);
    assert_eq!(engine.last_call().unwrap().event.fd, 9);
    let sentence = engine.meaning().unwrap();
    assert!(sentence.contains("84"), "{sentence}");
    assert_eq!(engine.standing().mode, Mode::Slow(5));
}

#[test]
fn a_turn_of_poll_begins_with_the_list_it_returned() {
    let mut script = Script::new(2000 * MS);
    let mut engine = Watched::new();
    script.server(ServerKind::Poll).row(9, 1).row(14, 2).poll(3, &[(9, 1), (14, 2)]);
    engine.apply(&script.recv(9, 1, 84).held(Kind::Recv, 14, 2).publish());
    assert_eq!(marks(&engine), [(9, Served::Done), (14, Served::Now)]);
    let wake = engine.wake().unwrap();
    assert_eq!((wake.kind, wake.examined, wake.copied, wake.ready), (Kind::Poll, 3, 24, 2));
    engine.apply(&script.recv(14, 2, 84).held(Kind::Poll, -1, 0).publish());
    assert!(engine.turn_over());
    assert_eq!(marks(&engine), [(9, Served::Done), (14, Served::Done)]);
}

#[test]
fn a_round_of_scan_is_who_was_asked_and_what_they_said() {
    let mut script = Script::new(2000 * MS);
    let mut engine = Watched::new();
    script.server(ServerKind::Scan).round(1..=3, 0).round(1..=3, 2);
    engine.apply(&script.publish());
    let round = engine.rounds().last().unwrap();
    let told: Vec<_> = round.asks.iter().map(|ask| (ask.fd, ask.answered())).collect();
    assert_eq!(told, [(5, false), (9, false), (10, true), (11, false)]);
    assert_eq!((round.asked, round.answered, round.part), (4, 1, false));
    let wakes: Vec<_> = engine.wakes().iter().map(|wake| (wake.waited, wake.calls)).collect();
    assert_eq!(wakes, [(0, 4), (500 * MS, 6)], "after the nap of the one before");
    assert_eq!(engine.wake().unwrap().first[0], Some(10));

    // A loss in the round that goes on is told of that one.
    engine.apply(&script.event(5, 0, What::Accept { ret: Ret::ok(12), peer: None }).publish());
    script.seq += 2;
    engine.apply(&script.recv(11, 3, 5).publish());
    assert_eq!((engine.rounds().now().0.len(), engine.rounds().now().1), (2, Known::Part));
    assert!(!engine.rounds().last().unwrap().part);
}

/// A round as it is told while nothing holds the loop up: fd 9 was asked before the list begins.
fn folded_round(script: &mut Script) {
    script.server(ServerKind::Scan).row(9, 1).row(10, 2).row(11, 3).row(12, 4);
    script.recv(9, 1, 84).recv(11, 3, 84);
    let asked = |fd, mask, id| Ready { fd, mask, conn: ConnId::new(id) };
    let list = [
        asked(5, Mask::IN, 0),
        asked(10, Mask::IN, 2),
        asked(11, Mask::NONE, 3),
        asked(12, Mask::OUT, 4),
    ];
    script.seq += 1;
    let round = What::Round { asked: 5, answered: 2, took: MS };
    script.batch.push(Event::new(script.seq, script.time, -1, None, round), &[], &list);
}

#[test]
fn a_folded_round_is_who_was_asked_in_order() {
    let (mut script, mut engine) = (Script::new(2000 * MS), Watched::new());
    folded_round(&mut script);
    engine.apply(&script.publish());
    let round = engine.rounds().last().unwrap();
    let told: Vec<_> = round.asks.iter().map(|ask| (ask.fd, ask.kind, ask.answered())).collect();
    let want = [
        (9, Kind::Recv, true),
        (5, Kind::Accept, false),
        (10, Kind::Recv, false),
        (11, Kind::Recv, true),
        (12, Kind::Send, false),
    ];
    assert_eq!(told, want);
    let wake = engine.wake().unwrap();
    assert_eq!(
        (wake.calls, wake.part, wake.first[..2].to_vec()),
        (5, false, vec![Some(9), Some(11)])
    );
    let last = engine.last_call().unwrap().event.what.kind();
    assert_eq!(last, Kind::Round, "the last call was of it");
}

#[test]
fn only_scan_has_questions_to_keep() {
    for server in ServerKind::ALL.into_iter().filter(|server| *server != ServerKind::Scan) {
        let (mut script, mut engine) = (Script::new(0), Watched::new());
        script.server(server).row(9, 1).row(10, 2);
        for _ in 0..50 {
            engine.apply(&script.recv(9, 1, 84).recv(10, 2, 84).publish());
        }
        assert_eq!(engine.rounds().now().0.len(), 0, "{server}");
    }
}

#[test]
fn rounds_whose_ends_were_left_out_do_not_add_up() {
    let (mut script, mut engine) = (Script::new(0), Watched::new());
    script.server(ServerKind::Scan);
    for id in 1..=50 {
        script.row(i32::try_from(id).unwrap() + 8, id);
    }
    for _ in 0..100 {
        for id in 1..=50 {
            script.recv(i32::try_from(id).unwrap() + 8, id, 84);
        }
        // The end of the round, and the nap.
        script.seq += 2;
        engine.apply(&script.publish());
    }
    let (asks, known) = engine.rounds().now();
    assert_eq!(known, Known::Part);
    assert!(asks.len() <= 2 * 50, "{}", asks.len());
}

#[test]
fn another_server_begins_afresh() {
    let mut script = Script::new(2000 * MS);
    let mut engine = Watched::new();
    engine.apply(&script.row(9, 1).wait(0, &[(9, 1)]).recv(9, 1, 84).publish());
    let mut closed = script.row(9, 1).batch.rows.pop().unwrap();
    closed.why = Some(crate::telemetry::Why::Switched);
    script.batch.gone.push(closed);
    script.server(ServerKind::Poll).event(-1, 0, What::Switched { to: ServerKind::Poll });
    engine.apply(&script.publish());
    assert_eq!((engine.known(), engine.wakes().len(), engine.watched()), (Known::Nothing, 0, 1));
    assert!(engine.last_call().is_none() && engine.entries().is_empty());
    assert_eq!(engine.server(), Some(ServerKind::Poll));
    engine.apply(&script.poll(1, &[(5, 0)]).publish());
    assert_eq!(marks(&engine), [(5, Served::Not)]);
}

#[test]
fn two_workers_may_use_the_same_number() {
    let mut script = Script::new(0);
    let mut engine = Watched::new();
    script.row(9, 1).row(9, 2).row(10, 3);
    for row in &mut script.batch.rows {
        row.by = crate::telemetry::By::process(4700);
    }
    engine.apply(&script.publish());
    assert_eq!(engine.table.rows_by_fd().count(), 3);
    script.batch.gone.push(crate::dashboard::panels::sample::row(9, 1));
    engine.apply(&script.row(4, 3).publish());
    let left: Vec<_> = engine.table.rows_by_fd().map(|row| (row.fd(), row.id().get())).collect();
    assert_eq!(left, [(4, 3), (9, 2)]);
}

#[test]
fn standard_input_is_on_the_list_while_it_is_watched() {
    let mut script = Script::new(1000 * MS);
    let mut engine = Watched::new();
    for (interest, fds) in [(Mask::IN, &[0, 5][..]), (Mask::NONE, &[5])] {
        let stdin = Stdin { interest, bytes_in: 6 };
        script.batch.listener.as_mut().unwrap().stdin = Some(stdin);
        engine.apply(&script.publish());
        assert_eq!(engine.fds(), fds);
    }
}
