//! What the kernel does not let the inspector see.

use std::io;

/// Sentences; `error` is the kernel's.
pub(crate) struct Inspect {
    pub(crate) no_sockets: fn(error: &io::Error) -> String,
    pub(crate) no_socket_table: fn(error: &io::Error) -> String,
    pub(crate) no_epoll: fn(error: &io::Error) -> String,
    pub(crate) no_interest_list: fn(error: &io::Error) -> String,
    pub(crate) large_message: &'static str,
}
