//! The nine servers, by name.

use std::fmt;

/// A way to serve many clients. What each is: DESIGN.md's table, and the files of
/// [`crate::server`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ServerKind {
    /// One client at a time; the others wait in the backlog.
    Blocking,
    /// A process for each connection.
    Processes,
    /// A thread for each connection.
    Threads,
    /// A task for each connection; the loop is inside the runtime.
    Coroutines,
    /// Non-blocking sockets, asked one after another, again and again.
    Scan,
    /// `select(2)`.
    Select,
    /// `poll(2)`.
    Poll,
    /// `epoll(7)`, level-triggered unless asked otherwise.
    Epoll,
    /// `epoll(7)`, edge-triggered, by mio.
    #[default]
    EpollEt,
}

/// How a server learns what it can do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asks {
    /// It does not ask: each call sleeps until its one fd is ready (`blocking`, `threads`,
    /// `processes`).
    Sleeps,
    /// A runtime's loop asks for it (`coroutines`).
    Runtime,
    /// It asks every fd itself (`scan`).
    Each,
    /// It hands the kernel a list of fds, which asks every one of them (`select`, `poll`).
    List,
    /// The kernel keeps the list and knows which are ready (`epoll`, `epoll-et`).
    Interest,
}

impl ServerKind {
    /// All of them, from the oldest way to the newest.
    pub const ALL: [Self; 9] = [
        Self::Blocking,
        Self::Processes,
        Self::Threads,
        Self::Coroutines,
        Self::Scan,
        Self::Select,
        Self::Poll,
        Self::Epoll,
        Self::EpollEt,
    ];

    /// Its name: what `--server` takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Processes => "processes",
            Self::Threads => "threads",
            Self::Coroutines => "coroutines",
            Self::Scan => "scan",
            Self::Select => "select",
            Self::Poll => "poll",
            Self::Epoll => "epoll",
            Self::EpollEt => "epoll-et",
        }
    }

    /// In a few words.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::Blocking => "one client at a time; the rest wait in the backlog",
            Self::Processes => "a process for each connection",
            Self::Threads => "a thread for each connection",
            Self::Coroutines => "a task for each connection, over tokio's loop",
            Self::Scan => "asks every socket, again and again",
            Self::Select => "hands select(2) the list of all fds, each time",
            Self::Poll => "hands poll(2) the list of all fds, each time",
            Self::Epoll => "the kernel keeps the list and says who is ready",
            Self::EpollEt => "the same, told only once: edge-triggered, by mio",
        }
    }

    /// How it learns what it can do next.
    #[must_use]
    pub fn asks(self) -> Asks {
        match self {
            Self::Blocking | Self::Processes | Self::Threads => Asks::Sleeps,
            Self::Coroutines => Asks::Runtime,
            Self::Scan => Asks::Each,
            Self::Select | Self::Poll => Asks::List,
            Self::Epoll | Self::EpollEt => Asks::Interest,
        }
    }
}

impl fmt::Display for ServerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
