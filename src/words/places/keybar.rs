//! The last line: the keys, or the filter that is typed; what looks like a mistake above it.

/// What the last line says.
pub(crate) struct KeyBar {
    pub(crate) filter: fn(panel: &str) -> String,
    pub(crate) examples: &'static str,
    pub(crate) keeps_filter: &'static str,
    pub(crate) clears_filter: &'static str,
    /// What looks like a mistake, and how many more there are.
    pub(crate) and_more: fn(mistake: &str, more: usize) -> String,
    /// A filter that is not understood.
    pub(crate) is_a_word: fn(key: &str, value: &str) -> String,
    pub(crate) needs_number: fn(key: &str) -> String,
    /// No word of that kind begins with the value; with all that there are, where they are few.
    pub(crate) no_such_word: fn(key: &str, value: &str, all: &str) -> String,
}
