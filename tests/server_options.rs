//! What can be limited and switched, and what is bounded without being asked for.

mod common;

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::time::{Duration, Instant};

use common::{LIMIT, Watched, ask, get, on_each, on_many, read_response, start, start_with};
use epollscope::http::{Limits, Site};
use epollscope::server::{Config, Routes};
use epollscope::telemetry::{Capacity, Command, ConnState, Kind, OwnedEvent, Stance, What, Why};

/// A client with an address of its own, which on Linux may be any that begins with 127.
fn client_from(server: &Watched, last: u8) -> TcpStream {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, socket_with};
    let flags = SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None).unwrap();
    bind(&socket, &SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, last), 0)).unwrap();
    let SocketAddr::V4(addr) = server.addr else { panic!("the tests listen on 127.0.0.1") };
    connect(&socket, &addr).unwrap();
    let client = TcpStream::from(socket);
    client.set_read_timeout(Some(LIMIT)).unwrap();
    client
}

#[test]
fn one_address_may_have_so_many_connections_and_another_one_too() {
    on_many(|config| {
        let mut server = start(Config { max_per_address: 2, ..config });
        let mut two = [client_from(&server, 1), client_from(&server, 1)];
        server.until("two", |s| s.table.len() == 2);
        let mut third = client_from(&server, 1);
        assert_eq!(read_response(&mut third).0, 503);
        assert_eq!(third.read(&mut [0]).unwrap(), 0);
        assert_eq!(ask(&mut client_from(&server, 2), "/").0, 200);
        for client in &mut two {
            assert_eq!(ask(client, "/").0, 200);
        }
        drop((third, two));
        server.until("all are gone", |s| s.counters.open() == 0);
        assert_eq!(ask(&mut client_from(&server, 1), "/").0, 200);
        let counters = server.stop();
        assert_eq!((counters.refused, counters.closed[Why::OverLimit as usize]), (1, 1));
    });
}

#[test]
fn what_is_over_a_limit_gets_its_answer() {
    on_each(|config| {
        let limits = Limits { head_bytes: 200, headers: 3, body_bytes: 100, ..Limits::default() };
        let mut server = start(Config { limits, ..config });
        let host = "Host: x\r\n";
        let post = |length| format!("POST / HTTP/1.1\r\n{host}Content-Length: {length}\r\n\r\n");
        let within = [
            (format!("GET / HTTP/1.1\r\n{host}A: 1\r\nB: 2\r\n\r\n"), 200),
            (format!("GET / HTTP/1.1\r\n{host}A: {}\r\n\r\n", "x".repeat(150)), 200),
            (post(100) + &"x".repeat(100), 405),
        ];
        let mut client = server.client();
        for (text, status) in &within {
            client.write_all(text.as_bytes()).unwrap();
            assert_eq!(read_response(&mut client).0, *status, "{text}");
        }
        assert_eq!(ask(&mut client, "/").0, 200);
        drop(client);
        let over = [
            (format!("GET / HTTP/1.1\r\n{host}A: 1\r\nB: 2\r\nC: 3\r\n\r\n"), 431),
            (format!("GET / HTTP/1.1\r\n{host}A: {}\r\n\r\n", "x".repeat(250)), 431),
            // Refused before its end has come.
            (format!("GET / HTTP/1.1\r\n{host}A: {}", "x".repeat(250)), 431),
            (post(101), 413),
        ];
        for (text, status) in &over {
            let mut client = server.client();
            client.write_all(text.as_bytes()).unwrap();
            assert_eq!(read_response(&mut client).0, *status, "{text}");
            assert_eq!(client.read(&mut [0]).unwrap(), 0, "and is closed");
        }
        server.until("the end", |s| s.counters.open() == 0);
        assert_eq!(server.stop().closed[Why::BadRequest as usize], over.len() as u64);
    });
}

#[test]
fn however_much_is_pipelined_little_is_kept() {
    on_each(|config| {
        // More than one recv brings, and more answers than the kernel takes.
        const COUNT: usize = 3000;
        let mut server = start(config);
        let mut client = server.client();
        let answer = {
            let mut one = server.client();
            let row = server.row_of(&one);
            assert_eq!(ask(&mut one, "/").0, 200);
            server.until("one answer", |s| s.table[&row.id].requests == 1);
            server.table[&row.id].bytes_out
        };
        let row = server.row_of(&client);
        client.write_all(get("/").repeat(COUNT).as_bytes()).unwrap();
        server
            .until("answers that are not taken", |s| s.table[&row.id].state == ConnState::Writing);
        let row = server.table[&row.id];
        assert!(row.requests > 100);
        let request = get("/").len() as u64;
        let unanswered = row.bytes_in - row.requests * request;
        assert!(unanswered <= 64 * 1024 + 16 * 1024, "{unanswered} bytes of input are kept");
        let unsent = row.requests * answer - row.bytes_out;
        assert!(unsent <= 64 * 1024 + answer, "{unsent} bytes of output are kept");
        // Nothing of it is lost.
        for _ in 0..COUNT {
            assert_eq!(read_response(&mut client).0, 200);
        }
        server.stop();
    });
}

#[test]
fn without_keep_alive_each_connection_gets_one_answer() {
    on_each(|config| {
        let mut server = start(Config { keep_alive: false, ..config });
        for target in ["/", "/missing"] {
            let mut client = server.client();
            client.write_all(get(target).repeat(2).as_bytes()).unwrap();
            let mut text = String::new();
            client.read_to_string(&mut text).unwrap();
            assert_eq!(text.matches("\r\nServer: ").count(), 1, "{text}");
            assert!(text.contains("\r\nConnection: close\r\n"), "{text}");
        }
        server.until("the end", |s| s.counters.open() == 0);
        assert_eq!(server.stop().closed[Why::Answered as usize], 2);
    });
}

#[test]
fn a_small_read_buffer_means_many_calls_and_the_same_answers() {
    on_each(|config| {
        let mut server = start(Config { read_buffer: 7, ..config });
        let mut client = server.client();
        client.write_all(get("/").repeat(30).as_bytes()).unwrap();
        for _ in 0..30 {
            assert_eq!(read_response(&mut client).0, 200);
        }
        server.until("its events", |s| s.counters.requests == 30);
        let brought = |e: &OwnedEvent| match e.event.what {
            What::Recv { ret } => ret.get().ok(),
            _ => None,
        };
        let brought: Vec<u64> = server.events.iter().filter_map(brought).collect();
        assert!(brought.iter().all(|&n| n <= 7));
        assert!(brought.len() >= 30 * get("/").len() / 7);
        server.stop();
    });
}

#[test]
fn nodelay_is_a_call_of_the_loop() {
    for nodelay in [true, false] {
        let mut server = start(Config { nodelay, ..Config::default() });
        assert_eq!(ask(&mut server.client(), "/").0, 200);
        server.until("an answer", |s| s.counters.requests == 1);
        let set = |e: &OwnedEvent| matches!(e.event.what, What::Setsockopt { name: "TCP_NODELAY", ret } if ret.get() == Ok(0));
        assert_eq!(server.events.iter().any(set), nodelay);
        assert_eq!(server.events[0].event.what.kind() == Kind::Setsockopt, nodelay);
        server.stop();
    }
}

#[test]
fn a_slow_handler_holds_every_loop() {
    on_each(|config| {
        let routes = Routes { slow: true, ..Routes::default() };
        let mut server = start(Config { routes, ..config });
        let (mut slow, mut quick) = (server.client(), server.client());
        server.until("both", |s| s.table.len() == 2);
        slow.write_all(get("/slow?ms=2000").as_bytes()).unwrap();
        server.until("the handler", |s| matches!(s.standing.stance, Stance::Handling(_)));
        let begin = Instant::now();
        assert_eq!(ask(&mut quick, "/").0, 200);
        assert!(begin.elapsed() > Duration::from_millis(100), "{:?}", begin.elapsed());
        assert_eq!(read_response(&mut slow).0, 200);
        server.until("both", |s| s.counters.requests == 2);
        let of_handler =
            |e: &&OwnedEvent| matches!(e.event.what.kind(), Kind::Handler | Kind::Handled);
        let seq: Vec<u64> = server.events.iter().filter(of_handler).map(|e| e.event.seq).collect();
        assert_eq!(seq[1], seq[0] + 1, "nothing else was done meanwhile");
        server.stop();
    });
}

/// Whether the head of an answer of that length is on its way while the loop stands before its body.
fn head_goes_alone(cork: bool, length: u64) -> bool {
    let config = Config { cork, ..Config::default() };
    let root = tempfile::tempdir().unwrap();
    let file = File::create(root.path().join("body")).unwrap();
    file.set_len(length).unwrap();
    let site = Site::open(root.path()).unwrap();
    let mut server = start_with(config, site, Capacity::default());
    let mut client = server.client();
    let row = server.row_of(&client);
    server.pause();
    client.write_all(get("/body").as_bytes()).unwrap();
    while server.table[&row.id].bytes_out == 0 {
        server.step();
    }
    assert!(server.table[&row.id].bytes_out < 1000, "only the head");
    // What is sent at once may still take a moment; what waits is kept back for 200 ms.
    client.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let here = match client.peek(&mut [0]) {
        Ok(n) => n == 1,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            false
        }
    };
    client.set_read_timeout(Some(LIMIT)).unwrap();
    server.send(Command::Run);
    assert_eq!(read_response(&mut client).0, 200);
    server.stop();
    here
}

#[test]
fn corked_the_head_waits_for_the_body() {
    let (short, long) = (500_000, (2 << 20) + 1);
    // A busy machine may be late.
    let shown = |cork, length, alone| (0..10).any(|_| head_goes_alone(cork, length) == alone);
    assert!(shown(false, short, true));
    assert!(shown(true, short, false));
    assert!(shown(true, long, true), "it is no segment's worth");
}
