//! The server thread: an HTTP server, in nine ways, that tells what it does.
//!
//! How each waits, and what it does then:
//!
//! | file | what lives there |
//! |---|---|
//! | `reactor` | the readiness loop of `scan`, `select`, `poll`, `epoll`, `epoll-et`: wait, accept, serve |
//! | `selector` | who says which fds are ready: the five differ in this alone |
//! | `coroutines` | a task for each connection, over tokio's loop |
//! | `blocking` | one client at a time |
//! | `threads` | a thread for each connection |
//! | `processes` | a process for each connection: `worker` is that process, `wire` what it tells its parent |
//!
//! What they stand on:
//!
//! | file | what lives there |
//! |---|---|
//! | `run` | which server runs, by its name; then the next |
//! | `handover` | what one server leaves to the next |
//! | `loop_state` | what `reactor` and `coroutines` share: the gate, the table, the interest list, closing |
//! | `shared` | what the threads of the other three share, behind one lock |
//! | `blocking_io` | one connection from its first byte to its last, with calls that sleep: those three again |
//! | `listener` | the listening socket |
//! | `table`, `connection` | the fd → socket table and what is in it |
//! | `session` | what is said on one connection, without its socket |
//! | `responder` | where requests become answers |
//! | `routes` | what is answered beside the files: `/slow`, `/-/metrics` |
//! | `echo` | the other protocol |
//! | `pool` | threads for handlers, so that the loop can go on |
//! | `pace` | the gate: run, pause, step, slow motion |
//! | `operator` | what the operator's commands mean |
//! | `config`, `limits` | what the command line asks for; how many connections, and how long |
//! | `timers` | a wheel of deadlines |
//! | `error` | what goes wrong where no errno says it |
//! | `mistake` | what is done wrong on purpose |

mod blocking;
mod blocking_io;
mod calls;
mod config;
mod connection;
mod coroutines;
mod echo;
mod error;
mod handover;
mod limits;
mod listener;
mod loop_state;
mod mistake;
mod operator;
mod pace;
mod pool;
mod processes;
mod reactor;
mod responder;
mod routes;
mod run;
mod selector;
mod session;
mod shared;
mod table;
mod threads;
mod timers;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::signal::SigSet;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};

use crate::http;
use crate::telemetry::{Commands, Counters, Errno, Fd, Nanos, Publisher, Ret};
pub use config::Config;
pub use echo::Protocol;
pub use error::{Failure, Refusal};
use handover::{Ended, Handover};
pub use mistake::Mistake;
pub use processes::{Program, receive_root, work};
pub use routes::Routes;
pub use selector::Trigger;

/// A socket that has its address but does not listen yet.
#[derive(Debug)]
pub struct Bound {
    socket: OwnedFd,
    addr: SocketAddr,
    /// The last port that may be taken in place of this one.
    last: u16,
}

impl Bound {
    /// The address, with the port that the kernel chose if it was asked to.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The same on the next port that is free, while there is one that may be taken.
    fn next(&self) -> Option<Self> {
        let first = self.addr.port().checked_add(1)?;
        bind_one_of(self.addr.ip(), first..=self.last).ok()
    }
}

/// Makes a socket and binds it: `socket(2)`, `bind(2)`.
///
/// # Errors
/// The kernel's: the port is taken, the address is not of this host, no permission. And a
/// [`Refusal`]: nobody can connect to that address, though the kernel binds to it.
pub fn bind(addr: SocketAddr) -> io::Result<Bound> {
    let ip = addr.ip().to_canonical();
    if ip.is_multicast() {
        return Err(Refusal::Multicast(addr.ip()).into());
    }
    if is_broadcast(ip) {
        return Err(Refusal::Broadcast(addr.ip()).into());
    }
    let family = match addr.ip() {
        IpAddr::V4(_) => AddressFamily::INET,
        IpAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, None)?;
    // So that a restart does not have to wait for the TIME-WAIT of old connections.
    sockopt::set_socket_reuseaddr(&socket, true)?;
    rustix::net::bind(&socket, &addr)?;
    let chosen = rustix::net::getsockname(&socket)?.try_into()?;
    if addr.port() == 0 {
        // A port that the kernel chose is lost when the listener is shut down (tcp_set_state in
        // net/ipv4/tcp.c), so it is asked for by its number, while the first socket still holds it.
        return bind(chosen);
    }
    Ok(Bound { socket, addr: chosen, last: chosen.port() })
}

/// Whether it is a broadcast address. Which ones are depends on the networks that this host is in;
/// to those, and without asking for it, connect(2) of a datagram socket fails with `EACCES`.
fn is_broadcast(ip: IpAddr) -> bool {
    match ip {
        // Of this one the kernel says so only where there is a network.
        IpAddr::V4(Ipv4Addr::BROADCAST) => return true,
        IpAddr::V4(_) => {}
        IpAddr::V6(_) => return false,
    }
    let (family, flags) = (AddressFamily::INET, SocketFlags::CLOEXEC);
    rustix::net::socket_with(family, SocketType::DGRAM, flags, None).is_ok_and(|socket| {
        // The discard protocol's port; nothing is sent.
        let connected = rustix::net::connect(&socket, &SocketAddr::new(ip, 9));
        connected == Err(rustix::io::Errno::ACCESS)
    })
}

/// Binds to the first of these ports that is free. Two programs may bind to one port while neither
/// listens (`SO_REUSEADDR`), so only listen(2) decides whose it is: [`start`] goes on to the next
/// port when it fails.
///
/// # Errors
/// Why the first of them cannot be had, or the only one.
pub fn bind_one_of(ip: IpAddr, ports: RangeInclusive<u16>) -> io::Result<Bound> {
    let last = *ports.end();
    let mut refused = None;
    for port in ports {
        match bind(SocketAddr::new(ip, port)) {
            Ok(bound) => return Ok(Bound { last, ..bound }),
            Err(error) => {
                if refused.get_or_insert(error).kind() != io::ErrorKind::AddrInUse {
                    break;
                }
            }
        }
    }
    Err(refused.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

/// A running server.
#[derive(Debug)]
pub struct Handle {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The first server's epoll instance; -1 where it has none.
    pub epfd: Fd,
    /// The waker on its interest list.
    pub waker: Fd,
    /// Its thread, as gettid(2) and strace(1) number it.
    pub thread_id: i32,
    thread: JoinHandle<io::Result<Ended>>,
}

impl Handle {
    /// Whether the thread has ended, for whatever reason.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for the thread's end; returns the final totals.
    ///
    /// # Errors
    /// Why it died.
    pub fn join(self) -> Result<Counters, Failure> {
        match self.thread.join() {
            Ok(Ok((counters, _))) => Ok(counters),
            Ok(Err(error)) => Err(Failure::Wait(error)),
            Err(payload) => Err(Failure::panic(&*payload)),
        }
    }
}

/// What the thread tells once it listens.
struct Started {
    addr: SocketAddr,
    epfd: Fd,
    thread_id: i32,
}

/// Starts the server on a thread of its own and returns when it listens, maybe on another port
/// ([`bind_one_of`]).
///
/// # Errors
/// The thread, its epoll instance or `listen(2)` failed.
pub fn start(
    bound: Bound,
    config: Config,
    site: http::Site,
    publisher: Publisher,
    commands: Commands,
) -> io::Result<Handle> {
    if config.stdin {
        reactor::prepare()?;
    }
    let waker = commands.as_fd().as_raw_fd();
    let (started_tx, started_rx) = crossbeam_channel::bounded(1);
    let thread = std::thread::Builder::new().name("server".into()).spawn(move || {
        let thread_id = rustix::thread::gettid().as_raw_nonzero().get();
        // Signals are for the others: a handler's own calls have no place between the loop's, nor
        // has the EINTR that it leaves behind.
        SigSet::all().thread_block()?;
        let handover = Handover::new(bound, config, site, publisher, commands)?;
        let addr = handover.bound.addr;
        // Only the first matters; later there is no room, and nobody who reads.
        handover.run(|epfd| drop(started_tx.try_send(Started { addr, epfd, thread_id })))
    })?;
    match started_rx.recv() {
        Ok(Started { addr, epfd, thread_id }) => {
            Ok(Handle { addr, epfd, waker, thread_id, thread })
        }
        Err(_) => match thread.join() {
            Ok(Err(error)) => Err(error),
            _ => Err(Refusal::NotListening.into()),
        },
    }
}

fn nanos(duration: Duration) -> Nanos {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A call's result as it is told.
fn ret(result: Result<usize, rustix::io::Errno>) -> Ret {
    match result {
        Ok(value) => Ret::ok(value as u64),
        Err(errno) => Ret::err(Errno(errno.raw_os_error())),
    }
}

fn ret_of(result: io::Result<usize>) -> Ret {
    match result {
        Ok(value) => Ret::ok(value as u64),
        Err(error) => Ret::err(Errno(error.raw_os_error().unwrap_or(0))),
    }
}
