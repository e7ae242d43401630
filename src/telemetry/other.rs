//! The descriptors of a traced program that are no connections of its clients.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::serial::is_default;
use super::{By, Fd, Mask};

/// What such a descriptor stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "most are named as their manual pages")]
pub enum OtherKind {
    /// Another TCP socket that listens than the first.
    Listener,
    /// A TCP connection that the program has made.
    Made,
    /// A TCP socket that is not connected.
    Tcp,
    Udp,
    Unix,
    /// A socket of another family.
    Socket,
    Epoll,
    Pipe,
    Eventfd,
    Timerfd,
    Signalfd,
    /// What is asked of the kernel by it is no system call, and so is not seen.
    IoUring,
    /// Something else that is waited for.
    Waited,
}

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Other {
    /// Its number.
    pub fd: Fd,
    /// In which process.
    pub by: By,
    /// What it stands for.
    pub kind: OtherKind,
    /// Its peer; where a socket listens, its own address.
    pub at: Option<SocketAddr>,
    /// What it is watched for.
    pub interest: Mask,
    /// Of a socket that listens its inode, as in `/proc/PID/fd`; else 0. Several may listen at one address.
    #[serde(default, skip_serializing_if = "is_default")]
    pub inode: u32,
}

/// Those that are known, by their numbers.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Others {
    /// The first of them.
    pub list: Vec<Other>,
    /// How many there are beside these.
    pub more: usize,
}

impl Others {
    /// How many are listed at most.
    pub const MOST: usize = 64;

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len() + self.more
    }
}
