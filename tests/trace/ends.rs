//! How it ends: exit codes, signals, and what of a program stays behind, which is nothing.

use std::io::Write as _;
use std::process::Stdio;

use epollscope::telemetry::ServerKind;
use rustix::process::Signal;

use super::terminal::Terminal;
use super::{Running, Script, below, is_alive, listens, python, run, until};

fn code(program: &[&str]) -> (Option<i32>, String) {
    let output = run(&["--quiet"], program).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn the_exit_code_is_the_programs() {
    assert_eq!(code(&["true"]).0, Some(0));
    assert_eq!(code(&["sh", "-c", "exit 7"]).0, Some(7));
    assert_eq!(code(&["sh", "-c", "kill -9 $$"]).0, Some(128 + 9));
    assert_eq!(code(&["sh", "-c", "(exit 3); exit 5"]).0, Some(5));
}

#[test]
fn a_program_that_cannot_be_run_is_told_in_one_sentence() {
    for (program, want, says) in [
        ("no-such-program-anywhere", 127, "There is no program no-such-program-anywhere"),
        ("/tmp", 126, "/tmp is a folder"),
        ("/dev/null", 126, "/dev/null may not be run"),
    ] {
        let (code, told) = code(&[program]);
        assert_eq!(code, Some(want), "{told}");
        assert!(told.contains(says) && told.lines().count() == 1, "{told}");
    }
    // It is there and may be run, but is no program.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("damaged");
    let run = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        let all = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&file, all).unwrap();
        code(&[file.to_str().unwrap()])
    };
    let (code, told) = run(b"\x7fELF\x02\x01\x01 no more than this");
    assert!(code != Some(0) && !told.contains("panicked"), "{code:?} {told}");
    // Its calls have other numbers: the filter would kill it.
    let (code, told) = run(b"\x7fELF\x01\x01\x01");
    assert_eq!(code, Some(126), "{told}");
    assert!(
        told.contains("damaged is a program of 32 bits") && told.lines().count() == 1,
        "{told}"
    );
}

#[test]
fn its_standard_input_is_empty_unless_it_is_given_one() {
    let feed = |options: &[&str]| {
        let mut command = run(options, &["cat"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that does not read it may have ended.
        let _ = child.stdin.take().unwrap().write_all(b"said\n");
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(feed(&["--quiet"]), (Some(0), String::new()));
    assert_eq!(feed(&["--quiet", "--stdin"]), (Some(0), "said\n".to_owned()));
    // The keyboard is not to be had.
    let options = ["run", "--stdin", "--", "cat"];
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (80, 24), &options);
    terminal.see("--stdin takes a file or a pipe");
    assert_eq!(terminal.exit().exit_code(), 2);
}

#[test]
fn what_a_program_writes_is_not_lost() {
    let (_, told) = code(&["sh", "-c", "echo out; echo err >&2"]);
    assert_eq!(told, "out\nerr\n");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("written");
    let options = ["--quiet", "--output", file.to_str().unwrap()];
    let status = run(&options, &["sh", "-c", "echo out; echo err >&2"]).status().unwrap();
    assert!(status.success());
    assert_eq!(super::read(&file), "out\nerr\n");
    // What it has is not lost either, unless that is asked for.
    let again = run(&options, &["echo", "new"]).output().unwrap();
    let told = String::from_utf8(again.stderr).unwrap();
    assert!(!again.status.success() && told.contains("has something in it"), "{told}");
    assert_eq!(super::read(&file), "out\nerr\n");
    let status = run(&[&options[..], &["--force"]].concat(), &["echo", "new"]).status().unwrap();
    assert!(status.success() && super::read(&file) == "new\n");
}

#[test]
fn nothing_stays_behind_however_it_ends() {
    let Some(python) = python() else { return };
    // The last is killed where it stands, at whatever moment of its start or its sleep that is.
    for (signal, waits) in [(Signal::TERM, true), (Signal::KILL, true), (Signal::KILL, false)] {
        for _ in 0..if waits { 1 } else { 10 } {
            let script = Script::new(ServerKind::Threads, &python);
            let mut scope = Running::start(run(&["--quiet"], &script.words()));
            let pid = scope.0.id().cast_signed();
            let pids = until("the program", || Some(below(pid)).filter(|pids| !pids.is_empty()));
            if waits {
                drop(listens(script.addr));
            }
            scope.signal(signal);
            scope.end();
            until("all are gone", || (!pids.iter().any(|pid| is_alive(*pid))).then_some(()));
        }
    }
}
