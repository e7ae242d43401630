//! The command line of `epollscope attach`.

use std::path::PathBuf;

use clap::Args;

use super::SettingsFile;
use super::values::history;
use crate::dashboard::theme::ThemeChoice;

/// Which process is looked at, and how it is shown.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Attach {
    /// Print once what is seen, as text; with --calls, each call, until Ctrl-C. Also when standard output
    /// is no terminal.
    #[arg(long)]
    pub headless: bool,

    /// Trace its calls, as run does: this slows it down while it lasts. It runs on when that ends.
    #[arg(long)]
    pub calls: bool,

    /// With --calls: write every call to FILE as well, as JSON lines.
    #[arg(long, value_name = "FILE", requires = "calls")]
    pub log: Option<PathBuf>,

    /// Replace what is in the FILE of --log.
    #[arg(long, requires = "log")]
    pub force: bool,

    /// The dashboard's colours.
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub theme: ThemeChoice,

    /// With --calls: leave the mouse to the terminal.
    #[arg(long, requires = "calls")]
    pub no_mouse: bool,

    /// With --calls: how much of the last minutes is kept, to step back in: 1MiB or more; 0 for nothing.
    #[arg(long, value_name = "BYTES", default_value = "64MiB", value_parser = history)]
    #[arg(requires = "calls")]
    pub history: usize,

    /// Draw and print ASCII only.
    #[arg(long)]
    pub ascii: bool,

    /// Where the settings are.
    #[command(flatten)]
    pub settings: SettingsFile,

    /// The number of the process, or the name of its program.
    #[arg(value_name = "PID|NAME")]
    pub target: String,
}
