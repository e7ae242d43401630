//! The command line of `epollscope log`.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;

use super::values::seconds;

/// What is done with an event log. FILE may be - for standard input.
#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum Log {
    /// Say whether it is valid, complete and without gaps; if it is not, the exit code is 1.
    Check {
        /// The log.
        file: PathBuf,
    },
    /// Say what happened in it, in figures, and what looks like a mistake.
    Stat {
        /// The log.
        file: PathBuf,
    },
    /// Write it with other addresses, paths and texts, the same for the same, so that it can be passed on.
    Anonymize {
        /// Replace what is in INTO.
        #[arg(long)]
        force: bool,
        /// The log.
        file: PathBuf,
        /// The log that is written; a name that ends in .zst compresses it.
        into: PathBuf,
    },
    /// Write a part of it as a log of its own, to be replayed or passed on.
    Cut {
        /// From so many seconds after the start on.
        #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
        from: Duration,
        /// Until so many seconds after the start.
        #[arg(long, value_name = "SECONDS", value_parser = seconds)]
        to: Option<Duration>,
        /// Only what concerns that connection; can be given more than once.
        #[arg(long, value_name = "N")]
        conn: Vec<NonZeroU64>,
        /// Only what concerns that descriptor; can be given more than once.
        #[arg(long, value_name = "N")]
        fd: Vec<i32>,
        /// Replace what is in INTO.
        #[arg(long)]
        force: bool,
        /// The log.
        file: PathBuf,
        /// The log that is written; a name that ends in .zst compresses it.
        into: PathBuf,
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
