//! Each way as it is drawn, at the sizes that 80×24, 120×36 and 200×50 give it and zoomed.

use std::time::Duration;

use super::super::sample::{MS, Script, Watched, looked_at, peer};
use super::super::tests::{engine_anywhere, engine_at, measured};
use crate::inspect::{AcceptQueue, Arrivals, Queued, RuntimeView, Socket, Timeout, Waiting};
use crate::telemetry::{
    Asks, By, ConnState, Errno, Kind, Local, Mask, Mode, Next, Ret, ServerKind, Stance, What,
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
fn of_several_listeners_none_is_shown_as_the_only_one() {
    let mut engine = Watched::new();
    let mut seen = measured(None);
    let other = |len| Queued { inode: 7, queue: AcceptQueue { len, limit: 5 }, drops: Some(0) };
    let (peer, waits) = ("127.0.0.1:51126".parse().unwrap(), Some(Duration::from_millis(1200)));
    let local = Local::of("127.0.0.1:8081".parse().unwrap());
    let waiting = vec![Waiting { peer, local, unread: 71, closed: false, waits }];
    seen.detail.arrivals = Some(Arrivals { waiting, half_open: vec![] });
    seen.others = vec![other(1)];
    engine.kernel(&seen, u64::MAX);
    let picture = engine_at(&engine, (98, 25), false);
    assert!(picture.contains("2 accept queues, 4 wait"), "{picture}");
    assert!(!picture.contains("of 128") && !picture.contains("full"), "{picture}");
    assert!(picture.contains("127.0.0.1:51126 at :8081, 71 B unread"), "{picture}");
    seen.others = vec![other(5)];
    engine.kernel(&seen, u64::MAX);
    let picture = engine_at(&engine, (98, 25), false);
    assert!(picture.contains("2 accept queues, 8 wait, 1 full \u{25b2}"), "{picture}");
    seen.others.clear();
    engine.kernel(&seen, u64::MAX);
    let picture = engine_at(&engine, (98, 25), false);
    assert!(picture.contains("accept queue 3 of 128") && !picture.contains(" at :"), "{picture}");
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
    assert!(picture.contains("accept 1       recv 28 "), "{picture}");
    assert!(picture.contains("first thread   fd 9 (4711) "), "{picture}");
    assert!(picture.contains("fd 12, thread 4714: send = 1,290"), "{picture}");
    assert!(picture.contains("30 asleep"), "29 of the connections, and the first");
    insta::assert_snapshot!(picture);
}

#[test]
fn all_that_are_at_work_are_named() {
    // As 120×36 shows twelve threads that are held: eight of them within no call.
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    connections(script.server(ServerKind::Threads), 1..=12);
    for (at, row) in script.batch.rows.iter_mut().enumerate() {
        row.by = By::thread(4711 + i32::try_from(at).unwrap());
        row.within = (at >= 8).then_some(Kind::Recv);
    }
    // What is in its handler is at work too.
    script.batch.rows[8].within = Some(Kind::Handler);
    engine.apply(&script.recv(12, 4, 84).held(Kind::Accept, 5, 0).publish());
    let picture = engine_at(&engine, (46, 17), false);
    assert!(!picture.contains('+') && picture.contains("at work ─ 10 of 13"), "{picture}");
    for fd in 9..=17 {
        assert!(picture.contains(&format!("fd {fd} ")), "fd {fd}\n{picture}");
    }
    assert!(picture.contains("recv 3"), "{picture}");
    // Where there is room, with what they do.
    let picture = engine_at(&engine, (78, 20), false);
    assert!(picture.contains("fd 17, thread 4719: handler"), "{picture}");
    assert!(picture.contains("fd 9, thread 4711: recv = 84"), "{picture}");
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
    assert!(picture.contains("fd 3 (8001)"), "{picture}");
    assert!(picture.contains("fd 3 (8002)"), "{picture}");
    let picture = engine_at(&engine, (78, 18), false);
    assert!(picture.contains("fd 3, process 8001"), "{picture}");
    assert!(picture.contains("first process") && !picture.contains("thread"), "{picture}");
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
    assert!(picture.contains("task 3, fd 11 "), "{picture}");
    assert!(picture.contains("▸task 7: recv(15) = 84"), "{picture}");
    insta::assert_snapshot!(picture);
}

#[test]
fn the_runtimes_own_epoll_is_seen_from_outside() {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    connections(script.server(ServerKind::Coroutines), 1..=12);
    for row in &mut script.batch.rows {
        row.within = Some(Kind::Recv);
    }
    script.batch.standing.stance = Stance::Waiting(None);
    engine.apply(&script.publish());
    let mut snapshot = measured(None);
    let all = Mask::IN.with(Mask::OUT).with(Mask::RDHUP).with(Mask::ET);
    let kernels = Mask::ERR.with(Mask::HUP);
    let own = Mask::IN.with(Mask::RDHUP).with(Mask::ET);
    let mut entries = vec![(5, all.with(kernels)), (8, own.with(kernels))];
    entries.extend((9..=20).map(|fd| (fd, all.with(kernels))));
    let waits = Some(Timeout::After(26_655));
    snapshot.detail.runtime = Some(RuntimeView { epfd: 7, entries, waits });
    engine.kernel(&snapshot, u64::MAX);
    let picture = pictures(&engine);
    assert!(picture.contains("its epoll 7: 5 8–20"), "{picture}");
    assert!(picture.contains("IN|OUT|RDHUP|ET: 5 9–20 IN|RDHUP|ET: 8"), "{picture}");
    assert!(picture.contains("asleep in its epoll_wait(7), 27 s at most"), "{picture}");
    assert!(picture.contains("epoll_ctl calls are made inside it"), "{picture}");
    insta::assert_snapshot!(picture);
}

#[test]
fn blocking_serves_one_and_the_queue_stands_behind() {
    let mut engine = Watched::new();
    let mut script = Script::new(500 * MS);
    script.server(ServerKind::Blocking).row(9, 1).recv(9, 1, 20);
    script.batch.rows[0].state = ConnState::Reading;
    let next = Next::new(Kind::Recv, 9, None, None);
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
                engine_anywhere(&engine, (width, height), width % 2 == 0);
            }
        }
    }
}

/// What a list says of how many it left out: `+5`, `+5 more with 84 B`.
fn leaves_out(row: &str) -> bool {
    let mark = |word: &str| word.strip_prefix('+').is_some_and(|n| n.starts_with(char::is_numeric));
    // The fds of a wake-up before have a row and no more.
    !row.contains("waited ") && !row.contains("napped ") && row.split_whitespace().any(mark)
}

#[test]
fn no_list_leaves_out_what_there_are_blank_rows_for() {
    let sizes = [(33, 8), (33, 10), (46, 12), (46, 15), (46, 17), (78, 20), (98, 25), (118, 30)];
    for server in ServerKind::ALL {
        for (connections, held) in
            [3, 9, 30, 90, 400].into_iter().flat_map(|n| [(n, false), (n, true)])
        {
            let mut engine = Watched::new();
            let mut script = Script::new(500 * MS);
            // No two of them are neighbours, so that no run of numbers is shorter.
            let connections = if server == ServerKind::Blocking { 1 } else { connections };
            for id in 1..=connections {
                script.row(i32::try_from(id).unwrap() * 2 + 8, id);
            }
            script.server(server);
            for (at, row) in script.batch.rows.iter_mut().enumerate() {
                row.within = [Some(Kind::Recv), Some(Kind::Send), Some(Kind::Recv), None][at % 4];
            }
            let ready: Vec<(i32, u64)> =
                (1..=connections / 3).map(|id| (i32::try_from(id).unwrap() * 2 + 8, id)).collect();
            for _ in 0..32 {
                match server.asks() {
                    Asks::Interest => script.wait(500, &ready),
                    Asks::List => script.poll(40, &ready),
                    Asks::Each => script.round(1..=2, 1),
                    Asks::Sleeps | Asks::Runtime => &mut script,
                };
            }
            let mut batch = script.recv(10, 1, 84).publish();
            if held {
                let next = Next::new(Kind::Recv, 12, None, None);
                batch.standing.stance = Stance::Held(next);
                batch.standing.mode = Mode::Paused;
            }
            engine.apply(&batch);
            let fds: Vec<i32> = batch.rows.iter().map(|row| row.fd).collect();
            let mut kernel = measured(Some(Vec::new()));
            kernel.detail.epoll = Some(looked_at(fds.iter().copied(), &fds[fds.len() / 2..]));
            let like = kernel.sockets[0];
            kernel.sockets =
                fds.iter().map(|fd| Socket { peer: peer(*fd), recv_queue: 84, ..like }).collect();
            engine.kernel(&kernel, u64::MAX);
            for (width, height) in sizes {
                let picture = engine_at(&engine, (width, height), false);
                let rows: Vec<Vec<char>> =
                    picture.lines().map(|row| row.chars().collect()).collect();
                // From 90 columns on there are two side by side.
                let middle = if width < 90 { [2, width, width] } else { [2, width / 2 + 1, width] };
                let halves = [middle[0]..middle[1], middle[1] + 2..middle[2]];
                let halves = halves.into_iter().filter(|half| !half.is_empty());
                let past = matches!(server.asks(), Asks::Interest | Asks::List | Asks::Each);
                for half in halves {
                    let text = |row: &Vec<char>| -> String {
                        let half = usize::from(half.start)..usize::from(half.end);
                        let of = if past { &row[half] } else { &row[2..row.len() - 2] };
                        of.iter().collect()
                    };
                    let rows: Vec<String> =
                        rows[1..=usize::from(height)].iter().map(text).collect();
                    let Some(at) = rows.iter().position(|row| leaves_out(row)) else { continue };
                    let blank = rows[at..].iter().filter(|row| row.trim().is_empty()).count();
                    // While it runs there is room for a longer sentence.
                    let most = if held { 0 } else { 3 };
                    assert!(blank <= most, "{server} with {connections}, held: {held}\n{picture}");
                }
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
    batch.standing.stance = Stance::Waiting(None);
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
    batch.standing.stance = Stance::Waiting(None);
    engine.apply(&batch);
    assert!(engine.blocking().is_none());
}
