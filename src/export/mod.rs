//! An event log made into what other programs open.
//!
//! | file | what lives there |
//! |---|---|
//! | [`csv`] | its connections as a table, a line each |
//! | [`perfetto`] | a trace of calls, turns and connections, for Perfetto |
//! | [`cast`] | its pictures for asciinema |
//! | [`html`] | its pictures as a page that plays them by itself |
//! | [`svg`] | one of its pictures |
//! | [`shot`] | a picture of the screen, and its place in time |
//! | `lines` | a picture in pieces that look alike |
//! | `paint` | how a cell of it looks |

pub mod cast;
pub mod csv;
pub mod html;
pub mod lines;
mod paint;
pub mod perfetto;
pub mod shot;
pub mod svg;

use std::io;

/// What went wrong while a log was made into something else.
#[derive(Debug)]
pub enum Failed {
    /// The log cannot be read.
    Read(io::Error),
    /// What is made of it cannot be written.
    Write(io::Error),
}
