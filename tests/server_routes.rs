//! `/slow` and `/-/metrics`: there when asked for, and what they say.

mod common;

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use common::{ask, get, read_response, start};
use epollscope::server::{Config, Routes};
use epollscope::telemetry::{Command, Kind, OwnedEvent, Stance, What, Why};

fn with(slow: bool, metrics: bool) -> Config {
    Config { routes: Routes { slow, metrics }, ..Config::default() }
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
    let header_timeout = Some(Duration::from_millis(300));
    let mut server = start(Config { header_timeout, ..with(true, false) });
    let (mut slow, mut other) = (server.client(), server.client());
    let (head, tail) = ("GET / HTTP/1.1\r\n", "Host: x\r\n\r\n");
    server.row_of(&other);
    let row = server.row_of(&slow);
    slow.write_all(get("/slow?ms=1500").as_bytes()).unwrap();
    server.until("the handler", |s| s.standing.stance == Stance::Handling("/slow"));
    let began = server.standing.since;
    let handler = |e: &OwnedEvent| e.event.what == What::Handler { route: "/slow" };
    assert!(server.events.iter().any(|e| handler(e) && e.event.conn == Some(row.id)));
    assert!(!server.events.iter().any(|e| e.event.what.kind() == Kind::Handled), "it goes on");
    assert_eq!(server.table[&row.id].requests, 1);
    // These wait in the kernel meanwhile, and so does the operator. Slowness of ours is not theirs.
    other.write_all((head.to_owned() + tail + head).as_bytes()).unwrap();
    server.send(Command::Drop(row.id));
    server.until("its end", |s| s.events.iter().any(|e| e.event.what.kind() == Kind::Handled));
    let took = |e: &OwnedEvent| match e.event.what {
        What::Handled { took } => Some((took, e.event.time)),
        _ => None,
    };
    let (took, ended) = server.events.iter().find_map(took).unwrap();
    assert!(took >= 1_500_000_000 && ended >= began + took);
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
    assert!(begin.elapsed() < Duration::from_secs(5));
}

/// A family of Prometheus' text format: its type, and its samples by their labels.
struct Family {
    kind: String,
    samples: BTreeMap<String, f64>,
}

/// Reads the format, version 0.0.4, and refuses what breaks its rules.
fn parse(text: &str) -> BTreeMap<String, Family> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    assert!(text.ends_with('\n'), "the last line has an end too");
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut helped = Vec::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(is_name(name) && !help.is_empty(), "{line}");
            assert!(!helped.contains(&name), "told twice: {line}");
            helped.push(name);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["counter", "gauge"].contains(&kind) && helped.last() == Some(&name), "{line}");
            assert!(kind != "counter" || name.ends_with("_total"), "{line}");
            let family = Family { kind: kind.to_owned(), samples: BTreeMap::new() };
            assert!(families.insert(name.to_owned(), family).is_none(), "declared twice: {line}");
            name.clone_into(&mut current);
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = match sample.split_once('{') {
                None => (sample, ""),
                Some((name, labels)) => (name, labels.strip_suffix('}').unwrap()),
            };
            assert_eq!(name, current, "a sample follows its family's type");
            if !labels.is_empty() {
                let (label, quoted) = labels.split_once('=').unwrap();
                let inner = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"')).unwrap();
                assert!(is_name(label) && !inner.contains(['"', '\\', '\n']), "{line}");
            }
            let value: f64 = value.parse().unwrap();
            let samples = &mut families.get_mut(name).unwrap().samples;
            assert!(samples.insert(labels.to_owned(), value).is_none(), "twice: {line}");
        }
    }
    families
}

#[test]
fn the_metrics_are_the_counters() {
    let mut server = start(with(false, true));
    let mut client = server.client();
    for target in ["/", "/", "/missing"] {
        ask(&mut client, target);
    }
    drop(server.client());
    server.until("the other's end", |s| s.counters.closed[Why::PeerClosed as usize] == 1);
    client.write_all(get("/-/metrics").as_bytes()).unwrap();
    let (status, body) = read_response(&mut client);
    assert_eq!(status, 200);
    let families = parse(&String::from_utf8(body).unwrap());
    let value = |name: &str, labels: &str| {
        let family = &families[&format!("epollscope_{name}")];
        assert_eq!(family.kind == "counter", name.ends_with("_total"));
        family.samples[labels]
    };
    let is = |name: &str, labels: &str, expected: u32| {
        assert!((value(name, labels) - f64::from(expected)).abs() < 0.5, "{name}{{{labels}}}");
    };
    is("connections_accepted_total", "", 2);
    is("connections_open", "", 1);
    is("connections_closed_total", "why=\"peer closed\"", 1);
    is("connections_refused_total", "", 0);
    is("requests_total", "", 4);
    is("responses_total", "code=\"2xx\"", 2);
    is("responses_total", "code=\"4xx\"", 1);
    let received = 2 * get("/").len() + get("/missing").len() + get("/-/metrics").len();
    is("received_bytes_total", "", u32::try_from(received).unwrap());
    assert!(value("sent_bytes_total", "") > 10_000.0);
    assert!(value("calls_total", "call=\"recv\"") >= 5.0);
    assert!(value("wakeups_total", "") >= value("own_wakeups_total", ""));
    // epoll looks at nothing else than what is ready, and has nobody work for it.
    assert!(value("examined_total", "") >= value("ready_total", ""));
    let events = value("examined_total", "") + value("calls_total", "call=\"epoll_ctl\"");
    let bytes = value("copied_bytes_total", "") / events;
    assert!((12.0..=16.0).contains(&bytes), "{bytes} bytes an event");
    is("started_total", "", 0);
    is("ended_total", "", 0);
    let waited = value("waited_seconds_total", "");
    assert!(waited > 0.0 && waited < 60.0 && waited.fract() != 0.0, "{waited} s");
    // All of a kind are there, those at zero too.
    let count = |name: &str| families[&format!("epollscope_{name}")].samples.len();
    assert_eq!(count("connections_closed_total"), Why::ALL.len());
    let calls = Kind::ALL.into_iter().filter(|kind| kind.is_call()).count();
    assert_eq!(count("calls_total"), calls);
    server.stop();
}
