//! What is noticed in what was seen, and for how long: a thing that lasts only from one look to the next
//! is none. What an interest list says lasts from one reading of it to another.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::descriptors::Object;
use super::look::Look;
use super::sockets::Socket;
use super::threads::Call;
use crate::inspect::TcpState;
use crate::telemetry::{Fd, Mask};

/// What a thread may do for so long without being noticed.
const SOON: Duration = Duration::from_secs(1);
/// Who has hung up, and is not closed after that long, is forgotten.
const LONG: Duration = Duration::from_secs(10);

/// Something that a person should know.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Finding {
    /// An entry of an interest list whose number stands for another file, or none.
    Outlived {
        /// Where.
        pid: i32,
        /// The epoll instance.
        epfd: Fd,
        /// The number.
        fd: Fd,
    },
    /// A listener is on the interest lists of several epoll instances, without EXCLUSIVE on some.
    Herd {
        /// Where it listens.
        own: SocketAddr,
        /// How many instances would be woken by one client.
        epolls: usize,
    },
    /// OUT is asked for, level-triggered, of a connection that has nothing to send.
    Spins {
        /// Where.
        pid: i32,
        /// The epoll instance.
        epfd: Fd,
        /// The connection.
        fd: Fd,
    },
    /// Bytes lie unread on a connection that is watched for them.
    Unread {
        /// Where.
        pid: i32,
        /// The connection.
        fd: Fd,
        /// Whether it is edge-triggered: then nobody says it again.
        edge: bool,
    },
    /// The peer has closed its half, and the connection stays open.
    NotClosed {
        /// Where.
        pid: i32,
        /// The connection.
        fd: Fd,
    },
    /// A thread that was seen to wait for many sleeps in a call on one socket.
    Blocks {
        /// Where.
        pid: i32,
        /// The thread.
        tid: i32,
        /// The call,
        call: &'static str,
        /// and its descriptor.
        fd: Fd,
    },
    /// The accept queue is full.
    QueueFull {
        /// Where it listens.
        own: SocketAddr,
        /// How many wait.
        queue: u32,
        /// How many may.
        limit: u32,
    },
    /// Nearly as many descriptors are open as may be.
    NearLimit {
        /// Where.
        pid: i32,
        /// How many there are.
        open: usize,
        /// How many there may be.
        limit: u64,
    },
}

impl Finding {
    /// How long it has to last before it is told.
    fn after(&self) -> Duration {
        match self {
            Self::NotClosed { .. } => LONG,
            Self::Outlived { .. }
            | Self::Spins { .. }
            | Self::Unread { .. }
            | Self::Blocks { .. } => SOON,
            Self::Herd { .. } | Self::QueueFull { .. } | Self::NearLimit { .. } => Duration::ZERO,
        }
    }

    /// The same, whatever its figures are.
    fn key(&self) -> Self {
        match *self {
            Self::QueueFull { own, .. } => Self::QueueFull { own, queue: 0, limit: 0 },
            Self::NearLimit { pid, .. } => Self::NearLimit { pid, open: 0, limit: 0 },
            Self::Herd { own, .. } => Self::Herd { own, epolls: 0 },
            ref other => other.clone(),
        }
    }
}

/// A finding, and since when it has been seen at each look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Noticed {
    /// What.
    pub finding: Finding,
    /// Since when.
    pub since: Instant,
}

/// What makes a thing the same one at the next look, beside its name: a number may be another's by then.
type Identity = (u64, u64);

/// A thing that is so, with its identity, and when it was seen.
type Seen = (Finding, Identity, Instant);

/// What was seen at the looks before.
#[derive(Debug, Default)]
pub(super) struct Memory {
    since: HashMap<(Finding, Identity), Instant>,
    /// Threads that were seen to wait for many.
    waiters: HashMap<i32, i32>,
}

impl Memory {
    /// What has lasted long enough.
    pub(super) fn notice(&mut self, look: &Look) -> Vec<Noticed> {
        self.waiters.retain(|tid, _| look.threads.iter().any(|thread| thread.tid == *tid));
        for thread in &look.threads {
            if let Some(Call::In(name, _)) = thread.call
                && is_wait(name)
            {
                self.waiters.insert(thread.tid, thread.pid);
            }
        }
        let mut now: Vec<Seen> = Vec::new();
        on_lists(look, &mut now);
        on_sockets(look, &mut now);
        self.in_threads(look, &mut now);
        let before = std::mem::take(&mut self.since);
        let mut noticed = Vec::new();
        for (finding, identity, at) in now {
            let key = (finding.key(), identity);
            let since = before.get(&key).copied().unwrap_or(at);
            self.since.insert(key, since);
            if at.saturating_duration_since(since) >= finding.after() {
                noticed.push(Noticed { finding, since });
            }
        }
        noticed
    }

    fn in_threads(&self, look: &Look, now: &mut Vec<Seen>) {
        for thread in &look.threads {
            let Some(Call::In(call, Some(fd))) = thread.call else { continue };
            let is_socket = look.descriptor(thread.pid, fd).is_some_and(|descriptor| {
                matches!(
                    descriptor.object,
                    Object::Socket(Socket::Tcp { .. } | Socket::Listener { .. })
                )
            });
            if thread.state == 'S' && is_socket && self.waiters.contains_key(&thread.tid) {
                let (pid, tid) = (thread.pid, thread.tid);
                // Who has not given the CPU away since sleeps in the same call.
                let sleep = (0, thread.switches.0);
                now.push((Finding::Blocks { pid, tid, call, fd }, sleep, look.taken));
            }
        }
        for process in &look.processes {
            let open = look.descriptors.iter().filter(|it| it.pid == process.pid).count();
            if let Some(limit) = look.limits.get(&process.pid).copied().filter(|limit| *limit > 0)
                && open as u64 * 20 >= limit * 19
            {
                let pid = process.pid;
                now.push((Finding::NearLimit { pid, open, limit }, (0, 0), look.taken));
            }
        }
    }
}

/// Whether that call waits for many.
fn is_wait(name: &str) -> bool {
    ["epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6"]
        .contains(&name)
}

fn on_lists(look: &Look, now: &mut Vec<Seen>) {
    let mut watchers: HashMap<u64, (SocketAddr, usize, bool)> = HashMap::new();
    for list in &look.lists {
        let (pid, epfd) = (list.pid, list.epfd);
        for entry in &list.entries {
            let (fd, mask) = (entry.interest.fd, entry.interest.mask);
            if entry.outlived {
                // A copy of the instance in a child has the numbers of its parent.
                if !look.is_shared(list) {
                    let of = (entry.interest.inode, 0);
                    now.push((Finding::Outlived { pid, epfd, fd }, of, list.read));
                }
                continue;
            }
            let Some(descriptor) = look.descriptor(pid, fd) else { continue };
            match descriptor.object {
                Object::Socket(Socket::Listener { own, .. }) if mask.any(Mask::IN) => {
                    let seen = watchers.entry(entry.interest.inode).or_insert((own, 0, false));
                    seen.1 += 1;
                    seen.2 |= !mask.has(Mask::EXCLUSIVE);
                }
                Object::Socket(Socket::Tcp { state, send_queue, recv_queue, received, .. }) => {
                    let open = matches!(state, TcpState::Established | TcpState::CloseWait);
                    let edge = mask.has(Mask::ET);
                    let level = !edge && !mask.has(Mask::ONESHOT);
                    if open && mask.has(Mask::OUT) && level && send_queue == 0 {
                        let of = (entry.interest.inode, 0);
                        now.push((Finding::Spins { pid, epfd, fd }, of, list.read));
                    }
                    let unread = recv_queue > u32::from(state == TcpState::CloseWait);
                    // Nothing has come since: it is what lay there before.
                    if let Some(received) = received
                        && open
                        && mask.has(Mask::IN)
                        && unread
                    {
                        let of = (entry.interest.inode, received);
                        now.push((Finding::Unread { pid, fd, edge }, of, list.read));
                    }
                }
                _ => {}
            }
        }
    }
    let herds = watchers.into_values().filter(|(_, epolls, woken)| *epolls > 1 && *woken);
    let herds = herds.map(|(own, epolls, _)| Finding::Herd { own, epolls });
    now.extend(herds.map(|herd| (herd, (0, 0), look.taken)));
}

fn on_sockets(look: &Look, now: &mut Vec<Seen>) {
    let mut listeners: Vec<u64> = Vec::new();
    for descriptor in &look.descriptors {
        let (pid, fd) = (descriptor.pid, descriptor.fd);
        match descriptor.object {
            Object::Socket(Socket::Tcp { state: TcpState::CloseWait, .. }) => {
                let of = (descriptor.inode.unwrap_or_default(), 0);
                now.push((Finding::NotClosed { pid, fd }, of, look.taken));
            }
            Object::Socket(Socket::Listener { own, queue, limit: Some(limit) })
                // The kernel lets one more in than it was told.
                if queue > limit && !listeners.contains(&descriptor.inode.unwrap_or_default()) =>
            {
                listeners.push(descriptor.inode.unwrap_or_default());
                now.push((Finding::QueueFull { own, queue, limit }, (0, 0), look.taken));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::{AsRawFd as _, RawFd};

    use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};

    use super::super::find::Family;
    use super::super::look::{Eyes, Wanted};
    use super::super::process::Process;
    use super::*;
    use crate::inspect::TcpTable;

    fn pid() -> i32 {
        std::process::id().cast_signed()
    }

    /// What is seen of this process, now and after as much time.
    fn after(time: Duration) -> Vec<Finding> {
        let own = Process::read(pid()).unwrap();
        let family = Family { head: own.pid, members: vec![own] };
        let mut eyes = Eyes::new(family, TcpTable::open().ok());
        let mut memory = Memory::default();
        let mut look = eyes.look(Wanted::default());
        memory.notice(&look);
        look = eyes.look(Wanted::default());
        look.taken += time;
        look.lists.iter_mut().for_each(|list| list.read += time);
        memory.notice(&look).into_iter().map(|noticed| noticed.finding).collect()
    }

    /// A connection of a listener, on an epoll of its own that watches it for that.
    struct Watched {
        epoll: std::os::fd::OwnedFd,
        listener: TcpListener,
        server: TcpStream,
        client: TcpStream,
    }

    impl Watched {
        fn new(flags: EventFlags) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (server, _) = listener.accept().unwrap();
            let epoll = epoll::create(CreateFlags::CLOEXEC).unwrap();
            epoll::add(&epoll, &server, EventData::new_u64(7), flags).unwrap();
            Self { epoll, listener, server, client }
        }

        fn fd(&self) -> RawFd {
            self.server.as_raw_fd()
        }
    }

    #[test]
    fn what_lies_unread_is_told_once_it_has_lain() {
        for (flags, edge) in [(EventFlags::IN, false), (EventFlags::IN | EventFlags::ET, true)] {
            let mut watched = Watched::new(flags);
            let finding = Finding::Unread { pid: pid(), fd: watched.fd(), edge };
            assert!(!after(SOON * 2).contains(&finding), "nothing came");
            watched.client.write_all(b"hello").unwrap();
            assert!(!after(SOON / 2).contains(&finding), "it has only just come");
            assert!(after(SOON * 2).contains(&finding));
        }
        // Nobody asked to be told of it.
        let mut stopped = Watched::new(EventFlags::empty());
        stopped.client.write_all(b"hello").unwrap();
        let fd = stopped.fd();
        assert!(
            !after(SOON * 2)
                .iter()
                .any(|it| matches!(it, Finding::Unread { fd: of, .. } if *of == fd))
        );
    }

    #[test]
    fn bytes_that_were_read_and_have_come_anew_have_not_lain() {
        let mut watched = Watched::new(EventFlags::IN);
        watched.client.write_all(b"hello").unwrap();
        let own = Process::read(pid()).unwrap();
        let family = Family { head: own.pid, members: vec![own] };
        let mut eyes = Eyes::new(family, TcpTable::open().ok());
        let mut memory = Memory::default();
        memory.notice(&eyes.look(Wanted::default()));
        std::io::Read::read_exact(&mut watched.server, &mut [0; 5]).unwrap();
        watched.client.write_all(b"again").unwrap();
        let mut look = eyes.look(Wanted::default());
        look.taken += SOON * 2;
        look.lists.iter_mut().for_each(|list| list.read += SOON * 2);
        let finding = Finding::Unread { pid: pid(), fd: watched.fd(), edge: false };
        assert!(memory.notice(&look).iter().all(|noticed| noticed.finding != finding));
    }

    #[test]
    fn asking_for_room_with_nothing_to_send_spins_but_for_edges() {
        let spins = |watched: &Watched| {
            let epfd = watched.epoll.as_raw_fd();
            after(SOON * 2).contains(&Finding::Spins { pid: pid(), epfd, fd: watched.fd() })
        };
        assert!(spins(&Watched::new(EventFlags::IN | EventFlags::OUT)));
        assert!(!spins(&Watched::new(EventFlags::IN | EventFlags::OUT | EventFlags::ET)));
        assert!(!spins(&Watched::new(EventFlags::IN)));
    }

    #[test]
    fn who_has_hung_up_and_is_kept_is_told() {
        let watched = Watched::new(EventFlags::IN);
        let finding = Finding::NotClosed { pid: pid(), fd: watched.fd() };
        assert!(!after(LONG * 2).contains(&finding));
        watched.client.shutdown(std::net::Shutdown::Write).unwrap();
        assert!(!after(SOON).contains(&finding));
        assert!(after(LONG * 2).contains(&finding));
    }

    #[test]
    fn an_entry_that_has_outlived_its_descriptor_is_told() {
        let watched = Watched::new(EventFlags::IN);
        let (fd, epfd) = (watched.fd(), watched.epoll.as_raw_fd());
        let finding = Finding::Outlived { pid: pid(), epfd, fd };
        assert!(!after(SOON * 2).contains(&finding));
        let Watched { epoll: _epoll, listener: _listener, server, client: _client } = watched;
        let _copy = server.try_clone().unwrap();
        drop(server);
        assert!(after(SOON * 2).contains(&finding));
    }

    #[test]
    fn a_listener_on_two_lists_is_a_herd_but_for_exclusive_ones() {
        let herd = |flags: EventFlags| {
            let watched = Watched::new(EventFlags::IN);
            let second = epoll::create(CreateFlags::CLOEXEC).unwrap();
            for epoll in [&watched.epoll, &second] {
                epoll::add(epoll, &watched.listener, EventData::new_u64(1), flags).unwrap();
            }
            let own = watched.listener.local_addr().unwrap();
            after(Duration::ZERO).contains(&Finding::Herd { own, epolls: 2 })
        };
        assert!(herd(EventFlags::IN));
        assert!(!herd(EventFlags::IN | EventFlags::EXCLUSIVE));
    }

    #[test]
    fn a_full_accept_queue_is_told() {
        let socket = rustix::net::socket(
            rustix::net::AddressFamily::INET,
            rustix::net::SocketType::STREAM,
            None,
        )
        .unwrap();
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        rustix::net::bind(&socket, &any).unwrap();
        rustix::net::listen(&socket, 1).unwrap();
        let own: SocketAddr = rustix::net::getsockname(&socket).unwrap().try_into().unwrap();
        let _clients = [(); 2].map(|()| TcpStream::connect(own).unwrap());
        assert!(after(Duration::ZERO).contains(&Finding::QueueFull { own, queue: 2, limit: 1 }));
    }

    #[test]
    fn a_thread_that_waits_for_many_and_then_for_one_is_told() {
        let watched = Watched::new(EventFlags::IN);
        let server = watched.server.try_clone().unwrap();
        let fd = server.as_raw_fd();
        let epoll = watched.epoll.try_clone().unwrap();
        let waits_in = epoll.as_raw_fd();
        let looper = std::thread::spawn(move || {
            let mut events: Vec<epoll::Event> = Vec::with_capacity(1);
            epoll::wait(&epoll, rustix::buffer::spare_capacity(&mut events), None).unwrap();
            std::io::Read::read(&mut &server, &mut [0; 1]).unwrap();
            // Nothing more has come: it sleeps.
            std::io::Read::read(&mut &server, &mut [0; 1]).unwrap();
        });
        let own = Process::read(pid()).unwrap();
        let family = Family { head: own.pid, members: vec![own] };
        let mut eyes = Eyes::new(family, TcpTable::open().ok());
        let mut memory = Memory::default();
        let begin = Instant::now();
        let mut until = |seen: &dyn Fn(&Look, &[Noticed]) -> bool| loop {
            let look = eyes.look(Wanted::default());
            if seen(&look, &memory.notice(&look)) {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(20), "never seen");
        };
        let waits = |look: &Look, _: &[Noticed]| {
            let is =
                |call| matches!(call, Call::In(name, Some(of)) if is_wait(name) && of == waits_in);
            look.threads.iter().any(|it| it.state == 'S' && it.call.is_some_and(is))
        };
        until(&waits);
        let mut client = &watched.client;
        client.write_all(b"x").unwrap();
        let blocks = |_: &Look, noticed: &[Noticed]| {
            let is =
                |it: &Noticed| matches!(it.finding, Finding::Blocks { fd: of, .. } if of == fd);
            noticed.iter().any(is)
        };
        until(&blocks);
        client.write_all(b"x").unwrap();
        looper.join().unwrap();
    }
}
