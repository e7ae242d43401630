//! Reads what strace(1) and the event log say of the same run, into the same shape.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Whether strace can be run here; in CI (`EPOLLSCOPE_REQUIRE_TOOLS`) it must be.
pub fn works() -> bool {
    let status =
        Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let works = status.is_ok_and(|status| status.success());
    assert!(
        works || std::env::var_os("EPOLLSCOPE_REQUIRE_TOOLS").is_none(),
        "strace is required here and does not work"
    );
    if !works {
        eprintln!("skipped: strace is not installed or may not trace");
    }
    works
}

/// A system call of the server thread, with what must agree.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    pub name: String,
    pub fd: i64,
    /// The value, or the name of the error; `None` for `close`, whose result nobody looks at.
    pub result: Option<String>,
    /// What else both say: masks, ready lists, lengths, ports.
    pub detail: String,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let result = self.result.as_deref().unwrap_or("?");
        write!(f, "{}({}) = {result} {}", self.name, self.fd, self.detail)
    }
}

/// The calls of the event log, in order.
pub fn of_log(text: &str) -> Vec<Call> {
    of_log_by(text).into_iter().map(|(_, call)| call).collect()
}

/// The same, each with the thread or process that made it; `None` for the server's own thread.
pub fn of_log_by(text: &str) -> Vec<(Option<i64>, Call)> {
    text.lines()
        .map(|line| {
            // What the program writes it can read.
            epollscope::record::json::read(line.as_bytes(), &mut None)
                .unwrap_or_else(|error| panic!("{error}: {line}"));
            serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{e}: {line}"))
        })
        .filter_map(|line| Some((line["call"].as_str()?.to_owned(), line)))
        .map(|(name, line)| {
            let number = |key: &str| line[key].as_i64();
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            let mut detail = String::new();
            match name.as_str() {
                "epoll_ctl" => detail = format!("{} {}", text("op"), text("mask")),
                "epoll_wait" | "poll" | "select" => {
                    for ready in line["ready"].as_array().into_iter().flatten() {
                        detail += &format!("{}:{} ", ready["fd"], ready["mask"].as_str().unwrap());
                    }
                    if let Some(examined) = number("examined") {
                        detail += &format!("of {examined}");
                    }
                }
                "accept" => {
                    detail = text("peer").rsplit_once(':').map_or("", |(_, port)| port).to_owned();
                }
                "listen" => detail = format!("{}", line["backlog"]),
                "shutdown" => detail = text("how"),
                "send" => detail = format!("{}", line["len"]),
                "sendfile" => detail = format!("{} {}", line["file"], line["len"]),
                "setsockopt" => detail = text("name"),
                "connect" => detail = text("family"),
                "openat2" => detail = text("flags"),
                "openat" => detail = text("path"),
                _ => {}
            }
            let fd = match name.as_str() {
                "epoll_wait" => number("epfd"),
                "epoll_create1" | "poll" | "select" | "clock_nanosleep" | "wait4" => Some(-1),
                "openat" => number("fd").or(Some(AT_FDCWD)),
                _ => number("fd"),
            };
            let err = line["err"].as_str().map(str::to_owned);
            let result = err.or_else(|| number("ret").map(|ret| ret.to_string()));
            // A call that can only succeed or fail need not say that it succeeded.
            let result = (name != "close").then(|| result.unwrap_or_else(|| "0".to_owned()));
            let fd = fd.unwrap_or_else(|| panic!("no fd: {line}"));
            let by = number("tid").or_else(|| number("pid"));
            (by, Call { name, fd, result, detail })
        })
        .collect()
}

/// The calls that strace saw on the thread that called `listen`, from its first on a socket on.
pub fn of_strace(text: &str) -> Vec<Call> {
    own_lines(text).iter().filter_map(|line| parse(line)).collect()
}

/// The same without the calls of tokio: those on descriptors that it makes for itself, which are
/// an epoll instance, a second descriptor of that, and an eventfd.
pub fn of_strace_without_runtime(text: &str) -> Vec<Call> {
    let mut its: HashSet<String> = HashSet::new();
    let mut is_its = |line: &str| {
        let (name, rest) = line.split_once('(').unwrap_or_default();
        let first = &rest[..rest.find([',', ')']).unwrap_or(0)];
        let result = line.rsplit_once(" = ").map_or("", |(_, result)| result);
        let made = match name {
            "epoll_create1" | "eventfd2" => true,
            "fcntl" => its.contains(first) && rest.contains("F_DUPFD_CLOEXEC"),
            _ => false,
        };
        if made {
            return its.insert(result.to_owned());
        }
        if name == "close" { its.remove(first) } else { its.contains(first) }
    };
    own_lines(text).iter().filter(|line| !is_its(line)).filter_map(|line| parse(line)).collect()
}

fn own_lines(text: &str) -> Vec<String> {
    let lines = whole_lines(text);
    let thread = lines
        .iter()
        .find(|(_, line)| line.starts_with("listen("))
        .map(|(thread, _)| thread.clone())
        .expect("strace saw a listen");
    let own = lines.into_iter().filter(|(by, _)| *by == thread).map(|(_, line)| line);
    // The listener's options are set by the same thread right before it.
    let told = |line: &str| line.starts_with("listen(") || line.starts_with("setsockopt(");
    // The allocator asks once whether it may give memory back: open, read, close.
    let mut asking: Option<String> = None;
    let mut is_allocators = |line: &String| {
        if line.contains("\"/proc/sys/vm/overcommit_memory\"") {
            asking = line.rsplit_once(" = ").map(|(_, fd)| fd.to_owned());
            return true;
        }
        let Some(fd) = &asking else { return false };
        let ended = line.starts_with(&format!("close({fd})"));
        let its = ended || line.starts_with(&format!("read({fd},"));
        if ended {
            asking = None;
        }
        its
    };
    own.skip_while(|line| !told(line)).filter(|line| !is_allocators(line)).collect()
}

/// Joins `<unfinished ...>` with `<... resumed>`. Each stands where it ended, but a `close` where
/// it began: the number may be another's before it ends.
pub fn whole_lines(text: &str) -> Vec<(String, String)> {
    let mut begun: HashMap<String, (String, usize)> = HashMap::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(char::is_whitespace) else { continue };
        let rest = rest.trim_start();
        if let Some(first) = rest.strip_suffix("<unfinished ...>") {
            begun.insert(thread.to_owned(), (first.to_owned(), lines.len()));
            lines.push((thread.to_owned(), String::new()));
        } else if let Some((_, second)) = rest.split_once(" resumed>") {
            let (first, place) = begun.remove(thread).unwrap_or_default();
            let whole = (thread.to_owned(), first + second);
            if whole.1.starts_with("close(") {
                lines[place] = whole;
            } else {
                lines.push(whole);
            }
        } else {
            lines.push((thread.to_owned(), rest.to_owned()));
        }
    }
    lines.retain(|(_, line)| !line.is_empty());
    lines
}

/// The order in which the log writes the bits of a mask; strace has another.
const ORDER: [&str; 10] =
    ["IN", "PRI", "OUT", "RDHUP", "ERR", "HUP", "NVAL", "ET", "ONESHOT", "EXCLUSIVE"];

/// Empties the string literals, which may hold anything.
fn without_strings(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        out.push(c);
        if c == '"' {
            while let Some(c) = chars.next() {
                match c {
                    '\\' => drop(chars.next()),
                    '"' => break,
                    _ => {}
                }
            }
            out.push('"');
        }
    }
    out
}

/// A mask as the log writes it.
fn mask(bits: &str) -> String {
    let plain = bits.split('|').map(|bit| bit.split_once("POLL").map_or(bit, |(_, name)| name));
    let mut names: Vec<&str> = plain.collect();
    names.sort_by_key(|name| ORDER.iter().position(|known| known == name));
    if bits.is_empty() { "0".to_owned() } else { names.join("|") }
}

/// What `ppoll` was given and filled in: the ready ones, and how many were asked.
fn polled(arguments: &str, filled: &str) -> String {
    let mut detail = String::new();
    for ready in filled.split("{fd=").skip(1) {
        let (fd, bits) = ready.split_once(", revents=").unwrap();
        detail += &format!("{fd}:{} ", mask(&bits[..bits.find('}').unwrap()]));
    }
    detail + &format!("of {}", arguments.matches("{fd=").count())
}

/// The same of `pselect6`.
fn selected(arguments: &str, filled: &str) -> String {
    let mut detail = String::new();
    for (key, bit) in [("in [", "IN"), ("out [", "OUT")] {
        let rest = filled.split_once(key).map_or("]", |(_, rest)| rest);
        for fd in rest[..rest.find(']').unwrap()].split_whitespace() {
            detail += &format!("{fd}:{bit} ");
        }
    }
    let sets = arguments.split('[').skip(1).map(|set| set.split(']').next().unwrap());
    let asked: HashSet<&str> = sets.flat_map(str::split_whitespace).collect();
    detail + &format!("of {}", asked.len())
}

/// The list that `epoll_wait` filled.
fn waited(line: &str, arguments: &str) -> String {
    let mut detail = String::new();
    for ready in arguments.split("{events=").skip(1) {
        let bits = &ready[..ready.find(',').unwrap()];
        let data = ready.split_once("u64=").or_else(|| ready.split_once("data=")).unwrap().1;
        let data = data[..data.find(['}', ',', ' ']).unwrap_or(data.len())].trim_end_matches('}');
        let data = match data.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => data.parse(),
        };
        let fd = data.unwrap_or_else(|_| panic!("no data: {line}")) & 0xffff_ffff;
        detail += &format!("{fd}:{} ", mask(bits));
    }
    detail
}

/// In place of a folder's descriptor where a path is absolute.
const AT_FDCWD: i64 = -100;

pub fn parse(line: &str) -> Option<Call> {
    // The first string, for the call that names another descriptor in it.
    let path = line.split('"').nth(1).map(str::to_owned);
    let line = &without_strings(line);
    // Signals and exits are no calls.
    if line.starts_with(['-', '+']) {
        return None;
    }
    let (name, rest) = line.split_once('(').unwrap_or_else(|| panic!("not a call: {line}"));
    let (arguments, result) =
        rest.rsplit_once(" = ").unwrap_or_else(|| panic!("no result: {line}"));
    let arguments = arguments.trim_end().trim_end_matches(')');
    let argument = |n: usize| arguments.split(',').nth(n).unwrap_or_default().trim();
    // Behind the value of select and poll stands what they filled in.
    let filled = result;
    let mut words = result.split_whitespace();
    let value = words.next().unwrap_or_default();
    let result = if value == "-1" { words.next().unwrap_or_default() } else { value };
    let after = |key: &str| {
        let rest = arguments.split_once(key).map_or("", |(_, rest)| rest);
        &rest[..rest.find([',', '}', ')']).unwrap_or(rest.len())]
    };
    let mut fd = argument(0);
    let mut detail = String::new();
    let name = match name {
        "accept4" => {
            detail = after("htons(").to_owned();
            "accept"
        }
        "recvfrom" => "recv",
        "sendto" => {
            detail = argument(2).to_owned();
            "send"
        }
        "epoll_pwait" | "epoll_wait" => {
            detail = waited(line, arguments);
            "epoll_wait"
        }
        "ppoll" | "poll" => {
            (fd, detail) = ("-1", polled(arguments, filled));
            "poll"
        }
        "pselect6" | "select" => {
            (fd, detail) = ("-1", selected(arguments, filled));
            "select"
        }
        "epoll_ctl" => {
            fd = argument(2);
            let op = argument(1).trim_start_matches("EPOLL_CTL_");
            detail = format!("{op} {}", mask(after("events=")));
            name
        }
        "listen" => {
            detail = argument(1).to_owned();
            name
        }
        "shutdown" => {
            detail = argument(1).trim_start_matches("SHUT_").to_owned();
            name
        }
        "sendfile" => {
            detail = format!("{} {}", argument(1), arguments.rsplit(',').next().unwrap().trim());
            name
        }
        "setsockopt" => {
            // strace names the option by the size of its time.
            let name_of = argument(2).trim_end_matches("_OLD").trim_end_matches("_NEW");
            detail = name_of.to_owned();
            name
        }
        "connect" => {
            detail = after("sa_family=AF_").to_owned();
            name
        }
        // The allocator's, and no descriptor's.
        "mmap" if argument(4) == "-1" => return None,
        // The standard library's own check before a close, in builds with debug assertions.
        "fcntl" if argument(1) == "F_GETFD" => return None,
        "epoll_create1" | "clock_nanosleep" | "wait4" => {
            fd = "-1";
            name
        }
        "openat2" => {
            detail = if arguments.contains("O_PATH") { "O_PATH" } else { "" }.to_owned();
            name
        }
        "openat" => {
            fd = if fd == "AT_FDCWD" { "-100" } else { fd };
            detail = path.unwrap_or_default();
            name
        }
        "close" | "fstat" | "pread64" | "read" => name,
        other => panic!("a call that the log has no word for: {other}: {line}"),
    };
    Some(Call {
        name: name.to_owned(),
        fd: fd.parse().unwrap_or_else(|_| panic!("no fd: {line}")),
        result: (name != "close").then(|| result.to_owned()),
        detail,
    })
}

/// The first place where two runs differ, told with what stands around it.
pub fn difference(log: &[Call], strace: &[Call]) -> Option<String> {
    let at = (0..log.len().max(strace.len())).find(|&i| log.get(i) != strace.get(i))?;
    let around = |calls: &[Call]| {
        let from = at.saturating_sub(3);
        format!("{:#?}", &calls[from.min(calls.len())..(at + 3).min(calls.len())])
    };
    Some(format!(
        "call {at} of {} in the log and {} in strace\nlog: {}\nstrace: {}",
        log.len(),
        strace.len(),
        around(log),
        around(strace)
    ))
}
