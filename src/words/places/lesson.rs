//! Lessons: what is wrong with a file, and what `lesson` prints.

/// Sentences about a file are told behind its name, line and column.
pub(crate) struct Lesson {
    pub(crate) unreadable: fn(path: &str, why: &str) -> String,
    /// A lesson has no such member; those that it has.
    pub(crate) unknown: fn(name: &str, nearest: Option<&str>, names: &str) -> String,
    /// A member that has to be there.
    pub(crate) lacks: fn(name: &str) -> String,
    pub(crate) empty: fn(name: &str) -> String,
    /// How many a list may have.
    pub(crate) how_many: fn(name: &str, least: usize, most: usize, there: usize) -> String,
    pub(crate) both_or_none: &'static str,
    pub(crate) other_measures: fn(english: &str, chinese: &str) -> String,
    pub(crate) undeclared: fn(name: &str, declared: &str) -> String,
    pub(crate) twice: fn(name: &str) -> String,

    /// In a sentence of a step.
    pub(crate) open_brace: &'static str,
    pub(crate) open_quote: &'static str,
    pub(crate) none_of: fn(kind: &str, text: &str, nearest: Option<&str>, names: &str) -> String,
    pub(crate) not_a: fn(kind: &str, text: &str) -> String,
    pub(crate) missing: fn(kind: &str) -> String,
    pub(crate) too_much: fn(text: &str) -> String,
    pub(crate) no_letter: fn(text: &str) -> String,
    pub(crate) no_escape: fn(text: &str) -> String,
    pub(crate) not_comparable: fn(measure: &str) -> String,
    pub(crate) kinds: Kinds,

    /// What the command says.
    pub(crate) no_such: fn(name: &str, nearest: Option<&str>) -> String,
    pub(crate) no_screen: &'static str,
    pub(crate) listed: fn(title: &str, minutes: u32) -> String,
    pub(crate) there_already: fn(path: &str) -> String,
    pub(crate) unwritten: fn(path: &str, why: &str) -> String,
    pub(crate) written: fn(path: &str) -> String,

    /// What a check says.
    pub(crate) holds: &'static str,
    pub(crate) fails: &'static str,
    pub(crate) claim: fn(claim: &str, measured: &str, with: Option<&str>) -> String,
    pub(crate) late: fn(what: &str) -> String,
    pub(crate) unknown_figure: fn(measure: &str) -> String,
    pub(crate) too_long: fn(text: &str, lines: usize, columns: usize) -> String,
    pub(crate) summary: fn(lessons: usize, claims: usize, failed: usize) -> String,
}

/// What stands, or should stand, at a place of a sentence.
pub(crate) struct Kinds {
    pub(crate) action: &'static str,
    pub(crate) call: &'static str,
    pub(crate) client: &'static str,
    pub(crate) clients: &'static str,
    pub(crate) verb: &'static str,
    pub(crate) word: &'static str,
    pub(crate) measure: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) name: &'static str,
    pub(crate) errno: &'static str,
    pub(crate) result: &'static str,
    pub(crate) mask: &'static str,
    pub(crate) server: &'static str,
    pub(crate) option: &'static str,
    pub(crate) value: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) path: &'static str,
    pub(crate) place: &'static str,
    pub(crate) column: &'static str,
}
