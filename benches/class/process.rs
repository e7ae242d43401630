//! What the kernel says of the program: its memory, and the time that its threads had on a processor.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Bytes, of `proc_pid_smaps(5)`'s totals.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// In memory at all.
    pub(crate) rss: u64,
    /// With a share of what others map, too.
    pub(crate) pss: u64,
    /// The heap and the stacks alone.
    pub(crate) anonymous: u64,
}

pub(crate) fn memory(pid: u32) -> Memory {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kib.unwrap_or_default() * 1024
    };
    Memory { rss: of("Rss:"), pss: of("Pss:"), anonymous: of("Pss_Anon:") }
}

/// Time on a processor.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cpu {
    /// The thread that draws.
    pub(crate) dashboard: Duration,
    /// The server's, and the threads that it has for its connections and for the operator.
    pub(crate) server: Duration,
    /// All others: the inspector, the built-in clients, signals.
    pub(crate) others: Duration,
    /// How many threads there are.
    pub(crate) threads: usize,
}

impl Cpu {
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            dashboard: self.dashboard.saturating_sub(before.dashboard),
            server: self.server.saturating_sub(before.server),
            others: self.others.saturating_sub(before.others),
            threads: self.threads,
        }
    }
}

pub(crate) fn cpu(pid: u32) -> Cpu {
    let mut cpu = Cpu::default();
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else { return cpu };
    for task in tasks.flatten() {
        let path = task.path();
        let time = on_processor(&path);
        let name = fs::read_to_string(path.join("comm")).unwrap_or_default();
        if task.file_name().to_str() == Some(&pid.to_string()) {
            cpu.dashboard += time;
        } else if matches!(name.trim(), "server" | "operator") || name.starts_with("conn ") {
            cpu.server += time;
        } else {
            cpu.others += time;
        }
        cpu.threads += 1;
    }
    cpu
}

/// Of a thread, in nanoseconds: its `stat` counts hundredths of a second.
fn on_processor(task: &Path) -> Duration {
    let text = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}
