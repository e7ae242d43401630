//! The ratatui front end.
//!
//! | file | what lives there |
//! |---|---|
//! | [`mod@run`] | its event loop: every source it waits for, in one function |
//! | [`backend`] | what the dashboard watches and steers, whatever it is |
//! | [`session`] | a picture and the server behind it; no terminal in it |
//! | [`live`] | the server, the inspector and the clients that it watches |
//! | [`hosting`] | which server the telephones of a class come to |
//! | `rehearsal` | a lesson given without a screen |
//! | [`attached`] | a process that is looked at from outside |
//! | [`replayed`] | a recording in place of a server |
//! | [`keep`] | the last seconds kept in files |
//! | [`film`] | the pictures of a recording, without a screen |
//! | [`split`] | two servers under the same load, side by side |
//! | `teaching` | the class: when telephones are told something, and what they are asked |
//! | [`terminal`] | entering and leaving the terminal, panics, signals |
//! | [`state`] | what is known and what the operator is doing; no terminal in it |
//! | [`panels`] | one file per thing on the screen |
//! | [`geometry`] | where things are inside the table; nothing is drawn there |
//! | [`panel`] | the one table of the panels |
//! | [`layout`] | which panels where, at which size |
//! | [`keys`] | the one declaration of the keys |
//! | [`theme`] | colours, emphasis, glyphs |

pub mod attached;
pub mod backend;
pub mod film;
pub mod geometry;
pub mod hosting;
mod input;
pub mod keep;
pub mod keys;
pub mod layout;
pub mod live;
pub mod panel;
pub mod panels;
mod rehearsal;
pub mod replayed;
pub mod run;
pub mod session;
pub mod split;
pub mod state;
mod teaching;
pub mod terminal;
pub mod theme;
pub mod traced;
mod url;

pub use live::{Begin, Save, Setup, Side, run};
pub use rehearsal::Rehearsal;
pub use run::Options;
pub use state::Lessons;
pub use state::notice::{NoChinese, Notice};

#[cfg(test)]
mod tests;
