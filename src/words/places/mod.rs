//! What is said at each place: a file for each, which names its texts.
//!
//! A field is a text as it stands, or a function that puts figures and names into a sentence.

pub(super) mod attach;
pub(super) mod back;
pub(super) mod boxes;
pub(super) mod card;
pub(super) mod charts;
pub(super) mod class;
pub(super) mod cli;
pub(super) mod clients;
pub(super) mod code;
pub(super) mod compare;
pub(super) mod costs;
pub(super) mod engine;
pub(super) mod events;
pub(super) mod explain;
pub(super) mod header;
pub(super) mod inspect;
pub(super) mod join;
pub(super) mod keybar;
pub(super) mod keys;
pub(super) mod lesson;
pub(super) mod lints;
pub(super) mod marks;
pub(super) mod notices;
pub(super) mod options;
pub(super) mod record;
pub(super) mod recorded;
pub(super) mod run;
pub(super) mod seats;
pub(super) mod server;
pub(super) mod servers;
pub(super) mod settings;
pub(super) mod split;
pub(super) mod start;
pub(super) mod stream;
pub(super) mod stretches;
pub(super) mod strip;
pub(super) mod table;
