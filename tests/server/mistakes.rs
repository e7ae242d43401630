//! What can be done by halves, and the mistakes: each shows its symptom, and only where it should.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::common::{Watched, ask, get, on_each, on_those, read_response, start};
use epollscope::server::{Config, Mistake, Trigger};
use epollscope::telemetry::{Asks, Command, ConnState, Kind, Mask, Row, ServerKind, Setting};

/// Whether it is told of what is ready once only.
fn is_edge(config: &Config) -> bool {
    config.server == ServerKind::EpollEt
        || config.server == ServerKind::Epoll && config.trigger == Trigger::Edge
}

/// Whether a FIN has a bit of its own.
fn has_rdhup(config: &Config) -> bool {
    matches!(config.server, ServerKind::Poll | ServerKind::Epoll | ServerKind::EpollEt)
}

/// Lets the server make some turns: others are served.
fn some_turns(server: &mut Watched) {
    let mut other = server.client();
    for _ in 0..3 {
        assert_eq!(ask(&mut other, "/").0, 200);
    }
    drop(other);
    server.drain();
}

/// A request that takes more than one `recv`; returns the client, whose answer may not come.
fn asks_at_length(server: &mut Watched, first: u64) -> (TcpStream, Row) {
    let mut client = server.client();
    let row = server.row_of(&client);
    client
        .write_all(format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", "x".repeat(40)).as_bytes())
        .unwrap();
    server.until("the first piece", |s| s.table[&row.id].bytes_in >= first);
    (client, row)
}

#[test]
fn an_edge_that_is_not_drained_gets_stuck_and_a_level_goes_on() {
    on_each(|config| {
        let edge = is_edge(&config);
        let small = Config { read_buffer: 32, ..config };
        let no_drain = Config { mistake: Some(Mistake::NoDrain), ..small.clone() };
        for half in [Config { drain: false, ..small.clone() }, no_drain] {
            let mut server = start(half);
            let (mut client, row) = asks_at_length(&mut server, 32);
            if edge {
                let mut quick = server.client();
                // Its own request is two pieces long, so it needs two edges.
                for piece in [&get("/").as_bytes()[..20], &get("/").as_bytes()[20..]] {
                    quick.write_all(piece).unwrap();
                    let got = piece.len() as u64;
                    server.until("a piece", |s| {
                        s.table.values().any(|r| r.id != row.id && r.bytes_in >= got)
                    });
                }
                assert_eq!(read_response(&mut quick).0, 200);
                server.drain();
                let row = server.table[&row.id];
                assert_eq!((row.bytes_in, row.state), (32, ConnState::Reading), "stuck");
                // What comes anew is a new edge, for one more recv.
                client.write_all(b"x").unwrap();
                server.until("one more", |s| s.table[&row.id].bytes_in == 64);
            } else {
                assert_eq!(read_response(&mut client).0, 200);
            }
            server.stop();
        }
        let mut server = start(small);
        let (mut client, _) = asks_at_length(&mut server, 32);
        assert_eq!(read_response(&mut client).0, 200);
        server.stop();
    });
}

#[test]
fn an_edge_after_which_one_is_accepted_leaves_the_others_waiting() {
    on_each(|config| {
        let edge = is_edge(&config);
        for accept_all in [false, true] {
            let mut server = start(Config { accept_all, ..config.clone() });
            server.pause();
            let mut clients = [server.client(), server.client(), server.client()];
            server.send(Command::Run);
            if edge && !accept_all {
                assert_eq!(ask(&mut clients[0], "/").0, 200);
                assert_eq!(ask(&mut clients[0], "/").0, 200);
                server.drain();
                assert_eq!(server.counters.accepted, 1, "the others have no edge");
                let _fourth = server.client();
                assert_eq!(ask(&mut clients[1], "/").0, 200);
                server.until("one for each edge", |s| s.counters.accepted == 2);
            } else {
                server.until("all", |s| s.counters.accepted == 3);
                assert_eq!(ask(&mut clients[2], "/").0, 200);
            }
            server.stop();
        }
    });
}

#[test]
fn one_who_compares_for_equality_never_sees_the_end() {
    on_those(has_rdhup, |config| {
        let spins = !is_edge(&config) && config.trigger != Trigger::Oneshot;
        for mistake in [None, Some(Mistake::CompareEqual)] {
            let mut server = start(Config { mistake, ..config.clone() });
            let mut client = server.client();
            let row = server.row_of(&client);
            assert_eq!(ask(&mut client, "/").0, 200);
            drop(client);
            if mistake.is_none() {
                server.until("the close", |s| s.counters.open() == 0);
                server.stop();
                continue;
            }
            let told = |s: &Watched| {
                let ready = s.events.iter().flat_map(|e| e.ready.iter());
                let end = Mask::IN.with(Mask::RDHUP);
                ready.filter(|r| r.conn == Some(row.id) && r.mask == end).count()
            };
            server.until("the end, told", |s| told(s) >= if spins { 100 } else { 1 });
            some_turns(&mut server);
            assert!(server.table.contains_key(&row.id), "it is never closed");
            if !spins {
                assert_eq!(told(&server), 1);
            }
            server.stop();
        }
    });
}

#[test]
fn what_send_did_not_take_is_lost_if_nobody_looks() {
    const COUNT: usize = 30;
    on_each(|config| {
        let mut whole = 0;
        for mistake in [None, Some(Mistake::IgnorePartialWrite)] {
            let mut server = start(Config { mistake, ..config.clone() });
            let mut client = server.client();
            let row = server.row_of(&client);
            client.write_all(get("/room.png").repeat(COUNT).as_bytes()).unwrap();
            server.until("a full buffer", |s| s.table[&row.id].state == ConnState::Writing);
            let mut reader = client.try_clone().unwrap();
            let reading = std::thread::spawn(move || reader.read_to_end(&mut Vec::new()));
            server.until("the last answer", |s| {
                let row = &s.table[&row.id];
                row.requests == COUNT as u64 && row.state == ConnState::Idle
            });
            let sent = server.table[&row.id].bytes_out;
            if mistake.is_none() {
                whole = sent;
            } else {
                assert!(sent < whole, "{sent} of {whole} bytes");
            }
            server.stop();
            let _ = reading.join().unwrap();
        }
    });
}

#[test]
fn one_that_never_stops_sending_is_served_until_the_operator_says_so() {
    // A budget's calls, twice over and a few more (`tests/server_fair.rs`), a hundred times.
    const CALLS: u64 = 100 * 2 * (16 + 3);
    let loops = |kind: &ServerKind| !matches!(kind.asks(), Asks::Sleeps | Asks::Runtime);
    for kind in ServerKind::ALL.into_iter().filter(loops) {
        let mistake = Some(Mistake::NoBudget);
        let mut server = start(Config { server: kind, mistake, ..Config::default() });
        let mut client = server.client();
        let mut reader = client.try_clone().unwrap();
        let reading = std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 20];
            while let Ok(1..) = reader.read(&mut buffer) {}
        });
        // More to read than to answer: the peer's reading does not hold the server up.
        let head = format!("GET /none HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "x".repeat(4000));
        let text = head.repeat(100);
        let writing =
            std::thread::spawn(move || while client.write_all(text.as_bytes()).is_ok() {});
        // By the totals, which are exact: while no wait returns it is one turn.
        let mut began = (0, 0);
        let mut in_a_row = 0;
        while in_a_row < CALLS {
            server.until("more calls", |s| s.counters.calls_all() > began.1 + in_a_row);
            let now = (server.counters.wakeups, server.counters.calls_all());
            if now.0 != began.0 {
                began = now;
            }
            in_a_row = now.1 - began.1;
        }
        // The operator is heard in the middle of it.
        server.pause();
        let before = server.counters.calls_all();
        server.send(Command::Run);
        server.until("more calls", |s| s.counters.calls_all() > before);
        // Once the mistake is mended the turn ends, though the peer goes on as it did.
        server.send(Command::Set(Setting::Mistake(None)));
        server.until("that it is mended", |s| {
            s.listener.is_some_and(|l| l.options.mistake.is_none())
        });
        let mended = (server.counters.wakeups, server.counters.calls_all());
        server.until("a new turn", |s| s.counters.wakeups > mended.0 + 1);
        let calls = server.counters.calls_all() - mended.1;
        assert!(calls < CALLS, "{kind}: {calls} calls");
        assert_eq!(server.stop().open(), 0, "{kind}");
        writing.join().unwrap();
        reading.join().unwrap();
    }
}

#[test]
fn a_request_that_one_recv_cuts_is_taken_for_a_bad_one() {
    on_each(|config| {
        let long = format!("GET / HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "x".repeat(1500));
        for (mistake, status) in [(None, 200), (Some(Mistake::RecvOnce), 400)] {
            let mut server = start(Config { mistake, ..config.clone() });
            assert_eq!(ask(&mut server.client(), "/").0, 200);
            let mut client = server.client();
            client.write_all(long.as_bytes()).unwrap();
            assert_eq!(read_response(&mut client).0, status);
            server.until("its recv", |s| {
                s.events.iter().any(|e| e.event.what.kind() == Kind::Response)
            });
            server.stop();
        }
    });
}
