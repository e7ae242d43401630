//! Time limits: who is slow, in whatever way, is ended by the limit for it, and nobody else is.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::{
    LIMIT, Watched, ask, get, on_all, on_each, read_response, servers, start, start_with, with,
};
use epollscope::http::Site;
use epollscope::server::Config;
use epollscope::telemetry::{Capacity, Command, ConnState, ServerKind, Stance, What, Why};

/// The limit under test; the others are out of the way.
const SHORT: Duration = Duration::from_secs(1);
/// How often a slow one sends a byte.
const PACE: Duration = Duration::from_millis(100);
/// A limit that the test itself has to keep, also on a busy machine.
const ROOM: Duration = Duration::from_secs(2);

fn limits(config: &Config) -> Config {
    let long = Some(LIMIT);
    Config {
        idle_timeout: long,
        header_timeout: long,
        body_timeout: long,
        write_timeout: long,
        ..config.clone()
    }
}

/// Sends a byte at a time until something comes back or the server has had enough.
fn trickle(client: &mut TcpStream, bytes: impl Iterator<Item = u8>) {
    client.set_read_timeout(Some(PACE)).unwrap();
    for byte in bytes {
        if client.write_all(&[byte]).is_err() || client.peek(&mut [0]).is_ok() {
            break;
        }
    }
    client.set_read_timeout(Some(LIMIT)).unwrap();
}

/// One limit is short, for the server and for its worker processes.
fn short(which: &str, config: &Config) -> Config {
    let worker = with(config.server, &[&format!("--{which}-timeout"), "1"]).worker;
    let mut config = Config { worker, ..limits(config) };
    *match which {
        "idle" => &mut config.idle_timeout,
        "header" => &mut config.header_timeout,
        "body" => &mut config.body_timeout,
        _ => &mut config.write_timeout,
    } = Some(SHORT);
    config
}

/// Runs a test over the three whose calls sleep, at once.
fn on_those_that_sleep(test: impl Fn(ServerKind) + Sync) {
    std::thread::scope(|scope| {
        for kind in [ServerKind::Blocking, ServerKind::Threads, ServerKind::Processes] {
            let test = &test;
            std::thread::Builder::new()
                .name(kind.name().into())
                .spawn_scoped(scope, move || test(kind))
                .unwrap();
        }
    });
}

#[track_caller]
fn ended(server: &mut Watched, why: Why) {
    server.ended(why);
    assert_eq!(server.counters.closed[why as usize], 1);
}

#[test]
fn one_who_says_nothing_is_closed_in_time() {
    on_all(|config| {
        let mut server = start(short("idle", &config));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        ended(&mut server, Why::IdleTimeout);
        server.stop();
    });
}

#[test]
fn a_head_that_comes_too_slowly_is_answered_with_408() {
    on_all(|config| {
        let mut server = start(short("header", &config));
        let mut client = server.client();
        // A request before it does not count.
        assert_eq!(ask(&mut client, "/").0, 200);
        let begin = Instant::now();
        trickle(&mut client, get("/").bytes().take(30).chain(std::iter::repeat(b'x')));
        assert_eq!(read_response(&mut client).0, 408);
        assert!(begin.elapsed() >= SHORT);
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        drop(client);
        ended(&mut server, Why::HeaderTimeout);
        server.stop();
    });
}

#[test]
fn the_limit_of_a_head_counts_from_its_first_byte() {
    on_each(|config| {
        let server = start(Config { header_timeout: Some(ROOM), ..limits(&config) });
        let mut client = server.client();
        let (first, second) = (get("/"), get("/"));
        let (head, tail) = second.split_at(10);
        let begin = Instant::now();
        while begin.elapsed() < ROOM * 3 / 2 {
            // In every round one request ends and the next begins: each has its own time.
            client.write_all((first.clone() + head).as_bytes()).unwrap();
            assert_eq!(read_response(&mut client).0, 200);
            client.set_read_timeout(Some(PACE)).unwrap();
            assert!(client.read(&mut [0]).is_err_and(|e| e.kind() == ErrorKind::WouldBlock));
            client.set_read_timeout(Some(LIMIT)).unwrap();
            client.write_all(tail.as_bytes()).unwrap();
            assert_eq!(read_response(&mut client).0, 200);
        }
        // Between requests there is only the idle limit.
        client.set_read_timeout(Some(ROOM * 3 / 2)).unwrap();
        assert!(client.read(&mut [0]).is_err_and(|e| e.kind() == ErrorKind::WouldBlock));
        client.set_read_timeout(Some(LIMIT)).unwrap();
        assert_eq!(ask(&mut client, "/").0, 200);
        assert_eq!(server.stop().closed[Why::HeaderTimeout as usize], 0);
    });
}

#[test]
fn a_body_that_comes_too_slowly_ends_its_connection() {
    on_all(|config| {
        let mut server = start(short("body", &config));
        let mut client = server.client();
        client.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n").unwrap();
        assert_eq!(read_response(&mut client).0, 405);
        let begin = Instant::now();
        trickle(&mut client, std::iter::repeat(b'x'));
        assert!(begin.elapsed() + PACE >= SHORT);
        assert_eq!(client.read(&mut [0]).unwrap(), 0, "FIN, not RST");
        drop(client);
        ended(&mut server, Why::BodyTimeout);
        server.stop();
    });
}

#[test]
fn one_who_does_not_take_the_answer_is_reset() {
    let readiness: Vec<ServerKind> = servers().iter().map(|config| config.server).collect();
    on_all(|config| {
        let asks_for_out = readiness.contains(&config.server);
        let mut server = start(short("write", &config));
        let mut client = server.client();
        client.write_all(get("/room.png").repeat(30).as_bytes()).unwrap();
        let row = server.row_of(&client);
        server.until("a full buffer", |s| {
            s.gone.iter().chain(s.table.get(&row.id)).any(|row| {
                let out = row.interest.to_string().contains("OUT");
                row.state == ConnState::Writing && (out || !asks_for_out)
            })
        });
        ended(&mut server, Why::WriteTimeout);
        let reset = |what| matches!(what, What::Setsockopt { name: "SO_LINGER", .. });
        let resets = server.events.iter().filter(|e| reset(e.event.what));
        assert_eq!(resets.count(), 1, "what was queued in the kernel is thrown away");
        let error = client.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        server.stop();
    });
}

#[test]
fn one_who_takes_nothing_is_reset_in_time_whichever_call_sleeps() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("large.bin"), vec![b'x'; 20_000_000]).unwrap();
    let flags = ["--write-timeout", "2", root.path().to_str().unwrap()];
    on_those_that_sleep(|kind| {
        let config = Config { write_timeout: Some(ROOM), ..with(kind, &flags) };
        let site = Site::open(root.path()).unwrap();
        let mut server = start_with(config, site, Capacity::default());
        let mut client = server.client();
        let begin = Instant::now();
        client.write_all(get("/large.bin").as_bytes()).unwrap();
        ended(&mut server, Why::WriteTimeout);
        let took = begin.elapsed();
        println!("{kind}: {took:?}");
        assert!(ROOM <= took && took < 2 * ROOM, "{took:?}");
        server.stop();
    });
}

#[test]
fn one_who_takes_the_answer_slowly_but_steadily_gets_it_whole() {
    on_all(|config| {
        let worker = with(config.server, &["--write-timeout", "2"]).worker;
        let config = Config { write_timeout: Some(ROOM), worker, ..limits(&config) };
        let mut server = start(config);
        let mut client = server.client();
        client.write_all(get("/room.png").repeat(12).as_bytes()).unwrap();
        let row = server.row_of(&client);
        server.until("a full buffer", |s| s.table[&row.id].state == ConnState::Writing);
        let begin = Instant::now();
        for _ in 0..12 {
            assert_eq!(read_response(&mut client).0, 200);
            // Reads the next in good time, but not at once.
            let next = begin.elapsed() + 2 * PACE;
            server.until("the next round", |_| begin.elapsed() >= next);
        }
        assert!(begin.elapsed() > ROOM, "longer than the limit in all");
        assert_eq!(server.stop().closed[Why::WriteTimeout as usize], 0);
    });
}

#[test]
fn no_limit_is_counted_while_the_loop_stands() {
    on_each(|config| {
        let limit = Some(ROOM);
        let mut server =
            start(Config { header_timeout: limit, idle_timeout: limit, ..limits(&config) });
        let (mut silent, mut partial) = (server.client(), server.client());
        server.row_of(&silent);
        let (head, tail) = ("GET / HTTP/1.1\r\n", "Host: x\r\n\r\n");
        partial.write_all(head.as_bytes()).unwrap();
        let row = server.row_of(&partial);
        server.until("the first piece", |s| s.table[&row.id].state == ConnState::Reading);
        server.send(Command::Pause);
        let begin = Instant::now();
        server.until("a long pause", |s| {
            matches!(s.standing.stance, Stance::Held(_)) && begin.elapsed() > ROOM * 3 / 2
        });
        partial.write_all(tail.as_bytes()).unwrap();
        server.send(Command::Run);
        assert_eq!(read_response(&mut partial).0, 200);
        assert_eq!(ask(&mut silent, "/").0, 200);
        server.stop();
    });
}

#[test]
fn without_limits_nobody_is_ended() {
    on_each(|config| {
        // `scan` has no waker.
        let woken = u64::from(config.server != ServerKind::Scan);
        let none = None;
        let config = Config {
            idle_timeout: none,
            header_timeout: none,
            body_timeout: none,
            ..limits(&config)
        };
        let server = start(Config { write_timeout: none, ..config });
        let mut client = server.client();
        trickle(&mut client, get("/").bytes().take(12));
        client.write_all(&get("/").as_bytes()[12..]).unwrap();
        assert_eq!(read_response(&mut client).0, 200);
        assert_eq!(
            server.stop().own_wakeups,
            woken,
            "nobody waits for a time, and the shutdown wakes"
        );
    });
}
