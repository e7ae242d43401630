//! What a server costs the machine: `/proc` of its process and of all that descend from it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One tick of `utime` and `stime`: `USER_HZ` is 100 wherever Linux runs today.
const TICK: Duration = Duration::from_millis(10);

/// What a server and its children have used so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Usage {
    /// Time on a processor, with that of children that have ended.
    pub(super) cpu: Duration,
    /// Context switches of its threads, voluntary or not. Those of threads that have ended are
    /// not in it.
    pub(super) switches: u64,
    /// Its threads, of all its processes.
    pub(super) threads: u64,
}

/// What a line of `/proc/PID/stat` says of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stat {
    parent: u32,
    /// utime, stime, cutime and cstime together.
    ticks: u64,
}

/// What a process and its descendants have used; `None` when it has ended.
pub(super) fn usage(root: u32) -> Option<Usage> {
    let mut usage = Usage::default();
    for (pid, stat) in tree(root)? {
        usage.cpu += TICK * u32::try_from(stat.ticks).unwrap_or(u32::MAX);
        for task in numbered(&directory(pid).join("task")) {
            // A thread may end meanwhile.
            let Ok(status) = fs::read_to_string(task.1.join("status")) else { continue };
            usage.threads += 1;
            usage.switches +=
                sum(&status, &["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"]);
        }
    }
    Some(usage)
}

/// Bytes of the pages that a process and its descendants have for themselves; a page that several
/// share is counted once. `None` where the kernel does not say.
pub(super) fn memory(root: u32) -> Option<u64> {
    let mut kibibytes = 0;
    for (pid, _) in tree(root)? {
        match fs::read_to_string(directory(pid).join("smaps_rollup")) {
            Ok(text) if text.contains("Pss_Anon:") => {
                kibibytes += sum(&text, &["Pss_Anon:", "Pss_Shmem:"]);
            }
            // A child may end meanwhile, or be a zombie.
            _ if pid != root => {}
            _ => return None,
        }
    }
    Some(kibibytes * 1024)
}

/// A process and all that descend from it.
fn tree(root: u32) -> Option<Vec<(u32, Stat)>> {
    let mut children: HashMap<u32, Vec<(u32, Stat)>> = HashMap::new();
    let mut found = Vec::new();
    for (pid, path) in numbered(Path::new("/proc")) {
        let Some(stat) = fs::read_to_string(path.join("stat")).ok().as_deref().and_then(stat)
        else {
            continue;
        };
        if pid == root {
            found.push((pid, stat));
        } else {
            children.entry(stat.parent).or_default().push((pid, stat));
        }
    }
    let mut at = 0;
    while let Some(&(pid, _)) = found.get(at) {
        found.extend(children.remove(&pid).unwrap_or_default());
        at += 1;
    }
    (!found.is_empty()).then_some(found)
}

fn directory(pid: u32) -> PathBuf {
    Path::new("/proc").join(pid.to_string())
}

/// The entries of a folder whose name is a number.
fn numbered(folder: &Path) -> impl Iterator<Item = (u32, PathBuf)> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
}

/// Reads a line of `/proc/PID/stat`. The name in it may contain spaces and brackets.
fn stat(line: &str) -> Option<Stat> {
    let (_, rest) = line.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |i: usize| fields.get(i)?.parse::<u64>().ok();
    let mut ticks = 0;
    for i in 11..=14 {
        ticks += number(i)?;
    }
    Some(Stat { parent: fields.get(1)?.parse().ok()?, ticks })
}

/// The sum of the numbers behind some names, of a file of `/proc` that has one on each line.
fn sum(text: &str, names: &[&str]) -> u64 {
    let mut sum = 0;
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        if words.next().is_some_and(|name| names.contains(&name)) {
            sum += words.next().and_then(|value| value.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};
    use std::time::Instant;

    #[test]
    fn a_stat_line_is_read_whatever_the_name() {
        let line = "42 (a) R 1 (b) S 7 42 42 0 -1 4194304 100 0 0 0 3 4 5 6 20 0 1 0 100 1 1\n";
        assert_eq!(stat(line), Some(Stat { parent: 7, ticks: 18 }));
        assert_eq!(stat("42 (cut) S 7 42"), None);
        assert_eq!(stat(""), None);
    }

    #[test]
    fn the_numbers_behind_names_are_added() {
        let text = "voluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t7\nPss_Anon: 8 kB\n";
        assert_eq!(sum(text, &["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"]), 12);
        assert_eq!(sum(text, &["Pss_Anon:", "Pss_Shmem:"]), 8);
    }

    #[test]
    fn this_process_and_its_child_are_seen() {
        let here = std::process::id();
        // Work, until a tick of it is counted.
        let deadline = Instant::now() + Duration::from_secs(10);
        while usage(here).unwrap().cpu < TICK {
            assert!(Instant::now() < deadline, "no processor time was told");
        }
        assert!(memory(here).unwrap() > 4096);
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pids: Vec<u32> = tree(here).unwrap().iter().map(|(pid, _)| *pid).collect();
        assert!(pids.contains(&here) && pids.contains(&child.id()), "{pids:?}");
        let with = usage(here).unwrap();
        assert!(with.threads >= 2 && with.switches > 0, "{with:?}");
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!((usage(child.id()), memory(child.id())), (None, None));
    }
}
