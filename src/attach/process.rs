//! A process, by what `/proc` tells to everybody: its names, its limit, who has started it.

use std::fs;
use std::path::{Path, PathBuf};

/// The bit of a kernel thread in the flags of `/proc/PID/stat` (`PF_KTHREAD`).
const KERNEL_THREAD: u64 = 0x0020_0000;

/// A process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Process {
    /// Its number.
    pub pid: i32,
    /// Who has started it.
    pub parent: i32,
    /// When, in the kernel's ticks since the machine has started: with the number, this names it.
    pub started: u64,
    /// As the kernel calls it: at most 15 bytes.
    pub name: String,
    /// The program's file; `None` where it may not be known.
    pub program: Option<PathBuf>,
    /// Its command line.
    pub command: Vec<String>,
    /// Whether it is a thread of the kernel's own.
    pub is_kernel: bool,
}

impl Process {
    /// The process of that number; `None` where there is none, or one that has ended and was not waited
    /// for yet.
    #[must_use]
    pub fn read(pid: i32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (name, fields) = fields(&stat)?;
        if matches!(fields.first(), Some(&("Z" | "X"))) {
            return None;
        }
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words = command.split(|byte| *byte == 0).filter(|word| !word.is_empty());
        Some(Self {
            pid,
            parent: fields.get(1)?.parse().ok()?,
            started: number(19)?,
            name: name.to_owned(),
            program: fs::read_link(format!("/proc/{pid}/exe")).ok(),
            command: words.map(|word| String::from_utf8_lossy(word).into_owned()).collect(),
            is_kernel: number(6)? & KERNEL_THREAD != 0,
        })
    }

    /// All processes that there are.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let numbers =
            entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.filter_map(Self::read).collect()
    }

    /// Whether it is still the same one.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        Self::read(self.pid).is_some_and(|now| now.started == self.started)
    }

    /// Whether somebody who says that name means it: the kernel's name, the program's, or that of a
    /// script which an interpreter runs.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let last = |path: &str| Path::new(path).file_name().is_some_and(|last| last == name);
        let program = self.program.as_deref().and_then(Path::to_str);
        // The second word of `python3 server.py` and of `sh ./start.sh`.
        let words = self.command.iter().take(2).map(String::as_str);
        !self.is_kernel
            && (self.name == name
                || program.into_iter().chain(words).any(last)
                || self.titled(name))
    }

    /// Whether it has put such a title in place of its command line: `nginx: worker process`.
    fn titled(&self, name: &str) -> bool {
        let title = self.command.first().and_then(|first| first.strip_prefix(name));
        title.is_some_and(|rest| rest.starts_with(':'))
    }

    /// Whether it has that number in a container, a PID namespace below this one (`pid_namespaces(7)`).
    #[must_use]
    pub(super) fn is_inside(&self, pid: i32) -> bool {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap_or_default();
        has_number_inside(&status, pid)
    }

    /// How many descriptors it may have open (`RLIMIT_NOFILE`).
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        let limits = fs::read_to_string(format!("/proc/{}/limits", self.pid)).ok()?;
        let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

/// `NSpid:\t4711\t7`: its numbers, from this namespace's down to its own.
fn has_number_inside(status: &str, pid: i32) -> bool {
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap_or_default();
    numbers.split_ascii_whitespace().skip(1).any(|number| number.parse() == Ok(pid))
}

/// The name and the fields behind it, from the state on (`proc_pid_stat(5)`); the name, in
/// parentheses, may hold anything.
pub(super) fn fields(stat: &str) -> Option<(&str, Vec<&str>)> {
    let (before, rest) = stat.rsplit_once(") ")?;
    let (_, name) = before.split_once(" (")?;
    Some((name, rest.split_ascii_whitespace().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_read_and_known_by_its_names() {
        let own = Process::read(std::process::id().cast_signed()).unwrap();
        let exe = std::env::current_exe().unwrap();
        assert_eq!(own.program.as_deref(), Some(exe.as_path()));
        assert!(own.is_alive() && !own.is_kernel && own.limit().is_some_and(|limit| limit > 0));
        assert!(own.is_called(exe.file_name().unwrap().to_str().unwrap()));
        assert!(own.is_called(&own.name) && !own.is_called("no-such-name"));
        assert_eq!(own.parent, std::os::unix::process::parent_id().cast_signed());
        assert!(Process::all().contains(&own));
        assert_eq!(Process::read(i32::MAX), None);
        let earlier = Process { started: own.started + 1, ..own };
        assert!(!earlier.is_alive(), "the number is another's");
    }

    #[test]
    fn a_name_may_hold_anything() {
        let (name, fields) = fields("7 (a) b (c) S 1 2").unwrap();
        assert_eq!((name, fields), ("a) b (c", vec!["S", "1", "2"]));
        assert_eq!(super::fields("7 (a"), None);
    }

    #[test]
    fn a_process_in_a_container_has_another_number_there() {
        let status = "Name:\tnginx\nNSpid:\t4711\t7\nThreads:\t1\n";
        assert!(has_number_inside(status, 7) && !has_number_inside(status, 4711));
        assert!(!has_number_inside("NSpid:\t4711\n", 4711) && !has_number_inside("", 7));
    }

    #[test]
    fn a_title_and_a_script_are_names_too() {
        let mut own = Process::read(std::process::id().cast_signed()).unwrap();
        own.command = vec!["nginx: worker process".into()];
        assert!(own.is_called("nginx") && !own.is_called("ngin"));
        own.command = vec!["python3".into(), "/tmp/server.py".into(), "8000".into()];
        assert!(own.is_called("server.py") && own.is_called("python3") && !own.is_called("8000"));
    }
}
