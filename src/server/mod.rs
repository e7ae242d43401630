//! The server thread: an HTTP server, in nine ways, that publishes what it does.
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
//! | `processes` | a process for each connection: `worker` is that process, `wire` what it reports to its parent |
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
//! | `bound` | the socket with its address, before it listens |
//! | `door` | where a running server is offered another one |
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
//! | `convert` | durations and results of calls in the types of telemetry |
//! | `timers` | a wheel of deadlines |
//! | `error` | what goes wrong where no errno says it |

mod blocking;
mod blocking_io;
mod bound;
mod calls;
mod config;
mod connection;
mod convert;
mod coroutines;
mod door;
mod echo;
mod error;
mod handover;
mod limits;
mod listener;
mod loop_state;
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
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};
use std::thread::JoinHandle;

use nix::sys::signal::SigSet;

use crate::http;
use crate::telemetry::{Commands, Counters, Fd, Publisher};
pub use crate::telemetry::{Mistake, Trigger};
pub use bound::{Bound, bind, bind_one_of};
pub use config::{Config, Program};
pub use door::{Door, Offer};
pub use echo::Protocol;
pub use error::{Failure, Refusal};
use handover::{Ended, Handover};
pub(crate) use pace::{Pace, Verdict};
pub use processes::{WorkerFlags, receive_root, work};
pub use routes::Routes;

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

/// What the thread reports once it listens.
struct Started {
    addr: SocketAddr,
    epfd: Fd,
    thread_id: i32,
}

/// While this exists a server that has just started listens and does no more.
#[derive(Debug)]
pub struct Stands {
    _goes: crossbeam_channel::Sender<()>,
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
    start_standing(bound, config, site, publisher, commands).map(|(handle, _)| handle)
}

/// The same, but it does not go on as long as it is to stand: `accept4(2)` takes the next client's
/// number before it sleeps, and that shall be the smallest that is not used by what is opened
/// meanwhile.
///
/// # Errors
/// Those of [`start`].
pub fn start_standing(
    bound: Bound,
    config: Config,
    site: http::Site,
    publisher: Publisher,
    commands: Commands,
) -> io::Result<(Handle, Stands)> {
    if config.stdin {
        reactor::prepare()?;
    }
    let waker = commands.as_fd().as_raw_fd();
    let (started_tx, started_rx) = crossbeam_channel::bounded(1);
    let (goes, stands) = crossbeam_channel::bounded::<()>(0);
    let thread = std::thread::Builder::new().name("server".into()).spawn(move || {
        let thread_id = rustix::thread::gettid().as_raw_nonzero().get();
        // Signals are for the others: a handler's own calls have no place between the loop's, nor
        // has the EINTR that it leaves behind.
        SigSet::all().thread_block()?;
        let handover = Handover::new(bound, config, site, publisher, commands)?;
        let addr = handover.bound.addr;
        handover.run(|epfd| {
            // Only the first matters; later there is no room, and nobody who reads.
            let _ = started_tx.try_send(Started { addr, epfd, thread_id });
            // Nothing is sent: the wait ends with the sender.
            let _ = stands.recv();
        })
    })?;
    match started_rx.recv() {
        Ok(Started { addr, epfd, thread_id }) => {
            Ok((Handle { addr, epfd, waker, thread_id, thread }, Stands { _goes: goes }))
        }
        Err(_) => match thread.join() {
            Ok(Err(error)) => Err(error),
            _ => Err(Refusal::NotListening.into()),
        },
    }
}
