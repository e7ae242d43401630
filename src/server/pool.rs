//! `--handler offload`: handlers run on a few threads of their own, and the loop goes on.
//!
//! A connection waits for its handler, so its pipelined requests are answered in their order, and
//! no more jobs wait than there are connections. What the pool did is published by the loop, when
//! its waker has brought the note of it.

use std::collections::HashMap;
use std::io;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};
use nix::sys::signal::SigSet;

use super::convert::nanos;
use super::table::Client;
use crate::telemetry::{ConnId, Waker, What};

/// What is to be done.
struct Job {
    client: Client,
    route: &'static str,
    time: Duration,
    /// Disconnected when no connection waits for it any more.
    wanted: Receiver<()>,
}

/// What was done.
pub(super) struct Note {
    pub(super) client: Client,
    /// The thread that did it.
    pub(super) tid: i32,
    pub(super) what: What,
}

/// The threads.
pub(super) struct Pool {
    jobs: Option<Sender<Job>>,
    notes: Receiver<Note>,
    /// Who waits for a handler; dropped to end it.
    waiting: HashMap<ConnId, Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// So many threads, for so many jobs at most.
    ///
    /// # Errors
    /// A thread cannot be started.
    pub(super) fn new(threads: usize, most: usize, waker: &Waker) -> io::Result<Self> {
        let (jobs, queue) = bounded(most);
        let (write, notes) = unbounded();
        let start = |n| {
            let (queue, write) = (queue.clone(), write.clone());
            let waker = waker.clone();
            let name = format!("handler-{n}");
            std::thread::Builder::new().name(name).spawn(move || {
                // A thread that cannot keep signals off still does its work.
                let _ = SigSet::all().thread_block();
                work(&queue, &write, &waker);
            })
        };
        let threads = (1..=threads).map(start).collect::<io::Result<_>>()?;
        Ok(Self { jobs: Some(jobs), notes, waiting: HashMap::new(), threads })
    }

    /// How many threads it has.
    pub(super) fn threads(&self) -> usize {
        self.threads.len()
    }

    /// Puts a handler into the queue.
    pub(super) fn queue(&mut self, client: Client, route: &'static str, time: Duration) {
        if let Some(jobs) = &self.jobs {
            let (waits, wanted) = bounded(0);
            self.waiting.insert(client.id, waits);
            // There is room for a job of each connection that may be open.
            let _ = jobs.try_send(Job { client, route, time, wanted });
        }
    }

    /// What the threads have done since this was last asked.
    pub(super) fn take_notes(&self) -> Vec<Note> {
        self.notes.try_iter().collect()
    }

    /// No connection waits for a handler any more: it has ended, or its connection is closed, which
    /// ends it.
    pub(super) fn forget(&mut self, id: ConnId) {
        self.waiting.remove(&id);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs = None;
        self.waiting.clear();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn work(jobs: &Receiver<Job>, notes: &Sender<Note>, waker: &Waker) {
    let tid = rustix::thread::gettid().as_raw_nonzero().get();
    for Job { client, route, time, wanted } in jobs {
        if wanted.try_recv() == Err(TryRecvError::Disconnected) {
            continue;
        }
        let publisher = |what| {
            // Without the loop there is no publisher.
            let _ = notes.send(Note { client, tid, what });
            waker.wake();
        };
        publisher(What::Handler { route });
        let begin = Instant::now();
        // Nothing is ever sent: it is over in time, or when no connection waits for it any more.
        let _ = wanted.recv_timeout(time);
        publisher(What::Handled { took: nanos(begin.elapsed()) });
    }
}
