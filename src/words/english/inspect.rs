//! What the kernel does not let the inspector see.

use crate::words::places::inspect::Inspect;

pub(in crate::words) const ENGLISH: Inspect = Inspect {
    no_sockets: |error| format!("The kernel did not list the sockets: {error}."),
    no_socket_table: |error| format!("The kernel's socket table cannot be asked here: {error}."),
    no_epoll: |error| format!("No second epoll could be made: {error}."),
    no_interest_list: |error| format!("The interest list cannot be read: {error}."),
    large_message: "a netlink message was larger than the buffer",
};
