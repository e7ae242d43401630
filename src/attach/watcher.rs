//! The thread that looks again and again, as often as the looks are cheap.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::find::Family;
use super::look::{Eyes, Look, Wanted};
use crate::inspect::{TcpTable, replace};

/// Between two looks at least,
const EVERY: Duration = Duration::from_millis(100);
/// and so many times as long as a look took: at most 8 % of one CPU.
const REST: u32 = 12;

/// The thread, from outside. It ends when this is dropped.
#[derive(Debug)]
pub struct Watcher {
    orders: Sender<Option<Wanted>>,
    waiting: Receiver<Option<Wanted>>,
    looks: Receiver<Look>,
}

impl Watcher {
    /// Starts it.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(family: Family) -> io::Result<Self> {
        let (orders, ordered) = bounded(1);
        let (sender, looks) = bounded(1);
        let (waiting, stale) = (ordered.clone(), looks.clone());
        std::thread::Builder::new().name("watcher".into()).spawn(move || {
            let table = table(&family);
            let mut eyes = Eyes::new(family, table);
            let mut wanted = Some(Wanted::default());
            loop {
                let begin = Instant::now();
                let mut rest = EVERY;
                if let Some(wanted) = wanted {
                    let look = eyes.look(wanted);
                    rest = EVERY.max(look.took * REST);
                    replace(&sender, &stale, look);
                }
                // What is asked for anew is looked at when the next look is due.
                loop {
                    match ordered.recv_deadline(begin + rest) {
                        Ok(order) => wanted = order,
                        Err(RecvTimeoutError::Timeout) => break,
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
            }
        })?;
        Ok(Self { orders, waiting, looks })
    }

    /// What is to be looked at from now on; `None` is nothing, for now.
    pub fn order(&self, wanted: Option<Wanted>) {
        replace(&self.orders, &self.waiting, wanted);
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
