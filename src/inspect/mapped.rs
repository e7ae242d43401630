//! Whether memory of an epoll instance can be shared with a program, by asking for it: mmap(2).

use std::os::fd::BorrowedFd;
use std::ptr;

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use crate::telemetry::{Errno, Fd, Ret};

/// Bytes that are asked for: a page at least.
const LEN: usize = 4096;

/// What mmap(2) of a descriptor says. What it gives is given back at once.
#[must_use]
#[expect(unsafe_code, reason = "rustix cannot know what a mapping is used for")]
pub fn mmap_of(fd: Fd) -> Ret {
    if fd < 0 {
        return Ret::err(Errno::BADF);
    }
    // SAFETY: The number is only handed to the kernel, which says EBADF if nothing is open there. The
    // mapping is new memory at a place that the kernel chooses, it cannot be read nor written, and
    // nobody has its address but this function, which unmaps it whole.
    let mapped = unsafe {
        let fd = BorrowedFd::borrow_raw(fd);
        mmap(ptr::null_mut(), LEN, ProtFlags::empty(), MapFlags::SHARED, fd, 0)
            .and_then(|at| munmap(at, LEN))
    };
    match mapped {
        Ok(()) => Ret::ZERO,
        Err(errno) => Ret::err(Errno(errno.raw_os_error())),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn a_file_can_be_mapped_and_an_epoll_cannot() {
        let file = File::open("/proc/self/exe").unwrap();
        assert_eq!(mmap_of(file.as_raw_fd()), Ret::ZERO);
        let poll = mio::Poll::new().unwrap();
        assert_eq!(mmap_of(poll.as_raw_fd()), Ret::err(Errno::NODEV));
        assert_eq!(mmap_of(-1), Ret::err(Errno::BADF));
    }
}
