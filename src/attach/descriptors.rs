//! The descriptors of a process, and what each stands for, by the links in `/proc/PID/fd`.

use std::fs;
use std::io;

use rustix::fs::{Dir, readlinkat};

use super::sockets::Socket;
use crate::inspect::Link;
use crate::telemetry::{Fd, Mask};

/// A descriptor.
#[derive(Clone, PartialEq, Debug)]
pub struct Descriptor {
    /// The process that has it.
    pub pid: i32,
    /// Its number there.
    pub fd: Fd,
    /// What it stands for.
    pub object: Object,
    /// The number of its inode, where the link tells it (sockets and pipes).
    pub inode: Option<u64>,
    /// For what it is watched, and by which epoll of that process.
    pub watched: Vec<(Fd, Mask)>,
}

/// What a descriptor stands for.
#[derive(Clone, PartialEq, Debug)]
pub enum Object {
    /// A socket, as far as the kernel's tables know it.
    Socket(Socket),
    /// An epoll instance.
    Epoll,
    /// eventfd(2), and its counter.
    Eventfd(Option<u64>),
    /// `timerfd_create(2)`, and in how many nanoseconds it is due; 0 is not armed.
    Timerfd(Option<u64>),
    /// signalfd(2).
    Signalfd,
    /// inotify(7).
    Inotify,
    /// `pidfd_open(2)`.
    Pidfd,
    /// `io_uring(7)`: entries that were submitted and not taken by the kernel, and results that were
    /// not taken by the program.
    IoUring(Option<(u32, u32)>),
    /// pipe(2), or a FIFO.
    Pipe,
    /// A file, a folder, a device: its path.
    File(String),
    /// Something else without a name in a folder: what the kernel calls it.
    Other(String),
}

impl Object {
    /// What a link says, and the inode that it tells.
    fn of(link: &str) -> (Self, Option<u64>) {
        let object = match Link::from(link) {
            Link::Socket(inode) => return (Self::Socket(Socket::Unknown), Some(inode)),
            Link::Pipe(inode) => return (Self::Pipe, Some(inode)),
            Link::Epoll => Self::Epoll,
            Link::Eventfd => Self::Eventfd(None),
            Link::Timerfd => Self::Timerfd(None),
            Link::Signalfd => Self::Signalfd,
            Link::Inotify => Self::Inotify,
            Link::Pidfd => Self::Pidfd,
            Link::IoUring => Self::IoUring(None),
            Link::Anonymous(other) => Self::Other(other),
            Link::File(path) => Self::File(path),
        };
        (object, None)
    }

    /// With what `/proc/PID/fdinfo` tells of it beyond its kind.
    fn detailed(self, pid: i32, fd: Fd) -> Self {
        let read = || fs::read_to_string(format!("/proc/{pid}/fdinfo/{fd}")).unwrap_or_default();
        match self {
            Self::Eventfd(_) => Self::Eventfd(hex(&read(), "eventfd-count")),
            Self::Timerfd(_) => Self::Timerfd(due(&read())),
            Self::IoUring(_) => Self::IoUring(rings(&read())),
            other => other,
        }
    }
}

/// The value of a line `name: value`.
fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let values = text.lines().filter_map(|line| line.split_once(':'));
    values.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.trim())
}

fn hex(text: &str, name: &str) -> Option<u64> {
    u64::from_str_radix(value(text, name)?, 16).ok()
}

/// `it_value: (1, 500000000)`: seconds and nanoseconds.
fn due(text: &str) -> Option<u64> {
    let (seconds, nanos) =
        value(text, "it_value")?.strip_prefix('(')?.strip_suffix(')')?.split_once(", ")?;
    let seconds: u64 = seconds.parse().ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(nanos.parse().ok()?)
}

/// How far the tails of both rings are before their heads.
fn rings(text: &str) -> Option<(u32, u32)> {
    let number = |name| value(text, name)?.parse::<u32>().ok();
    let between = |tail, head| Some(number(tail)?.wrapping_sub(number(head)?));
    Some((between("SqTail", "SqHead")?, between("CqTail", "CqHead")?))
}

/// The descriptors of a process, by their numbers.
///
/// # Errors
/// It is gone, or may not be looked at.
pub(super) fn of(pid: i32) -> io::Result<Vec<Descriptor>> {
    let folder = fs::File::open(format!("/proc/{pid}/fd"))?;
    let (mut found, mut link) = (Vec::new(), Vec::new());
    for entry in Dir::read_from(&folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(fd) = name.to_str().ok().and_then(|name| name.parse::<Fd>().ok()) else {
            continue;
        };
        // One that was closed meanwhile is none.
        let Ok(text) = readlinkat(&folder, name, link) else {
            link = Vec::new();
            continue;
        };
        let (object, inode) = Object::of(&text.to_string_lossy());
        let object = object.detailed(pid, fd);
        found.push(Descriptor { pid, fd, object, inode, watched: Vec::new() });
        link = text.into_bytes();
    }
    found.sort_unstable_by_key(|descriptor| descriptor.fd);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::os::fd::AsRawFd as _;

    use rustix::event::{EventfdFlags, eventfd};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };

    use super::*;

    #[test]
    fn the_descriptors_of_this_process_are_told_by_kind() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let poll = mio::Poll::new().unwrap();
        let counter = eventfd(3, EventfdFlags::CLOEXEC).unwrap();
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC).unwrap();
        let none = Timespec { tv_sec: 0, tv_nsec: 0 };
        let soon = Itimerspec { it_interval: none, it_value: Timespec { tv_sec: 90, tv_nsec: 0 } };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &soon).unwrap();
        let (pipe, _write) = io::pipe().unwrap();
        let file = fs::File::open("/dev/null").unwrap();
        let own = of(std::process::id().cast_signed()).unwrap();
        let find = |fd: Fd| own.iter().find(|found| found.fd == fd).unwrap();
        let socket = find(listener.as_raw_fd());
        assert!(socket.inode.is_some() && socket.object == Object::Socket(Socket::Unknown));
        assert_eq!(find(poll.as_raw_fd()).object, Object::Epoll);
        assert_eq!(find(counter.as_raw_fd()).object, Object::Eventfd(Some(3)));
        let Object::Timerfd(Some(due)) = find(timer.as_raw_fd()).object else { panic!() };
        assert!((80_000_000_000..=90_000_000_000).contains(&due), "{due}");
        assert!(find(pipe.as_raw_fd()).inode.is_some());
        assert_eq!(find(file.as_raw_fd()).object, Object::File("/dev/null".into()));
        assert!(own.is_sorted_by_key(|found| found.fd));
        assert!(of(i32::MAX).is_err());
    }

    #[test]
    fn the_rings_of_io_uring_are_read() {
        let text =
            "pos:\t0\nSqMask:\t0x7f\nSqHead:\t4294967295\nSqTail:\t2\nCqHead:\t5\nCqTail:\t5\n";
        assert_eq!(rings(text), Some((3, 0)));
        assert_eq!(rings("pos:\t0\n"), None);
        assert_eq!(due("it_value: (1, 500000000)\n"), Some(1_500_000_000));
    }
}
