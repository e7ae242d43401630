//! What the kernel does not let the inspector see, and why.

use std::io;

use serde::{Deserialize, Serialize};

use crate::words::strings;

/// What cannot be seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    /// The sockets: the kernel did not list them.
    Sockets(Cause),
    /// The sockets: the kernel's table cannot be asked at all.
    SocketTable(Cause),
    /// What epoll would hand over: no second epoll could be made.
    Epoll(Cause),
    /// The interest list.
    InterestList(Cause),
}

/// An [`io::Error`] that can be kept and compared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The kernel's number.
    Errno(i32),
    /// What is no error of the kernel.
    Other(String),
}

impl From<&io::Error> for Cause {
    fn from(error: &io::Error) -> Self {
        error.raw_os_error().map_or_else(|| Self::Other(error.to_string()), Self::Errno)
    }
}

impl Cause {
    fn error(&self) -> io::Error {
        match self {
            Self::Errno(number) => io::Error::from_raw_os_error(*number),
            Self::Other(text) => io::Error::other(text.clone()),
        }
    }
}

impl Unseen {
    /// It in a sentence.
    #[must_use]
    pub fn text(&self) -> String {
        let say = &strings().inspect;
        match self {
            Self::Sockets(cause) => (say.no_sockets)(&cause.error()),
            Self::SocketTable(cause) => (say.no_socket_table)(&cause.error()),
            Self::Epoll(cause) => (say.no_epoll)(&cause.error()),
            Self::InterestList(cause) => (say.no_interest_list)(&cause.error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_is_kept_says_what_it_said() {
        let large = io::Error::other("it was too large");
        for error in [io::Error::from_raw_os_error(13), io::ErrorKind::UnexpectedEof.into(), large]
        {
            assert_eq!(Cause::from(&error).error().to_string(), error.to_string());
        }
        let denied = Cause::Errno(13);
        assert_eq!(
            Unseen::InterestList(denied).text(),
            "The interest list cannot be read: Permission denied (os error 13)."
        );
    }
}
