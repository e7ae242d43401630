//! `--handler offload`: the loop serves others while a handler runs, and order is kept.

use std::io::{Read, Write};

use crate::common::{ask, get, read_response, start};
use epollscope::server::{Config, Routes};
use epollscope::telemetry::{Command, ConnState, Kind};

fn config(handler_threads: usize) -> Config {
    let routes = Routes { slow: true, ..Routes::default() };
    Config { handler_threads, routes, ..Config::default() }
}

#[test]
fn others_are_served_while_a_handler_runs() {
    let mut server = start(config(1));
    let (mut slow, mut quick) = (server.client(), server.client());
    let id = server.row_of(&slow).id;
    slow.write_all(get("/slow?ms=30000").as_bytes()).unwrap();
    server.until("it runs", |s| s.events.iter().any(|e| e.event.what.kind() == Kind::Handler));
    server.until("its state", |s| s.table[&id].state == ConnState::Handling);
    // With the handler on the loop, this would take 30 s, and the test gives up before.
    assert_eq!(ask(&mut quick, "/").0, 200);
    let begun = server.events.iter().find(|e| e.event.what.kind() == Kind::Handler).unwrap();
    let tid = begun.event.by.tid().expect("another thread");
    assert_ne!(tid, server.handle.as_ref().unwrap().thread_id);
    assert_eq!(begun.event.conn, Some(id));
    assert_eq!(server.table[&id].within, Some(Kind::Handler));
    // The next has to wait for the only thread, and nobody for them.
    quick.write_all(get("/slow?ms=30000").as_bytes()).unwrap();
    let next = server.row_of(&quick).id;
    server.until("it is queued", |s| s.table[&next].within == Some(Kind::Queued));
    assert!(!server.table[&next].keeps_the_loop());
    assert_eq!(ask(&mut server.client(), "/").0, 200);
    server.send(Command::Drop(id));
    server.until("it runs", |s| s.table[&next].within == Some(Kind::Handler));
    // The end of the server ends the handler.
    server.stop();
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let mut server = start(config(4));
    let mut client = server.client();
    let all = [get("/style.css"), get("/slow?ms=50"), get("/"), get("/slow?ms=1"), get("/none")];
    client.write_all(all.concat().as_bytes()).unwrap();
    let first = read_response(&mut client);
    assert!(first.0 == 200 && first.1.len() > 500);
    let slow = String::from_utf8(read_response(&mut client).1).unwrap();
    assert!(slow.starts_with("This handler took 50 ms on a thread of the pool."), "{slow}");
    assert!(read_response(&mut client).1.starts_with(b"<!"));
    assert!(read_response(&mut client).1.starts_with(b"This handler took 1 ms"));
    assert_eq!(read_response(&mut client).0, 404);
    server.until("all are told", |s| s.counters.requests == 5);
    let of = |kind| server.events.iter().filter(|e| e.event.what.kind() == kind).count();
    assert_eq!((of(Kind::Request), of(Kind::Queued)), (5, 2));
    assert_eq!((of(Kind::Handler), of(Kind::Handled)), (2, 2));
    server.stop();
}

#[test]
fn what_was_gathered_is_sent_before_a_handler_on_the_loop() {
    let server = start(config(0));
    let mut client = server.client();
    client.write_all((get("/style.css") + &get("/slow?ms=60000")).as_bytes()).unwrap();
    assert_eq!(read_response(&mut client).0, 200);
    server.stop();
}

#[test]
fn a_client_whose_handler_is_in_the_pool_can_be_dropped() {
    let mut server = start(config(2));
    let mut client = server.client();
    let row = server.row_of(&client);
    client.write_all(get("/slow?ms=2000").as_bytes()).unwrap();
    server.until("its state", |s| s.table[&row.id].state == ConnState::Handling);
    server.until("it runs", |s| s.events.iter().any(|e| e.event.what.kind() == Kind::Handler));
    server.send(Command::Drop(row.id));
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    let mut next = server.client();
    server.until("the handler's end", |s| {
        s.events.iter().any(|e| e.event.what.kind() == Kind::Handled)
    });
    // Its answer goes to nobody, and the loop goes on.
    assert_eq!(ask(&mut next, "/none").0, 404);
    server.stop();
}
