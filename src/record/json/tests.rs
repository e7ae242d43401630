//! What the log's lines say.

use super::*;
use crate::words::samples;
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use serde_json::{Value, json};

/// The line without its time, which is the clock's.
fn parsed(event: EventRef<'_>) -> (String, Value) {
    let mut out = Vec::new();
    super::event(&mut out, event, Some(samples::WAKER));
    let line = String::from_utf8(out).unwrap();
    assert!(line.ends_with("}\n") && line.matches('\n').count() == 1);
    let mut value: Value = serde_json::from_str(&line).unwrap();
    let time = value.as_object_mut().unwrap().remove("t").unwrap();
    assert!(time.as_f64().unwrap() >= 0.0);
    (line, value)
}

#[test]
fn every_kind_is_written_as_the_design_says() {
    let want = [
        json!({"call":"listen","fd":5,"addr":"127.0.0.1:7890","backlog":1024}),
        json!({"call":"epoll_ctl","epfd":4,"op":"ADD","fd":5,"mask":"IN|RDHUP|ET"}),
        json!({"call":"epoll_ctl","epfd":4,"op":"DEL","fd":9,"conn":1,"err":"ENOENT"}),
        json!({"call":"epoll_wait","epfd":4,"ret":2,"ready":[{"fd":5,"mask":"IN"},
            {"fd":3,"mask":"IN","own":true}],"waited":1.203,"own":true}),
        json!({"call":"epoll_wait","epfd":4,"err":"EINTR","ready":[],"waited":0.000_001}),
        json!({"call":"accept","fd":5,"ret":9,"conn":1,"peer":"127.0.0.1:51820"}),
        json!({"call":"accept","fd":5,"err":"EAGAIN"}),
        json!({"call":"recv","fd":9,"conn":1,"ret":84}),
        json!({"call":"send","fd":9,"conn":1,"ret":1290,"len":3100}),
        json!({"call":"sendfile","fd":9,"conn":1,"ret":4096,"file":11,"offset":7,"len":8192}),
        json!({"call":"shutdown","fd":9,"conn":1,"how":"WR"}),
        json!({"call":"setsockopt","fd":9,"conn":1,"name":"SO_LINGER","err":"EINVAL"}),
        json!({"call":"openat2","fd":6,"path":"a\"\\\n\u{7f}\u{fffd}.html","flags":"O_PATH",
            "ret":11}),
        json!({"call":"fstat","fd":11}),
        json!({"call":"pread64","fd":11,"offset":0,"ret":1024}),
        json!({"call":"close","fd":9,"conn":1}),
        json!({"fact":"request","conn":1,"fd":9,"method":"GET","target":"/a\u{1b}[2J",
            "version":"1.1"}),
        json!({"fact":"response","conn":1,"fd":9,"status":200,"body":1024}),
        json!({"fact":"refused","conn":1,"fd":9}),
        json!({"fact":"closed","conn":1,"fd":9,"why":"peer closed","bytes_in":84,
            "bytes_out":1290,"requests":1}),
        json!({"fact":"rest","fd":5,"err":"EMFILE"}),
        json!({"fact":"resume","fd":5}),
        json!({"fact":"pace","mode":"slow","calls_per_second":10}),
        json!({"fact":"missed","conn":7}),
        json!({"fact":"data","conn":1,"fd":9,"bytes":6,"text":"手\"\n!"}),
        json!({"call":"openat","path":"/proc/self/fd/11","ret":12}),
        json!({"call":"getdents64","fd":11,"ret":96}),
        json!({"fact":"handler","conn":1,"fd":9,"route":"/slow"}),
        json!({"fact":"handled","conn":1,"fd":9,"took":3.2}),
        json!({"call":"poll","ret":1,"ready":[{"fd":5,"mask":"IN"}],"examined":50,"copied":500,"waited":0.002}),
        json!({"call":"select","ret":0,"ready":[],"examined":50,"copied":48,
            "waited":0.002}),
        json!({"call":"clock_nanosleep","waited":0.002}),
        json!({"call":"read","fd":0,"ret":5}),
        json!({"fact":"typed","fd":0,"text":"quit"}),
        json!({"fact":"round","asked":50,"answered":2,"took":0.002}),
        json!({"fact":"switched","server":"threads"}),
        json!({"fact":"started","conn":1,"fd":9,"stack":65_536,"tid":77}),
        json!({"call":"recv","fd":9,"conn":1,"ret":84,"tid":77}),
        json!({"fact":"ended","conn":1,"fd":9,"tid":77}),
        json!({"call":"recv","fd":0,"conn":1,"ret":84,"pid":78}),
        json!({"call":"wait4","conn":1,"ret":78}),
        json!({"fact":"started","conn":1,"fd":9}),
        json!({"fact":"parked","conn":1,"fd":9,"on":"IN"}),
        json!({"fact":"woken","conn":1,"fd":9}),
        json!({"fact":"queued","conn":1,"fd":9,"route":"/slow"}),
        json!({"call":"epoll_create1","ret":4}),
        json!({"call":"connect","fd":9,"conn":1,"family":"UNSPEC"}),
        json!({"fact":"unreadable","conn":1,"fd":9}),
    ];
    let events = samples::all();
    assert_eq!(events.len(), want.len());
    for (event, mut want) in events.iter().zip(want) {
        want["seq"] = event.event.seq.into();
        assert_eq!(parsed(event.as_ref()).1, want);
    }
}

#[test]
fn a_text_that_was_cut_tells_its_true_length() {
    let long = vec![b'a'; 60_000];
    let head = [b"PATCH /", &long[..8185]].concat();
    let ret = Ret::ok(3);
    let events = samples::events_of(|to| {
        to.call_with(6, None, What::Open { look: false, ret }, &long, &[], false);
        to.fact(9, None, What::Request { method: 5, target: 60_000, minor: 1 }, &head);
        to.fact(9, None, What::Data { bytes: 60_000 }, &long);
        to.fact(0, None, What::Typed, &long);
    });
    let lines: Vec<Value> = events.iter().map(|event| parsed(event.as_ref()).1).collect();
    for (line, name) in [(&lines[0], "path"), (&lines[2], "text"), (&lines[3], "text")] {
        let text = line[name].as_str().unwrap();
        let kept = if line["fact"] == "data" { 1024 } else { 8192 };
        assert_eq!((text.len(), &line[format!("{name}_length")]), (kept, &json!(60_000)));
    }
    let request = &lines[1];
    assert_eq!(request["method"], "PATCH");
    assert_eq!(request["target"].as_str().unwrap().len(), 8186);
    assert_eq!(request["target_length"], 60_000);
    assert!(request.get("method_length").is_none());
}

#[test]
fn the_fields_stand_in_the_designs_order() {
    let events = samples::all();
    let line = |seq: usize| {
        let line = parsed(events[seq - 1].as_ref()).0;
        let (head, tail) = line.trim_end().split_once(",\"t\":").unwrap();
        format!("{head},{}", tail.split_once(',').unwrap().1)
    };
    assert_eq!(
        line(2),
        r#"{"seq":2,"call":"epoll_ctl","epfd":4,"op":"ADD","fd":5,"mask":"IN|RDHUP|ET"}"#
    );
    assert_eq!(
        line(6),
        r#"{"seq":6,"call":"accept","fd":5,"ret":9,"conn":1,"peer":"127.0.0.1:51820"}"#
    );
    assert_eq!(line(8), r#"{"seq":8,"call":"recv","fd":9,"conn":1,"ret":84}"#);
    assert_eq!(
        line(18),
        r#"{"seq":18,"fact":"response","conn":1,"fd":9,"status":200,"body":1024}"#
    );
}

#[test]
fn the_first_and_the_last_line() {
    let start = UNIX_EPOCH + Duration::from_secs(1_795_251_600);
    let mut out = Vec::new();
    header(&mut out, &Header { server: "epoll-et", pid: 4242, start, mistake: None });
    closing(&mut out, 0, 22, &Counters { requests: 3, ..Counters::default() }, false);
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "{\"log\":\"epollscope\",\"version\":1,\"server\":\"epoll-et\",\"pid\":4242,\
         \"start\":\"2026-11-21T09:00:00Z\"}"
    );
    let last: Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!((&last["lost"], &last["events"]), (&json!(0), &json!(22)));
    assert_eq!((&last["costs"]["requests"], &last["costs"]["calls"]), (&json!(3), &json!(0)));
    assert!(last["costs"]["self"]["max_rss_kib"].as_u64() > Some(1000), "{last}");
    let mut out = Vec::new();
    let mistake = Some("no-drain");
    header(&mut out, &Header { server: "epoll-et", pid: 4242, start, mistake });
    assert!(out.ends_with(b"Z\",\"mistake\":\"no-drain\"}\n"));
}

#[test]
fn dates_are_those_of_the_calendar() {
    for (seconds, want) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_735_689_599, "2024-12-31T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
    ] {
        let mut out = Vec::new();
        utc(&mut out, UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(String::from_utf8(out).unwrap(), want);
    }
}

#[test]
fn what_would_change_how_a_line_is_shown_is_escaped() {
    let shown = |text: &str| {
        let mut out = Vec::new();
        string(&mut out, text.as_bytes());
        let line = String::from_utf8(out).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), text);
        line
    };
    for c in samples::UNSAFE.iter().cloned().flatten() {
        assert_eq!(shown(&format!("a{c}b")), format!("\"a\\u{:04x}b\"", u32::from(c)));
    }
    let plain = "~ \u{a0}\u{e9}\u{624b}\u{2027}\u{202f}\u{1f642}";
    assert_eq!(shown(plain), format!("\"{plain}\""));
}

proptest! {
    #[test]
    fn numbers_are_written_as_std_writes_them(value: u64, fd: i32) {
        let mut out = Vec::new();
        number(&mut out, value);
        out.push(b' ');
        signed(&mut out, fd);
        out.push(b' ');
        seconds(&mut out, value);
        let (whole, micros) = (value / 1_000_000_000, value / 1000 % 1_000_000);
        prop_assert_eq!(String::from_utf8(out).unwrap(),
            format!("{value} {fd} {whole}.{micros:06}"));
    }

    #[test]
    fn any_bytes_become_a_string(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut out = Vec::new();
        string(&mut out, &bytes);
        let value: Value = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(value.as_str().unwrap(), String::from_utf8_lossy(&bytes));
        prop_assert!(!out.iter().any(u8::is_ascii_control));
    }
}
