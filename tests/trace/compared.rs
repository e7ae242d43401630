//! The calls of a program as strace(1) tells them and as the log does, in the same words.

use std::collections::BTreeMap;

use epollscope::telemetry::Form;
use serde_json::Value;

use super::lines;

/// What strace is told to show: all that a traced program is stopped at, as far as this machine has it.
pub(super) fn shown() -> String {
    let names = Form::CALLS.iter().filter_map(|form| form.name());
    let names: Vec<String> = names.map(|name| format!("?{name}")).collect();
    format!("trace={}", names.join(","))
}

/// The calls of each thread, or of each process but the first; the first thread's stand under 0.
pub(super) type Calls = BTreeMap<u64, Vec<String>>;

/// Those that strace -f -y has written, of the threads of one process or of the first threads of some.
pub(super) fn of_strace(text: &str) -> Calls {
    let mut calls = Calls::new();
    let mut begun: BTreeMap<u64, String> = BTreeMap::new();
    let mut first = None;
    for line in text.lines() {
        let (by, rest) = line.split_once(' ').unwrap();
        let by: u64 = by.parse().unwrap();
        let by = if *first.get_or_insert(by) == by { 0 } else { by };
        let mut line = rest.trim_start().to_owned();
        // What others have done meanwhile stands between the two halves of a call.
        if let Some(half) = line.strip_suffix("<unfinished ...>") {
            begun.insert(by, half.to_owned());
            continue;
        }
        if line.starts_with("<... ")
            && let Some((_, rest)) = line.split_once(" resumed>")
        {
            line = begun.remove(&by).unwrap_or_default() + rest;
        }
        if let Some(call) = strace_line(&line) {
            calls.entry(by).or_default().push(call);
        }
    }
    calls
}

/// A call of strace's as `name(fd) = result [fd:mask …]`; `None` for what is done to files.
fn strace_line(line: &str) -> Option<String> {
    let (name, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    let arguments = arguments.trim_end().trim_end_matches(')');
    let argument = |n: usize| arguments.split(", ").nth(n).unwrap_or_default();
    // Of select and poll the answer stands behind the result, in brackets.
    let (arguments, result, answer) = match rest.split_once(") = ") {
        Some((arguments, result)) => {
            let (result, answer) = result.split_once(" (").unwrap_or((result, ""));
            (arguments, result, answer)
        }
        None => (arguments, result, ""),
    };
    // With -y, a descriptor is followed by what it stands for.
    let stands_for = argument(0).split_once('<').map(|(_, rest)| rest.starts_with('/'));
    let of_files = matches!(
        name,
        "close"
            | "fcntl"
            | "ioctl"
            | "preadv2"
            | "pwritev2"
            | "read"
            | "readv"
            | "recvfrom"
            | "sendto"
            | "write"
            | "writev"
    );
    if of_files && stands_for == Some(true) {
        return None;
    }
    let copies = ["F_DUPFD", "F_DUPFD_CLOEXEC", "F_SETFL"];
    if name == "ioctl" && argument(1) != "FIONBIO"
        || name == "fcntl" && !copies.contains(&argument(1))
    {
        return None;
    }
    let mut words = result.split([' ', '<']);
    let mut value = words.next()?.to_owned();
    if matches!(&*value, "-1" | "?") {
        value = words.next()?.to_owned();
    }
    let number = |text: &str| text.split('<').next().unwrap_or_default().to_owned();
    let fd = match name {
        "epoll_ctl" => number(argument(2)),
        // Of two the one that is no pipe.
        "splice" if argument(0).contains("<pipe:") => number(argument(2)),
        "poll" | "ppoll" | "select" | "pselect6" | "close_range" => String::new(),
        _ => number(argument(0)),
    };
    let fd = fd.parse::<u32>().map_or(String::new(), |fd| fd.to_string());
    let fd = if has_fd(name) { fd } else { String::new() };
    let mut told = format!("{name}({fd}) = {}", without_pid(name, value));
    match name {
        "epoll_ctl" => {
            let op = argument(1).trim_start_matches("EPOLL_CTL_");
            told += &format!(" {op} in {}", number(argument(0)));
            let bits = arguments.split("events=").nth(1).and_then(|rest| rest.split(',').next());
            if let Some(bits) = bits.filter(|_| op != "DEL") {
                told += &format!(" {}", mask(bits));
            }
        }
        "epoll_wait" | "epoll_pwait" | "epoll_pwait2" => {
            for event in arguments.split("events=").skip(1) {
                let fd = event.split("u32=").nth(1)?;
                let fd: String = fd.chars().take_while(char::is_ascii_digit).collect();
                told += &format!(" {fd}:{}", mask(event.split(',').next()?));
            }
        }
        "poll" | "ppoll" => {
            for event in answer.split("{fd=").skip(1) {
                let (fd, bits) = event.split_once(", revents=")?;
                told += &format!(" {}:{}", number(fd), mask(bits.split('}').next()?));
            }
        }
        "select" | "pselect6" => {
            let mut found: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
            for (key, bit) in [("in [", "IN"), ("out [", "OUT"), ("except [", "PRI")] {
                let set = answer.split_once(key).map_or("", |(_, rest)| rest);
                for fd in set.split(']').next()?.split_whitespace() {
                    found.entry(number(fd).parse().ok()?).or_default().push(bit);
                }
            }
            for (fd, bits) in found {
                told += &format!(" {fd}:{}", mask(&bits.join("|")));
            }
        }
        _ => {}
    }
    Some(told)
}

/// The number of a process is another in each run.
fn without_pid(name: &str, result: String) -> String {
    if name == "wait4" && result.starts_with(char::is_numeric) { "PID".into() } else { result }
}

/// Whether a call's first argument is a descriptor.
fn has_fd(name: &str) -> bool {
    ![
        "clock_nanosleep",
        "close_range",
        "epoll_create",
        "epoll_create1",
        "eventfd",
        "eventfd2",
        "io_uring_setup",
        "nanosleep",
        "pipe",
        "pipe2",
        "socket",
        "socketpair",
        "timerfd_create",
        "wait4",
        "waitid",
    ]
    .contains(&name)
}

/// The bits of a mask in one order, by their names in the log.
fn mask(bits: &str) -> String {
    let plain = bits.split('|').map(|bit| bit.split_once("POLL").map_or(bit, |(_, name)| name));
    let mut names: Vec<&str> = plain.collect();
    names.sort_unstable();
    names.join("|")
}

/// Those that the log has.
pub(super) fn of_log(text: &str) -> Calls {
    let mut calls = Calls::new();
    for line in lines(text) {
        if let Some(call) = log_line(&line) {
            let by = line["tid"].as_u64().or(line["pid"].as_u64()).unwrap_or_default();
            calls.entry(by).or_default().push(call);
        }
    }
    calls
}

fn log_line(line: &Value) -> Option<String> {
    let kind = line["call"].as_str()?;
    let name = line["form"].as_str().unwrap_or(kind);
    let result = match (&line["ret"], &line["err"]) {
        (_, Value::String(error)) => error.clone(),
        (Value::Number(number), _) => number.to_string(),
        _ => "0".to_owned(),
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |value: &Value| value.as_u64().map_or(String::new(), |fd| fd.to_string());
    let fd = if kind == "epoll_wait" { &line["epfd"] } else { &line["fd"] };
    let mut told = format!("{name}({}) = {}", number(fd), without_pid(name, result));
    if kind == "epoll_ctl" {
        told += &format!(" {} in {}", text(&line["op"]), number(&line["epfd"]));
        if line["op"] != "DEL" {
            told += &format!(" {}", mask(&text(&line["mask"])));
        }
    }
    for ready in line["ready"].as_array().into_iter().flatten() {
        told += &format!(" {}:{}", ready["fd"], mask(&text(&ready["mask"])));
    }
    Some(told)
}

/// Those of the first thread from the listening on, those of the others in an order that is the same
/// whatever their numbers are.
pub(super) fn in_order(mut calls: Calls) -> Vec<Vec<String>> {
    let mut first = calls.remove(&0).unwrap_or_default();
    let listens = first.iter().position(|call| call.starts_with("listen")).unwrap_or_default();
    first.drain(..listens);
    let mut others: Vec<_> = calls.into_values().collect();
    for calls in others.iter_mut().chain([&mut first]) {
        // The last sleep is ended by the signal; strace may not see its return any more.
        calls.pop_if(|call| call.contains("EINTR") || call.contains("ERESTART"));
    }
    others.sort();
    others.insert(0, first);
    others
}
