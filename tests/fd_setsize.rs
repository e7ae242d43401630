//! `select(2)` has no bit for an fd from 1024 up. Alone in its file, because it takes so many.

mod common;

use std::io::{Read, Write};

use common::{ask, get, read_response, start};
use epollscope::server::Config;
use epollscope::telemetry::{ServerKind, What, Why};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

#[test]
fn a_connection_whose_number_is_too_high_is_refused_and_closed_cleanly() {
    let old = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: old.maximum, ..old }).unwrap();
    let mut server = start(Config { server: ServerKind::Select, ..Config::default() });
    let mut low = server.client();
    assert_eq!(ask(&mut low, "/").0, 200);
    let taken: Vec<_> = (0..1024)
        .map(|_| std::fs::File::open("/dev/null").expect("this test needs 1,100 descriptors"))
        .collect();

    let mut high = server.client();
    high.write_all(get("/").as_bytes()).unwrap();
    let row = server.row_of(&high);
    assert_eq!(read_response(&mut high).0, 503);
    assert_eq!(high.read(&mut [0]).unwrap(), 0);
    // It goes on talking, and nobody can be told of it.
    assert!(row.fd >= 1024);
    assert_eq!(row.interest.to_string(), "0");
    high.write_all(b"more").unwrap();
    let calls = server.counters.calls_all();
    server.until("its end", |s| s.gone.iter().any(|gone| gone.id == row.id));
    assert_eq!(server.gone.last().unwrap().why, Some(Why::FdSetSize));
    assert!(server.counters.calls_all() < calls + 40, "it waits for that without asking");
    assert_eq!(high.read(&mut [0]).unwrap(), 0, "a FIN and no reset");
    let refused = server.events.iter().filter(|e| e.event.what == What::Refused).count();
    assert_eq!((refused, server.counters.refused), (1, 1));

    // The others go on, and so does the newcomer when a number is free.
    assert_eq!(ask(&mut low, "/").0, 200);
    drop(taken);
    assert_eq!(ask(&mut server.client(), "/").0, 200);
    server.stop();
}
