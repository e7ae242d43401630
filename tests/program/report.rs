//! The file of `compare --report`: whole or as it was, whatever it is and however that ends.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process};

const LIMIT: Duration = Duration::from_secs(20);

/// A comparison that goes on for so many seconds.
fn compare(report: &Path, seconds: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    command.args(["compare", "epoll-et", "--idle", "5", "--active", "1", "--seconds", seconds]);
    command.arg("--report").arg(report);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What became of it, within the limit.
fn ended(mut child: Child) -> Output {
    let deadline = Instant::now() + LIMIT;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// Waits until it measures: until it has a child.
fn until_measuring(compare: &Child) {
    let path = format!("/proc/{0}/task/{0}/children", compare.id());
    let deadline = Instant::now() + LIMIT;
    while fs::read_to_string(&path).unwrap().is_empty() {
        assert!(Instant::now() < deadline, "it never measures");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn an_interrupted_comparison_leaves_the_folder_as_it_was() {
    for signal in [Signal::INT, Signal::KILL] {
        for old in [None, Some("an older report\n")] {
            let folder = tempfile::tempdir().unwrap();
            let report = folder.path().join("report.md");
            if let Some(old) = old {
                fs::write(&report, old).unwrap();
            }
            let compare = compare(&report, "60").spawn().unwrap();
            until_measuring(&compare);
            kill_process(Pid::from_child(&compare), signal).unwrap();
            assert_ne!(ended(compare).status.code(), Some(0));
            assert_eq!(fs::read_to_string(&report).ok().as_deref(), old);
            assert_eq!(names(folder.path()).len(), old.iter().len());
        }
    }
}

#[test]
fn a_report_replaces_what_a_link_points_to_and_keeps_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let (there, link) = (folder.path().join("there"), folder.path().join("link.md"));
    fs::write(&there, "an older report\n").unwrap();
    fs::set_permissions(&there, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("there", &link).unwrap();
    let Output { status, stderr, .. } = ended(compare(&link, "1").spawn().unwrap());
    assert_eq!((status.code(), text(&stderr)), (Some(0), ""));
    assert!(fs::read_to_string(&there).unwrap().contains("epoll-et"));
    assert_eq!(fs::metadata(&there).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(names(folder.path()), ["link.md", "there"]);
}

#[test]
fn a_fifo_gets_the_report_where_somebody_reads_it_and_is_refused_where_nobody_does() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo.json");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let Output { status, stdout, stderr } = ended(compare(&fifo, "1").spawn().unwrap());
    assert_eq!((status.code(), text(&stdout)), (Some(1), ""));
    let error = text(&stderr);
    assert!(error.ends_with("cannot be written: nobody reads this FIFO.\n"), "{error}");
    assert_eq!(error.lines().count(), 1);

    let reader = Command::new("cat").arg(&fifo).stdout(Stdio::piped()).spawn().unwrap();
    // It may still be on its way to its open.
    let deadline = Instant::now() + LIMIT;
    loop {
        let Output { status, stderr, .. } = ended(compare(&fifo, "1").spawn().unwrap());
        if status.success() {
            break;
        }
        assert!(Instant::now() < deadline, "{}", text(&stderr));
    }
    let read = ended(reader);
    let json: serde_json::Value = serde_json::from_slice(&read.stdout).unwrap();
    assert_eq!(json["servers"][0]["server"], "epoll-et");
}

#[test]
fn a_report_may_go_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link.md");
    symlink("/dev/stdout", &link).unwrap();
    let both = |out: &str| {
        // The table, and the report behind it.
        let (table, report) = (out.find("epollscope compare:"), out.find("# epollscope compare\n"));
        assert!(table < report && table.is_some(), "{out}");
    };
    let Output { status, stdout, stderr } = ended(compare(&link, "1").spawn().unwrap());
    assert_eq!((status.code(), text(&stderr)), (Some(0), ""));
    both(text(&stdout));
    let file = folder.path().join("out");
    let mut command = compare(&link, "1");
    command.stdout(fs::File::create(&file).unwrap());
    assert_eq!(ended(command.spawn().unwrap()).status.code(), Some(0));
    both(&fs::read_to_string(&file).unwrap());
}
