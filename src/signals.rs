//! Signals without a dashboard (it catches its own): the first one ends the server cleanly, a
//! second one ends the program at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use epollscope::telemetry::{Command, Control};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

/// Sends [`Command::Shutdown`] at the first SIGINT, SIGTERM or SIGHUP.
///
/// # Errors
/// When a handler cannot be installed, or no thread started.
pub(crate) fn end_cleanly(control: Control) -> io::Result<()> {
    let signals = [SIGINT, SIGTERM, SIGHUP];
    let asked = Arc::new(AtomicBool::new(false));
    for signal in signals {
        // In this order: the first signal finds the flag unset.
        flag::register_conditional_shutdown(signal, 1, asked.clone())?;
        flag::register(signal, asked.clone())?;
    }
    let mut signals = Signals::new(signals)?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        if signals.forever().next().is_some() {
            // A server that has ended needs no telling.
            let _ = control.send(Command::Shutdown);
        }
    })?;
    Ok(())
}
