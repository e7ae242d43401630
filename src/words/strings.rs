//! Every text that the program says, by the place where it is said, in the language that is chosen.

use super::places::{
    attach, boxes, card, charts, cli, clients, code, compare, costs, engine, events, explain,
    header, inspect, keybar, keys, lesson, lints, marks, notices, options, record, recorded, run,
    seats, server, servers, settings, split, start, stream, stretches, strip, table,
};
use super::{Language, chinese, english};

/// The texts of one language: plain ones as they stand, sentences with figures as functions of them.
pub(crate) struct Strings {
    pub(crate) start: start::Start,
    pub(crate) attach: attach::Attach,
    pub(crate) cli: cli::Cli,
    pub(crate) code: code::Code,
    pub(crate) compare: compare::Compare,
    pub(crate) clients: clients::Clients,
    pub(crate) record: record::Record,
    pub(crate) recorded: recorded::Recorded,
    pub(crate) run: run::Run,
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
    pub(crate) events: events::Events,
    pub(crate) explain: explain::Explain,
    pub(crate) marks: marks::Marks,
    pub(crate) stream: stream::Stream,
    pub(crate) stretches: stretches::Stretches,
    pub(crate) strip: strip::Strip,
    pub(crate) charts: charts::Charts,
    pub(crate) engine: engine::Engine,
    pub(crate) notices: notices::Notices,
    pub(crate) options: options::Options,
    pub(crate) servers: servers::Servers,
    pub(crate) lints: lints::Lints,
    pub(crate) split: split::Split,
    pub(crate) settings: settings::Settings,
    pub(crate) lesson: lesson::Lesson,
}

static ENGLISH: Strings = Strings {
    start: english::start::ENGLISH,
    attach: english::attach::ENGLISH,
    cli: english::cli::ENGLISH,
    code: english::code::ENGLISH,
    compare: english::compare::ENGLISH,
    clients: english::clients::ENGLISH,
    record: english::record::ENGLISH,
    recorded: english::recorded::ENGLISH,
    run: english::run::ENGLISH,
    inspect: english::inspect::ENGLISH,
    server: english::server::ENGLISH,
    header: english::header::ENGLISH,
    table: english::table::ENGLISH,
    boxes: english::boxes::ENGLISH,
    keybar: english::keybar::ENGLISH,
    keys: english::keys::ENGLISH,
    costs: english::costs::ENGLISH,
    card: english::card::ENGLISH,
    seats: english::seats::ENGLISH,
    events: english::events::ENGLISH,
    explain: english::explain::ENGLISH,
    marks: english::marks::ENGLISH,
    stream: english::stream::ENGLISH,
    stretches: english::stretches::ENGLISH,
    strip: english::strip::ENGLISH,
    charts: english::charts::ENGLISH,
    engine: english::engine::ENGLISH,
    notices: english::notices::ENGLISH,
    options: english::options::ENGLISH,
    servers: english::servers::ENGLISH,
    lints: english::lints::ENGLISH,
    split: english::split::ENGLISH,
    settings: english::settings::ENGLISH,
    lesson: english::lesson::ENGLISH,
};

static CHINESE: Strings = Strings {
    start: chinese::start::CHINESE,
    attach: chinese::attach::CHINESE,
    cli: chinese::cli::CHINESE,
    code: chinese::code::CHINESE,
    compare: chinese::compare::CHINESE,
    clients: chinese::clients::CHINESE,
    record: chinese::record::CHINESE,
    recorded: chinese::recorded::CHINESE,
    run: chinese::run::CHINESE,
    inspect: chinese::inspect::CHINESE,
    server: chinese::server::CHINESE,
    header: chinese::header::CHINESE,
    table: chinese::table::CHINESE,
    boxes: chinese::boxes::CHINESE,
    keybar: chinese::keybar::CHINESE,
    keys: chinese::keys::CHINESE,
    costs: chinese::costs::CHINESE,
    card: chinese::card::CHINESE,
    seats: chinese::seats::CHINESE,
    events: chinese::events::CHINESE,
    explain: chinese::explain::CHINESE,
    marks: chinese::marks::CHINESE,
    stream: chinese::stream::CHINESE,
    stretches: chinese::stretches::CHINESE,
    strip: chinese::strip::CHINESE,
    charts: chinese::charts::CHINESE,
    engine: chinese::engine::CHINESE,
    notices: chinese::notices::CHINESE,
    options: chinese::options::CHINESE,
    servers: chinese::servers::CHINESE,
    lints: chinese::lints::CHINESE,
    split: chinese::split::CHINESE,
    settings: chinese::settings::CHINESE,
    lesson: chinese::lesson::CHINESE,
};

/// The texts, in the language that is spoken.
pub(crate) fn strings() -> &'static Strings {
    match Language::spoken() {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    }
}

/// The texts in English: what is written for machines, or stands in the command line's help.
pub(crate) fn in_english() -> &'static Strings {
    &ENGLISH
}
