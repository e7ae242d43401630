//! Programs in C that do what few servers do: old and odd calls, signals, threads and processes on one
//! listener, an epoll in an epoll. What is told of them is what strace(1) sees.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::compared::{in_order, of_log, of_strace, shown};
use super::{Running, has, lines, read, run};

/// Builds the program with its five parts; `None` without a compiler.
fn odd() -> Option<(TempDir, PathBuf)> {
    has("cc").then(|| {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("odd");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/trace/c/odd.c");
        let mut cc = Command::new("cc");
        let built = cc.args(["-O1", "-pthread", "-o"]).arg(&program).arg(source).status().unwrap();
        assert!(built.success());
        (folder, program)
    })
}

/// What a part is told to have done.
fn told(program: &Path, part: &str, log: &Path) -> String {
    let options = ["--quiet", "--log", log.to_str().unwrap()];
    let mut scope = Running::start(run(&options, &[program.to_str().unwrap(), part]));
    assert_eq!(scope.end(), Some(0), "{part}");
    read(log)
}

#[test]
fn odd_calls_are_those_that_strace_sees() {
    let Some((folder, program)) = odd().filter(|_| has("strace")) else { return };
    let (folder, program) = (folder.path(), &program);
    std::thread::scope(|scope| {
        for (part, threads) in
            [("forms", 1), ("signals", 3), ("threads", 3), ("family", 4), ("nested", 1)]
        {
            scope.spawn(move || {
                let seen = folder.join(format!("{part}.strace"));
                let mut strace = Command::new("strace");
                strace.args(["-f", "-y", "-e", &shown(), "-o"]).arg(&seen);
                let mut traced = Running::start({
                    strace.arg(program).arg(part);
                    strace
                });
                assert_eq!(traced.end(), Some(0), "{part}");
                let want = in_order(of_strace(&read(&seen)));
                let log = told(program, part, &folder.join(format!("{part}.log")));
                assert_eq!(want.len(), threads, "{part}: {want:#?}");
                assert_eq!(in_order(of_log(&log)), want, "{part}");
            });
        }
    });
}

#[test]
fn all_bytes_are_counted_whatever_moves_them() {
    let Some((folder, program)) = odd() else { return };
    let log = told(&program, "forms", &folder.path().join("log"));
    let closed: Vec<(Value, Value)> = lines(&log)
        .iter()
        .filter(|line| line["fact"] == "closed")
        .map(|line| (line["bytes_in"].clone(), line["bytes_out"].clone()))
        .collect();
    // By readv, recvmmsg, preadv2, splice and read; by writev, sendmmsg and splice.
    let first = (4 + 8 + 8 + 7 + 5, 8 + 16 + 7);
    let want = [first, (3, 0)].map(|(bytes_in, bytes_out)| (bytes_in.into(), bytes_out.into()));
    assert_eq!(closed, want);
}

#[test]
fn whatever_a_program_hands_over_it_goes_on_and_nothing_is_written_raw() {
    let Some((folder, program)) = odd() else { return };
    // Its own name has what a terminal would obey.
    let named = folder.path().join("o\u{1b}]0;dd\u{7}\n\u{9b}2J");
    std::fs::rename(&program, &named).unwrap();
    let log = folder.path().join("log");
    let options = ["--headless", "--log", log.to_str().unwrap()];
    let output = run(&options, &[named.to_str().unwrap(), "hostile"]).output().unwrap();
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(0), "{told:?}");
    for told in &told {
        assert!(!told.contains(|c: char| c.is_control() && c != '\n'), "{told:?}");
    }
    assert!(told[0].lines().count() > 2000, "{}", told[0]);
    let log = read(&log);
    assert!(log.lines().all(|line| !line.contains(char::is_control)) && lines(&log).len() > 2000);
    // One that is not there is named as carefully.
    let told = run(&["--headless"], &["/no/o\u{1b}]0;dd\u{7}"]).output().unwrap();
    let told = String::from_utf8([told.stdout, told.stderr].concat()).unwrap();
    assert!(told.contains("/no/o") && !told.contains(['\u{1b}', '\u{7}']), "{told:?}");
}
