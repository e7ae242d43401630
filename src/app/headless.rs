//! Without a dashboard: the address on standard output, then the events, until the server ends.

use std::io;
use std::time::{Duration, Instant};

use super::output::{Sentence, print, say};
use super::start::Running;
use crate::cli::Cli;
use crate::clients::Clients;
use crate::dashboard::Notice;
use crate::record::log::Scribe;
use crate::record::stdout::Printer;
use crate::signals::{self, End, Ends};
use crate::telemetry::{Command, Control, Subscriber};
use crate::words::{locale, plain, strings};

/// How long a reader of stdout may take for the last lines.
const PRINTED_WITHIN: Duration = Duration::from_secs(2);

/// Prints the address, and what `lines` brings.
pub(super) fn run(
    cli: &Cli,
    server: Running,
    lines: Option<Subscriber>,
    clients: Clients,
    notices: &[Notice],
) -> Result<(), Sentence> {
    let Running { handle, control } = server;
    for notice in notices {
        say(&notice.text());
    }
    let scheme = cli.protocol().scheme();
    // Other programs read this line: it is the same in every language.
    print(format!("listening on {scheme}://{}/\n", handle.addr).as_bytes())?;
    let ascii = cli.ascii || !locale::is_utf8();
    let printer = lines.map(|lines| Printer::start(io::stdout(), lines, control, ascii));
    let printer =
        printer.transpose().map_err(|error| (strings().start.no_thread)(&plain(&error)))?;
    let ended = handle.join();
    drop(clients);
    if let Some(printer) = printer {
        printer.finish(PRINTED_WITHIN);
    }
    ended.map(|_| ()).map_err(|failure| failure.to_string())
}

/// The first signal ends the server cleanly, and a second one the program at once, with the log
/// closed.
///
/// # Errors
/// When a handler cannot be installed, or no thread started.
pub(super) fn end_cleanly(control: Control, log: Option<Scribe>) -> io::Result<()> {
    let mut ends = Ends::default();
    signals::catch(&signals::ENDS, move |_| match ends.take(Instant::now()) {
        End::Cleanly => {
            // A server that has ended needs no telling.
            let _ = control.send(Command::Shutdown);
        }
        End::Same => {}
        End::AtOnce => {
            log.iter().for_each(Scribe::close);
            signals::exit();
        }
    })
}
