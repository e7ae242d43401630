//! One look at all of a process and its workers.

use std::collections::{HashMap, HashSet};
use std::io;
use std::time::{Duration, Instant};

use super::descriptors::{self, Descriptor, Object};
use super::epolls::{List, Lists};
use super::find::Family;
use super::findings::{Memory, Noticed};
use super::process::Process;
use super::sockets::{Socket, Sockets};
use super::threads::{self, Meter, Thread};
use crate::inspect::TcpTable;
use crate::telemetry::Fd;

/// What is looked at: what nobody sees is not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// The interest lists.
    pub lists: bool,
    /// The threads.
    pub threads: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { lists: true, threads: true }
    }
}

/// What may not be seen, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unseen {
    /// The descriptors of that process: the error's number.
    Descriptors(i32, i32),
    /// The round-trip times and accept queues' limits: its network is another namespace's, or the
    /// kernel's table cannot be asked.
    TcpTable,
    /// The calls of threads.
    Calls,
}

/// What was used since the look before.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Used {
    /// Over which time; 0 at the first look.
    pub over: Duration,
    /// By each thread, on a CPU, in nanoseconds.
    pub cpu: HashMap<i32, u64>,
    /// How often a thread gave the CPU away, or lost it.
    pub switches: u64,
}

/// What was seen.
#[derive(Clone, PartialEq, Debug)]
pub struct Look {
    /// When.
    pub taken: Instant,
    /// How long it took.
    pub took: Duration,
    /// The processes that are there; none once all have ended.
    pub processes: Vec<Process>,
    /// How many descriptors each may have.
    pub limits: HashMap<i32, u64>,
    /// The ports on which it listens.
    pub ports: Vec<u16>,
    /// All descriptors, by process and number.
    pub descriptors: Vec<Descriptor>,
    /// All threads, if they were wanted.
    pub threads: Vec<Thread>,
    /// All interest lists, if they were wanted.
    pub lists: Vec<List>,
    /// What it has used.
    pub used: Used,
    /// What is noticed.
    pub findings: Vec<Noticed>,
    /// What may not be seen.
    pub unseen: Vec<Unseen>,
}

impl Look {
    /// That descriptor, if it is open.
    #[must_use]
    pub fn descriptor(&self, pid: i32, fd: Fd) -> Option<&Descriptor> {
        let at = self.descriptors.binary_search_by_key(&(pid, fd), |it| (it.pid, it.fd)).ok()?;
        self.descriptors.get(at)
    }

    /// The interest list of that descriptor.
    #[must_use]
    pub fn list(&self, pid: i32, epfd: Fd) -> Option<&List> {
        self.lists.iter().find(|list| (list.pid, list.epfd) == (pid, epfd))
    }

    /// Whether another process has an epoll instance of that number with the same entries: very
    /// likely the same one, by fork(2).
    #[must_use]
    pub fn is_shared(&self, list: &List) -> bool {
        let same = |other: &&List| other.pid != list.pid && other.epfd == list.epfd;
        self.lists.iter().filter(same).any(|other| {
            let entries = |list: &List| -> Vec<_> {
                list.entries.iter().map(|entry| entry.interest).collect()
            };
            entries(other) == entries(list)
        })
    }
}

/// What is kept from one look to the next.
#[derive(Debug)]
pub(super) struct Eyes {
    family: Family,
    sockets: Sockets,
    /// Why the way by `sock_diag` is not taken, if it is not.
    no_table: bool,
    lists: Lists,
    meter: Meter,
    memory: Memory,
    last: Option<Instant>,
}

impl Eyes {
    /// To look at these; `table` is that of their network namespace.
    pub(super) fn new(family: Family, table: Option<TcpTable>) -> Self {
        Self {
            family,
            no_table: table.is_none(),
            sockets: Sockets::new(table),
            lists: Lists::default(),
            meter: Meter::default(),
            memory: Memory::default(),
            last: None,
        }
    }

    /// Looks.
    pub(super) fn look(&mut self, wanted: Wanted) -> Look {
        let taken = Instant::now();
        self.family.follow();
        let processes = self.family.members.clone();
        let mut unseen = Vec::new();
        if self.no_table {
            unseen.push(Unseen::TcpTable);
        }
        let mut descriptors = Vec::new();
        for process in &processes {
            match descriptors::of(process.pid) {
                Ok(found) => descriptors.extend(found),
                // One that has ended meanwhile is gone at the next look.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let number = error.raw_os_error().unwrap_or_default();
                    unseen.push(Unseen::Descriptors(process.pid, number));
                }
            }
        }
        descriptors.sort_unstable_by_key(|it| (it.pid, it.fd));
        self.fill_in_sockets(&processes, &mut descriptors);
        let lists = if wanted.lists { self.lists.look(&descriptors) } else { Vec::new() };
        for list in &lists {
            for entry in list.entries.iter().filter(|entry| !entry.outlived) {
                let interest = entry.interest;
                let at = descriptors
                    .binary_search_by_key(&(list.pid, interest.fd), |it| (it.pid, it.fd));
                if let Some(descriptor) = at.ok().and_then(|at| descriptors.get_mut(at)) {
                    descriptor.watched.push((list.epfd, interest.mask));
                }
            }
        }
        let mut threads = Vec::new();
        if wanted.threads {
            let all = processes.iter().filter_map(|process| threads::of(process.pid).ok());
            threads.extend(all.flatten());
        }
        if !threads.is_empty() && threads.iter().all(|thread| thread.call.is_none()) {
            unseen.push(Unseen::Calls);
        }
        let (cpu, switches) = self.meter.since(&threads);
        let over = self.last.map_or(Duration::ZERO, |last| taken - last);
        self.last = Some(taken);
        let limits =
            processes.iter().filter_map(|process| Some((process.pid, process.limit()?))).collect();
        let mut look = Look {
            taken,
            took: Duration::ZERO,
            processes,
            limits,
            ports: ports(&descriptors),
            descriptors,
            threads,
            lists,
            used: Used { over, cpu, switches },
            findings: Vec::new(),
            unseen,
        };
        look.findings = self.memory.notice(&look);
        look.took = taken.elapsed();
        look
    }

    fn fill_in_sockets(&mut self, processes: &[Process], descriptors: &mut [Descriptor]) {
        let is_socket = |it: &&Descriptor| matches!(it.object, Object::Socket(_));
        let inodes: HashSet<u64> =
            descriptors.iter().filter(is_socket).filter_map(|it| it.inode).collect();
        let Some(first) = processes.first() else { return };
        self.sockets.look(first.pid, &inodes);
        for descriptor in descriptors {
            if let (Object::Socket(socket), Some(inode)) =
                (&mut descriptor.object, descriptor.inode)
            {
                *socket = self.sockets.get(inode);
            }
        }
    }
}

/// The ports of listeners.
fn ports(descriptors: &[Descriptor]) -> Vec<u16> {
    let mut ports: Vec<u16> = descriptors
        .iter()
        .filter_map(|descriptor| match descriptor.object {
            Object::Socket(Socket::Listener { own, .. }) => Some(own.port()),
            _ => None,
        })
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}
