//! What is wrong with the values of the command line. Its help is in the room of the same name.

use crate::telemetry::ServerKind;

/// What is wrong with one value follows clap's own words; what is wrong with several is a sentence.
pub(crate) struct Cli {
    pub(crate) handler: &'static str,
    pub(crate) no_such_name: &'static str,
    pub(crate) nap_no_number: &'static str,
    pub(crate) nap_range: &'static str,
    pub(crate) encoding: &'static str,
    pub(crate) history: &'static str,
    pub(crate) size: fn(least: (u16, u16), most: (u16, u16)) -> String,
    pub(crate) speed: &'static str,
    pub(crate) no_key: &'static str,
    pub(crate) demo: fn(kinds: &str) -> String,
    pub(crate) path: &'static str,
    pub(crate) report: &'static str,

    pub(crate) once: &'static str,
    pub(crate) offload: fn(server: ServerKind) -> String,
    pub(crate) mistake: fn(server: ServerKind) -> String,
    pub(crate) stdin: fn(server: ServerKind) -> String,
    pub(crate) only_for: fn(option: &str, only: ServerKind, server: ServerKind) -> String,
    pub(crate) of_loops: fn(option: &str, server: ServerKind) -> String,
    pub(crate) only_echo: &'static str,
    pub(crate) keyboard: &'static str,
    pub(crate) class_echo: &'static str,
    pub(crate) class_headless: &'static str,
    pub(crate) split_servers: fn(servers: usize) -> String,
    pub(crate) split_terminal: &'static str,
}
