//! The command line of `epollscope log`.

use std::path::PathBuf;

use clap::Subcommand;

/// What is done with an event log. FILE may be - for standard input.
#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum Log {
    /// Say whether it is valid, complete and without gaps; if it is not, the exit code is 1.
    Check {
        /// The log.
        file: PathBuf,
    },
    /// Say what happened in it, in figures.
    Stat {
        /// The log.
        file: PathBuf,
    },
    /// Print its lines that a filter of the dashboard lets through: conn:3, kind:recv, errors.
    Grep {
        /// Print them as the dashboard has them, not as lines of JSON.
        #[arg(long)]
        text: bool,
        /// The words of the filter, in one argument.
        filter: String,
        /// The log.
        file: PathBuf,
    },
}
