//! The three servers whose calls sleep, over real sockets: `blocking`, `threads`, `processes`. What
//! needs a process that is the server's alone is in `tests/sleeping_program.rs`.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::common::{LIMIT, Watched, ask, get, read_response, start, start_with, state_of, with};
use epollscope::http::Site;
use epollscope::server::{self, Config, Routes};
use epollscope::telemetry::{
    By, Capacity, Command, ConnState, Kind, Mode, Row, ServerKind, Stance, Step, What, Why,
};

const ALL: [ServerKind; 3] = [ServerKind::Blocking, ServerKind::Threads, ServerKind::Processes];
const MANY: [ServerKind; 2] = [ServerKind::Threads, ServerKind::Processes];

#[test]
fn the_table_says_who_serves_and_in_which_call_it_sleeps() {
    for kind in ALL {
        let mut server = start(with(kind, &[]));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        let id = server.row_of(&client).id;
        server.until("the sleep after the answer", |s| {
            let row = s.table[&id];
            row.state == ConnState::Idle && row.within == Some(Kind::Recv)
        });
        let row = server.table[&id];
        let me = std::process::id().cast_signed();
        match kind {
            ServerKind::Threads => assert!(row.by.tid().is_some_and(|tid| tid != me)),
            ServerKind::Processes => assert!(row.by.pid().is_some_and(|pid| pid != me)),
            _ => assert_eq!(row.by, By::LOOP),
        }
        server.until("the thread's own call", |s| match s.standing.stance {
            Stance::Within(next) if kind == ServerKind::Blocking => next.kind == Kind::Recv,
            Stance::Within(next) => next.kind == Kind::Accept,
            _ => false,
        });
        let began = server.events.iter().filter(|e| e.event.what.kind() == Kind::Started).count();
        assert_eq!(began, usize::from(kind != ServerKind::Blocking));
        drop(client);
        server.ended(Why::PeerClosed);
        let counters = server.stop();
        assert_eq!(counters.started, counters.ended);
    }
}

#[test]
fn a_peers_reset_is_told() {
    for kind in ALL {
        let mut server = start(with(kind, &[]));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        rustix::net::sockopt::set_socket_linger(&client, Some(Duration::ZERO)).unwrap();
        drop(client);
        server.ended(Why::PeerReset);
        server.stop();
    }
}

#[test]
fn many_are_served_at_once_and_all_dropped() {
    for (kind, count) in [(ServerKind::Threads, 200), (ServerKind::Processes, 50)] {
        let mut server = start(with(kind, &[]));
        let mut clients: Vec<TcpStream> = (0..count).map(|_| server.client()).collect();
        for _ in 0..2 {
            for client in clients.iter_mut().rev() {
                assert_eq!(ask(client, "/").0, 200);
            }
        }
        // Rows are published less often than events.
        let who = |row: &Row| row.by.tid().or(row.by.pid());
        server.until("who serves each", |s| s.table.values().filter_map(who).count() == count);
        let mut by: Vec<i32> = server.table.values().filter_map(who).collect();
        by.sort_unstable();
        by.dedup();
        assert_eq!(by.len(), count, "each has its own");
        server.send(Command::DropAll);
        for client in &mut clients {
            assert_eq!(client.read(&mut [0]).unwrap(), 0);
        }
        server.until("none", |s| s.counters.ended == count as u64 && s.table.is_empty());
        assert_eq!(server.counters.closed[Why::Dropped as usize], count as u64);
        assert_eq!(server.lost.all(), 0);
        if kind == ServerKind::Processes {
            assert!(by.iter().all(|&pid| state_of(pid).is_none()), "no zombie");
        }
        server.stop();
    }
}

#[test]
fn one_client_at_a_time_and_the_next_waits_in_the_backlog() {
    let mut server = start(with(ServerKind::Blocking, &[]));
    let mut first = server.client();
    assert_eq!(ask(&mut first, "/").0, 200);
    let mut second = server.client();
    second.write_all(get("/").as_bytes()).unwrap();
    for _ in 0..10 {
        assert_eq!(ask(&mut first, "/").0, 200);
    }
    server.until("the first's requests", |s| s.counters.requests == 11);
    assert_eq!(server.counters.accepted, 1, "the second is not even accepted");
    second.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert_eq!(second.peek(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    second.set_read_timeout(Some(LIMIT)).unwrap();
    drop(first);
    assert_eq!(read_response(&mut second).0, 200);
    assert_eq!(server.stop().accepted, 2);
}

#[test]
fn a_switch_closes_what_is_open_and_keeps_the_port() {
    let to = |to| Command::Switch(to);
    let mut server = start(with(ServerKind::Blocking, &[]));
    let addr = server.addr;
    let mut open = server.client();
    assert_eq!(ask(&mut open, "/").0, 200);
    for kind in [
        ServerKind::Threads,
        ServerKind::Processes,
        ServerKind::EpollEt,
        ServerKind::Blocking,
        ServerKind::Processes,
        ServerKind::Threads,
    ] {
        server.send(to(kind));
        assert_eq!(open.read(&mut [0]).unwrap_or(0), 0);
        server.until("the switch", |s| {
            s.table.is_empty()
                && s.events.last().is_some_and(|_| {
                    s.events.iter().any(|e| e.event.what == What::Switched { to: kind })
                })
        });
        server.events.clear();
        open = TcpStream::connect(addr).unwrap();
        open.set_read_timeout(Some(LIMIT)).unwrap();
        assert_eq!(ask(&mut open, "/").0, 200, "{kind}");
        server.until("its row", |s| s.table.len() == 1);
    }
    let counters = server.stop();
    assert_eq!(counters.closed[Why::Switched as usize], 6);
    assert_eq!(counters.closed[Why::Shutdown as usize], 1);
    assert_eq!(counters.open(), 0);
}

#[test]
fn who_waits_in_the_backlog_is_served_by_the_next_server() {
    let mut server = start(with(ServerKind::Blocking, &[]));
    let mut first = server.client();
    assert_eq!(ask(&mut first, "/").0, 200);
    let mut second = server.client();
    second.write_all(get("/").as_bytes()).unwrap();
    server.until_within(&first, &[Kind::Recv]);
    server.send(Command::Switch(ServerKind::Threads));
    assert_eq!(read_response(&mut second).0, 200);
    server.stop();
}

#[test]
fn the_end_comes_at_once_also_to_handlers_and_sleepers() {
    for kind in ALL {
        let routes = Routes { slow: true, ..Routes::default() };
        let mut server = start(Config { routes, ..with(kind, &["--demo-routes"]) });
        let mut slow = server.client();
        slow.write_all(get("/slow?ms=60000").as_bytes()).unwrap();
        server.until("the handler", |s| {
            s.table.values().any(|row| row.within == Some(Kind::Handler))
        });
        let _others: Vec<TcpStream> = (0..3).map(|_| server.client()).collect();
        if kind != ServerKind::Blocking {
            server.until("the others", |s| s.table.len() == 4);
        }
        let begin = Instant::now();
        let counters = server.stop();
        assert!(begin.elapsed() < LIMIT, "{kind}");
        assert_eq!(counters.open(), 0);
    }
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_ends_the_server_though_everybody_sleeps() {
    for kind in ALL {
        let mut server = start(with(kind, &[]));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        server.until_within(&client, &[Kind::Recv]);
        server.send(Command::Panic);
        server.until("the end", |s| s.handle.as_ref().is_some_and(server::Handle::is_finished));
        let error = server.handle.take().unwrap().join().unwrap_err();
        assert_eq!(error.to_string(), "The server thread panicked: a test asked for it.");
        assert_eq!(client.read(&mut [0]).unwrap_or(0), 0);
    }
}

#[test]
fn a_slow_handler_keeps_nobody_else() {
    for kind in MANY {
        let routes = Routes { slow: true, metrics: true, class: false };
        let mut server = start(Config { routes, ..with(kind, &["--demo-routes", "--metrics"]) });
        let (mut slow, mut other) = (server.client(), server.client());
        slow.write_all(get("/slow?ms=4000").as_bytes()).unwrap();
        server.until("the handler", |s| {
            s.events.iter().any(|e| e.event.what.kind() == Kind::Handler)
        });
        assert_eq!(ask(&mut other, "/").0, 200);
        server.until("the other's answer", |s| s.counters.requests == 2);
        assert!(!server.events.iter().any(|e| e.event.what.kind() == Kind::Handled), "{kind}");
        let (status, text) = read_response(&mut slow);
        assert_eq!(status, 200);
        assert!(String::from_utf8(text).unwrap().ends_with("The others were served meanwhile.\n"));
        // The totals are the server's, wherever they are asked for.
        let (_, text) = ask(&mut other, "/-/metrics");
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("epollscope_requests_total 3\n"), "{text}");
        assert!(text.contains("epollscope_connections_accepted_total 2\n"), "{text}");
        server.stop();
    }
}

#[test]
fn paused_a_thread_stands_before_its_call_and_each_step_makes_one() {
    for kind in [ServerKind::Blocking, ServerKind::Threads] {
        let mut server = start(with(kind, &[]));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        server.until_within(&client, &[Kind::Recv]);
        server.send(Command::Pause);
        server.until("the pause", |s| s.standing.mode == Mode::Paused);
        // It sleeps in recv, which cannot be held any more; the call after it can.
        client.write_all(get("/").as_bytes()).unwrap();
        let held = |s: &Watched| match s.standing.stance {
            Stance::Held(next) => Some(next.kind),
            _ => None,
        };
        server.until("the gate", |s| held(s) == Some(Kind::Send));
        assert_eq!(server.row_of(&client).state, ConnState::Writing, "{kind}");
        let before = server.counters.calls_all();
        server.send(Command::Step(Step::Call));
        assert_eq!(read_response(&mut client).0, 200);
        server.until("the next call", |s| held(s) == Some(Kind::Recv));
        assert_eq!(server.row_of(&client).state, ConnState::Idle, "all is sent: {kind}");
        assert_eq!(server.counters.calls_all(), before + 1, "{kind}");
        server.send(Command::Run);
        assert_eq!(ask(&mut client, "/").0, 200);
        server.send(Command::Slow(100));
        assert_eq!(ask(&mut client, "/").0, 200);
        server.stop();
    }
}

#[test]
fn a_pause_stops_the_worker_processes() {
    let mut server = start(with(ServerKind::Processes, &[]));
    let mut client = server.client();
    assert_eq!(ask(&mut client, "/").0, 200);
    let pid = server.row_of(&client).by.pid().unwrap();
    server.send(Command::Pause);
    server.until("the stop", |_| state_of(pid) == Some('T'));
    client.write_all(get("/").as_bytes()).unwrap();
    server.send(Command::Run);
    assert_eq!(read_response(&mut client).0, 200);
    server.send(Command::Pause);
    server.until("the stop", |_| state_of(pid) == Some('T'));
    let id = server.row_of(&client).id;
    server.send(Command::Reset(id));
    assert_eq!(client.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    server.ended(Why::Reset);
    server.stop();
}

#[test]
fn the_root_stays_the_folder_that_was_given_whatever_becomes_of_its_name() {
    for kind in ALL {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        let make = |text| {
            std::fs::create_dir(&root).unwrap();
            std::fs::write(root.join("page.txt"), text).unwrap();
        };
        make("given");
        let config = with(kind, &[root.to_str().unwrap()]);
        let server = start_with(config, Site::open(&root).unwrap(), Capacity::default());
        let page = || ask(&mut server.client(), "/page.txt").1;
        assert_eq!(page(), b"given");
        std::fs::rename(&root, dir.path().join("away")).unwrap();
        assert_eq!(page(), b"given", "{kind}");
        make("another");
        assert_eq!(page(), b"given", "{kind}");
        server.stop();
    }
}

#[test]
fn a_worker_that_dies_is_told_and_waited_for() {
    let mut server = start(with(ServerKind::Processes, &[]));
    let mut client = server.client();
    assert_eq!(ask(&mut client, "/").0, 200);
    let pid = server.row_of(&client).by.pid().unwrap();
    let process = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    server.ended(Why::WorkerDied);
    assert_eq!(state_of(pid), None, "no zombie");
    let waited =
        |what| matches!(what, What::Wait4 { ret } if ret.get() == Ok(pid.unsigned_abs().into()));
    assert!(server.events.iter().any(|e| waited(e.event.what)));
    server.stop();
}

/// A `processes` server whose workers are started by this shell script; `$worker` is the program.
fn with_workers_of(script: &str) -> (tempfile::TempDir, Config) {
    let mut config = with(ServerKind::Processes, &[]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("worker");
    let worker = config.worker.path.display();
    std::fs::write(&path, format!("#!/bin/sh\nworker={worker}\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    config.worker.path = path;
    (dir, config)
}

#[test]
fn what_cannot_be_read_of_a_worker_is_told_and_ends_it() {
    let (_dir, config) =
        with_workers_of("head -c 60 /dev/zero | tr '\\0' '\\377'; exec sleep 1000");
    let mut server = start(config);
    let mut client = server.client();
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    server.ended(Why::WorkerDied);
    let told: Vec<_> = server.events.iter().filter(|e| e.event.by.pid().is_some()).collect();
    let kinds: Vec<_> = told.iter().map(|e| e.event.what.kind()).collect();
    assert_eq!(kinds, [Kind::Started, Kind::Unreadable, Kind::Ended]);
    assert_eq!(state_of(told[0].event.by.pid().unwrap()), None, "it was killed and waited for");
    assert_eq!(server.stop().unreadable, 1);
}

#[test]
fn the_fd_of_a_workers_call_is_its_own_and_that_of_a_fact_the_servers() {
    let mut server = start(with(ServerKind::Processes, &[]));
    let mut client = server.client();
    assert_eq!(ask(&mut client, "/").0, 200);
    let row = server.row_of(&client);
    server.until("the answer", |server| {
        server.events.iter().any(|event| event.event.what.kind() == Kind::Response)
    });
    for event in server.events.iter().map(|event| event.event) {
        match event.what {
            What::Recv { .. } => assert_eq!((event.fd, event.by), (0, row.by)),
            What::Request { .. } | What::Response { .. } => {
                assert_eq!((event.fd, event.by), (row.fd, row.by));
            }
            _ => {}
        }
    }
    assert!(row.fd > 0);
    server.stop();
}

#[test]
fn a_paused_worker_keeps_its_state_and_its_call_in_the_table() {
    let root = tempfile::tempdir().unwrap();
    std::fs::File::create(root.path().join("large")).unwrap().set_len(1 << 28).unwrap();
    let config = with(ServerKind::Processes, &[root.path().to_str().unwrap()]);
    let mut server = start_with(config, Site::open(root.path()).unwrap(), Capacity::default());
    let (mut begun, mut deaf) = (server.client(), server.client());
    begun.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    deaf.write_all(get("/large").as_bytes()).unwrap();
    let ids = [server.row_of(&begun).id, server.row_of(&deaf).id];
    let stand =
        |server: &Watched| ids.map(|id| (server.table[&id].state, server.table[&id].within));
    let sleep =
        [(ConnState::Reading, Some(Kind::Recv)), (ConnState::Writing, Some(Kind::Sendfile))];
    server.until("both asleep", |server| stand(server) == sleep);
    server.send(Command::Pause);
    server.until("the stop of both", |server| {
        let stopped = |id| server.table[&id].by.pid().and_then(state_of) == Some('T');
        server.standing.mode == Mode::Paused && ids.into_iter().all(stopped)
    });
    assert_eq!(stand(&server), sleep);
    server.stop();
}

#[test]
fn a_workers_events_carry_the_time_at_which_they_happened() {
    // The server hears of everything two seconds late.
    let (_dir, config) = with_workers_of("\"$worker\" \"$@\" | (sleep 2; cat)");
    let begin = Instant::now();
    let mut server = start(config);
    let mut client = server.client();
    assert_eq!(ask(&mut client, "/").0, 200);
    let answered = u64::try_from(begin.elapsed().as_nanos()).unwrap();
    drop(client);
    server.ended(Why::PeerClosed);
    let of = |kind| {
        let mut events = server.events.iter().map(|e| e.event);
        let event = events.find(|event| event.what.kind() == kind).unwrap();
        (event.seq, event.time)
    };
    let (accepted, received) = (of(Kind::Accept), of(Kind::Recv));
    assert!(accepted.0 < received.0 && accepted.1 < received.1);
    assert!(received.1 < answered, "{} ns, answered after {answered} ns", received.1);
    server.stop();
}
