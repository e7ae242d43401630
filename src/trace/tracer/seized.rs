//! A program that runs already: it is taken hold of, thread by thread, what it has by then is learnt from
//! the kernel, and it is let go again.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::net::SocketAddr;

use nix::sys::ptrace::{self as requests, Options};
use nix::unistd::Pid;

use super::{Thread, Tracer};
use crate::inspect::{TcpTable, interest_list};
use crate::telemetry::{By, CtlOp, Fd, Kind, Local, canonical};
use crate::trace::object::Object;
use crate::trace::ptrace::Go;

impl Tracer {
    /// Takes hold of all threads of a process. A call in which one sleeps that way comes back with EINTR,
    /// or is made once more, as the kernel does it after each stop (signal(7)).
    pub(in crate::trace) fn seize(&mut self, pid: i32) -> io::Result<()> {
        // It has no filter that would stop it at the calls that matter: it stops at all.
        (self.seized, self.began, self.on, self.leader) = (true, true, Go::ToReturn, pid);
        let options = Options::PTRACE_O_TRACESYSGOOD
            | Options::PTRACE_O_TRACEEXEC
            | Options::PTRACE_O_TRACECLONE
            | Options::PTRACE_O_TRACEFORK
            | Options::PTRACE_O_TRACEVFORK;
        loop {
            let mut new = false;
            for tid in tasks(pid)? {
                if self.threads.contains_key(&tid) {
                    continue;
                }
                match requests::seize(Pid::from_raw(tid), options) {
                    Ok(()) => {
                        new = true;
                        self.threads.insert(tid, Thread::new(pid));
                    }
                    // One that has ended meanwhile, or that has come of one that is held already.
                    Err(_) if tid != pid => {}
                    Err(error) => return Err(refused(pid, error)),
                }
            }
            if !new {
                break;
            }
        }
        self.world.begin(pid, None);
        self.publisher.read_clock();
        self.learn(pid);
        for tid in self.threads.keys() {
            // One that has ended meanwhile is told of.
            let _ = requests::interrupt(Pid::from_raw(*tid));
        }
        Ok(())
    }

    /// What the process has already: who listens, who is connected, who is watched.
    fn learn(&mut self, pid: i32) {
        let fds = numbers(&format!("/proc/{pid}/fd"));
        let is = |this: &mut Self, fd: &Fd| this.world.object(pid, *fd);
        let listeners: Vec<Fd> =
            fds.iter().copied().filter(|fd| is(self, fd) == Some(Object::Listener)).collect();
        let limits = limits();
        let mut ports = Vec::new();
        for &fd in &listeners {
            if let Some(addr) = self.world.listens_at(pid, fd) {
                ports.push(addr.port());
                let backlog = limits.get(&addr).copied().unwrap_or_default();
                self.listens(pid, fd, addr, backlog);
            }
        }
        for &fd in &fds {
            if is(self, &fd) == Some(Object::Socket)
                && let Some((own, peer)) = self.world.ends_of(pid, fd)
                && ports.contains(&own.port())
            {
                let now = self.publisher.now();
                if let Some((id, _)) =
                    self.world.accept(pid, fd, Some(canonical(peer)), now, By::LOOP)
                {
                    // What was called on it before is not known, nor who has accepted it.
                    let local = Local::of(canonical(own));
                    self.world.change(id, |row| (row.last, row.local) = (Kind::Other, local));
                }
            }
        }
        for &epfd in &fds {
            if is(self, &epfd) == Some(Object::Epoll) {
                let list = interest_list(Some(pid.unsigned_abs()), epfd).unwrap_or_default();
                let all = list.iter().all(|interest| is(self, &interest.fd).is_some());
                for interest in list {
                    let event = (interest.mask, interest.data);
                    self.controlled((pid, epfd), CtlOp::Add, interest.fd, event);
                }
                // One that was closed and is watched all the same has no number here.
                self.world.know_all(pid, epfd, all);
            }
        }
    }

    /// Lets all threads go: those that stand at once, the others as soon as they do.
    pub(super) fn let_all_go(&mut self) {
        let standing: Vec<i32> = self.held.drain(..).chain(self.strangers.drain(..)).collect();
        for tid in standing {
            self.detach(tid, 0);
        }
        for tid in self.threads.keys() {
            let _ = requests::interrupt(Pid::from_raw(*tid));
        }
    }

    /// Lets a thread that stands run on, with that signal if it is not 0.
    pub(super) fn detach(&mut self, tid: i32, signal: i32) {
        super::go(tid, Go::Away, signal);
        self.threads.remove(&tid);
    }
}

/// Why it may not be traced.
fn refused(pid: i32, error: nix::Error) -> io::Error {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
    if error == nix::Error::EPERM && tracer.is_some_and(|tracer| tracer.trim() != "0") {
        return io::ErrorKind::ResourceBusy.into();
    }
    error.into()
}

fn tasks(pid: i32) -> io::Result<Vec<i32>> {
    let folder = format!("/proc/{pid}/task");
    fs::metadata(&folder)?;
    Ok(numbers(&folder))
}

/// The names in a folder that are numbers, in order.
fn numbers(folder: &str) -> Vec<i32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<i32> =
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    all.sort_unstable();
    all
}

/// How many may wait to be accepted, by the listener's address.
fn limits() -> HashMap<SocketAddr, u32> {
    let all = TcpTable::open().and_then(|mut table| table.all()).unwrap_or_default();
    let listeners =
        all.into_values().filter(|it| it.socket.state == crate::inspect::TcpState::Listen);
    listeners.map(|it| (it.own, it.socket.send_queue)).collect()
}
