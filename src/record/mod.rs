//! What leaves the program: the event log on disk, and events as lines on stdout.
//!
//! | file | what lives there |
//! |---|---|
//! | [`json`] | the log's public format |
//! | [`log`] | the thread that writes the log |
//! | [`stdout`] | the thread that prints events as text when there is no dashboard |

pub mod json;
pub mod log;
pub mod stdout;

#[cfg(test)]
use crate::words::samples;
