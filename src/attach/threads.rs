//! The threads of a process, and the calls in which they sleep (`proc_pid_syscall(5)`).

use std::collections::HashMap;
use std::fs;
use std::io;

use super::process::fields;
use crate::telemetry::Fd;
use crate::trace::{begins_with_fd, call_numbered};

/// A thread.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Thread {
    /// Its process.
    pub pid: i32,
    /// Its number.
    pub tid: i32,
    /// As the kernel calls it.
    pub name: String,
    /// The letter of its state: `R` runs or could run, `S` and `D` sleep, `T` and `t` stand.
    pub state: char,
    /// The call that it is in; `None` where that may not be known.
    pub call: Option<Call>,
    /// Time on a CPU since its start, in nanoseconds; `None` where the kernel does not report it.
    pub cpu: Option<u64>,
    /// Times it gave the CPU away, and times it was taken from it.
    pub switches: (u64, u64),
}

/// The call that a thread is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call {
    /// In none that can be seen: it runs.
    Runs,
    /// In the kernel, but for no call: a page is brought in, for instance.
    None,
    /// In that one; with the descriptor that it is about, where it is about one.
    In(&'static str, Option<Fd>),
    /// In one that has no name here: its number.
    Number(i64),
}

/// Calls in which threads sleep that are about no socket: their numbers on this machine.
const SLEEPS: &[(i64, &str)] = &[
    (nix::libc::SYS_futex, "futex"),
    (nix::libc::SYS_rt_sigtimedwait, "rt_sigtimedwait"),
    (nix::libc::SYS_rt_sigsuspend, "rt_sigsuspend"),
    (nix::libc::SYS_sched_yield, "sched_yield"),
    (nix::libc::SYS_fsync, "fsync"),
    (nix::libc::SYS_fdatasync, "fdatasync"),
    (nix::libc::SYS_flock, "flock"),
    (nix::libc::SYS_openat, "openat"),
    #[cfg(target_arch = "x86_64")]
    (nix::libc::SYS_pause, "pause"),
];

/// `232 0x7 0x7f8838000ed0 …`, `running`, or `-1` with the stack pointer and the program counter.
fn call(text: &str) -> Option<Call> {
    let mut words = text.split_ascii_whitespace();
    let first = words.next()?;
    if first == "running" {
        return Some(Call::Runs);
    }
    let number: i64 = first.parse().ok()?;
    if number < 0 {
        return Some(Call::None);
    }
    let register = u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?;
    if let Some(form) = call_numbered(number) {
        let [a, b, c, d, ..] = register.to_le_bytes();
        let fd = begins_with_fd(form).then(|| Fd::from_le_bytes([a, b, c, d]));
        return Some(Call::In(form.name()?, fd));
    }
    let known = SLEEPS.iter().find(|(of, _)| *of == number);
    Some(known.map_or(Call::Number(number), |(_, name)| Call::In(name, None)))
}

/// The threads of a process.
///
/// # Errors
/// It is gone.
pub(super) fn of(pid: i32) -> io::Result<Vec<Thread>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(format!("/proc/{pid}/task"))? {
        let entry = entry?;
        let Some(tid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // One that has ended meanwhile is none.
        found.extend(thread(pid, tid));
    }
    found.sort_unstable_by_key(|thread| thread.tid);
    Ok(found)
}

fn thread(pid: i32, tid: i32) -> Option<Thread> {
    let read = |name| fs::read_to_string(format!("/proc/{pid}/task/{tid}/{name}")).ok();
    let stat = read("stat")?;
    let (name, fields) = fields(&stat)?;
    let times = read("schedstat").unwrap_or_default();
    let status = read("status").unwrap_or_default();
    let count = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        line.and_then(|line| line.trim().parse().ok()).unwrap_or(0)
    };
    Some(Thread {
        pid,
        tid,
        name: name.to_owned(),
        state: fields.first()?.chars().next()?,
        call: read("syscall").as_deref().and_then(call),
        cpu: times.split_ascii_whitespace().next().and_then(|first| first.parse().ok()),
        switches: (count("voluntary_ctxt_switches:"), count("nonvoluntary_ctxt_switches:")),
    })
}

/// What threads have used between two looks.
#[derive(Debug, Default)]
pub(super) struct Meter(HashMap<i32, (u64, u64)>);

impl Meter {
    /// Time on a CPU and switches since the last look, by thread and all together; of one that was not
    /// there then, nothing.
    pub(super) fn since(&mut self, threads: &[Thread]) -> (HashMap<i32, u64>, u64) {
        let (mut cpu, mut switched) = (HashMap::new(), 0);
        let mut now = HashMap::with_capacity(threads.len());
        for thread in threads {
            let switches = thread.switches.0 + thread.switches.1;
            if let Some(total) = thread.cpu {
                if let Some((before, then)) = self.0.get(&thread.tid) {
                    cpu.insert(thread.tid, total.saturating_sub(*before));
                    switched += switches.saturating_sub(*then);
                }
                now.insert(thread.tid, (total, switches));
            }
        }
        self.0 = now;
        (cpu, switched)
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd as _;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_thread_that_sleeps_in_its_epoll_is_seen_there() {
        let mut poll = mio::Poll::new().unwrap();
        let epfd = poll.as_raw_fd();
        let waker = mio::Waker::new(poll.registry(), mio::Token(0)).unwrap();
        let sleeps = std::thread::Builder::new().name("a) sleeper".into()).spawn(move || {
            poll.poll(&mut mio::Events::with_capacity(1), None).unwrap();
            poll
        });
        let sleeps = sleeps.unwrap();
        let (own, begin) = (std::process::id().cast_signed(), Instant::now());
        let found = loop {
            let all = of(own).unwrap();
            let named = all.into_iter().find(|thread| thread.name == "a) sleeper");
            if let Some(it) = named.filter(|it| it.call == Some(Call::In("epoll_wait", Some(epfd))))
            {
                break it;
            }
            assert!(begin.elapsed() < Duration::from_secs(5), "never seen to sleep");
            std::thread::yield_now();
        };
        assert_eq!((found.pid, found.state), (own, 'S'));
        assert!(found.switches.0 > 0);
        waker.wake().unwrap();
        sleeps.join().unwrap();
        assert!(of(i32::MAX).is_err());
    }

    #[test]
    fn what_the_file_says_is_understood() {
        assert_eq!(call("running"), Some(Call::Runs));
        assert_eq!(call("-1 0x7ffc 0x7f88"), Some(Call::None));
        assert_eq!(call("99999 0x7 0x0"), Some(Call::Number(99_999)));
        assert_eq!(call(""), None);
        let line = format!("{} 0xffffffff00000007 0x0", nix::libc::SYS_recvfrom);
        assert_eq!(call(&line), Some(Call::In("recvfrom", Some(7))));
        let line = format!("{} 0x7f00 0x0", nix::libc::SYS_futex);
        assert_eq!(call(&line), Some(Call::In("futex", None)));
        let line = format!("{} 0x7f00 0x0", nix::libc::SYS_ppoll);
        assert_eq!(call(&line), Some(Call::In("ppoll", None)));
    }

    #[test]
    fn what_was_used_is_told_from_the_second_look_on() {
        let own = std::process::id().cast_signed();
        let mut meter = Meter::default();
        assert_eq!(meter.since(&of(own).unwrap()).0.len(), 0);
        assert!(!meter.since(&of(own).unwrap()).0.is_empty());
    }
}
