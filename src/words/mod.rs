//! What a person reads of an event: as a line, as a sentence, as the fields of a row; and numbers
//! with their units.
//!
//! Each match on [`What`](crate::telemetry::What) names every event, so that a new one does not
//! compile before all its texts are written.
//!
//! | function or module | what it gives |
//! |---|---|
//! | [`line()`] | an event as a line like strace's |
//! | [`sentence()`] | what an event means, in one sentence |
//! | [`describe()`] | the fields of an event, as a row of the stream shows them |
//! | [`call()`] | a call with its result, as short as the loop panel needs it |
//! | [`units`] | sizes, times, counts and rates |

// Such a match that is not written out would leave a new event without a text.
#![warn(clippy::wildcard_enum_match_arm)]

mod call;
mod describe;
mod line;
mod sentence;
pub mod units;

pub use call::{before, call, fds, result};
pub use describe::{Description, clean, describe, glyph, is_error};
pub use line::line;
pub use sentence::sentence;

#[cfg(test)]
pub(crate) mod samples;
