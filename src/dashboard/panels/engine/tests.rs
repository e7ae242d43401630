//! Each way as it is drawn, at the sizes that 80×24, 120×36 and 200×50 give it and zoomed.

use super::super::sample::{MS, Script, Watched};
use super::super::tests::{engine_at, measured};
use crate::telemetry::{
    By, ConnState, Errno, Kind, Mask, Mode, Next, Ret, ServerKind, Stance, What,
};

const SIZES: [(u16, u16); 4] = [(33, 11), (46, 18), (78, 21), (118, 30)];

fn pictures(engine: &Watched) -> String {
    let mut all: String = SIZES.iter().map(|size| engine_at(engine, *size, false) + "\n").collect();
    let ascii = engine_at(engine, SIZES[0], true);
    assert!(ascii.is_ascii(), "{ascii}");
    all.push_str(&ascii);
    all
}

fn connections(script: &mut Script, ids: std::ops::RangeInclusive<u64>) {
    for id in ids {
        script.row(i32::try_from(id).unwrap() + 8, id);
    }
}

fn poll(served: usize) -> Watched {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    connections(script.server(ServerKind::Poll), 1..=49);
    for fds in [1, 3] {
        let ready: Vec<(i32, u64)> = [(11, 3), (20, 12), (57, 49)][..fds].to_vec();
        script.time += 700 * MS;
        script.poll(50, &ready);
        for (fd, id) in ready.into_iter().take(served) {
            script.recv(fd, id, 84).event(fd, id, What::Send { ret: Ret::ok(1290), len: 1290 });
        }
    }
    script.batch.standing.stance = Stance::Working;
    engine.apply(&script.publish());
    engine.kernel(&measured(None), u64::MAX);
    engine
}

#[test]
fn poll_is_a_list_handed_over_and_swept() {
    let engine = poll(2);
    let picture = pictures(&engine);
    assert!(picture.contains("poll(50 fds) = 3, 400 bytes copied"), "{picture}");
    assert!(picture.contains("57:IN"), "{picture}");
    insta::assert_snapshot!(picture);
}

#[test]
fn ten_thousand_fds_are_folded_and_the_ready_ones_stay() {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    connections(script.server(ServerKind::Select), 1..=9000);
    engine.apply(&script.poll(9001, &[(700, 692)]).publish());
    let picture = engine_at(&engine, (33, 11), false);
    assert!(picture.contains("9–699 700:IN 701–9008"), "{picture}");
}

#[test]
fn scan_is_a_round_of_questions() {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    connections(script.server(ServerKind::Scan), 1..=40);
    script.round(1..=40, 0);
    script.time += 501 * MS;
    script.round(1..=40, 7);
    engine.apply(&script.publish());
    engine.kernel(&measured(None), u64::MAX);
    insta::assert_snapshot!("scan", pictures(&engine));

    // Held within a round: who was asked, who is next, and who is still to be asked.
    let again = Ret::err(Errno::AGAIN);
    script.event(5, 0, What::Accept { ret: again, peer: None }).recv(9, 1, 84);
    script.event(10, 2, What::Recv { ret: again }).held(Kind::Recv, 11, 3);
    engine.apply(&script.publish());
    let picture = engine_at(&engine, (46, 18), false);
    assert!(picture.contains("·5 ✓9 ·10 ▸11 12 13"), "{picture}");
    assert!(picture.contains("1 of 3 spoke"), "{picture}");
}

#[test]
fn threads_sleep_each_in_a_call_of_its_own() {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    connections(script.server(ServerKind::Threads), 1..=30);
    for (row, tid) in script.batch.rows.iter_mut().zip(4711..) {
        (row.by, row.within) = (By::thread(tid), Some(Kind::Recv));
    }
    let row = &mut script.batch.rows[3];
    (row.within, row.last, row.last_ret) = (None, Kind::Send, Ret::ok(1290));
    script.batch.rows[4].within = Some(Kind::Send);
    script.recv(12, 4, 84);
    engine.apply(&script.publish());
    engine.kernel(&measured(None), u64::MAX);
    let picture = pictures(&engine);
    assert!(picture.contains("thread 4711 asleep in recv(9)"), "{picture}");
    assert!(picture.contains("the first thread asleep in accept(5)"), "{picture}");
    assert!(picture.contains("thread 4714 send = 1,290"), "{picture}");
    assert!(picture.contains("30 asleep"), "29 of the connections, and the first");
    insta::assert_snapshot!(picture);
}

#[test]
fn processes_are_named_by_their_number() {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    script.server(ServerKind::Processes).row(3, 1).row(3, 2);
    for (row, pid) in script.batch.rows.iter_mut().zip(8001..) {
        (row.by, row.within) = (By::process(pid), Some(Kind::Recv));
    }
    engine.apply(&script.publish());
    let picture = engine_at(&engine, (46, 18), false);
    assert!(picture.contains("process 8001 for fd 3 asleep in recv"), "{picture}");
    assert!(picture.contains("process 8002 for fd 3 asleep in recv"), "{picture}");
}

#[test]
fn tasks_are_parked_over_the_runtimes_loop() {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    connections(script.server(ServerKind::Coroutines), 1..=12);
    for row in &mut script.batch.rows {
        row.within = Some(Kind::Recv);
    }
    let row = &mut script.batch.rows[6];
    (row.within, row.last, row.last_ret) = (None, Kind::Recv, Ret::ok(84));
    script.batch.standing.stance = Stance::Working;
    engine.apply(&script.event(15, 7, What::Woken).recv(15, 7, 84).publish());
    engine.kernel(&measured(None), u64::MAX);
    let picture = pictures(&engine);
    assert!(picture.contains("task 3 parked on recv(fd 11)"), "{picture}");
    assert!(picture.contains("▸task 7: recv(15) = 84"), "{picture}");
    insta::assert_snapshot!(picture);
}

#[test]
fn blocking_serves_one_and_the_queue_stands_behind() {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    script.server(ServerKind::Blocking).row(9, 1).recv(9, 1, 20);
    script.batch.rows[0].state = ConnState::Reading;
    let next = Next { kind: Kind::Recv, fd: 9, conn: None, site: None };
    script.batch.standing.stance = Stance::Within(next);
    engine.apply(&script.publish());
    engine.kernel(&measured(None), u64::MAX);
    engine.tick(3700 * MS);
    let picture = pictures(&engine);
    assert!(picture.contains("asleep for 3.2 s in recv(9): the others wait"), "{picture}");
    assert!(picture.contains("○ ○ ○"), "three wait in the backlog\n{picture}");
    insta::assert_snapshot!(picture);
}

#[test]
fn every_way_is_drawn_at_any_size() {
    for server in ServerKind::ALL {
        let mut engine = Watched::new();
        let mut script = Script::new(500 * MS);
        connections(script.server(server), 1..=30);
        script.batch.rows[3].interest = Mask::NONE;
        script.round(1..=30, 2).held(Kind::Recv, 10, 2).batch.standing.mode = Mode::Slow(5);
        engine.apply(&script.publish());
        for width in 1..60 {
            for height in 1..30 {
                engine_at(&engine, (width, height), width % 2 == 0);
            }
        }
    }
}

fn in_handler(script: &mut Script, fd: i32, id: u64, kind: Kind) {
    script.row(fd, id).batch.rows.last_mut().unwrap().within = Some(kind);
}

#[test]
fn the_pool_says_what_its_threads_do_and_what_waits() {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    script.batch.listener.as_mut().unwrap().handler_threads = 2;
    in_handler(script.row(9, 1), 10, 2, Kind::Handler);
    in_handler(&mut script, 11, 3, Kind::Handler);
    in_handler(&mut script, 12, 4, Kind::Queued);
    let route = "/slow";
    script.wait(500, &[(10, 2), (11, 3), (12, 4)]);
    for (fd, id) in [(10, 2), (11, 3), (12, 4)] {
        script.event(fd, id, What::Queued { route });
    }
    script.event(10, 2, What::Handler { route });
    let mut batch = script.publish();
    // The event that the other one has begun was left out.
    batch.standing.stance = Stance::Waiting;
    engine.apply(&batch);
    engine.tick(1800 * MS);
    engine.kernel(&measured(None), u64::MAX);
    let picture = pictures(&engine);
    assert!(picture.contains("2 of 2 threads at work, 1 queued"), "{picture}");
    assert!(picture.contains("fd 10 /slow for 1.3 s"), "{picture}");
    assert!(picture.contains("a thread: fd 11 "), "{picture}");
    insta::assert_snapshot!("pool", picture);
}

#[test]
fn a_handler_on_the_loop_is_named_while_it_keeps_it() {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    in_handler(script.row(9, 1), 10, 2, Kind::Handler);
    script.wait(500, &[(10, 2)]).recv(10, 2, 84);
    let mut batch = script.publish();
    batch.standing.stance = Stance::Handling("/slow");
    batch.standing.since = 500 * MS;
    engine.apply(&batch);
    engine.tick(2800 * MS);
    let picture = pictures(&engine);
    assert!(
        picture.contains("!! BLOCKED for 2.3 s in /slow of fd 10: the others wait"),
        "{picture}"
    );
    assert!(picture.contains("BLOCKED for 2.3 s in /slow"), "{picture}");
    // As soon as it is over, nobody is said to keep it.
    batch.standing.stance = Stance::Waiting;
    engine.apply(&batch);
    assert!(engine.blocking().is_none());
}
