//! The three servers whose calls sleep, over real sockets: `blocking`, `threads`, `processes`.

mod common;

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command as Program, Stdio};
use std::time::{Duration, Instant};

use common::{LIMIT, Watched, ask, get, read_response, start};
use epollscope::server::{self, Config, Routes};
use epollscope::telemetry::{
    By, Command, ConnState, Kind, Mode, ServerKind, Stance, Step, What, Why,
};

const ALL: [ServerKind; 3] = [ServerKind::Blocking, ServerKind::Threads, ServerKind::Processes];
const MANY: [ServerKind; 2] = [ServerKind::Threads, ServerKind::Processes];
const BINARY: &str = env!("CARGO_BIN_EXE_epollscope");

fn with(server: ServerKind, flags: &[&str]) -> Config {
    let flags = flags.iter().map(Into::into).collect();
    let worker = server::Program { path: BINARY.into(), flags };
    Config { server, worker, ..Config::default() }
}

/// A time limit of a second, for the server and for its workers.
fn limited(server: ServerKind, which: &str) -> Config {
    let second = Some(Duration::from_secs(1));
    let mut config = with(server, &[&format!("--{which}-timeout"), "1"]);
    match which {
        "idle" => config.idle_timeout = second,
        "header" => config.header_timeout = second,
        "body" => config.body_timeout = second,
        _ => config.write_timeout = second,
    }
    config
}

#[track_caller]
fn ended(server: &mut Watched, why: Why) {
    server.until("the end", |s| !s.gone.is_empty() && s.table.is_empty());
    assert_eq!(server.gone.last().unwrap().why, Some(why));
    server.gone.clear();
}

/// Until a connection sleeps in that call.
#[track_caller]
fn until_within(server: &mut Watched, client: &TcpStream, kinds: &[Kind]) {
    let id = server.row_of(client).id;
    server.until("a call that sleeps", |s| {
        s.table[&id].within.is_some_and(|within| kinds.contains(&within))
    });
}

/// Until the kernel says so too: what the table says of a worker process is a moment old, and to be
/// about to call is not to sleep.
#[track_caller]
fn until_asleep(server: &mut Watched, client: &TcpStream, kinds: &[Kind]) {
    until_within(server, client, kinds);
    let by = server.row_of(client).by;
    let own = server.handle.as_ref().unwrap().thread_id;
    let stat = format!("/proc/{}/stat", by.pid().or(by.tid()).unwrap_or(own));
    server.until("sleep", |_| std::fs::read_to_string(&stat).unwrap().contains(") S "));
}

#[test]
fn a_connection_serves_requests_in_any_pieces_and_pipelined() {
    for kind in ALL {
        let mut server = start(with(kind, &[]));
        let mut client = server.client();
        client.set_nodelay(true).unwrap();
        assert_eq!(ask(&mut client, "/").0, 200);
        for byte in get("/missing").bytes() {
            client.write_all(&[byte]).unwrap();
        }
        assert_eq!(read_response(&mut client).0, 404);
        assert!(ask(&mut client, "/room.png").1.starts_with(b"\x89PNG"));
        client.write_all(get("/").repeat(500).as_bytes()).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        for _ in 0..500 {
            assert_eq!(read_response(&mut client).0, 200);
        }
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        server.until("the end", |s| !s.gone.is_empty());
        let row = server.gone[0];
        assert_eq!(row.why, Some(Why::PeerClosed));
        assert_eq!((row.requests, row.half_closed), (503, true), "{kind}");
        assert_eq!(row.bytes_in, server.counters.bytes_in);
        assert_eq!(row.bytes_out, server.counters.bytes_out);
        assert_eq!(server.stop().requests, 503);
    }
}

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
        ended(&mut server, Why::PeerClosed);
        let counters = server.stop();
        assert_eq!(counters.started, counters.ended);
    }
}

#[test]
fn an_answer_is_not_lost_to_a_reset_when_input_is_left_unread() {
    for kind in ALL {
        let mut server = start(with(kind, &[]));
        let mut client = server.client();
        client.write_all(b"NONSENSE\r\n\r\n").unwrap();
        client.write_all(&vec![b'x'; 200_000]).unwrap();
        assert_eq!(read_response(&mut client).0, 400);
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        drop(client);
        ended(&mut server, Why::BadRequest);
        server.stop();
    }
}

#[test]
fn drop_sends_a_fin_and_reset_a_reset_to_one_that_sleeps() {
    for kind in ALL {
        let mut server = start(with(kind, &[]));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        until_within(&mut server, &client, &[Kind::Recv]);
        let id = server.row_of(&client).id;
        server.send(Command::Drop(id));
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        ended(&mut server, Why::Dropped);
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        until_within(&mut server, &client, &[Kind::Recv]);
        let id = server.row_of(&client).id;
        server.send(Command::Reset(id));
        let error = client.read(&mut [0]).expect_err("a reset");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{kind}");
        ended(&mut server, Why::Reset);
        server.stop();
    }
}

#[test]
fn one_that_sleeps_because_nobody_reads_is_dropped_and_reset_too() {
    let large = get("/room.png").repeat(100);
    for kind in ALL {
        for reset in [false, true] {
            let mut server = start(with(kind, &[]));
            let mut client = server.client();
            client.write_all(large.as_bytes()).unwrap();
            until_asleep(&mut server, &client, &[Kind::Send, Kind::Sendfile]);
            let row = server.row_of(&client);
            assert_eq!(row.state, ConnState::Writing);
            server.send(if reset { Command::Reset(row.id) } else { Command::Drop(row.id) });
            server.until("the end", |s| s.counters.open() == 0);
            let end = client.read_to_end(&mut Vec::new());
            if reset {
                assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset, "{kind}");
            } else {
                assert!(end.unwrap() > 0, "{kind}");
            }
            ended(&mut server, if reset { Why::Reset } else { Why::Dropped });
            server.stop();
        }
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
        ended(&mut server, Why::PeerReset);
        server.stop();
    }
}

#[test]
fn who_is_slow_is_ended_by_the_limit_for_it() {
    for kind in ALL {
        let mut server = start(limited(kind, "idle"));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        ended(&mut server, Why::IdleTimeout);
        server.stop();

        let mut server = start(limited(kind, "header"));
        let mut client = server.client();
        let begin = Instant::now();
        client.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        // A byte now and then does not help.
        loop {
            client.write_all(b"x").unwrap();
            if client.peek(&mut [0]).is_ok() {
                break;
            }
        }
        client.set_read_timeout(Some(LIMIT)).unwrap();
        assert_eq!(read_response(&mut client).0, 408, "{kind}");
        assert!(begin.elapsed() >= Duration::from_secs(1));
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        drop(client);
        ended(&mut server, Why::HeaderTimeout);
        server.stop();

        let mut server = start(limited(kind, "body"));
        let mut client = server.client();
        client.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n").unwrap();
        assert_eq!(read_response(&mut client).0, 405);
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        drop(client);
        ended(&mut server, Why::BodyTimeout);
        server.stop();

        let mut server = start(limited(kind, "write"));
        let mut client = server.client();
        client.write_all(get("/room.png").repeat(100).as_bytes()).unwrap();
        ended(&mut server, Why::WriteTimeout);
        let error = client.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
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
        server.until("all", |s| s.table.len() == count);
        let mut by: Vec<i32> =
            server.table.values().map(|row| row.by.tid().or(row.by.pid()).unwrap()).collect();
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
fn over_the_limit_a_client_gets_a_503() {
    for kind in MANY {
        let config = Config { max_connections: 2, ..with(kind, &[]) };
        let mut server = start(config);
        let mut two = [server.client(), server.client()];
        server.until("two", |s| s.table.len() == 2);
        let mut third = server.client();
        assert_eq!(ask(&mut third, "/").0, 503, "{kind}");
        assert_eq!(third.read(&mut [0]).unwrap(), 0);
        drop(third);
        for client in &mut two {
            assert_eq!(ask(client, "/").0, 200);
        }
        server.until("its end", |s| s.counters.closed[Why::OverLimit as usize] == 1);
        assert_eq!(server.stop().refused, 1);
    }
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
    until_within(&mut server, &first, &[Kind::Recv]);
    server.send(Command::Switch(ServerKind::Threads));
    assert_eq!(read_response(&mut second).0, 200);
    server.stop();
}

#[test]
fn the_end_comes_at_once_also_to_handlers_and_sleepers() {
    for kind in ALL {
        let routes = Routes { slow: true, metrics: false };
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
        assert!(begin.elapsed() < Duration::from_secs(5), "{kind}");
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
        until_within(&mut server, &client, &[Kind::Recv]);
        server.send(Command::Panic);
        server.until("the end", |s| s.handle.as_ref().is_some_and(server::Handle::is_finished));
        let error = server.handle.take().unwrap().join().unwrap_err();
        assert_eq!(error, "The server thread panicked: a test asked for it.");
        assert_eq!(client.read(&mut [0]).unwrap_or(0), 0);
    }
}

#[test]
fn a_slow_handler_keeps_nobody_else() {
    for kind in MANY {
        let routes = Routes { slow: true, metrics: true };
        let mut server = start(Config { routes, ..with(kind, &["--demo-routes", "--metrics"]) });
        let (mut slow, mut other) = (server.client(), server.client());
        slow.write_all(get("/slow?ms=1500").as_bytes()).unwrap();
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
        until_within(&mut server, &client, &[Kind::Recv]);
        server.send(Command::Pause);
        server.until("the pause", |s| s.standing.mode == Mode::Paused);
        // It sleeps in recv, which cannot be held any more; the call after it can.
        client.write_all(get("/").as_bytes()).unwrap();
        let held = |s: &Watched| match s.standing.stance {
            Stance::Held(next) => Some(next.kind),
            _ => None,
        };
        server.until("the gate", |s| held(s) == Some(Kind::Send));
        let before = server.counters.calls_all();
        server.send(Command::Step(Step::Call));
        assert_eq!(read_response(&mut client).0, 200);
        server.until("the next call", |s| held(s) == Some(Kind::Recv));
        assert_eq!(server.counters.calls_all(), before + 1, "{kind}");
        server.send(Command::Run);
        assert_eq!(ask(&mut client, "/").0, 200);
        server.send(Command::Slow(100));
        assert_eq!(ask(&mut client, "/").0, 200);
        server.stop();
    }
}

/// The state letter of proc(5).
fn state_of(pid: i32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
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
    ended(&mut server, Why::Reset);
    server.stop();
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
    ended(&mut server, Why::WorkerDied);
    assert_eq!(state_of(pid), None, "no zombie");
    let waited =
        |what| matches!(what, What::Wait4 { ret } if ret.get() == Ok(pid.unsigned_abs().into()));
    assert!(server.events.iter().any(|e| waited(e.event.what)));
    server.stop();
}

/// The program itself, in a shell that limits it.
fn program(limit: &str, options: &[&str]) -> (Child, String) {
    let mut child = Program::new("sh")
        .args(["-c", &format!("{limit}; exec \"$0\" \"$@\""), BINARY, "--headless", "--port", "0"])
        .args(options)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let addr = line.trim_end().trim_start_matches("listening on http://").trim_end_matches('/');
    let addr = addr.to_owned();
    // Its events are read and thrown away until it ends.
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    (child, addr)
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < LIMIT, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn client(addr: &str) -> TcpStream {
    let client = TcpStream::connect(addr).unwrap();
    client.set_read_timeout(Some(LIMIT)).unwrap();
    client
}

#[test]
fn no_worker_outlives_its_parent() {
    let (mut parent, addr) = program("true", &["--server", "processes", "--demo-routes"]);
    let mut clients: Vec<TcpStream> = (0..10).map(|_| client(&addr)).collect();
    for client in &mut clients {
        assert_eq!(ask(client, "/").0, 200);
    }
    clients[0].write_all(get("/slow?ms=60000").as_bytes()).unwrap();
    let workers: Vec<i32> = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent_of =
                stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
            parent_of == Some(parent.id())
        })
        .collect();
    assert_eq!(workers.len(), 10);
    parent.kill().unwrap();
    parent.wait().unwrap();
    until("their end", || {
        workers.iter().all(|&pid| matches!(state_of(pid), None | Some('Z' | 'X')))
    });
    for client in &mut clients {
        assert_eq!(client.read(&mut [0]).unwrap_or(0), 0);
    }
}

#[test]
fn once_serves_one_client_and_ends() {
    let (mut child, addr) = program("true", &["--server", "blocking", "--once"]);
    let mut client = client(&addr);
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    assert_eq!(read_response(&mut client).0, 200);
    assert!(child.wait().unwrap().success());
    let refused = Program::new(BINARY).args(["--server", "threads", "--once"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--once goes with"));
}

#[test]
fn without_room_for_a_thread_a_client_gets_a_503() {
    let options = ["--server", "threads", "--stack-size", "67108864"];
    let (mut child, addr) = program("ulimit -v 1000000", &options);
    let mut clients: Vec<TcpStream> = (0..40).map(|_| client(&addr)).collect();
    let answers: Vec<u16> = clients
        .iter_mut()
        .map(|client| {
            // One that was turned away may have closed before it was asked.
            let _ = client.write_all(get("/").as_bytes());
            read_response(client).0
        })
        .collect();
    assert_eq!(answers[0], 200);
    assert!(answers.contains(&503), "{answers:?}");
    drop(clients);
    // Those that have ended made room.
    until("another thread", || ask_softly(&addr) == Some(200));
    child.kill().unwrap();
    child.wait().unwrap();
}

fn ask_softly(addr: &str) -> Option<u16> {
    let mut client = client(addr);
    client.write_all(get("/").as_bytes()).ok()?;
    let mut text = [0; 12];
    client.read_exact(&mut text).ok()?;
    std::str::from_utf8(&text[9..]).ok()?.parse().ok()
}

/// When an accept found no descriptor left.
fn tries(log: &std::path::Path) -> Vec<f64> {
    let text = std::fs::read_to_string(log).unwrap();
    let failed = text.lines().filter(|line| line.contains("\"err\":\"EMFILE\"}"));
    let time = |line: &str| {
        let rest = line.split_once("\"t\":").unwrap().1;
        rest[..rest.find(',').unwrap()].parse().unwrap()
    };
    failed.filter(|line| line.contains("\"accept\"")).map(time).collect()
}

#[test]
fn without_a_descriptor_the_listener_rests_and_goes_on() {
    for kind in ["threads", "processes"] {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let options = ["--server", kind, "--log", log.to_str().unwrap()];
        let (mut child, addr) = program("ulimit -n 30", &options);
        let clients: Vec<TcpStream> = (0..40).map(|_| client(&addr)).collect();
        if kind == "threads" {
            until("some tries", || tries(&log).len() > 5);
            let tries = tries(&log);
            let spaced = |pair: &[f64]| pair[1] - pair[0] > 0.09;
            assert!(tries.windows(2).all(spaced), "it does not spin: {tries:?}");
            assert!(std::fs::read_to_string(&log).unwrap().contains("\"fact\":\"rest\""));
        }
        drop(clients);
        until("an answer", || ask_softly(&addr) == Some(200));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
