//! Nine servers, one after another, on one listener: what they leave to each other.

use std::io;
use std::os::fd::AsRawFd;

use rustix::net::sockopt;

use super::connection::Connection;
use super::reactor::Reactor;
use super::responder::Responder;
use super::selector::{Epoll, EpollEt, Poll, Scan, Select};
use super::table::Table;
use super::{Bound, Config, blocking, coroutines, listener, processes, ret, threads};
use crate::http;
use crate::telemetry::{
    Commands, Counters, Fd, Mode, Publisher, ServerKind, Stance, Standing, What, Why,
};

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
}

/// What comes after a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// Nothing: it was shut down.
    End,
    /// Another one.
    Switch(ServerKind),
}

impl Outcome {
    /// Why the connections are closed that are still open.
    pub(super) fn why(self) -> Why {
        match self {
            Self::End => Why::Shutdown,
            Self::Switch(_) => Why::Switched,
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
            if config.nodelay {
                // Inherited by every accepted socket.
                let result = sockopt::set_tcp_nodelay(&bound.socket, true);
                let ret = ret(result.map(|()| 0));
                publisher.call(fd, None, What::Setsockopt { name: "TCP_NODELAY", ret });
                result?;
            }
            match listener::listen(&bound, config.backlog, &mut publisher) {
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
        Ok(Self { bound, config, responder, publisher, commands, last_id: 0 })
    }

    /// Runs one server after another, until the operator ends the last.
    pub(super) fn run(mut self, mut started: impl FnMut(Fd)) -> io::Result<Ended> {
        let mut kind = self.config.server;
        loop {
            let (back, after) = self.serve(kind, &mut started)?;
            self = back;
            let Outcome::Switch(to) = after else { return Ok(self.close()) };
            kind = to;
            self.publisher.fact(-1, None, What::Switched { to }, &[]);
        }
    }

    /// Runs a server. This is the only place where something is chosen by a server's name.
    fn serve(self, kind: ServerKind, started: &mut dyn FnMut(Fd)) -> io::Result<(Self, Outcome)> {
        match kind {
            ServerKind::Processes => processes::run(self, started),
            ServerKind::Threads => threads::run(self, started),
            ServerKind::Blocking => blocking::run(self, started),
            ServerKind::Scan => Reactor::<Scan>::new(self)?.run(started),
            ServerKind::Select => Reactor::<Select>::new(self)?.run(started),
            ServerKind::Poll => Reactor::<Poll>::new(self)?.run(started),
            ServerKind::Epoll => Reactor::<Epoll>::new(self)?.run(started),
            ServerKind::EpollEt => Reactor::<EpollEt>::new(self)?.run(started),
            ServerKind::Coroutines => coroutines::run(self, started),
        }
    }

    /// Closes the listener, and publishes for the last time.
    fn close(self) -> Ended {
        let Self { bound, responder, mut publisher, .. } = self;
        let fd = bound.socket.as_raw_fd();
        drop(bound);
        publisher.call(fd, None, What::Close);
        let since = publisher.read_clock();
        let counters = publisher.counters.clone();
        let standing = Standing { stance: Stance::Ended, since, mode: Mode::Run };
        publisher.finish(&mut Table::<Connection>::new(false), standing);
        (counters, responder)
    }
}
