//! A program that is traced, as the dashboard watches it: its tracer in place of a server's thread, an
//! inspector and clients of our own as soon as it listens.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;

use super::backend::Backend;
use super::run::{Options, run_with, state_of};
use super::state::notice::{Ended, Notice};
use crate::clients::{ClientInfo, ClientKind, Clients};
use crate::inspect::{Inspector, Question, Snapshot, Workers, cpu};
use crate::record::log::Scribe;
use crate::server::Failure;
use crate::telemetry::{Batch, By, Command, Control, Gone, Kind, Made, Nanos, Subscriber};
use crate::trace::{self, Excerpt, Legible, Traced, Written};
use crate::words::{plain, signal, strings};

/// What the dashboard takes over.
pub struct Setup {
    /// What it is called.
    pub name: String,
    /// The program.
    pub traced: Traced,
    /// What its tracer publishes.
    pub subscriber: Subscriber,
    /// The way for commands to it.
    pub control: Control,
    /// What it writes, where that goes nowhere else.
    pub written: Option<Written>,
    /// How the dashboard looks and behaves.
    pub options: Options,
    /// What the operator should know as soon as it comes.
    pub told: Receiver<Notice>,
    /// The log, to be closed when a second signal ends this program.
    pub log: Option<Scribe>,
}

/// Shows a program until the operator quits, and ends it then.
///
/// # Errors
/// When there is no terminal, or it fails, or the program could not be traced.
pub fn run(setup: Setup) -> io::Result<()> {
    let Setup { name, traced, subscriber, control, written, options, told, log } = setup;
    let mut state = state_of(None, Some(name.clone()), &options, Vec::new());
    state.keeps_output(written.is_some());
    let backend = Scope {
        name,
        pid: traced.pid,
        traced: Some(traced),
        legible: Legible::default(),
        subscriber,
        control,
        written,
        told,
        waits: By::LOOP,
        around: None,
        notices: RefCell::default(),
        log: log.clone(),
    };
    run_with(backend, state, &options, log)
}

/// A program under the scope.
struct Scope {
    name: String,
    pid: i32,
    /// `None` once its end was shown.
    traced: Option<Traced>,
    /// Whether its source could be shown.
    legible: Legible,
    subscriber: Subscriber,
    control: Control,
    written: Option<Written>,
    told: Receiver<Notice>,
    /// Who has made the last call that waits for clients.
    waits: By,
    /// Since it listens.
    around: Option<Around>,
    notices: RefCell<Vec<Notice>>,
    log: Option<Scribe>,
}

/// What there is beside a program that listens.
struct Around {
    addr: SocketAddr,
    /// `None` where it could not be started.
    inspector: Option<Inspector>,
    clients: Option<Clients>,
}

impl Around {
    fn of(addr: SocketAddr) -> Self {
        // What is missing then is shown as unknown.
        let inspector = Inspector::start(addr).ok();
        Self { addr, inspector, clients: Clients::start(addr, false).ok() }
    }
}

impl Scope {
    /// Its threads instead of ours.
    fn its(&self, mut workers: Workers) -> Workers {
        let process = self.waits.pid().unwrap_or(self.pid);
        workers.process = Some(process);
        workers.own = Some(self.waits.tid().unwrap_or(process));
        // It is counted already.
        workers.processes.retain(|pid| *pid != process);
        workers
    }
}

impl Backend for Scope {
    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool {
        let mut listener = None;
        let open = self.subscriber.drain(&self.control, |batch| {
            listener = batch.listener;
            let waits = |kind: Kind| kind.is_wait() || kind == Kind::Accept;
            let last = batch.events().rev().find(|told| waits(told.event.what.kind()));
            self.waits = last.map_or(self.waits, |last| last.event.by);
            each(batch);
        });
        if let Some(now) = listener
            && self.around.as_ref().is_none_or(|around| around.addr != now.addr)
        {
            self.around = Some(Around::of(now.addr));
        }
        open
    }

    fn send(&self, command: Command) -> Result<(), Gone> {
        self.control.send(command)
    }

    fn ended(&mut self) -> Option<Result<Option<Ended>, Failure>> {
        let traced = self.traced.take_if(|traced| traced.is_finished())?;
        self.legible = traced.legible();
        let say = &strings().run;
        let text = match traced.join() {
            Ok(trace::Ended::Exited(code)) => (say.exited)(&self.name, code),
            Ok(trace::Ended::Signaled(number)) => (say.killed)(&self.name, &signal(number)),
            Ok(trace::Ended::Left) => (say.left)(&self.name),
            Err(error) => (say.no_start)(&self.name, &plain(&error)),
        };
        Some(Ok(Some(Ended::Program(text))))
    }

    fn notices(&self) -> Vec<Notice> {
        self.told.try_iter().chain(self.notices.take()).collect()
    }

    fn ask(&self, mut question: Question) {
        // Its descriptors are not ours: an epoll of ours cannot watch them.
        question.epfd = None;
        question.runtime = None;
        question.usage = question.usage.map(|workers| self.its(workers));
        if let Some(inspector) = self.around.as_ref().and_then(|it| it.inspector.as_ref()) {
            inspector.ask(question);
        }
    }

    fn latest(&self) -> Option<Snapshot> {
        self.around.as_ref()?.inspector.as_ref()?.latest()
    }

    fn cpu(&self, workers: Workers) -> Option<Duration> {
        cpu(&self.its(workers))
    }

    fn scribe(&self) -> Option<&Scribe> {
        self.log.as_ref()
    }

    fn made(&self) -> Made {
        self.subscriber.made()
    }

    fn delay(&self) -> Option<Nanos> {
        self.traced.as_ref()?.delay()
    }

    fn written(&self, all: u64) -> Option<Excerpt> {
        self.written.as_ref()?.since(all)
    }

    fn legible(&self) -> Legible {
        self.traced.as_ref().map_or(self.legible, Traced::legible)
    }

    fn add_clients(&self, kind: ClientKind, count: usize) {
        match self.around.as_ref().and_then(|it| it.clients.as_ref()) {
            Some(clients) => clients.add(kind, count),
            None => self.notices.borrow_mut().push(Notice::ListensNot),
        }
    }

    fn stop_clients(&self) {
        if let Some(clients) = self.around.as_ref().and_then(|it| it.clients.as_ref()) {
            clients.stop_all();
        }
    }

    fn stop_client(&self, id: u32) {
        if let Some(clients) = self.around.as_ref().and_then(|it| it.clients.as_ref()) {
            clients.stop(id);
        }
    }

    fn clients(&self) -> Arc<Vec<ClientInfo>> {
        let clients = self.around.as_ref().and_then(|it| it.clients.as_ref());
        clients.map(Clients::list).unwrap_or_default()
    }
}
