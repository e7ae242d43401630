//! Every text that the program says, by the place where it is said, in the language that is chosen.

use super::english::{
    boxes, card, charts, cli, clients, compare, costs, engine, header, inspect, keybar, keys,
    lints, notices, options, record, seats, server, servers, split, start, stream, stretches,
    table,
};

/// The texts of one language: plain ones as they stand, sentences with figures as functions of them.
pub(crate) struct Strings {
    pub(crate) start: start::Start,
    pub(crate) cli: cli::Cli,
    pub(crate) compare: compare::Compare,
    pub(crate) clients: clients::Clients,
    pub(crate) record: record::Record,
    pub(crate) inspect: inspect::Inspect,
    pub(crate) server: server::Server,
    pub(crate) header: header::Header,
    pub(crate) table: table::Table,
    pub(crate) boxes: boxes::Boxes,
    pub(crate) keybar: keybar::KeyBar,
    pub(crate) keys: keys::Keys,
    pub(crate) costs: costs::Costs,
    pub(crate) card: card::Card,
    pub(crate) seats: seats::Seats,
    pub(crate) stream: stream::Stream,
    pub(crate) stretches: stretches::Stretches,
    pub(crate) charts: charts::Charts,
    pub(crate) engine: engine::Engine,
    pub(crate) notices: notices::Notices,
    pub(crate) options: options::Options,
    pub(crate) servers: servers::Servers,
    pub(crate) lints: lints::Lints,
    pub(crate) split: split::Split,
}

static ENGLISH: Strings = Strings {
    start: start::ENGLISH,
    cli: cli::ENGLISH,
    compare: compare::ENGLISH,
    clients: clients::ENGLISH,
    record: record::ENGLISH,
    inspect: inspect::ENGLISH,
    server: server::ENGLISH,
    header: header::ENGLISH,
    table: table::ENGLISH,
    boxes: boxes::ENGLISH,
    keybar: keybar::ENGLISH,
    keys: keys::ENGLISH,
    costs: costs::ENGLISH,
    card: card::ENGLISH,
    seats: seats::ENGLISH,
    stream: stream::ENGLISH,
    stretches: stretches::ENGLISH,
    charts: charts::ENGLISH,
    engine: engine::ENGLISH,
    notices: notices::ENGLISH,
    options: options::ENGLISH,
    servers: servers::ENGLISH,
    lints: lints::ENGLISH,
    split: split::ENGLISH,
};

/// The texts, in the language that is chosen.
pub(crate) fn strings() -> &'static Strings {
    &ENGLISH
}
