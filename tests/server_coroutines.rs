//! `--server coroutines` over real sockets: what clients get, and what is told of the tasks.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use common::{LIMIT, Watched, ask, get, read_response, start, start_with};
use epollscope::http::Site;
use epollscope::inspect::{Inspector, Question, Workers};
use epollscope::server::{Config, Protocol, Routes};
use epollscope::telemetry::{
    Capacity, Command, ConnId, ConnState, Kind, Mask, OwnedEvent, ServerKind, Stance, Step, What,
    Why,
};

/// Calls that a task may make before the others go on (`BUDGET` in `telemetry/options.rs`).
const CALLS: u32 = 16;

fn coroutines() -> Config {
    Config { server: ServerKind::Coroutines, ..Config::default() }
}

/// What was told of a connection, in order.
fn told(server: &Watched, id: ConnId) -> Vec<Kind> {
    let of_it = server.events.iter().filter(|e| e.event.conn == Some(id));
    of_it.map(|e| e.event.what.kind()).collect()
}

/// Whether its task is parked for a call.
fn is_parked(server: &Watched, id: ConnId, call: Kind) -> bool {
    server.table.get(&id).is_some_and(|row| row.within == Some(call))
}

fn parked_client(server: &mut Watched) -> (TcpStream, ConnId) {
    let client = server.client();
    let id = server.until_within(&client, &[Kind::Recv]);
    (client, id)
}

#[test]
fn a_task_is_parked_and_woken_around_each_request() {
    let mut server = start(coroutines());
    let (mut client, id) = parked_client(&mut server);
    for _ in 0..2 {
        assert_eq!(ask(&mut client, "/").0, 200);
        server.until("parked again", |s| is_parked(s, id, Kind::Recv));
    }
    assert_eq!(server.table[&id].state, ConnState::Idle);
    drop(client);
    server.ended(Why::PeerClosed);
    let request =
        [Kind::Woken, Kind::Recv, Kind::Request, Kind::Response, Kind::Send, Kind::Parked];
    let begin = [Kind::Accept, Kind::Started, Kind::Parked];
    let end = [Kind::Woken, Kind::Recv, Kind::Close, Kind::Closed, Kind::Ended];
    assert_eq!(told(&server, id), [&begin[..], &request, &request, &end].concat());
    let parked = What::Parked { on: Mask::IN };
    assert!(server.events.iter().any(|e| e.event.conn == Some(id) && e.event.what == parked));
    let calls = server.stop();
    assert_eq!(calls.calls[Kind::EpollWait as usize] + calls.calls[Kind::EpollCtl as usize], 0);
    assert!(calls.wakeups >= 3 && calls.waited > 0);
}

#[test]
fn each_of_many_has_a_task_and_all_of_them_end() {
    let mut server = start(coroutines());
    let mut clients: Vec<TcpStream> = (0..300).map(|_| server.client()).collect();
    for _ in 0..3 {
        for client in &mut clients {
            client.write_all(get("/style.css").as_bytes()).unwrap();
        }
        for client in &mut clients {
            assert_eq!(read_response(client).0, 200);
        }
    }
    server.until("all are parked", |s| {
        s.table.values().filter(|row| row.within == Some(Kind::Recv)).count() == 300
    });
    assert_eq!((server.counters.started, server.counters.ended), (300, 0));
    clients.truncate(100);
    server.until("two thirds have ended", |s| s.counters.ended == 200);
    // The others end with their runtime, and tell it too.
    let counters = server.stop();
    assert_eq!((counters.started, counters.ended), (300, 300));
    assert_eq!(counters.closed[Why::Shutdown as usize], 100);
}

#[test]
fn one_who_does_not_read_has_a_task_that_is_parked_on_out() {
    let dir = tempfile::tempdir().unwrap();
    let large: Vec<u8> = (0..6_000_000u32).map(|i| i.to_le_bytes()[1]).collect();
    std::fs::write(dir.path().join("large.bin"), &large).unwrap();
    let site = Site::open(dir.path()).unwrap();
    let mut server = start_with(coroutines(), site, Capacity::default());
    let (mut client, id) = parked_client(&mut server);
    client.write_all(get("/large.bin").repeat(2).as_bytes()).unwrap();
    server.until("a full buffer", |s| is_parked(s, id, Kind::Sendfile));
    assert_eq!(server.table[&id].state, ConnState::Writing);
    let parked = What::Parked { on: Mask::OUT };
    assert!(server.events.iter().any(|e| e.event.conn == Some(id) && e.event.what == parked));
    // Others are served meanwhile.
    assert_eq!(ask(&mut server.client(), "/missing").0, 404);
    for _ in 0..2 {
        assert!(read_response(&mut client).1 == large);
    }
    server.until("it reads again", |s| is_parked(s, id, Kind::Recv));
    server.stop();
}

#[test]
fn what_the_operator_closes_ends_its_parked_task() {
    let mut server = start(coroutines());
    let (mut dropped, id) = parked_client(&mut server);
    server.send(Command::Drop(id));
    assert_eq!(dropped.read(&mut [0]).unwrap(), 0, "FIN, not RST");
    server.ended(Why::Dropped);
    // A parked task that was ended is not woken first.
    let end = [Kind::Parked, Kind::Recv, Kind::Close, Kind::Closed, Kind::Ended];
    assert!(told(&server, id).ends_with(&end), "{:?}", told(&server, id));

    let (mut reset, id) = parked_client(&mut server);
    server.send(Command::Reset(id));
    let error = reset.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    server.ended(Why::Reset);

    let mut clients: Vec<TcpStream> = (0..5).map(|_| server.client()).collect();
    server.until("five", |s| s.table.len() == 5);
    server.send(Command::DropIdle(Duration::from_secs(3600)));
    server.send(Command::DropAll);
    server.ended(Why::Dropped);
    assert!(clients.iter_mut().all(|client| client.read(&mut [0]).unwrap() == 0));
    server.send(Command::Drop(id));
    server.until("a miss", |s| s.events.iter().any(|e| e.event.what == What::Missed));
    server.stop();
}

#[test]
fn one_that_must_not_be_read_stays_parked() {
    let mut server = start(coroutines());
    let (mut client, id) = parked_client(&mut server);
    server.send(Command::StopReading(id));
    server.until("stopped", |s| s.table[&id].stopped);
    client.write_all(get("/").as_bytes()).unwrap();
    // Another's request shows that the runtime has looked at its sockets since.
    assert_eq!(ask(&mut server.client(), "/").0, 200);
    server.until("the other's answer", |s| s.counters.requests == 1);
    assert_eq!(server.table[&id].bytes_in, 0);
    server.send(Command::ResumeReading(id));
    assert_eq!(read_response(&mut client).0, 200);
    server.send(Command::StopReading(id));
    server.until("stopped again", |s| s.table[&id].stopped);
    client.write_all(b"GET").unwrap();
    server.send(Command::Drop(id));
    assert_eq!(client.read(&mut [0]).unwrap(), 0, "FIN though there was input");
    server.stop();
}

#[test]
fn a_limit_wakes_the_runtime_once() {
    let idle_timeout = Some(Duration::from_millis(600));
    let mut server = start(Config { idle_timeout, ..coroutines() });
    assert_eq!(server.client().read(&mut [0]).unwrap(), 0);
    server.ended(Why::IdleTimeout);
    assert!(server.stop().own_wakeups >= 1, "one for the limit");
}

/// Lets the server go one step: to before the next call, or the runtime's next wait.
fn step(server: &mut Watched) {
    let since = server.standing.since;
    server.send(Command::Step(Step::Call));
    server.until("a step", |s| {
        s.standing.since > since && matches!(s.standing.stance, Stance::Held(_))
    });
}

#[test]
fn paused_it_makes_no_call_and_each_step_makes_one_at_most() {
    let mut server = start(coroutines());
    server.pause();
    let mut client = server.client();
    client.write_all(get("/").as_bytes()).unwrap();
    let before = server.counters.calls_all();
    server.events.clear();
    let mut made = 0;
    while server.counters.calls[Kind::Send as usize] == 0 {
        step(&mut server);
        let now = server.counters.calls_all() - before;
        assert!(now <= made + 1, "{now} calls after {made}");
        made = now;
    }
    let calls = server.events.iter().map(|e| e.event.what.kind()).filter(|kind| kind.is_call());
    let calls: Vec<Kind> = calls.collect();
    assert_eq!(calls, [Kind::Accept, Kind::Accept, Kind::Recv, Kind::Send]);
    server.send(Command::Run);
    assert_eq!(read_response(&mut client).0, 200);
    server.until("running", |s| s.standing.stance == Stance::Waiting(None));

    // A turn goes on to before the next wait.
    server.pause();
    client.write_all(get("/").as_bytes()).unwrap();
    let since = server.standing.since;
    server.send(Command::Step(Step::Turn));
    server.until("the turn", |s| s.standing.since > since && s.counters.requests == 2);
    assert_eq!(read_response(&mut client).0, 200);
    server.until(
        "the next wait",
        |s| matches!(s.standing.stance, Stance::Held(next) if next.kind == Kind::EpollWait),
    );
    server.stop();
}

#[test]
fn a_client_can_be_dropped_while_everything_stands_before_its_call() {
    let mut server = start(coroutines());
    let (mut client, id) = parked_client(&mut server);
    server.pause();
    client.write_all(get("/").as_bytes()).unwrap();
    while !matches!(server.standing.stance, Stance::Held(next) if next.kind == Kind::Recv && next.conn == Some(id))
    {
        step(&mut server);
    }
    server.send(Command::Drop(id));
    server.until("gone at once", |s| s.counters.open() == 0);
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    let mut next = server.client();
    server.send(Command::Run);
    assert_eq!(ask(&mut next, "/").0, 200);
    let mut slow = server.client();
    server.send(Command::Slow(100));
    assert_eq!(ask(&mut slow, "/").0, 200);
    server.stop();
}

#[test]
fn a_slow_handler_holds_all_tasks_up() {
    let routes = Routes { slow: true, ..Routes::default() };
    let mut server = start(Config { routes, ..coroutines() });
    let (mut slow, id) = parked_client(&mut server);
    let (mut other, _) = parked_client(&mut server);
    slow.write_all(get("/slow?ms=2000").as_bytes()).unwrap();
    server.until("the handler", |s| s.standing.stance == Stance::Handling("/slow"));
    assert_eq!(ask(&mut other, "/").0, 200);
    assert_eq!(read_response(&mut slow).0, 200);
    server.until("both answers", |s| s.counters.requests == 2);
    let place = |find: &dyn Fn(What) -> bool| {
        server.events.iter().position(|e| find(e.event.what)).unwrap()
    };
    let handler = place(&|what| what == What::Handler { route: "/slow" });
    let handled = place(&|what| matches!(what, What::Handled { .. }));
    assert_eq!(handled, handler + 1, "nothing else was done meanwhile");
    assert_eq!(server.events[handled].event.conn, Some(id));
    server.stop();
}

/// The most calls of one of two in a row, while the other is not parked.
fn longest_row(events: &[OwnedEvent], two: &[ConnId]) -> u32 {
    let (mut row, mut longest, mut last) = (0, 0, None);
    let mut parked = [true; 2];
    for event in events {
        let Some(i) = two.iter().position(|id| event.event.conn == Some(*id)) else { continue };
        match event.event.what.kind() {
            Kind::Parked => parked[i] = true,
            Kind::Woken => parked[i] = false,
            kind if kind.is_call() => {
                row = if parked[1 - i] || last != Some(i) { 1 } else { row + 1 };
                longest = longest.max(row);
                last = Some(i);
            }
            _ => {}
        }
    }
    longest
}

#[test]
fn whatever_the_neighbours_want_a_small_request_is_served_and_everything_is_published() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("index.html"), "small").unwrap();
    std::fs::write(dir.path().join("large.bin"), vec![b'x'; 10_000_000]).unwrap();
    let site = Site::open(dir.path()).unwrap();
    // Everything is to be seen.
    let capacity = Capacity { events: 1 << 21, bytes: 1 << 28, ..Capacity::default() };
    let mut server = start_with(coroutines(), site, capacity);
    let mut neighbours = Vec::new();
    for text in [get("/large.bin").repeat(1000), get("/").repeat(1_000_000)] {
        let (mut client, id) = parked_client(&mut server);
        neighbours.push(id);
        let mut reader = client.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 20];
            while matches!(reader.read(&mut buffer), Ok(1..)) {}
        });
        std::thread::spawn(move || client.write_all(text.as_bytes()));
    }
    let mut small = server.client();
    let begin = Instant::now();
    let mut longest = 0;
    for round in 1.. {
        assert_eq!(ask(&mut small, "/").0, 200);
        server.until("they go on", |s| {
            neighbours.iter().all(|id| s.table[id].bytes_out > round * 10_000)
        });
        if round % 50 == 0 {
            assert_eq!(server.lost.all(), 0, "the stream is whole");
            longest = longest.max(longest_row(&server.events, &neighbours));
            server.events.clear();
            if longest >= CALLS {
                break;
            }
            assert!(begin.elapsed() < LIMIT, "no task used its budget up: {longest} calls");
        }
    }
    // Those that let the others go on are run again in the reverse order: the last comes first.
    assert!(longest <= 2 * CALLS, "{longest} calls");
    server.stop();
}

#[test]
fn the_echo_protocol_is_spoken_by_tasks_too() {
    let protocol = Protocol::Echo(encoding_rs::UTF_8);
    let mut server = start(Config { protocol, ..coroutines() });
    let (mut client, id) = parked_client(&mut server);
    let sent: Vec<u8> = (0..8_000_000u32).map(|i| i.to_le_bytes()[1]).collect();
    let mut writer = client.try_clone().unwrap();
    let copy = sent.clone();
    let writing = std::thread::spawn(move || {
        writer.write_all(&copy).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    server.until("an echo that waits", |s| is_parked(s, id, Kind::Send));
    let mut back = Vec::new();
    client.read_to_end(&mut back).unwrap();
    writing.join().unwrap();
    assert!(back == sent);
    server.ended(Why::PeerClosed);
    server.stop();
}

#[test]
fn the_listener_goes_to_another_server_and_comes_back() {
    let mut server = start(coroutines());
    let mut clients = Vec::new();
    for to in [ServerKind::EpollEt, ServerKind::Coroutines, ServerKind::EpollEt] {
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        clients.push(client);
        server.events.clear();
        server.send(Command::Switch(to));
        server.until("the switch", |s| {
            s.events.iter().any(|e| e.event.what == What::Switched { to })
        });
        assert_eq!(clients.last_mut().unwrap().read(&mut [0]).unwrap(), 0);
    }
    assert_eq!(ask(&mut server.client(), "/").0, 200);
    let counters = server.stop();
    assert_eq!(counters.closed[Why::Switched as usize], 3);
    assert_eq!((counters.started, counters.ended), (2, 2));
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_in_a_task_is_the_servers() {
    let mut server = start(coroutines());
    let (_client, _) = parked_client(&mut server);
    server.send(Command::Panic);
    let error = server.handle.take().unwrap().join().unwrap_err();
    assert!(error.to_string().contains("a test asked for it"), "{error}");
}

#[test]
fn the_runtimes_interest_list_is_seen_without_asking_it() {
    let mut server = start(coroutines());
    let clients: Vec<_> = (0..3).map(|_| parked_client(&mut server)).collect();
    let handle = server.handle.as_ref().unwrap();
    let listener = server.listener.unwrap().fd;
    let inspector = Inspector::start(server.addr).unwrap();
    let workers = Workers { own: Some(handle.thread_id), ..Workers::default() };
    let question =
        Question { usage: Some(workers), runtime: Some(listener), ..Question::default() };
    let mut fds: Vec<_> = clients.iter().map(|(_, id)| server.table[id].fd).collect();
    fds.extend([listener, server.listener.unwrap().waker]);
    let begin = Instant::now();
    let view = loop {
        inspector.ask(question.clone());
        let view = inspector.latest().and_then(|seen| seen.detail.runtime);
        if let Some(view) = view.filter(|view| view.waits.is_some()) {
            break view;
        }
        assert!(begin.elapsed() < LIMIT, "never seen asleep in its epoll");
        std::thread::sleep(Duration::from_millis(1));
    };
    // All that has a task, the two of the program, and one that is the runtime's alone.
    let own: Vec<_> = view.entries.iter().filter(|(fd, _)| !fds.contains(fd)).collect();
    assert_eq!((view.entries.len(), own.len()), (fds.len() + 1, 1), "{view:?} {fds:?}");
    for fd in fds {
        let (_, mask) = view.entries.iter().find(|entry| entry.0 == fd).unwrap();
        let asked = Mask::IN.with(Mask::OUT).with(Mask::RDHUP).with(Mask::ET);
        assert_eq!(*mask, asked.with(Mask::ERR).with(Mask::HUP), "fd {fd}");
    }
    let link = std::fs::read_link(format!("/proc/self/fd/{}", view.epfd)).unwrap();
    assert_eq!(link.to_str(), Some("anon_inode:[eventpoll]"));
    server.stop();
}
