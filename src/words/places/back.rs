//! The picture of another time than now.

/// Going back and forth in time.
pub(crate) struct Back {
    /// The badge; the longest first.
    pub(crate) badge: fn(age: &str, key: &str) -> [String; 3],
    /// The badge of a picture that goes on by itself.
    pub(crate) plays: fn(age: &str, speed: &str) -> String,
    /// The badge of a recording: how it is, where it is and where it ends; the longest first.
    pub(crate) recording: fn(how: &str, at: &str, end: Option<&str>) -> [String; 3],
    /// The same in its pictures, which others play.
    pub(crate) filmed: fn(at: &str, end: Option<&str>) -> [String; 3],
    /// How it is: it stands; it is read on.
    pub(crate) stands: &'static str,
    pub(crate) reads: &'static str,
    pub(crate) beginning: &'static str,
    pub(crate) recording_ends: &'static str,
    pub(crate) is_recorded: &'static str,
    /// At the end of its time line.
    pub(crate) ends_at: fn(time: &str) -> String,
    /// In its place while the recording is read through for the first time: how much of it was.
    pub(crate) indexed: fn(share: &str) -> String,
    /// Nothing older is kept.
    pub(crate) oldest: fn(age: &str, most: &str) -> String,
    /// At the end of the time line; so much memory is taken.
    pub(crate) now: fn(memory: &str) -> String,
    /// The box in which a jump is typed, and what it says of what was typed.
    pub(crate) jump: &'static str,
    pub(crate) before: fn(time: &str) -> String,
    pub(crate) after: fn(time: &str) -> String,
    pub(crate) at: fn(time: &str) -> String,
    pub(crate) clock: fn(time: &str) -> String,
    /// The last one before, and the next.
    pub(crate) event: [&'static str; 2],
    pub(crate) mistake: [&'static str; 2],
    /// What can be typed.
    pub(crate) takes: [&'static str; 3],
    pub(crate) goes: &'static str,
    pub(crate) stays: &'static str,
    pub(crate) none_such: &'static str,
    /// Why a key does nothing.
    pub(crate) none: &'static str,
    pub(crate) nothing_before: &'static str,
    pub(crate) is_now: &'static str,
}
