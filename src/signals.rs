//! Signals: which of them are caught, and when a second one ends the program at once.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

/// Those that end the program cleanly.
pub const ENDS: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// How long after the first one a second is the same one: timeout(1) signals its child and then
/// their common group, and a terminal that closes may send SIGHUP by way of the shell too.
const SAME: Duration = Duration::from_millis(500);

/// Those that this process was not started to ignore, as nohup(1) has it with SIGHUP, and a shell
/// without job control with SIGINT and SIGQUIT for what it runs in the background. All of them where
/// /proc does not say which (`proc_pid_status(5)`).
#[must_use]
pub fn heeded(signals: &[i32]) -> Vec<i32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    signals.iter().copied().filter(|signal| ignored & (1 << (signal - 1)) == 0).collect()
}

/// Calls `each`, on a thread of its own, for each of these signals that comes.
///
/// # Errors
/// When a handler cannot be installed, or no thread started.
pub fn catch(signals: &[i32], mut each: impl FnMut(i32) + Send + 'static) -> io::Result<()> {
    let mut caught = Signals::new(heeded(signals))?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        caught.forever().for_each(&mut each);
    })?;
    Ok(())
}

/// Ends the process at once: nothing is dropped, and no other thread waited for.
pub fn exit() -> ! {
    low_level::exit(1)
}

/// Distinguishes the first signal from the second.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ends {
    first: Option<Instant>,
}

/// What a signal that ends the program means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The first: end cleanly.
    Cleanly,
    /// The first one once more.
    Same,
    /// A second one: end at once.
    AtOnce,
}

impl Ends {
    /// Takes one that came at that time.
    pub fn take(&mut self, now: Instant) -> End {
        match self.first {
            None => {
                self.first = Some(now);
                End::Cleanly
            }
            Some(first) if now.saturating_duration_since(first) < SAME => End::Same,
            Some(_) => End::AtOnce,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_signal_counts_after_half_a_second() {
        let (mut ends, begin) = (Ends::default(), Instant::now());
        let at = [0, 1, 499, 500, 501];
        let told = at.map(|ms| ends.take(begin + Duration::from_millis(ms)));
        assert_eq!(told, [End::Cleanly, End::Same, End::Same, End::AtOnce, End::AtOnce]);
    }
}
