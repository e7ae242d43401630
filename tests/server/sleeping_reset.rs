//! Whoever is dropped gets a FIN, and whoever is reset a RST, at once, whatever the server's thread
//! or process does with the connection just then.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::common::{LIMIT, Watched, ask, get, start, with};
use epollscope::server::{Config, Routes};
use epollscope::telemetry::{Command, ConnState, Kind, Row, ServerKind, Why};

const ALL: [ServerKind; 3] = [ServerKind::Blocking, ServerKind::Threads, ServerKind::Processes];

/// Waits until a client's connection sleeps in a call that sends because the client does not read:
/// neither end's kernel has taken anything for a while.
fn until_stuck(server: &mut Watched, client: &TcpStream) -> Row {
    let id = server.until_within(client, &[Kind::Send, Kind::Sendfile]);
    let (mut last, mut same) = (None, 0);
    server.until("a full buffer", |s| {
        let row = &s.table[&id];
        let sends = matches!(row.within, Some(Kind::Send | Kind::Sendfile));
        let now = (row.bytes_out, rustix::io::ioctl_fionread(client).unwrap());
        same = if sends && last == Some(now) { same + 1 } else { 0 };
        last = Some(now);
        same > 200
    });
    server.table[&id]
}

#[test]
fn one_that_sleeps_because_nobody_reads_is_dropped_and_reset_too() {
    let large = get("/room.png").repeat(100);
    for kind in ALL {
        for reset in [false, true] {
            let mut server = start(with(kind, &[]));
            let mut client = server.client();
            client.write_all(large.as_bytes()).unwrap();
            let row = until_stuck(&mut server, &client);
            assert_eq!(row.state, ConnState::Writing);
            server.send(if reset { Command::Reset(row.id) } else { Command::Drop(row.id) });
            server.until("the end", |s| s.counters.open() == 0);
            let end = client.read_to_end(&mut Vec::new());
            if reset {
                assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset, "{kind}");
            } else {
                assert!(end.unwrap() > 0, "{kind}");
            }
            server.ended(if reset { Why::Reset } else { Why::Dropped });
            server.stop();
        }
    }
}

#[test]
fn drop_sends_a_fin_and_reset_a_reset_to_one_that_sleeps() {
    for kind in ALL {
        let mut server = start(with(kind, &[]));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        server.until_within(&client, &[Kind::Recv]);
        let id = server.row_of(&client).id;
        server.send(Command::Drop(id));
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        server.ended(Why::Dropped);
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        server.until_within(&client, &[Kind::Recv]);
        let id = server.row_of(&client).id;
        server.send(Command::Reset(id));
        let error = client.read(&mut [0]).expect_err("a reset");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{kind}");
        server.ended(Why::Reset);
        server.stop();
    }
}

/// Waits for the reset without reading: reading would let a sleeping `send` go on.
#[track_caller]
fn until_reset(client: &TcpStream, when: &str) {
    let begin = Instant::now();
    loop {
        match rustix::net::sockopt::socket_error(client).unwrap() {
            Ok(()) => assert!(begin.elapsed() < LIMIT, "no reset {when}"),
            Err(errno) => return assert_eq!(errno, rustix::io::Errno::CONNRESET, "{when}"),
        }
        std::thread::sleep(Duration::from_micros(100));
    }
}

#[test]
fn a_reset_waits_for_no_handler_and_for_none_of_its_answers() {
    for kind in ALL {
        let routes = Routes { slow: true, ..Routes::default() };
        let mut server = start(Config { routes, ..with(kind, &["--demo-routes"]) });
        let mut client = server.client();
        let asked = get("/slow?ms=2000") + &get("/room.png").repeat(100);
        client.write_all(asked.as_bytes()).unwrap();
        let id = server.until_within(&client, &[Kind::Handler]);
        server.send(Command::Reset(id));
        let error = client.read(&mut [0]).expect_err("a reset, and no answer before it");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{kind}");
        server.ended(Why::Reset);
        server.stop();
    }
}

#[test]
fn a_reset_arrives_whatever_the_server_does_with_the_client_just_then() {
    const ROUNDS: u32 = 240;
    let large = get("/room.png").repeat(100);
    for kind in ALL {
        let mut server = start(with(kind, &[]));
        for round in 0..ROUNDS {
            let mut client = server.client();
            let id = server.until_within(&client, &[Kind::Recv]);
            // From its sleep in recv over the answers to its sleep in send, and some more of each.
            if round % 8 != 0 {
                client.write_all(large.as_bytes()).unwrap();
            }
            let begin = Instant::now();
            while begin.elapsed() < Duration::from_micros(50) * (round % 80) {
                std::hint::spin_loop();
            }
            server.send(Command::Reset(id));
            until_reset(&client, &format!("in round {round} of {kind}"));
            server.ended(Why::Reset);
            server.events.clear();
        }
        assert_eq!(server.counters.closed[Why::Reset as usize], u64::from(ROUNDS));
        server.stop();
    }
}
