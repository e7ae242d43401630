//! The same server, driven by the same client, once under strace(1) and once under the scope: the calls,
//! their results, masks and ready lists must be equal.

use std::process::Command;

use epollscope::telemetry::ServerKind;
use rustix::process::Signal;
use serde_json::Value;

use super::compared::{Calls, in_order, of_log, of_strace, shown};
use super::{
    Running, Script, ask, below, client, has, leave, lines, listens, python, read, run, until,
};

/// The client: several requests on a connection, a page that is not there, one that says nothing. It
/// does nothing before the server sleeps, so that what comes together is the same in every run.
fn drive(script: &Script, pid: &str) {
    let sleeps = || until("it sleeps", || sleeps(pid).then_some(()));
    let first = listens(script.addr);
    sleeps();
    leave(first);
    for targets in [&["/", "/", "/nothing"][..], &["/nothing"], &[]] {
        sleeps();
        let mut socket = client(script.addr);
        for target in targets {
            sleeps();
            ask(&mut socket, target);
        }
        sleeps();
        leave(socket);
    }
    // Whoever has served it has closed it, but may not have gone yet.
    let tasks = || std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    let alone = || tasks() == 1 && below(pid.parse().unwrap()).is_empty();
    until("it is alone", || alone().then_some(()));
    sleeps();
}

/// What is another number of times in another run: what the scan asks in vain, and what the end of a
/// process interrupts.
fn happens_to_be(server: ServerKind, call: &str) -> bool {
    match server {
        ServerKind::Scan => call.contains("EAGAIN") || call.starts_with("clock_nanosleep"),
        ServerKind::Processes => {
            call.contains("EINTR") || call.contains("ERESTART") || call.starts_with("wait4")
        }
        _ => false,
    }
}

#[test]
fn the_calls_are_those_that_strace_sees() {
    let (Some(python), true) = (python(), has("strace")) else { return };
    std::thread::scope(|scope| {
        // What asyncio asks its epoll meanwhile depends on who is quicker.
        let all = ServerKind::ALL.into_iter().filter(|server| *server != ServerKind::Coroutines);
        for server in all {
            let python = &python;
            scope.spawn(move || {
                let script = Script::new(server, python);
                let sorted = |mut calls: Calls| {
                    for calls in calls.values_mut() {
                        calls.retain(|call| !happens_to_be(server, call));
                        if server == ServerKind::Threads {
                            // accept(2) takes its number before it sleeps: the one that another thread
                            // is about to close, or the next.
                            for call in calls.iter_mut() {
                                *call = call.replace('5', "4");
                            }
                        }
                    }
                    in_order(calls)
                };
                let seen = script.path("strace");
                let mut strace = Command::new("strace");
                strace.args(["-f", "-y", "-e", &shown(), "-o"]).arg(&seen).args(script.words());
                let mut traced = Running::start(strace);
                let pid = until("its child", || child_of(traced.0.id(), &script));
                drive(&script, &pid.to_string());
                let child = rustix::process::Pid::from_raw(pid).unwrap();
                rustix::process::kill_process(child, Signal::TERM).unwrap();
                traced.end();
                let want = sorted(of_strace(&read(&seen)));

                let log = script.path("log");
                let options = ["--quiet", "--log", log.to_str().unwrap()];
                let mut scope = Running::start(run(&options, &script.words()));
                let pid = until("its child", || child_of(scope.0.id(), &script));
                drive(&script, &pid.to_string());
                scope.signal(Signal::TERM);
                assert_eq!(scope.end(), Some(128 + 15), "{server}");
                let all: usize = want.iter().map(Vec::len).sum();
                assert!(all > 20, "{server}: {want:#?}");
                assert_eq!(sorted(of_log(&read(&log))), want, "{server}");
            });
        }
    });
}

/// The process of a script, rather than one by which strace tries what it can do.
fn child_of(pid: u32, script: &Script) -> Option<i32> {
    let runs = |pid: &i32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.starts_with(script.words[0].as_bytes())
    };
    below(pid.cast_signed()).into_iter().find(runs)
}

/// Whether a process that is traced sleeps in a call, rather than standing before one.
fn sleeps(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let sleeps = stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S'));
    let place = std::fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default();
    sleeps && !place.contains("ptrace")
}

#[test]
fn threads_and_processes_are_followed() {
    let Some(python) = python() else { return };
    for (server, by) in [(ServerKind::Threads, "tid"), (ServerKind::Processes, "pid")] {
        let script = Script::new(server, &python);
        let log = script.path("log");
        let options = ["--quiet", "--log", log.to_str().unwrap()];
        let mut scope = Running::start(run(&options, &script.words()));
        drop(listens(script.addr));
        let mut sockets = [client(script.addr), client(script.addr)];
        for socket in &mut sockets {
            ask(socket, "/");
        }
        sockets.into_iter().for_each(leave);
        scope.signal(Signal::TERM);
        scope.end();
        let lines = lines(&read(&log));
        let count = |test: &dyn Fn(&Value) -> bool| lines.iter().filter(|line| test(line)).count();
        let accepts = |line: &Value| line["call"] == "accept" && !line["peer"].is_null();
        assert_eq!(count(&accepts), 3, "{server}");
        let receives = |line: &Value| line["call"] == "recv" && line["ret"].as_u64() > Some(20);
        assert_eq!(count(&|line| receives(line) && line[by].is_i64()), 2, "{server}");
        assert_eq!(count(&|line| line["fact"] == "closed"), 3, "{server}");
        let costs = &lines.last().unwrap()["costs"];
        assert_eq!((&costs["started"], &costs["ended"]), (&3.into(), &3.into()), "{server}");
        let bytes: u64 =
            lines.iter().filter(|l| l["call"] == "recv").filter_map(|l| l["ret"].as_u64()).sum();
        let closed: u64 = lines.iter().filter_map(|line| line["bytes_in"].as_u64()).sum();
        assert_eq!(closed, bytes, "{server}: all that came is in the connections' last words");
    }
}
