//! The thread that looks again and again, as often as the looks are cheap.

use std::fs;
use std::io;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::find::Family;
use super::look::{Eyes, Look, Wanted};
use crate::inspect::TcpTable;

/// Between two looks at least,
const EVERY: Duration = Duration::from_millis(100);
/// and so many times as long as a look took: at most 8 % of one CPU.
const REST: u32 = 12;

/// How often it looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// As often as it is cheap.
    Live,
    /// Not at all, for now.
    Frozen,
}

/// The thread, from outside.
#[derive(Debug)]
pub struct Watcher {
    orders: Sender<(Wanted, Pace)>,
    looks: Receiver<Look>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts it.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(family: Family) -> io::Result<Self> {
        let (orders, ordered) = bounded(16);
        let (sender, looks) = bounded(1);
        let stale = looks.clone();
        let thread = std::thread::Builder::new().name("watcher".into()).spawn(move || {
            let mut eyes = Eyes::new(family.clone(), table(&family));
            let (mut wanted, mut pace) = (Wanted::default(), Pace::Live);
            loop {
                let begin = Instant::now();
                let mut rest = EVERY;
                if pace == Pace::Live {
                    let look = eyes.look(wanted);
                    rest = EVERY.max(look.took * REST);
                    replace(&sender, &stale, look);
                }
                let until = begin + rest;
                loop {
                    match ordered.recv_deadline(until) {
                        // What is asked for anew is looked at when the next look is due.
                        Ok(order) => (wanted, pace) = order,
                        Err(RecvTimeoutError::Timeout) => break,
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
            }
        })?;
        Ok(Self { orders, looks, thread: Some(thread) })
    }

    /// What is to be looked at from now on, and whether.
    pub fn order(&self, wanted: Wanted, pace: Pace) {
        // It takes them at each look; one that is left out is followed by another.
        let _ = self.orders.try_send((wanted, pace));
    }

    /// The newest look, if there is one since this was last asked.
    #[must_use]
    pub fn latest(&self) -> Option<Look> {
        self.looks.try_recv().ok()
    }

    /// Looks once, and waits for it: twice in truth, since only then it is known what was used between
    /// the two.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn once(family: Family) -> io::Result<Look> {
        let looker = std::thread::Builder::new().name("watcher".into()).spawn(move || {
            let table = table(&family);
            let mut eyes = Eyes::new(family, table);
            eyes.look(Wanted::default());
            std::thread::sleep(EVERY);
            eyes.look(Wanted::default())
        })?;
        match looker.join() {
            Ok(look) => Ok(look),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let (none, _) = bounded(0);
        drop(std::mem::replace(&mut self.orders, none));
        if let Some(thread) = self.thread.take() {
            // A panic of its own was told already.
            let _ = thread.join();
        }
    }
}

/// The kernel's table of the family's network namespace; `None` where it cannot be asked. This thread
/// is in that namespace from then on.
fn table(family: &Family) -> Option<TcpTable> {
    let pid = family.members.first()?.pid;
    let theirs = fs::read_link(format!("/proc/{pid}/ns/net")).ok();
    let ours = fs::read_link("/proc/thread-self/ns/net").ok();
    if theirs.is_some() && theirs != ours {
        let namespace = fs::File::open(format!("/proc/{pid}/ns/net")).ok()?;
        let kind = Some(LinkNameSpaceType::Network);
        move_into_link_name_space(std::os::fd::AsFd::as_fd(&namespace), kind).ok()?;
    }
    TcpTable::open().ok()
}

/// Puts a look in place of an older one that nobody has taken.
fn replace(into: &Sender<Look>, out: &Receiver<Look>, look: Look) {
    let mut look = look;
    while let Err(crossbeam_channel::TrySendError::Full(back)) = into.try_send(look) {
        let _ = out.try_recv();
        look = back;
    }
}
