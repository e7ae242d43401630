//! `/slow` and `/-/metrics`: there when asked for, and what they say.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::common::{LIMIT, Watched, ask, get, read_response, start};
use epollscope::server::{Config, Routes};
use epollscope::telemetry::{Command, Kind, OwnedEvent, Row, Stance, What, Why};

fn with(slow: bool, metrics: bool) -> Config {
    Config { routes: Routes { slow, metrics, class: false }, ..Config::default() }
}

#[test]
fn they_are_there_only_when_asked_for() {
    for (slow, metrics) in [(false, false), (true, false), (false, true)] {
        let server = start(with(slow, metrics));
        let mut client = server.client();
        let status = |there| if there { 200 } else { 404 };
        assert_eq!(ask(&mut client, "/slow?ms=1").0, status(slow));
        assert_eq!(ask(&mut client, "/-/metrics").0, status(metrics));
        assert_eq!(ask(&mut client, "/slow?ms=x").0, 404);
        client.write_all(b"POST /-/metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert_eq!(read_response(&mut client).0, 405);
        server.stop();
    }
}

#[test]
fn a_slow_handler_is_told_before_it_begins_and_everybody_waits() {
    // The handler takes longer than the limit, and the test has to be quicker than either.
    let header_timeout = Some(Duration::from_millis(1500));
    let mut server = start(Config { header_timeout, ..with(true, false) });
    let (mut slow, mut other) = (server.client(), server.client());
    let (head, tail) = ("GET / HTTP/1.1\r\n", "Host: x\r\n\r\n");
    server.row_of(&other);
    let row = server.row_of(&slow);
    slow.write_all(get("/slow?ms=3000").as_bytes()).unwrap();
    server.until("the handler", |s| s.standing.stance == Stance::Handling("/slow"));
    let began = server.standing.since;
    let handler = |e: &OwnedEvent| e.event.what == What::Handler { route: "/slow" };
    assert!(server.events.iter().any(|e| handler(e) && e.event.conn == Some(row.id)));
    assert!(!server.events.iter().any(|e| e.event.what.kind() == Kind::Handled), "it goes on");
    assert_eq!(server.table[&row.id].requests, 1);
    let of_rows = |s: &Watched| s.table.values().map(Row::keeps_the_loop).collect::<Vec<_>>();
    assert_eq!(of_rows(&server), [true, false], "the other is not to blame");
    // These wait in the kernel meanwhile, and so does the operator. Slowness of ours is not theirs.
    other.write_all((head.to_owned() + tail + head).as_bytes()).unwrap();
    server.send(Command::Drop(row.id));
    server.until("its end", |s| s.events.iter().any(|e| e.event.what.kind() == Kind::Handled));
    let took = |e: &OwnedEvent| match e.event.what {
        What::Handled { took } => Some((took, e.event.time)),
        _ => None,
    };
    server.until("the rows", |s| of_rows(s) == [false, false] || !s.gone.is_empty());
    let (took, ended) = server.events.iter().find_map(took).unwrap();
    assert!(took >= 3_000_000_000 && ended >= began + took);
    let of_loop = server.events.iter().filter(|e| e.event.what.kind().is_call());
    assert!(of_loop.into_iter().all(|e| e.event.time <= began || e.event.time >= ended));
    assert_eq!(read_response(&mut other).0, 200);
    other.write_all(tail.as_bytes()).unwrap();
    assert_eq!(read_response(&mut other).0, 200);
    // What the operator had said is done when the handler has ended.
    server.until("the drop", |s| s.gone.iter().any(|gone| gone.id == row.id));
    assert_eq!(server.gone[0].why, Some(Why::Dropped));
    server.stop();
}

#[test]
fn the_end_of_the_server_ends_a_slow_handler() {
    let mut server = start(with(true, false));
    let mut client = server.client();
    client.write_all(get("/slow?ms=60000").as_bytes()).unwrap();
    server.until("the handler", |s| s.standing.stance == Stance::Handling("/slow"));
    let begin = Instant::now();
    server.stop();
    assert!(begin.elapsed() < LIMIT);
}
