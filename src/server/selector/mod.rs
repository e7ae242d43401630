//! Who says which fds are ready. One file for each way of asking.

mod by_mio;
mod epoll;
mod epoll_et;
mod interest;
mod poll;
mod raw;
mod scan;
mod select;
mod wait_event;
mod watcher;

use std::io;
use std::time::Duration;

pub(super) use epoll::Epoll;
pub(super) use epoll_et::EpollEt;
pub(super) use interest::{Ctl, Interest, RegisterError, Token, Watched};
pub(super) use poll::Poll;
pub(super) use raw::peek;
pub(super) use scan::Scan;
pub(super) use select::Select;
pub(super) use wait_event::WaitEvent;
pub(super) use watcher::Watcher;

use super::Config;
use crate::telemetry::Mask;
pub(super) use crate::telemetry::Trigger;

/// A way of asking which fds are ready.
pub(super) trait Selector: WaitEvent + Sized {
    fn new(config: &Config) -> io::Result<Self>;

    /// Whether its wait is a call at all.
    #[inline]
    fn sleeps(&self) -> bool {
        true
    }

    /// Sleeps until something is ready, but not for longer than
    /// `timeout`; returns how many are.
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize>;

    /// The fds that the last wait found ready.
    fn ready(&self) -> impl Iterator<Item = (Token, Mask)> + '_;
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::telemetry::{CtlOp, Ret};

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

    /// Watches one end of a pair of sockets through its life; the masks
    /// are what the kernel says.
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
    fn an_edge_of_mio_comes_once_with_what_was_registered() {
        let (a, b) = UnixStream::pair().unwrap();
        let mut selector = EpollEt::new(&Config::default()).unwrap();
        let there = Token { fd: a.as_raw_fd(), generation: 7 };
        let mask = selector.mask(Interest::READ);
        assert_eq!(mask.to_string(), "IN|RDHUP|ET");
        let call = selector.watch(there, Mask::NONE, mask).unwrap();
        assert_eq!(call, Some(Ctl { op: CtlOp::Add, ret: Ret::ZERO }));
        assert_eq!(reports(&mut selector), []);
        (&b).write_all(b"x").unwrap();
        assert_eq!(reports(&mut selector), [(there, Mask::IN)]);
        assert_eq!(reports(&mut selector), [], "an edge comes once");
    }

    #[test]
    fn what_epoll_ctl_will_do_follows_from_the_masks() {
        let (none, input) = (Mask::NONE, Mask::IN);
        let both = input.with(Mask::OUT);
        let ops = [(none, none), (none, input), (input, both), (both, both), (both, none)];
        let (add, change) = (Some(CtlOp::Add), Some(CtlOp::Mod));
        assert_eq!(
            ops.map(|(from, to)| Ctl::op(from, to)),
            [None, add, change, change, Some(CtlOp::Del)]
        );
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
