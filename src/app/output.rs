//! What the program says beside the dashboard: on standard output, on standard error, by its exit
//! code.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use crate::settings::Trouble;
use crate::words::{plain, strings};

/// The exit code of a command line, or settings, that make no sense, as clap has it.
pub(super) const MISUSED: u8 = 2;

/// What went wrong and what to do about it, in one sentence.
pub(super) type Sentence = String;

/// The exit code; what went wrong is said.
pub(super) fn end(done: Result<(), Sentence>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            say(&sentence);
            ExitCode::FAILURE
        }
    }
}

/// Says what is wrong with the command line.
pub(super) fn misused(sentence: &str) -> ExitCode {
    say(sentence);
    ExitCode::from(MISUSED)
}

/// Writes to standard output; a reader that has gone is no error.
pub(super) fn print(text: &[u8]) -> Result<(), Sentence> {
    printed(io::stdout().write_all(text))
}

/// Completes what was written to standard output.
pub(super) fn printed(written: io::Result<()>) -> Result<(), Sentence> {
    match written.and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err((strings().start.no_stdout)(&plain(&error)))
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard error, if there is one.
pub(super) fn say(sentence: &str) {
    let _ = writeln!(io::stderr(), "epollscope: {sentence}");
}

/// Says what is wrong with a settings file.
pub(super) fn refused(trouble: &Trouble) -> ExitCode {
    trouble.sentences().iter().for_each(|sentence| say(sentence));
    match trouble {
        Trouble::Unread(_) => ExitCode::FAILURE,
        Trouble::Wrong(..) => MISUSED.into(),
    }
}

/// Help and version come as errors too, of the kind that belongs on standard output.
pub(super) fn told(error: &clap::Error) -> ExitCode {
    if error.use_stderr() { error.exit() } else { end(printed(error.print())) }
}

/// Whether the terminal has no screen to draw on.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
