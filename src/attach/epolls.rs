//! The interest lists of a process's epoll instances, from `/proc/PID/fdinfo`. Reading one holds that
//! epoll's lock, and its program waits for it meanwhile: a long list is read seldom.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, Instant};

use super::descriptors::{Descriptor, Object};
use crate::inspect::{Interest, interest_list};
use crate::telemetry::Fd;

/// Up to so many entries a list is read at each look, ten times a second at most.
const SHORT: usize = 1000;
/// A longer one at most so often,
const SELDOM: Duration = Duration::from_secs(1);
/// and not before this many times as long as it took: the program can be held up for one part in so
/// many of the time.
const REST: u32 = 300;

/// An entry of an interest list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// As the kernel has it.
    pub interest: Interest,
    /// Its number stands for another file by now, or for none; the file of the entry is still open
    /// somewhere, or the kernel would have taken it from the list.
    pub outlived: bool,
}

/// The interest list of an epoll instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List {
    /// The process that has it,
    pub pid: i32,
    /// and its number there.
    pub epfd: Fd,
    /// Its entries, by descriptor.
    pub entries: Vec<Entry>,
    /// When it was read.
    pub read: Instant,
}

/// The lists, as they were read last.
#[derive(Debug, Default)]
pub(super) struct Lists {
    kept: HashMap<(i32, Fd), (List, Duration)>,
}

impl Lists {
    /// The lists of these descriptors; those that are due are read. `None` of one that cannot be.
    pub(super) fn look(&mut self, all: &[Descriptor]) -> Vec<List> {
        let is_epoll = |descriptor: &&Descriptor| descriptor.object == Object::Epoll;
        let epolls: Vec<(i32, Fd)> =
            all.iter().filter(is_epoll).map(|descriptor| (descriptor.pid, descriptor.fd)).collect();
        self.kept.retain(|of, _| epolls.contains(of));
        let inodes: HashMap<(i32, Fd), Option<u64>> = all
            .iter()
            .map(|descriptor| ((descriptor.pid, descriptor.fd), descriptor.inode))
            .collect();
        for &(pid, epfd) in &epolls {
            if self.kept.get(&(pid, epfd)).is_none_or(|(list, took)| is_due(list, *took)) {
                let begin = Instant::now();
                let list = read(pid, epfd, &inodes);
                let took = begin.elapsed();
                match list {
                    Some(list) => self.kept.insert((pid, epfd), (list, took)),
                    None => self.kept.remove(&(pid, epfd)),
                };
            }
        }
        let mut lists: Vec<List> = self.kept.values().map(|(list, _)| list.clone()).collect();
        lists.sort_unstable_by_key(|list| (list.pid, list.epfd));
        lists
    }
}

fn is_due(list: &List, took: Duration) -> bool {
    list.entries.len() <= SHORT || list.read.elapsed() >= SELDOM.max(took * REST)
}

fn read(pid: i32, epfd: Fd, inodes: &HashMap<(i32, Fd), Option<u64>>) -> Option<List> {
    let list = || interest_list(Some(pid.unsigned_abs()), epfd).ok();
    let first = list()?;
    let open = |fd: Fd| fs::metadata(format!("/proc/{pid}/fd/{fd}")).ok().map(|file| file.ino());
    // The process runs meanwhile. What its number does not stand for after the list was read, and what
    // is on the list still after that, has outlived it.
    let strange: Vec<Interest> = first
        .iter()
        .filter(|it| inodes.get(&(pid, it.fd)) != Some(&Some(it.inode)))
        .filter(|it| open(it.fd) != Some(it.inode))
        .copied()
        .collect();
    let second = if strange.is_empty() { Vec::new() } else { list()? };
    let outlived = |interest| strange.contains(interest) && second.contains(interest);
    let mut entries: Vec<Entry> = first
        .iter()
        .map(|interest| Entry { interest: *interest, outlived: outlived(interest) })
        .collect();
    entries.sort_unstable_by_key(|entry| entry.interest.fd);
    Some(List { pid, epfd, entries, read: Instant::now() })
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd as _;

    use mio::unix::SourceFd;
    use mio::{Interest as For, Poll, Token};

    use super::super::descriptors;
    use super::*;

    fn look(lists: &mut Lists, epfd: Fd) -> List {
        let own = descriptors::of(std::process::id().cast_signed()).unwrap();
        lists.look(&own).into_iter().find(|list| list.epfd == epfd).unwrap()
    }

    #[test]
    fn an_entry_that_has_outlived_its_descriptor_is_told() {
        let poll = Poll::new().unwrap();
        let epfd = poll.as_raw_fd();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (pipe, _write) = std::io::pipe().unwrap();
        let waker = mio::Waker::new(poll.registry(), Token(9)).unwrap();
        for (fd, token) in [(client.as_raw_fd(), 7), (pipe.as_raw_fd(), 8)] {
            poll.registry().register(&mut SourceFd(&fd), Token(token), For::READABLE).unwrap();
        }
        let mut lists = Lists::default();
        let all = look(&mut lists, epfd).entries;
        assert_eq!((all.len(), all.iter().any(|entry| entry.outlived)), (3, false));
        // Another descriptor keeps the file open.
        let (copy, fd) = (client.try_clone().unwrap(), client.as_raw_fd());
        drop(client);
        let all = look(&mut lists, epfd).entries;
        let outlived: Vec<_> = all.iter().filter(|entry| entry.outlived).collect();
        assert_eq!(outlived.len(), 1);
        assert_eq!((outlived[0].interest.fd, outlived[0].interest.data), (fd, 7));
        drop((copy, waker));
        // A child that another test starts has all descriptors until it is another program.
        let begin = Instant::now();
        while look(&mut lists, epfd).entries.len() != 1 {
            assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", look(&mut lists, epfd));
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_long_list_is_read_seldom() {
        let entry = Interest { fd: 7, mask: crate::telemetry::Mask::IN, data: 7, inode: 1 };
        let list = |count: usize| List {
            pid: 1,
            epfd: 3,
            entries: vec![Entry { interest: entry, outlived: false }; count],
            read: Instant::now(),
        };
        assert!(is_due(&list(SHORT), Duration::from_secs(9)));
        assert!(!is_due(&list(SHORT + 1), Duration::ZERO));
        let mut old = list(SHORT + 1);
        old.read = Instant::now().checked_sub(Duration::from_secs(2)).unwrap();
        assert!(is_due(&old, Duration::from_millis(1)) && !is_due(&old, Duration::from_millis(10)));
    }
}
