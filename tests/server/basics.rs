//! The server over real sockets: what clients get, and what the reader is told of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::common::{
    self, ask, get, on_all, on_each, on_many, on_those, read_response, start, start_with,
};
use epollscope::http::Site;
use epollscope::server::{Config, Protocol, Trigger};
use epollscope::telemetry::{
    Capacity, Command, ConnState, Errno, Kind, Mask, Mode, Row, ServerKind, Stance, Why,
};

fn why(rows: &[Row], client: &TcpStream) -> Option<Why> {
    let peer = client.local_addr().unwrap();
    rows.iter().find(|row| row.peer == peer).and_then(|row| row.why)
}

#[test]
fn one_connection_serves_many_requests_and_its_row_counts_them() {
    on_each(|config| {
        let interest = match (config.server, config.trigger) {
            (ServerKind::EpollEt, _) | (ServerKind::Epoll, Trigger::Edge) => "IN|RDHUP|ET",
            (ServerKind::Epoll, Trigger::Oneshot) => "IN|RDHUP|ONESHOT",
            (ServerKind::Epoll | ServerKind::Poll, _) => "IN|RDHUP",
            _ => "IN",
        };
        let mut server = start(config);
        let mut client = server.client();
        let mut bytes = 0;
        for _ in 0..3 {
            let (status, body) = ask(&mut client, "/");
            assert_eq!(status, 200);
            bytes += body.len() as u64;
        }
        server.until("three requests", |s| s.counters.requests == 3);
        let row = server.row_of(&client);
        assert_eq!(row.requests, 3);
        assert_eq!(row.state, ConnState::Idle);
        assert_eq!(row.bytes_in, 3 * get("/").len() as u64);
        assert!(row.bytes_out > bytes);
        assert_eq!(row.interest.to_string(), interest);
        drop(client);
        server.until("the close", |s| s.counters.open() == 0);
        assert_eq!(server.gone[0].why, Some(Why::PeerClosed));
        assert_eq!(server.stop().responses[2], 3);
    });
}

#[test]
fn a_request_may_arrive_in_any_pieces() {
    on_all(|config| {
        let mut server = start(config);
        let mut client = server.client();
        client.set_nodelay(true).unwrap();
        for byte in get("/").bytes() {
            client.write_all(&[byte]).unwrap();
        }
        assert_eq!(read_response(&mut client).0, 200);
        let two = get("/") + &get("/");
        for cut in [1, get("/").len() - 1, get("/").len(), get("/").len() + 1] {
            client.write_all(&two.as_bytes()[..cut]).unwrap();
            server.until("the first piece", |s| {
                s.table.values().any(|row| {
                    row.bytes_in % two.len() as u64
                        == (get("/").len() + cut) as u64 % two.len() as u64
                })
            });
            client.write_all(&two.as_bytes()[cut..]).unwrap();
            assert_eq!(read_response(&mut client).0, 200);
            assert_eq!(read_response(&mut client).0, 200);
        }
        server.stop();
    });
}

#[test]
fn pipelined_requests_are_all_answered_also_when_the_peer_has_closed_its_half() {
    const COUNT: u32 = 500;
    on_all(|config| {
        let mut server = start(config);
        let mut client = server.client();
        client.write_all(get("/").repeat(COUNT as usize).as_bytes()).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        for _ in 0..COUNT {
            assert_eq!(read_response(&mut client).0, 200);
        }
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        server.until("the end", |s| !s.gone.is_empty());
        let row = server.gone[0];
        assert_eq!((row.requests, row.half_closed), (COUNT.into(), true));
        server.ended(Why::PeerClosed);
        let counters = server.stop();
        assert_eq!(counters.requests, u64::from(COUNT));
        assert_eq!((row.bytes_in, row.bytes_out), (counters.bytes_in, counters.bytes_out));
    });
}

#[test]
fn an_answer_is_not_lost_to_a_reset_when_input_is_left_unread() {
    on_all(|config| {
        let mut server = start(config);
        let mut client = server.client();
        client.write_all(b"NONSENSE\r\n\r\n").unwrap();
        client.write_all(&vec![b'x'; 200_000]).unwrap();
        assert_eq!(read_response(&mut client).0, 400);
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        drop(client);
        server.ended(Why::BadRequest);
        server.stop();
    });
}

#[test]
fn drop_sends_fin_even_when_input_is_unread() {
    on_each(|config| {
        let mut server = start(config);
        let mut client = server.client();
        let first = server.row_of(&client);
        // Unread input would turn the FIN into a reset.
        server.send(Command::StopReading(first.id));
        server.until("reading stopped", |s| s.table[&first.id].stopped);
        client.write_all(b"GET").unwrap();
        server.send(Command::Drop(first.id));
        assert_eq!(client.read(&mut [0]).unwrap(), 0, "FIN, not RST");
        server.until("the close", |s| s.counters.open() == 0);
        assert_eq!(why(&server.gone, &client), Some(Why::Dropped));
        server.stop();
    });
}

#[test]
fn reset_sends_rst() {
    on_each(|config| {
        let mut server = start(config);
        let mut client = server.client();
        let row = server.row_of(&client);
        server.send(Command::Reset(row.id));
        let error = client.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        server.until("the close", |s| s.counters.open() == 0);
        assert_eq!(server.gone[0].why, Some(Why::Reset));
        server.stop();
    });
}

#[test]
fn a_peers_reset_is_told_with_its_mask() {
    // `scan` is told nothing.
    on_those(
        |config| config.server != ServerKind::Scan,
        |config| {
            let select = config.server == ServerKind::Select;
            let mut server = start(config);
            let client = server.client();
            server.row_of(&client);
            rustix::net::sockopt::set_socket_linger(&client, Some(Duration::ZERO)).unwrap();
            drop(client);
            server.until("the close", |s| s.counters.open() == 0);
            assert_eq!(server.gone[0].why, Some(Why::PeerReset));
            let mut mask =
                server.events.iter().flat_map(|e| e.ready.iter()).filter(|r| r.conn.is_some());
            let all = [Mask::IN, Mask::RDHUP, Mask::ERR, Mask::HUP]
                .into_iter()
                .fold(Mask::NONE, Mask::with);
            assert_eq!(mask.next_back().unwrap().mask, if select { Mask::IN } else { all });
            server.stop();
        },
    );
}

#[test]
fn drop_all_and_drop_idle_close_what_they_say() {
    on_each(|config| {
        let mut server = start(config);
        let clients: Vec<TcpStream> = (0..5).map(|_| server.client()).collect();
        server.until("five", |s| s.table.len() == 5);
        server.send(Command::DropIdle(Duration::from_secs(3600)));
        server.send(Command::DropIdle(Duration::ZERO));
        server.until("none", |s| s.counters.open() == 0);
        for mut client in clients {
            assert_eq!(client.read(&mut [0]).unwrap(), 0);
        }
        assert_eq!(server.counters.closed[Why::Dropped as usize], 5);
        server.stop();
    });
}

#[test]
fn a_client_over_the_limit_gets_a_503() {
    on_many(|config| {
        let mut server = start(Config { max_connections: 2, ..config });
        let mut two = [server.client(), server.client()];
        server.until("two", |s| s.table.len() == 2);
        let mut third = server.client();
        assert_eq!(ask(&mut third, "/").0, 503);
        assert_eq!(third.read(&mut [0]).unwrap(), 0);
        drop(third);
        for client in &mut two {
            assert_eq!(ask(client, "/").0, 200);
        }
        server.until("the refusal's end", |s| s.counters.closed[Why::OverLimit as usize] == 1);
        assert_eq!(server.stop().refused, 1);
    });
}

#[test]
fn paused_it_makes_no_call_and_each_step_makes_one() {
    on_each(|config| {
        let kinds: &[Kind] = match (config.server, config.trigger) {
            (ServerKind::Scan, _) => &[Kind::Accept, Kind::Nap, Kind::Accept, Kind::Recv],
            (ServerKind::Select, _) => &[Kind::Accept, Kind::Select, Kind::Recv],
            (ServerKind::Poll, _) => &[Kind::Accept, Kind::Poll, Kind::Recv],
            // The listener is watched again.
            (ServerKind::Epoll, Trigger::Oneshot) => {
                &[Kind::EpollCtl, Kind::Accept, Kind::EpollCtl, Kind::EpollWait, Kind::Recv]
            }
            _ => &[Kind::EpollCtl, Kind::Accept, Kind::EpollWait, Kind::Recv],
        };
        let mut server = start(config);
        server.pause();
        let mut client = server.client();
        client.write_all(get("/").as_bytes()).unwrap();
        let mut made = Vec::new();
        while made.last() != Some(&Kind::Send) {
            server.step();
            // The steps themselves wake it.
            let calls =
                server.events.iter().filter(|e| !e.event.is_own()).map(|e| e.event.what.kind());
            made.extend(calls.filter(|kind| kind.is_call()));
        }
        let made: Vec<Kind> = made.into_iter().skip_while(|kind| *kind != Kind::Accept).collect();
        assert_eq!(made, [&[Kind::Accept], kinds, &[Kind::Send]].concat());
        server.send(Command::Run);
        assert_eq!(read_response(&mut client).0, 200);
        server.until("running", |s| s.standing.mode == Mode::Run);
        server.stop();
    });
}

#[test]
fn calls_on_files_are_stepped_one_by_one_too() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("small.txt"), "small").unwrap();
    std::fs::write(root.path().join("large.bin"), vec![7; 100_000]).unwrap();
    let site = Site::open(root.path()).unwrap();
    let mut server = start_with(Config::default(), site, Capacity::default());
    let mut client = server.client();
    server.row_of(&client);
    server.pause();
    // Looked at, then opened.
    let found = [Kind::Open, Kind::Stat, Kind::Openat, Kind::Close];
    for (path, rest) in [
        ("/small.txt", [Kind::Read, Kind::Close, Kind::Send]),
        ("/large.bin", [Kind::Send, Kind::Sendfile, Kind::Close]),
    ] {
        let expected = [&found[..], &rest].concat();
        client.write_all(get(path).as_bytes()).unwrap();
        while server.step() != Kind::Recv {}
        let mut made: Vec<Kind> = (0..expected.len()).map(|_| server.step()).collect();
        made.dedup();
        assert_eq!(made, expected, "{path}");
    }
    server.send(Command::Run);
    assert_eq!(read_response(&mut client).0, 200);
    assert_eq!(read_response(&mut client).1.len(), 100_000);
    server.stop();
}

#[test]
fn a_client_can_be_dropped_while_its_file_is_being_opened() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("large.bin"), vec![7; 100_000]).unwrap();
    let site = Site::open(root.path()).unwrap();
    let mut server = start_with(Config::default(), site, Capacity::default());
    let mut client = server.client();
    let row = server.row_of(&client);
    server.pause();
    client.write_all(get("/large.bin").as_bytes()).unwrap();
    while server.step() != Kind::Open {}
    server.send(Command::Drop(row.id));
    server.until("gone at once", |s| s.counters.open() == 0);
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    server.send(Command::Run);
    let mut next = server.client();
    assert_eq!(ask(&mut next, "/large.bin").0, 200);
    drop(next);
    server.until("the end", |s| s.counters.open() == 0);
    let of = |kind| server.counters.calls[kind as usize];
    // Both sockets, both files, and what they were looked at by.
    assert_eq!(of(Kind::Open), 2);
    assert_eq!(of(Kind::Open) + of(Kind::Openat) + 2, of(Kind::Close));
    server.stop();
}

#[test]
fn a_client_can_be_dropped_while_the_loop_stands_before_its_call() {
    on_each(|config| {
        let mut server = start(config);
        let mut client = server.client();
        let row = server.row_of(&client);
        server.pause();
        client.write_all(get("/").as_bytes()).unwrap();
        let at_recv = |s: &common::Watched| matches!(s.standing.stance, Stance::Held(next) if next.kind == Kind::Recv && next.conn == Some(row.id));
        while !at_recv(&server) {
            server.step();
        }
        server.send(Command::Drop(row.id));
        server.until("gone at once", |s| s.counters.open() == 0);
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        let mut next = server.client();
        server.send(Command::Run);
        assert_eq!(ask(&mut next, "/").0, 200);
        server.stop();
    });
}

#[test]
fn slow_motion_goes_on_by_itself() {
    on_each(|config| {
        let mut server = start(config);
        server.send(Command::Slow(100));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        server.until("slow", |s| s.standing.mode == Mode::Slow(100));
        server.stop();
    });
}

#[test]
fn an_unread_connection_fills_up_and_is_read_again() {
    on_each(|config| {
        let edge = config.server == ServerKind::EpollEt || config.trigger == Trigger::Edge;
        let mut server = start(config);
        let mut client = server.client();
        let row = server.row_of(&client);
        server.send(Command::StopReading(row.id));
        server.until("stopped", |s| s.table[&row.id].stopped);
        client.write_all(get("/").as_bytes()).unwrap();
        if edge {
            server.until("an event that is not followed by a recv", |s| {
                s.events.iter().any(|e| e.ready.iter().any(|r| r.conn == Some(row.id)))
            });
        } else {
            assert_eq!(
                server.table[&row.id].interest,
                Mask::NONE,
                "else it would be told for ever"
            );
        }
        assert_eq!(ask(&mut server.client(), "/").0, 200);
        assert_eq!(server.table[&row.id].bytes_in, 0);
        server.send(Command::ResumeReading(row.id));
        assert_eq!(read_response(&mut client).0, 200);
        assert_eq!(ask(&mut client, "/").0, 200);
        server.stop();
    });
}

/// A reader that is away while connections come and go finds an exact table and exact totals.
#[test]
fn a_suspended_reader_finds_everything_exact() {
    on_each(|config| {
        let capacity = Capacity { batches: 4, events: 64, gone: 8, ..Capacity::default() };
        let mut server = start_with(config, Site::embedded(), capacity);
        let mut stays = server.client();
        server.row_of(&stays);
        server.suspended = true;
        for _ in 0..100 {
            let mut client = server.client();
            assert_eq!(ask(&mut client, "/").0, 200);
        }
        let mut stays_too = server.client();
        assert_eq!(ask(&mut stays_too, "/").0, 200);
        assert_eq!(ask(&mut stays, "/").0, 200);
        server.suspended = false;
        server.until("everything, without another wake-up", |s| {
            s.counters.requests == 102 && s.counters.open() == 2 && s.table.len() == 2
        });
        let mut peers: Vec<_> = server.table.values().map(|row| (row.peer, row.requests)).collect();
        peers.sort_unstable();
        let mut expected =
            vec![(stays.local_addr().unwrap(), 1), (stays_too.local_addr().unwrap(), 1)];
        expected.sort_unstable();
        assert_eq!(peers, expected);
        assert_eq!(server.counters.accepted, 102);
        assert!(server.lost.all() > 0, "so small a wire must have lost something");
        server.send(Command::Shutdown);
        while server.drain() {}
        let last = server.events.iter().map(|e| e.event.seq).max().unwrap();
        assert_eq!(
            server.events.len() as u64 + server.lost.all(),
            last,
            "what is missing is counted"
        );
        server.stop();
    });
}

#[test]
fn an_accept_that_finds_nobody_ends_in_eagain() {
    on_each(|config| {
        let mut server = start(config);
        let client = server.client();
        server.row_of(&client);
        server.until("EAGAIN", |s| {
            s.events.iter().any(|e| {
                e.event.what.kind() == Kind::Accept
                    && e.event.what.ret().is_some_and(|ret| ret.is_err(Errno::AGAIN))
            })
        });
        server.stop();
    });
}

#[test]
fn what_one_peer_does_not_take_is_never_sent_to_another() {
    on_each(|config| {
        // More than two kernels' buffers hold, from requests that fit into one.
        const COUNT: usize = 1500;
        let mut server = start(config);
        let mut clients = ["/", "/style.css"].map(|target| {
            let (_, body) = ask(&mut server.client(), target);
            let mut client = server.client();
            client.write_all(get(target).repeat(COUNT).as_bytes()).unwrap();
            let row = server.row_of(&client);
            server.until("answers that are not taken", |s| {
                s.table[&row.id].state == ConnState::Writing
            });
            (client, body)
        });
        for (client, body) in &mut clients {
            for _ in 0..COUNT {
                assert!(read_response(client).1 == *body, "an answer that is another's");
            }
        }
        server.stop();
    });
}

#[test]
fn the_echo_protocol_sends_back_what_comes_and_tells_it_as_text() {
    on_each(|config| {
        let protocol = Protocol::Echo(encoding_rs::GB18030);
        let mut server = start(Config { protocol, ..config });
        let mut client = server.client();
        let id = server.row_of(&client).id;
        let bytes = encoding_rs::GB18030.encode("举手").0;
        let mut back = vec![0; bytes.len()];
        // The second letter is cut in two.
        client.write_all(&bytes[..3]).unwrap();
        client.read_exact(&mut back[..3]).unwrap();
        client.write_all(&bytes[3..]).unwrap();
        client.read_exact(&mut back[3..]).unwrap();
        assert_eq!(back, &bytes[..]);
        let told = |s: &common::Watched| -> Vec<String> {
            let data = s.events.iter().filter(|e| e.event.what.kind() == Kind::Data);
            data.map(|e| String::from_utf8(e.bytes.to_vec()).unwrap()).collect()
        };
        server.until("both pieces", |s| told(s).len() == 2);
        assert_eq!(told(&server), ["举", "手"]);
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        server.until("the close", |s| s.gone.iter().any(|row| row.id == id));
        assert_eq!(server.gone[0].why, Some(Why::PeerClosed));
        let counters = server.stop();
        assert_eq!((counters.requests, counters.echoes), (0, 2));
        assert_eq!((counters.bytes_in, counters.bytes_out), (4, 4));
    });
}

#[test]
fn an_echo_that_is_not_read_waits_until_it_is() {
    on_each(|config| {
        let protocol = Protocol::Echo(encoding_rs::UTF_8);
        let mut server = start(Config { protocol, ..config });
        let mut client = server.client();
        let id = server.row_of(&client).id;
        let sent: Vec<u8> =
            (0..16_000_000u32).map(|i| i.to_le_bytes()[0] ^ i.to_le_bytes()[1]).collect();
        let mut writer = client.try_clone().unwrap();
        let copy = sent.clone();
        let writing = std::thread::spawn(move || {
            writer.write_all(&copy).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        server.until("an echo that waits", |s| s.table[&id].state == ConnState::Writing);
        let mut back = Vec::new();
        client.read_to_end(&mut back).unwrap();
        writing.join().unwrap();
        assert!(back == sent, "{} bytes of {}", back.len(), sent.len());
        server.stop();
    });
}
