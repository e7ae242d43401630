//! The command line of `epollscope attach`.

use clap::Args;

use super::SettingsFile;
use crate::dashboard::theme::ThemeChoice;

/// Which process is looked at, and how it is shown.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Attach {
    /// Print once what is seen, as text. So by itself when stdout is not a terminal.
    #[arg(long)]
    pub headless: bool,

    /// The dashboard's colours.
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub theme: ThemeChoice,

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
