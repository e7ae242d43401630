//! The same server, driven by the same client, once under strace(1) and once under the scope: the calls,
//! their results, masks and ready lists must be equal.

use std::process::Command;

use epollscope::telemetry::ServerKind;
use rustix::process::Signal;
use serde_json::Value;

use super::{Running, Script, ask, below, client, has, leave, listens, python, read, run, until};

/// What strace is told to show: of the calls of `trace::calls` those that these servers can make.
const CALLS: &str = "trace=accept,accept4,close,epoll_create1,epoll_ctl,epoll_wait,epoll_pwait,\
                     ioctl,listen,poll,ppoll,select,pselect6,recvfrom,sendto,setsockopt,shutdown";

/// Those whose calls are the same in every run: one thread, and no clock.
const SAME: [ServerKind; 5] = [
    ServerKind::Blocking,
    ServerKind::Select,
    ServerKind::Poll,
    ServerKind::Epoll,
    ServerKind::EpollEt,
];

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
    sleeps();
}

/// A call of strace's as `name(fd) = result [fd:mask …]`; `None` for what is done to files.
fn of_strace(line: &str) -> Option<String> {
    // With -f, the thread comes first.
    let line = line.split_once(' ').map(|(_, rest)| rest.trim_start())?;
    let (name, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    // With -y, a descriptor is followed by what it stands for.
    let stands_for = arguments.split_once('<').map(|(fd, rest)| (fd, rest.starts_with('/')));
    if matches!(name, "close" | "ioctl") && stands_for.is_none_or(|(_, file)| file) {
        return None;
    }
    if name == "ioctl" && !arguments.contains("FIONBIO") {
        return None;
    }
    let mut words = result.split([' ', '<']);
    let mut result = words.next()?.to_owned();
    if matches!(&*result, "-1" | "?") {
        result = words.next()?.to_owned();
    }
    let mut told = format!("{name} = {result}");
    match name {
        "epoll_ctl" => {
            let op = arguments.split("EPOLL_CTL_").nth(1)?.split(',').next()?;
            let fd = arguments.split(", ").nth(2)?.split('<').next()?;
            told += &format!(" {op} {fd}");
            let mask = arguments.split("events=").nth(1).and_then(|rest| rest.split(',').next());
            if let Some(mask) = mask.filter(|_| op != "DEL") {
                told += &format!(" {}", mask.replace("EPOLL", ""));
            }
        }
        "epoll_wait" => {
            for event in arguments.split("events=").skip(1) {
                let mask = event.split(',').next()?.replace("EPOLL", "");
                let fd = event.split("u32=").nth(1)?;
                let fd: String = fd.chars().take_while(char::is_ascii_digit).collect();
                told += &format!(" {fd}:{mask}");
            }
        }
        _ => {}
    }
    Some(told)
}

/// A call of the log's in the same words.
fn of_log(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).unwrap();
    let kind = line["call"].as_str()?;
    let name = line["form"].as_str().unwrap_or(kind);
    let known = CALLS.trim_start_matches("trace=").split(',').any(|call| call == name);
    if !known {
        return None;
    }
    let result = match (&line["ret"], &line["err"]) {
        (_, Value::String(error)) => error.clone(),
        (Value::Number(number), _) => number.to_string(),
        _ => "0".to_owned(),
    };
    let mut told = format!("{name} = {result}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if kind == "epoll_ctl" {
        told += &format!(" {} {}", text(&line["op"]), line["fd"]);
        if line["op"] != "DEL" {
            told += &format!(" {}", text(&line["mask"]));
        }
    }
    if kind == "epoll_wait" {
        for ready in line["ready"].as_array().into_iter().flatten() {
            told += &format!(" {}:{}", ready["fd"], text(&ready["mask"]));
        }
    }
    Some(told)
}

/// From the listening on.
fn from_listen(calls: impl Iterator<Item = String>) -> Vec<String> {
    let mut calls: Vec<_> = calls.skip_while(|call| !call.starts_with("listen")).collect();
    // The last sleep is ended by the signal; strace may not see its return any more.
    calls.pop_if(|call| call.contains("EINTR") || call.contains("ERESTART"));
    calls
}

#[test]
fn the_calls_are_those_that_strace_sees() {
    let (Some(python), true) = (python(), has("strace")) else { return };
    std::thread::scope(|scope| {
        for server in SAME {
            let python = &python;
            scope.spawn(move || {
                let script = Script::new(server, python);
                let seen = script.path("strace");
                let mut strace = Command::new("strace");
                strace.args(["-f", "-y", "-e", CALLS, "-o"]).arg(&seen).args(script.words());
                let mut traced = Running::start(strace);
                let pid = until("its child", || child_of(traced.0.id(), &script));
                drive(&script, &pid.to_string());
                let child = rustix::process::Pid::from_raw(pid).unwrap();
                rustix::process::kill_process(child, Signal::TERM).unwrap();
                traced.end();
                let want = from_listen(read(&seen).lines().filter_map(of_strace));

                let log = script.path("log");
                let options = ["--quiet", "--log", log.to_str().unwrap()];
                let mut scope = Running::start(run(&options, &script.words()));
                let pid = until("its child", || child_of(scope.0.id(), &script));
                drive(&script, &pid.to_string());
                scope.signal(Signal::TERM);
                assert_eq!(scope.end(), Some(128 + 15), "{server}");
                let told = from_listen(read(&log).lines().filter_map(of_log));
                assert!(want.len() > 20, "{server}: {want:#?}");
                assert_eq!(told, want, "{server}");
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
        let lines: Vec<Value> =
            read(&log).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
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
