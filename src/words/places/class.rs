//! The class in the room: what students do, and the panel of it.

use crate::telemetry::Did;

/// What is said of a class.
pub(crate) struct Class {
    /// Who it is: a student by number, or everybody.
    pub(crate) who: fn(student: u32) -> String,
    /// What was done, in a few words.
    pub(crate) did: fn(did: Did, value: u32) -> String,
    /// The same as a whole sentence.
    pub(crate) sentence: fn(did: Did, student: u32, value: u32) -> String,
}
