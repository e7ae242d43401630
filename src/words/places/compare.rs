//! `epollscope compare`: its progress, why a server could not be measured, and its reports.

use std::io;

/// What is said while servers are compared, and of them.
pub(crate) struct Compare {
    pub(crate) measuring: fn(server: &str) -> String,
    pub(crate) none_measured: &'static str,
    pub(crate) report_failed: fn(path: &str, why: &str) -> String,
    pub(crate) fifo_unread: &'static str,
    pub(crate) descriptors: fn(connections: u64, descriptors: u64) -> String,
    pub(crate) no_signals: fn(error: &io::Error) -> String,
    pub(crate) signalled: &'static str,
    pub(crate) no_parent: fn(error: &io::Error) -> String,
    pub(crate) parent_ended: fn(variable: &str) -> String,
    pub(crate) why: Why,
    pub(crate) notes: Notes,
    pub(crate) figures: Figures,
    pub(crate) report: Report,
}

/// Why something could not be measured, in a few words.
pub(crate) struct Why {
    pub(crate) not_started: fn(why: &str) -> String,
    pub(crate) not_listening: fn(seconds: u64) -> String,
    pub(crate) ended: fn(status: &str) -> String,
    pub(crate) idle_refused: fn(count: u64, of: u32, why: &str) -> String,
    pub(crate) active_refused: fn(count: u64, of: u32, why: &str) -> String,
    pub(crate) unasked: &'static str,
    pub(crate) closed_after: &'static str,
    pub(crate) status: fn(status: u16) -> String,
    pub(crate) no_answer: &'static str,
}

/// What has to be known to read the figures: sentences.
pub(crate) struct Notes {
    pub(crate) idle_unanswered: fn(answered: u32, of: u32, seconds: u64) -> String,
    pub(crate) active_unanswered: fn(answered: u32, of: u32, seconds: u64) -> String,
    pub(crate) none_answered: &'static str,
    pub(crate) some_unanswered: fn(count: u32, of: u32) -> String,
    pub(crate) failed: fn(count: u64, why: &str) -> String,
    pub(crate) counts_differ: fn(answers: u64, requests: f64) -> String,
    pub(crate) no_counters: &'static str,
}

/// The figures, each with its texts.
pub(crate) struct Figures {
    pub(crate) throughput: FigureText,
    pub(crate) median: FigureText,
    pub(crate) p99: FigureText,
    pub(crate) cpu: FigureText,
    pub(crate) memory: FigureText,
    pub(crate) calls: FigureText,
    pub(crate) examined: FigureText,
    pub(crate) copied: FigureText,
    pub(crate) wake_ups: FigureText,
    pub(crate) again: FigureText,
    pub(crate) switches: FigureText,
    pub(crate) threads: FigureText,
    pub(crate) waiting: FigureText,
}

/// A figure: its name, its name over a column, and how it is obtained, as a sentence.
pub(crate) struct FigureText {
    pub(crate) title: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) how: &'static str,
}

/// The table on the terminal, and the reports.
pub(crate) struct Report {
    /// The tag of the language (BCP 47).
    pub(crate) language: &'static str,
    pub(crate) heading: fn(load: &str) -> String,
    pub(crate) load: fn(idle: u32, active: u32, path: &str, seconds: f64, warm_up: f64) -> String,
    pub(crate) server: &'static str,
    pub(crate) cannot: fn(why: &str) -> String,
    pub(crate) more_is_better: &'static str,
    pub(crate) less_is_better: &'static str,
    pub(crate) explains: &'static str,

    pub(crate) machine: &'static str,
    pub(crate) kernel: &'static str,
    pub(crate) program: &'static str,
    pub(crate) time: &'static str,
    pub(crate) load_name: &'static str,
    pub(crate) unknown: &'static str,
    pub(crate) processors: fn(count: usize, name: &str, architecture: &str) -> String,
    pub(crate) memory: fn(amount: &str) -> String,
    pub(crate) load_average: fn(load: f64) -> String,
    pub(crate) optimised: &'static str,
    pub(crate) debug: &'static str,

    pub(crate) figures: &'static str,
    pub(crate) below: fn(server: &str) -> String,
    pub(crate) multiples: fn(server: &str) -> String,
    pub(crate) what_explains: &'static str,
    pub(crate) side_by_side: &'static str,
    pub(crate) notes: &'static str,
    pub(crate) how: &'static str,
    pub(crate) setting: &'static str,
    pub(crate) commands: &'static str,
}
