//! The cost meter: each figure with how it was obtained.

/// What the cost meter says.
pub(crate) struct Costs {
    pub(crate) calls: CostText,
    pub(crate) calls_per_echo: CostText,
    pub(crate) calls_per_answer: CostText,
    pub(crate) latency: CostText,
    /// How many of them are missing, too.
    pub(crate) percentiles: fn(p50: &str, p99: &str, missing: u64) -> String,
    pub(crate) examined: CostText,
    pub(crate) copied: CostText,
    pub(crate) again: CostText,
    pub(crate) loop_cpu: CostText,
    pub(crate) cpu: CostText,
    pub(crate) cpu_per_echo: CostText,
    pub(crate) cpu_per_answer: CostText,
    pub(crate) latency_of_answers: CostText,
    pub(crate) memory: CostText,
    pub(crate) waiting: CostText,
    pub(crate) workers: CostText,
    pub(crate) switches: CostText,
    pub(crate) refused: CostText,
    pub(crate) threads: CostText,
    /// More lines below, and the key that goes there.
    pub(crate) more_lines: fn(lines: usize, key: &str) -> String,
    pub(crate) obtained: fn(key: &str) -> String,
}

/// The texts of a figure.
#[derive(Debug)]
pub(crate) struct CostText {
    pub(crate) name: &'static str,
    /// How it was obtained, in one sentence.
    pub(crate) how: &'static str,
}
