//! The server thread: an HTTP server on one thread and one epoll instance, that tells what it does.
//!
//! | file | what lives there |
//! |---|---|
//! | `reactor` | the readiness loop: wait, accept, serve |
//! | `coroutines` | a task for each connection, over tokio's loop |
//! | `round` | what `scan` makes of a turn |
//! | `listener` | accepting, and resting when no descriptor is left |
//! | `keyboard` | standard input as one more fd |
//! | `mistake` | what is done wrong on purpose |
//! | `echo` | the other protocol |
//! | `transfer` | reading and writing on one of its connections |
//! | `floor` | what every step of it needs: the gate, the table, somebody to tell |
//! | `desk` | where requests become answers, for all servers |
//! | `session` | what is said on one connection, without its socket |
//! | `routes` | what is answered beside the files: `/slow`, `/-/metrics` |
//! | `operator` | what the operator's commands do |
//! | `selector` | who says which fds are ready |
//! | `table`, `connection` | the fd → socket table and what is in it |
//! | `pace` | the gate: run, pause, step, slow motion |
//! | `pool` | threads for handlers, so that the loop can go on |
//! | `blocking` | one client at a time |
//! | `threads` | a thread for each connection |
//! | `processes` | a process for each connection; `worker` is that process, and `wire` what it tells |
//! | `converse` | one connection from its first byte to its last, with calls that sleep |
//! | `hall` | what the threads of those servers share; `operator` is the operator's thread, and `line` a thread's end of the conversation on one connection |
//! | `timers` | deadlines |
//! | `deadline` | what the time limits are, and what happens when one is over |

mod blocking;
mod connection;
mod converse;
mod coroutines;
mod deadline;
mod desk;
mod echo;
mod floor;
mod hall;
mod keyboard;
mod listener;
mod mistake;
mod operator;
mod pace;
mod pool;
mod processes;
mod reactor;
mod round;
mod routes;
mod selector;
mod session;
mod table;
mod threads;
mod timers;
mod transfer;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::signal::SigSet;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};

use crate::http;
use crate::telemetry::{
    Commands, Counters, Errno, Fd, Mode, Nanos, Publisher, Ret, ServerKind, Stance, Standing, What,
    Why,
};
use connection::Connection;
use desk::Desk;
pub use echo::Protocol;
pub use mistake::Mistake;
pub use processes::{Program, work};
use reactor::Reactor;
pub use routes::Routes;
pub use selector::Trigger;
use selector::{Epoll, EpollEt, Poll, Scan, Select};
use table::Table;

/// Which server, and its limits.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of the command line")]
pub struct Config {
    /// Which of the nine.
    pub server: ServerKind,
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
    /// How many threads run the handlers, beside the loop; 0 for none: they run on the loop. Only
    /// the readiness servers have them.
    pub handler_threads: usize,
    /// What is spoken.
    pub protocol: Protocol,
    /// Whether `blocking` ends when it has served one connection.
    pub once: bool,
    /// Bytes of stack that `threads` gives to each of its threads.
    pub stack_size: usize,
    /// How `processes` starts its workers.
    pub worker: Program,
    /// When `epoll` is told of an fd that is ready.
    pub trigger: Trigger,
    /// How long `scan` sleeps between two rounds.
    pub nap: Duration,
    /// Whether an event is followed by as many `recv`s as there is input, or by one.
    pub drain: bool,
    /// Whether an event is followed by as many `accept`s as there are clients, or by one.
    pub accept_all: bool,
    /// Whether standard input is watched too.
    pub stdin: bool,
    /// What is done wrong on purpose.
    pub mistake: Option<Mistake>,
}

impl Config {
    /// Whether this mistake is to be made.
    #[inline]
    pub(crate) fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// Whether an event is followed by as many `recv`s as there is input.
    #[inline]
    fn drains(&self) -> bool {
        self.drain && !self.makes(Mistake::NoDrain)
    }

    /// How much one `recv` may bring.
    fn recv_size(&self) -> usize {
        let most = if self.makes(Mistake::RecvOnce) { mistake::RECV_ONCE } else { usize::MAX };
        self.read_buffer.clamp(1, most)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server: ServerKind::default(),
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
            handler_threads: 0,
            protocol: Protocol::default(),
            once: false,
            stack_size: 64 * 1024,
            worker: Program::default(),
            trigger: Trigger::default(),
            nap: Duration::ZERO,
            drain: true,
            accept_all: true,
            stdin: false,
            mistake: None,
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
    let chosen = rustix::net::getsockname(&socket)?.try_into()?;
    if addr.port() == 0 {
        // A port that the kernel chose is lost when the listener is shut down (tcp_set_state in
        // net/ipv4/tcp.c), so it is asked for by its number, while the first socket still holds it.
        return bind(chosen);
    }
    Ok(Bound { socket, addr: chosen })
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
    /// Why it died, in one sentence.
    pub fn join(self) -> Result<Counters, String> {
        match self.thread.join() {
            Ok(Ok((counters, _))) => Ok(counters),
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

/// What a server leaves: its totals, and the desk, whose site has descriptors of its own that are
/// not the loop's to close.
type Ended = (Counters, Desk);

/// What one server leaves to the next, and the program to the first.
struct House {
    bound: Bound,
    config: Config,
    desk: Desk,
    tell: Publisher,
    commands: Commands,
    /// The id of the last connection.
    last_id: u64,
}

/// What comes after a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum After {
    /// Nothing: it was shut down.
    End,
    /// Another one.
    Switch(ServerKind),
}

impl After {
    /// Why the connections are closed that are still open.
    fn why(self) -> Why {
        match self {
            Self::End => Why::Shutdown,
            Self::Switch(_) => Why::Switched,
        }
    }
}

impl House {
    /// Listens.
    fn new(
        bound: Bound,
        config: Config,
        site: http::Site,
        mut tell: Publisher,
        commands: Commands,
    ) -> io::Result<Self> {
        tell.read_clock();
        let Bound { socket, addr } = &bound;
        let fd = socket.as_raw_fd();
        if config.nodelay {
            // Inherited by every accepted socket.
            let result = sockopt::set_tcp_nodelay(socket, true);
            let ret = ret(result.map(|()| 0));
            tell.call(fd, None, What::Setsockopt { name: "TCP_NODELAY", ret });
            result?;
        }
        let backlog = config.backlog;
        let result = rustix::net::listen(socket, i32::try_from(backlog).unwrap_or(i32::MAX));
        let ret = ret(result.map(|()| 0));
        tell.call(fd, None, What::Listen { addr: (*addr).into(), backlog, ret });
        result?;
        let desk = Desk::new(config.clone(), site);
        Ok(Self { bound, config, desk, tell, commands, last_id: 0 })
    }

    /// Runs one server after another, until the operator ends the last.
    fn run(mut self, mut started: impl FnMut(Fd)) -> io::Result<Ended> {
        let mut kind = self.config.server;
        loop {
            let (back, after) = self.serve(kind, &mut started)?;
            self = back;
            let After::Switch(to) = after else { return Ok(self.close()) };
            kind = to;
            self.tell.fact(-1, None, What::Switched { to }, &[]);
        }
    }

    /// Runs a server. This is the only place where something is chosen by a server's name.
    fn serve(self, kind: ServerKind, started: &mut dyn FnMut(Fd)) -> io::Result<(Self, After)> {
        match kind {
            ServerKind::Processes => processes::run(self, started),
            ServerKind::Threads => threads::run(self, started),
            ServerKind::Blocking => blocking::run(self, started),
            ServerKind::Scan => Reactor::<Scan>::new(self)?.run(started),
            ServerKind::Select => Reactor::<Select>::new(self)?.run(started),
            ServerKind::Poll => Reactor::<Poll>::new(self)?.run(started),
            ServerKind::Epoll => Reactor::<Epoll>::new(self)?.run(started),
            ServerKind::EpollEt => Reactor::<EpollEt>::new(self)?.run(started),
            ServerKind::Coroutines => coroutines::run(self, started),
        }
    }

    /// Closes the listener, and publishes for the last time.
    fn close(self) -> Ended {
        let Self { bound, desk, mut tell, .. } = self;
        let fd = bound.socket.as_raw_fd();
        drop(bound);
        tell.call(fd, None, What::Close);
        let since = tell.read_clock();
        let counters = tell.counters.clone();
        let standing = Standing { stance: Stance::Ended, since, mode: Mode::Run };
        tell.finish(&mut Table::<Connection>::new(false), standing);
        (counters, desk)
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
    let addr = bound.addr;
    if config.stdin {
        keyboard::prepare()?;
    }
    let waker = commands.as_fd().as_raw_fd();
    let (tell, told) = crossbeam_channel::bounded(1);
    let thread = std::thread::Builder::new().name("server".into()).spawn(move || {
        let thread_id = rustix::thread::gettid().as_raw_nonzero().get();
        // Only the first matters; later there is no room, and nobody who reads.
        let started = |epfd| drop(tell.try_send(Started { epfd, thread_id }));
        // Signals are for the others: a handler's own calls have no place between the loop's, nor
        // has the EINTR that it leaves behind.
        SigSet::all().thread_block()?;
        House::new(bound, config, site, publisher, commands)?.run(started)
    })?;
    match told.recv() {
        Ok(Started { epfd, thread_id }) => Ok(Handle { addr, epfd, waker, thread_id, thread }),
        Err(_) => match thread.join() {
            Ok(Err(error)) => Err(error),
            _ => Err(io::Error::other("the server thread ended before it listened")),
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
