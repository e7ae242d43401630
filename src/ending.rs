//! Signals without a dashboard, which catches its own.

use std::io;
use std::time::Instant;

use epollscope::record::log::Closer;
use epollscope::signals::{self, End, Ends};
use epollscope::telemetry::{Command, Control};

/// The first signal ends the server cleanly, and a second one the program at once, with the log
/// closed.
///
/// # Errors
/// When a handler cannot be installed, or no thread started.
pub(super) fn end_cleanly(control: Control, log: Option<Closer>) -> io::Result<()> {
    let mut ends = Ends::default();
    signals::catch(&signals::ENDS, move |_| match ends.take(Instant::now()) {
        End::Cleanly => {
            // A server that has ended needs no telling.
            let _ = control.send(Command::Shutdown);
        }
        End::Same => {}
        End::AtOnce => {
            log.iter().for_each(Closer::close);
            signals::exit();
        }
    })
}
