//! The command line of `epollscope export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What a log is made into, and where to.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// What it is made into.
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub to: Format,

    /// Write to OUT, and not to standard output; a name that ends in .zst compresses it.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// Replace what is in OUT.
    #[arg(long, requires = "output")]
    pub force: bool,

    /// What --log has written, or the name of a recording that comes with the program; - for standard
    /// input.
    #[arg(value_name = "FILE|NAME")]
    pub file: PathBuf,
}

/// What a log can be made into.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table of its connections, for spreadsheets and databases.
    Csv,
}
