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

pub(in crate::words) const ENGLISH: Inspect = Inspect {
    no_sockets: |error| format!("The kernel did not list the sockets: {error}."),
    no_socket_table: |error| format!("The kernel's socket table cannot be asked here: {error}."),
    no_epoll: |error| format!("No second epoll could be made: {error}."),
    no_interest_list: |error| format!("The interest list cannot be read: {error}."),
    large_message: "a netlink message was larger than the buffer",
};
