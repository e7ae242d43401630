//! `--log` in trouble: a file that is there already, a FIFO, a disk that is full for a while.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::program::{LIMIT, Running, ended, log, program};
use crate::terminal::Terminal;
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};
use serde_json::Value;

#[test]
fn a_log_with_something_in_it_is_kept_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let name = path.to_str().unwrap();
    std::fs::write(&path, "precious\n").unwrap();
    let (code, out, err) = ended(&["--port", "0", "--quiet", "--log", name]);
    assert_eq!((code, out.as_str(), err.lines().count()), (1, "", 1), "{err}");
    assert!(err.contains(name) && err.contains("--force"), "{err}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious\n");

    let force = Running::start(&["--quiet", "--log", name, "--force"]);
    force.signal(Signal::TERM);
    assert_eq!(force.end().0, Some(0));
    assert_eq!(log(&path)[0]["log"], "epollscope");

    std::fs::write(&path, "").unwrap();
    for name in [name, "/dev/null", "/dev/stderr"] {
        let program = Running::start(&["--quiet", "--log", name]);
        program.signal(Signal::TERM);
        assert_eq!(program.end().0, Some(0), "{name}");
    }
    assert!(log(&path).last().unwrap()["events"].as_u64() > Some(0));
}

#[test]
fn a_log_to_standard_output_goes_behind_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    std::fs::write(&path, "before\n").unwrap();
    let out = File::options().append(true).open(&path).unwrap();
    let mut command = program(&["--port", "0", "--quiet", "--log", "/dev/stdout"]);
    let mut child = command.stdout(out).spawn().unwrap();
    let begin = Instant::now();
    while !std::fs::read_to_string(&path).unwrap().contains("listening on") {
        assert!(begin.elapsed() < LIMIT, "it does not listen");
        std::thread::sleep(Duration::from_millis(5));
    }
    rustix::process::kill_process(pid_of(child.id()), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("before\n{\"log\":\"epollscope\""), "{text}");
    assert!(text.lines().last().unwrap().starts_with("{\"lost\":0,"), "{text}");
}

#[test]
fn a_fifo_that_nobody_reads_is_told_and_one_with_a_reader_gets_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, Mode::RWXU).unwrap();
    let name = path.to_str().unwrap();
    let (code, out, err) = ended(&["--port", "0", "--quiet", "--log", name]);
    assert_eq!((code, out.as_str(), err.lines().count()), (1, "", 1), "{err}");
    assert!(err.contains(name) && err.contains("FIFO"), "{err}");

    // Opened so, it waits for no writer, and reads what there is.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK;
    let mut reader = File::from(rustix::fs::open(&path, flags, Mode::empty()).unwrap());
    let program = Running::start(&["--quiet", "--log", name]);
    program.get("/");
    program.signal(Signal::TERM);
    assert_eq!(program.end().0, Some(0));
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert!(text.lines().last().unwrap().starts_with("{\"lost\":0,"), "{text}");
}

fn pid_of(child: u32) -> Pid {
    Pid::from_raw(i32::try_from(child).unwrap()).unwrap()
}

/// Lets no file of the process be longer than that: what a full disk is, without a disk.
fn limit_files(pid: Pid, bytes: Option<u64>) {
    prlimit(Some(pid), Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
}

/// What a program says on standard error, as it comes.
struct Said(Arc<Mutex<String>>);

impl Said {
    fn of(program: &mut Running) -> Self {
        let text = Arc::<Mutex<String>>::default();
        let mut err = BufReader::new(program.child.stderr.take().unwrap());
        let into = text.clone();
        std::thread::spawn(move || {
            let mut line = String::new();
            while err.read_line(&mut line).is_ok_and(|n| n > 0) {
                into.lock().unwrap().push_str(&std::mem::take(&mut line));
            }
        });
        Self(text)
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }

    /// Asks for pages until it says something.
    #[track_caller]
    fn until(&self, program: &Running, part: &str) {
        let begin = Instant::now();
        while !self.text().contains(part) {
            assert!(begin.elapsed() < LIMIT, "it does not say {part}: {}", self.text());
            program.get("/");
        }
    }
}

/// The lines of a log that is whole, whose closing line counts what is not in it; returns that
/// number.
#[track_caller]
fn assert_loss_is_counted(path: &Path) -> u64 {
    let lines = log(path);
    let last = lines.last().unwrap();
    let (lost, events) = (last["lost"].as_u64().unwrap(), last["events"].as_u64().unwrap());
    assert_eq!(events, lines.len() as u64 - 2, "{last}");
    let told = |line: &Value| line["seq"].as_u64().unwrap();
    let seqs: Vec<u64> = lines[1..lines.len() - 1].iter().map(told).collect();
    assert!(seqs.is_sorted_by(|a, b| a < b));
    assert!(events + lost >= *seqs.last().unwrap(), "{last}");
    lost
}

const FULL: &str = "is not being written: File too large";
const AGAIN: &str = "is written again";

#[test]
fn a_full_disk_is_told_at_once_and_the_log_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let mut program = Running::start(&["--quiet", "--log", path.to_str().unwrap()]);
    let said = Said::of(&mut program);
    let pid = pid_of(program.child.id());
    limit_files(pid, Some(8192));
    said.until(&program, FULL);
    assert!(std::fs::metadata(&path).unwrap().len() <= 8192);
    // More than is kept for later.
    for _ in 0..200 {
        program.get("/");
    }
    limit_files(pid, None);
    said.until(&program, AGAIN);
    for _ in 0..3 {
        program.get("/");
    }
    program.signal(Signal::TERM);
    assert_eq!(program.end().0, Some(1));
    let lost = assert_loss_is_counted(&path);
    let lines = log(&path);
    let last = lines[lines.len() - 2]["seq"].as_u64().unwrap();
    assert!(lost > 0 && lost + lines.len() as u64 - 2 == last, "{lost} of {last}");
    let said = said.text();
    assert_eq!(said.matches(FULL).count(), 1, "{said}");
    assert!(said.contains(&format!("{lost} events are not in it")), "{said}");
}

#[test]
fn a_disk_that_stays_full_has_the_closing_line_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let mut program = Running::start(&["--quiet", "--log", path.to_str().unwrap()]);
    let said = Said::of(&mut program);
    limit_files(pid_of(program.child.id()), Some(8192));
    said.until(&program, FULL);
    program.signal(Signal::TERM);
    assert_eq!(program.end().0, Some(1));
    assert!(std::fs::metadata(&path).unwrap().len() <= 8192);
    assert!(assert_loss_is_counted(&path) > 0);
}

#[test]
fn the_dashboard_tells_of_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let options = ["--port", "0", "--theme", "dark", "--log", path.to_str().unwrap(), "--demo"];
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (100, 30), &options);
    terminal.see("RUNNING");
    let pid = pid_of(terminal.child.process_id().unwrap());
    limit_files(pid, Some(std::fs::metadata(&path).unwrap().len() + 4096));
    terminal.see(FULL);
    limit_files(pid, None);
    terminal.see(AGAIN);
    terminal.press("q");
    terminal.exit();
    terminal.assert_restored();
    assert_loss_is_counted(&path);
}
