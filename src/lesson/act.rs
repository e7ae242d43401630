//! What a lesson wants done.

use crate::clients::{self, ClientKind, Name};
use crate::telemetry::Command;

/// What a lesson wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// A command to the server.
    Send(Command),
    /// A client with a name does something.
    Client(Name, clients::Act),
    /// That many clients of our own come.
    Come(ClientKind, usize),
    /// All clients of our own go, those with names too.
    StopClients,
    /// The telephones of the class are to be served beside the server, or by it again.
    Beside(bool),
    /// That many more descriptors can be opened, or as many as before.
    LimitFds(Option<u32>),
}
