//! The split screen: two servers under the same load.

/// What the split screen says.
pub(crate) struct Split {
    pub(crate) name: &'static str,
    pub(crate) cannot: fn(why: &str) -> String,
    pub(crate) load: fn(idle: u32, active: u32, path: &str) -> String,
    pub(crate) opening: &'static str,
    pub(crate) under_load: fn(seconds: f64, of: u64, held: bool) -> String,
    pub(crate) over: fn(seconds: u64, held: bool) -> String,
    pub(crate) costs: &'static str,
    /// The second against the first, in one line or in more.
    pub(crate) against: fn(second: &str, first: &str) -> String,
    pub(crate) against_long: fn(second: &str, first: &str) -> String,
    pub(crate) shared: &'static str,
    pub(crate) help: &'static str,
    pub(crate) more_help: &'static str,
    pub(crate) requests: SplitFigure,
    pub(crate) calls: SplitFigure,
    pub(crate) examined: SplitFigure,
    pub(crate) copied: SplitFigure,
    pub(crate) cpu: SplitFigure,
}

/// The texts of a figure.
pub(crate) struct SplitFigure {
    pub(crate) name: &'static str,
    /// The same in a word, for the line of ratios.
    pub(crate) word: &'static str,
    /// How it is obtained, in one sentence.
    pub(crate) how: &'static str,
}
