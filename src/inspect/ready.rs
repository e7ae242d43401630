//! Which fds have something to read, without touching the server's own epoll.
//!
//! An fd may be on the interest lists of many epolls, each with a ready list of its own. So a
//! second one, made for one look and closed after it, reports what the first one would report,
//! and the first one's events stay where they are.

use std::io;
use std::os::fd::RawFd;
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

/// What a look has found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// The fds with something to read, a FIN or an error, sorted.
    pub(super) readable: Vec<RawFd>,
    /// Whether the server's epoll has something on its ready list.
    pub(super) ready_list: bool,
}

/// Looks at `fds` and at the epoll instance `epfd`, and waits for nothing.
///
/// mio adds edge-triggered, and adding reports what is ready at that moment, so a fresh epoll
/// gives the level. Numbers that are closed by now, or cannot be polled, are passed over.
///
/// # Errors
/// When there is no descriptor left for the second epoll.
pub(super) fn look(fds: &[RawFd], epfd: RawFd) -> io::Result<Look> {
    let mut poll = Poll::new()?;
    // Tokens are places in `fds`; the one after the last is the epoll's.
    for (place, fd) in fds.iter().chain([&epfd]).enumerate() {
        let _ = poll.registry().register(&mut SourceFd(fd), Token(place), Interest::READABLE);
    }
    let mut events = Events::with_capacity(fds.len() + 1);
    poll.poll(&mut events, Some(Duration::ZERO))?;
    let mut found = Look { readable: Vec::new(), ready_list: false };
    for event in &events {
        match fds.get(event.token().0) {
            Some(&fd) => found.readable.push(fd),
            None => found.ready_list = true,
        }
    }
    found.readable.sort_unstable();
    found.readable.dedup();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd;

    /// A server's end, a client's end, and an edge-triggered epoll that watches the former.
    fn scene() -> (Poll, TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        let poll = Poll::new().unwrap();
        poll.registry()
            .register(&mut SourceFd(&server.as_raw_fd()), Token(1), Interest::READABLE)
            .unwrap();
        (poll, server, client)
    }

    fn until(poll: &Poll, server: &TcpStream, ready: bool) {
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        while look(&[server.as_raw_fd()], poll.as_raw_fd()).unwrap().ready_list != ready {
            assert!(std::time::Instant::now() < deadline, "the kernel never said so");
            std::thread::yield_now();
        }
    }

    #[test]
    fn looking_does_not_take_the_first_epolls_event() {
        let (mut poll, mut server, mut client) = scene();
        let fds = [server.as_raw_fd()];
        let nothing = Look { readable: vec![], ready_list: false };
        assert_eq!(look(&fds, poll.as_raw_fd()).unwrap(), nothing);

        client.write_all(b"hello").unwrap();
        until(&poll, &server, true);
        for _ in 0..3 {
            let seen = look(&fds, poll.as_raw_fd()).unwrap();
            assert_eq!(seen, Look { readable: fds.to_vec(), ready_list: true });
        }

        let mut events = Events::with_capacity(8);
        poll.poll(&mut events, Some(Duration::from_secs(5))).unwrap();
        assert_eq!(events.iter().map(mio::event::Event::token).collect::<Vec<_>>(), [Token(1)]);

        // Its edge is taken now, yet the bytes are there: only the second epoll still shows them.
        let seen = look(&fds, poll.as_raw_fd()).unwrap();
        assert_eq!(seen, Look { readable: fds.to_vec(), ready_list: false });
        server.read_exact(&mut [0; 5]).unwrap();
        assert_eq!(look(&fds, poll.as_raw_fd()).unwrap(), nothing);
    }

    #[test]
    fn a_fin_is_something_to_read() {
        let (poll, server, client) = scene();
        drop(client);
        until(&poll, &server, true);
        assert_eq!(
            look(&[server.as_raw_fd()], poll.as_raw_fd()).unwrap().readable,
            [server.as_raw_fd()]
        );
    }

    #[test]
    fn numbers_that_mean_nothing_are_passed_over() {
        let file = std::fs::File::open("/proc/self/exe").unwrap();
        let seen = look(&[-1, 1_000_000, file.as_raw_fd()], -1).unwrap();
        assert_eq!(seen, Look { readable: vec![], ready_list: false });
    }
}
