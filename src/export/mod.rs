//! An event log made into what other programs open.
//!
//! | file | what lives there |
//! |---|---|
//! | [`csv`] | its connections as a table, a line each |

pub mod csv;

use std::io;

/// What went wrong while a log was made into something else.
#[derive(Debug)]
pub enum Failed {
    /// The log cannot be read.
    Read(io::Error),
    /// What is made of it cannot be written.
    Write(io::Error),
}
