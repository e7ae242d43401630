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

pub(in crate::words) const ENGLISH: KeyBar = KeyBar {
    filter: |panel| format!("filter {panel}:"),
    examples: "text  fd:9  state:reading  kind:recv  idle>5  in>1k  !not",
    keeps_filter: "keeps it",
    clears_filter: "clears it",
    and_more: |mistake, more| format!("{mistake} (+{more} more)"),
    is_a_word: |key, value| format!("{key} is a word: write {key}:{value}"),
    needs_number: |key| format!("{key} needs a number"),
    no_such_word: |key, value, all| match all {
        "" => format!("{key}: none begins with {value}"),
        all => format!("{key}: one of {all}"),
    },
};
