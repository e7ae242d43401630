//! `scan`: what a round is, and that it hears of everything though nobody tells it.

mod common;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

use common::{ask, get, read_response, start, start_with};
use epollscope::http::Site;
use epollscope::server::Config;
use epollscope::telemetry::{Capacity, Command, Kind, ServerKind, Step, What};

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
            if whole {
                assert_eq!(made, 3 + u64::from(!nap.is_zero()), "the nap, and one for each fd");
                assert_eq!(asked.collect::<Vec<_>>(), [3]);
            }
        }
        server.stop();
    }
}
