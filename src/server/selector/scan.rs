//! Nothing reports which fds are ready: after a nap, or none, every fd
//! is asked by a call of its own.

use std::io;
use std::time::Duration;

use rustix::thread::NanosleepRelativeResult as Slept;
use rustix::thread::{ClockId, clock_nanosleep_relative};

use super::{Interest, Selector, Token, Watched, Watcher};
use crate::server::Config;
use crate::telemetry::{Kind, Mask, ServerKind};

/// The list, and how long to sleep between two rounds.
pub(in crate::server) struct Scan {
    list: Vec<(Token, Mask)>,
    nap: Duration,
}

impl Watcher for Scan {
    const SERVER: ServerKind = ServerKind::Scan;
    const WAIT: Kind = Kind::Nap;
    const KNOWS_READY: bool = false;

    fn set_nap(&mut self, nap: Duration) {
        self.nap = nap;
    }

    /// What it is going to be asked.
    fn mask(&self, interest: Interest) -> Mask {
        Mask(interest.level().0 & !Mask::RDHUP.0)
    }

    fn watch(&mut self, token: Token, _: Mask, to: Mask) -> Watched {
        let mut list = self.list.iter();
        let place = list.position(|(there, _)| there.fd == token.fd);
        match place {
            Some(place) if to == Mask::NONE => {
                self.list.swap_remove(place);
            }
            Some(place) => self.list[place] = (token, to),
            None if to == Mask::NONE => {}
            None => self.list.push((token, to)),
        }
        Ok(None)
    }
}

impl Selector for Scan {
    fn new(config: &Config) -> io::Result<Self> {
        Ok(Self { list: Vec::new(), nap: config.nap })
    }

    fn sleeps(&self) -> bool {
        !self.nap.is_zero()
    }

    /// It naps for its own time, whoever is due: it cannot know.
    fn wait(&mut self, _: Option<Duration>) -> io::Result<usize> {
        if self.sleeps() {
            let nap = self.nap.try_into().map_err(io::Error::other)?;
            match clock_nanosleep_relative(ClockId::Monotonic, &nap) {
                Slept::Ok => {}
                Slept::Interrupted(_) => {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                Slept::Err(errno) => return Err(errno.into()),
            }
        }
        Ok(self.list.len())
    }

    fn ready(&self) -> impl Iterator<Item = (Token, Mask)> + '_ {
        self.list.iter().copied()
    }
}
