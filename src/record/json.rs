//! The event log's public format, version 1: a header line, a line for each event, a closing line.
//!
//! Every line is one JSON object (RFC 8259) in UTF-8. `seq` is the event's number (a gap is a
//! loss), `t` the seconds since the server was started. `seq` is the order in which the server
//! heard of the events, `t` when each happened: what a worker process did is heard a little later,
//! so between processes a later line may have an earlier `t`. A call has `call`, a fact has `fact`; the
//! other fields are the arguments that matter and then the result: `ret`, or `err` with errno's
//! name, or neither where success has nothing to tell. What a peer sent that is not UTF-8 is
//! written with U+FFFD in its place. A text over 8,192 bytes (of a request, its line; a typed line
//! and echo, over 1,024) is cut; its true length follows: `"path":"aaa","path_length":60000`.
//! Events of the program's own plumbing carry `"own":true`, as do its entries of a ready list. What
//! another thread did carries its `tid`; what another process did carries its `pid`, and its fd
//! numbers are that process's own.

mod write;

use std::time::SystemTime;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use self::write::{display, fd, field, key, number, seconds, signed, string, text, utc};
use crate::telemetry::{Counters, CtlOp, Event, EventRef, Fd, Mode, Ready, Ret, Text, What};

/// What the first line says.
#[derive(Clone, Debug)]
pub struct Header {
    /// Which server it is: `epoll-et`.
    pub server: &'static str,
    /// Its process.
    pub pid: u32,
    /// When it was started; the moment at which `t` is 0.
    pub start: SystemTime,
    /// The mistake that it makes on purpose.
    pub mistake: Option<&'static str>,
}

/// Appends the first line.
pub fn header(out: &mut Vec<u8>, header: &Header) {
    out.extend_from_slice(b"{\"log\":\"epollscope\",\"version\":1,\"server\":");
    string(out, header.server.as_bytes());
    out.extend_from_slice(b",\"pid\":");
    number(out, header.pid.into());
    out.extend_from_slice(b",\"start\":\"");
    utc(out, header.start);
    out.push(b'"');
    if let Some(mistake) = header.mistake {
        text(out, "mistake", mistake.as_bytes());
    }
    out.extend_from_slice(b"}\n");
}

/// Appends the last line: how many events are in the log, how many it had to leave out, and what it
/// all cost: by the server's exact totals and, of the whole program since its start and of its
/// workers that have ended, by getrusage(2). `cut` says that the log ends before the server.
pub fn closing(out: &mut Vec<u8>, lost: u64, events: u64, counters: &Counters, cut: bool) {
    out.extend_from_slice(b"{\"lost\":");
    number(out, lost);
    field(out, "events", events);
    key(out, "costs");
    costs(out, counters);
    if cut {
        out.extend_from_slice(b",\"cut\":true");
    }
    out.extend_from_slice(b"}\n");
}

fn costs(out: &mut Vec<u8>, counters: &Counters) {
    out.extend_from_slice(b"{\"requests\":");
    number(out, counters.requests);
    field(out, "calls", counters.calls_all());
    field(out, "wakeups", counters.wakeups);
    field(out, "ready", counters.ready);
    field(out, "examined", counters.examined);
    field(out, "copied", counters.copied);
    field(out, "again", counters.again);
    field(out, "started", counters.started);
    field(out, "ended", counters.ended);
    key(out, "waited");
    seconds(out, counters.waited);
    for (whose, name) in [(UsageWho::RUSAGE_SELF, "self"), (UsageWho::RUSAGE_CHILDREN, "workers")] {
        let Ok(usage) = getrusage(whose) else { continue };
        key(out, name);
        out.extend_from_slice(b"{\"cpu\":");
        let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        seconds(out, micros.unsigned_abs() * 1000);
        field(out, "voluntary", usage.voluntary_context_switches().unsigned_abs());
        field(out, "involuntary", usage.involuntary_context_switches().unsigned_abs());
        field(out, "max_rss_kib", usage.max_rss().unsigned_abs());
        out.push(b'}');
    }
    out.push(b'}');
}

/// Appends an event's line. `waker` is the fd of the server's own plumbing
/// ([`Listener::waker`](crate::telemetry::Listener::waker)), where it is known.
pub fn event(out: &mut Vec<u8>, told: EventRef<'_>, waker: Option<Fd>) {
    let EventRef { event, ready, .. } = told;
    let kind = event.what.kind();
    out.extend_from_slice(b"{\"seq\":");
    number(out, event.seq);
    out.extend_from_slice(b",\"t\":");
    seconds(out, event.time);
    out.extend_from_slice(if kind.is_call() { b",\"call\":\"" } else { b",\"fact\":\"" });
    out.extend_from_slice(kind.name().as_bytes());
    out.push(b'"');
    if kind.is_call() {
        call(out, event, told.text(), ready, waker);
    } else {
        if let Some(conn) = event.conn {
            field(out, "conn", conn.get());
        }
        if event.fd >= 0 {
            fd(out, "fd", event.fd);
        }
        fact(out, told);
    }
    if let Some(tid) = event.by.tid() {
        fd(out, "tid", tid);
    }
    if let Some(pid) = event.by.pid() {
        fd(out, "pid", pid);
    }
    if event.own {
        out.extend_from_slice(b",\"own\":true");
    }
    out.extend_from_slice(b"}\n");
}

fn call(out: &mut Vec<u8>, event: &Event, path: Text<'_>, ready: &[Ready], waker: Option<Fd>) {
    match event.what {
        What::EpollCtl { epfd, op, .. } => {
            fd(out, "epfd", epfd);
            text(out, "op", op.name().as_bytes());
            fd(out, "fd", event.fd);
        }
        What::EpollWait { .. } => fd(out, "epfd", event.fd),
        _ if event.fd < 0 => {}
        _ => fd(out, "fd", event.fd),
    }
    // The connection of an accept is part of its result.
    if let Some(conn) = event.conn.filter(|_| !matches!(event.what, What::Accept { .. })) {
        field(out, "conn", conn.get());
    }
    match event.what {
        What::Listen { addr, backlog, ret } => {
            display(out, "addr", &addr);
            field(out, "backlog", backlog.into());
            failure(out, ret);
        }
        What::EpollCtl { op, mask, ret, .. } => {
            if op != CtlOp::Del {
                display(out, "mask", &mask);
            }
            failure(out, ret);
        }
        What::EpollWait { ret, waited } => {
            result(out, ret);
            ready_list(out, ready, waker);
            key(out, "waited");
            seconds(out, waited);
        }
        What::Accept { ret, peer } => {
            result(out, ret);
            if let Some(conn) = event.conn {
                field(out, "conn", conn.get());
            }
            if let Some(peer) = peer {
                display(out, "peer", &peer);
            }
        }
        What::Select { ret, examined, copied, waited }
        | What::Poll { ret, examined, copied, waited } => {
            result(out, ret);
            ready_list(out, ready, waker);
            field(out, "examined", examined.into());
            field(out, "copied", copied.into());
            key(out, "waited");
            seconds(out, waited);
        }
        What::Nap { ret, waited } => {
            failure(out, ret);
            key(out, "waited");
            seconds(out, waited);
        }
        What::Recv { ret }
        | What::Getdents { ret }
        | What::Input { ret }
        | What::Wait4 { ret }
        | What::EpollCreate { ret } => {
            result(out, ret);
        }
        What::Send { ret, len } => {
            result(out, ret);
            field(out, "len", len);
        }
        What::Sendfile { file, offset, len, ret } => {
            result(out, ret);
            fd(out, "file", file);
            field(out, "offset", offset);
            field(out, "len", len);
        }
        What::Shutdown { how, ret } => {
            text(out, "how", how.name().as_bytes());
            failure(out, ret);
        }
        What::Setsockopt { name, ret } => {
            text(out, "name", name.as_bytes());
            failure(out, ret);
        }
        What::Connect { ret } => {
            text(out, "family", b"UNSPEC");
            failure(out, ret);
        }
        What::Open { ret, .. } | What::Openat { ret } => {
            cut(out, "path", path);
            if let What::Open { look: true, .. } = event.what {
                text(out, "flags", b"O_PATH");
            }
            result(out, ret);
        }
        What::Stat { ret } => failure(out, ret),
        What::Read { offset, ret } => {
            field(out, "offset", offset);
            result(out, ret);
        }
        _ => {}
    }
}

fn fact(out: &mut Vec<u8>, event: EventRef<'_>) {
    match event.event.what {
        What::Request { minor, .. } => {
            let (method, target) = event.request_line().unwrap_or_default();
            cut(out, "method", method);
            cut(out, "target", target);
            text(out, "version", if minor == 0 { b"1.0" } else { b"1.1" });
        }
        What::Response { status, body } => {
            field(out, "status", status.into());
            field(out, "body", body);
        }
        What::Closed { why, bytes_in, bytes_out, requests } => {
            text(out, "why", why.label().as_bytes());
            field(out, "bytes_in", bytes_in);
            field(out, "bytes_out", bytes_out);
            field(out, "requests", requests);
        }
        What::Rest { errno } => display(out, "err", &errno),
        What::Handler { route } | What::Queued { route } => {
            text(out, "route", route.as_bytes());
        }
        What::Handled { took } => {
            key(out, "took");
            seconds(out, took);
        }
        What::Data { bytes } => {
            field(out, "bytes", bytes);
            cut(out, "text", event.text());
        }
        What::Switched { to } => text(out, "server", to.name().as_bytes()),
        What::Round { asked, answered, took } => {
            field(out, "asked", asked.into());
            field(out, "answered", answered.into());
            key(out, "took");
            seconds(out, took);
        }
        What::Started { stack } if stack > 0 => field(out, "stack", stack),
        What::Parked { on } => display(out, "on", &on),
        What::Typed => cut(out, "text", event.text()),
        What::Pace { mode } => match mode {
            Mode::Run => text(out, "mode", b"run"),
            Mode::Paused => text(out, "mode", b"paused"),
            Mode::Slow(rate) => {
                text(out, "mode", b"slow");
                field(out, "calls_per_second", rate.into());
            }
        },
        _ => {}
    }
}

/// A text that may have been cut; if it was, with its true length.
fn cut(out: &mut Vec<u8>, name: &str, told: Text<'_>) {
    text(out, name, told.kept);
    if told.is_cut() {
        field(out, &format!("{name}_length"), told.len as u64);
    }
}

/// `ret`, or `err`.
fn result(out: &mut Vec<u8>, ret: Ret) {
    match ret.get() {
        Ok(value) => field(out, "ret", value),
        Err(errno) => display(out, "err", &errno),
    }
}

/// `err`, or nothing.
fn failure(out: &mut Vec<u8>, ret: Ret) {
    if ret.get().is_err() {
        result(out, ret);
    }
}

fn ready_list(out: &mut Vec<u8>, ready: &[Ready], waker: Option<Fd>) {
    key(out, "ready");
    out.push(b'[');
    for (place, entry) in ready.iter().enumerate() {
        out.extend_from_slice(if place > 0 { b",{\"fd\":" } else { b"{\"fd\":" });
        signed(out, entry.fd);
        display(out, "mask", &entry.mask);
        if Some(entry.fd) == waker {
            out.extend_from_slice(b",\"own\":true");
        }
        out.push(b'}');
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
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
}
