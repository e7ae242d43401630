//! `--log`: opened, what it is told of its troubles, and completed.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use super::output::Sentence;
use crate::dashboard::Notice;
use crate::record::anonymous::Private;
use crate::record::json::Header;
use crate::record::log::{Log, Place, Summary};
use crate::telemetry::{Control, Subscriber};
use crate::words::{plain, strings};

/// How long the log may take to be complete once whoever published its events has ended.
const WITHIN: Duration = Duration::from_secs(10);

/// Opens the log and starts it, of what this way brings; what is in it is replaced only by `force`.
/// `tell` gets what there is to say while it is written.
pub(super) fn start(
    path: &Path,
    force: bool,
    header: &Header,
    (subscriber, control): (Subscriber, Control),
    private: Private,
    mut tell: impl FnMut(Notice) + Send + 'static,
) -> Result<Log, Sentence> {
    let name = path.display().to_string();
    Log::start(place(path, force)?, subscriber, control, header, private, move |notice| {
        tell(Notice::Log(notice));
    })
    .map_err(|error| cannot_log(&name, &error))
}

/// Opens what a log is written to; what is in it is replaced only by `force`.
pub(super) fn place(path: &Path, force: bool) -> Result<Place, Sentence> {
    let (name, text) = (path.display().to_string(), &strings().start);
    Place::open(path, force).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => (text.log_exists)(&name),
        ErrorKind::NotConnected => (text.log_unread)(&name),
        _ => cannot_log(&name, &error),
    })
}

/// Whether both are one file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let which = |path: &Path| path.metadata().map(|data| (data.dev(), data.ino())).ok();
    which(one).is_some() && which(one) == which(other)
}

fn cannot_log(name: &str, error: &io::Error) -> Sentence {
    (strings().start.log_failed)(name, &plain(error))
}

/// Waits for the log's last line.
pub(super) fn completed(log: Log) -> Result<(), Sentence> {
    match log.finish(WITHIN) {
        Ok(Summary { trouble: None, .. }) => Ok(()),
        Ok(Summary { lost, trouble: Some(trouble), .. }) => {
            Err((strings().start.log_lost)(&plain(&trouble.into()), lost))
        }
        Err(error) => Err((strings().start.log_incomplete)(&plain(&error))),
    }
}
