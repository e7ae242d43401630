//! What differs from server to server: names, ends, and what one cannot be asked for.

use crate::telemetry::{Mistake, ServerKind};

/// What is said of single servers.
pub(crate) struct Servers {
    /// What a server is, in a few words. In English as the command line's help has it.
    /// What each mistake does.
    pub(crate) mistake: fn(mistake: Mistake) -> &'static str,
    pub(crate) summary: fn(server: ServerKind) -> &'static str,
    pub(crate) epoll_et: &'static str,
    pub(crate) coroutines: &'static str,
    /// What ends it by its own rules.
    pub(crate) stdin_quit: &'static str,
    pub(crate) once: &'static str,
    /// Why it cannot do what a key asks for.
    pub(crate) no_turns: &'static str,
    pub(crate) process_sleeps: &'static str,
    pub(crate) thread_sleeps: &'static str,
    pub(crate) no_single_call: &'static str,
    pub(crate) not_slowed: &'static str,
}
