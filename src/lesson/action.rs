//! What a step does: one sentence each, in the operator's own words.

use std::time::Duration;

use super::{Expect, Name};
use crate::clients::ClientKind;
use crate::telemetry::{Kind, ServerKind, Setting};

/// What is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Do {
    /// The loop stands still before its next call.
    Pause,
    /// It runs freely.
    Run,
    /// It makes that many calls a second.
    Slow(u8),
    /// It makes that many calls.
    Step(u32),
    /// It goes to just before its next wait call.
    Turn,
    /// It runs until it is about to make that call.
    Until(Call, Option<Name>),
    /// Clients connect, one after another.
    Connect(Vec<Name>),
    /// That many clients of our own come.
    Come(usize, ClientKind),
    /// A client does something.
    Client(Name, Deed),
    /// The server drops a client.
    Drop(Name),
    /// Another server takes over.
    Server(ServerKind),
    /// An option is changed.
    Set(Setting),
    /// Nothing, for so long.
    Wait(Duration),
    /// Nothing, until that holds, for so long at most.
    Await(Expect, Duration),
}

/// A call, or any that waits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Call {
    /// That one.
    Kind(Kind),
    /// The one that waits, whichever it is.
    Wait,
}

/// What a client does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// It sends that many bytes which are no whole request.
    SendBytes(usize),
    /// It sends a text.
    SendText(String),
    /// It sends a whole request for that path.
    Ask(String),
    /// It reads that many bytes, or all that comes.
    Read(Option<usize>),
    /// It reads no more.
    StopReading,
    /// It closes its sending half (FIN).
    HalfClose,
    /// It resets its connection (RST).
    Reset,
    /// It closes its connection.
    Close,
    /// It sends a word and closes at once.
    SayBye,
}

impl Call {
    /// Its name in a lesson, and on the screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Wait => "wait",
        }
    }
}
