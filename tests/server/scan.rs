//! `scan`: what a round is, and that it hears of everything though nobody tells it.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::common::{ask, get, read_response, start, start_with};
use epollscope::http::Site;
use epollscope::server::{self, Config};
use epollscope::telemetry::{
    Capacity, Command, Errno, Kind, Mask, OwnedEvent, Publisher, ServerKind, Step, Subscriber,
    What, control, wire,
};

fn scan(nap: Duration) -> Config {
    Config { server: ServerKind::Scan, nap, ..Config::default() }
}

#[test]
fn a_round_asks_every_socket_and_counts_the_answers() {
    // Everything is to be seen, however late it is looked for.
    let capacity = Capacity { events: 1 << 21, bytes: 1 << 28, ..Capacity::default() };
    let mut server = start_with(scan(Duration::from_millis(1)), Site::embedded(), capacity);
    let mut clients: Vec<_> = (0..20).map(|_| server.client()).collect();
    server.until("all", |s| s.table.len() == 20);
    server.events.clear();
    let before = server.counters.wakeups;
    server.until("two rounds", |s| s.counters.wakeups >= before + 2);
    for client in &mut clients[..3] {
        client.write_all(get("/").as_bytes()).unwrap();
    }
    server
        .until("three answers", |s| s.table.values().filter(|row| row.requests == 1).count() == 3);
    let before = server.counters.wakeups;
    server.until("some rounds more", |s| s.counters.wakeups >= before + 5);
    for client in &mut clients[..3] {
        assert_eq!(read_response(client).0, 200);
    }
    assert_eq!(server.lost.all(), 0);
    let (mut fds, mut talked) = (BTreeSet::new(), BTreeSet::new());
    let (mut rounds, mut answers, mut whole) = (0, 0, false);
    for event in &server.events {
        match event.event.what {
            // The first may have lost its beginning.
            What::Round { asked, answered, .. } if whole => {
                let listed = event.ready.iter().map(|asked| asked.fd);
                assert!(listed.clone().eq(listed.clone().collect::<BTreeSet<_>>()), "in order");
                fds.extend(listed);
                assert_eq!(fds.len(), asked as usize, "each fd was asked");
                assert_eq!(talked.len(), answered as usize, "who had an answer");
                assert_eq!(asked, 21, "the listener and the connections");
                (rounds, answers) = (rounds + 1, answers + answered);
            }
            What::Round { .. } => whole = true,
            What::Accept { ret, .. } | What::Recv { ret } | What::Send { ret, .. } => {
                fds.insert(event.event.fd);
                if ret.get().is_ok() {
                    talked.insert(event.event.fd);
                }
                continue;
            }
            _ => continue,
        }
        fds.clear();
        talked.clear();
    }
    assert!(rounds > 5 && answers == 3, "{rounds} rounds, {answers} answers");
    let counters = server.stop();
    assert!(counters.examined >= 21 * rounds);
    // Each was accepted and three were answered, and that is all that anybody had to say; the
    // accepts of one round are one answer.
    assert!((4..=23).contains(&counters.ready), "{}", counters.ready);
}

#[test]
fn without_a_nap_it_obeys_at_once_and_makes_no_call_for_it() {
    let mut server = start(scan(Duration::ZERO));
    // The quickest of some, since a busy machine may hold one up.
    let took = (0..10).map(|_| {
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        let row = server.row_of(&client);
        let begin = Instant::now();
        server.send(Command::Drop(row.id));
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        begin.elapsed()
    });
    let quickest = took.min().unwrap();
    assert!(quickest < Duration::from_millis(500), "{quickest:?}");
    let counters = server.stop();
    assert_eq!(counters.calls[Kind::Nap as usize], 0);
    assert_eq!(counters.calls[Kind::Input as usize], 0);
    assert_eq!(counters.waited, 0);
}

#[test]
fn a_step_of_a_turn_is_a_round_also_where_there_is_no_nap() {
    for nap in [Duration::ZERO, Duration::from_millis(1)] {
        let mut server = start(scan(nap));
        let clients = [server.client(), server.client()];
        server.until("both", |s| s.table.len() == clients.len());
        server.pause();
        // To the end of the turn in which it was stopped, and then two whole ones.
        for whole in [false, true, true] {
            let (before, events) = (server.counters.clone(), server.events.len());
            server.send(Command::Step(Step::Turn));
            server.until("a turn", |s| s.counters.calls_all() > before.calls_all() && s.is_held());
            let made = server.counters.calls_all() - before.calls_all();
            let asked = server.events[events..].iter().filter_map(|e| match e.event.what {
                What::Round { asked, .. } => Some(asked),
                _ => None,
            });
            let told = server.events[events..].iter().filter(|e| e.event.what.kind().is_call());
            assert_eq!(told.count() as u64, made, "whoever steps sees every call");
            if whole {
                assert_eq!(made, 3 + u64::from(!nap.is_zero()), "the nap, and one for each fd");
                assert_eq!(asked.collect::<Vec<_>>(), [3]);
            }
        }
        server.stop();
    }
}

#[test]
fn a_round_that_heard_nothing_is_one_event_for_the_screen_and_the_log_has_every_call() {
    let capacity = Capacity { events: 1 << 21, bytes: 1 << 28, ..Capacity::default() };
    let ((table, mut screen), (stream, mut log)) = (wire(capacity), wire(capacity));
    let bound = server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let (control, commands) = control().unwrap();
    let publisher = Publisher::new(Instant::now(), Some(table), vec![stream]);
    let config = scan(Duration::from_millis(1));
    let handle = server::start(bound, config, Site::embedded(), publisher, commands).unwrap();
    let clients = [(); 3].map(|()| TcpStream::connect(handle.addr).unwrap());
    let (mut seen, mut logged) = (Vec::new(), Vec::new());
    let read = |subscriber: &mut Subscriber, events: &mut Vec<OwnedEvent>| {
        subscriber.drain(&control, |batch| {
            assert_eq!(batch.lost.all(), 0);
            events.extend(batch.events().map(|event| event.to_owned()));
        })
    };
    let (begin, mut ends) = (Instant::now(), false);
    // Both are read to their ends.
    while read(&mut screen, &mut seen) | read(&mut log, &mut logged) {
        std::thread::sleep(Duration::from_millis(1));
        if begin.elapsed() > Duration::from_millis(500) && !std::mem::replace(&mut ends, true) {
            control.send(Command::Shutdown).unwrap();
        }
    }
    let counters = handle.join().unwrap();
    drop(clients);
    for events in [&seen, &logged] {
        assert!(events.iter().map(|event| event.event.seq).eq(1..=events.len() as u64));
    }
    let is_again =
        |event: &&OwnedEvent| event.event.what.ret().is_some_and(|ret| ret.is_err(Errno::AGAIN));
    assert_eq!(logged.iter().filter(is_again).count() as u64, counters.again);
    let recvs = logged.iter().filter(|event| event.event.what.kind() == Kind::Recv);
    assert_eq!(recvs.count() as u64, counters.calls[Kind::Recv as usize]);
    let folded: usize = seen.iter().map(|event| event.as_ref().folded().count()).sum();
    assert_eq!(seen.len() + folded, logged.len());
    // The rounds in which all three are there, and nobody comes or goes.
    let idle = seen.windows(3).filter(|events| {
        let kinds: Vec<_> = events.iter().map(|event| event.event.what.kind()).collect();
        let asked: Vec<_> = events[2].ready.iter().map(|asked| asked.mask).collect();
        kinds == [Kind::Round, Kind::Nap, Kind::Round] && asked == [Mask::IN; 4]
    });
    assert!(idle.count() > 20, "a round is one event");
}
