//! A connection that is served by one thread or process, alone.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::host::ConnectionHost;
use crate::server::Config;
use crate::server::session::Session;
use crate::telemetry::{ConnState, Nanos};

/// A connection that is being served.
pub(super) struct BlockingConnection<'c, L> {
    pub(super) socket: BorrowedFd<'c>,
    pub(super) config: &'c Config,
    pub(super) host: &'c mut L,
    pub(super) session: Session,
    pub(super) input: Box<[u8]>,
    /// The last `recv` brought less than it had room for, so nothing
    /// more was here then.
    pub(super) drained: bool,
    pub(super) state: ConnState,
    /// `SO_RCVTIMEO` and `SO_SNDTIMEO`, as they were set.
    pub(super) timeouts: [Option<Duration>; 2],
    /// When the kernel last took something of the answers, or they
    /// began to be sent.
    pub(super) taken: Nanos,
    /// Bytes of the answers that are being sent.
    pub(super) answer: u64,
}

impl<'c, L: ConnectionHost> BlockingConnection<'c, L> {
    pub(super) fn new(socket: BorrowedFd<'c>, config: &'c Config, host: &'c mut L) -> Self {
        Self {
            socket,
            config,
            host,
            session: Session::default(),
            input: vec![0; config.read_buffer.max(1)].into(),
            drained: false,
            state: ConnState::New,
            timeouts: [None; 2],
            taken: 0,
            answer: 0,
        }
    }
}
