//! Many large downloads at once: what each may send in one turn is a share of what a turn may send,
//! so that whoever else is ready waits for a short turn only.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;

use common::{get, servers, start_with};
use epollscope::http::Site;
use epollscope::server::Config;
use epollscope::telemetry::{Capacity, Command, ConnId, Kind, ServerKind};

const MANY: usize = 128;
/// Bytes of the file.
const SIZE: u64 = 4 << 20;
/// Bytes that all connections together may send in a turn (`BYTES` in `floor/budget.rs`); each has
/// an equal share, once for its event and once more at the end of the turn.
const TURN: u64 = 32 << 20;
/// Beside it: the head of an answer.
const HEAD: u64 = 1024;

#[test]
fn each_of_many_sends_its_share_of_a_turn() {
    let coroutines = Config { server: ServerKind::Coroutines, ..Config::default() };
    for config in servers().into_iter().chain([coroutines]) {
        println!("{}", common::name(&config));
        sends_its_share(config);
    }
}

fn sends_its_share(config: Config) {
    // Tasks run without a wait between them that could be told.
    let has_turns = config.server != ServerKind::Coroutines;
    let dir = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(dir.path().join("large.bin")).unwrap();
    file.set_len(SIZE).unwrap();
    // Everything is to be seen.
    let capacity = Capacity { events: 1 << 21, ..Capacity::default() };
    let mut server = start_with(config, Site::open(dir.path()).unwrap(), capacity);
    let mut clients: Vec<TcpStream> = (0..MANY).map(|_| server.client()).collect();
    server.until("all are in the table", |s| s.table.len() == MANY);
    server.pause();
    for client in &mut clients {
        client.write_all(get("/large.bin").as_bytes()).unwrap();
    }
    server.send(Command::Run);
    let readers: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            std::thread::Builder::new()
                .stack_size(64 * 1024)
                .spawn(move || {
                    let mut all = 0;
                    let mut buffer = vec![0; 64 * 1024];
                    while all < SIZE {
                        all += client.read(&mut buffer).unwrap() as u64;
                    }
                })
                .unwrap()
        })
        .collect();
    for reader in readers {
        reader.join().unwrap();
    }
    server.until("all is told", |s| s.counters.bytes_out >= MANY as u64 * SIZE);
    assert_eq!(server.lost.all(), 0, "the stream is whole");

    let share = 2 * TURN / MANY as u64 + HEAD;
    let mut turn: BTreeMap<ConnId, u64> = BTreeMap::new();
    let (mut last, mut yielded) = (None, BTreeSet::new());
    for event in &server.events {
        let (what, Some(conn)) = (event.event.what, event.event.conn) else {
            if event.event.what.kind().is_wait() || event.event.what.kind() == Kind::Round {
                turn.clear();
            }
            continue;
        };
        if !what.kind().is_call() {
            continue;
        }
        if !has_turns && last.replace(conn) != Some(conn) {
            // All were ready at the beginning, so each let the others go on after its first share.
            yielded.extend(turn.keys().copied());
            turn.clear();
        }
        if matches!(what.kind(), Kind::Send | Kind::Sendfile) && !yielded.contains(&conn) {
            let sent = turn.entry(conn).or_default();
            *sent += what.ret().and_then(|ret| ret.get().ok()).unwrap_or(0);
            assert!(*sent <= share, "{sent} bytes of one in a turn, not {share}");
        }
    }
    server.stop();
}
