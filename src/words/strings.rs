//! Every text that the program says, by the place where it is said, in the language that is chosen.

use super::english::{cli, clients, compare, inspect, record, server, start};

/// The texts of one language: plain ones as they stand, sentences with figures as functions of them.
pub(crate) struct Strings {
    pub(crate) start: start::Start,
    pub(crate) cli: cli::Cli,
    pub(crate) compare: compare::Compare,
    pub(crate) clients: clients::Clients,
    pub(crate) record: record::Record,
    pub(crate) inspect: inspect::Inspect,
    pub(crate) server: server::Server,
}

static ENGLISH: Strings = Strings {
    start: start::ENGLISH,
    cli: cli::ENGLISH,
    compare: compare::ENGLISH,
    clients: clients::ENGLISH,
    record: record::ENGLISH,
    inspect: inspect::ENGLISH,
    server: server::ENGLISH,
};

/// The texts, in the language that is chosen.
pub(crate) fn strings() -> &'static Strings {
    &ENGLISH
}
