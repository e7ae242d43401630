//! What a puppet is told to do, and what it reports.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU8;

use crate::telemetry::Errno;

/// A puppet's name: a letter from A to Z. There are no more puppets than names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Name(NonZeroU8);

impl Name {
    /// That letter; `None` for what is no capital letter of these.
    #[must_use]
    pub fn new(letter: char) -> Option<Self> {
        let letter = u8::try_from(letter).ok().filter(u8::is_ascii_uppercase)?;
        NonZeroU8::new(letter).map(Self)
    }

    /// The letter.
    #[must_use]
    pub fn label(self) -> &'static str {
        const ALL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let place = usize::from(self.0.get() - b'A');
        &ALL[place..=place]
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// What a puppet is told to do. It reads and sends nothing that it was not told to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// Connect. Reported: [`Reported::Connecting`], then [`Reported::Connected`].
    Connect {
        /// `SO_RCVBUF`, small where the server is to be able to send a part only.
        receive_buffer: Option<usize>,
    },
    /// Send these bytes; what was sent before goes first. Over when the kernel has taken them all.
    Send(Vec<u8>),
    /// Send a whole GET request for that path; likewise.
    Ask(String),
    /// Read so many bytes, and then nothing more.
    Read(usize),
    /// Read all that comes, from now on. Over when there is nothing left to read for the first time.
    ReadAll,
    /// Read no more.
    StopReading,
    /// Shut the writing half (FIN), when all that was to be sent is sent.
    HalfClose,
    /// Send these bytes and close at once: they and the FIN arrive in one segment, if they fit one.
    Bye(Vec<u8>),
    /// Close with a RST (`SO_LINGER` 0).
    Reset,
    /// Close.
    Close,
}

/// What a puppet reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    /// Who.
    pub name: Name,
    /// Of which order; `None` where the server has done something.
    pub order: Option<u64>,
    /// What.
    pub what: Reported,
}

/// What has become of an order, or what the server did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reported {
    /// Not over yet: the kernel is connecting, from that address.
    Connecting(SocketAddr),
    /// Connected, from that address.
    Connected(SocketAddr),
    /// The kernel has taken so many bytes, which are all that was to be sent.
    Taken(usize),
    /// So many bytes were read.
    Read(usize),
    /// It reads no more.
    StoppedReading,
    /// The writing half is shut.
    HalfClosed,
    /// Its socket is closed. So many bytes lay unread: if there were any, the kernel has sent a RST.
    Closed {
        /// Bytes in the receive queue.
        unread: usize,
    },
    /// It has reset the connection.
    Reset,
    /// Nobody listens there.
    Refused,
    /// A call has failed.
    Failed(Errno),
    /// The server's FIN: it was read or, where the puppet does not read, has come.
    Fin,
    /// The server has reset the connection.
    ResetByServer,
    /// It has no connection. Neither has it when it is still to be made, but then orders wait.
    NotConnected,
    /// It has one already.
    AlreadyConnected,
    /// The puppet was stopped.
    Stopped,
}
