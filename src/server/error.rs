//! What goes wrong with a server where no errno says it; in words, as the operator reads it.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::IpAddr;

use crate::telemetry::Fd;
use crate::words::strings;

/// Why a server cannot run. It comes inside an [`io::Error`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The address is of a group: no connection can be made to it, though the kernel binds to it.
    Multicast(IpAddr),
    /// It is that of all hosts of a network.
    Broadcast(IpAddr),
    /// Standard input is a regular file, which epoll(7) does not take.
    StdinFile,
    /// The selector does not take this fd.
    Unwatched(Fd),
    /// No thread gave a responder back.
    NoResponder,
    /// The thread ended without an error before it listened.
    NotListening,
}

impl Refusal {
    /// [`ErrorKind::Unsupported`] where the operator can do something about it: the words are then
    /// a sentence that says what.
    fn kind(self) -> ErrorKind {
        match self {
            Self::Multicast(_) | Self::Broadcast(_) | Self::StdinFile => ErrorKind::Unsupported,
            Self::Unwatched(_) | Self::NoResponder | Self::NotListening => ErrorKind::Other,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &strings().server;
        match *self {
            Self::Multicast(ip) => f.write_str(&(text.multicast)(ip)),
            Self::Broadcast(ip) => f.write_str(&(text.broadcast)(ip)),
            Self::StdinFile => f.write_str(text.stdin_file),
            Self::Unwatched(fd) => f.write_str(&(text.unwatched)(fd)),
            Self::NoResponder => f.write_str(text.no_responder),
            Self::NotListening => f.write_str(text.not_listening),
        }
    }
}

impl Error for Refusal {}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.kind(), refusal)
    }
}

/// Why a server's thread has ended, without a command to.
#[derive(Debug)]
pub enum Failure {
    /// Its wait call failed.
    Wait(io::Error),
    /// It panicked; with the message, if that is a text.
    Panic(Option<String>),
}

impl Failure {
    /// What a thread panicked with.
    pub(super) fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        Self::Panic(text.map(str::to_owned))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &strings().server;
        match self {
            Self::Wait(error) => f.write_str(&(text.wait_failed)(error)),
            Self::Panic(Some(message)) => f.write_str(&(text.panicked)(message)),
            Self::Panic(None) => f.write_str(text.panicked_mute),
        }
    }
}

impl Error for Failure {}
