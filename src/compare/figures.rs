//! What is compared, and how each figure is obtained.

use std::time::Duration;

use crate::words::{FigureText, Strings, in_english, strings};

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
    unit: Unit,
    better: Better,
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
        self.words(strings()).title
    }

    /// Its name over a column.
    #[must_use]
    pub fn heading(self) -> &'static str {
        self.words(strings()).heading
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
        self.words(strings()).how
    }

    /// The same for machines: in English.
    pub(crate) fn how_in_english(self) -> &'static str {
        self.words(in_english()).how
    }

    fn told(self) -> &'static Explanation {
        &TOLD[self as usize]
    }

    fn words(self, strings: &'static Strings) -> &'static FigureText {
        let figures = &strings.compare.figures;
        match self {
            Self::Throughput => &figures.throughput,
            Self::Median => &figures.median,
            Self::P99 => &figures.p99,
            Self::Cpu => &figures.cpu,
            Self::Memory => &figures.memory,
            Self::Calls => &figures.calls,
            Self::Examined => &figures.examined,
            Self::Copied => &figures.copied,
            Self::WakeUps => &figures.wake_ups,
            Self::Again => &figures.again,
            Self::Switches => &figures.switches,
            Self::Threads => &figures.threads,
            Self::Waiting => &figures.waiting,
        }
    }
}

/// Of [`Figure::ALL`], in its order.
const TOLD: [Explanation; Figure::ALL.len()] = [
    Explanation { key: "requests_per_second", unit: Unit::PerSecond, better: Better::More },
    Explanation { key: "latency_p50_seconds", unit: Unit::Seconds, better: Better::Less },
    Explanation { key: "latency_p99_seconds", unit: Unit::Seconds, better: Better::Less },
    Explanation { key: "cpu_seconds_per_request", unit: Unit::Seconds, better: Better::Less },
    Explanation { key: "memory_bytes_per_connection", unit: Unit::Bytes, better: Better::Less },
    Explanation { key: "calls_per_request", unit: Unit::Number, better: Better::Less },
    Explanation { key: "examined_per_ready", unit: Unit::Number, better: Better::Less },
    Explanation { key: "copied_bytes_per_request", unit: Unit::Bytes, better: Better::Less },
    Explanation { key: "wakeups_per_request", unit: Unit::Number, better: Better::Neither },
    Explanation { key: "again_per_request", unit: Unit::Number, better: Better::Less },
    Explanation { key: "switches_per_request", unit: Unit::Number, better: Better::Less },
    Explanation { key: "threads", unit: Unit::Whole, better: Better::Neither },
    Explanation { key: "waiting", unit: Unit::Share, better: Better::Neither },
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
