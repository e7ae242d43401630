//! What stands on the tracks of a trace.

use serde_json::Value;

use super::*;
use crate::telemetry::Event;
use crate::words::samples;

fn header() -> Header {
    Header {
        server: "epoll".into(),
        pid: 7,
        start: std::time::SystemTime::UNIX_EPOCH,
        mistake: None,
        part: false,
        origin: None,
    }
}

/// The trace of batches.
fn traced(batches: &[Batch]) -> Vec<Value> {
    let mut trace = Trace::begin(&header());
    for batch in batches {
        trace.batch(batch);
    }
    trace.end(&header());
    let trace: Value = serde_json::from_slice(&trace.paper.out).unwrap();
    trace["traceEvents"].as_array().unwrap().clone()
}

#[test]
fn an_event_of_each_sort_is_on_a_track() {
    let mut batch = Batch::default();
    for told in samples::all() {
        batch.push_again(told.as_ref());
    }
    let trace = traced(&[batch]);
    let is_told =
        |event: &&Value| matches!(event["cat"].as_str(), Some("call" | "own" | "fact" | "handler"));
    let told: Vec<&Value> = trace.iter().filter(is_told).collect();
    assert_eq!(told.len(), samples::COUNT);
    for (event, at) in told.iter().zip(1..) {
        assert_eq!(event["args"]["seq"], at, "{event}");
    }
    let tracks =
        |pid: u64, tid: u64| told.iter().filter(move |e| e["pid"] == pid && e["tid"] == tid);
    assert_eq!((tracks(7, 77).count(), tracks(78, 78).count()), (3, 1));
}

#[test]
fn a_time_is_told_to_the_nanosecond() {
    let mark = |ts| {
        let mark = Mark { ph: "C", name: "n", cat: "", ts, dur: Some(1), pid: 1, tid: 1, s: None };
        serde_json::to_string(&mark).unwrap()
    };
    assert!(mark(3_995_071_000).contains("\"ts\":3995071,\"dur\":0.001,"));
    assert!(mark(8_640_000_000_000_001).contains("\"ts\":8640000000000.001,"));
    assert!(mark(0).contains("\"ts\":0,"));
}

fn event(seq: u64, time: Nanos, what: What) -> Event {
    Event::new(seq, time * 1000, 9, ConnId::new(1), what)
}

fn batch(events: &[Event], time: Nanos) -> Batch {
    let mut batch = Batch::default();
    batch.time = time * 1000;
    for event in events {
        batch.push(*event, &[], &[]);
    }
    batch
}

/// Name, begin and end of the slices, in microseconds.
fn slices(trace: &[Value]) -> Vec<(&str, u64, u64)> {
    let slices = trace.iter().filter(|event| event["ph"] == "X");
    let number = |event: &Value, name: &str| event[name].as_u64().unwrap();
    slices
        .map(|event| {
            let ts = number(event, "ts");
            (event["name"].as_str().unwrap(), ts, ts + number(event, "dur"))
        })
        .collect()
}

#[test]
fn a_handler_lies_in_its_turn_and_a_wait_outside() {
    let wait = |seq, time: Nanos, waited: Nanos| {
        let what = What::EpollWait { ret: Ret::ok(1), waited: waited * 1000 };
        Event::new(seq, time * 1000, 4, None, what)
    };
    let handled = What::Handled { took: 30_000 };
    let trace = traced(&[batch(
        &[
            wait(1, 20, 10),
            event(2, 25, What::Handler { route: "/slow" }),
            event(3, 55, handled),
            // It began a little before the handler ended: that is cut off from both times.
            wait(4, 64, 10),
            event(5, 65, What::Recv { ret: Ret::ok(1) }),
            // Of another thread, whose wait began when this one had not ended.
            wait(6, 70, 60),
        ],
        90,
    )]);
    assert_eq!(
        slices(&trace),
        [
            ("epoll_wait", 10, 20),
            ("/slow", 25, 55),
            ("turn", 20, 55),
            ("epoll_wait", 55, 64),
            ("turn", 64, 64),
            ("turn", 70, 90),
        ]
    );
}

#[test]
fn what_is_lost_ends_a_request_where_it_was_last_seen() {
    let peer: std::net::SocketAddr = "127.0.0.1:4000".parse().unwrap();
    let accept = What::Accept { ret: Ret::ok(9), peer: Some(peer.into()) };
    let request = What::Request { method: 3, target: 1, minor: 1 };
    let mut first = batch(&[event(1, 10, accept)], 20);
    first.push(event(2, 20, request), b"GET / HTTP/1.1", &[]);
    first.push(event(3, 30, What::Recv { ret: Ret::ok(1) }), &[], &[]);
    let response = What::Response { status: 200, body: 0 };
    let trace = traced(&[first, batch(&[event(9, 50, response)], 60)]);
    let conn = "127.0.0.1:4000";
    assert_eq!(slices(&trace), [("GET /", 20, 30), (conn, 10, 60)]);
    assert!(trace.iter().filter(|event| event["ph"] == "X").all(|e| e["args"]["open"] == true));
}
