//! Many slow handlers at once: the end of the server and the operator's commands are heard, the
//! others are served in between, and what one client may ask for in one go is bounded.

mod common;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::time::Instant;

use common::{LIMIT, Watched, ask, get, on_all, on_each, on_those, read_response};
use epollscope::server::{Config, Routes};
use epollscope::telemetry::{Command, Kind, ServerKind, What, Why};

/// Slow ones that are ready in the same turn.
const MANY: usize = 20;

fn start(config: &Config, handler_threads: usize) -> Watched {
    let routes = Routes { slow: true, ..Routes::default() };
    let worker = common::with(config.server, &["--demo-routes"]).worker;
    common::start(Config { routes, handler_threads, worker, ..config.clone() })
}

/// Whether one thread serves all.
fn is_loop(config: &Config) -> bool {
    !matches!(config.server, ServerKind::Blocking | ServerKind::Threads | ServerKind::Processes)
}

/// So many clients; where one thread serves them, it finds all their requests in the same turn.
fn ready_at_once(server: &mut Watched, config: &Config, request: &str) -> Vec<TcpStream> {
    let mut clients: Vec<TcpStream> = (0..MANY).map(|_| server.client()).collect();
    if is_loop(config) {
        server.until("all are in the table", |s| s.table.len() == MANY);
        server.pause();
    }
    for client in &mut clients {
        client.write_all(request.as_bytes()).unwrap();
    }
    server.send(Command::Run);
    until_handler(server);
    clients
}

#[track_caller]
fn until_handler(server: &mut Watched) {
    server.until("a handler", |s| s.events.iter().any(|e| e.event.what.kind() == Kind::Handler));
}

/// Ends the server, which must not wait for its handlers.
#[track_caller]
fn ends(mut server: Watched) {
    let begin = Instant::now();
    server.send(Command::Shutdown);
    while !server.handle.as_ref().unwrap().is_finished() {
        server.drain();
        assert!(begin.elapsed() < LIMIT, "it does not end: {:?}", server.standing);
        std::thread::yield_now();
    }
    server.stop();
}

#[test]
fn the_end_comes_at_once_however_many_wait_for_handlers() {
    on_all(|config| {
        let mut server = start(&config, 0);
        let _clients = ready_at_once(&mut server, &config, &get("/slow?ms=60000"));
        ends(server);
    });
}

#[test]
fn the_end_comes_before_those_who_came_while_a_handler_ran() {
    on_all(|config| {
        let mut server = start(&config, 0);
        let mut clients: Vec<TcpStream> = (0..MANY).map(|_| server.client()).collect();
        clients[0].write_all(get("/slow?ms=60000").as_bytes()).unwrap();
        until_handler(&mut server);
        for client in &mut clients[1..] {
            client.write_all(get("/slow?ms=60000").as_bytes()).unwrap();
        }
        ends(server);
    });
}

#[test]
fn the_end_comes_at_once_however_many_are_pipelined() {
    on_all(|config| {
        let mut server = start(&config, 0);
        let mut client = server.client();
        client.write_all(get("/slow?ms=20000").repeat(50).as_bytes()).unwrap();
        until_handler(&mut server);
        ends(server);
    });
}

#[test]
fn the_end_comes_at_once_to_the_pool() {
    on_each(|config| {
        let mut server = start(&config, 2);
        let _clients = ready_at_once(&mut server, &config, &get("/slow?ms=20000").repeat(3));
        ends(server);
    });
}

#[test]
fn another_server_takes_over_at_once() {
    on_all(|config| {
        let mut server = start(&config, 0);
        let _clients = ready_at_once(&mut server, &config, &get("/slow?ms=60000"));
        server.send(Command::Switch(ServerKind::Poll));
        let switched = What::Switched { to: ServerKind::Poll };
        server.until("the switch", |s| s.events.iter().any(|e| e.event.what == switched));
        ends(server);
    });
}

#[test]
fn all_that_wait_for_handlers_can_be_dropped() {
    on_all(|config| {
        // A handler on the loop ends before anything else is done; one that has a thread or a
        // process to itself is ended.
        let ms = if is_loop(&config) { 2000 } else { 60_000 };
        let mut server = start(&config, 0);
        let _clients = ready_at_once(&mut server, &config, &get(&format!("/slow?ms={ms}")));
        // `blocking` has but one of them in the table.
        let many = if config.server == ServerKind::Blocking { 1 } else { MANY };
        server.until("all are in the table", |s| s.table.len() == many);
        server.send(Command::DropAll);
        server.until("the drop", |s| s.counters.closed[Why::Dropped as usize] == many as u64);
        ends(server);
    });
}

#[test]
fn the_pool_is_free_again_when_those_it_works_for_were_dropped() {
    on_each(|config| {
        let mut server = start(&config, 2);
        let _clients = ready_at_once(&mut server, &config, &get("/slow?ms=60000"));
        server.send(Command::DropAll);
        // Whoever came before that is carried out would be dropped as well.
        server.until("they are gone", |s| s.table.is_empty());
        let mut next = server.client();
        assert_eq!(ask(&mut next, "/slow?ms=1").0, 200);
        let of = |s: &Watched, kind| {
            s.events.iter().filter(|event| event.event.what.kind() == kind).count()
        };
        // Those that were dropped end on their threads, each in its own time.
        server.until("what was begun was ended", |s| {
            s.counters.responses[2] == 1 && of(s, Kind::Handler) == of(s, Kind::Handled)
        });
        assert_eq!(of(&server, Kind::Queued), MANY + 1);
        ends(server);
    });
}

#[test]
fn the_others_are_served_between_two_handlers() {
    let coroutines = Config { server: ServerKind::Coroutines, ..Config::default() };
    on_each(|config| between_two_handlers(&config));
    between_two_handlers(&coroutines);
}

fn between_two_handlers(config: &Config) {
    let mut server = start(config, 0);
    let mut slow = ready_at_once(&mut server, config, &get("/slow?ms=20").repeat(3));
    let mut quick = server.client();
    assert_eq!(ask(&mut quick, "/").0, 200);
    let ours = server.row_of(&quick).id;
    for client in &mut slow {
        for _ in 0..3 {
            assert_eq!(read_response(client).0, 200);
        }
    }
    server.until("all is told", |s| s.counters.requests == 3 * MANY as u64 + 1);
    let mut begun = BTreeMap::new();
    let (mut since_wait, mut after_accept) = (0, None);
    for event in &server.events {
        let (conn, kind) = (event.event.conn, event.event.what.kind());
        match kind {
            Kind::Accept if conn == Some(ours) => after_accept = Some(0),
            Kind::Response if conn == Some(ours) => {
                // Accepting, watching, receiving: each may take a turn.
                let handlers = after_accept.take().expect("accepted before");
                assert!(handlers <= 3, "{handlers} handlers before its answer");
            }
            Kind::Handler => {
                since_wait += 1;
                after_accept = after_accept.map(|handlers| handlers + 1);
                assert!(since_wait == 1 || !kind_waits(config), "two handlers in one turn");
                *begun.entry(conn).or_insert(0) += 1;
                let (most, least) = (begun.values().max().unwrap(), begun.values().min().unwrap());
                let least = if begun.len() == MANY { *least } else { 0 };
                assert!(most - least <= 2, "one is far ahead of the others: {begun:?}");
            }
            _ if kind.is_wait() => since_wait = 0,
            _ => {}
        }
    }
    ends(server);
}

/// Whether each of its turns begins with a wait that is told.
fn kind_waits(config: &Config) -> bool {
    !matches!(config.server, ServerKind::Coroutines | ServerKind::Scan)
}

#[test]
fn what_is_asked_for_in_one_go_may_take_as_long_as_one_handler() {
    on_those(|_| true, |config| in_one_go(&config, 1));
    on_all(|config| in_one_go(&config, 0));
}

fn in_one_go(config: &Config, handler_threads: usize) {
    let server = start(config, handler_threads);
    let mut client = server.client();
    let all = [get("/slow?ms=1"), get("/"), get("/slow?ms=60000"), get("/")];
    client.write_all(all.concat().as_bytes()).unwrap();
    for status in [200, 200, 503] {
        assert_eq!(read_response(&mut client).0, status);
    }
    // It is closed then: what else was asked for in the same go is not answered.
    assert_eq!(std::io::Read::read(&mut client, &mut [0]).unwrap(), 0);
    // Asked for one after the other, each may take its time.
    let mut client = server.client();
    for _ in 0..3 {
        assert_eq!(ask(&mut client, "/slow?ms=1").0, 200);
    }
    assert_eq!(server.stop().responses[5], 1);
}
