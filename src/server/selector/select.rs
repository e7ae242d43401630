//! `select(2)`: two sets of bits are handed over and swept by the
//! kernel, and then by us, each time. There is no bit for an fd from
//! `FD_SETSIZE` up.

use std::io;
use std::time::Duration;

use rustix::event::{FdSetIter, fd_set_bound};
use rustix::event::{fd_set_insert, fd_set_remove};

use super::raw::{self, FD_SETSIZE, Set};
use super::{Interest, RegisterError, Selector, Token, Watched, Watcher};
use crate::server::Config;
use crate::telemetry::{Fd, Kind, Mask, ServerKind};

/// The sets.
pub(in crate::server) struct Select {
    /// Those watched for input.
    pub(super) input: Set,
    /// Those watched for room to write; none of them for input too.
    pub(super) room: Set,
    /// Copies of both: the call leaves in them who is ready.
    ready: (Set, Set),
    /// The generation of each fd.
    generations: [u32; FD_SETSIZE],
}

impl Select {
    /// One more than the highest fd in the sets.
    pub(super) fn nfds(&self) -> Fd {
        fd_set_bound(&self.input).max(fd_set_bound(&self.room))
    }

    fn token(&self, fd: Fd) -> Token {
        let place = fd.unsigned_abs() as usize;
        Token { fd, generation: self.generations[place] }
    }
}

impl Watcher for Select {
    const SERVER: ServerKind = ServerKind::Select;
    const WAIT: Kind = Kind::Select;

    /// A FIN is input like any other: there is no bit for it.
    fn mask(&self, interest: Interest) -> Mask {
        Mask(interest.level().0 & !Mask::RDHUP.0)
    }

    fn watch(&mut self, token: Token, _: Mask, to: Mask) -> Watched {
        let place = usize::try_from(token.fd).unwrap_or(FD_SETSIZE);
        let generation = self.generations.get_mut(place);
        *generation.ok_or(RegisterError::TooHigh)? = token.generation;
        change(&mut self.input, token.fd, to.has(Mask::IN));
        change(&mut self.room, token.fd, to.has(Mask::OUT));
        Ok(None)
    }
}

impl Selector for Select {
    fn new(_: &Config) -> io::Result<Self> {
        let none = Set::default();
        let generations = [0; FD_SETSIZE];
        let ready = (none, none);
        Ok(Self { input: none, room: none, ready, generations })
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize> {
        let timeout = timeout.and_then(|time| time.try_into().ok());
        self.ready = (self.input, self.room);
        let nfds = self.nfds();
        let (input, room) = &mut self.ready;
        raw::select(nfds, input, room, timeout.as_ref())
    }

    fn ready(&self) -> impl Iterator<Item = (Token, Mask)> + '_ {
        let (input, room) = &self.ready;
        let with = |mask| move |fd| (self.token(fd), mask);
        let input = FdSetIter::new(input).map(with(Mask::IN));
        input.chain(FdSetIter::new(room).map(with(Mask::OUT)))
    }
}

/// Sets an fd's bit, or takes it away.
fn change(set: &mut Set, fd: Fd, on: bool) {
    let change = if on { fd_set_insert } else { fd_set_remove };
    change(set, fd);
}
