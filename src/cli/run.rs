//! The command line of `epollscope run`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::SettingsFile;
use super::values::history;
use crate::dashboard::theme::ThemeChoice;

/// Which program is run, and how it is shown.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Run {
    /// No dashboard: print the calls as text. Also when standard output is no terminal.
    #[arg(long)]
    pub headless: bool,

    /// Like --headless, without the calls.
    #[arg(short, long)]
    pub quiet: bool,

    /// Write every call to FILE as well, as JSON lines.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,

    /// Replace what is in the files of --log and --output.
    #[arg(long)]
    pub force: bool,

    /// Write to FILE what the program writes to its standard output and standard error; without it,
    /// this goes to standard error, with a dashboard when that is closed.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Give the program this program's standard input, from a file or a pipe; without it, it has none.
    #[arg(long)]
    pub stdin: bool,

    /// The dashboard's colours.
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub theme: ThemeChoice,

    /// Leave the mouse to the terminal.
    #[arg(long)]
    pub no_mouse: bool,

    /// How much of the last minutes is kept, to step back in: 1MiB or more; 0 for nothing.
    #[arg(long, value_name = "BYTES", default_value = "64MiB", value_parser = history)]
    pub history: usize,

    /// Draw and print ASCII only.
    #[arg(long)]
    pub ascii: bool,

    /// Where the settings are.
    #[command(flatten)]
    pub settings: SettingsFile,

    /// The program and its arguments.
    #[arg(value_name = "PROGRAM", required = true, trailing_var_arg = true)]
    #[arg(allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}
