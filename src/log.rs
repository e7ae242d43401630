//! `--log`: opened, and its troubles in sentences.

use std::io::{self, ErrorKind};
use std::path::Path;

use epollscope::record::json::Header;
use epollscope::record::log::{Log, Notice, Place};
use epollscope::telemetry::{Capacity, Control, Sink, wire};

use super::{Sentence, plain};

/// Opens the log and starts it; `tell` gets what there is to say while it is written.
pub(super) fn start(
    path: &Path,
    force: bool,
    streams: &mut Vec<Sink>,
    control: &Control,
    header: &Header,
    mut tell: impl FnMut(String) + Send + 'static,
) -> Result<Log, Sentence> {
    let name = path.display().to_string();
    let (sink, subscriber) = wire(Capacity::default());
    let place = Place::open(path, force).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            format!("The log {name} has something in it: choose another, or empty it with --force.")
        }
        ErrorKind::NotConnected => {
            format!("The log {name} is a FIFO that nobody reads: start its reader first.")
        }
        _ => cannot_log(&name, &error),
    })?;
    let log = Log::start(place, subscriber, control.clone(), header, move |notice| match notice {
        Notice::Trouble(error) => tell(format!("The log is not being written: {}.", plain(&error))),
        Notice::Again(0) => tell("The log is written again, and nothing is missing.".into()),
        Notice::Again(lost) => {
            tell(format!("The log is written again; {lost} events are not in it."));
        }
    });
    let log = log.map_err(|error| cannot_log(&name, &error))?;
    streams.push(sink);
    Ok(log)
}

fn cannot_log(name: &str, error: &io::Error) -> Sentence {
    format!("The log {name} cannot be written: {}.", plain(error))
}
