//! Every text that a person reads. Of an event: as a line, as a sentence, as the fields of a row;
//! numbers with their units; and what the program itself says, in one language at a time.
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
//! | `strings()` | what the program says: labels, headings, sentences |
//! | `english` | those in English, a file for each place |
//! | `plain()` | what the kernel says of an error |

// Such a match that is not written out would leave a new event without a text.
#![warn(clippy::wildcard_enum_match_arm)]

mod call;
mod describe;
mod english;
mod line;
mod plain;
mod sentence;
mod strings;
pub mod units;

pub use call::{before, call, fds, result};
pub use describe::{Description, clean, describe, glyph, is_error};
pub(crate) use english::compare::{FigureText, Report};
pub(crate) use english::costs::CostText;
pub(crate) use english::keys::{KeyText, Keys};
pub(crate) use english::split::{Split, SplitFigure};
pub use line::line;
pub(crate) use plain::plain;
pub use sentence::sentence;
pub(crate) use strings::strings;

#[cfg(test)]
pub(crate) mod samples;
