//! An epoll's interest list, as `/proc/PID/fdinfo/EPFD` prints it (`proc_pid_fdinfo(5)`).

use std::fs;
use std::io;

use crate::telemetry::{Fd, Mask};

/// One entry of an epoll's interest list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interest {
    /// The watched descriptor's number, at the time it was added.
    pub fd: Fd,
    /// What it is watched for, with the bits the kernel adds by itself (`ERR` and `HUP`).
    pub mask: Mask,
    /// The value that a wait call gives back for it (`epoll_data`).
    pub data: u64,
    /// The watched file's inode.
    pub inode: u64,
}

/// The interest list of the epoll instance `epfd` of this process, or of another one, in the
/// kernel's order (by file, not by number).
///
/// # Errors
/// When there is no such process or descriptor, it is not an epoll, or it may not be read.
pub fn interest_list(pid: Option<u32>, epfd: Fd) -> io::Result<Vec<Interest>> {
    let path = match pid {
        Some(pid) => format!("/proc/{pid}/fdinfo/{epfd}"),
        None => format!("/proc/self/fdinfo/{epfd}"),
    };
    Ok(parse(&fs::read_to_string(path)?))
}

/// Reads the `tfd:` lines; what has another form is passed over.
pub(super) fn parse(text: &str) -> Vec<Interest> {
    text.lines().filter_map(entry).collect()
}

/// `tfd:        5 events:       19 data:         7fffffff00000005  pos:0 ino:8a21 sdev:9`
fn entry(line: &str) -> Option<Interest> {
    // A key and its value may or may not have blanks between them.
    let mut words = line.split(|c: char| c == ':' || c.is_ascii_whitespace());
    let mut words = words.by_ref().filter(|word| !word.is_empty());
    let (mut fd, mut mask, mut data, mut inode) = (None, None, None, None);
    while let Some(key) = words.next() {
        let value = words.next()?;
        match key {
            "tfd" => fd = Some(value.parse().ok()?),
            "events" => mask = Some(u32::from_str_radix(value, 16).ok()?),
            "data" => data = Some(u64::from_str_radix(value, 16).ok()?),
            "ino" => inode = Some(u64::from_str_radix(value, 16).ok()?),
            _ => {}
        }
    }
    Some(Interest { fd: fd?, mask: Mask(mask?), data: data?, inode: inode? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::os::fd::AsRawFd;

    use mio::unix::SourceFd;
    use mio::{Poll, Token};
    use proptest::prelude::*;

    #[test]
    fn the_lines_of_the_manual_page_are_understood() {
        let text = "pos:\t0\nflags:\t02\nmnt_id:\t10\nino:\t1034\n\
                    tfd:        9 events:       19 data: 74253d2500000009   pos:0 ino:61af sdev:7\n\
                    tfd:        7 events: 80002019 data:                7  pos:0 ino:1 sdev:7\n";
        let list = parse(text);
        assert_eq!(list.len(), 2);
        assert_eq!((list[0].fd, list[0].mask.to_string()), (9, "IN|ERR|HUP".into()));
        assert_eq!((list[0].data, list[0].inode), (0x7425_3d25_0000_0009, 0x61af));
        assert_eq!((list[1].fd, list[1].mask.to_string()), (7, "IN|RDHUP|ERR|HUP|ET".into()));
    }

    #[test]
    fn a_live_epoll_is_read() {
        let poll = Poll::new().unwrap();
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let fd = socket.as_raw_fd();
        poll.registry().register(&mut SourceFd(&fd), Token(77), mio::Interest::READABLE).unwrap();
        for pid in [None, Some(std::process::id())] {
            let list = interest_list(pid, poll.as_raw_fd()).unwrap();
            assert_eq!(list.len(), 1);
            assert_eq!((list[0].fd, list[0].data), (fd, 77));
            assert!(list[0].mask.has(Mask::IN.with(Mask::RDHUP).with(Mask::ET)));
        }
        assert!(interest_list(None, -1).is_err());
        assert_eq!(interest_list(None, fd).unwrap(), [], "a socket has no interest list");
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "(tfd|events|data|ino|[: \n\tf0-9]|\\PC){0,80}") {
            parse(&text);
        }
    }
}
