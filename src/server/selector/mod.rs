//! Who says which fds are ready. One file for each way of asking.

mod epoll;
mod epoll_et;
mod poll;
mod raw;
mod scan;
mod select;
mod watcher;

use std::io;
use std::time::Duration;

pub(super) use epoll::Epoll;
pub(super) use epoll_et::EpollEt;
pub(super) use poll::Poll;
pub(super) use raw::peek;
pub(super) use scan::Scan;
pub(super) use select::Select;
pub(super) use watcher::Watcher;

use super::Config;
use crate::telemetry::{CtlOp, Errno, Fd, Mask, Nanos, Ret, What, Why};

/// What an fd was put on the interest list with, and what comes back with each of its events: the
/// fd, and a mark that tells an event of an earlier holder of the same number from one of the
/// present holder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) fd: Fd,
    pub(super) generation: u32,
}

impl Token {
    /// Both halves travel through the kernel in the 64 bits of `epoll_data`.
    fn to_data(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.fd.cast_unsigned())
    }

    #[expect(clippy::cast_possible_truncation, reason = "the two halves are taken apart")]
    fn from_data(data: u64) -> Self {
        Self { fd: (data as u32).cast_signed(), generation: (data >> 32) as u32 }
    }
}

/// What the loop wants to hear of an fd.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Interest {
    /// That there is input.
    pub(super) read: bool,
    /// That there is room to write.
    pub(super) write: bool,
}

impl Interest {
    pub(super) const READ: Self = Self { read: true, write: false };

    /// As the mask of a selector that is told nothing it does not want to hear: what nobody would
    /// read or write now is reported again and again.
    fn level(self) -> Mask {
        let input = if self.read { Mask::IN.with(Mask::RDHUP) } else { Mask::NONE };
        if self.write { input.with(Mask::OUT) } else { input }
    }
}

/// When an fd that is ready is reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Trigger {
    /// With every wait, as long as it is ready.
    #[default]
    Level,
    /// Once, when it becomes ready; then only when something new comes.
    Edge,
    /// Once; then not at all, until it is watched again.
    Oneshot,
}

impl Trigger {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Level, Self::Edge, Self::Oneshot];

    /// Its name: what `--trigger` takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Edge => "edge",
            Self::Oneshot => "oneshot",
        }
    }

    /// In a few words.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::Level => "reported as long as it is ready",
            Self::Edge => "reported once, when something new comes",
            Self::Oneshot => "reported once, until it is watched again",
        }
    }
}

/// A way of asking which fds are ready.
pub(super) trait Selector: Watcher + Sized {
    fn new(config: &Config) -> io::Result<Self>;

    /// Whether its wait is a call at all.
    #[inline]
    fn sleeps(&self) -> bool {
        true
    }

    /// Sleeps until something is ready, but not for longer than `timeout`; returns how many are.
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize>;

    /// The fds that the last wait found ready.
    fn ready(&self) -> impl Iterator<Item = (Token, Mask)> + '_;

    /// The call that [`Selector::wait`] made; `None` where it made none.
    fn wait_event(&self, ret: Ret, waited: Nanos) -> Option<What>;
}

/// An `epoll_ctl(2)` that was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ctl {
    pub(super) op: CtlOp,
    pub(super) ret: Ret,
}

/// What came of watching an fd: the call that was made, if one was needed.
pub(super) type Watched = Result<Option<Ctl>, RegisterError>;

/// Why an fd cannot be watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RegisterError {
    /// The call failed.
    Failed(CtlOp, Errno),
    /// There is no place in the list for so high a number.
    TooHigh,
}

impl RegisterError {
    /// The call that failed.
    pub(super) fn call(self) -> Option<Ctl> {
        match self {
            Self::Failed(op, errno) => Some(Ctl { op, ret: Ret::err(errno) }),
            Self::TooHigh => None,
        }
    }

    /// Why its connection is closed.
    pub(super) fn why(self) -> Why {
        match self {
            Self::Failed(..) => Why::Failed,
            Self::TooHigh => Why::FdSetSize,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_tag_survives_the_kernel() {
        for token in [Token { fd: 0, generation: 0 }, Token { fd: i32::MAX, generation: u32::MAX }]
        {
            assert_eq!(Token::from_data(token.to_data()), token);
        }
    }

    /// What the selector reports without waiting.
    fn reports<S: Selector>(selector: &mut S) -> Vec<(Token, Mask)> {
        selector.wait(Some(Duration::ZERO)).unwrap();
        selector.ready().collect()
    }

    /// Watches one end of a pair of sockets through its life; the masks are what the kernel says.
    fn life_of_a_socket<S: Selector>(config: &Config) {
        let (a, mut b) = UnixStream::pair().unwrap();
        a.set_nonblocking(true).unwrap();
        let mut selector = S::new(config).unwrap();
        let token = Token { fd: a.as_raw_fd(), generation: 7 };
        let input = selector.mask(Interest::READ);
        let both = selector.mask(Interest { read: true, write: true });
        let trigger = selector.trigger();
        let name = format!("{} {trigger:?}", S::SERVER);
        selector.watch(token, Mask::NONE, input).unwrap();
        assert_eq!(reports(&mut selector), [], "{name}: silent");
        b.write_all(b"x").unwrap();
        assert_eq!(reports(&mut selector), [(token, Mask::IN)], "{name}: input");
        let again = if trigger == Trigger::Level { vec![(token, Mask::IN)] } else { vec![] };
        assert_eq!(reports(&mut selector), again, "{name}: the same input");
        selector.watch(token, input, both).unwrap();
        let merged = reports(&mut selector).iter().fold(Mask::NONE, |all, (_, m)| all.with(*m));
        assert_eq!(merged, Mask::IN.with(Mask::OUT), "{name}: watched again, for more");
        assert_eq!((&a).read(&mut [0; 8]).unwrap(), 1);
        selector.watch(token, both, Mask::NONE).unwrap();
        b.write_all(b"x").unwrap();
        assert_eq!(reports(&mut selector), [], "{name}: not watched");
        selector.watch(token, Mask::NONE, input).unwrap();
        assert_eq!(
            reports(&mut selector),
            [(token, Mask::IN)],
            "{name}: watched, with input there"
        );
        drop(a);
        selector.forget(token);
        assert_eq!(reports(&mut selector), [], "{name}: closed");
    }

    #[test]
    fn each_reports_a_socket_as_the_kernel_has_it() {
        let config = Config::default();
        life_of_a_socket::<Select>(&config);
        life_of_a_socket::<Poll>(&config);
        life_of_a_socket::<EpollEt>(&config);
        for trigger in Trigger::ALL {
            life_of_a_socket::<Epoll>(&Config { trigger, ..config.clone() });
        }
    }
}
