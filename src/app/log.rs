//! `--log`: opened, and what it is told of its troubles.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::output::Sentence;
use super::start::Prepared;
use crate::cli::Cli;
use crate::dashboard::Notice;
use crate::record::json::Header;
use crate::record::log::{Log, Place};
use crate::words::{plain, strings};

/// Opens the log and starts it; `tell` gets what there is to say while it is written.
pub(super) fn start(
    path: &Path,
    cli: &Cli,
    server: &mut Prepared,
    mut tell: impl FnMut(Notice) + Send + 'static,
) -> Result<Log, Sentence> {
    let (name, text) = (path.display().to_string(), &strings().start);
    let place = Place::open(path, cli.force).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => (text.log_exists)(&name),
        ErrorKind::NotConnected => (text.log_unread)(&name),
        _ => cannot_log(&name, &error),
    })?;
    let header = Header {
        server: cli.server.name().into(),
        pid: std::process::id(),
        start: server.wall(),
        mistake: cli.mistake.map(|mistake| mistake.name().into()),
    };
    let subscriber = server.stream();
    Log::start(place, subscriber, server.control(), &header, move |notice| {
        tell(Notice::Log(notice));
    })
    .map_err(|error| cannot_log(&name, &error))
}

fn cannot_log(name: &str, error: &io::Error) -> Sentence {
    (strings().start.log_failed)(name, &plain(error))
}
