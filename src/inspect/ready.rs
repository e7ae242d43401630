//! Which fds have something to read, without touching the server's own epoll.
//!
//! An fd may be on the interest lists of many epolls, each with a ready list of its own. So a
//! second one, made for one look and closed after it, reports what the first one would report,
//! and the first one's events stay where they are.

use std::io;
use std::os::fd::RawFd;

use serde::{Deserialize, Serialize};

use mio::unix::SourceFd;
use mio::{Interest, Poll, Token};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

use super::fdinfo;
use crate::telemetry::{Fd, Mask};

/// The bits that say how an entry is watched, not what for.
const MODES: Mask = Mask::ET.with(Mask::ONESHOT).with(Mask::EXCLUSIVE);

/// Whether the next wait call would hand an entry over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handed {
    /// It would.
    Yes,
    /// It would not.
    No,
    /// Not to be known from outside: the entry is edge-triggered and its fd is ready, but the edge
    /// may have been handed over already.
    Unknown,
}

/// One entry of the interest list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// The watched descriptor's number, at the time it was added.
    pub fd: Fd,
    /// What it is watched for, with `ERR` and `HUP`, which the kernel adds; of an entry that rests
    /// after `ONESHOT`, the modes alone.
    pub watched: Mask,
    /// What of that is the case now.
    pub now: Mask,
    /// Whether the next wait call would hand it over, with the mask `now`.
    pub handed: Handed,
}

/// The server's epoll instance as the kernel has it, at one moment.
///
/// The ready list is told as what the next wait call would hand over. (A level-triggered entry
/// stays linked in the kernel after it was handed over; the next wait call finds it no longer
/// ready and drops it. That is not visible, and makes no difference to a program.)
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct EpollView {
    /// The interest list without the waker, sorted by fd.
    pub entries: Vec<Listed>,
    /// Whether the next wait call would return at once, the waker counted (an epoll fd is itself
    /// pollable, and polling it consumes nothing).
    pub non_empty: bool,
    /// The program's own waker, where it is on the list.
    pub waker: Option<Listed>,
}

/// Looks at the epoll instance `epfd`, whose interest list is `list`.
///
/// # Errors
/// When there is no descriptor left for the second epoll.
pub(super) fn view(
    list: &[fdinfo::Interest],
    epfd: RawFd,
    waker: Option<Fd>,
) -> io::Result<EpollView> {
    let masks = masks(list.iter().map(|entry| entry.fd).chain([epfd]))?;
    let non_empty = masks.last().is_some_and(|mask| mask.has(Mask::IN));
    let mut entries: Vec<_> = list
        .iter()
        .zip(masks)
        .map(|(entry, now)| {
            let (fd, watched, now) = (entry.fd, entry.mask, Mask(now.0 & entry.mask.0 & !MODES.0));
            let handed = match () {
                () if now == Mask::NONE || !non_empty => Handed::No,
                () if watched.has(Mask::ET) => Handed::Unknown,
                () => Handed::Yes,
            };
            Listed { fd, watched, now, handed }
        })
        .collect();
    // Something is on the list: if only one can be, that is it.
    let mut able = entries.iter_mut().filter(|entry| entry.handed != Handed::No);
    if let (Some(entry), None) = (able.next(), able.next()) {
        entry.handed = Handed::Yes;
    }
    entries.sort_unstable_by_key(|entry| entry.fd);
    let place = entries.iter().position(|entry| Some(entry.fd) == waker);
    let waker = place.map(|place| entries.remove(place));
    Ok(EpollView { entries, non_empty, waker })
}

/// What each fd is ready for at this moment, in the same order.
///
/// mio adds by number (no descriptor has to be borrowed) and edge-triggered; adding reports what
/// is ready at that moment, so a fresh epoll gives the level. Its events are read without mio,
/// which does not give the mask. Numbers that are closed by now, or cannot be polled, are ready
/// for nothing. One number may stand here twice: only the first is added then.
fn masks(fds: impl Iterator<Item = RawFd>) -> io::Result<Vec<Mask>> {
    let poll = Poll::new()?;
    let all = Interest::READABLE.add(Interest::WRITABLE).add(Interest::PRIORITY);
    let mut masks = Vec::new();
    for (place, fd) in fds.enumerate() {
        let _ = poll.registry().register(&mut SourceFd(&fd), Token(place), all);
        masks.push(Mask::NONE);
    }
    let mut events = Vec::with_capacity(masks.len().max(1));
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    epoll::wait(poll.registry(), spare_capacity(&mut events), Some(&now))?;
    for event in events {
        let (flags, data) = (event.flags, event.data);
        let place = usize::try_from(data.u64()).ok();
        if let Some(mask) = place.and_then(|place| masks.get_mut(place)) {
            *mask = Mask(flags.bits());
        }
    }
    Ok(masks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd;
    use std::time::Duration;

    use mio::Events;

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

    #[test]
    fn looking_does_not_take_the_first_epolls_event() {
        let (mut poll, mut server, mut client) = scene();
        let handed = |poll: &Poll| {
            let view = seen(poll, None);
            assert_eq!(view.non_empty, view.entries[0].handed == Handed::Yes);
            (view.entries[0].now.has(Mask::IN), view.entries[0].handed)
        };
        assert_eq!(handed(&poll), (false, Handed::No));
        client.write_all(b"hello").unwrap();
        arrived(&server);
        for _ in 0..3 {
            assert_eq!(handed(&poll), (true, Handed::Yes));
        }
        let mut events = Events::with_capacity(8);
        poll.poll(&mut events, Some(Duration::from_secs(5))).unwrap();
        assert_eq!(events.iter().map(mio::event::Event::token).collect::<Vec<_>>(), [Token(1)]);
        // Its edge is taken now, yet the bytes are there.
        assert_eq!(handed(&poll), (true, Handed::No));
        server.read_exact(&mut [0; 5]).unwrap();
        assert_eq!(handed(&poll), (false, Handed::No));
    }

    #[test]
    fn numbers_that_mean_nothing_are_ready_for_nothing() {
        let file = std::fs::File::open("/proc/self/exe").unwrap();
        let seen = masks([-1, 1_000_000, file.as_raw_fd()].into_iter()).unwrap();
        assert_eq!(seen, [Mask::NONE; 3]);
    }

    /// The view of an epoll that was made with exact masks.
    fn seen(epfd: &impl AsRawFd, waker: Option<Fd>) -> EpollView {
        let list = fdinfo::interest_list(None, epfd.as_raw_fd()).unwrap();
        view(&list, epfd.as_raw_fd(), waker).unwrap()
    }

    fn pair() -> (TcpStream, TcpStream) {
        let (_, server, client) = scene();
        (server, client)
    }

    fn add(epfd: impl std::os::fd::AsFd, socket: &TcpStream, flags: epoll::EventFlags) {
        epoll::add(epfd, socket, epoll::EventData::new_u64(0), flags).unwrap();
    }

    fn take(epfd: impl std::os::fd::AsFd) -> usize {
        let mut events = Vec::with_capacity(8);
        epoll::wait(epfd, spare_capacity(&mut events), Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))
            .unwrap()
    }

    /// Waits until the bytes have come.
    fn arrived(socket: &TcpStream) {
        socket.peek(&mut [0]).unwrap();
    }

    #[test]
    fn a_level_triggered_list_is_known_entry_by_entry() {
        let epfd = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
        let ((reads, mut client), (writes, _other), (rests, mut third)) = (pair(), pair(), pair());
        add(&epfd, &reads, epoll::EventFlags::IN);
        add(&epfd, &writes, epoll::EventFlags::IN | epoll::EventFlags::OUT);
        add(&epfd, &rests, epoll::EventFlags::IN | epoll::EventFlags::ONESHOT);
        let of = |view: &EpollView, socket: &TcpStream| {
            *view.entries.iter().find(|entry| entry.fd == socket.as_raw_fd()).unwrap()
        };
        let view = seen(&epfd, None);
        assert!(view.non_empty);
        assert_eq!((of(&view, &reads).now, of(&view, &reads).handed), (Mask::NONE, Handed::No));
        assert_eq!((of(&view, &writes).now, of(&view, &writes).handed), (Mask::OUT, Handed::Yes));

        client.write_all(b"x").unwrap();
        third.write_all(b"x").unwrap();
        arrived(&reads);
        arrived(&rests);
        for _ in 0..2 {
            let view = seen(&epfd, None);
            // It is writable too, but not watched for that.
            assert_eq!((of(&view, &reads).now, of(&view, &reads).handed), (Mask::IN, Handed::Yes));
            assert_eq!(of(&view, &rests).handed, Handed::Yes);
        }
        assert_eq!(take(&epfd), 3);
        let view = seen(&epfd, None);
        assert_eq!(of(&view, &reads).handed, Handed::Yes, "not read, so handed over again");
        assert_eq!(of(&view, &rests).handed, Handed::No, "it rests");
        assert_eq!(of(&view, &rests).watched, Mask::ONESHOT);
        assert_eq!(take(&epfd), 2);

        drop(client);
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        epoll::modify(
            &epfd,
            &reads,
            epoll::EventData::new_u64(0),
            epoll::EventFlags::IN | epoll::EventFlags::RDHUP,
        )
        .unwrap();
        while of(&seen(&epfd, None), &reads).now != Mask::IN.with(Mask::RDHUP) {
            assert!(std::time::Instant::now() < deadline, "the FIN was never seen");
        }
    }

    #[test]
    fn an_edge_that_may_be_taken_is_not_called_known() {
        let epfd = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
        let ((one, mut first), (two, mut second)) = (pair(), pair());
        let edge = epoll::EventFlags::IN | epoll::EventFlags::ET;
        add(&epfd, &one, edge);
        add(&epfd, &two, edge);
        first.write_all(b"x").unwrap();
        arrived(&one);
        let handed =
            || seen(&epfd, None).entries.iter().map(|e| (e.now, e.handed)).collect::<Vec<_>>();
        let mut expected = vec![(Mask::IN, Handed::Yes), (Mask::NONE, Handed::No)];
        if one.as_raw_fd() > two.as_raw_fd() {
            expected.reverse();
        }
        assert_eq!(handed(), expected, "the only one that can be");
        assert_eq!(take(&epfd), 1);
        let taken = seen(&epfd, None);
        assert!(!taken.non_empty);
        let taken = taken.entries.iter().find(|entry| entry.fd == one.as_raw_fd()).unwrap();
        assert_eq!((taken.now, taken.handed), (Mask::IN, Handed::No), "the list is empty");

        // One undrained, one new: which of the two is on the list cannot be seen.
        second.write_all(b"x").unwrap();
        arrived(&two);
        assert_eq!(handed(), [(Mask::IN, Handed::Unknown); 2]);
    }

    #[test]
    fn the_waker_is_told_apart() {
        let poll = Poll::new().unwrap();
        let (server, _client) = pair();
        poll.registry()
            .register(&mut SourceFd(&server.as_raw_fd()), Token(1), Interest::READABLE)
            .unwrap();
        let before: Vec<_> = seen(&poll, None).entries.iter().map(|entry| entry.fd).collect();
        let waker = mio::Waker::new(poll.registry(), Token(0)).unwrap();
        let list = seen(&poll, None).entries;
        let own = list.iter().map(|entry| entry.fd).find(|fd| !before.contains(fd));
        assert_eq!(seen(&poll, own).waker.unwrap().now, Mask::NONE);
        waker.wake().unwrap();
        let view = seen(&poll, own);
        assert_eq!(view.waker.unwrap().handed, Handed::Yes);
        assert_eq!(
            view.entries.iter().map(|e| (e.fd, e.handed)).collect::<Vec<_>>(),
            [(server.as_raw_fd(), Handed::No)]
        );
        assert!(view.non_empty);
    }
}
