//! What one server leaves to the next on the same listener, and the program to the first.

use std::io;
use std::os::fd::AsRawFd;

use rustix::net::sockopt;

use super::convert::ret;
use super::pace::Pace;
use super::responder::Responder;
use super::{Bound, Config, listener};
use crate::http;
use crate::telemetry::{Commands, Counters, Publisher, ServerKind, What, Why};

/// What a server leaves: its totals, and the responder, whose site has descriptors of its own that are
/// not the loop's to close.
pub(super) type Ended = (Counters, Responder);

/// What one server leaves to the next, and the program to the first.
pub(super) struct Handover {
    pub(super) bound: Bound,
    pub(super) config: Config,
    pub(super) responder: Responder,
    pub(super) publisher: Publisher,
    pub(super) commands: Commands,
    /// The id of the last connection.
    pub(super) last_id: u64,
    pub(super) pace: Pace,
}

/// What comes after a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// Nothing: it was shut down.
    End,
    /// Another one.
    Switch(ServerKind),
    /// The same at another socket, where one is offered.
    Move,
}

impl Outcome {
    /// Why the connections are closed that are still open.
    pub(super) fn why(self) -> Why {
        match self {
            Self::End => Why::Shutdown,
            Self::Switch(_) | Self::Move => Why::Switched,
        }
    }
}

impl Handover {
    /// Listens.
    pub(super) fn new(
        mut bound: Bound,
        config: Config,
        site: http::Site,
        mut publisher: Publisher,
        commands: Commands,
    ) -> io::Result<Self> {
        publisher.read_clock();
        loop {
            let fd = bound.socket.as_raw_fd();
            match listen(&bound, &config, &mut publisher) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    // Another program that was bound to the port too was quicker.
                    let next = bound.next().ok_or(error)?;
                    drop(std::mem::replace(&mut bound, next));
                    publisher.call(fd, None, What::Close);
                }
                result => break result?,
            }
        }
        let responder = Responder::new(config.clone(), site);
        Ok(Self {
            bound,
            config,
            responder,
            publisher,
            commands,
            last_id: 0,
            pace: Pace::default(),
        })
    }

    /// Goes on as it is offered, if it can listen there.
    pub(super) fn move_on(&mut self) {
        let Self { bound, config, publisher, .. } = self;
        let listens = |offered: &Bound| listen(offered, config, publisher).is_ok();
        if let Some(comes) = config.door.exchange(bound, listens) {
            config.let_class_in(comes);
        }
    }
}

/// Listens, with what every accepted socket inherits.
fn listen(bound: &Bound, config: &Config, publisher: &mut Publisher) -> io::Result<()> {
    if config.nodelay {
        let result = sockopt::set_tcp_nodelay(&bound.socket, true);
        let ret = ret(result.map(|()| 0));
        let fd = bound.socket.as_raw_fd();
        publisher.call(fd, None, What::Setsockopt { name: "TCP_NODELAY", ret });
        result?;
    }
    listener::listen(bound, config.backlog, publisher)
}
