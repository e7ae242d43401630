//! The server thread: an HTTP server on one thread and one epoll instance, that tells what it does.
//!
//! | file | what lives there |
//! |---|---|
//! | `reactor` | the readiness loop: wait, accept, serve |
//! | `echo` | the other protocol |
//! | `transfer` | reading, answering and writing on one connection |
//! | `routes` | what is answered beside the files: `/slow`, `/-/metrics` |
//! | `operator` | what the operator's commands do |
//! | `selector` | who says which fds are ready |
//! | `table`, `connection` | the fd → socket table and what is in it |
//! | `pace` | the gate: run, pause, step, slow motion |
//! | `timers` | deadlines |
//! | `deadline` | what the time limits are, and what happens when one is over |

mod connection;
mod deadline;
mod echo;
mod operator;
mod pace;
mod reactor;
mod routes;
mod selector;
mod table;
mod timers;
mod transfer;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::signal::SigSet;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};

use crate::http;
use crate::telemetry::{Commands, Counters, Fd, Publisher};
pub use echo::Protocol;
use reactor::{Ended, Reactor};
pub use routes::Routes;

/// The limits of a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many connections may wait to be accepted (`listen(2)`).
    pub backlog: u32,
    /// How many connections may be open; over that a client gets a 503.
    pub max_connections: usize,
    /// How many of them one address may have; over that a client gets a 503. 0 for any number.
    pub max_per_address: usize,
    /// After how long a connection without a byte in or out is closed; `None` for never.
    pub idle_timeout: Option<Duration>,
    /// How long a request's head may take from its first byte to its last; then the client gets a
    /// 408. `None` for any time.
    pub header_timeout: Option<Duration>,
    /// How long a request's body may take from the end of the head on; `None` for any time.
    pub body_timeout: Option<Duration>,
    /// How long a client may take nothing of what is to be sent; then it is reset. `None` for any
    /// time.
    pub write_timeout: Option<Duration>,
    /// Limits of a request.
    pub limits: http::Limits,
    /// What is answered beside the files.
    pub routes: Routes,
    /// Whether a connection serves more than one request.
    pub keep_alive: bool,
    /// Whether a short segment is sent at once (`TCP_NODELAY`), or waits for the acknowledgement
    /// of those before it.
    pub nodelay: bool,
    /// Whether the head of a long answer waits for the body to fill its segment (`MSG_MORE`).
    pub cork: bool,
    /// Bytes that one `recv` may bring; at least 1.
    pub read_buffer: usize,
    /// What is spoken.
    pub protocol: Protocol,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            backlog: 1024,
            max_connections: 10_000,
            max_per_address: 0,
            idle_timeout: Some(Duration::from_secs(300)),
            header_timeout: Some(Duration::from_secs(30)),
            body_timeout: Some(Duration::from_secs(60)),
            write_timeout: Some(Duration::from_secs(60)),
            limits: http::Limits::default(),
            routes: Routes::default(),
            keep_alive: true,
            nodelay: true,
            cork: true,
            read_buffer: 64 * 1024,
            protocol: Protocol::default(),
        }
    }
}

/// A socket that has its address but does not listen yet.
#[derive(Debug)]
pub struct Bound {
    socket: OwnedFd,
    addr: SocketAddr,
}

impl Bound {
    /// The address, with the port that the kernel chose if it was asked to.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

/// Makes a socket and binds it: `socket(2)`, `bind(2)`.
///
/// # Errors
/// The kernel's: the port is taken, the address is not of this host, no permission.
pub fn bind(addr: SocketAddr) -> io::Result<Bound> {
    let family = match addr.ip() {
        IpAddr::V4(_) => AddressFamily::INET,
        IpAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, None)?;
    // So that a restart does not have to wait for the TIME-WAIT of old connections.
    sockopt::set_socket_reuseaddr(&socket, true)?;
    rustix::net::bind(&socket, &addr)?;
    let addr = rustix::net::getsockname(&socket)?.try_into()?;
    Ok(Bound { socket, addr })
}

/// A running server.
#[derive(Debug)]
pub struct Handle {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Its epoll instance.
    pub epfd: Fd,
    /// The waker on its interest list.
    pub waker: Fd,
    /// Its thread, as gettid(2) and strace(1) number it.
    pub thread_id: i32,
    thread: JoinHandle<io::Result<Option<Ended>>>,
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
    /// Why it died, in one sentence.
    pub fn join(self) -> Result<Counters, String> {
        match self.thread.join() {
            Ok(Ok(ended)) => Ok(ended.map(|(counters, _)| counters).unwrap_or_default()),
            Ok(Err(error)) => Err(format!("The server's wait call failed: {error}.")),
            Err(panic) => {
                let what = panic
                    .downcast_ref::<String>()
                    .map(String::as_str)
                    .or_else(|| panic.downcast_ref::<&str>().copied())
                    .unwrap_or("no message");
                Err(format!("The server thread panicked: {what}."))
            }
        }
    }
}

/// What the thread tells once it listens.
struct Started {
    epfd: Fd,
    thread_id: i32,
}

/// Starts the server on a thread of its own and returns when it listens.
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
    use std::os::fd::{AsFd, AsRawFd};
    let addr = bound.addr;
    let waker = commands.as_fd().as_raw_fd();
    let (tell, told) = crossbeam_channel::bounded(1);
    let thread = std::thread::Builder::new().name("server".into()).spawn(move || {
        // Signals are for the others: a handler's own calls have no place between the loop's, nor
        // has the EINTR that it leaves behind.
        if let Err(error) = SigSet::all().thread_block() {
            let _ = tell.send(Err(error.into()));
            return Ok(None);
        }
        let reactor = Reactor::new(bound, config, site, publisher, commands);
        match reactor {
            Ok(reactor) => {
                let thread_id = rustix::thread::gettid().as_raw_nonzero().get();
                let _ = tell.send(Ok(Started { epfd: reactor.epfd(), thread_id }));
                reactor.run().map(Some)
            }
            Err(error) => {
                let _ = tell.send(Err(error));
                Ok(None)
            }
        }
    })?;
    let gone = || io::Error::other("the server thread ended before it listened");
    let Started { epfd, thread_id } = told.recv().map_err(|_| gone())??;
    Ok(Handle { addr, epfd, waker, thread_id, thread })
}
