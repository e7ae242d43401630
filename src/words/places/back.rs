//! The picture of another time than now.

/// Going back and forth in time.
pub(crate) struct Back {
    /// The badge; the longest first.
    pub(crate) badge: fn(age: &str, key: &str) -> [String; 3],
    /// Nothing older is kept.
    pub(crate) oldest: fn(age: &str, most: &str) -> String,
    /// Why a key does nothing.
    pub(crate) none: &'static str,
    pub(crate) nothing_before: &'static str,
    pub(crate) is_now: &'static str,
}
