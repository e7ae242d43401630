//! The real program without a dashboard: its first line, its log, its signals, its exit codes.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::program::{LIMIT, Running, ended, ended_by, log, program};
use rustix::process::Signal;

#[test]
fn each_signal_ends_it_cleanly_with_a_complete_log() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let program = Running::start(&["--log", path.to_str().unwrap()]);
        for _ in 0..5 {
            assert!(program.get("/").starts_with("HTTP/1.1 200 "));
        }
        let _open = TcpStream::connect(program.addr).unwrap();
        program.signal(signal);
        let (code, printed) = program.end();
        assert_eq!(code, Some(0));
        assert!(printed.contains("request GET / HTTP/1.1"), "{printed}");

        let lines = log(&path);
        let (first, last) = (&lines[0], lines.last().unwrap());
        assert_eq!((&first["log"], &first["version"]), (&"epollscope".into(), &2.into()));
        let events = &lines[1..lines.len() - 1];
        assert_eq!((&last["lost"], &last["events"]), (&0.into(), &events.len().into()));
        let costs = &last["costs"];
        let calls = events.iter().filter(|event| event["call"].is_string()).count();
        assert_eq!((&costs["requests"], &costs["calls"]), (&5.into(), &calls.into()));
        assert!(costs["self"]["cpu"].as_f64() > Some(0.0), "{costs}");
        for (seq, event) in (1..).zip(events) {
            assert_eq!(event["seq"], seq);
        }
        let count = |fact: &str| events.iter().filter(|event| event["fact"] == fact).count();
        assert_eq!((count("request"), count("response")), (5, 5));
    }
}

#[test]
fn quiet_prints_the_address_and_nothing_else() {
    let program = Running::start(&["--quiet"]);
    program.get("/");
    program.signal(Signal::TERM);
    assert_eq!(program.end(), (Some(0), String::new()));
}

#[test]
fn folders_are_listed_and_hidden_files_served_when_asked_for() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("folder")).unwrap();
    std::fs::write(root.path().join("folder/a.txt"), "a").unwrap();
    std::fs::write(root.path().join("folder/.secret"), "s").unwrap();
    let root = root.path().to_str().unwrap();
    for (flags, listed, hidden) in [
        (&[][..], false, false),
        (&["--list"], true, false),
        (&["--hidden"], false, true),
        (&["--list", "--hidden"], true, true),
    ] {
        let program = Running::start(&[flags, &["--quiet", root]].concat());
        let folder = program.get("/folder/");
        assert_eq!(folder.starts_with("HTTP/1.1 200 "), listed, "{flags:?} {folder}");
        assert_eq!(folder.contains("href=\"./a.txt\""), listed, "{flags:?} {folder}");
        assert_eq!(folder.contains(".secret"), listed && hidden, "{flags:?} {folder}");
        let secret = program.get("/folder/.secret");
        assert_eq!(secret.starts_with("HTTP/1.1 200 "), hidden, "{flags:?} {secret}");
        assert_eq!(secret.ends_with("\r\n\r\ns"), hidden, "{flags:?} {secret}");
        if !hidden {
            assert!(secret.starts_with("HTTP/1.1 404 "), "{flags:?} {secret}");
        }
        program.signal(Signal::TERM);
        assert_eq!(program.end().0, Some(0));
    }
}

#[test]
fn own_clients_work_without_a_dashboard_too() {
    let mut program = Running::start(&["--demo"]);
    let mut line = String::new();
    while !line.contains("request GET ") {
        line.clear();
        assert!(program.out.read_line(&mut line).unwrap() > 0, "it ended");
    }
    program.signal(Signal::TERM);
    assert_eq!(program.end().0, Some(0));
}

#[test]
fn a_reader_that_goes_away_does_not_end_the_server() {
    let mut program = Running::start(&[]);
    drop(std::mem::replace(&mut program.out, {
        // Some other pipe, with nothing in it.
        let mut other = Command::new("true").stdout(Stdio::piped()).spawn().unwrap();
        other.wait().unwrap();
        BufReader::new(other.stdout.take().unwrap())
    }));
    for _ in 0..20 {
        assert!(program.get("/").starts_with("HTTP/1.1 200 "));
    }
    program.signal(Signal::TERM);
    assert_eq!(program.end().0, Some(0));
}

#[test]
fn the_log_can_be_read_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let program = Running::start(&["--quiet", "--log", path.to_str().unwrap()]);
    program.get("/");
    let deadline = Instant::now() + LIMIT;
    while !std::fs::read_to_string(&path).unwrap().contains("\"fact\":\"closed\"") {
        assert!(Instant::now() < deadline, "never flushed");
        std::thread::sleep(Duration::from_millis(20));
    }
    program.signal(Signal::TERM);
    assert_eq!(program.end().0, Some(0));
}

#[test]
fn an_error_is_one_sentence_and_a_code() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (args, begins) in [
        (["--port", &port], "epollscope: Port "),
        (["--bind", "192.0.2.1"], "epollscope: 192.0.2.1 is not an address"),
        (["--quiet", "/no/such/folder"], "epollscope: There is no folder"),
        (["--log", "/no/such/folder/log"], "epollscope: The log /no/such/folder/log cannot"),
        (["--log", "/dev/full"], "epollscope: The log /dev/full cannot be written: No space"),
    ] {
        let (code, out, err) = ended(&args);
        assert_eq!((code, out.as_str()), (1, ""), "{args:?}: {err}");
        assert!(err.starts_with(begins) && err.ends_with(".\n"), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }
    let (code, out, err) = ended(&["--fps", "0"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("--fps"), "{err}");
}

/// As `nobody` where this user is root, whom no permission binds.
#[test]
fn a_root_that_may_not_be_read_is_refused_at_the_start() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;
    let is_root = rustix::process::geteuid().is_root();
    let allow = |path: &Path, mode| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    };
    let top = tempfile::tempdir().unwrap();
    allow(top.path(), 0o755);
    let root = top.path().join("root");
    std::fs::create_dir(&root).unwrap();
    let shown = root.to_str().unwrap();
    let command = |args: &[&str]| {
        let mut command = program(args);
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    if command(&["--version"]).output().is_err() {
        eprintln!("skipped: nobody may not run the program where it lies");
        return;
    }
    // 0: neither entered nor listed; r: not entered; x: its files can be served, but not listed.
    for (mode, options) in
        [(0o000, &[][..]), (0o444, &[]), (0o444, &["--list"]), (0o111, &["--list"])]
    {
        allow(&root, mode);
        let args = [&["--quiet", "--port", "0", shown], options].concat();
        let mut child =
            command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if !line.is_empty() {
            // It listens, and would not end by itself.
            let _ = child.kill();
        }
        let Output { status, stderr, .. } = child.wait_with_output().unwrap();
        assert_eq!((line.as_str(), status.code()), ("", Some(1)), "{mode:o} {options:?}");
        let sentence = format!("epollscope: The folder {shown} may not be read: ");
        let error = String::from_utf8(stderr).unwrap();
        assert!(error.starts_with(&sentence) && error.lines().count() == 1, "{error}");
    }
    allow(&root, 0o755);
}

#[test]
fn completions_and_man_page_go_to_stdout() {
    let (code, out, err) = ended(&["completions", "bash"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("--max-connections"));
    let (code, out, err) = ended(&["man"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains(".SH \"KEYS\""));
    assert!(out.matches(".TP").count() > 40, "options and keys");
}

#[test]
fn what_cannot_be_printed_is_no_success_and_a_reader_that_has_gone_is_no_failure() {
    let compare = ["compare", "poll", "--idle", "1", "--active", "1", "--seconds", "1"];
    for args in [
        &["--help"][..],
        &["-h"],
        &["--version"],
        &["help", "compare"],
        &["man"],
        &["completions", "bash"],
        &compare,
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (code, _, err) = ended_by(program(args).stdout(full));
        assert_eq!((code, err.lines().count()), (1, 1), "{args:?}: {err}");
        assert!(
            err.starts_with("epollscope: Standard output cannot be written: No space"),
            "{err}"
        );

        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, _, err) = ended_by(program(args).stdout(writer));
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn a_long_method_is_told_whole() {
    let folder = tempfile::tempdir().unwrap();
    for server in ["epoll-et", "processes"] {
        let path = folder.path().join(server);
        let program = Running::start(&["--server", server, "--log", path.to_str().unwrap()]);
        let method = "LONG".repeat(250);
        let answer = program.ask(&format!("{method} /hand HTTP/1.1\r\nHost: x\r\n"));
        assert!(answer.starts_with("HTTP/1.1 501 "), "{answer}");
        program.signal(Signal::TERM);
        let (code, printed) = program.end();
        assert_eq!(code, Some(0));
        assert!(printed.contains(&format!("request {method} /hand HTTP/1.1")), "{printed}");
        let lines = log(&path);
        let request = lines.iter().find(|line| line["fact"] == "request").unwrap();
        assert_eq!((&request["method"], &request["target"]), (&method.into(), &"/hand".into()));
    }
}
