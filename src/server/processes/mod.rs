//! A process for each connection: this one accepts, starts a worker (the same program) and hands
//! it the socket. A thread for each worker hears what it tells, and waits for its end.
//!
//! The socket stays open here too, so that the operator can shut it down; the connection is closed
//! when both have closed it.

mod wire;
mod worker;

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::Builder;

use rustix::net::{AddressFamily, SendFlags, SocketFlags, SocketType};

use super::hall::{self, Alarm, Arrival, AtTable, Hall, this_thread};
use super::house::{After, House};
use crate::telemetry::{By, Fd, ServerKind, What, Why};
use wire::{Word, read};
pub use worker::work;

/// Stack of a thread that hears a worker.
const STACK: usize = 64 * 1024;
/// Bytes of what a worker tells that are read at once.
const HEARD: usize = 16 * 1024;

/// How a worker process is started.
#[derive(Clone, Debug)]
pub struct Program {
    /// The binary.
    pub path: PathBuf,
    /// The flags of its command line that this program was started with, so that the worker does
    /// everything in the same way.
    pub flags: Vec<OsString>,
}

impl Default for Program {
    fn default() -> Self {
        Self { path: "/proc/self/exe".into(), flags: Vec::new() }
    }
}

/// A worker process, as it stands in the table.
pub(super) struct Worker {
    pub(super) pid: rustix::process::Pid,
    /// Where it tells what it does; shut, it ends its handler.
    pub(super) channel: Arc<OwnedFd>,
}

pub(super) fn run(house: House, started: &mut dyn FnMut(Fd)) -> io::Result<(House, After)> {
    hall::run(house, ServerKind::Processes, started, |scope, hall| {
        while let Some(arrival) = hall.accept() {
            if arrival.crowded {
                hall.turn_away(arrival);
                continue;
            }
            // There may be no more processes, threads or descriptors.
            let Ok((child, channel)) = start(hall, &arrival) else {
                hall.turn_away(arrival);
                continue;
            };
            let by = By::process(child.id().cast_signed());
            if let Some(pid) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
                hall.assign(&arrival, by, Some(Worker { pid, channel: channel.clone() }));
            }
            hall.lock(by).tell.fact(arrival.fd, Some(arrival.id), What::Started { stack: 0 }, &[]);
            let hear = Hearer { hall, child, channel, arrival };
            let hearer = Builder::new().name(format!("worker {}", hear.child.id()));
            let hear = move || hear.run();
            if hearer.stack_size(STACK).spawn_scoped(scope, hear).is_err() {
                // The worker was dropped with the closure: its channel is closed, and it ends.
                return hall.end(After::End);
            }
        }
    })
}

/// Starts a worker, with the socket as its descriptor 0 and its end of a channel as 1.
fn start(hall: &Hall, arrival: &Arrival) -> io::Result<(Child, Arc<OwnedFd>)> {
    let flags = SocketFlags::CLOEXEC;
    let (ours, theirs) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    let program = &hall.config.worker;
    let mut command = Command::new(&program.path);
    command.arg0("epollscope").arg("worker");
    if arrival.full {
        command.arg("--full");
    }
    command.arg("--").args(&program.flags);
    command.stdin(Stdio::from(arrival.socket.try_clone()?)).stdout(Stdio::from(theirs));
    let child = command.stderr(Stdio::null()).spawn()?;
    Ok((child, Arc::new(ours)))
}

/// Hears what a worker tells.
struct Hearer<'h> {
    hall: &'h Hall,
    child: Child,
    channel: Arc<OwnedFd>,
    arrival: Arrival,
}

impl Hearer<'_> {
    fn run(mut self) {
        let _alarm = Alarm(self.hall);
        let by = By::process(self.child.id().cast_signed());
        let why = self.hear(by).unwrap_or(Why::WorkerDied);
        let Arrival { fd, id, .. } = self.arrival;
        // Once it is waited for, its number may be another's.
        self.hall.assign(&self.arrival, by, None);
        let waited = self.child.wait();
        let ret = super::ret_of(waited.map(|_| self.child.id() as usize));
        self.hall.lock(this_thread()).tell.call(-1, Some(id), What::Wait4 { ret });
        AtTable::new(self.hall, &self.arrival, this_thread()).close(self.arrival.socket, why);
        self.hall.ended(by, fd, id);
    }

    /// Hears it out; returns why it ended, if it came to say so.
    fn hear(&mut self, by: By) -> Option<Why> {
        let mut bytes = vec![0; HEARD];
        let mut have = 0;
        let mut why = None;
        loop {
            let mut used = 0;
            while let Some((word, len)) = read(&bytes[used..have]) {
                used += len;
                if let Word::End(said) = word {
                    why = Some(said);
                } else {
                    self.tell(by, word);
                }
            }
            // It has told all before it sleeps.
            self.hall.lock(by).publish();
            bytes.copy_within(used..have, 0);
            have -= used;
            if have == bytes.len() {
                bytes.resize(2 * have, 0);
            }
            match rustix::io::read(&*self.channel, &mut bytes[have..]) {
                Ok(0) => return why,
                Ok(n) => have += n,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return why,
            }
        }
    }

    /// Tells what it told, as its own doing. Descriptor 0 there is the connection's socket.
    fn tell(&self, by: By, word: Word<'_>) {
        let Arrival { fd, id, .. } = self.arrival;
        let mut inner = self.hall.lock(by);
        match word {
            Word::Before(kind, state) => {
                inner.table.change(fd, id, |row| (row.state, row.within) = (state, Some(kind)));
            }
            Word::After(what) => {
                let now = inner.tell.now();
                inner.tell.call(0, Some(id), what);
                inner.table.note(fd, id, what, now);
                inner.table.change(fd, id, |row| row.within = None);
            }
            Word::Call(file, what, bytes) => {
                inner.tell.call_with(file, None, what, bytes, &[], false);
            }
            Word::Fact(what, bytes) => {
                inner.tell.fact(0, Some(id), what, bytes);
                inner.note_fact(fd, id, what);
            }
            Word::HalfClosed => inner.table.change(fd, id, |row| row.half_closed = true),
            Word::Counters => {
                let mut counters = inner.tell.counters.clone();
                drop(inner);
                let words: Vec<u8> = counters.words().flat_map(|word| word.to_le_bytes()).collect();
                // A worker that has died does not need them.
                let _ = rustix::net::send(&*self.channel, &words, SendFlags::NOSIGNAL);
            }
            Word::End(_) => {}
        }
    }
}
