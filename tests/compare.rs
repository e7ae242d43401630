//! `epollscope compare`, whole: real servers, a real load, and what is said of them.

use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

fn compare(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    command.arg("compare").args(args).env("LC_ALL", "C.UTF-8");
    command.output().unwrap()
}

/// Compares under a small load; returns what was printed, and the report in JSON.
fn small(servers: &[&str], more: &[&str]) -> (String, Value) {
    let dir = tempfile::tempdir().unwrap();
    let report = dir.path().join("report.json");
    let load = ["--idle", "10", "--active", "2", "--seconds", "1", "--report"];
    let args = [servers, &load, &[report.to_str().unwrap()], more].concat();
    let Output { status, stdout, stderr } = compare(&args);
    assert_eq!((status.code(), String::from_utf8(stderr).unwrap().as_str()), (Some(0), ""));
    let json = std::fs::read_to_string(report).unwrap();
    (String::from_utf8(stdout).unwrap(), serde_json::from_str(&json).unwrap())
}

fn figure<'a>(server: &'a Value, key: &str, part: &str) -> &'a Value {
    &server["figures"][key][part]
}

#[test]
fn a_server_is_measured() {
    let (text, json) = small(&["epoll-et"], &["--path", "/style.css"]);
    assert!(
        text.starts_with("epollscope compare: 10 idle and 2 active connections, GET /style.css")
    );
    let server = &json["servers"][0];
    assert_eq!((&server["server"], &server["cannot"]), (&"epoll-et".into(), &Value::Null));
    assert_eq!(server["notes"].as_array().unwrap().len(), 0, "{server}");
    for key in [
        "requests_per_second",
        "latency_p50_seconds",
        "latency_p99_seconds",
        "cpu_seconds_per_request",
        "calls_per_request",
        "examined_per_ready",
        "wakeups_per_request",
        "threads",
        "waiting",
    ] {
        let value = figure(server, key, "value").as_f64().unwrap_or(0.0);
        assert!(value > 0.0, "{key}: {value}");
    }
    let of = |key| figure(server, key, "value").as_f64().unwrap();
    let (requests, seconds) =
        (server["requests"].as_f64().unwrap(), server["seconds"].as_f64().unwrap());
    assert!((of("requests_per_second") - requests / seconds).abs() < 1e-6);
    assert!(of("latency_p50_seconds") <= of("latency_p99_seconds") && seconds >= 1.0);
    // Two connections with a request each: no more time than there is.
    assert!(of("latency_p50_seconds") * requests / 2.0 <= 2.0 * seconds);
    assert!(of("cpu_seconds_per_request") * requests <= 2.0 * seconds);
    // A request is received, and answered in one call or two.
    assert!((2.0..6.0).contains(&of("calls_per_request")), "{}", of("calls_per_request"));
    assert!((0.9..1.1).contains(&of("examined_per_ready")));
    assert!(of("waiting") <= 1.0);
    for key in ["memory_bytes_per_connection", "again_per_request", "switches_per_request"] {
        assert!(figure(server, key, "value").is_number(), "{key}");
    }
    assert!(json["machine"]["kernel"].as_str().unwrap().starts_with("Linux "));
}

#[test]
fn ratios_are_taken_against_the_first() {
    let (text, json) = small(&["epoll-et", "epoll-et"], &[]);
    let servers = json["servers"].as_array().unwrap();
    assert_eq!(
        (&servers[0]["server"], &servers[1]["server"]),
        (&"epoll-et".into(), &"epoll-et #2".into())
    );
    for key in ["requests_per_second", "latency_p50_seconds", "calls_per_request"] {
        let of = |i: usize, part| figure(&servers[i], key, part).as_f64().unwrap();
        assert!((of(0, "ratio") - 1.0).abs() < 1e-9, "{key}");
        assert!((of(1, "ratio") - of(1, "value") / of(0, "value")).abs() < 1e-9, "{key}");
    }
    // Under its name and a table's column, and before a bar and a ratio.
    assert!(text.lines().filter(|line| line.trim_start().starts_with("epoll-et #2")).count() >= 8);
    assert!(text.contains('█') && text.contains("×1.00"));
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn what_is_not_there_is_not_measured() {
    let missing = ["epoll-et", "--idle", "3", "--seconds", "1", "--path", "/missing"];
    let Output { status, stdout, stderr } = compare(&missing);
    let (text, error) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert_eq!(status.code(), Some(1), "{error}");
    assert!(text.contains("cannot: 3 of 3 idle connections refused: answered 404"), "{text}");
    assert!(error.starts_with("epollscope: None of the servers could be measured"), "{error}");

    let Output { stdout, .. } = compare(&["epoll-et", "--root", "/no/such/folder"]);
    let text = String::from_utf8(stdout).unwrap();
    assert!(text.contains("cannot: There is no folder /no/such/folder"), "{text}");
}

#[test]
fn a_report_that_cannot_be_written_is_told_first() {
    let Output { status, stdout, stderr } =
        compare(&["epoll-et", "--report", "/no/such/folder/x.md"]);
    let error = String::from_utf8(stderr).unwrap();
    assert_eq!((status.code(), stdout.as_slice()), (Some(1), b"".as_slice()));
    assert!(
        error.starts_with("epollscope: The report /no/such/folder/x.md cannot be written"),
        "{error}"
    );
}

/// Waits for a condition.
fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::yield_now();
    }
}

/// A process that runs and has that parent.
fn child_of(parent: u32) -> Option<u32> {
    std::fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        (parent_of(pid)? == parent).then_some(pid)
    })
}

/// The parent of a process that runs.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    (fields.next()? != "Z").then(|| fields.next()?.parse().ok())?
}

/// Starts a long comparison; returns it and its first server's process, which listens.
fn long() -> (Child, u32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    command.args(["compare", "epoll-et", "--seconds", "60"]);
    let compare = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let server = until("a server with connections", || {
        let pid = child_of(compare.id())?;
        let fds = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count();
        (fds > 100).then_some(pid)
    });
    (compare, server)
}

#[test]
fn a_signal_ends_it_with_its_server() {
    let (compare, server) = long();
    kill_process(Pid::from_child(&compare), Signal::TERM).unwrap();
    let Output { status, stderr, .. } = compare.wait_with_output().unwrap();
    let error = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{error}");
    assert!(error.starts_with("epollscope: It was ended by a signal"), "{error}");
    assert_eq!(parent_of(server), None, "it is gone, and no zombie");
}

#[test]
fn its_server_does_not_outlive_it() {
    let (mut compare, server) = long();
    compare.kill().unwrap();
    compare.wait().unwrap();
    until("the server's end", || parent_of(server).is_none().then_some(()));
}
