//! Numbers of descriptors. The small ones are left to the server, so that its sockets follow one
//! another as in a program that does nothing else: the listener is 3, its epoll 4, the clients 5,
//! 6, 7 and so on.

use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};

use rustix::event::{EventfdFlags, eventfd};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Where the program's own begin: behind the clients of a class, and low enough for select(2), which
/// has to watch the waker.
const OWN: RawFd = 512;
/// Where those of the built-in clients begin: behind the server's own ends of ten thousand.
const CLIENTS: RawFd = 16 * 1024;

/// The same descriptor with a number that the server does not come to; where there is none it keeps
/// its own.
#[must_use]
pub fn own(fd: OwnedFd) -> OwnedFd {
    moved(fd, OWN)
}

/// The same for the socket of a built-in client. Done before it connects: until then nobody needs
/// the small number.
#[must_use]
pub fn client(socket: OwnedFd) -> OwnedFd {
    moved(socket, CLIENTS)
}

/// The same for a client's socket of a server that is not the one that is shown; `None` where there is no
/// such number, as while a lesson lets this process have few: a small one would be missing there.
#[must_use]
pub fn apart(socket: &OwnedFd) -> Option<OwnedFd> {
    let most = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let half = RawFd::try_from(most / 2).unwrap_or(RawFd::MAX);
    fcntl_dupfd_cloexec(socket, CLIENTS.min(half)).ok()
}

fn moved(fd: OwnedFd, from: RawFd) -> OwnedFd {
    fcntl_dupfd_cloexec(&fd, from.min(half())).unwrap_or(fd)
}

/// Half of what this process may have open: where that is little, some has to be left for others.
fn half() -> RawFd {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    RawFd::try_from(limit / 2).unwrap_or(RawFd::MAX)
}

/// Every small number that was free. While this exists, all that is opened gets a large one; it is
/// for what other crates open.
#[derive(Debug)]
pub struct Held {
    _numbers: Vec<OwnedFd>,
}

impl Held {
    /// Takes them. Where there is no descriptor left it takes what it can get.
    #[must_use]
    pub fn all() -> Self {
        let end = OWN.min(half());
        let mut numbers = Vec::new();
        if let Ok(first) = eventfd(0, EventfdFlags::CLOEXEC) {
            numbers.push(first);
            while let Ok(next) = fcntl_dupfd_cloexec(&numbers[0], 0) {
                if next.as_raw_fd() >= end {
                    break;
                }
                numbers.push(next);
            }
        }
        Self { _numbers: numbers }
    }
}

/// How large the numbers of descriptors may become.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit(Option<u64>);

/// From now on so many more descriptors can be opened, by the numbers that are free; what is open
/// stays open. Returns the limit that there was, for [`limit`].
///
/// # Errors
/// When the limit cannot be changed.
pub fn leave(free: u32) -> io::Result<Limit> {
    let before = getrlimit(Resource::Nofile);
    let mut left = free;
    let mut end: RawFd = 0;
    while left > 0 {
        left -= u32::from(!is_open(end));
        end += 1;
    }
    limit(Limit(u64::try_from(end).ok()))?;
    Ok(Limit(before.current))
}

/// Sets that limit.
///
/// # Errors
/// When it is more than this process may have.
pub fn limit(Limit(current): Limit) -> io::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current, maximum })?)
}

fn is_open(fd: RawFd) -> bool {
    // The link is there whatever it leads to.
    std::fs::symlink_metadata(format!("/proc/self/fd/{fd}")).is_ok()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn a_client_beside_takes_no_number_that_a_lesson_has_left() {
        let file: OwnedFd = File::open("/dev/null").unwrap().into();
        let apart = apart(&file).unwrap();
        assert!(apart.as_raw_fd() >= OWN, "{apart:?}");
    }

    #[test]
    fn what_is_opened_meanwhile_and_what_is_moved_has_a_large_number() {
        let open = || File::open("/dev/null").unwrap();
        let held = Held::all();
        assert!(open().as_raw_fd() >= OWN.min(half()));
        drop(held);
        // Other tests open descriptors too, but not that many.
        assert!(open().as_raw_fd() < OWN.min(half()));
        assert!(own(open().into()).as_raw_fd() >= OWN.min(half()));
        let (own, client) = (own(open().into()), client(open().into()));
        assert!(client.as_raw_fd() >= CLIENTS.min(half()) && client.as_raw_fd() >= own.as_raw_fd());
    }
}
