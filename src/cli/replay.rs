//! The command line of `epollscope replay`.

use std::path::PathBuf;

use clap::Args;

use super::SettingsFile;
use super::values::history;
use crate::dashboard::theme::ThemeChoice;

/// Which recording is shown, and how.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Go on with what is still being written to it.
    #[arg(short, long, requires = "file")]
    pub follow: bool,

    /// The dashboard's colours.
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub theme: ThemeChoice,

    /// Leave the mouse to the terminal.
    #[arg(long)]
    pub no_mouse: bool,

    /// How much is kept of what was read, to step back in: 1MiB or more. What is not is read again.
    #[arg(long, value_name = "BYTES", default_value = "64MiB", value_parser = history)]
    pub history: usize,

    /// Draw ASCII only.
    #[arg(long)]
    pub ascii: bool,

    /// Where the settings are.
    #[command(flatten)]
    pub settings: SettingsFile,

    /// What --log has written, or the name of a recording that comes with the program; - for standard
    /// input. Without it, say which recordings there are.
    #[arg(value_name = "FILE|NAME")]
    pub file: Option<PathBuf>,
}
