//! An answer as the site hands it to its caller.

use std::os::fd::OwnedFd;

use bytes::Bytes;

/// What [`Site::respond`](super::Site::respond) leaves to its caller.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Length of the body to be sent, in bytes; 0 for HEAD.
    pub body: u64,
    /// What follows the bytes in `out`.
    pub payload: Payload,
    /// Whether another request may follow on the connection.
    pub keep_alive: bool,
}

/// The part of a body that is not in `out`.
#[derive(Debug)]
pub enum Payload {
    /// Everything is in `out`.
    None,
    /// From memory, shared with the site.
    Memory(Bytes),
    /// From a file, for `sendfile(2)`. When the file ends early, the connection must be closed.
    File {
        /// The open file; whoever has it closes it.
        file: OwnedFd,
        /// Where to begin.
        offset: u64,
        /// How many bytes.
        len: u64,
    },
}
