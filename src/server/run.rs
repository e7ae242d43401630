//! Which server runs: one after another on the same listener, until the operator ends the last.

use std::io;
use std::os::fd::AsRawFd;

use super::connection::Connection;
use super::handover::{Ended, Handover, Outcome};
use super::reactor::Reactor;
use super::selector::{Epoll, EpollEt, Poll, Scan, Select};
use super::table::Table;
use super::{blocking, coroutines, processes, threads};
use crate::telemetry::{Fd, Mode, ServerKind, Stance, Standing, What};

impl Handover {
    /// Runs one server after another, until the operator ends the last.
    pub(super) fn run(mut self, mut started: impl FnMut(Fd)) -> io::Result<Ended> {
        let mut kind = self.config.server;
        loop {
            let (back, after) = self.serve(kind, &mut started)?;
            self = back;
            let to = match after {
                Outcome::End => return Ok(self.close()),
                Outcome::Switch(to) => to,
                Outcome::Move => {
                    self.move_on();
                    kind
                }
            };
            kind = to;
            // It may be another one than that server began with.
            self.responder.config.clone_from(&self.config);
            self.bound.runs += 1;
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
