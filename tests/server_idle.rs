//! A server that has nothing to do sleeps, in whatever state its connections are: what is reported
//! as long as it is so must not be watched for while nobody acts on it.

mod common;

use std::io::Write;
use std::net::Shutdown;
use std::time::{Duration, Instant};

use common::{get, on_those, read_response, start};
use epollscope::server::Config;
use epollscope::telemetry::{Command, ConnState, ServerKind};

/// How long it is watched.
const WHILE: Duration = Duration::from_secs(3);
/// How often it may wake up in a second.
const WAKEUPS: u64 = 10;

#[test]
fn twenty_connections_in_odd_states_wake_nobody() {
    let idle = |config: &Config| config.server != ServerKind::Scan;
    on_those(idle, |config| {
        let name = common::name(&config);
        // The last two are refused, and linger.
        let mut server = start(Config { max_connections: 18, ..config });
        let mut clients: Vec<_> = (0..18).map(|_| server.client()).collect();
        let rows: Vec<_> = clients.iter().map(|client| server.row_of(client)).collect();
        let reset = |client: &std::net::TcpStream| {
            rustix::net::sockopt::set_socket_linger(client, Some(Duration::ZERO)).unwrap();
        };
        let large = get("/room.png").repeat(30);
        let body = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n";
        // Two in each state: 0 and 1 are silent.
        for i in 2..18 {
            let client = &mut clients[i];
            match i / 2 {
                1 => client.write_all(b"GET / HTTP/1.1\r\n").unwrap(),
                2 => client.write_all(body.as_bytes()).unwrap(),
                3 => client.write_all(get("/").as_bytes()).unwrap(),
                // Not taking the answer; the second one has said that it will ask no more.
                4 => {
                    client.write_all(large.as_bytes()).unwrap();
                    if i % 2 == 1 {
                        client.shutdown(Shutdown::Write).unwrap();
                    }
                }
                // Not read from: with input, with a FIN, after a reset, and not taking either.
                _ => server.send(Command::StopReading(rows[i].id)),
            }
        }
        server.until("those that are not read from", |s| {
            rows[10..18].iter().all(|row| s.table.get(&row.id).is_some_and(|row| row.stopped))
        });
        for i in [10, 11] {
            clients[i].write_all(get("/").as_bytes()).unwrap();
        }
        for i in [12, 13] {
            clients[i].shutdown(Shutdown::Write).unwrap();
        }
        for client in &clients[14..16] {
            reset(client);
        }
        clients.drain(14..16);
        let refused = [server.client(), server.client()];
        server.until("all states", |s| {
            let in_state = |state| s.table.values().filter(|row| row.state == state).count();
            in_state(ConnState::Reading) >= 4
                && in_state(ConnState::Writing) >= 2
                && s.counters.refused == 2
                && s.counters.requests >= 4
        });
        let (before, begin) = (server.counters.wakeups, Instant::now());
        let calls = server.counters.calls_all();
        server.until("some time", |_| begin.elapsed() >= WHILE);
        let woken = server.counters.wakeups - before;
        let calls = server.counters.calls_all() - calls;
        println!("{name}: {woken} wake-ups and {calls} calls in {WHILE:?}");
        assert!(woken < WAKEUPS * WHILE.as_secs(), "{name}: {woken} wake-ups in {WHILE:?}");
        assert!(calls < 4 * WAKEUPS * WHILE.as_secs(), "{name}: {calls} calls in {WHILE:?}");
        // Those whom it can hear are still served.
        clients[0].write_all(get("/").as_bytes()).unwrap();
        assert_eq!(read_response(&mut clients[0]).0, 200);
        server.send(Command::ResumeReading(rows[10].id));
        assert_eq!(read_response(&mut clients[10]).0, 200);
        server.send(Command::ResumeReading(rows[12].id));
        server.until("its FIN", |s| !s.table.contains_key(&rows[12].id));
        drop(refused);
        server.stop();
    });
}
