//! What the state asks of others.

use std::time::Duration;

use crate::clients::ClientKind;
use crate::dashboard::geometry::Position;
use crate::telemetry::Command;

/// What the state cannot do itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Send a command to the server.
    Send(Command),
    /// Add that many clients of our own.
    AddClients(ClientKind, usize),
    /// Stop all clients of our own.
    StopClients,
    /// Stop the one with that number.
    StopClient(u32),
    /// Explain what is drawn there.
    Explain(Position),
    /// Switch mouse capture.
    Mouse(bool),
    /// Ask whether a class is to be let in.
    AskToOpen,
    /// Let one in.
    OpenClass,
    /// Give the class another code.
    NewCode,
    /// Keep so much of what came last in files.
    Keep(Duration),
    /// Save what is chosen in the settings file.
    Save,
    /// Draw everything anew.
    Redraw,
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// End.
    Quit,
}
