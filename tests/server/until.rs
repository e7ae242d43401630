//! Running until a call is next: every server stands before it, and before no other.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::{
    Watched, ask, get, name, on_all, on_each, on_many, read_response, start, with,
};
use epollscope::telemetry::{
    Command, ConnId, Kind, Mode, Next, ServerKind, Site, Stance, Step, Until, What,
};

fn call(kind: Kind, conn: impl Into<Option<ConnId>>) -> Until {
    Until::Call { kind: Some(kind), conn: conn.into() }
}

impl Watched {
    /// Lets it run until something is next, and waits until it does.
    #[track_caller]
    fn run_until(&mut self, until: Until) {
        self.send(Command::Until(until));
        self.until("its run", |s| paces(s).contains(&Mode::Until(until)));
    }

    /// Waits until it stands, paused; returns before what.
    #[track_caller]
    fn stands(&mut self) -> Next {
        self.until("the call", |s| s.standing.mode == Mode::Paused && s.is_held());
        let Stance::Held(next) = self.standing.stance else { unreachable!() };
        next
    }
}

/// The changes of the pace that were told.
fn paces(server: &Watched) -> Vec<Mode> {
    let pace = |what| if let What::Pace { mode } = what { Some(mode) } else { None };
    server.events.iter().filter_map(|event| pace(event.event.what)).collect()
}

/// Whether its calls sleep: then a thread or process is in its `recv` before anything comes.
fn sleeps(kind: ServerKind) -> bool {
    [ServerKind::Blocking, ServerKind::Threads, ServerKind::Processes].contains(&kind)
}

/// Waits until a connection has its answer, and the server has gone to where it waits for the next.
fn settle(server: &mut Watched, client: &mut TcpStream, kind: ServerKind) -> ConnId {
    let before = server.counters.requests;
    assert_eq!(ask(client, "/").0, 200);
    if sleeps(kind) {
        return server.until_within(client, &[Kind::Recv]);
    }
    server.until("the end of the turn", |s| {
        s.counters.requests > before && matches!(s.standing.stance, Stance::Waiting(_))
    });
    server.row_of(client).id
}

/// Says, when it is dropped, that nobody is served any more.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn it_stands_before_the_recv_of_one_while_another_is_busy() {
    on_many(|config| {
        let (server_name, kind) = (name(&config), config.server);
        if kind == ServerKind::Scan {
            // It asks everybody in every round.
            return;
        }
        let mut server = start(config);
        let (mut one, mut busy) = (server.client(), server.client());
        let conn = settle(&mut server, &mut one, kind);
        settle(&mut server, &mut busy, kind);
        busy.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let stands = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let others = scope.spawn(|| {
                let (mut answers, mut late) = (0, 0);
                loop {
                    busy.write_all(get("/").as_bytes()).unwrap();
                    match busy.read(&mut [0; 16 * 1024]) {
                        Ok(n) => assert!(n > 0),
                        // A machine with much else to do may keep it as long.
                        Err(_) if !stands.load(Ordering::Relaxed) => {}
                        Err(error) => {
                            assert_eq!(error.kind(), ErrorKind::WouldBlock, "it stops too");
                            return answers;
                        }
                    }
                    answers += 1;
                    late += u32::from(stands.load(Ordering::Relaxed));
                    assert!(late < 100, "it is served on and on");
                }
            });
            // Also where the test fails.
            let end = End(&stands);
            server.run_until(call(Kind::Recv, conn));
            server.until("requests meanwhile", |s| s.counters.requests > 20);
            assert_eq!(server.standing.mode, Mode::Until(call(Kind::Recv, conn)));
            one.write_all(get("/").as_bytes()).unwrap();
            let next = server.stands();
            assert_eq!((next.kind, next.conn), (Kind::Recv, Some(conn)), "{server_name}");
            assert_eq!(paces(&server).last(), Some(&Mode::Paused), "{server_name}");
            drop(end);
            assert!(others.join().unwrap() > 10, "{server_name}: it was served meanwhile");
        });
        server.send(Command::Run);
        assert_eq!(read_response(&mut one).0, 200, "{server_name}");
        server.stop();
    });
}

/// The place of a connection's `recv`.
fn site_of_recv(server: &mut Watched) -> Site {
    let recv = |s: &Watched| {
        let mut events = s.events.iter().map(|event| event.event);
        events.find(|event| event.what.kind() == Kind::Recv)?.site
    };
    server.until("a recv", |s| recv(s).is_some());
    recv(server).unwrap()
}

#[test]
fn it_stands_before_the_line_that_was_named() {
    on_all(|config| {
        let (server_name, kind) = (name(&config), config.server);
        let mut server = start(config);
        let mut client = server.client();
        let conn = settle(&mut server, &mut client, kind);
        let site = site_of_recv(&mut server);
        if !sleeps(kind) && kind != ServerKind::Coroutines {
            assert_eq!(site.place().file, "src/server/reactor/turn.rs", "{server_name}");
        }
        server.run_until(Until::Site(site));
        client.write_all(get("/").as_bytes()).unwrap();
        let next = server.stands();
        let there = (next.site, next.kind, next.conn);
        assert_eq!(there, (Some(site), Kind::Recv, Some(conn)), "{server_name}");
        server.stop();
    });
}

#[test]
fn pause_run_slow_motion_and_a_step_end_it() {
    on_all(|config| {
        let (server_name, kind) = (name(&config), config.server);
        let mut server = start(config);
        let mut client = server.client();
        settle(&mut server, &mut client, kind);
        let never = call(Kind::Listen, None);
        for (command, then) in [
            (Command::Run, Mode::Run),
            (Command::Slow(100), Mode::Slow(100)),
            (Command::Step(Step::Call), Mode::Paused),
            (Command::Pause, Mode::Paused),
        ] {
            server.events.clear();
            server.run_until(never);
            assert_eq!(ask(&mut client, "/").0, 200, "{server_name}: it runs");
            server.until("that", |s| s.standing.mode == Mode::Until(never));
            server.send(command);
            server.until("another pace", |s| s.standing.mode == then);
        }
        server.send(Command::Run);
        assert_eq!(ask(&mut client, "/").0, 200, "{server_name}");
        server.stop();
    });
}

#[test]
fn it_stands_before_an_accept() {
    on_all(|config| {
        let (server_name, kind) = (name(&config), config.server);
        let mut server = start(config);
        server.run_until(call(Kind::Accept, None));
        // One that sleeps in its accept comes back to it: at once, or when that client has left.
        let client = server.client();
        let _client = Some(client).filter(|_| kind != ServerKind::Blocking);
        let next = server.stands();
        assert_eq!((next.kind, next.conn), (Kind::Accept, None), "{server_name}");
        server.stop();
    });
}

#[test]
fn one_that_comes_meanwhile_is_held_at_its_first_recv_and_then_at_its_next_call() {
    on_all(|config| {
        let server_name = name(&config);
        let mut server = start(config);
        server.run_until(call(Kind::Recv, None));
        let mut client = server.client();
        client.write_all(get("/").as_bytes()).unwrap();
        let next = server.stands();
        assert_eq!(next.kind, Kind::Recv, "{server_name}");
        assert_eq!(next.conn, Some(server.row_of(&client).id), "{server_name}");
        assert_eq!(server.counters.bytes_in, 0, "{server_name}: it is not made yet");
        server.events.clear();
        server.run_until(Until::Call { kind: None, conn: next.conn });
        let then = server.stands();
        assert_eq!(then.conn, next.conn, "{server_name}");
        assert_ne!(then.kind, Kind::Recv, "{server_name}: that is passed");
        server.stop();
    });
}

#[test]
fn it_passes_the_wait_call_that_it_stands_before_and_stands_before_the_next() {
    on_each(|config| {
        let server_name = name(&config);
        let mut server = start(config);
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        server.run_until(Until::Wait);
        let wait = server.stands();
        let before = server.counters.wakeups;
        client.write_all(get("/").as_bytes()).unwrap();
        server.events.clear();
        server.run_until(Until::Wait);
        assert_eq!(server.stands().kind, wait.kind, "{server_name}");
        assert!(server.counters.wakeups > before, "{server_name}");
        server.stop();
    });
}

#[test]
fn where_calls_sleep_the_wait_call_is_theirs() {
    for kind in ServerKind::ALL.into_iter().filter(|kind| sleeps(*kind)) {
        let mut server = start(with(kind, &[]));
        let mut client = server.client();
        settle(&mut server, &mut client, kind);
        server.run_until(Until::Wait);
        assert_eq!(ask(&mut client, "/").0, 200);
        assert_eq!(server.stands().kind, Kind::Recv, "{kind}");
        server.stop();
    }
}

#[test]
fn a_step_goes_on_from_there_also_in_a_worker_process() {
    on_all(|config| {
        let (server_name, kind) = (name(&config), config.server);
        let mut server = start(config);
        let mut client = server.client();
        let conn = settle(&mut server, &mut client, kind);
        server.run_until(call(Kind::Send, conn));
        client.write_all(get("/").as_bytes()).unwrap();
        assert_eq!(server.stands().kind, Kind::Send, "{server_name}");
        assert_eq!(server.step(), Kind::Send, "{server_name}");
        assert_eq!(read_response(&mut client).0, 200, "{server_name}");
        assert_eq!(server.standing.mode, Mode::Paused, "{server_name}");
        server.send(Command::Run);
        assert_eq!(ask(&mut client, "/").0, 200, "{server_name}");
        server.stop();
    });
}

#[test]
fn one_that_is_gone_is_not_waited_for() {
    on_all(|config| {
        let mut server = start(config);
        server.send(Command::Pause);
        server.until("the pause", |s| s.standing.mode == Mode::Paused);
        server.send(Command::Until(Until::Call { kind: None, conn: ConnId::new(7) }));
        server.until("that it is gone", |s| {
            s.events.iter().any(|event| event.event.what == What::Missed)
        });
        assert_eq!(server.standing.mode, Mode::Paused);
        server.stop();
    });
}
