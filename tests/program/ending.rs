//! How signals end the real program, with the dashboard and without.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::program::{LIMIT, Running, log};
use crate::terminal::Terminal;
use rustix::process::Signal;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");
const SIZE: (u16, u16) = (80, 24);
/// Within this time a second signal is surely the same one; what a busy machine delays beyond it is
/// tried again.
const SURELY_THE_SAME: Duration = Duration::from_millis(300);

/// A mask of signals of a process, of those in `/proc/PID/status`; 0 when it has ended.
fn mask(pid: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap())
}

fn has(mask: u64, signal: Signal) -> bool {
    mask & (1 << (signal.as_raw() - 1)) != 0
}

#[test]
fn two_signals_at_nearly_the_same_time_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    // As timeout(1) sends them, and a terminal that closes.
    let pairs = [(Signal::TERM, Signal::TERM), (Signal::HUP, Signal::TERM)];
    let begin = Instant::now();
    let mut good = 0;
    while good < 10 {
        assert!(begin.elapsed() < LIMIT, "this machine is too busy");
        let _ = std::fs::remove_file(&path);
        let program = Running::start(&["--quiet", "--log", path.to_str().unwrap()]);
        program.get("/");
        let (first, second) = pairs[good % 2];
        let sent = Instant::now();
        program.signal(first);
        let pid = program.child.id();
        while has(mask(pid, "ShdPnd"), first) {
            std::thread::yield_now();
        }
        program.signal(second);
        let took = sent.elapsed();
        let (code, _) = program.end();
        if took > SURELY_THE_SAME {
            continue;
        }
        assert_eq!(code, Some(0), "{first:?} {second:?}");
        let lines = log(&path);
        assert_eq!(lines.last().unwrap()["events"], Value::from(lines.len() - 2));
        good += 1;
    }
}

#[test]
fn signals_that_were_ignored_from_the_start_stay_ignored() {
    const IGNORING: &str = "trap '' HUP INT QUIT; exec \"$0\" \"$@\"";
    let ignored = [Signal::HUP, Signal::INT, Signal::QUIT];

    let mut command = Command::new("/bin/sh");
    command.args(["-c", IGNORING, PROGRAM, "--port", "0", "--quiet"]);
    let program = Running::by(command);
    for signal in ignored {
        assert!(has(mask(program.child.id(), "SigIgn"), signal), "{signal:?}");
        program.signal(signal);
    }
    assert!(program.get("/").starts_with("HTTP/1.1 200 "));
    program.signal(Signal::TERM);
    assert_eq!(program.end().0, Some(0));

    let options = ["-c", IGNORING, PROGRAM, "--port", "0", "--theme", "dark"];
    let mut terminal = Terminal::start("/bin/sh", SIZE, &options);
    terminal.see("RUNNING");
    for signal in ignored {
        assert!(has(mask(terminal.child.process_id().unwrap(), "SigIgn"), signal), "{signal:?}");
        terminal.signal(signal);
    }
    terminal.press("p");
    terminal.see("PAUSED");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.exit().exit_code(), 0);
    terminal.assert_restored();
}

#[test]
fn sigquit_gives_the_terminal_back_and_ends_it_as_ever() {
    let mut terminal = Terminal::start(PROGRAM, SIZE, &["--port", "0", "--theme", "dark"]);
    terminal.see("RUNNING");
    terminal.signal(Signal::QUIT);
    let status = terminal.exit();
    assert!(status.signal().is_some_and(|name| name.starts_with("Quit")), "{status:?}");
    terminal.assert_restored();
}
