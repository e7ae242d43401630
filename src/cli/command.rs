//! What can be done instead of serving: the commands.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Subcommand;
use clap_complete::Shell;

use super::values::server_kind;
use super::{Attach, Compare, Export, Lesson, Log, Replay, Run};
use crate::telemetry::ServerKind;

/// What can be done instead of serving.
#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Put the same load on one server after another, and compare what each makes of it.
    Compare(Compare),
    /// Give a lesson: ask, predict, and see what is measured; or list and check lessons.
    Lesson(Lesson),
    /// Run any program, stopped at its system calls, and show what it does with its sockets.
    Run(Run),
    /// Look from outside at a process that runs: its descriptors, interest lists and threads. It is not
    /// stopped.
    Attach(Attach),
    /// Play what --log has written on the dashboard: at any speed, call by call, forth and back.
    Replay(Replay),
    /// Read an event log that --log has written: check it, sum it up, or print some of its lines.
    #[command(subcommand)]
    Log(Log),
    /// Make an event log that --log has written into what other programs open.
    Export(Export),
    /// Print the settings file, with what each setting does; or check one.
    Config {
        /// Read FILE, or the file that is read at start, and say what it sets.
        #[arg(long, value_name = "FILE", num_args = 0..=1)]
        check: Option<Option<PathBuf>>,
    },
    /// Show the speaker's notes of the lesson that runs in another terminal.
    Notes,
    /// Print a server as a short program in Python; without a NAME, say which there are.
    Textbook {
        /// Which one.
        #[arg(value_name = "NAME", value_parser = server_kind())]
        server: Option<ServerKind>,
    },
    /// Print the completions for a shell.
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Print the man page.
    Man,
    /// Become a program that is traced: how run starts it.
    #[command(hide = true)]
    Traced {
        /// The process that will trace it.
        tracer: i32,
        /// The program and its arguments.
        #[arg(last = true)]
        command: Vec<OsString>,
    },
    /// Serve the one connection on standard input: how --server processes starts its workers.
    #[command(hide = true)]
    Worker {
        /// Say that there are too many.
        #[arg(long)]
        full: bool,
        /// Serve as lessons need it.
        #[arg(long)]
        lesson: bool,
        /// Serve the telephones of the class.
        #[arg(long)]
        class: bool,
        /// Take the root folder's descriptor from the channel on standard output.
        #[arg(long)]
        root: bool,
        /// When the server started, in ns of `CLOCK_MONOTONIC`: the worker's events carry the time
        /// since then.
        #[arg(long, default_value_t = 0)]
        start: u64,
        /// The flags of the program that started it.
        #[arg(last = true)]
        flags: Vec<OsString>,
    },
}
