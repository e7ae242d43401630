//! `epollscope replay`: what is shown of a recording is what happened, and it can be gone through.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Instant;

use rustix::process::Signal;
use serde_json::Value;

use crate::program::{LIMIT, Running, ended, log};
use crate::terminal::Terminal;

fn replay(options: &[&str], size: (u16, u16)) -> Terminal {
    let all = [&["replay"], options].concat();
    Terminal::start(env!("CARGO_BIN_EXE_epollscope"), size, &all)
}

/// A log of a server that so many requests were sent to, each by a client of its own.
fn written(path: &Path, requests: usize) -> Vec<Value> {
    let server = Running::start(&["--quiet", "--log", path.to_str().unwrap()]);
    for _ in 0..requests {
        server.get("/");
    }
    server.signal(Signal::TERM);
    assert_eq!(server.end().0, Some(0));
    log(path)
}

#[test]
fn a_recording_is_played_stands_and_goes_back_and_forth() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let lines = written(&path, 7);
    let costs = &lines.last().unwrap()["costs"];
    let mut terminal = replay(&[path.to_str().unwrap()], (120, 36));
    terminal.see("RECORDING");
    terminal.press("))))))))");
    // To its end; the totals are those of the log's last line.
    terminal.see("SERVER ENDED");
    terminal.see("RECORDING stands");
    assert_eq!(costs["requests"], 7);
    terminal.see("7 in all");
    // Call by call back, to the newest that the loop made.
    terminal.press("3[[");
    terminal.gone("SERVER ENDED");
    terminal.see("RECORDING stands");
    terminal.press("J0\r");
    terminal.see("0 open");
    terminal.press("sS");
    terminal.press("c");
    terminal.see("this is a recording");
    terminal.press("L");
    terminal.see("录像");
    terminal.press("q");
    assert!(terminal.exit().success());
    terminal.assert_restored();
}

#[test]
fn a_log_that_is_still_written_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (path, grown) = (folder.path().join("events.jsonl"), folder.path().join("grows.jsonl"));
    written(&path, 5);
    let text = std::fs::read(&path).unwrap();
    // In the middle of a line.
    let (early, late) = text.split_at(text.len() / 2);
    std::fs::write(&grown, early).unwrap();
    let mut terminal = replay(&["-f", grown.to_str().unwrap()], (100, 30));
    terminal.see("REPLAY");
    terminal.press("))))))))");
    OpenOptions::new().append(true).open(&grown).unwrap().write_all(late).unwrap();
    terminal.see("SERVER ENDED");
    terminal.press("q");
    assert!(terminal.exit().success());
}

#[test]
fn what_was_killed_is_there_up_to_the_last_second() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let server = Running::start(&["--quiet", "--log", path.to_str().unwrap()]);
    server.get("/");
    let begin = Instant::now();
    let mut text = String::new();
    while !text.contains("\"fact\":\"response\"") {
        assert!(begin.elapsed() < LIMIT, "{text}");
        text.clear();
        std::fs::File::open(&path).unwrap().read_to_string(&mut text).unwrap();
    }
    server.signal(Signal::KILL);
    server.end();
    // And a line that was torn.
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"seq\":99,\"t\":").unwrap();
    let (code, out, _) = ended(&["log", "check", path.to_str().unwrap()]);
    assert!(code == 1 && out.contains("torn off") && out.contains("missing"), "{out}");
    let mut terminal = replay(&[path.to_str().unwrap()], (120, 36));
    terminal.see("RECORDING stands");
    terminal.see("/ HTTP/1.1");
    terminal.press("q");
    assert!(terminal.exit().success());
}

#[test]
fn the_code_is_what_ran_then() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    written(&path, 2);
    let text = std::fs::read_to_string(&path).unwrap();
    let wait =
        text.split("epoll_wait\",").nth(1).and_then(|rest| rest.split("\"at\":\"").nth(1)).unwrap();
    let (file, _) = wait.split_once(':').unwrap();
    // As another version would have written it.
    let mut other = String::new();
    for told in text.lines() {
        let mut value: Value = serde_json::from_str(told).unwrap();
        match value.get_mut("source") {
            Some(source) if source["file"] == file => {
                let lines = (1..=999).map(|line| format!("then(); // line {line}\n"));
                source["text"] = lines.collect::<String>().into();
                source["hash"] = "0123456789abcdef".into();
                other += &value.to_string();
            }
            _ => other += told,
        }
        other.push('\n');
    }
    assert_ne!(other, text);
    std::fs::write(&path, other).unwrap();
    let mut terminal = replay(&[path.to_str().unwrap()], (120, 36));
    terminal.see("RECORDING stands");
    terminal.press("J-request\r[8z");
    terminal.see(file);
    terminal.see("then(); // line");
    terminal.press("q");
    assert!(terminal.exit().success());
}

#[test]
fn what_is_no_recording_is_said_in_one_sentence() {
    let (code, out, err) = ended(&["replay", "/nowhere"]);
    assert_eq!((code, out.as_str(), err.lines().count()), (2, "", 1), "{err}");
    assert!(err.contains("needs a terminal"), "{err}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    std::fs::write(&path, "hello\n").unwrap();
    let old = folder.path().join("old");
    let first = r#"{"log":"epollscope","version":1,"server":"epoll","pid":7,"start":"2026-11-30T10:00:00Z"}"#;
    std::fs::write(&old, format!("{first}\n")).unwrap();
    for (name, told) in [
        ("/nowhere", "cannot read /nowhere: No such file or directory"),
        ("/", "cannot read /: "),
        (path.to_str().unwrap(), "this is no event log"),
        (old.to_str().unwrap(), "this log is of version 1"),
    ] {
        let mut terminal = replay(&[name], (100, 30));
        terminal.see(told);
        assert_eq!(terminal.exit().exit_code(), 1, "{name}");
    }
}
