//! `epollscope log`: what is said of a log is what is in it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::program::{Running, ended, log};
use epollscope::record::shelf;
use rustix::process::Signal;
use serde_json::Value;

/// A log of a server that three clients have asked.
fn written(path: &Path) -> Vec<Value> {
    let server = Running::start(&["--quiet", "--log", path.to_str().unwrap()]);
    for target in ["/", "/nothing", "/"] {
        server.get(target);
    }
    server.signal(Signal::TERM);
    assert_eq!(server.end().0, Some(0));
    log(path)
}

#[test]
fn a_log_is_checked_summed_up_and_searched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let lines = written(&path);
    let name = path.to_str().unwrap();

    let (code, out, err) = ended(&["log", "check", name]);
    assert_eq!((code, err.as_str()), (0, ""));
    let events = lines.last().unwrap()["events"].to_string();
    assert_eq!(out, format!("valid, complete, without gaps: {events} events\n"));

    // Each call as often as in the lines themselves.
    let (code, out, _) = ended(&["log", "stat", name]);
    assert_eq!(code, 0);
    let mut calls: BTreeMap<&str, u64> = BTreeMap::new();
    for line in lines.iter().filter(|line| line["own"].is_null()) {
        if let Some(call) = line["call"].as_str() {
            *calls.entry(call).or_default() += 1;
        }
    }
    let row = |name: &str| {
        let line = out.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        line.trim_start().strip_prefix(name).unwrap().trim().to_owned()
    };
    for (call, times) in calls {
        let said = row(&format!("{call} "));
        assert_eq!(said.split(',').next().unwrap(), times.to_string(), "{call}: {out}");
    }
    assert_eq!(row("requests"), "3, answered 200 2, 404 1");
    assert!(row("connections").starts_with("3 accepted, 3 closed: 3 answered"), "{out}");

    // Those lines, and no others.
    let (code, out, _) = ended(&["log", "grep", "kind:request", name]);
    let found: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let want: Vec<Value> = lines.iter().filter(|line| line["fact"] == "request").cloned().collect();
    assert_eq!((code, want.len(), found), (0, 3, want));
    let (_, out, _) = ended(&["log", "grep", "--text", "conn:2 /nothing", name]);
    assert!(out.contains("request GET /nothing HTTP/1.1"), "{out}");
    let (code, out, err) = ended(&["log", "grep", "state:bogus", name]);
    assert_eq!((code, out.as_str(), err.lines().count()), (2, "", 1), "{err}");
}

#[test]
fn what_looks_like_a_mistake_is_said_of_a_recording() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording.jsonl");
    let stat = |name: &str, language: &str| {
        std::fs::write(&path, shelf::recording(name).unwrap()).unwrap();
        let (code, out, err) = ended(&["log", "stat", "--lang", language, path.to_str().unwrap()]);
        assert_eq!((code, err.as_str()), (0, ""), "{name}");
        out
    };
    for (name, times, said) in [
        ("first-client", 0, ""),
        ("forget-unregister", 5, "from 0.606036 on: the loop spins: fd 12 is reported again"),
        ("ignore-partial-write", 1, "on: conn 4, fd 8 was promised 697,429 bytes and got 5,081:"),
        (
            "no-drain",
            1,
            "bytes waiting for 8.8 s and no event is due: edge-triggered and not drained",
        ),
        ("recv-once", 5, "from 8.351549 on: conn 16, fd 14 was answered 400 after a recv"),
    ] {
        let out = stat(name, "en");
        assert!(out.contains(said), "{name}: {out}");
        assert_eq!(out.matches(" on: ").count(), times, "{name}: {out}");
        assert_eq!(out.contains("likely mistakes"), times > 0, "{name}: {out}");
    }
    let out = stat("no-drain", "zh");
    assert!(out.contains("可能的错误       从 0.149534 起：conn 3，fd 7 有 1,920 B 没读"), "{out}");
}

fn without_headers(line: &Value) -> Value {
    let mut line = line.clone();
    line.as_object_mut().unwrap().remove("headers");
    line
}

#[test]
fn a_part_of_a_log_is_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let (path, part) = (folder.path().join("events.jsonl"), folder.path().join("part.jsonl.zst"));
    let lines = written(&path);
    let (name, into) = (path.to_str().unwrap(), part.to_str().unwrap());
    let (code, out, err) = ended(&["log", "cut", "--conn", "2", name, into]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    let (code, out, _) = ended(&["log", "check", into]);
    assert_eq!(code, 0, "{out}");
    let (_, out, _) = ended(&["log", "grep", "", into]);
    let found: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ready = |line: &Value| {
        line["ready"].as_array().is_some_and(|all| all.iter().any(|entry| entry["conn"] == 2))
    };
    let is_of_it = |line: &&Value| line["conn"] == 2 || ready(line);
    let want: Vec<Value> = lines.iter().filter(is_of_it).cloned().collect();
    assert!(want.len() > 5 && want.len() < lines.len() / 2);
    // Where it begins, what its first request has in its head is said again.
    assert!(found.iter().any(|line| line["headers"].is_string()), "{found:?}");
    let headless = |lines: &[Value]| -> Vec<Value> { lines.iter().map(without_headers).collect() };
    assert_eq!(headless(&found), headless(&want));
    // What is there is not written over unless that is asked for.
    let (code, _, err) = ended(&["log", "cut", name, into]);
    assert!(code == 1 && err.contains("--force"), "{err}");
    // Least of all the log itself; nor is anything emptied for what is no log.
    let text = std::fs::read(&path).unwrap();
    let other = folder.path().join("other");
    std::fs::write(&other, "hello\n").unwrap();
    for task in ["cut", "anonymize"] {
        for (file, told) in [(name, "at once"), (other.to_str().unwrap(), "no event log")] {
            let (code, _, err) = ended(&["log", task, "--force", file, name]);
            assert!(code == 1 && err.contains(told), "{task}: {err}");
            assert!(std::fs::read(&path).unwrap() == text, "{task}");
        }
    }
    assert_eq!(ended(&["log", "cut", "--force", "--to", "0.5", name, into]).0, 0);
    assert_eq!(ended(&["log", "check", into]).0, 0);
}

#[test]
fn what_is_wrong_with_a_log_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    written(&path);
    let text = std::fs::read_to_string(&path).unwrap();
    let check = |text: &str| {
        let path = folder.path().join("broken.jsonl");
        std::fs::write(&path, text).unwrap();
        let (code, out, err) = ended(&["log", "check", path.to_str().unwrap()]);
        assert_eq!((code, err.as_str()), (1, ""), "{out}");
        out
    };
    // Killed while it wrote.
    let out = check(&text[..text.len() - 20]);
    assert!(out.contains("torn off") && out.contains("the last line is missing"), "{out}");
    let is_told = |line: &&str| !line.starts_with("{\"batch\"") && !line.starts_with("{\"source\"");
    let mut lines: Vec<&str> = text.lines().filter(is_told).collect();
    lines.remove(5);
    let out = check(&(lines.join("\n") + "\n"));
    assert!(out.contains("line 6: before it an event is missing"), "{out}");
    lines.swap(3, 4);
    assert!(check(&(lines.join("\n") + "\n")).contains("comes before one"), "{out}");
    assert!(check("hello\n").contains("no event log"));

    let gone = folder.path().join("gone");
    for task in [&["check"][..], &["stat"], &["grep", "errors"]] {
        let (code, out, err) = ended(&[&["log"], task, &[gone.to_str().unwrap()]].concat());
        assert_eq!((code, out.as_str(), err.lines().count()), (1, "", 1), "{err}");
        assert!(err.contains("No such file"), "{err}");
    }
}
