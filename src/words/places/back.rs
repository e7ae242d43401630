//! The picture of another time than now.

/// Going back and forth in time.
pub(crate) struct Back {
    /// The badge; the longest first.
    pub(crate) badge: fn(age: &str, key: &str) -> [String; 3],
    /// Nothing older is kept.
    pub(crate) oldest: fn(age: &str, most: &str) -> String,
    /// At the end of the time line; so much memory is taken.
    pub(crate) now: fn(memory: &str) -> String,
    /// The box in which a jump is typed, and what it says of what was typed.
    pub(crate) jump: &'static str,
    pub(crate) before: fn(time: &str) -> String,
    pub(crate) after: fn(time: &str) -> String,
    pub(crate) at: fn(time: &str) -> String,
    /// The last one before, and the next.
    pub(crate) event: [&'static str; 2],
    pub(crate) mistake: [&'static str; 2],
    /// What can be typed.
    pub(crate) takes: [&'static str; 2],
    pub(crate) goes: &'static str,
    pub(crate) stays: &'static str,
    pub(crate) none_such: &'static str,
    /// Why a key does nothing.
    pub(crate) none: &'static str,
    pub(crate) nothing_before: &'static str,
    pub(crate) is_now: &'static str,
}
