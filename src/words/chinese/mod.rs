//! The texts in Chinese, a file for each place.

pub(super) mod attach;
pub(super) mod boxes;
pub(super) mod card;
pub(super) mod charts;
pub(super) mod cli;
pub(super) mod clients;
pub(super) mod code;
pub(super) mod compare;
pub(super) mod costs;
pub(super) mod engine;
pub(super) mod errors;
pub(super) mod events;
pub(super) mod explain;
pub(super) mod header;
pub(super) mod inspect;
pub(super) mod keybar;
pub(super) mod keys;
#[cfg(test)]
pub(crate) mod latin;
pub(super) mod lesson;
pub(super) mod lints;
pub(super) mod marks;
pub(super) mod notices;
pub(super) mod options;
pub(super) mod record;
pub(super) mod run;
pub(super) mod seats;
mod sentence;
pub(super) mod server;
pub(super) mod servers;
pub(super) mod settings;
pub(super) mod split;
pub(super) mod start;
pub(super) mod stream;
pub(super) mod stretches;
pub(super) mod strip;
pub(super) mod table;
