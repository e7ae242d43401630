//! `poll(2)`: the whole list is handed over each time; the kernel asks
//! every fd on it, and we look through all of it for those that had
//! something to say.

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use super::raw::lend;
use super::{Interest, Selector, Token, Watched, Watcher};
use crate::server::Config;
use crate::telemetry::{Fd, Kind, Mask, ServerKind};

/// The list, with the generation of each entry beside it.
pub(in crate::server) struct Poll {
    pub(super) list: Vec<PollFd<'static>>,
    generations: Vec<u32>,
}

impl Watcher for Poll {
    const SERVER: ServerKind = ServerKind::Poll;
    const WAIT: Kind = Kind::Poll;

    fn mask(&self, interest: Interest) -> Mask {
        interest.level()
    }

    fn watch(&mut self, token: Token, _: Mask, to: Mask) -> Watched {
        let mut list = self.list.iter();
        let place = list.position(|entry| fd(entry) == token.fd);
        let entry = PollFd::from_borrowed_fd(lend(token.fd), flags(to));
        match place {
            Some(place) if to == Mask::NONE => {
                self.list.swap_remove(place);
                self.generations.swap_remove(place);
            }
            Some(place) => {
                self.list[place] = entry;
                self.generations[place] = token.generation;
            }
            None if to == Mask::NONE => {}
            None => {
                self.list.push(entry);
                self.generations.push(token.generation);
            }
        }
        Ok(None)
    }
}

impl Selector for Poll {
    fn new(_: &Config) -> io::Result<Self> {
        Ok(Self { list: Vec::new(), generations: Vec::new() })
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize> {
        let timeout = timeout.and_then(|time| time.try_into().ok());
        Ok(rustix::event::poll(&mut self.list, timeout.as_ref())?)
    }

    fn ready(&self) -> impl Iterator<Item = (Token, Mask)> + '_ {
        self.list
            .iter()
            .zip(&self.generations)
            .filter(|(entry, _)| !entry.revents().is_empty())
            .map(|(entry, &generation)| {
                let token = Token { fd: fd(entry), generation };
                (token, Mask(entry.revents().bits().into()))
            })
    }
}

fn fd(entry: &PollFd<'_>) -> Fd {
    entry.as_fd().as_raw_fd()
}

/// All bits of poll(2) are among the low 16.
fn flags(mask: Mask) -> PollFlags {
    PollFlags::from_bits_retain((mask.0 & 0xffff) as u16)
}
