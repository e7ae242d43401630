//! `epollscope export`: what is made of a log says what is in it, and nothing else.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::Value;

use crate::program::{Running, ended, log, program};

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

/// What is exported; there is nothing else to be said.
fn exported(file: &str, format: &str) -> String {
    let (code, out, err) = ended(&["export", file, "--to", format]);
    assert_eq!((code, err.as_str()), (0, ""));
    out
}

/// The lines of a table, each value by its column. In those that are read here nothing is quoted but the
/// reasons.
fn table(text: &str) -> Vec<Value> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let fields = |line: &str| {
        let (mut fields, mut quoted) = (vec![String::new()], false);
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(String::new()),
                letter => fields.last_mut().unwrap().push(letter),
            }
        }
        assert_eq!(fields.len(), names.len(), "{line}");
        names.iter().map(|name| (*name).to_owned()).zip(fields.into_iter().map(Value::from))
    };
    lines.map(|line| Value::Object(fields(line).collect())).collect()
}

#[test]
fn a_table_has_each_connection_as_the_log_tells_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let lines = written(&path);
    let rows = table(&exported(path.to_str().unwrap(), "csv"));
    assert_eq!(rows.len(), 3);
    for (row, number) in rows.iter().zip(1..) {
        let of_it: Vec<&Value> = lines.iter().filter(|line| line["conn"] == number).collect();
        let find = |name: &str, value: &str| *of_it.iter().find(|l| l[name] == value).unwrap();
        let (accept, closed) = (find("call", "accept"), find("fact", "closed"));
        let same = |name: &str, value: &Value| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            assert_eq!(row[name], value, "{name} of {row}");
        };
        same("id", &number.into());
        same("fd", &accept["ret"]);
        same("peer", &accept["peer"]);
        same("why", &closed["why"]);
        for name in ["requests", "bytes_in", "bytes_out"] {
            same(name, &closed[name]);
        }
        let time = |line: &Value| format!("{:.6}", line["t"].as_f64().unwrap());
        same("accepted", &time(accept).into());
        same("closed", &time(closed).into());
        let calls = |name: &str| of_it.iter().filter(|line| line["call"] == name).count();
        for name in ["accept", "recv", "send", "close", "epoll_ctl", "shutdown"] {
            same(name, &calls(name).into());
        }
        same("calls", &of_it.iter().filter(|line| !line["call"].is_null()).count().into());
        assert!(row["accepted_at"].as_str().unwrap().ends_with('Z'), "{row}");
    }
}

#[test]
fn what_is_there_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("events.jsonl"), folder.path().join("out"));
    written(&path);
    let (file, into) = (path.to_str().unwrap(), out.to_str().unwrap());
    let export = |more: &[&str]| ended(&[&["export", file, "--to", "csv"], more].concat());
    let (code, printed, err) = export(&["-o", into]);
    assert_eq!((code, printed.as_str(), err.as_str()), (0, "", ""));
    assert_eq!(std::fs::read_to_string(&out).unwrap(), exported(file, "csv"));
    std::fs::write(&out, "mine").unwrap();
    let (code, _, err) = export(&["-o", into]);
    assert!(code == 1 && err.contains("--force") && err.lines().count() == 1, "{err}");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "mine");
    assert_eq!(export(&["--force", "-o", into]).0, 0);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), exported(file, "csv"));
    // Least of all the log itself.
    let text = std::fs::read(&path).unwrap();
    let (code, _, err) = export(&["--force", "-o", file]);
    assert!(code == 1 && err.contains("at once"), "{err}");
    assert!(std::fs::read(&path).unwrap() == text);
    let (code, _, err) = export(&["-o", "/nowhere/out"]);
    assert!(code == 1 && err.contains("cannot write /nowhere/out: No such file"), "{err}");
}

#[test]
fn what_cannot_be_exported_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let first = r#"{"log":"epollscope","version":1,"server":"epoll","pid":7,"start":"2026-11-30T10:00:00Z"}"#;
    let (other, old) = (file("other", "hello\n"), file("old", &format!("{first}\n")));
    let out = folder.path().join("out");
    for (name, told) in [
        ("/nowhere", "cannot read /nowhere: No such file or directory"),
        ("/", "cannot read /: "),
        (&other, "this is no event log"),
        (&old, "this log is of version 1"),
    ] {
        let args = ["export", name, "--to", "csv", "-o", out.to_str().unwrap()];
        let (code, printed, err) = ended(&args);
        assert_eq!((code, printed.as_str(), err.lines().count()), (1, "", 1), "{err}");
        assert!(err.contains(told), "{err}");
        // Nothing is begun for what is no log.
        assert!(!out.exists());
    }
    for args in [&["export", "no-drain"][..], &["export", "no-drain", "--to", "tapestry"]] {
        assert_eq!(ended(args).0, 2);
    }
}

#[test]
fn a_log_comes_from_everywhere_and_may_be_torn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    written(&path);
    let whole = exported(path.to_str().unwrap(), "csv");
    let mut command = program(&["export", "-", "--to", "csv"]);
    let input = std::fs::File::open(&path).unwrap();
    let output = command.stdin(Stdio::from(input)).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), whole);
    let small = folder.path().join("small.jsonl.zst");
    let (file, into) = (path.to_str().unwrap(), small.to_str().unwrap());
    assert_eq!(ended(&["log", "cut", file, into]).0, 0);
    assert_eq!(exported(into, "csv"), whole);
    // What was written is there, and it is said that it is not all.
    let text = std::fs::read_to_string(&path).unwrap();
    let closed = text.rfind("{\"seq\"").unwrap();
    std::fs::write(&path, &text[..text[..closed].rfind("\"fact\":\"closed\"").unwrap()]).unwrap();
    let (code, out, err) = ended(&["export", file, "--to", "csv"]);
    assert!(code == 0 && err.contains("not complete") && err.lines().count() == 1, "{err}");
    let (torn, whole) = (table(&out), table(&whole));
    assert_eq!((&torn[..2], torn.len()), (&whole[..2], 3));
    let last = &torn[2];
    for name in ["closed", "closed_at", "lifetime", "why"] {
        assert_eq!(last[name], "", "{last}");
    }
    assert_eq!((&last["bytes_in"], &last["recv"]), (&whole[2]["bytes_in"], &whole[2]["recv"]));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let command = r#""$0" export recv-once --to csv | head -1; echo "${PIPESTATUS[0]}""#;
    let mut shell = Command::new("bash");
    let output = shell.args(["-c", command, env!("CARGO_BIN_EXE_epollscope")]).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.starts_with("id,") && out.ends_with("\n0\n"), "{out}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
