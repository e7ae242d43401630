//! The thread that traces: it is told of every stop of every thread of the program, and lets it go on, or
//! holds it before its next call. `returned` publishes what has come of a call, `operated` carries out
//! the operator's commands, `standing` says where it stands, `seized` takes hold of a program that runs
//! already, and lets it go again, `waits` is how the thread is told, and sleeps, `watched` who is watched for
//! what.

mod delays;
mod operated;
mod returned;
mod seized;
mod spoken;
mod standing;
mod waits;
mod watched;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::libc;
use nix::sys::ptrace as requests;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::Pid;
use rustix::process::WaitStatus;

pub(super) use self::delays::Delay;
use self::delays::Delays;
use super::Ended;
use super::bell::Bell;
use super::calls::{self, Numbers};
use super::evidence::Evidence;
use super::lines::{Lines, Told};
use super::object::Opened;
use super::outcome::{self, Call};
use super::ptrace::{self, Go, Stands};
use super::world::{Closed, World};
use crate::server::{Pace, Verdict};
use crate::telemetry::{
    By, Commands, ConnId, Fd, Form, Kind, Listener, Mode, Nanos, Next, Publisher, Stance, Standing,
    Turn,
};

/// How long the program has to end when it is asked to.
const ENDS_WITHIN: Duration = Duration::from_secs(2);

/// A thread of the program.
#[derive(Debug)]
struct Thread {
    pid: i32,
    /// The call that it stands before or has not returned from.
    call: Option<Call>,
    /// Since when it is held before it.
    held: Option<Nanos>,
    /// The call that a signal has ended, and that the kernel goes on with if it is made to.
    interrupted: Option<Call>,
    /// Whom the last list asks about that was handed over for `poll` or `select`.
    listed: Vec<Fd>,
}

impl Thread {
    fn new(pid: i32) -> Self {
        Self { pid, call: None, held: None, interrupted: None, listed: Vec::new() }
    }
}

/// Who has accepted a connection, and on what.
#[derive(Clone, Copy, Debug)]
struct Accepted {
    /// Thread and process.
    by: (i32, i32),
    listener: Option<Opened>,
}

/// The tracer.
pub(super) struct Tracer {
    publisher: Publisher,
    commands: Commands,
    stopped: SignalFd,
    /// Interrupts a wait when there are commands.
    _bell: Bell,
    world: World,
    numbers: Numbers,
    pace: Pace,
    /// The first process, whose first thread it is too.
    leader: i32,
    /// Whether it has become the program.
    began: bool,
    /// How a thread goes on to its next call.
    on: Go,
    /// It ran before, and runs on afterwards.
    seized: bool,
    /// How calls are held up.
    delays: Delays,
    threads: HashMap<i32, Thread>,
    /// Those that have stopped before it was known whose they are.
    strangers: Vec<i32>,
    /// Those that are held before a call, in the order in which they came.
    held: VecDeque<i32>,
    /// When the first of them may go, in slow motion.
    due: Option<Instant>,
    evidence: Evidence,
    lines: Lines,
    /// Those who listen, the first of which is shown as long as it is open.
    listeners: Vec<(Opened, Listener)>,
    accepted: HashMap<ConnId, Accepted>,
    /// When the last wait call has returned, and with how many.
    turn: Option<(Nanos, u32)>,
    standing: Standing,
    /// Since when it is to end, and whether it was killed.
    ending: Option<(Instant, bool)>,
    ended: Option<Ended>,
}

impl Tracer {
    pub(super) fn new(
        publisher: Publisher,
        commands: Commands,
        (delay, legible): (Delay, Told),
    ) -> io::Result<Self> {
        let mut child = SigSet::empty();
        child.add(Signal::SIGCHLD);
        let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
        Ok(Self {
            _bell: Bell::new(&commands)?,
            publisher,
            commands,
            stopped: SignalFd::with_flags(&child, flags)?,
            world: World::default(),
            numbers: Numbers::default(),
            pace: Pace::default(),
            leader: 0,
            began: false,
            on: Go::On,
            seized: false,
            delays: Delays::new(delay),
            threads: HashMap::new(),
            strangers: Vec::new(),
            held: VecDeque::new(),
            due: None,
            evidence: Evidence::default(),
            lines: Lines::new(legible),
            listeners: Vec::new(),
            accepted: HashMap::new(),
            turn: None,
            standing: Standing::default(),
            ending: None,
            ended: None,
        })
    }

    /// Traces what was started, to its end.
    pub(super) fn run(mut self, child: &Child) -> io::Result<Ended> {
        self.leader = child.id().cast_signed();
        self.threads.insert(self.leader, Thread::new(self.leader));
        self.world.begin(self.leader, None);
        self.trace()
    }

    /// Traces until no thread is left.
    pub(super) fn trace(mut self) -> io::Result<Ended> {
        while !self.threads.is_empty() {
            let more = self.stops()?;
            self.take_commands();
            self.let_held_go();
            self.hurry();
            if !more && !self.threads.is_empty() {
                self.publish();
                self.sleep()?;
            }
        }
        let left = self.seized && self.ending.is_some();
        let unknown = if left { Ended::Left } else { Ended::Signaled(libc::SIGKILL) };
        let ended = self.ended.unwrap_or(unknown);
        self.standing.stance = Stance::Ended;
        self.publisher.read_clock();
        self.publisher.finish(&mut self.world, self.standing);
        match ended {
            // It never became the program: its exit code is the number of the error.
            Ended::Exited(number) if !self.began => Err(io::Error::from_raw_os_error(number)),
            ended => Ok(ended),
        }
    }

    /// A thread has stopped, or is gone.
    fn stop(&mut self, tid: i32, status: WaitStatus) {
        let raw = status.as_raw();
        if let Some(code) = status.exit_status() {
            return self.gone(tid, Ended::Exited(code));
        }
        if let Some(signal) = status.terminating_signal() {
            return self.gone(tid, Ended::Signaled(signal));
        }
        let (signal, event) = ((raw >> 8) & 0xff, raw >> 16);
        if self.seized && self.ending.is_some() {
            let is_signal = event == 0 && signal != libc::SIGTRAP | 0x80;
            return self.detach(tid, if is_signal { signal } else { 0 });
        }
        if !self.threads.contains_key(&tid) {
            self.strangers.push(tid);
            return;
        }
        match event {
            0 if signal == libc::SIGTRAP | 0x80 => self.at_call(tid),
            0 => go(tid, self.on, signal),
            libc::PTRACE_EVENT_SECCOMP => self.at_call(tid),
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => {
                self.cloned(tid);
                go(tid, self.on, 0);
            }
            libc::PTRACE_EVENT_EXEC => {
                self.execed(tid);
                go(tid, self.on, 0);
            }
            libc::PTRACE_EVENT_STOP if signal == libc::SIGTRAP => go(tid, self.on, 0),
            // Stopped by its own job control: so it stays, until it is continued.
            libc::PTRACE_EVENT_STOP => go(tid, Go::Stay, 0),
            _ => go(tid, self.on, 0),
        }
    }

    /// A thread or a process has come from this one.
    fn cloned(&mut self, tid: i32) {
        let (Ok(new), Some(parent)) =
            (requests::getevent(Pid::from_raw(tid)), self.threads.get(&tid))
        else {
            return;
        };
        let (Ok(new), parent) = (i32::try_from(new), parent.pid) else { return };
        let pid = process_of(new).unwrap_or(new);
        self.publisher.counters.started += 1;
        if pid != parent && !self.world.has(pid) {
            self.world.begin(pid, Some(parent));
        }
        self.threads.insert(new, Thread::new(pid));
        if let Some(place) = self.strangers.iter().position(|stranger| *stranger == new) {
            self.strangers.swap_remove(place);
            go(new, self.on, 0);
        }
    }

    /// A process runs another program: its other threads are gone without a word.
    fn execed(&mut self, tid: i32) {
        self.began = true;
        let Some(pid) = self.threads.get(&tid).map(|thread| thread.pid) else { return };
        let theirs = self.threads.extract_if(|other, thread| *other != tid && thread.pid == pid);
        let mut rows: Vec<Closed> = Vec::new();
        for (other, thread) in theirs {
            self.world.waits_no_more(other);
            rows.extend(thread.call.and_then(|call| call.gone));
        }
        // The one that goes on has the number of the first, whose last call is not its own.
        self.threads.insert(tid, Thread::new(pid));
        let Self { threads, held, .. } = self;
        held.retain(|other| *other != tid && threads.contains_key(other));
        self.lines.forget(pid);
        rows.extend(self.world.exec(pid));
        self.publisher.read_clock();
        self.closed(rows);
    }

    /// A thread is gone; maybe its process with it.
    fn gone(&mut self, tid: i32, how: Ended) {
        self.held.retain(|other| *other != tid);
        self.world.waits_no_more(tid);
        let Some(Thread { pid, call, .. }) = self.threads.remove(&tid) else { return };
        // It may have been killed after it has closed something and before that was told.
        let mut rows: Vec<Closed> = call.and_then(|call| call.gone).into_iter().collect();
        if tid == self.leader {
            self.ended = Some(how);
        } else {
            self.publisher.counters.ended += 1;
        }
        if self.threads.values().all(|thread| thread.pid != pid) {
            self.lines.forget(pid);
            rows.extend(self.world.end(pid));
        }
        self.publisher.read_clock();
        self.closed(rows);
    }

    /// Connections have ended.
    fn closed(&mut self, all: Vec<Closed>) {
        for (row, why) in all {
            self.accepted.remove(&row.id);
            self.publisher.closed(row, why);
        }
    }

    fn at_call(&mut self, tid: i32) {
        let begin = Instant::now();
        let after = self.stands(tid);
        self.delays.note(begin, after);
    }

    /// Looks at the call at one end of which a thread stands; returns whether it is over.
    fn stands(&mut self, tid: i32) -> bool {
        match ptrace::stands(tid) {
            Ok(Stands::Before(number, args, place)) => self.before(tid, number, args, place),
            Ok(Stands::After(value)) => {
                self.after(tid, outcome::ret(value));
                go(tid, self.on, 0);
                return true;
            }
            // It was killed meanwhile: its end is told next.
            Ok(Stands::Elsewhere) | Err(_) => go(tid, self.on, 0),
        }
        false
    }

    /// A thread stands before a call, made at that place of its program.
    fn before(&mut self, tid: i32, number: i64, args: [u64; 6], place: u64) {
        let form = self.numbers.form(number).filter(|form| calls::matters(*form, &args));
        let Some(form) = form else { return go(tid, self.on, 0) };
        let Some(thread) = self.threads.get_mut(&tid) else { return };
        let pid = thread.pid;
        // The kernel puts this call in the place of that which a signal has ended, to go on with it.
        let resumed = thread.interrupted.take();
        let resumed = resumed.filter(|call| form == Form::RestartSyscall && call.place == place);
        let call = match resumed {
            Some(call) => Some(Call { form, ..call }),
            None => Call::before(&mut self.world, (tid, pid), form, args),
        };
        let Some(mut call) = call.map(|call| Call { place, ..call }) else {
            return go(tid, self.on, 0);
        };
        if self.looks_at_lines() {
            call.site = self.lines.places(pid, &[tid]).first().map(|(_, site)| *site);
        }
        self.publisher.read_clock();
        self.evidence.before(call.kind);
        self.note_watched(tid, pid, &call);
        let next = call.next();
        let holds = self.holds(&next);
        if let Some(thread) = self.threads.get_mut(&tid) {
            thread.call = Some(call);
            thread.held = holds.then(|| self.publisher.now());
        }
        if holds {
            if let (Some(id), Some(_)) = (next.conn, next.site) {
                self.world.change(id, |row| (row.within, row.site) = (None, next.site));
            }
            self.held.push_back(tid);
        } else {
            self.let_go(tid);
        }
    }

    /// Whether a thread that has just come to a call is held there.
    fn holds(&mut self, next: &Next) -> bool {
        if self.pace.is_free() || self.ending.is_some() {
            return false;
        }
        if self.pace.is_running() {
            let meets = self.pace.is_met(next, next.kind.is_wait());
            if meets {
                self.set_pace(Mode::Paused);
            }
            return meets;
        }
        // Those who came before go first.
        !self.held.is_empty() || self.asks(next.kind)
    }

    /// Whether the pace makes a call wait.
    fn asks(&mut self, kind: Kind) -> bool {
        match self.pace.ask(kind.is_wait(), Instant::now()) {
            Verdict::Go => false,
            Verdict::Stand(until) => {
                self.due = until;
                true
            }
        }
    }

    fn let_held_go(&mut self) {
        while let Some(&tid) = self.held.front() {
            let kind = self.threads.get(&tid).and_then(|thread| Some(thread.call.as_ref()?.kind));
            let free = self.pace.is_running() || self.ending.is_some();
            if !free && kind.is_some_and(|kind| self.asks(kind)) {
                return;
            }
            self.held.pop_front();
            self.publisher.read_clock();
            self.let_go(tid);
        }
    }

    /// Lets a thread make the call that it stands before.
    fn let_go(&mut self, tid: i32) {
        let now = self.publisher.now();
        let pid = self.threads.get(&tid).map_or(tid, |thread| thread.pid);
        let by = self.by(tid, pid);
        let Some(thread) = self.threads.get_mut(&tid) else { return };
        let stood = thread.held.take().map_or(0, |since| now.saturating_sub(since));
        if let Some((then, _)) = &mut self.turn {
            // What the operator has held up is no work.
            *then += stood;
        }
        if let Some(call) = &mut thread.call {
            call.began = now;
            let (kind, site) = (call.kind, call.site);
            if let Some(id) = call.conn {
                self.world.change(id, |row| {
                    (row.within, row.by, row.site) = (Some(kind), by, site);
                });
            }
            if kind.is_wait()
                && let Some((then, ready)) = self.turn.take()
            {
                self.publisher.turn(Turn { busy: now.saturating_sub(then), ready });
            }
            if kind == Kind::EpollWait {
                self.world.waits((tid, pid), call.epfd(), by, now);
            }
            if kind == Kind::Close {
                // Another thread may be given the number before this one's return is told.
                call.gone = self.world.close(thread.pid, call.fd);
            }
        }
        go(tid, Go::ToReturn, 0);
    }

    /// By whom what is told next was done.
    fn by(&self, tid: i32, pid: i32) -> By {
        if tid == self.leader {
            By::LOOP
        } else if pid == self.leader {
            By::thread(tid)
        } else {
            By::process(pid)
        }
    }

    fn publish(&mut self) {
        let stance = self.stance();
        let now = self.publisher.now();
        if stance != self.standing.stance {
            self.standing.since = now;
        }
        self.standing.stance = stance;
        self.standing.mode = self.pace.mode();
        self.listeners.retain(|(opened, _)| self.world.is_open(*opened));
        let first = self.listeners.first().copied();
        // Which way it goes is known when it waits or accepts for the first time.
        let server = self.evidence.server();
        self.publisher.listener = first.zip(server).map(|((_, mut listener), server)| {
            listener.server = server;
            listener
        });
        if let Some(others) = self.world.others(self.leader, first.map(|(opened, _)| opened)) {
            self.publisher.others = Some(Arc::new(others));
        }
        self.publisher.publish(&mut self.world, self.standing);
    }
}

/// Lets a thread go. One that cannot was killed, and its end is told next.
fn go(tid: i32, how: Go, signal: i32) {
    let _ = ptrace::go(tid, how, signal);
}

/// The process of a thread (`proc_pid_status(5)`).
fn process_of(tid: i32) -> Option<i32> {
    let status = std::fs::read_to_string(format!("/proc/{tid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("Tgid:"))?.trim().parse().ok()
}
