//! How long requests take, as the server tells it: from when it was told of them to the call that
//! sent the last byte of their answers.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::common::{
    Watched, all_servers, ask, get, on_all, read_response, start, start_with, with,
};
use epollscope::dashboard::state::latency::Latencies;
use epollscope::http::Site;
use epollscope::server::{Config, Routes};
use epollscope::telemetry::{Capacity, Command, Kind, Next, ServerKind, Stance};

const MS: u64 = 1_000_000;
/// More than the kernel takes of an answer that nobody reads.
const BIG: usize = 64 << 20;

fn slow(config: &Config) -> Watched {
    let routes = Routes { slow: true, ..Routes::default() };
    let worker = with(config.server, &["--demo-routes"]).worker;
    start(Config { routes, worker, ..config.clone() })
}

fn answers(server: &Watched) -> u64 {
    server.latencies.iter().map(|latency| u64::from(latency.answers)).sum()
}

#[track_caller]
fn until_answers(server: &mut Watched, count: u64) {
    server.until("all are answered", |s| answers(s) >= count);
    assert_eq!(answers(server), count);
    assert_eq!(server.lost.answers, 0);
}

fn latencies(server: &Watched) -> Latencies {
    let mut all = Latencies::default();
    server.latencies.iter().for_each(|latency| all.record(latency.took, latency.answers));
    all
}

#[test]
fn a_handler_on_the_servers_thread_is_in_the_latency() {
    on_all(|config| {
        let kind = config.server;
        let mut server = slow(&config);
        let mut client = server.client();
        let begin = Instant::now();
        for _ in 0..20 {
            assert_eq!(ask(&mut client, "/slow?ms=50").0, 200);
        }
        until_answers(&mut server, 20);
        let all = u64::try_from(begin.elapsed().as_nanos()).unwrap();
        let p50 = latencies(&server).p50().unwrap();
        // To a hundredth.
        assert!(p50 >= 50 * MS - 50 * MS / 100, "{p50}");
        let sum: u64 = server.latencies.iter().map(|latency| latency.took).sum();
        assert!(sum <= all, "{sum} of {all}");
        assert!(server.latencies.iter().all(|latency| latency.server == kind));
        server.stop();
    });
}

#[test]
fn each_request_is_told_once_and_takes_no_longer_than_it_could() {
    on_all(|config| {
        let mut server = slow(&config);
        let mut client = server.client();
        for n in 1..=100 {
            let begin = Instant::now();
            assert_eq!(ask(&mut client, "/style.css").0, 200);
            until_answers(&mut server, n);
            let waited = u64::try_from(begin.elapsed().as_nanos()).unwrap();
            let latency = server.latencies.last().unwrap();
            assert_eq!(latency.answers, 1);
            assert!((1..=waited).contains(&latency.took), "{latency:?} of {waited}");
        }
        server.stop();
    });
}

/// Requests in one piece are told of at once; what waits behind a handler waits.
#[test]
fn pipelined_requests_are_told_of_together() {
    on_all(|config| {
        let mut server = slow(&config);
        let mut client = server.client();
        let all = [get("/style.css"), get("/slow?ms=50"), get("/style.css"), get("/none")];
        client.write_all(all.concat().as_bytes()).unwrap();
        for status in [200, 200, 200, 404] {
            assert_eq!(read_response(&mut client).0, status);
        }
        until_answers(&mut server, 4);
        let late: u32 = server
            .latencies
            .iter()
            .filter(|latency| latency.took >= 50 * MS)
            .map(|latency| latency.answers)
            .sum();
        assert!((3..=4).contains(&late), "{:?}", server.latencies);
        server.stop();
    });
}

/// An answer that the client takes slowly is answered when the kernel has its last byte.
#[test]
fn an_answer_in_pieces_takes_until_its_last() {
    let dir = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(dir.path().join("big.bin")).unwrap();
    file.set_len(BIG as u64).unwrap();
    for config in all_servers() {
        if config.server == ServerKind::Processes {
            // Its worker opens the folder by an option.
            continue;
        }
        let site = Site::open(dir.path()).unwrap();
        let mut server = start_with(config, site, Capacity::default());
        let mut client = server.client();
        client.write_all(get("/big.bin").as_bytes()).unwrap();
        let requested = |s: &Watched| s.table.values().any(|row| row.requests == 1);
        server.until("it is requested", requested);
        let begin = Instant::now();
        server.until("a while", |_| begin.elapsed() >= Duration::from_millis(50));
        assert_eq!(answers(&server), 0);
        // What is promised and not sent is in its row, exactly.
        let row = *server.table.values().next().unwrap();
        let (sent, all) = row.progress().unwrap();
        assert!(all > BIG as u64 && all < BIG as u64 + 1000, "{row:?}");
        assert_eq!(sent, row.bytes_out, "{row:?}");
        assert_eq!(read_response(&mut client).1.len(), BIG);
        until_answers(&mut server, 1);
        assert!(server.latencies[0].took >= 50 * MS, "{:?}", server.latencies);
        server.until("all is sent", |s| s.table.values().all(|row| row.progress().is_none()));
        server.stop();
    }
}

/// Of a request during which the operator held the loop nothing is told: it is not the server's.
#[test]
fn what_was_held_has_no_latency() {
    let mut server = slow(&Config { server: ServerKind::Epoll, ..Config::default() });
    let mut client = server.client();
    server.until("it is in the table", |s| s.table.len() == 1);
    server.pause();
    client.write_all(get("/none").as_bytes()).unwrap();
    while !matches!(server.standing.stance, Stance::Held(Next { kind: Kind::Send, .. })) {
        server.step();
    }
    server.send(Command::Run);
    assert_eq!(read_response(&mut client).0, 404);
    assert_eq!(ask(&mut client, "/none").0, 404);
    until_answers(&mut server, 1);
    assert_eq!(server.counters.requests, 2);
    server.stop();
}
