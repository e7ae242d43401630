//! What is compared, and how each figure is obtained.

use std::time::Duration;

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Figure {
    /// Answers a second.
    Throughput,
    /// The latency that half of the answers keep to.
    Median,
    /// The latency that 99 % of the answers keep to.
    P99,
    /// Processor time for a request.
    Cpu,
    /// Memory for a connection.
    Memory,
    /// System calls for a request.
    Calls,
    /// Descriptors examined for each that was ready.
    Examined,
    /// Bytes of descriptor lists copied for a request.
    Copied,
    /// Returns of the wait call for a request.
    WakeUps,
    /// Calls that ended in EAGAIN for a request.
    Again,
    /// Context switches for a request.
    Switches,
    /// Threads, of all its processes.
    Threads,
    /// The share of the time in which the server's own thread waited.
    Waiting,
}

/// What a figure is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Events a second.
    PerSecond,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// A number.
    Number,
    /// Things that come whole.
    Whole,
    /// A part of one.
    Share,
}

/// Which way is up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Better {
    /// More is better.
    More,
    /// Less is better.
    Less,
    /// Neither: it only explains the others.
    Neither,
}

/// A figure's description.
struct Explanation {
    key: &'static str,
    title: &'static str,
    heading: &'static str,
    unit: Unit,
    better: Better,
    how: &'static str,
}

impl Figure {
    /// All of them. The first seven are the comparison itself, the others explain it.
    pub const ALL: [Self; 13] = [
        Self::Throughput,
        Self::Median,
        Self::P99,
        Self::Cpu,
        Self::Memory,
        Self::Calls,
        Self::Examined,
        Self::Copied,
        Self::WakeUps,
        Self::Again,
        Self::Switches,
        Self::Threads,
        Self::Waiting,
    ];

    /// Those that are also drawn as bars.
    pub const MAIN: &[Self] = Self::ALL.first_chunk::<7>().unwrap();

    /// Its name in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.told().key
    }

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.told().title
    }

    /// Its name over a column.
    #[must_use]
    pub fn heading(self) -> &'static str {
        self.told().heading
    }

    /// What it is counted in.
    #[must_use]
    pub fn unit(self) -> Unit {
        self.told().unit
    }

    /// Which way is up.
    #[must_use]
    pub fn better(self) -> Better {
        self.told().better
    }

    /// How it is obtained: a sentence.
    #[must_use]
    pub fn how(self) -> &'static str {
        self.told().how
    }

    fn told(self) -> &'static Explanation {
        &TOLD[self as usize]
    }
}

/// Of [`Figure::ALL`], in its order.
const TOLD: [Explanation; Figure::ALL.len()] = [
    Explanation {
        key: "requests_per_second",
        title: "requests/s",
        heading: "req/s",
        unit: Unit::PerSecond,
        better: Better::More,
        how: "Answers that the load generator read whole, by the time from its first request \
              to its last answer.",
    },
    Explanation {
        key: "latency_p50_seconds",
        title: "latency, p50",
        heading: "p50",
        unit: Unit::Seconds,
        better: Better::Less,
        how: "Half of the answers took no longer, from before the request was written until \
              the answer's last byte was read, by the load generator's clock.",
    },
    Explanation {
        key: "latency_p99_seconds",
        title: "latency, p99",
        heading: "p99",
        unit: Unit::Seconds,
        better: Better::Less,
        how: "99 % of the answers took no longer.",
    },
    Explanation {
        key: "cpu_seconds_per_request",
        title: "CPU time/request",
        heading: "CPU/req",
        unit: Unit::Seconds,
        better: Better::Less,
        how: "utime + stime of the server's processes (/proc/PID/stat, to 10 ms each), and of \
              their children that had ended, over the measured time, by answers.",
    },
    Explanation {
        key: "memory_bytes_per_connection",
        title: "memory/connection",
        heading: "mem/conn",
        unit: Unit::Bytes,
        better: Better::Less,
        how: "Pages that the server's processes have for themselves (Pss_Anon + Pss_Shmem of \
              /proc/PID/smaps_rollup) with all connections open and answered once, less those \
              before, by connections; the kernel's memory for sockets, threads and page tables \
              is not in it.",
    },
    Explanation {
        key: "calls_per_request",
        title: "system calls/request",
        heading: "calls/req",
        unit: Unit::Number,
        better: Better::Less,
        how: "The server's own exact count of its system calls by that of its requests \
              (/-/metrics before and after; the second of these two is in both counts).",
    },
    Explanation {
        key: "examined_per_ready",
        title: "examined/ready",
        heading: "exam/ready",
        unit: Unit::Number,
        better: Better::Less,
        how: "Descriptors that were asked whether they are ready, by the kernel or by the \
              program, for each that was reported ready; by the server's own count.",
    },
    Explanation {
        key: "copied_bytes_per_request",
        title: "descriptor lists/request",
        heading: "lists/req",
        unit: Unit::Bytes,
        better: Better::Less,
        how: "Bytes of descriptor lists that the server's wait and epoll_ctl calls copied into \
              the kernel and out of it, by its own count.",
    },
    Explanation {
        key: "wakeups_per_request",
        title: "wake-ups/request",
        heading: "wakes/req",
        unit: Unit::Number,
        better: Better::Neither,
        how: "Returns of the server's wait call, by its own count.",
    },
    Explanation {
        key: "again_per_request",
        title: "EAGAIN/request",
        heading: "EAGAIN/req",
        unit: Unit::Number,
        better: Better::Less,
        how: "Calls of the server that ended in EAGAIN, by its own count.",
    },
    Explanation {
        key: "switches_per_request",
        title: "context switches/request",
        heading: "switches/req",
        unit: Unit::Number,
        better: Better::Less,
        how: "Voluntary and involuntary context switches of the server's threads \
              (/proc/PID/task/*/status), over the measured time, by answers.",
    },
    Explanation {
        key: "threads",
        title: "threads",
        heading: "threads",
        unit: Unit::Whole,
        better: Better::Neither,
        how: "Threads of all the server's processes under the load, counted in /proc.",
    },
    Explanation {
        key: "waiting",
        title: "time waiting",
        heading: "waiting",
        unit: Unit::Share,
        better: Better::Neither,
        how: "The share of the time between the two looks at its counters that the server's own \
              thread spent in wait calls, or asleep in others, by its own count and clock.",
    },
];

/// What was measured of one server.
#[derive(Clone, PartialEq, Debug)]
pub struct Figures {
    /// Answers to the measured load.
    pub requests: u64,
    /// How long it took.
    pub time: Duration,
    values: [Option<f64>; Figure::ALL.len()],
}

impl Figures {
    /// Without any figure yet.
    #[must_use]
    pub fn new(requests: u64, time: Duration) -> Self {
        Self { requests, time, values: [None; Figure::ALL.len()] }
    }

    /// A figure; `None` where it could not be measured.
    #[must_use]
    pub fn get(&self, figure: Figure) -> Option<f64> {
        self.values[figure as usize]
    }

    /// Sets a figure.
    pub fn set(&mut self, figure: Figure, value: Option<f64>) {
        self.values[figure as usize] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_own_place_and_words() {
        let mut figures = Figures::new(0, Duration::ZERO);
        for (i, figure) in (0..).map(f64::from).zip(Figure::ALL) {
            figures.set(figure, Some(i));
        }
        let mut keys: Vec<_> = Figure::ALL.iter().map(|figure| figure.key()).collect();
        for (i, figure) in (0..).map(f64::from).zip(Figure::ALL) {
            assert_eq!(figures.get(figure), Some(i), "{figure:?}");
            assert!(figure.how().ends_with('.') && figure.heading().len() <= 12, "{figure:?}");
        }
        assert_eq!((keys[3], Figure::Cpu.heading()), ("cpu_seconds_per_request", "CPU/req"));
        assert_eq!((Figure::Memory.key(), Figure::Waiting.key()), (keys[4], "waiting"));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), Figure::ALL.len());
    }
}
