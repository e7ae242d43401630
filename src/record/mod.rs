//! What leaves the program: the event log on disk, and events as lines on stdout.
//!
//! | file | what lives there |
//! |---|---|
//! | [`json`] | the log's public format |
//! | [`log`] | the thread that writes the log |
//! | [`mod@file`] | its file, plain or compressed |
//! | [`reading`] | a log, read line by line |
//! | [`playback`] | the same as what a picture is made of |
//! | [`check`] | whether it is valid, complete and without gaps |
//! | [`shelf`] | the recordings that come with the program |
//! | [`anonymous`] | it with other names, to be passed on |
//! | [`cut`] | a part of it, as a log |
//! | [`sum`] | what happened in it, in figures |
//! | [`stdout`] | the thread that prints events as text when there is no dashboard |

pub mod anonymous;
pub mod check;
pub mod cut;
pub mod file;
pub mod json;
pub mod log;
pub mod playback;
pub mod reading;
pub mod shelf;
pub mod stdout;
pub mod sum;

#[cfg(test)]
use crate::words::samples;
