//! Fairness: however much the others want, one who wants little is served in between.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;

use common::{ask, get, servers, start_with};
use epollscope::http::Site;
use epollscope::server::Config;
use epollscope::telemetry::{Capacity, Kind, ServerKind};

/// Calls that one connection may get in a turn: its budget (`BUDGET` in `telemetry/options.rs`), a send of
/// what its last `recv` asked for, and OUT asked for and given up; all of it once for its event and
/// once more at the end of the turn, for what that left over.
const CALLS: u32 = 2 * (16 + 3);
/// Requests of the small client to the default server, and to each of the others.
const SMALL: [usize; 2] = [300, 40];

fn read_all(mut socket: TcpStream) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 20];
        let mut all = 0;
        while let Ok(n @ 1..) = socket.read(&mut buffer) {
            all += n as u64;
        }
        all
    })
}

#[test]
fn a_small_request_waits_for_no_more_than_a_budget_of_each_neighbour() {
    // `scan` is told of nobody, so nobody waits from when it was told.
    for config in servers().into_iter().filter(|config| config.server != ServerKind::Scan) {
        println!("{}", common::name(&config));
        waits_for_a_budget(config);
    }
}

fn waits_for_a_budget(config: Config) {
    let small_count = SMALL[usize::from(config.server != ServerKind::default())];
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("index.html"), "small").unwrap();
    std::fs::write(dir.path().join("large.bin"), vec![b'x'; 10_000_000]).unwrap();
    // Everything is to be seen.
    let capacity = Capacity { events: 1 << 21, bytes: 1 << 28, ..Capacity::default() };
    let mut server = start_with(config, Site::open(dir.path()).unwrap(), capacity);
    let mut small = server.client();
    let ours = server.row_of(&small).id;
    let mut neighbours = Vec::new();
    for text in [get("/large.bin").repeat(1000), get("/").repeat(1_000_000)] {
        let mut client = server.client();
        neighbours.push(server.row_of(&client).id);
        let reader = client.try_clone().unwrap();
        drop(read_all(reader));
        std::thread::spawn(move || client.write_all(text.as_bytes()));
    }
    server.until("both are at it", |s| {
        neighbours.iter().all(|id| s.table.get(id).is_some_and(|row| row.bytes_out > 1_000_000))
    });
    server.events.clear();
    for _ in 0..small_count {
        assert_eq!(ask(&mut small, "/").0, 200);
        server.drain();
    }
    server.until("its last request", |s| s.table[&ours].requests == small_count as u64);
    assert_eq!(server.lost.all(), 0, "the stream is whole");

    // How many calls each neighbour got between two wait calls, and before the small one's answer.
    let mut calls = [0; 2];
    let mut moved = [0; 2];
    let mut waiting = false;
    let mut answered = 0;
    for event in &server.events {
        let (conn, kind) = (event.event.conn, event.event.what.kind());
        if kind.is_wait() {
            calls = [0; 2];
            assert!(!waiting, "told in one turn, answered in the same");
            waiting = event.ready.iter().any(|ready| ready.conn == Some(ours));
        } else if conn == Some(ours) && kind == Kind::Send {
            assert!(std::mem::take(&mut waiting), "an answer to what was told");
            answered += 1;
        } else if let Some(i) = neighbours.iter().position(|id| conn == Some(*id))
            && kind.is_call()
        {
            calls[i] += 1;
            assert!(calls[i] <= CALLS, "{} calls of one neighbour in a turn", calls[i]);
            if matches!(kind, Kind::Send | Kind::Sendfile) {
                moved[i] += event.event.what.ret().and_then(|ret| ret.get().ok()).unwrap_or(0);
            }
        }
    }
    assert_eq!(answered, small_count);
    assert!(moved.iter().all(|&bytes| bytes > 1_000_000), "both had plenty to do: {moved:?}");
    server.stop();
}
