//! What the kernel's tables tell of a process's sockets: TCP by `sock_diag(7)`, UDP and Unix by the files
//! of `/proc/PID/net` (`proc_pid_net(5)`), and TCP too where the former cannot be asked.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use crate::inspect::{EXACT_AT_MOST, TcpSocket, TcpState, TcpTable};

/// How often it is asked again what a socket is that no table has.
const AGAIN: Duration = Duration::from_secs(1);

/// A socket, as a table of the kernel has it.
#[derive(Clone, PartialEq, Debug)]
pub enum Socket {
    /// No table that is read has it: neither bound nor connected, or of another family.
    Unknown,
    /// A TCP connection.
    Tcp {
        /// Its own address.
        own: SocketAddr,
        /// The other end.
        peer: SocketAddr,
        /// TCP's state.
        state: TcpState,
        /// Received and not read, in bytes; a FIN is one.
        recv_queue: u32,
        /// Written and not acknowledged, in bytes.
        send_queue: u32,
        /// The smoothed round-trip time, where there is one.
        rtt: Option<Duration>,
        /// Bytes that have come over its life, where that is known.
        received: Option<u64>,
    },
    /// A TCP socket that listens.
    Listener {
        /// Where.
        own: SocketAddr,
        /// How many wait to be accepted.
        queue: u32,
        /// How many may.
        limit: Option<u32>,
    },
    /// A UDP socket.
    Udp {
        /// Its own address.
        own: SocketAddr,
        /// The other end, if it is connected.
        peer: Option<SocketAddr>,
        /// Received and not read, in bytes, with what the kernel needs to keep it.
        recv_queue: u32,
    },
    /// A Unix socket.
    Unix {
        /// Its name; one in the abstract namespace begins with `@`.
        path: Option<String>,
        /// Whether it listens.
        listens: bool,
    },
}

impl Socket {
    fn of(found: &TcpSocket) -> Self {
        let TcpSocket { own, socket, received } = *found;
        if socket.state == TcpState::Listen {
            return Self::Listener {
                own,
                queue: socket.recv_queue,
                limit: Some(socket.send_queue),
            };
        }
        Self::Tcp {
            own,
            peer: socket.peer,
            state: socket.state,
            recv_queue: socket.recv_queue,
            send_queue: socket.send_queue,
            rtt: socket.rtt,
            received,
        }
    }

    /// Both ends, of one that can be looked up by them.
    fn ends(&self) -> Option<(SocketAddr, SocketAddr)> {
        match *self {
            Self::Tcp { own, peer, .. } => Some((own, peer)),
            Self::Listener { own, .. } => {
                let any: IpAddr = match own {
                    SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
                    SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
                };
                Some((own, (any, 0).into()))
            }
            _ => None,
        }
    }
}

/// The sockets that were asked for, by inode.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    table: Option<TcpTable>,
    known: HashMap<u64, Socket>,
    asked: Option<Instant>,
}

impl Sockets {
    /// With TCP's table, where it can be asked.
    pub(super) fn new(table: Option<TcpTable>) -> Self {
        Self { table, ..Self::default() }
    }

    /// Looks at these of a process's network namespace.
    pub(super) fn look(&mut self, pid: i32, inodes: &HashSet<u64>) {
        self.known.retain(|inode, _| inodes.contains(inode));
        let is_new = inodes.iter().any(|inode| !self.known.contains_key(inode));
        let open = self.known.values().any(|socket| *socket == Socket::Unknown);
        let due = self.asked.is_none_or(|asked| asked.elapsed() >= AGAIN);
        let ends: Vec<_> = self.known.values().filter_map(Socket::ends).collect();
        let all = is_new || (open && due) || ends.len() > EXACT_AT_MOST;
        if !all {
            let Some(table) = &mut self.table else { return self.read(pid, inodes) };
            // One that is not found is looked for among all, at the next look.
            if let Ok(found) = table.these(&ends) {
                for (inode, socket) in &mut self.known {
                    match found.get(inode) {
                        Some(now) => *socket = Socket::of(now),
                        // Of several listeners on one address the kernel finds any.
                        None if matches!(socket, Socket::Listener { .. }) => {}
                        None if socket.ends().is_some() => *socket = Socket::Unknown,
                        None => {}
                    }
                }
                return;
            }
        }
        self.read(pid, inodes);
    }

    /// Reads all tables.
    fn read(&mut self, pid: i32, inodes: &HashSet<u64>) {
        self.asked = Some(Instant::now());
        let mut found: HashMap<u64, Socket> = HashMap::new();
        match self.table.as_mut().and_then(|table| table.all().ok()) {
            Some(all) => found.extend(all.iter().map(|(inode, it)| (*inode, Socket::of(it)))),
            None => found.extend(inet(pid, ["tcp", "tcp6"], tcp)),
        }
        if inodes.iter().any(|inode| !found.contains_key(inode)) {
            found.extend(inet(pid, ["udp", "udp6"], |line| Some(udp(line))));
            let text = fs::read_to_string(format!("/proc/{pid}/net/unix")).unwrap_or_default();
            found.extend(text.lines().filter_map(unix));
        }
        self.known = inodes
            .iter()
            .map(|inode| (*inode, found.remove(inode).unwrap_or(Socket::Unknown)))
            .collect();
    }

    /// What is known of one.
    pub(super) fn get(&self, inode: u64) -> Socket {
        self.known.get(&inode).cloned().unwrap_or(Socket::Unknown)
    }
}

/// A line of `/proc/net/tcp` and its like.
#[derive(Debug)]
struct Inet {
    own: SocketAddr,
    peer: SocketAddr,
    state: u8,
    send_queue: u32,
    recv_queue: u32,
    inode: u64,
}

fn inet(
    pid: i32,
    files: [&str; 2],
    of: fn(&Inet) -> Option<Socket>,
) -> impl Iterator<Item = (u64, Socket)> {
    files.into_iter().flat_map(move |file| {
        let text = fs::read_to_string(format!("/proc/{pid}/net/{file}")).unwrap_or_default();
        let lines: Vec<_> = text.lines().filter_map(line).collect();
        lines.into_iter().filter_map(move |line| Some((line.inode, of(&line)?)))
    })
}

fn line(text: &str) -> Option<Inet> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let (send, recv) = words.get(4)?.split_once(':')?;
    let hex = |text: &str| u32::from_str_radix(text, 16).ok();
    Some(Inet {
        own: address(words.get(1)?)?,
        peer: address(words.get(2)?)?,
        state: u8::from_str_radix(words.get(3)?, 16).ok()?,
        send_queue: hex(send)?,
        recv_queue: hex(recv)?,
        inode: words.get(9)?.parse().ok()?,
    })
}

/// `0100007F:1F90`: words of four bytes in the machine's order, and the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| {
        let word = u32::from_str_radix(ip.get(8 * at..8 * at + 8)?, 16).ok()?;
        Some(word.to_ne_bytes())
    };
    let ip: IpAddr = match ip.len() {
        8 => Ipv4Addr::from(word(0)?).into(),
        32 => {
            let mut bytes = [0; 16];
            for (at, place) in bytes.chunks_exact_mut(4).enumerate() {
                place.copy_from_slice(&word(at)?);
            }
            Ipv6Addr::from(bytes).into()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

fn tcp(line: &Inet) -> Option<Socket> {
    let Inet { own, peer, send_queue, recv_queue, .. } = *line;
    let state = TcpState::numbered(line.state)?;
    Some(if state == TcpState::Listen {
        Socket::Listener { own, queue: recv_queue, limit: None }
    } else {
        Socket::Tcp { own, peer, state, recv_queue, send_queue, rtt: None, received: None }
    })
}

fn udp(line: &Inet) -> Socket {
    let Inet { own, peer, recv_queue, .. } = *line;
    Socket::Udp { own, peer: (peer.port() > 0).then_some(peer), recv_queue }
}

/// `0000000000000000: 00000002 00000000 00010000 0001 01 20013 /run/x`: the fourth word's bit 16 is set
/// of one that listens.
fn unix(line: &str) -> Option<(u64, Socket)> {
    let mut rest = line;
    // The inode may have more than one blank before it, and a name may hold any.
    let mut words = [""; 7];
    for word in &mut words {
        let (next, behind) = rest.trim_start().split_once(' ').unwrap_or((rest.trim_start(), ""));
        (*word, rest) = (next, behind);
    }
    let [_, _, _, flags, _, _, inode] = words;
    let listens = u32::from_str_radix(flags, 16).ok()? & 0x1_0000 != 0;
    let path = (!rest.is_empty()).then(|| rest.to_owned());
    Some((inode.parse().ok()?, Socket::Unix { path, listens }))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::fd::{AsRawFd as _, RawFd};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn inode(fd: RawFd) -> u64 {
        let link = fs::read_link(format!("/proc/self/fd/{fd}")).unwrap();
        let link = link.to_str().unwrap();
        link.strip_prefix("socket:[").unwrap().strip_suffix(']').unwrap().parse().unwrap()
    }

    fn own() -> i32 {
        std::process::id().cast_signed()
    }

    #[test]
    fn sockets_of_each_family_are_told_by_both_ways() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("a socket");
        let unix = UnixListener::bind(&name).unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let client = TcpStream::connect(at).unwrap();
        let fds = [unix.as_raw_fd(), udp.as_raw_fd(), listener.as_raw_fd(), client.as_raw_fd()];
        let inodes = fds.map(inode);
        for table in [TcpTable::open().ok(), None] {
            let by_proc = table.is_none();
            let mut sockets = Sockets::new(table);
            // The second time by exact look-ups.
            for _ in 0..2 {
                sockets.look(own(), &inodes.into_iter().chain([1]).collect());
                let [unix, datagrams, listens, connected] = inodes.map(|it| sockets.get(it));
                let path = Some(name.display().to_string());
                assert_eq!(unix, Socket::Unix { path, listens: true });
                let Socket::Udp { own, peer: None, .. } = datagrams else { panic!() };
                assert_eq!(own, udp.local_addr().unwrap());
                let Socket::Listener { own, queue: 1, limit } = listens else { panic!() };
                assert_eq!((own, limit.is_none()), (at, by_proc));
                let Socket::Tcp { own, peer, state, .. } = connected else { panic!() };
                assert_eq!((own, peer), (client.local_addr().unwrap(), at));
                assert_eq!(state, TcpState::Established);
                assert_eq!(sockets.get(1), Socket::Unknown);
            }
        }
    }

    #[test]
    fn a_socket_that_is_gone_is_not_told_as_it_was() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        let inodes = HashSet::from([inode(server.as_raw_fd())]);
        let it = inode(server.as_raw_fd());
        let mut sockets = Sockets::new(TcpTable::open().ok());
        sockets.look(own(), &inodes);
        assert!(matches!(sockets.get(it), Socket::Tcp { .. }));
        drop((client, server));
        // Its socket may stay for a moment, in another state.
        for _ in 0..3 {
            sockets.look(own(), &inodes);
        }
        assert!(!matches!(sockets.get(it), Socket::Tcp { state: TcpState::Established, .. }));
        sockets.look(own(), &HashSet::new());
        assert_eq!(sockets.known.len(), 0);
    }

    #[test]
    fn lines_of_the_files_are_read() {
        let text = "   0: 0100007F:1F90 0200007F:D431 01 00000003:00000005 00:00000000 00000000     0        0 4711 1 0000 100";
        let read = line(text).unwrap();
        assert_eq!(
            (read.own, read.peer),
            ("127.0.0.1:8080".parse().unwrap(), "127.0.0.2:54321".parse().unwrap())
        );
        assert_eq!((read.send_queue, read.recv_queue, read.inode), (3, 5, 4711));
        assert_eq!(
            address("00000000000000000000000001000000:0050"),
            Some("[::1]:80".parse().unwrap())
        );
        let (inode, socket) =
            unix("ffff8881: 00000003 00000000 00000000 0001 03    20013").unwrap();
        assert_eq!((inode, socket), (20013, Socket::Unix { path: None, listens: false }));
        for text in ["", "sl local", "Num RefCount Protocol Flags Type St Inode Path"] {
            assert!(line(text).is_none() && unix(text).is_none());
        }
    }
}
