//! Every text that a person reads. Of an event: as a line, as a sentence, as the fields of a row;
//! numbers with their units; and what the program itself says, in one language at a time.
//!
//! Each match on [`What`](crate::telemetry::What) names every event, so that a new one does not
//! compile before all its texts are written.
//!
//! | function or module | what it gives |
//! |---|---|
//! | [`line()`] | an event as a line like strace's |
//! | [`describe()`] | the fields of an event, as a row of the stream shows them |
//! | [`meaning()`] | the same in one sentence |
//! | [`wrap()`] | a text in lines, of Latin and Chinese letters |
//! | [`call()`] | a call with its result, as short as the loop panel needs it |
//! | [`units`] | sizes, times, counts and rates |
//! | [`Language`] | which language is spoken |
//! | [`locale`] | which one the locale asks for, and whether in UTF-8 |
//! | `strings()` | what the program says: labels, headings, sentences |
//! | `places` | what those are, a file for each place |
//! | `english`, `chinese` | those in a language, a file for each place |
//! | `plain()` | what the kernel says of an error |

// Such a match that is not written out would leave a new event without a text.
#![warn(clippy::wildcard_enum_match_arm)]

mod call;
mod chinese;
mod describe;
mod english;
mod language;
mod line;
mod lines;
pub mod locale;
mod places;
mod plain;
mod strings;
pub mod units;

pub use call::{before, call, fds, result};
pub use describe::{Description, clean, describe, glyph, is_error, meaning};
pub use language::Language;
pub use line::line;
pub use lines::{breaks, pad_left, pad_right, pieces, wrap};
pub(crate) use places::compare::{FigureText, Report};
pub(crate) use places::costs::CostText;
pub(crate) use places::explain::{Explained, Named};
pub(crate) use places::keys::{KeyText, Keys};
pub(crate) use places::marks::Marks;
pub(crate) use places::split::{Split, SplitFigure};
pub(crate) use places::table::Table;
pub(crate) use plain::{plain, signal};
pub(crate) use strings::{Strings, in_english, strings};

#[cfg(test)]
pub(crate) use chinese::latin::{english_words, walk};
#[cfg(test)]
pub(crate) mod samples;
