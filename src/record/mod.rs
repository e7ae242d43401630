//! What leaves the program: the event log on disk, and events as text.
//!
//! | file | what lives there |
//! |---|---|
//! | [`json`] | the log's public format |
//! | [`log`] | the thread that writes the log |
//! | [`text`] | an event as a line like strace's, and as a sentence |
//! | [`stdout`] | the thread that prints those lines when there is no dashboard |

mod amounts;
pub mod json;
pub mod log;
mod meaning;
pub mod stdout;
pub mod text;

#[cfg(test)]
mod samples;
