//! `epollscope export`: what is made of a log says what is in it, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use epollscope::export::csv;
use epollscope::record::json::Entry;
use epollscope::record::playback::Playback;
use epollscope::record::reading::Reading;
use epollscope::record::shelf;
use epollscope::record::sum::Sum;
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

/// The table of a log, made in this process.
fn table_of(log: &str) -> Vec<Value> {
    let mut log = Playback::new(log.as_bytes(), Instant::now());
    let header = log.header().unwrap().unwrap().clone();
    let mut out = Vec::new();
    csv::write(&mut log, &header, &mut out).unwrap();
    table(&String::from_utf8(out).unwrap())
}

fn recording(name: &str) -> String {
    String::from_utf8(shelf::recording(name).unwrap()).unwrap()
}

/// The sum of a column in which everything is known.
fn sum_of(rows: &[Value], column: &str) -> u64 {
    rows.iter().map(|row| row[column].as_str().unwrap().parse::<u64>().unwrap()).sum()
}

#[test]
fn the_sums_of_a_table_are_those_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let mut logs: Vec<String> = shelf::names().iter().map(|name| recording(name)).collect();
    for server in ["threads", "processes", "epoll-et"] {
        crate::perfetto::written(&path, &["--server", server, "--force"]);
        logs.push(std::fs::read_to_string(&path).unwrap());
    }
    for log in &logs {
        let (mut sum, mut reading) = (Sum::default(), Reading::new(log.as_bytes()));
        while let Some(line) = reading.line().unwrap() {
            if let Ok(Entry::Event(event)) = &line.entry {
                sum.event(event.as_ref());
            }
        }
        let rows = table_of(log);
        assert_eq!(rows.len() as u64, sum.accepted);
        assert_eq!((sum_of(&rows, "bytes_in"), sum_of(&rows, "bytes_out")), sum.bytes);
        assert_eq!(sum_of(&rows, "requests"), sum.requests);
        for why in &sum.closed {
            let of_it = rows.iter().filter(|row| row["why"] == why.0.label());
            assert_eq!(of_it.count() as u64, *why.1, "{why:?}");
        }
        let ids: Vec<u64> =
            rows.iter().map(|row| row["id"].as_str().unwrap().parse().unwrap()).collect();
        assert!(ids.is_sorted() && ids.len() == ids.iter().collect::<BTreeSet<_>>().len());
    }
    // What is found of one connection is counted in its line.
    for row in table_of(logs.last().unwrap()) {
        let filter = format!("conn:{}", row["id"].as_str().unwrap());
        let (_, found, _) = ended(&["log", "grep", &filter, path.to_str().unwrap()]);
        let is_call = |line: &&str| line.contains(",\"call\":") && !line.contains("\"ready\":");
        assert_eq!(row["calls"], found.lines().filter(is_call).count().to_string(), "{found}");
    }
    let kinds: BTreeSet<String> =
        table_of(&logs[0]).iter().map(|row| row["client"].to_string()).collect();
    assert!(!kinds.is_empty());
    let clients = table_of(&recording("recv-once"));
    for kind in ["steady", "idle", "slow-reader"] {
        assert!(clients.iter().any(|row| row["client"] == kind), "{kind}");
    }
}

#[test]
fn what_a_log_does_not_say_is_empty() {
    let text = recording("recv-once");
    let whole = table_of(&text);
    let lines: Vec<&str> = text.lines().collect();
    // One event of the third connection is missing. Others are open then, which may have made it.
    let of_it = |line: &str| line.contains("\"call\":\"recv\"") && line.contains("\"conn\":3,");
    let hole = lines.iter().rposition(|line| of_it(line)).unwrap();
    let left = [&lines[..hole], &lines[hole + 1..]].concat().join("\n") + "\n";
    let time: Value = serde_json::from_str(lines[hole]).unwrap();
    let time = time["t"].as_f64().unwrap();
    let mut unknown = 0;
    for (row, whole) in table_of(&left).iter().zip(&whole) {
        let number = |name: &str| row[name].as_str().unwrap().parse::<f64>().unwrap();
        let was_open = number("accepted") <= time && number("closed") >= time;
        unknown += u32::from(was_open);
        for name in ["calls", "recv", "send", "other"] {
            assert_eq!(row[name], if was_open { "" } else { whole[name].as_str().unwrap() });
        }
        // The server's own totals are exact all the same.
        for name in ["requests", "bytes_in", "bytes_out", "why", "lifetime"] {
            assert_eq!(row[name], whole[name]);
        }
    }
    assert!(unknown > 0 && (unknown as usize) < whole.len());
    // Of a part of a log that begins later, the table tells what was there already.
    let folder = tempfile::tempdir().unwrap();
    let (path, part) = (folder.path().join("events.jsonl"), folder.path().join("part.jsonl"));
    std::fs::write(&path, &text).unwrap();
    let (file, into) = (path.to_str().unwrap(), part.to_str().unwrap());
    assert_eq!(ended(&["log", "cut", "--from", "1", "--to", "8.9", file, into]).0, 0);
    let rows = table(&exported(into, "csv"));
    let first = rows.iter().find(|row| row["id"] == "1").unwrap();
    assert_eq!((&first["accepted"], &first["peer"]), (&whole[0]["accepted"], &whole[0]["peer"]));
    for name in ["calls", "recv", "closed", "closed_at", "lifetime", "why"] {
        assert_eq!(first[name], "", "{first}");
    }
    assert!(!first["bytes_in"].as_str().unwrap().is_empty());
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
