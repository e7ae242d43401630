//! The arguments of a call, read from its registers and the program's memory: what each points to is
//! read as far as it can be, and what it means is written as strace(1) writes it.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use nix::libc;

use super::calls::FCNTLS;
use super::memory::Memory;
use crate::telemetry::{Fd, Form, Mask, Ready};

/// Entries of a list that are read at most: as many as a process can have open on most machines.
pub(super) const MOST: usize = 65_536;

/// Bytes of a `struct pollfd`, and of its `revents`, which alone are copied out.
const POLLFD: usize = 8;
const REVENTS: u32 = 2;

/// Bytes of a `struct mmsghdr`, at whose end the length is, and padding.
const MMSGHDR: usize = 64;

/// Bytes of a `struct epoll_event`, which is packed on x86-64.
const EPOLL_EVENT: usize = if cfg!(target_arch = "x86_64") { 12 } else { 16 };
/// Where in it the data begins.
const DATA: usize = EPOLL_EVENT - 8;

/// A register as a descriptor: its lower half.
pub(super) fn fd(register: u64) -> Fd {
    let [a, b, c, d, ..] = register.to_le_bytes();
    Fd::from_le_bytes([a, b, c, d])
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The mask and the data of `epoll_ctl(2)`'s event.
pub(super) fn epoll_event(memory: Memory, at: u64) -> (Mask, u64) {
    let Some(bytes) = memory.exact::<EPOLL_EVENT>(at) else { return (Mask::NONE, 0) };
    entry(&bytes).unwrap_or_default()
}

fn entry(bytes: &[u8]) -> Option<(Mask, u64)> {
    let data = u64::from_ne_bytes(*bytes.get(DATA..)?.first_chunk()?);
    Some((Mask(u32_at(bytes, 0)?), data))
}

/// The events that `epoll_wait(2)` has copied out: masks and data, in order.
pub(super) fn epoll_events(memory: Memory, at: u64, count: u64) -> Vec<(Mask, u64)> {
    let bytes = memory.list(at, count, EPOLL_EVENT, MOST);
    bytes.chunks_exact(EPOLL_EVENT).filter_map(entry).collect()
}

/// The list of poll(2): descriptors with what is asked, or with what was answered.
#[derive(Clone, Debug, Default)]
pub(super) struct PollList(Vec<u8>);

impl PollList {
    pub(super) fn read(memory: Memory, at: u64, count: u64) -> Self {
        Self(memory.list(at, count, POLLFD, MOST))
    }

    fn entries(&self, events: usize) -> impl Iterator<Item = (Fd, Mask)> {
        self.0.chunks_exact(POLLFD).filter_map(move |entry| {
            let fd = u32_at(entry, 0)?.cast_signed();
            // A negative number is passed over by the kernel.
            (fd >= 0).then_some((fd, Mask(u16_at(entry, events)?.into())))
        })
    }

    pub(super) fn asked(&self) -> impl Iterator<Item = (Fd, Mask)> {
        self.entries(4)
    }

    pub(super) fn answered(&self) -> impl Iterator<Item = (Fd, Mask)> {
        self.entries(6).filter(|(_, mask)| *mask != Mask::NONE)
    }

    /// How many are asked, and how many bytes are copied in and out.
    pub(super) fn costs(&self) -> (u32, u32) {
        let examined = u32::try_from(self.asked().count()).unwrap_or(u32::MAX);
        let entries = u32::try_from(self.0.len() / POLLFD).unwrap_or(u32::MAX);
        (examined, entries.saturating_mul(8 + REVENTS))
    }
}

/// The three sets of select(2).
#[derive(Clone, Debug, Default)]
pub(super) struct Sets([Option<Vec<u8>>; 3]);

/// What each set asks for.
const ASKS: [Mask; 3] = [Mask::IN, Mask::OUT, Mask::PRI];

impl Sets {
    /// `count` is select's first argument: the highest number and one.
    pub(super) fn read(memory: Memory, count: u64, at: [u64; 3]) -> Self {
        let words = u64::from(fd(count).max(0).unsigned_abs()).div_ceil(64);
        Self(at.map(|at| (at != 0).then(|| memory.list(at, words, 8, MOST / 64))))
    }

    /// The descriptors in them, each with what its sets ask for, in order.
    pub(super) fn entries(&self) -> Vec<(Fd, Mask)> {
        let mut found: Vec<(Fd, Mask)> = Vec::new();
        let longest = self.0.iter().flatten().map(Vec::len).max().unwrap_or_default();
        for fd in 0..longest * 8 {
            let within =
                |set: &Vec<u8>| set.get(fd / 8).is_some_and(|byte| byte >> (fd % 8) & 1 == 1);
            let mut mask = Mask::NONE;
            for (set, asks) in self.0.iter().zip(ASKS) {
                if set.as_ref().is_some_and(within) {
                    mask = mask.with(asks);
                }
            }
            if mask != Mask::NONE {
                found.push((Fd::try_from(fd).unwrap_or(Fd::MAX), mask));
            }
        }
        found
    }

    /// How many are asked, and how many bytes are copied in and, after a success, out again.
    pub(super) fn costs(&self, failed: bool) -> (u32, u32) {
        let bits = self.0.iter().flatten().flatten().map(|byte| byte.count_ones()).sum();
        let bytes: usize = self.0.iter().flatten().map(Vec::len).sum();
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        (bits, if failed { bytes } else { bytes.saturating_mul(2) })
    }
}

/// The two descriptors that pipe(2) and socketpair(2) give.
pub(super) fn two(memory: Memory, at: u64) -> [Fd; 2] {
    memory
        .exact::<8>(at)
        .map_or([-1; 2], |bytes| [0, 4].map(|at| u32_at(&bytes, at).map_or(-1, u32::cast_signed)))
}

/// A ready list without connections.
pub(super) fn ready(list: impl IntoIterator<Item = (Fd, Mask)>) -> Vec<Ready> {
    list.into_iter().map(|(fd, mask)| Ready { fd, mask, conn: None }).collect()
}

/// An internet address that a call points to.
pub(super) fn address(memory: Memory, at: u64, len: u64) -> Option<SocketAddr> {
    let bytes = memory.list(at, len.min(128), 1, 128);
    let port = u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?);
    match i32::from(u16_at(&bytes, 0)?) {
        libc::AF_INET => {
            let ip: [u8; 4] = *bytes.get(4..)?.first_chunk()?;
            Some((Ipv4Addr::from(ip), port).into())
        }
        libc::AF_INET6 => {
            let ip: [u8; 16] = *bytes.get(8..)?.first_chunk()?;
            let ip = Ipv6Addr::from(ip);
            // A link-local address is one with its interface, in the kernel's table too.
            let zone = bytes.get(24..).and_then(|zone| zone.first_chunk());
            let zone = zone.filter(|_| ip.is_unicast_link_local());
            let zone = zone.map_or(0, |zone| u32::from_ne_bytes(*zone));
            Some(SocketAddrV6::new(ip, port, 0, zone).into())
        }
        _ => None,
    }
}

/// The bytes that the parts of readv(2), writev(2) and of a `struct msghdr` have together.
pub(super) fn parts(memory: Memory, at: u64, count: u64) -> u64 {
    let list = memory.list(at, count, 16, 1024);
    let lengths = list.chunks_exact(16).filter_map(|part| part[8..].first_chunk());
    lengths.map(|len| u64::from_ne_bytes(*len)).fold(0, u64::saturating_add)
}

/// Those of a message (sendmsg(2)).
pub(super) fn message(memory: Memory, at: u64) -> u64 {
    let word = |place| memory.word(at.saturating_add(place)).unwrap_or_default();
    parts(memory, word(16), word(24))
}

/// Of the messages of recvmmsg(2) and sendmmsg(2): the bytes that each has had, and could have had.
pub(super) fn messages(memory: Memory, at: u64, count: u64) -> Vec<(u64, u64)> {
    let list = memory.list(at, count, MMSGHDR, 1024);
    let messages = list.chunks_exact(MMSGHDR).zip((at..).step_by(MMSGHDR));
    messages
        .map(|(bytes, at)| {
            (u32_at(bytes, MMSGHDR - 8).unwrap_or_default().into(), message(memory, at))
        })
        .collect()
}

/// The first bytes that a call sends, where all of them lie side by side.
pub(super) fn sent<const N: usize>(form: Form, args: [u64; 6], memory: Memory) -> Option<[u8; N]> {
    let [_, b, c, ..] = args;
    let first = |list| Some((memory.word(list)?, memory.word(list.saturating_add(8))?));
    let (at, len) = match form {
        Form::Write | Form::Sendto => (b, c),
        Form::Pwritev2 | Form::Writev => first(b)?,
        Form::Sendmsg => first(memory.word(b.saturating_add(16))?)?,
        _ => return None,
    };
    if len < N as u64 { None } else { memory.exact(at) }
}

/// An option of setsockopt(2), by its level and number; one of [`crate::telemetry::SOCKET_OPTIONS`].
pub(super) fn option(level: u64, name: u64) -> &'static str {
    const SOCKET: u64 = libc::SOL_SOCKET as u64;
    const TCP: u64 = libc::IPPROTO_TCP as u64;
    const OPTIONS: &[(u64, i32, &str)] = &[
        (SOCKET, libc::SO_REUSEADDR, "SO_REUSEADDR"),
        (SOCKET, libc::SO_REUSEPORT, "SO_REUSEPORT"),
        (SOCKET, libc::SO_KEEPALIVE, "SO_KEEPALIVE"),
        (SOCKET, libc::SO_LINGER, "SO_LINGER"),
        (SOCKET, libc::SO_RCVBUF, "SO_RCVBUF"),
        (SOCKET, libc::SO_SNDBUF, "SO_SNDBUF"),
        (SOCKET, libc::SO_RCVTIMEO, "SO_RCVTIMEO"),
        (SOCKET, libc::SO_SNDTIMEO, "SO_SNDTIMEO"),
        (SOCKET, libc::SO_BROADCAST, "SO_BROADCAST"),
        (TCP, libc::TCP_NODELAY, "TCP_NODELAY"),
        (TCP, libc::TCP_CORK, "TCP_CORK"),
        (TCP, libc::TCP_DEFER_ACCEPT, "TCP_DEFER_ACCEPT"),
        (TCP, libc::TCP_KEEPIDLE, "TCP_KEEPIDLE"),
        (TCP, libc::TCP_KEEPINTVL, "TCP_KEEPINTVL"),
        (TCP, libc::TCP_KEEPCNT, "TCP_KEEPCNT"),
        (TCP, libc::TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT"),
        (libc::IPPROTO_IPV6 as u64, libc::IPV6_V6ONLY, "IPV6_V6ONLY"),
    ];
    let found = OPTIONS
        .iter()
        .find(|(of, number, _)| *of == level && u64::from(number.unsigned_abs()) == name);
    found.map_or("other", |(.., name)| name)
}

/// The arguments behind the descriptor, or all of a call that has none, as far as they matter.
pub(super) fn text(form: Form, args: [u64; 6], memory: Memory) -> String {
    let [a, b, c, ..] = args;
    match form {
        Form::Socket | Form::Socketpair => format!("{}, {}", domain(a), kind(b)),
        Form::Bind | Form::Connect => match address(memory, b, c) {
            Some(address) => address.to_string(),
            None => memory
                .exact(b)
                .map_or_else(String::new, |family| domain(u16::from_ne_bytes(family).into())),
        },
        Form::Fcntl => {
            let name = FCNTLS.iter().find(|(command, _)| *command == b & 0xffff_ffff);
            let mut text = name.map_or("", |(_, name)| name).to_owned();
            if b & 0xffff_ffff == libc::F_SETFL as u64 {
                let sleeps = c & libc::O_NONBLOCK as u64 == 0;
                text.push_str(if sleeps { ", 0" } else { ", O_NONBLOCK" });
            }
            text
        }
        Form::Ioctl => {
            let on = memory.exact(c).map_or(0, i32::from_ne_bytes);
            format!("FIONBIO, [{on}]")
        }
        Form::Dup2 | Form::Dup3 => fd(b).to_string(),
        Form::CloseRange => format!("{}, {}", a & 0xffff_ffff, b & 0xffff_ffff),
        Form::Read | Form::Write | Form::Recvfrom | Form::Sendto => c.to_string(),
        _ => String::new(),
    }
}

fn domain(number: u64) -> String {
    match i32::try_from(number) {
        Ok(libc::AF_UNSPEC) => "AF_UNSPEC".into(),
        Ok(libc::AF_UNIX) => "AF_UNIX".into(),
        Ok(libc::AF_INET) => "AF_INET".into(),
        Ok(libc::AF_INET6) => "AF_INET6".into(),
        Ok(libc::AF_NETLINK) => "AF_NETLINK".into(),
        _ => number.to_string(),
    }
}

fn kind(number: u64) -> String {
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    let number = fd(number);
    let mut text = match number & !flags {
        libc::SOCK_STREAM => "SOCK_STREAM".to_owned(),
        libc::SOCK_DGRAM => "SOCK_DGRAM".to_owned(),
        libc::SOCK_SEQPACKET => "SOCK_SEQPACKET".to_owned(),
        libc::SOCK_RAW => "SOCK_RAW".to_owned(),
        other => other.to_string(),
    };
    for (flag, name) in
        [(libc::SOCK_CLOEXEC, "SOCK_CLOEXEC"), (libc::SOCK_NONBLOCK, "SOCK_NONBLOCK")]
    {
        if number & flag != 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, "|{name}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::ptr::from_ref;

    use proptest::prelude::*;

    use super::*;

    fn own() -> Memory {
        Memory(std::process::id().cast_signed())
    }

    fn at<T: ?Sized>(value: &T) -> u64 {
        from_ref(value).cast::<()>().expose_provenance() as u64
    }

    #[test]
    fn the_list_of_poll_is_what_was_asked_and_answered() {
        let list = [
            libc::pollfd { fd: 7, events: 1, revents: 0x11 },
            libc::pollfd { fd: -1, events: 1, revents: 0 },
            libc::pollfd { fd: 9, events: 5, revents: 0 },
        ];
        let list = PollList::read(own(), at(&list), 3);
        let read = Mask::IN.with(Mask::OUT);
        assert_eq!(list.asked().collect::<Vec<_>>(), [(7, Mask::IN), (9, read)]);
        assert_eq!(list.answered().collect::<Vec<_>>(), [(7, Mask::IN.with(Mask::HUP))]);
        assert_eq!(list.costs(), (2, 30));
    }

    #[test]
    fn the_sets_of_select_are_put_together() {
        let (input, output) = ([0b1000_0001_u64, 1], [1_u64, 0]);
        let sets = Sets::read(own(), 65, [at(&input), at(&output), 0]);
        let both = Mask::IN.with(Mask::OUT);
        assert_eq!(sets.entries(), [(0, both), (7, Mask::IN), (64, Mask::IN)]);
        assert_eq!((sets.costs(false), sets.costs(true)), ((4, 64), (4, 32)));
        assert_eq!(Sets::read(own(), u64::MAX, [at(&input), 0, 0]).entries(), []);
    }

    #[test]
    fn arguments_are_written_as_strace_writes_them() {
        let none = [0; 6];
        let of = |form, args| text(form, args, own());
        let kind = (libc::SOCK_STREAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK).unsigned_abs();
        assert_eq!(
            of(Form::Socket, [2, kind.into(), 0, 0, 0, 0]),
            "AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK"
        );
        assert_eq!(of(Form::Fcntl, [3, 4, 0x802, 0, 0, 0]), "F_SETFL, O_NONBLOCK");
        let mut address = vec![2_u8, 0, 0x1f, 0x90, 127, 0, 0, 1];
        address.resize(16, 0);
        assert_eq!(of(Form::Bind, [3, at(&address[..]), 16, 0, 0, 0]), "127.0.0.1:8080");
        assert_eq!(of(Form::Listen, none), "");
        assert_eq!(
            (option(1, 2), option(6, 1), option(9, 9)),
            ("SO_REUSEADDR", "TCP_NODELAY", "other")
        );
    }

    #[test]
    fn each_option_can_be_read_in_a_log() {
        for (level, name) in (0..64).flat_map(|name| [0, 1, 6, 41].map(|level| (level, name))) {
            assert!(crate::telemetry::SOCKET_OPTIONS.contains(&option(level, name)));
        }
    }

    #[test]
    fn what_is_sent_first_is_found_in_whatever_way_it_is_sent() {
        let (text, none) = (b"HTTP/1.1 200 OK", [0; 6]);
        let parts = [at(text), text.len() as u64, 0, 0];
        let message = [0, 0, at(&parts), 2];
        let of = |form, b, c| sent::<7>(form, [3, b, c, 0, 0, 0], own());
        let want = Some(*b"HTTP/1.");
        assert_eq!(of(Form::Write, at(text), 15), want);
        assert_eq!(of(Form::Sendto, at(text), 15), want);
        assert_eq!(of(Form::Writev, at(&parts), 2), want);
        assert_eq!(of(Form::Sendmsg, at(&message), 0), want);
        assert_eq!(of(Form::Sendto, at(text), 6), None, "too few");
        assert_eq!(sent::<7>(Form::Sendmsg, none, own()), None);
    }

    proptest! {
        #[test]
        fn whatever_a_program_points_to_nothing_is_lost(
            args in any::<[u64; 6]>(), bytes in any::<[u64; 8]>(), place in 0..6_usize,
            form in 0..Form::CALLS.len(), count in any::<u64>(),
        ) {
            let mut args = args;
            args[place] = at(&bytes);
            let written = text(Form::CALLS[form], args, own());
            prop_assert!(written.len() < 200 && !written.contains(char::is_control));
            let [a, b, c, ..] = args;
            let sets = Sets::read(own(), count, [a, b, c]);
            prop_assert!(sets.entries().len() <= MOST && sets.costs(false).0 < u32::MAX);
            let (asked, _) = PollList::read(own(), args[place], count).costs();
            prop_assert!(asked as usize <= MOST);
            prop_assert!(epoll_events(own(), args[place], count).len() <= MOST);
            let _ = sent::<7>(Form::CALLS[form], args, own());
            let _ = (parts(own(), a, b), message(own(), args[place]), address(own(), args[place], c));
            let _ = (messages(own(), args[place], count), two(own(), args[place]));
        }
    }
}
