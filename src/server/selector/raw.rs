//! The system calls on bare fd numbers: the only place where the
//! compiler must know that they are in order.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::event::{FdSetElement, Timespec};
use rustix::net::RecvFlags;

use crate::telemetry::Fd;

/// How many fds a set has room for: numbers from here up cannot be
/// asked about.
pub(super) const FD_SETSIZE: usize = 1024;

/// An `fd_set`: a bit for each number.
pub(super) type Set = [FdSetElement; FD_SETSIZE / FdSetElement::BITS];

trait Bits {
    const BITS: usize;
}

impl Bits for FdSetElement {
    const BITS: usize = size_of::<Self>() * 8;
}

/// An fd of a list, as rustix takes it.
#[expect(unsafe_code, reason = "the kernel's lists are of numbers, and rustix takes none")]
pub(super) fn lend(fd: Fd) -> BorrowedFd<'static> {
    // SAFETY: it is for lists that are handed to the kernel. Nothing is
    // written or closed by it, and for a number that is not open (which
    // takes `--mistake forget-unregister`) the kernel says so, by EBADF
    // or POLLNVAL.
    unsafe { BorrowedFd::borrow_raw(fd) }
}

/// `select(2)`. The sets are those to ask about, and afterwards those
/// that are ready.
#[expect(unsafe_code, reason = "rustix cannot know that the fds in the sets are open")]
pub(super) fn select(
    nfds: Fd,
    input: &mut Set,
    room: &mut Set,
    timeout: Option<&Timespec>,
) -> io::Result<usize> {
    // SAFETY: as above: a number in a set that is not open is answered
    // by EBADF. That the sets are long enough is asserted by the
    // callee.
    let ready = unsafe { rustix::event::select(nfds, Some(input), Some(room), None, timeout) }?;
    Ok(usize::try_from(ready).unwrap_or(0))
}

/// Asks a number that ought to be closed for input, without taking any.
pub(in crate::server) fn peek(fd: Fd) -> Result<usize, rustix::io::Errno> {
    let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    rustix::net::recv(lend(fd), &mut [0; 1], flags).map(|(received, _)| received)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    use rustix::event::{FdSetIter, fd_set_insert};

    use super::*;

    #[test]
    fn select_leaves_those_that_are_ready() {
        let (a, b) = UnixStream::pair().unwrap();
        let (mut input, mut room) = (Set::default(), Set::default());
        fd_set_insert(&mut input, a.as_raw_fd());
        fd_set_insert(&mut room, b.as_raw_fd());
        let nfds = a.as_raw_fd().max(b.as_raw_fd()) + 1;
        let timeout = Timespec::default();
        assert_eq!(select(nfds, &mut input, &mut room, Some(&timeout)).unwrap(), 1);
        assert_eq!(FdSetIter::new(&input).count(), 0);
        assert_eq!(FdSetIter::new(&room).collect::<Vec<_>>(), [b.as_raw_fd()]);
    }

    #[test]
    fn a_number_that_is_not_open_is_answered_by_an_error() {
        // A number that no other test takes: what is opened gets the
        // lowest that is free. It was open once, so that it is within
        // the process's table; what is not, select(2) leaves out.
        let closed = rustix::io::fcntl_dupfd_cloexec(std::io::stdin(), 200).unwrap().as_raw_fd();
        let (mut input, mut room) = (Set::default(), Set::default());
        fd_set_insert(&mut input, closed);
        let timeout = Timespec::default();
        let error = select(closed + 1, &mut input, &mut room, Some(&timeout)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::BADF.raw_os_error()));
        assert_eq!(peek(closed), Err(rustix::io::Errno::BADF));
    }
}
