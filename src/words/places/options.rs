//! The menu of options that are changed on the running server.

use crate::telemetry::Setting;

/// What the menu says, and the header of what is not as it was.
pub(crate) struct Options {
    pub(crate) title: &'static str,
    pub(crate) keys: &'static str,
    /// What an option is for, in a few words.
    pub(crate) about: fn(setting: Setting) -> &'static str,
    /// What a change of it takes, in a sentence; `fresh` says that a fresh server takes over.
    pub(crate) takes: fn(setting: Setting, fresh: bool) -> &'static str,
    /// Its value, as a person reads it.
    pub(crate) value: fn(setting: Setting) -> String,
    /// The same in the header, with as much of the name as is needed.
    pub(crate) short: fn(setting: Setting) -> String,
    pub(crate) and_more: fn(options: usize) -> String,
    pub(crate) asked: &'static str,
    pub(crate) usual: fn(value: &str) -> String,
    /// Why one has no effect on the server that runs.
    pub(crate) epoll_alone: &'static str,
    pub(crate) always_edge: &'static str,
    pub(crate) runtime_edge: &'static str,
    pub(crate) scan_alone: &'static str,
    pub(crate) call_drains: &'static str,
    pub(crate) runtime_drains: &'static str,
    pub(crate) accepts_one: &'static str,
    pub(crate) runtime_accepts: &'static str,
    pub(crate) worker_flags: &'static str,
    pub(crate) own_handler: &'static str,
    pub(crate) runtime_handler: &'static str,
    pub(crate) no_turns: &'static str,
    pub(crate) loops_alone: &'static str,
}
