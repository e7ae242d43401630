//! The program's modes: what is started, in which order, and how it ends.
//!
//! | file | what lives there |
//! |---|---|
//! | `serve` | a server with everything around it: its log, the built-in clients, what shows it |
//! | `dashboard`, `headless` | what shows it: a screen, or lines on standard output |
//! | `compare` | the same load on one server after another |
//! | `split` | two servers on one screen |
//! | `worker` | one connection, as a process of `--server processes` |
//! | `start` | how a server is started, whatever shows it |
//! | `config` | what the command line asks of a server; how many descriptors there are for it |
//! | `language` | which language is spoken |
//! | `log` | the event log: opened, and what goes wrong with it |
//! | `output` | standard output, standard error, the exit code |

mod compare;
mod config;
mod dashboard;
mod headless;
mod language;
mod log;
mod output;
mod serve;
mod split;
mod start;
mod worker;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Parser;

use self::output::{end, misused, print, printed, say};
use crate::cli::{self, Cli, Command};
use crate::dashboard::{Notice, keys};

/// Reads the command line and does what it asks for; what went wrong is said in one sentence.
#[must_use]
pub fn run() -> ExitCode {
    // What is wrong with a value is said while the command line is read.
    language::guess();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version come as errors too, of the kind that belongs on standard output.
        Err(error) if error.use_stderr() => error.exit(),
        Err(error) => return end(printed(error.print())),
    };
    let refused = language::choose(cli.lang);
    let done = match &cli.command {
        Some(Command::Compare(args)) => match args.check(io::stdout().is_terminal()) {
            Ok(()) if args.split => split::run(args),
            Ok(()) => {
                if let Some(why) = refused {
                    say(&Notice::NoChinese(why).text());
                }
                compare::run(args)
            }
            Err(sentence) => return misused(&sentence),
        },
        Some(Command::Completions { shell }) => print(&cli::completions(*shell)),
        Some(Command::Man) => print(&cli::man(&keys::man())),
        Some(Command::Worker { full, root, start, flags }) => {
            worker::run(flags, *full, *root, *start)
        }
        None => match cli.check(serve::is_headless(&cli), io::stdin().is_terminal()) {
            Ok(()) => serve::run(&cli, refused),
            Err(sentence) => return misused(&sentence),
        },
    };
    end(done)
}
