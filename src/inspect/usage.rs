//! What the server's threads and worker processes have used, from `/proc` (`proc_pid_status(5)`,
//! and `schedstat` of the kernel's `sched-stats` document).

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::kept::Kept;

/// Between two readings at least.
const EVERY: Duration = Duration::from_secs(1);
/// A reading that took long is not repeated before this many times as long: at most 2 % of a CPU.
const REST: u32 = 50;
/// The same where somebody waits for it.
const SOON: Duration = Duration::from_millis(200);
const SHORT_REST: u32 = 4;

/// Whose usage is to be read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Workers {
    /// The process whose threads they are; `None` is this program.
    pub process: Option<i32>,
    /// The thread of the server's loop.
    pub own: Option<i32>,
    /// Its other threads, by their numbers (gettid(2)).
    pub threads: Vec<i32>,
    /// Its worker processes, by their numbers.
    pub processes: Vec<i32>,
    /// Somebody waits for it: it is read again soon after the last time.
    pub soon: bool,
}

/// A reading. The sums never shrink: what was read of a thread that has ended stays in them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Usage {
    /// When.
    #[serde(skip, default = "Instant::now")]
    pub taken: Instant,
    /// Time on a CPU; `None` where the kernel does not report it.
    pub cpu: Option<Duration>,
    /// Times a thread gave the CPU away, to wait.
    pub voluntary: u64,
    /// Times the CPU was taken from one.
    pub involuntary: u64,
    /// Resident memory of this program and the worker processes, in bytes.
    pub resident: u64,
    /// What of that is anonymous or shared memory, rather than pages of files (`RssAnon` and
    /// `RssShmem`).
    pub anonymous: u64,
    /// Threads of this program, the dashboard's own included.
    pub threads: u64,
}

/// How much of one CPU the loop's thread used, between two readings.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct LoopCpu {
    /// From 0 to 1; 1 is a loop that never sleeps.
    pub share: f32,
    /// The time between the two readings.
    pub over: Duration,
}

#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    cpu: Option<u64>,
    voluntary: u64,
    involuntary: u64,
}

/// The files of the thread of the server's loop.
#[derive(Debug)]
struct LoopFiles {
    thread: i32,
    status: Kept,
    schedstat: Option<Kept>,
    stat: Kept,
}

impl LoopFiles {
    fn open(process: Option<i32>, thread: i32) -> Option<Self> {
        let of = folder(process);
        let open = |name| Kept::open(&format!("{of}/task/{thread}/{name}"));
        Some(Self {
            thread,
            status: open("status")?,
            schedstat: open("schedstat"),
            stat: open("stat")?,
        })
    }
}

/// The folder of a process; `None` is this program.
fn folder(process: Option<i32>) -> String {
    process.map_or_else(|| "/proc/self".to_owned(), |pid| format!("/proc/{pid}"))
}

/// Adds up what is read.
#[derive(Debug)]
pub(super) struct Meter {
    /// The process's own status, and which process that is.
    own: Option<(Option<i32>, Kept)>,
    loop_files: Option<LoopFiles>,
    /// The last reading of each thread, and of each process under its negative number.
    seen: HashMap<i32, Spent>,
    total: Spent,
    last: Option<(Instant, Duration)>,
    /// The loop's thread, its time on a CPU at the last reading, and when that was.
    loop_seen: Option<(i32, u64, Instant)>,
    loop_cpu: Option<LoopCpu>,
}

impl Meter {
    /// Before the first reading.
    pub(super) fn new() -> Self {
        Self {
            own: None,
            loop_files: None,
            seen: HashMap::new(),
            total: Spent::default(),
            last: None,
            loop_seen: None,
            loop_cpu: None,
        }
    }

    /// The loop's thread at the last reading.
    pub(super) fn loop_cpu(&self) -> Option<LoopCpu> {
        self.loop_cpu
    }

    /// The files of the loop's thread, opened once for each.
    fn files_of(&mut self, workers: &Workers) -> Option<&LoopFiles> {
        let own = workers.own;
        if self.loop_files.as_ref().map(|files| files.thread) != own {
            self.loop_files = own.and_then(|own| LoopFiles::open(workers.process, own));
        }
        self.loop_files.as_ref()
    }

    /// Takes in one more reading of the loop's thread.
    fn note_loop(&mut self, workers: &Workers) {
        let now = self.files_of(workers).and_then(|files| {
            let spent = on_cpu(&files.schedstat.as_ref()?.read()?)?;
            Some((files.thread, spent, Instant::now()))
        });
        self.loop_cpu = match (self.loop_seen, now) {
            (Some((before, spent, then)), Some((tid, total, now))) if before == tid => {
                let (used, over) = (Duration::from_nanos(total.saturating_sub(spent)), now - then);
                let share = used.as_secs_f32() / over.as_secs_f32().max(f32::EPSILON);
                Some(LoopCpu { share: share.min(1.0), over })
            }
            _ => None,
        };
        self.loop_seen = now;
    }

    /// Whether the loop's thread sleeps, rather than running or waiting for a CPU; `None` where it
    /// cannot be known.
    pub(super) fn asleep(&mut self, workers: &Workers) -> Option<bool> {
        let stat = self.files_of(workers)?.stat.read()?;
        // The name, in parentheses, may hold anything.
        let (_, rest) = stat.rsplit_once(") ")?;
        Some(rest.starts_with('S'))
    }

    /// Reads, if it is time to.
    pub(super) fn read(&mut self, workers: &Workers) -> Option<Usage> {
        let begin = Instant::now();
        let (every, rest) = if workers.soon { (SOON, SHORT_REST) } else { (EVERY, REST) };
        let due = self.last.map(|(taken, took)| taken + every.max(took * rest));
        if due.is_some_and(|due| begin < due) {
            return None;
        }
        if self.own.as_ref().is_none_or(|(of, _)| *of != workers.process) {
            let status = Kept::open(&format!("{}/status", folder(workers.process)));
            self.own = status.map(|status| (workers.process, status));
        }
        let own = self.own.as_ref()?.1.read()?;
        let mut resident = value(&own, "VmRSS:")? * 1024;
        let mut anonymous = anonymous_of(&own);
        let mut seen = HashMap::with_capacity(self.seen.len());
        if let Some(files) = self.files_of(workers) {
            let times = files.schedstat.as_ref().and_then(Kept::read);
            if let Some(spent) = files.status.read().and_then(|status| spent(&status, times)) {
                seen.insert(files.thread, spent);
            }
        }
        let of = folder(workers.process);
        for tid in &workers.threads {
            let status = fs::read_to_string(format!("{of}/task/{tid}/status"));
            let times = fs::read_to_string(format!("{of}/task/{tid}/schedstat"));
            if let Some(spent) = status.ok().and_then(|status| spent(&status, times.ok())) {
                seen.insert(*tid, spent);
            }
        }
        for &pid in &workers.processes {
            let status = fs::read_to_string(format!("/proc/{pid}/status"));
            let times = fs::read_to_string(format!("/proc/{pid}/schedstat"));
            let Ok(status) = status else { continue };
            resident += value(&status, "VmRSS:").unwrap_or(0) * 1024;
            anonymous += anonymous_of(&status);
            if let Some(spent) = spent(&status, times.ok()) {
                seen.insert(-pid, spent);
            }
        }
        for (id, now) in &seen {
            self.total.add(self.seen.get(id).copied().unwrap_or_default(), *now);
        }
        self.seen = seen;
        self.note_loop(workers);
        let taken = Instant::now();
        self.last = Some((taken, taken - begin));
        Some(Usage {
            taken,
            cpu: self.total.cpu.map(Duration::from_nanos),
            voluntary: self.total.voluntary,
            involuntary: self.total.involuntary,
            resident,
            anonymous,
            threads: value(&own, "Threads:")?,
        })
    }
}

impl Spent {
    /// Adds what lies between two readings. A number that has become smaller is another thread's
    /// with the same number.
    fn add(&mut self, before: Self, now: Self) {
        let before = if now.voluntary < before.voluntary { Self::default() } else { before };
        if let Some(cpu) = now.cpu {
            let more = cpu.saturating_sub(before.cpu.unwrap_or(0));
            self.cpu = Some(self.cpu.unwrap_or(0).saturating_add(more));
        }
        self.voluntary += now.voluntary - before.voluntary;
        self.involuntary += now.involuntary.saturating_sub(before.involuntary);
    }
}

/// Time on a CPU that these have used so far, those that have ended left out; `None` where the
/// kernel does not report it.
#[must_use]
pub fn cpu(workers: &Workers) -> Option<Duration> {
    let threads = workers.own.iter().chain(&workers.threads);
    let of = folder(workers.process);
    let threads = threads.map(|tid| format!("{of}/task/{tid}/schedstat"));
    let processes = workers.processes.iter().map(|pid| format!("/proc/{pid}/schedstat"));
    let times: Vec<u64> = threads
        .chain(processes)
        .filter_map(|path| on_cpu(&fs::read_to_string(path).ok()?))
        .collect();
    (!times.is_empty()).then(|| Duration::from_nanos(times.iter().sum()))
}

fn spent(status: &str, schedstat: Option<String>) -> Option<Spent> {
    let cpu = schedstat.and_then(|text| on_cpu(&text));
    Some(Spent {
        cpu,
        voluntary: value(status, "voluntary_ctxt_switches:")?,
        involuntary: value(status, "nonvoluntary_ctxt_switches:")?,
    })
}

/// The first field of `schedstat`: nanoseconds on a CPU.
fn on_cpu(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

/// Bytes of anonymous and shared memory.
fn anonymous_of(status: &str) -> u64 {
    let kibibytes = ["RssAnon:", "RssShmem:"].iter().filter_map(|key| value(status, key));
    kibibytes.sum::<u64>() * 1024
}

/// The number behind a key at the beginning of a line.
fn value(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_the_manual_page_are_understood() {
        let text = "Name:\tserver\nVmRSS:\t    5076 kB\nThreads:\t7\n\
                    voluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t545\n";
        let spent = spent(text, Some("96000 12 34\n".into())).unwrap();
        assert_eq!((spent.cpu, spent.voluntary, spent.involuntary), (Some(96_000), 150, 545));
        assert_eq!((value(text, "VmRSS:"), value(text, "Threads:")), (Some(5076), Some(7)));
        assert_eq!(value(text, "VmSwap:"), None);
    }

    #[test]
    fn a_thread_that_works_and_waits_is_measured() {
        let mut meter = Meter::new();
        let own = rustix::thread::gettid().as_raw_nonzero().get();
        let workers = Workers { own: Some(own), threads: vec![i32::MAX], ..Workers::default() };
        let first = meter.read(&workers).unwrap();
        assert!(first.resident > 100_000 && first.threads >= 1);
        assert!(first.anonymous > 50_000 && first.anonymous < first.resident, "{first:?}");
        assert!(meter.read(&workers).is_none(), "not again at once");
        assert_eq!(meter.asleep(&workers), Some(false), "it reads this");
        let begin = Instant::now();
        let mut n = 0u64;
        while begin.elapsed() < Duration::from_millis(20) {
            n = std::hint::black_box(n + 1);
        }
        for _ in 0..5 {
            std::thread::sleep(Duration::from_millis(1));
        }
        meter.last = None;
        let second = meter.read(&workers).unwrap();
        assert!(second.voluntary >= first.voluntary + 5, "{first:?} {second:?}");
        if let (Some(before), Some(now)) = (first.cpu, second.cpu) {
            assert!(now > before, "{before:?} {now:?}");
            assert!(cpu(&workers).unwrap() >= now);
        }
        assert_eq!(cpu(&Workers::default()), None);
        // It ends: what it used stays.
        meter.last = None;
        assert_eq!(meter.read(&Workers::default()).unwrap().voluntary, second.voluntary);
    }

    #[test]
    fn the_loops_thread_is_measured_alone() {
        let (tell, told) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            tell.send(rustix::thread::gettid().as_raw_nonzero().get()).unwrap();
            ended.recv().unwrap();
        });
        let own = rustix::thread::gettid().as_raw_nonzero().get();
        let sleeper = told.recv().unwrap();
        let share = |own, other| {
            let mut meter = Meter::new();
            let workers = Workers { own: Some(own), threads: vec![other], ..Workers::default() };
            meter.read(&workers).unwrap();
            assert_eq!(meter.loop_cpu(), None, "one reading is no interval");
            let begin = cpu(&Workers { own: Some(self_tid()), ..Workers::default() }).unwrap();
            let busy = || {
                let now = cpu(&Workers { own: Some(self_tid()), ..Workers::default() }).unwrap();
                now.saturating_sub(begin)
            };
            let start = Instant::now();
            while busy() < Duration::from_millis(50) {}
            let (used, wall) = (busy(), start.elapsed());
            meter.last = None;
            meter.read(&workers).unwrap();
            let found = meter.loop_cpu().unwrap();
            assert!(found.over >= wall);
            (found.share, used.as_secs_f32() / wall.as_secs_f32())
        };
        let (spins, expected) = share(own, sleeper);
        assert!((spins - expected).abs() < 0.25 && spins > 0.0, "{spins} {expected}");
        let (sleeps, _) = share(sleeper, own);
        assert!(sleeps < 0.05, "{sleeps}");
        end.send(()).unwrap();
        thread.join().unwrap();
    }

    fn self_tid() -> i32 {
        rustix::thread::gettid().as_raw_nonzero().get()
    }

    #[test]
    fn a_worker_process_is_measured() {
        let mut child = std::process::Command::new("/bin/sleep").arg("60").spawn().unwrap();
        let mut meter = Meter::new();
        let pid = i32::try_from(child.id()).unwrap();
        let alone = meter.read(&Workers::default()).unwrap();
        let limit = Instant::now() + Duration::from_secs(5);
        let both = loop {
            meter.last = None;
            let both = meter.read(&Workers { processes: vec![pid], ..Workers::default() }).unwrap();
            // It may not have had a turn yet.
            if both.voluntary + both.involuntary > 0 {
                break both;
            }
            assert!(Instant::now() < limit, "it never slept: {both:?}");
            std::thread::yield_now();
        };
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(both.resident > alone.resident / 2, "{alone:?} {both:?}");
        meter.last = None;
        let gone = meter.read(&Workers { processes: vec![pid], ..Workers::default() }).unwrap();
        assert_eq!(gone.voluntary, both.voluntary);
    }

    #[test]
    fn a_thread_that_sleeps_is_seen() {
        let (tell, told) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            tell.send(rustix::thread::gettid().as_raw_nonzero().get()).unwrap();
            ended.recv().unwrap();
        });
        let workers = Workers { own: told.recv().ok(), ..Workers::default() };
        let limit = Instant::now() + Duration::from_secs(5);
        let mut meter = Meter::new();
        while meter.asleep(&workers) != Some(true) {
            assert!(Instant::now() < limit, "never asleep");
            std::thread::yield_now();
        }
        end.send(()).unwrap();
        thread.join().unwrap();
        assert_eq!(meter.asleep(&Workers::default()), None);
    }
}
