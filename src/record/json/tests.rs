//! What the log's lines say.

use std::time::{Duration, UNIX_EPOCH};

use super::schema::Word;
use super::*;
use crate::telemetry::{By, ConnId, Event, Form, Mask, Ready, Ret, Site, Text, What};
use crate::words::samples;

use proptest::prelude::*;
use serde_json::{Value, json};

/// The line without its time, which is the clock's.
fn parsed(event: EventRef<'_>) -> (String, Value) {
    let mut out = Vec::new();
    super::event(&mut out, event, Some(samples::WAKER));
    let line = String::from_utf8(out).unwrap();
    assert!(line.ends_with("}\n") && line.matches('\n').count() == 1);
    let mut value: Value = serde_json::from_str(&line).unwrap();
    let members = value.as_object_mut().unwrap();
    assert!(members.remove("at").is_none_or(|at| at.as_str().unwrap().starts_with("src/")));
    let time = members.remove("t").unwrap();
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
        json!({"fact":"set","text":"drain off"}),
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
        json!({"call":"call","form":"fcntl","fd":9,"conn":1,"ret":0,"text":"F_SETFL, O_NONBLOCK"}),
        json!({"fact":"unreadable","conn":1,"fd":9}),
        json!({"fact":"pace","mode":"until","until":"recv of 1"}),
        json!({"fact":"class","conn":1,"fd":9,"student":3,"did":"raised"}),
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
        let line =
            line.split_once(",\"at\":").map_or(line.clone(), |(line, _)| format!("{line}}}\n"));
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

/// Logs are read by programs of others, so that not a byte of a line changes unasked.
#[test]
fn every_line_to_the_byte() {
    let mut out = Vec::new();
    for mut sample in samples::all() {
        sample.event.time = sample.event.seq * 1_234_567_891;
        // That of the samples is another with each change of theirs.
        sample.event.site =
            Site::named("src/server/calls/mod.rs", 7).filter(|_| sample.event.seq == 8);
        super::event(&mut out, sample.as_ref(), Some(samples::WAKER));
    }
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn the_first_and_the_last_line() {
    let start = UNIX_EPOCH + Duration::from_secs(1_795_251_600);
    let mut out = Vec::new();
    let first = Header {
        server: "epoll-et".into(),
        pid: 4242,
        start,
        mistake: None,
        part: false,
        origin: None,
    };
    header(&mut out, &first);
    closing(&mut out, 0, 22, &Counters { requests: 3, ..Counters::default() }, false);
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "{\"log\":\"epollscope\",\"version\":2,\"server\":\"epoll-et\",\"pid\":4242,\
         \"start\":\"2026-11-21T09:00:00Z\"}"
    );
    let read = |line: &str| super::read(line.as_bytes(), &mut None);
    assert!(matches!(read(lines[0]), Ok(Entry::Header(read)) if read == first));
    let Ok(Entry::Closing(closing)) = read(lines[1]) else { panic!("{}", lines[1]) };
    assert_eq!((closing.lost, closing.events, closing.costs.requests), (0, 22, 3));
    let last: Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!((&last["lost"], &last["events"]), (&json!(0), &json!(22)));
    assert_eq!((&last["costs"]["requests"], &last["costs"]["calls"]), (&json!(3), &json!(0)));
    assert!(last["costs"]["self"]["max_rss_kib"].as_u64() > Some(1000), "{last}");
    let mut out = Vec::new();
    let first = Header { mistake: Some("no-drain".into()), ..first };
    header(&mut out, &first);
    assert!(out.ends_with(b"Z\",\"mistake\":\"no-drain\"}\n"));
    let line = String::from_utf8(out).unwrap();
    assert!(matches!(read(&line), Ok(Entry::Header(read)) if read == first));
    for other in [line.replace("epollscope", "strace"), line.replace(":2,", ":3,")] {
        assert!(read(&other).is_err(), "{other}");
    }
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
        let start = UNIX_EPOCH + Duration::from_secs(seconds);
        let mut out = Vec::new();
        header(
            &mut out,
            &Header {
                server: String::new(),
                pid: 1,
                start,
                mistake: None,
                part: false,
                origin: None,
            },
        );
        let line: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(line["start"], want);
    }
}

#[test]
fn what_would_change_how_a_line_is_shown_is_escaped() {
    let shown = |text: &str| {
        let mut out = Vec::new();
        value::append(&mut out, &Word::from(text));
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

/// The line of an event, and that of what is read from it.
fn twice(event: EventRef<'_>, waker: Option<Fd>) -> [String; 2] {
    let mut out = Vec::new();
    super::event(&mut out, event, waker);
    let mut waker = None;
    let Entry::Event(again) = super::read(&out, &mut waker).unwrap() else { panic!("no event") };
    let mut line = Vec::new();
    super::event(&mut line, again.as_ref(), waker);
    [out, line].map(|line| String::from_utf8(line).unwrap())
}

#[test]
fn every_event_is_read_as_it_was_written() {
    for event in samples::all() {
        let [line, again] = twice(event.as_ref(), Some(samples::WAKER));
        assert_eq!(again, line);
        let mut waker = None;
        let Ok(Entry::Event(read)) = super::read(line.as_bytes(), &mut waker) else {
            panic!("{line}")
        };
        let (kind, number) = (event.event.what.kind(), event.event.seq);
        assert_eq!((read.event.what, read.event.seq), (event.event.what, number));
        assert_eq!((read.event.conn, read.event.by), (event.event.conn, event.event.by));
        assert_eq!(
            (read.event.fd, read.event.form),
            (event.event.fd, event.event.form),
            "{kind:?}"
        );
        assert_eq!(waker, line.contains("\"fd\":3,\"mask\":\"IN\",\"own\"").then_some(3));
    }
}

#[test]
fn what_no_version_has_written_is_an_error() {
    for line in [
        "",
        "{}",
        "null",
        r#"{"seq":1,"t":0.1}"#,
        r#"{"seq":1,"t":0.1,"call":"recv","fd":9,"conn":1}"#,
        r#"{"seq":1,"t":0.1,"call":"recv","fd":9,"conn":0,"ret":1}"#,
        r#"{"seq":1,"t":0.1,"fact":"recv","fd":9,"conn":1,"ret":84}"#,
        r#"{"seq":1,"t":0.1,"call":"recv","fact":"ended","fd":9,"conn":1,"ret":84}"#,
        r#"{"seq":1,"t":0.1,"call":"recvmmsg","fd":9,"conn":1,"ret":84}"#,
        r#"{"seq":1,"t":0.1,"call":"recv","fd":9,"conn":1,"err":"EBAD"}"#,
        r#"{"seq":1,"t":0.1,"call":"recv","fd":9,"conn":1,"ret":84,"tid":0}"#,
        r#"{"seq":1,"t":0.1,"call":"recv","fd":9,"conn":1,"ret":84,"tid":1,"pid":1}"#,
        r#"{"seq":1,"t":0.1,"call":"recv","fd":9,"conn":1,"ret":84"#,
        r#"{"seq":1,"t":0.1,"call":"setsockopt","fd":9,"name":"SO_NOTHING"}"#,
        r#"{"seq":1,"t":0.1,"fact":"closed","fd":9,"why":"boredom"}"#,
        r#"{"lost":0,"events":3}"#,
    ] {
        assert!(super::read(line.as_bytes(), &mut None).is_err(), "{line}");
    }
    // What a later version adds is passed over.
    let more = r#"{"seq":1,"t":0.1,"call":"recv","fd":9,"conn":1,"ret":84,"more":[1]}"#;
    assert!(matches!(super::read(more.as_bytes(), &mut None), Ok(Entry::Event(_))));
}

/// Times in nanoseconds, some of them of years.
fn times() -> impl Strategy<Value = u64> {
    prop_oneof![0..10_000_u64, 0..200_000_000_000_000_000_u64]
}

/// Bytes as a peer may send them: letters, spaces, quotes, and what is not UTF-8.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let short = proptest::collection::vec(any::<u8>(), 0..40);
    let letters = "[a-z手é \"\\\\\u{202e}]{0,40}".prop_map(String::into_bytes);
    let long = (any::<u8>(), 8_100..8_300_usize).prop_map(|(byte, len)| vec![byte; len]);
    prop_oneof![4 => short, 4 => letters, 1 => long]
}

proptest! {
    #[test]
    fn times_are_written_in_microseconds(time in times()) {
        let mut out = Vec::new();
        value::append(&mut out, &Seconds(time));
        let (whole, micros) = (time / 1_000_000_000, time / 1000 % 1_000_000);
        let text = format!("{whole}.{micros:06}");
        prop_assert_eq!(String::from_utf8(out).unwrap(), text.as_str());
        let read: Seconds = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.0, time / 1000 * 1000);
    }

    #[test]
    fn any_bytes_become_a_string(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut out = Vec::new();
        value::append(&mut out, &String::from_utf8_lossy(&bytes));
        let value: Value = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(value.as_str().unwrap(), String::from_utf8_lossy(&bytes));
        prop_assert!(!out.iter().any(u8::is_ascii_control));
    }

    #[test]
    fn any_event_is_read_as_it_was_written(
        time in times(), place in 0..samples::COUNT, fd in -1..100_i32, conn in 0..9_u64,
        own: bool, by in -3..3_i32, ready in proptest::collection::vec((3..9_i32, any::<u32>()), 0..4),
    ) {
        let sample = samples::all().swap_remove(place);
        let mut event = sample.event;
        (event.fd, event.conn, event.time) = (fd, ConnId::new(conn), time);
        event.form = if own { Form::Own } else { Form::Usual };
        event.by = if by < 0 { By::process(-by) } else { By::thread(by) };
        let entry = |(fd, mask)| Ready { fd, mask: Mask(mask), conn: None };
        let ready: Vec<_> = ready.into_iter().map(entry).collect();
        let EventRef { bytes, len, .. } = sample.as_ref();
        let [line, again] = twice(EventRef { event: &event, bytes, len, ready: &ready }, Some(5));
        prop_assert_eq!(again, line);
    }

    #[test]
    fn any_text_is_read_as_it_was_written(
        method in texts(), target in texts(), more in 0..60_000_u32, which in 0..4_u8,
    ) {
        let bytes = [&method[..], b" ", &target].concat();
        let what = match which {
            0 => What::Typed,
            1 => What::Data { bytes: 9 },
            2 => What::Open { look: false, ret: Ret::ok(3) },
            _ => What::Request {
                method: u32::try_from(method.len()).unwrap() + more * u32::from(method.len() > 8_000),
                target: u16::try_from(target.len()).unwrap(),
                minor: 0,
            },
        };
        let text = Text::of(&what, &bytes);
        let len = text.len + more as usize * usize::from(more % 2 == 0);
        let event = Event::new(1, 2, 3, ConnId::new(4), what);
        let told = EventRef { event: &event, bytes: text.kept, len, ready: &[] };
        let [line, again] = twice(told, None);
        if std::str::from_utf8(&bytes).is_ok() {
            prop_assert_eq!(again, line);
        } else {
            // It has become longer, and is cut again, once.
            let Ok(Entry::Event(read)) = super::read(again.as_bytes(), &mut None) else { panic!("{again}") };
            let [again, third] = twice(read.as_ref(), None);
            prop_assert_eq!(third, again);
        }
    }

    #[test]
    fn no_line_is_too_odd_for_the_reader(line in "\\{\"(seq|lost|log)\".{0,80}") {
        let _ = super::read(line.as_bytes(), &mut None);
    }
}
