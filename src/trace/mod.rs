//! Any program under the scope: it is run stopped at its system calls (ptrace(2), seccomp(2)), and what
//! it does is published as the servers here publish what they do.
//!
//! | file | what lives there |
//! |---|---|
//! | `launch` | how a program is started so that it is traced from its first call on |
//! | `tracer` | the thread that traces |
//! | `bell` | what wakes that thread when a command comes |
//! | `ptrace` | the few requests of ptrace(2) that nix has not |
//! | `calls` | at which calls it is stopped: their numbers, and the filter |
//! | `outcome` | a call between its two ends |
//! | `arguments` | what a call's registers and pointers mean |
//! | `memory` | the program's memory |
//! | `world` | its processes, their descriptors, the connections |
//! | `object` | what a descriptor stands for |
//! | `interests` | an epoll's interest list, and which data stands for which descriptor |
//! | `evidence` | which of the nine ways it goes, by its calls |
//! | `written` | what it writes to its standard output and error |
//! | `lines` | in which line of its own files it makes a call |
//! | `python` | where a Python program stands; `no_python` in a build without the feature of that name |

mod arguments;
mod bell;
mod calls;
mod evidence;
mod interests;
mod launch;
mod lines;
mod memory;
mod object;
mod outcome;
mod ptrace;
#[cfg_attr(not(feature = "python"), path = "no_python.rs")]
mod python;
mod tracer;
mod world;
mod written;

use std::io;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use nix::sys::signal::{SigSet, Signal};

use crate::telemetry::{Commands, Nanos, Publisher};
pub use calls::{begins_with_fd, call_numbered};
pub use launch::{Program, become_program, find};
pub use lines::Legible;
use tracer::{Delay, Tracer};
pub use written::{Excerpt, Written};

/// How a program has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// With that exit code.
    Exited(i32),
    /// By that signal.
    Signaled(i32),
    /// Not at all: it was let go, and runs on.
    Left,
}

impl Ended {
    /// The exit code that says the same, as a shell has it.
    #[must_use]
    pub fn code(self) -> u8 {
        let code = match self {
            Self::Exited(code) => code,
            Self::Signaled(signal) => 128 + signal,
            Self::Left => 0,
        };
        u8::try_from(code & 0xff).unwrap_or(u8::MAX)
    }
}

/// A program that is traced.
#[derive(Debug)]
pub struct Traced {
    /// Its process.
    pub pid: i32,
    /// It ran before, and runs on when it is let go.
    pub runs_on: bool,
    delay: Delay,
    legible: lines::Told,
    thread: JoinHandle<io::Result<Ended>>,
}

impl Traced {
    /// Whether it has ended, and all of its processes.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// By how much each call of the last second was held up at least: from the time at which it was known
    /// to stand, at both of its ends, until it was let go, by the mean. What it takes to stop a thread and
    /// to start it again comes to that. `None` where there was none.
    #[must_use]
    pub fn delay(&self) -> Option<Nanos> {
        self.delay.get()
    }

    /// Whether its source can be shown.
    #[must_use]
    pub fn legible(&self) -> Legible {
        self.legible.get()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// It could not be started, or not be traced.
    pub fn join(self) -> io::Result<Ended> {
        match self.thread.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// Called before any other thread is started: each stop of a traced program is a SIGCHLD, which no
/// thread may take but the one that traces, and that one reads it from a descriptor (signalfd(2)).
///
/// # Errors
/// The kernel does not let it.
pub fn prepare() -> io::Result<()> {
    let mut child = SigSet::empty();
    child.add(Signal::SIGCHLD);
    Ok(child.thread_block()?)
}

/// Starts a program, traced by a thread of its own.
///
/// # Errors
/// It cannot be started or not be traced.
pub fn start(program: Program, publisher: Publisher, commands: Commands) -> io::Result<Traced> {
    // Only the thread that has seized it may trace it.
    on_a_thread(false, publisher, commands, move |tracer, started| {
        let child = launch::start(program)?;
        // Nobody who reads it is gone before it is there.
        let _ = started.send(child.id().cast_signed());
        tracer.run(&child)
    })
}

/// Traces a process that runs, with all its threads, and lets it go when it is told to end: it runs on
/// then, as it does when this program is killed.
///
/// # Errors
/// It may not be traced ([`PermissionDenied`](io::ErrorKind::PermissionDenied)), somebody else does
/// ([`ResourceBusy`](io::ErrorKind::ResourceBusy)), or it is gone.
pub fn attach(pid: i32, publisher: Publisher, commands: Commands) -> io::Result<Traced> {
    on_a_thread(true, publisher, commands, move |mut tracer, started| {
        tracer.seize(pid)?;
        let _ = started.send(pid);
        tracer.trace()
    })
}

fn on_a_thread(
    runs_on: bool,
    publisher: Publisher,
    commands: Commands,
    trace: impl FnOnce(Tracer, Sender<i32>) -> io::Result<Ended> + Send + 'static,
) -> io::Result<Traced> {
    let (started, starts) = crossbeam_channel::bounded(1);
    let delay = Delay::default();
    let legible = lines::Told::default();
    let told = (delay.clone(), legible.clone());
    let thread = std::thread::Builder::new().name("tracer".into()).spawn(move || {
        SigSet::all().thread_block()?;
        trace(Tracer::new(publisher, commands, told)?, started)
    })?;
    match starts.recv() {
        Ok(pid) => Ok(Traced { pid, runs_on, delay, legible, thread }),
        Err(_) => match thread.join() {
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) => Err(io::ErrorKind::Other.into()),
            Err(panic) => std::panic::resume_unwind(panic),
        },
    }
}
