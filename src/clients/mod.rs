//! The built-in clients: real sockets in this program that talk to the server, so that there is
//! something to see without a browser.

use std::net::SocketAddr;

/// How a built-in client behaves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ClientKind {
    /// Connects and says nothing.
    Idle,
    /// Asks for a page, reads the answer, waits a second, asks again.
    Steady,
    /// Sends ten requests at once, reads all answers, waits three seconds.
    Burst,
    /// Asks for the largest file and reads it a little at a time.
    SlowReader,
    /// Sends its request a byte at a time.
    SlowSender,
    /// Asks, then resets the connection instead of reading the answer; comes back after a while.
    Resetting,
}

impl ClientKind {
    /// All kinds, in the order of the chooser.
    pub const ALL: [Self; 6] = [
        Self::Idle,
        Self::Steady,
        Self::Burst,
        Self::SlowReader,
        Self::SlowSender,
        Self::Resetting,
    ];

    /// Its name.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Steady => "steady",
            Self::Burst => "burst",
            Self::SlowReader => "slow reader",
            Self::SlowSender => "slow sender",
            Self::Resetting => "resetting",
        }
    }
}

/// One built-in client, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// Its number, from 1, never used twice.
    pub id: u32,
    /// How it behaves.
    pub kind: ClientKind,
    /// Its own address: the server's row with this peer is this client. `None` between two
    /// connections.
    pub local: Option<SocketAddr>,
    /// Responses read to their end.
    pub responses: u64,
    /// What it does now or how it ended, in a few words.
    pub status: String,
    /// It has ended and will not come back.
    pub ended: bool,
}
