//! The loop inside a runtime, seen from outside: in which wait call its thread sleeps, from
//! `/proc/self/task/TID/syscall`, and the interest list of that epoll, from `fdinfo`.
//!
//! Nothing is asked of the thread, and nothing slows it. What it did between two looks is not seen:
//! its `epoll_ctl`s are known by what has become of the list.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::fdinfo;
use super::kept::Kept;
use crate::telemetry::{Fd, Mask};

/// Up to so many entries are read each time; a longer list, once a second.
const SHORT: usize = 256;
const SELDOM: Duration = Duration::from_secs(1);

/// The runtime's epoll instance as it was at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RuntimeView {
    /// Its number.
    pub epfd: Fd,
    /// Its interest list, by fd: what each is watched for, with `ERR` and `HUP`, which the kernel
    /// adds.
    pub entries: Vec<(Fd, Mask)>,
    /// The thread slept in `epoll_wait` at that moment.
    pub waits: Option<Timeout>,
}

/// How long a wait call may sleep at most, from its beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timeout {
    /// Until something comes.
    Never,
    /// So many milliseconds.
    After(u32),
}

/// `232 0x7 0x7f8838000ed0 0x400 0x681f 0x0 0x1 0x7f88468549a0 0x7f8846ba0f36`: the call's number,
/// its arguments, the stack pointer and the program counter (`proc_pid_syscall(5)`).
fn parse(text: &str) -> Option<(Fd, Timeout)> {
    let mut words = text.split_ascii_whitespace();
    let number: u32 = words.next()?.parse().ok()?;
    if !WAITS.contains(&number) {
        return None;
    }
    let mut arguments = words.map(|word| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok());
    let epfd = Fd::try_from(arguments.next()??).ok()?;
    // An int, of whose register the upper half has no meaning.
    let timeout = arguments.nth(2)?? & 0xffff_ffff;
    let timeout = u32::try_from(timeout).ok().filter(|timeout| *timeout <= i32::MAX.unsigned_abs());
    Some((epfd, timeout.map_or(Timeout::Never, Timeout::After)))
}

/// The numbers of `epoll_wait` and `epoll_pwait`.
const WAITS: &[u32] = if cfg!(target_arch = "x86_64") {
    &[232, 281]
} else if cfg!(target_arch = "aarch64") {
    &[22]
} else {
    &[]
};

/// What was seen last.
#[derive(Debug, Default)]
pub(super) struct Runtime {
    last: RuntimeView,
    read: Option<Instant>,
    /// What the thread with that number does.
    syscall: Option<(i32, Kept)>,
    /// The list of the epoll with that number.
    list: Option<(Fd, Kept)>,
}

/// The file of that number, opened where another one was.
fn of<'a>(file: &'a mut Option<(i32, Kept)>, number: i32, path: &str) -> Option<&'a Kept> {
    if file.as_ref().is_none_or(|(of, _)| *of != number) {
        *file = Kept::open(path).map(|kept| (number, kept));
    }
    file.as_ref().map(|(_, kept)| kept)
}

impl Runtime {
    /// What the thread with this number does in `epoll_wait`: the epoll's number, and for how long
    /// at most; `None` while it does something else, or where that cannot be known.
    fn waits(&mut self, tid: i32) -> Option<(Fd, Timeout)> {
        let path = format!("/proc/self/task/{tid}/syscall");
        parse(&of(&mut self.syscall, tid, &path)?.read()?)
    }

    /// Looks at the epoll in which a thread waits and whose interest list has `listener` on it.
    /// `None` before the thread was first seen to sleep there.
    pub(super) fn view(&mut self, tid: i32, listener: Fd) -> Option<RuntimeView> {
        let waits = self.waits(tid);
        let epfd = waits.map_or(self.last.epfd, |(epfd, _)| epfd);
        if self.read.is_none() && waits.is_none() {
            return None;
        }
        let fresh = self.read.is_some_and(|read| read.elapsed() < SELDOM);
        if !(fresh && epfd == self.last.epfd && self.last.entries.len() > SHORT) {
            let path = format!("/proc/self/fdinfo/{epfd}");
            let text = of(&mut self.list, epfd, &path)?.read()?;
            let mut entries: Vec<_> =
                fdinfo::parse(&text).into_iter().map(|entry| (entry.fd, entry.mask)).collect();
            entries.sort_unstable_by_key(|entry| entry.0);
            (self.last.entries, self.last.epfd) = (entries, epfd);
            self.read = Some(Instant::now());
        }
        self.last.waits = waits.map(|(_, timeout)| timeout);
        // Another thread's, or another server's by now.
        let known = self.last.entries.iter().any(|(fd, _)| *fd == listener);
        if known {
            Some(self.last.clone())
        } else {
            self.read = None;
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::os::fd::AsRawFd;

    use mio::unix::SourceFd;
    use mio::{Events, Interest, Poll, Token, Waker};

    #[test]
    fn the_call_that_a_thread_sleeps_in_is_read() {
        let sleeps = "232 0x7 0x7f8838000ed0 0x400 0x681f 0x0 0x1 0x7f88468549a0 0x7f8846ba0f36";
        let for_ever = "232 0x7 0x7f8838000ed0 0x400 0xffffffff 0x0 0x1 0x7f88468549a0 0x7f88";
        let read = "0 0x7 0x7f8838000ed0 0x400 0xffffffff 0x0 0x1 0x7f88468549a0 0x7f88";
        if cfg!(target_arch = "x86_64") {
            assert_eq!(parse(sleeps), Some((7, Timeout::After(26_655))));
            assert_eq!(parse(for_ever), Some((7, Timeout::Never)));
        }
        for other in [read, "running", "", "-1 0x7ffc 0x7f88", "232 0x7", "232 7 8 9 10"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_thread_that_sleeps_in_its_epoll_is_seen() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let fd = listener.as_raw_fd();
        let mut poll = Poll::new().unwrap();
        let (epfd, waker) = (poll.as_raw_fd(), Waker::new(poll.registry(), Token(0)).unwrap());
        poll.registry().register(&mut SourceFd(&fd), Token(1), Interest::READABLE).unwrap();
        let (tell, told) = crossbeam_channel::bounded(1);
        let thread = std::thread::spawn(move || {
            tell.send(rustix::thread::gettid().as_raw_pid()).unwrap();
            let mut events = Events::with_capacity(8);
            poll.poll(&mut events, Some(Duration::from_secs(30))).unwrap();
        });
        let tid = told.recv().unwrap();
        let mut runtime = Runtime::default();
        let deadline = Instant::now() + Duration::from_secs(5);
        let seen = loop {
            if let Some(seen) = runtime.view(tid, fd) {
                break seen;
            }
            assert!(Instant::now() < deadline, "never seen");
            std::thread::yield_now();
        };
        assert_eq!((seen.epfd, seen.waits), (epfd, Some(Timeout::After(30_000))));
        let (_, mask) = seen.entries.iter().find(|entry| entry.0 == fd).unwrap();
        assert_eq!(seen.entries.len(), 2, "the waker too");
        assert!(mask.has(Mask::IN.with(Mask::RDHUP).with(Mask::ET)) && !mask.has(Mask::OUT));
        assert_eq!(runtime.view(tid, -7), None, "an epoll without that listener");
        waker.wake().unwrap();
        thread.join().unwrap();
        assert_eq!(runtime.view(tid, fd), None, "it is gone");
    }
}
