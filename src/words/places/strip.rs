//! A lesson that is given: its strip, the list of lessons, what is asked before it closes something.

/// What is said of lessons beside their own sentences.
pub(crate) struct Strip {
    pub(crate) lesson: fn(number: u32) -> String,
    pub(crate) step: fn(step: usize, of: usize) -> String,
    pub(crate) under_way: &'static str,
    /// What a key does next.
    pub(crate) predicts: &'static str,
    pub(crate) reveals: &'static str,
    pub(crate) goes_on: &'static str,
    pub(crate) sums_up: &'static str,
    pub(crate) ends: &'static str,
    pub(crate) back: &'static str,
    /// What was expected, and what came out.
    pub(crate) expected: &'static str,
    pub(crate) measured: &'static str,
    pub(crate) nothing_expected: &'static str,
    /// What the lesson says came out otherwise here.
    pub(crate) lesson_says: &'static str,
    pub(crate) fails: fn(claim: &str, figure: &str) -> String,
    pub(crate) trouble: fn(what: &str) -> String,
    /// At the end.
    pub(crate) over: &'static str,
    pub(crate) take_home: &'static str,
    pub(crate) change: &'static str,
    pub(crate) predictions: fn(right: usize, of: usize) -> String,
    pub(crate) outcome: fn(step: usize, right: &str) -> String,
    pub(crate) came_otherwise: fn(step: usize) -> String,
    pub(crate) you: fn(option: usize) -> String,
    /// The list.
    pub(crate) lessons: &'static str,
    pub(crate) minutes: fn(minutes: u32) -> String,
    pub(crate) runs: fn(step: usize) -> String,
    pub(crate) left: fn(step: usize) -> String,
    pub(crate) is_over: &'static str,
    pub(crate) choose: &'static str,
    pub(crate) leaves: fn(key: &str) -> String,
    pub(crate) choose_step: &'static str,
    pub(crate) switches: fn(server: &str, open: usize) -> String,
    pub(crate) starts_afresh: fn(open: usize) -> String,
    pub(crate) restores: fn(open: usize) -> String,
    pub(crate) none_runs: &'static str,
    pub(crate) not_yet: &'static str,
    /// The speaker's notes.
    pub(crate) clock: fn(lesson: &str, step: &str, minutes: u32) -> String,
    pub(crate) answer: &'static str,
    pub(crate) comes_next: &'static str,
    pub(crate) none_runs_anywhere: &'static str,
    pub(crate) no_notes: fn(why: &str) -> String,
}
